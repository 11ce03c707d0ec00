//! Functions on Terraform's own marks: what is sensitive, what is ephemeral.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::cty::marks::Marks;
use crate::cty::{Type, Value, ValueRef};

use super::parts::{mapping, sequence};
use super::{Function, Outcome, Parameter, Want};

const ANYTHING: &[Parameter] = &[Parameter::of("value", Want::Any)
    .null()
    .unknown()
    .dynamic()
    .marked()];

/// The functions.
pub(super) const TABLE: &[Function] = &[
    Function {
        name: "ephemeralasnull",
        parameters: ANYTHING,
        variadic: None,
        result: |arguments| Ok(arguments[0].ty().clone()),
        run: |_, arguments| Outcome::Value(without_ephemeral(&arguments[0])),
        passes_on: true,
        never_null: false,
    },
    Function {
        name: "issensitive",
        parameters: ANYTHING,
        variadic: None,
        result: |_| Ok(Type::Bool),
        run: |_, arguments| {
            let value = &arguments[0];
            let sensitive = match (value.marks().is_sensitive(), value.is_known()) {
                (true, _) => Value::bool(true),
                (false, true) => Value::bool(false),
                (false, false) => Value::unknown(Type::Bool),
            };
            Outcome::Value(sensitive.with_marks(&value.marks().origins_only().as_influence()))
        },
        passes_on: false,
        never_null: false,
    },
    Function {
        name: "nonsensitive",
        parameters: ANYTHING,
        variadic: None,
        result: |arguments| Ok(arguments[0].ty().clone()),
        run: |_, arguments| {
            let (value, marks) = arguments[0].unmark();
            Outcome::Value(value.with_only_marks(marks.without_sensitive()))
        },
        passes_on: true,
        never_null: false,
    },
    Function {
        name: "sensitive",
        parameters: ANYTHING,
        variadic: None,
        result: |arguments| Ok(arguments[0].ty().clone()),
        run: |_, arguments| Outcome::Value(arguments[0].clone().with_marks(&Marks::sensitive())),
        passes_on: true,
        never_null: false,
    },
];

/// The value with null in place of what is ephemeral. What is not known stays unknown.
fn without_ephemeral(value: &Value) -> Value {
    if !value.marks_deep().is_ephemeral() {
        return value.clone();
    }
    let marks = value.marks().without_ephemeral();
    if value.marks().is_ephemeral() {
        let ty = value.ty().clone();
        let replaced = if value.is_known() {
            Value::null(ty)
        } else {
            Value::unknown(ty)
        };
        return replaced.with_only_marks(marks);
    }
    let changed = match value.view() {
        ValueRef::List(items) | ValueRef::Tuple(items) => {
            sequence(value.ty(), items.iter().map(without_ephemeral).collect())
        }
        ValueRef::Map(items) | ValueRef::Object(items) => {
            let each = |(key, item): (&Arc<str>, &Value)| (key.clone(), without_ephemeral(item));
            mapping(value.ty(), items.iter().map(each).collect::<BTreeMap<_, _>>())
        }
        _ => return value.clone(),
    };
    let changed = changed.with_only_marks(marks);
    match value.span() {
        Some(place) => changed.with_span(place),
        None => changed,
    }
}
