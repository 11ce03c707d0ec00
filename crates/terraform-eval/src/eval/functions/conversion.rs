//! `tostring`, `tolist` and so on.

use crate::cty::{Type, Value, convert};

use super::parts::Checked;
use super::{Function, Parameter, Want};

const ANYTHING: &[Parameter] = &[Parameter::of("v", Want::Any).null().unknown().dynamic().marked()];

/// The functions.
pub(super) const TABLE: &[Function] = &[
    conversion(
        "tobool",
        |arguments| possible(&arguments[0], Want::Bool),
        |_, arguments| converted(&arguments[0], Want::Bool).into(),
    ),
    conversion(
        "tolist",
        |arguments| possible(&arguments[0], Want::List),
        |_, arguments| converted(&arguments[0], Want::List).into(),
    ),
    conversion(
        "tomap",
        |arguments| possible(&arguments[0], Want::Map),
        |_, arguments| converted(&arguments[0], Want::Map).into(),
    ),
    conversion(
        "tonumber",
        |arguments| possible(&arguments[0], Want::Number),
        |_, arguments| converted(&arguments[0], Want::Number).into(),
    ),
    conversion(
        "toset",
        |arguments| possible(&arguments[0], Want::Set),
        |_, arguments| converted(&arguments[0], Want::Set).into(),
    ),
    conversion(
        "tostring",
        |arguments| possible(&arguments[0], Want::String),
        |_, arguments| converted(&arguments[0], Want::String).into(),
    ),
];

/// A function that converts; marks stay with the parts.
const fn conversion(
    name: &'static str,
    result: fn(&[Value]) -> Result<Type, String>,
    run: fn(&super::Call<'_>, &[Value]) -> super::Outcome,
) -> Function {
    Function {
        name,
        parameters: ANYTHING,
        variadic: None,
        result,
        run,
        passes_on: true,
        never_null: false,
    }
}

fn possible(value: &Value, want: Want) -> Result<Type, String> {
    let want = want.ty();
    match convert(&Value::unknown(value.ty().clone()), &want) {
        Ok(_) => Ok(want),
        Err(_) => Err(impossible(value, &want)),
    }
}

fn impossible(value: &Value, want: &Type) -> String {
    let given = value.ty().friendly_name();
    format!("cannot convert {given} to {}", want.constraint_name())
}

fn converted(value: &Value, want: Want) -> Checked<Value> {
    let want = want.ty();
    if !value.is_known() {
        // Terraform forgets here what it knew, the type of the elements too.
        let unknown = Value::unknown(want).with_marks(value.marks());
        return Ok(match value.span() {
            Some(place) => unknown.with_span(place),
            None => unknown,
        });
    }
    convert(value, &want).map_err(|_| {
        let hidden = value.marks_deep().is_sensitive();
        match (value.as_str(), &want) {
            _ if hidden => {
                let given = value.ty().friendly_name();
                format!(
                    "cannot convert this sensitive {given} to {}",
                    want.constraint_name()
                )
            }
            (Some(text), Type::Bool) => {
                format!("cannot convert {text:?} to bool; only the strings \"true\" or \"false\" are allowed")
            }
            (Some(text), Type::Number) => format!(
                "cannot convert {text:?} to number; given string must be a decimal representation of a number"
            ),
            _ => impossible(value, &want),
        }
        .into()
    })
}
