//! The functions of OpenTofu that state what an unknown value will be.

use std::sync::Arc;

use super::args::Args;
use super::error::{FunctionError, FunctionResult};
use super::function::{ConstType, Function, Parameter};
use super::host::Call;
use crate::cty::{Number, Refinement, Type, Value, convert, safe_prefix};

/// The functions of this file.
pub(super) const TABLES: &[&[Function]] = &[FUNCTIONS];

const FUNCTIONS: &[Function] = &[
    Function::new("assumeequal", assume_equal)
        .param(anything("actual_value").allow_marked())
        .param(anything("expected_value").allow_marked())
        .returns_type_of(|args| Ok(args.value(1).ty().clone()))
        .may_be_null(),
    length_in("assumelistlength", ConstType::List),
    at_most("assumelistlengthmax", ConstType::List),
    at_least("assumelistlengthmin", ConstType::List),
    length_in("assumemaplength", ConstType::Map),
    at_most("assumemaplengthmax", ConstType::Map),
    at_least("assumemaplengthmin", ConstType::Map),
    Function::new("assumenotnull", assume_not_null)
        .param(anything("value"))
        .passes_through()
        .may_be_null(),
    length_in("assumesetlength", ConstType::Set),
    at_most("assumesetlengthmax", ConstType::Set),
    at_least("assumesetlengthmin", ConstType::Set),
    Function::new("assumestringprefix", assume_prefix)
        .param(
            Parameter::new("value", ConstType::String)
                .allow_null()
                .allow_unknown()
                .allow_dynamic(),
        )
        .param(Parameter::new("prefix", ConstType::String))
        .returns(ConstType::String)
        .may_be_null(),
];

const NOT_UPHELD: &str = "assumption was not upheld";

const fn anything(name: &'static str) -> Parameter {
    Parameter::new(name, ConstType::Any)
        .allow_null()
        .allow_unknown()
        .allow_dynamic()
}

/// A function of a collection, whose result it is.
const fn of_collection(
    name: &'static str,
    run: fn(&Call<'_>, Args<'_>) -> FunctionResult,
    ty: ConstType,
) -> Function {
    let value = Parameter::new("value", ty)
        .allow_null()
        .allow_unknown()
        .allow_dynamic();
    Function::new(name, run)
        .param(value)
        .returns(ty)
        .passes_through()
        .may_be_null()
}

const fn length_in(name: &'static str, ty: ConstType) -> Function {
    let run =
        |_: &Call<'_>, args: Args<'_>| assume_length(args, Some(bound(args, 1)?), Some(bound(args, 2)?));
    of_collection(name, run, ty)
        .param(Parameter::new("min_length", ConstType::Number))
        .param(Parameter::new("max_length", ConstType::Number))
}

const fn at_least(name: &'static str, ty: ConstType) -> Function {
    let run = |_: &Call<'_>, args: Args<'_>| assume_length(args, Some(bound(args, 1)?), None);
    of_collection(name, run, ty).param(Parameter::new("min_length", ConstType::Number))
}

const fn at_most(name: &'static str, ty: ConstType) -> Function {
    let run = |_: &Call<'_>, args: Args<'_>| assume_length(args, None, Some(bound(args, 1)?));
    of_collection(name, run, ty).param(Parameter::new("max_length", ConstType::Number))
}

fn bound(args: Args<'_>, position: usize) -> FunctionResult<i64> {
    let number = args
        .number(position)?
        .to_i64()
        .filter(|number| *number < i64::MAX);
    number.ok_or_else(|| format!("must be a whole number between 0 and {}", i64::MAX).into())
}

/// The second argument, if it may be equal to the first one.
fn assume_equal(_: &Call<'_>, args: Args<'_>) -> FunctionResult {
    let (actual, expected) = (args.value(0), args.value(1));
    let converted = convert(actual, expected.ty()).map_err(|_| {
        let (actual, expected) = (actual.ty().friendly_name(), expected.ty().friendly_name());
        FunctionError::from(format!(
            "actual value type {actual} does not match assumed value type {expected}"
        ))
    })?;
    match converted.equals(expected).unmark().0.as_bool() {
        Some(false) => Err("the actual value does not match the assumed value".into()),
        _ => Ok(expected.clone()),
    }
}

fn assume_not_null(_: &Call<'_>, args: Args<'_>) -> FunctionResult {
    let value = args.value(0);
    if *value.ty() == Type::Dynamic {
        return Err(
            "given value must have a known type; consider using the \"convert\" function to specify a type to assume"
                .into(),
        );
    }
    if value.is_null() {
        return Err(NOT_UPHELD.into());
    }
    Ok(value.refine_not_null())
}

fn assume_prefix(_: &Call<'_>, args: Args<'_>) -> FunctionResult {
    let (value, prefix) = (args.value(0), safe_prefix(args.string(1)));
    if value.is_null() {
        return Ok(value.clone());
    }
    let known = value.refinement().prefix;
    let common = known.len().min(prefix.len());
    if known.as_bytes()[..common] != prefix.as_bytes()[..common] {
        return Err(NOT_UPHELD.into());
    }
    if value.is_known() || prefix.len() <= known.len() {
        return Ok(value.clone());
    }
    let refinement = Refinement {
        prefix: Arc::from(prefix),
        ..value.refinement()
    };
    Ok(refined(value, refinement))
}

fn assume_length(args: Args<'_>, min: Option<i64>, max: Option<i64>) -> FunctionResult {
    let value = args.value(0);
    if value.is_null() {
        return Err(NOT_UPHELD.into());
    }
    if value.is_known() {
        let length = value.length();
        let length = length
            .as_ref()
            .and_then(Value::as_number)
            .and_then(Number::to_i64);
        let is_outside =
            |length: i64| min.is_some_and(|min| length < min) || max.is_some_and(|max| length > max);
        return if length.is_some_and(is_outside) {
            Err(NOT_UPHELD.into())
        } else {
            Ok(value.clone())
        };
    }
    let mut refinement = value.refinement();
    if let Some(min) = min {
        let min = usize::try_from(min).unwrap_or(0);
        refinement.min_length = refinement.min_length.max(min);
    }
    if let Some(max) = max {
        let max = usize::try_from(max).map_err(|_| NOT_UPHELD)?;
        refinement.max_length = Some(refinement.max_length.map_or(max, |known| known.min(max)));
    }
    if refinement
        .max_length
        .is_some_and(|max| max < refinement.min_length)
    {
        return Err(NOT_UPHELD.into());
    }
    Ok(refined(value, refinement))
}

/// An unknown value with another refinement, with the marks and the place of the first one.
fn refined(value: &Value, refinement: Refinement) -> Value {
    let refined = Value::refined(value.ty().clone(), refinement).with_marks(value.marks());
    match value.span() {
        Some(span) => refined.with_span(span),
        None => refined,
    }
}
