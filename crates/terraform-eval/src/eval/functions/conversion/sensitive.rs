//! Functions on Terraform's own marks: sensitive and ephemeral values.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::cty::{Marks, Type, Value, ValueRef};
use crate::dialect::Feature;
use crate::eval::functions::args::Args;
use crate::eval::functions::elements::{new_mapping, new_sequence};
use crate::eval::functions::error::FunctionResult;
use crate::eval::functions::function::{ConstType, Function, Parameter};
use crate::eval::functions::host::Call;

/// The functions of this file.
pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("ephemeralasnull", |_, args| Ok(ephemeral_as_null(args.value(0))))
        .param(VALUE)
        .returns_type_of(type_of_argument)
        .passes_through()
        .may_be_null(),
    Function::new("issensitive", is_sensitive)
        .param(VALUE)
        .returns(ConstType::Bool)
        .may_be_null()
        .constant_cost(),
    Function::new("nonsensitive", nonsensitive)
        .param(VALUE)
        .returns_type_of(type_of_argument)
        .passes_through()
        .may_be_null()
        .constant_cost(),
    Function::new("sensitive", sensitive)
        .param(VALUE)
        .returns_type_of(type_of_argument)
        .passes_through()
        .may_be_null()
        .constant_cost(),
];

const VALUE: Parameter = Parameter::new("value", ConstType::Any)
    .allow_null()
    .allow_unknown()
    .allow_dynamic()
    .allow_marked();

fn type_of_argument(args: Args<'_>) -> FunctionResult<Type> {
    Ok(args.value(0).ty().clone())
}

fn is_sensitive(_: &Call<'_>, args: Args<'_>) -> FunctionResult {
    let value = args.value(0);
    let is_marked = value.marks().is_sensitive();
    let is_decided = value.is_known()
        || !args.has(if is_marked {
            Feature::UnknownSensitivity
        } else {
            Feature::SensitivityOfUnknown
        });
    let is_sensitive = if is_decided {
        Value::bool(is_marked)
    } else if args.has(Feature::UnknownSensitivity) {
        Value::unknown(Type::Bool).refine_not_null()
    } else {
        Value::unknown(Type::Bool)
    };
    Ok(is_sensitive.with_marks(&value.marks().origins_only().as_influence()))
}

fn nonsensitive(_: &Call<'_>, args: Args<'_>) -> FunctionResult {
    let (value, marks) = args.value(0).unmark();
    if value.is_known() && !marks.is_sensitive() && !args.has(Feature::RedundantNonsensitive) {
        return Err("the given value is not sensitive, so this call is redundant".into());
    }
    Ok(value.with_only_marks(marks.without_sensitive()))
}

fn sensitive(_: &Call<'_>, args: Args<'_>) -> FunctionResult {
    Ok(args.value(0).clone().with_marks(&Marks::sensitive()))
}

/// Replaces ephemeral values with null. Unknown values stay unknown.
fn ephemeral_as_null(value: &Value) -> Value {
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
            new_sequence(value.ty(), items.iter().map(ephemeral_as_null).collect())
        }
        ValueRef::Map(items) | ValueRef::Object(items) => {
            let convert_item = |(key, item): (&Arc<str>, &Value)| (key.clone(), ephemeral_as_null(item));
            new_mapping(
                value.ty(),
                items.iter().map(convert_item).collect::<BTreeMap<_, _>>(),
            )
        }
        _ => return value.clone(),
    };
    let changed = changed.with_only_marks(marks);
    match value.span() {
        Some(span) => changed.with_span(span),
        None => changed,
    }
}
