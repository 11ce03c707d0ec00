//! Functions that choose one of their arguments, or the only element.

use crate::cty::{Type, Value, convert, unify};

use super::parts::{Checked, certain_length, items, outer, undecided};
use super::{Call, Function, Parameter, Want};

/// The functions.
pub(super) const TABLE: &[Function] = &[
    Function {
        name: "coalesce",
        parameters: &[],
        variadic: Some(&Parameter::of("vals", Want::Any).null().unknown().dynamic()),
        result: |arguments| {
            let unified = unify(arguments.iter().map(Value::ty));
            let unified = unified.ok_or("all arguments must have the same type")?;
            Ok(unified.ty)
        },
        run: |call, arguments| coalesce(call, arguments).into(),
        passes_on: true,
        never_null: true,
    },
    Function {
        name: "coalescelist",
        parameters: &[],
        variadic: Some(&Parameter::of("vals", Want::Any).null().unknown().dynamic()),
        result: common_sequence,
        run: |call, arguments| coalesce_list(call, arguments).into(),
        passes_on: true,
        never_null: true,
    },
    Function {
        name: "element",
        parameters: &[
            Parameter::of("list", Want::Any).marked(),
            Parameter::of("index", Want::Number),
        ],
        variadic: None,
        result: element_type,
        run: |_, arguments| element(arguments).into(),
        passes_on: true,
        never_null: false,
    },
    Function {
        name: "one",
        parameters: &[Parameter::of("list", Want::Any)],
        variadic: None,
        result: |arguments| match arguments[0].ty() {
            Type::List(element) | Type::Set(element) => Ok((**element).clone()),
            Type::Tuple(types) if types.len() < 2 => Ok(types.first().cloned().unwrap_or(Type::Dynamic)),
            _ => Err(NOT_ONE.to_owned()),
        },
        run: |call, arguments| one(call, arguments).into(),
        passes_on: true,
        never_null: false,
    },
];

const NOT_ONE: &str = "must be a list, set, or tuple value with either zero or one elements";

const EMPTY_LIST: &str = "cannot use element function with an empty list";

/// The first argument that is neither null nor an empty string, as the type that all have in common.
fn coalesce(call: &Call<'_>, arguments: &[Value]) -> Checked<Value> {
    for (position, argument) in arguments.iter().enumerate() {
        // What does not convert after all counts as null.
        let Ok(value) = convert(argument, call.ty) else {
            continue;
        };
        if !value.is_known() {
            return Ok(possible_choice(call.ty, &value, &arguments[position + 1..]));
        }
        let empty = *call.ty == Type::String && value.as_str().is_some_and(|text| text.is_empty());
        if !value.is_null() && !empty {
            return Ok(value);
        }
    }
    Err("no non-null, non-empty-string arguments".into())
}

/// The unknown result where an unknown argument may be the one. With no other behind it, it is, or the
/// call fails in the end.
fn possible_choice(ty: &Type, value: &Value, rest: &[Value]) -> Value {
    let unknown = Value::unknown(ty.clone());
    let certain = value.is_definitely_not_null() && !matches!(ty, Type::String | Type::Dynamic);
    if !certain && rest.iter().any(|other| !other.is_null()) {
        let marks = rest.iter().fold(value.marks().clone(), |marks, other| {
            marks.union(&other.marks_deep())
        });
        return unknown.with_marks(&marks.as_possible());
    }
    let unknown = unknown.with_marks(value.marks());
    match value.span() {
        Some(place) => unknown.with_span(place),
        None => unknown,
    }
}

fn common_sequence(arguments: &[Value]) -> Result<Type, String> {
    let Some(first) = arguments.first() else {
        return Err("at least one argument is required".to_owned());
    };
    let mut mixed = false;
    for argument in arguments {
        if !argument.is_known() {
            return Ok(Type::Dynamic);
        }
        if !matches!(argument.ty(), Type::List(_) | Type::Tuple(_)) {
            return Err("coalescelist arguments must be lists or tuples".to_owned());
        }
        mixed |= argument.ty() != first.ty();
    }
    Ok(if mixed { Type::Dynamic } else { first.ty().clone() })
}

fn coalesce_list(call: &Call<'_>, arguments: &[Value]) -> Checked<Value> {
    for (position, argument) in arguments.iter().enumerate() {
        if !argument.is_known() {
            return Ok(possible_choice(call.ty, argument, &arguments[position + 1..]));
        }
        if !items(argument).is_empty() {
            return Ok(argument.clone());
        }
    }
    Err("no non-null arguments".into())
}

fn element_type(arguments: &[Value]) -> Result<Type, String> {
    match arguments[0].ty() {
        Type::List(element) => Ok((**element).clone()),
        Type::Tuple(_) if !arguments[1].is_known() => Ok(Type::Dynamic),
        Type::Tuple(types) => {
            let index = super::parts::machine_integer(&arguments[1]);
            let index = index.map_err(|error| format!("invalid index: {error}"))?;
            if types.is_empty() {
                return Err(EMPTY_LIST.to_owned());
            }
            let index = wrapped(index, types.len());
            // Terraform 1.11 takes a negative index of a list and not of a tuple.
            index
                .filter(|_| !is_negative(&arguments[1]) || index == Some(0))
                .map(|index| types[index].clone())
                .ok_or_else(|| "the index is negative".to_owned())
        }
        other => Err(format!("cannot read elements from {}", other.friendly_name())),
    }
}

fn is_negative(index: &Value) -> bool {
    index.as_number().is_some_and(|number| number.sign() < 0)
}

/// The index in a sequence that is thought to repeat itself in both directions.
fn wrapped(index: i64, length: usize) -> Option<usize> {
    let length = i64::try_from(length).ok()?;
    usize::try_from(index.checked_rem_euclid(length)?).ok()
}

fn element(arguments: &[Value]) -> Checked<Value> {
    let index = super::parts::machine_integer(&arguments[1]);
    let index = index.map_err(|error| format!("invalid index: {error}"))?;
    let list = items(&arguments[0]);
    let item = wrapped(index, list.len()).and_then(|index| list.get(index));
    let item = item.ok_or(EMPTY_LIST)?;
    Ok(item.clone().with_marks(&outer(&arguments[0])))
}

fn one(call: &Call<'_>, arguments: &[Value]) -> Checked<Value> {
    let value = match (certain_length(&arguments[0]), items(&arguments[0])) {
        (None, _) => return Ok(undecided(call.ty, arguments)),
        (Some(0), _) => Value::null(call.ty.clone()),
        (Some(1), [only]) => only.clone(),
        _ => return Err(NOT_ONE.into()),
    };
    Ok(value.with_marks(&outer(&arguments[0])))
}
