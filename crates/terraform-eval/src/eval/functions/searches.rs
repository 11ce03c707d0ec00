//! Functions that ask something of a collection.

use crate::cty::{Number, Refinement, Type, Value, ValueRef, convert, unify};
use unicode_segmentation::UnicodeSegmentation as _;

use super::parts::{Checked, certain_length, items, sequence, undecided};
use super::{Call, Function, Parameter, Want};

/// The functions.
pub(super) const TABLE: &[Function] = &[
    Function {
        name: "alltrue",
        parameters: &[Parameter::of("list", Want::ListOfBool)],
        variadic: None,
        result: |_| Ok(Type::Bool),
        run: |call, arguments| all_true(call, &arguments[0]).into(),
        passes_on: false,
        never_null: true,
    },
    Function {
        name: "anytrue",
        parameters: &[Parameter::of("list", Want::ListOfBool)],
        variadic: None,
        result: |_| Ok(Type::Bool),
        run: |call, arguments| any_true(call, &arguments[0]).into(),
        passes_on: false,
        never_null: true,
    },
    Function {
        name: "contains",
        parameters: &[
            Parameter::of("list", Want::Any),
            Parameter::of("value", Want::Any),
        ],
        variadic: None,
        result: |_| Ok(Type::Bool),
        run: |call, arguments| contains(call, &arguments[0], &arguments[1]).into(),
        passes_on: false,
        never_null: true,
    },
    Function {
        name: "index",
        parameters: &[
            Parameter::of("list", Want::Any),
            Parameter::of("value", Want::Any),
        ],
        variadic: None,
        result: |_| Ok(Type::Number),
        run: |call, arguments| index(call, &arguments[0], &arguments[1]).into(),
        passes_on: false,
        never_null: true,
    },
    Function {
        name: "length",
        parameters: &[Parameter::of("value", Want::Any).unknown().dynamic().marked()],
        variadic: None,
        result: |arguments| match arguments[0].ty() {
            Type::Number | Type::Bool => {
                Err("argument must be a string, a collection type, or a structural type".to_owned())
            }
            _ => Ok(Type::Number),
        },
        run: |call, arguments| length(call, &arguments[0]).into(),
        passes_on: false,
        never_null: true,
    },
    Function {
        name: "matchkeys",
        parameters: &[
            Parameter::of("values", Want::List),
            Parameter::of("keys", Want::List),
            Parameter::of("searchset", Want::List),
        ],
        variadic: None,
        result: |arguments| match unify([arguments[1].ty(), arguments[2].ty()]) {
            Some(_) => Ok(arguments[0].ty().clone()),
            None => Err("keys and searchset must be of the same type".to_owned()),
        },
        run: |call, arguments| match_keys(call, arguments).into(),
        passes_on: true,
        never_null: true,
    },
];

fn all_true(call: &Call<'_>, list: &Value) -> Checked<Value> {
    call.spend(items(list).len())?;
    for item in items(list) {
        if !item.is_known() {
            return Ok(Value::unknown(Type::Bool));
        }
        if item.as_bool() != Some(true) {
            return Ok(Value::bool(false));
        }
    }
    Ok(Value::bool(true))
}

fn any_true(call: &Call<'_>, list: &Value) -> Checked<Value> {
    call.spend(items(list).len())?;
    if items(list).iter().any(|item| item.as_bool() == Some(true)) {
        return Ok(Value::bool(true));
    }
    Ok(if items(list).iter().all(Value::is_known) {
        Value::bool(false)
    } else {
        Value::unknown(Type::Bool)
    })
}

fn contains(call: &Call<'_>, list: &Value, wanted: &Value) -> Checked<Value> {
    if !matches!(list.ty(), Type::List(_) | Type::Tuple(_) | Type::Set(_)) {
        return Err("argument must be list, tuple, or set".into());
    }
    if let Some(found) = contains_text(call, list, wanted)? {
        return Ok(Value::bool(found));
    }
    let mut open = false;
    for item in items(list) {
        call.spend(item.size().min(wanted.size()))?;
        match wanted.equals(item).as_bool() {
            Some(true) => return Ok(Value::bool(true)),
            Some(false) => {}
            None => open = true,
        }
    }
    Ok(if open {
        Value::unknown(Type::Bool)
    } else {
        Value::bool(false)
    })
}

