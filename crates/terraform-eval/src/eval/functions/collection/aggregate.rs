//! Functions that compute one value from all elements of a collection.

use crate::cty::{Number, NumberError, Refinement, Type, Value, ValueRef, convert, graphemes};
use crate::eval::functions::args::Args;
use crate::eval::functions::elements::items;
use crate::eval::functions::error::{FunctionError, FunctionResult};
use crate::eval::functions::function::{ConstType, Function, Parameter};
use crate::eval::functions::host::Call;

/// The functions of this file.
pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("alltrue", all_true)
        .param(Parameter::new("list", ConstType::ListOfBool))
        .returns(ConstType::Bool),
    Function::new("anytrue", any_true)
        .param(Parameter::new("list", ConstType::ListOfBool))
        .returns(ConstType::Bool),
    Function::new("length", length)
        .param(
            Parameter::new("value", ConstType::Any)
                .allow_unknown()
                .allow_dynamic()
                .allow_marked(),
        )
        .returns_type_of(length_type)
        .constant_cost(),
    Function::new("sum", sum)
        .param(Parameter::new("list", ConstType::Any))
        .returns(ConstType::Number),
];

fn all_true(call: &Call<'_>, args: Args<'_>) -> FunctionResult {
    let list = items(args.value(0));
    call.charge(list.len())?;
    for item in list {
        if !item.is_known() {
            return Ok(Value::unknown(Type::Bool));
        }
        if item.as_bool() != Some(true) {
            return Ok(Value::bool(false));
        }
    }
    Ok(Value::bool(true))
}

fn any_true(call: &Call<'_>, args: Args<'_>) -> FunctionResult {
    let list = items(args.value(0));
    call.charge(list.len())?;
    if list.iter().any(|item| item.as_bool() == Some(true)) {
        return Ok(Value::bool(true));
    }
    Ok(if list.iter().all(Value::is_known) {
        Value::bool(false)
    } else {
        Value::unknown(Type::Bool)
    })
}

fn length_type(args: Args<'_>) -> FunctionResult<Type> {
    match args.value(0).ty() {
        Type::Number | Type::Bool => {
            Err("argument must be a string, a collection type, or a structural type".into())
        }
        _ => Ok(Type::Number),
    }
}

fn length(call: &Call<'_>, args: Args<'_>) -> FunctionResult {
    let value = args.value(0);
    let marks = value.marks().as_influence();
    let length = match (value.view(), value.ty()) {
        (ValueRef::String(text), _) => {
            call.charge(text.len() / 16)?;
            Value::from_len(count_graphemes(text))
        }
        (_, Type::String) => {
            // An unknown string is at least as long as its known prefix.
            let min = i64::try_from(count_graphemes(&value.refinement().prefix)).unwrap_or(i64::MAX);
            let refinement = Refinement {
                min: Some(Number::from_count(min)),
                ..Refinement::not_null()
            };
            Value::refined(Type::Number, refinement)
        }
        _ => value.length().ok_or("argument has no length")?,
    };
    Ok(length.with_marks(&marks))
}

fn count_graphemes(text: &str) -> usize {
    if text.is_ascii() && !text.contains('\r') {
        text.len()
    } else {
        graphemes(text).count()
    }
}

fn sum(call: &Call<'_>, args: Args<'_>) -> FunctionResult {
    const NOT_NUMBERS: &str = "argument must be list, set, or tuple of number values";
    let list = args.value(0);
    let length = list.length().ok_or("cannot sum noniterable")?;
    if length.as_number().is_some_and(|length| length.sign() == 0) {
        return Err("cannot sum an empty list".into());
    }
    if list.as_slice().is_none() {
        let ty = list.ty().friendly_name();
        return Err(format!("argument must be list, set, or tuple. Received {ty}").into());
    }
    if !list.is_wholly_known() {
        return Ok(Value::unknown(Type::Number));
    }
    call.charge(items(list).len())?;
    let mut total: Option<Number> = None;
    for item in items(list) {
        let number = convert(item, &Type::Number).map_err(|_| NOT_NUMBERS)?;
        let number = number.as_number().ok_or(NOT_NUMBERS)?;
        total = Some(match total {
            Some(total) => add(&total, number)?,
            None => number.clone(),
        });
    }
    Ok(Value::number(total.ok_or("cannot sum an empty list")?))
}

fn add(left: &Number, right: &Number) -> FunctionResult<Number> {
    left.add(right).map_err(|error| match error {
        NumberError::OutOfRange => FunctionError::limit(error.to_string()),
        other => FunctionError::from(other.to_string()),
    })
}
