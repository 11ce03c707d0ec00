//! Functions that search a collection for a value.

use crate::cty::{Type, Value, ValueRef, convert, unify};
use crate::dialect::Feature;
use crate::eval::functions::args::Args;
use crate::eval::functions::elements::{items, known_length, new_sequence, unknown_result};
use crate::eval::functions::error::FunctionResult;
use crate::eval::functions::function::{ConstType, Function, Parameter};
use crate::eval::functions::host::Call;

/// The functions of this file.
pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("contains", contains)
        .param(Parameter::new("list", ConstType::Any))
        .param(Parameter::new("value", ConstType::Any).allow_null_with(Feature::ContainsNull))
        .returns(ConstType::Bool),
    Function::new("index", index)
        .param(Parameter::new("list", ConstType::Any))
        .param(Parameter::new("value", ConstType::Any))
        .returns(ConstType::Number),
    Function::new("matchkeys", match_keys)
        .param(Parameter::new("values", ConstType::List))
        .param(Parameter::new("keys", ConstType::List))
        .param(Parameter::new("searchset", ConstType::List))
        .returns_type_of(match_keys_type)
        .passes_through(),
];

fn contains(call: &Call<'_>, args: Args<'_>) -> FunctionResult {
    let (list, wanted) = (args.value(0), args.value(1));
    if !matches!(list.ty(), Type::List(_) | Type::Tuple(_) | Type::Set(_)) {
        return Err("argument must be list, tuple, or set".into());
    }
    if let Some(is_contained) = contains_string(call, list, wanted)? {
        return Ok(Value::bool(is_contained));
    }
    let mut is_undecided = false;
    for item in items(list) {
        call.charge(item.size().min(wanted.size()))?;
        match wanted.equals(item).as_bool() {
            Some(true) => return Ok(Value::bool(true)),
            Some(false) => {}
            None => is_undecided = true,
        }
    }
    Ok(if is_undecided {
        Value::unknown(Type::Bool)
    } else {
        Value::bool(false)
    })
}

/// Whether a string is among known strings, which costs fewer steps than the general comparison. `None` for
/// other values.
fn contains_string(call: &Call<'_>, list: &Value, wanted: &Value) -> FunctionResult<Option<bool>> {
    const STRINGS_PER_STEP: usize = 32;
    let (Some(wanted), true) = (wanted.as_str(), list.is_wholly_known()) else {
        return Ok(None);
    };
    for chunk in items(list).chunks(STRINGS_PER_STEP) {
        call.charge(1)?;
        for item in chunk {
            match item.view() {
                ValueRef::String(text) if text == wanted => return Ok(Some(true)),
                ValueRef::String(_) => {}
                _ => return Ok(None),
            }
        }
    }
    Ok(Some(false))
}

fn index(call: &Call<'_>, args: Args<'_>) -> FunctionResult {
    let (list, wanted) = (args.value(0), args.value(1));
    if !matches!(list.ty(), Type::List(_) | Type::Tuple(_)) {
        return Err("argument must be a list or tuple".into());
    }
    if items(list).is_empty() {
        return Err("cannot search an empty list".into());
    }
    for (position, item) in items(list).iter().enumerate() {
        call.charge(item.size().min(wanted.size()))?;
        match item.equals(wanted).as_bool() {
            Some(true) => return Ok(Value::from_len(position)),
            Some(false) => {}
            None => return Ok(Value::unknown(Type::Number)),
        }
    }
    Err("item not found".into())
}

const DIFFERENT_KEY_TYPES: &str = "keys and searchset must be of the same type";

fn match_keys_type(args: Args<'_>) -> FunctionResult<Type> {
    match unify([args.value(1).ty(), args.value(2).ty()]) {
        Some(_) => Ok(args.value(0).ty().clone()),
        None => Err(DIFFERENT_KEY_TYPES.into()),
    }
}

fn match_keys(call: &Call<'_>, args: Args<'_>) -> FunctionResult {
    let (values, keys, searchset) = (args.value(0), args.value(1), args.value(2));
    if items(values).len() != items(keys).len() {
        return Err("length of keys and values should be equal".into());
    }
    let unified = unify([keys.ty(), searchset.ty()]).ok_or(DIFFERENT_KEY_TYPES)?;
    let unify_keys = |keys| convert(keys, &unified.ty).map_err(|error| error.message_with_path());
    let (keys, searchset) = (unify_keys(keys)?, unify_keys(searchset)?);
    if known_length(&searchset) == Some(0) {
        return Ok(new_sequence(call.result_type, Vec::new()));
    }
    if !values.is_wholly_known() || !keys.is_wholly_known() {
        return Ok(unknown_result(call.result_type, &args.all()[..1]));
    }
    let mut matched = Vec::new();
    for (value, key) in items(values).iter().zip(items(&keys)) {
        for wanted in items(&searchset) {
            call.charge(key.size().min(wanted.size()))?;
            match key.equals(wanted).as_bool() {
                Some(true) => {
                    matched.push(value.clone());
                    break;
                }
                Some(false) => {}
                // Terraform returns an empty list here, even if some keys have matched.
                None => return Ok(new_sequence(call.result_type, Vec::new())),
            }
        }
    }
    Ok(new_sequence(call.result_type, matched))
}
