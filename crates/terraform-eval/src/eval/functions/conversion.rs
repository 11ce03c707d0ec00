//! Type conversion functions.

mod sensitive;

use crate::cty::{Type, Value, convert};

use super::args::Args;
use super::error::{FunctionError, FunctionResult};
use super::function::{ConstType, Function, Parameter};

/// The functions of this category.
pub(super) const TABLES: &[&[Function]] = &[FUNCTIONS, sensitive::FUNCTIONS];

const FUNCTIONS: &[Function] = &[
    Function::new("tobool", |_, args| convert_to(args, ConstType::Bool))
        .param(V)
        .returns_type_of(|args| converted_type(args, ConstType::Bool))
        .passes_through()
        .may_be_null(),
    Function::new("tolist", |_, args| convert_to(args, ConstType::List))
        .param(V)
        .returns_type_of(|args| converted_type(args, ConstType::List))
        .passes_through()
        .may_be_null(),
    Function::new("tomap", |_, args| convert_to(args, ConstType::Map))
        .param(V)
        .returns_type_of(|args| converted_type(args, ConstType::Map))
        .passes_through()
        .may_be_null(),
    Function::new("tonumber", |_, args| convert_to(args, ConstType::Number))
        .param(V)
        .returns_type_of(|args| converted_type(args, ConstType::Number))
        .passes_through()
        .may_be_null(),
    Function::new("toset", |_, args| convert_to(args, ConstType::Set))
        .param(V)
        .returns_type_of(|args| converted_type(args, ConstType::Set))
        .passes_through()
        .may_be_null(),
    Function::new("tostring", |_, args| convert_to(args, ConstType::String))
        .param(V)
        .returns_type_of(|args| converted_type(args, ConstType::String))
        .passes_through()
        .may_be_null(),
];

const V: Parameter = Parameter::new("v", ConstType::Any)
    .allow_null()
    .allow_unknown()
    .allow_dynamic()
    .allow_marked();

/// The type, if values of the argument's type may convert to it.
fn converted_type(args: Args<'_>, ty: ConstType) -> FunctionResult<Type> {
    let (value, ty) = (args.value(0), ty.to_type());
    match convert(&Value::unknown(value.ty().clone()), &ty) {
        Ok(_) => Ok(ty),
        Err(_) => Err(cannot_convert(value, &ty)),
    }
}

fn cannot_convert(value: &Value, ty: &Type) -> FunctionError {
    let name = value.ty().friendly_name();
    format!("cannot convert {name} to {}", ty.constraint_name()).into()
}

/// Converts the argument; marks stay with its parts.
fn convert_to(args: Args<'_>, ty: ConstType) -> FunctionResult {
    let (value, ty) = (args.value(0), ty.to_type());
    if !value.is_known() {
        // Terraform drops refinements here, and the type of the elements.
        let unknown = Value::unknown(ty).with_marks(value.marks());
        return Ok(match value.span() {
            Some(span) => unknown.with_span(span),
            None => unknown,
        });
    }
    convert(value, &ty).map_err(|_| {
        let is_sensitive = value.marks_deep().is_sensitive();
        match (value.as_str(), &ty) {
            _ if is_sensitive => {
                let name = value.ty().friendly_name();
                format!("cannot convert this sensitive {name} to {}", ty.constraint_name()).into()
            }
            (Some(text), Type::Bool) => {
                format!("cannot convert {text:?} to bool; only the strings \"true\" or \"false\" are allowed")
                    .into()
            }
            (Some(text), Type::Number) => format!(
                "cannot convert {text:?} to number; given string must be a decimal representation of a number"
            )
            .into(),
            _ => cannot_convert(value, &ty),
        }
    })
}