/// Whether a text is among texts, all of them known: few steps are enough for many of those. None for
/// other values.
fn contains_text(call: &Call<'_>, list: &Value, wanted: &Value) -> Checked<Option<bool>> {
    const AT_ONCE: usize = 32;
    let (Some(wanted), true) = (wanted.as_str(), list.is_wholly_known()) else {
        return Ok(None);
    };
    for items in items(list).chunks(AT_ONCE) {
        call.spend(1)?;
        for item in items {
            match item.view() {
                ValueRef::String(text) if text == wanted => return Ok(Some(true)),
                ValueRef::String(_) => {}
                _ => return Ok(None),
            }
        }
    }
    Ok(Some(false))
}

fn index(call: &Call<'_>, list: &Value, wanted: &Value) -> Checked<Value> {
    if !matches!(list.ty(), Type::List(_) | Type::Tuple(_)) {
        return Err("argument must be a list or tuple".into());
    }
    if items(list).is_empty() {
        return Err("cannot search an empty list".into());
    }
    for (position, item) in items(list).iter().enumerate() {
        call.spend(item.size().min(wanted.size()))?;
        match item.equals(wanted).as_bool() {
            Some(true) => return Ok(Value::from_len(position)),
            Some(false) => {}
            None => return Ok(Value::unknown(Type::Number)),
        }
    }
    Err("item not found".into())
}

fn length(call: &Call<'_>, value: &Value) -> Checked<Value> {
    let marks = value.marks().as_influence();
    let length = match (value.view(), value.ty()) {
        (ValueRef::String(text), _) => {
            call.spend(text.len() / 16)?;
            Value::from_len(letters(text))
        }
        (_, Type::String) => {
            // What is known of the beginning is a part of the length.
            let least = i64::try_from(letters(&value.refinement().prefix)).unwrap_or(i64::MAX);
            let refinement = Refinement {
                min: Some(Number::from_count(least)),
                ..Refinement::not_null()
            };
            Value::refined(Type::Number, refinement)
        }
        _ => value.length().ok_or("argument has no length")?,
    };
    Ok(length.with_marks(&marks))
}

/// What people take for letters: grapheme clusters.
fn letters(text: &str) -> usize {
    if text.is_ascii() && !text.contains('\r') {
        text.len()
    } else {
        text.graphemes(true).count()
    }
}

fn match_keys(call: &Call<'_>, arguments: &[Value]) -> Checked<Value> {
    let [values, keys, searched] = arguments else {
        return Err("three arguments are required".into());
    };
    if items(values).len() != items(keys).len() {
        return Err("length of keys and values should be equal".into());
    }
    let unified = unify([keys.ty(), searched.ty()]).ok_or("keys and searchset must be of the same type")?;
    let converted = |value| convert(value, &unified.ty).map_err(|error| error.message_with_path());
    let (keys, searched) = (converted(keys)?, converted(searched)?);
    if certain_length(&searched) == Some(0) {
        return Ok(sequence(call.ty, Vec::new()));
    }
    if !values.is_wholly_known() || !keys.is_wholly_known() {
        return Ok(undecided(call.ty, &arguments[..1]));
    }
    let mut matched = Vec::new();
    for (value, key) in items(values).iter().zip(items(&keys)) {
        for wanted in items(&searched) {
            call.spend(key.size().min(wanted.size()))?;
            match key.equals(wanted).as_bool() {
                Some(true) => {
                    matched.push(value.clone());
                    break;
                }
                Some(false) => {}
                // Terraform gives up here, although some keys may have matched.
                None => return Ok(sequence(call.ty, Vec::new())),
            }
        }
    }
    Ok(sequence(call.ty, matched))
}
