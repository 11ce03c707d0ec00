//! Functions that make lists and tuples of others.

use std::cmp::Ordering;
use std::collections::HashSet;

use crate::cty::{Marks, Number, Refinement, Type, Value, convert, unify};

use super::parts::{
    Checked, Zeros, certain_length, identity, items, machine_integer, outer, sequence, undecided,
};
use super::{Call, Function, Parameter, Want};

/// The functions.
pub(super) const TABLE: &[Function] = &[
    Function {
        name: "chunklist",
        parameters: &[
            Parameter::of("list", Want::List).marked(),
            Parameter::of("size", Want::Number).marked(),
        ],
        variadic: None,
        result: |arguments| Ok(Type::list(arguments[0].ty().clone())),
        run: |call, arguments| chunks(call, &arguments[0], &arguments[1]).into(),
        passes_on: true,
        never_null: true,
    },
    Function {
        name: "compact",
        parameters: &[Parameter::of("list", Want::ListOfString)],
        variadic: None,
        result: |_| Ok(Want::ListOfString.ty()),
        run: |call, arguments| compact(call, arguments).into(),
        passes_on: true,
        never_null: true,
    },
    Function {
        name: "concat",
        parameters: &[],
        variadic: Some(&Parameter::of("seqs", Want::Any).marked()),
        result: concatenated_type,
        run: |call, arguments| concat(call, arguments).into(),
        passes_on: true,
        never_null: true,
    },
    Function {
        name: "distinct",
        parameters: &[Parameter::of("list", Want::List)],
        variadic: None,
        result: |arguments| Ok(arguments[0].ty().clone()),
        run: |call, arguments| distinct(call, arguments).into(),
        passes_on: true,
        never_null: true,
    },
    Function {
        name: "list",
        parameters: &[],
        variadic: Some(&Parameter::of("vals", Want::Any).null().unknown().dynamic()),
        result: |_| Err("\"list\" is gone since Terraform 0.12; write tolist([ ... ])".to_owned()),
        run: |call, _| super::Outcome::Value(Value::unknown(call.ty.clone())),
        passes_on: false,
        never_null: false,
    },
    Function {
        name: "range",
        parameters: &[],
        variadic: Some(&Parameter::of("params", Want::Number)),
        result: |_| Ok(Type::list(Type::Number)),
        run: |call, arguments| range(call, arguments).into(),
        passes_on: false,
        never_null: true,
    },
    Function {
        name: "reverse",
        parameters: &[Parameter::of("list", Want::Any).marked()],
        variadic: None,
        result: |arguments| match arguments[0].ty() {
            Type::Tuple(types) => Ok(Type::tuple(types.iter().rev().cloned().collect::<Vec<_>>())),
            Type::List(element) | Type::Set(element) => Ok(Type::list((**element).clone())),
            other => {
                let given = other.friendly_name();
                Err(format!("can only reverse list or tuple values, not {given}"))
            }
        },
        run: |call, arguments| reverse(call, &arguments[0]).into(),
        passes_on: true,
        never_null: true,
    },
    Function {
        name: "slice",
        parameters: &[
            Parameter::of("list", Want::Any).marked(),
            Parameter::of("start_index", Want::Number),
            Parameter::of("end_index", Want::Number),
        ],
        variadic: None,
        result: sliced_type,
        run: |call, arguments| slice(call, arguments).into(),
        passes_on: true,
        never_null: true,
    },
    Function {
        name: "sort",
        parameters: &[Parameter::of("list", Want::ListOfString).unknown()],
        variadic: None,
        result: |_| Ok(Want::ListOfString.ty()),
        run: |call, arguments| sort(call, arguments).into(),
        passes_on: true,
        never_null: true,
    },
];

fn chunks(call: &Call<'_>, list: &Value, size: &Value) -> Checked<Value> {
    let marks = outer(list).union(&outer(size));
    let size = machine_integer(size).map_err(|error| format!("invalid size: {error}"))?;
    let size = usize::try_from(size).map_err(|_| "the size argument must be positive".to_owned())?;
    call.spend_elements(items(list).len())?;
    let chunks = match (items(list), size) {
        ([], _) => Vec::new(),
        (_, 0) => vec![list.unmark().0],
        (items, size) => items
            .chunks(size)
            .map(|chunk| sequence(list.ty(), chunk.to_vec()))
            .collect(),
    };
    Ok(sequence(call.ty, chunks).with_marks(&marks))
}

fn compact(call: &Call<'_>, arguments: &[Value]) -> Checked<Value> {
    let list = &arguments[0];
    if !list.is_wholly_known() {
        return Ok(undecided(call.ty, arguments));
    }
    call.spend_elements(items(list).len())?;
    let filled = |item: &&Value| item.as_str().is_some_and(|text| !text.is_empty());
    let kept = items(list).iter().filter(filled).cloned().collect();
    Ok(sequence(call.ty, kept).with_marks(&outer(list)))
}

fn concatenated_type(arguments: &[Value]) -> Result<Type, String> {
    if arguments.is_empty() {
        return Err("at least one argument is required".to_owned());
    }
    let lists = arguments
        .iter()
        .all(|argument| matches!(argument.ty(), Type::List(_)));
    if lists && let Some(unified) = unify(arguments.iter().map(Value::ty)) {
        return Ok(unified.ty);
    }
    let mut types = Vec::new();
    for argument in arguments {
        match (argument.ty(), argument.as_slice()) {
            (Type::Tuple(elements), _) => types.extend(elements.iter().cloned()),
            (Type::List(_), None) => return Ok(Type::Dynamic),
            (Type::List(element), Some(items)) => {
                types.extend(std::iter::repeat_n((**element).clone(), items.len()));
            }
            (other, _) => {
                let given = other.friendly_name();
                return Err(format!("all arguments must be lists or tuples; got {given}"));
            }
        }
    }
    Ok(Type::tuple(types))
}

fn concat(call: &Call<'_>, arguments: &[Value]) -> Checked<Value> {
    let mut all = Vec::new();
    let mut marks = Marks::new();
    for argument in arguments {
        call.spend_elements(items(argument).len())?;
        let list = match call.ty {
            Type::List(_) => convert(argument, call.ty).map_err(|error| error.message_with_path())?,
            _ => argument.clone(),
        };
        all.extend(items(&list).iter().cloned());
        marks = marks.union(&outer(argument));
    }
    let joined = match call.ty.element() {
        // Lists of what has no type yet take the type that their elements have.
        Some(Type::Dynamic) => {
            let mut types = all.iter().map(Value::ty).filter(|ty| **ty != Type::Dynamic);
            let element = types.next().cloned().unwrap_or(Type::Dynamic);
            if types.any(|ty| *ty != element) {
                return Err("the elements of the lists have different types".into());
            }
            Value::list(element, all)
        }
        _ => sequence(call.ty, all),
    };
    Ok(joined.with_marks(&marks))
}

fn distinct(call: &Call<'_>, arguments: &[Value]) -> Checked<Value> {
    let list = &arguments[0];
    if !list.is_wholly_known() {
        return Ok(undecided(call.ty, arguments));
    }
    let mut seen = HashSet::new();
    let mut kept = Vec::new();
    for item in items(list) {
        let identity = identity(item, Zeros::Same);
        call.spend(1 + identity.len() / 32)?;
        if seen.insert(identity) {
            kept.push(item.clone());
        }
    }
    Ok(sequence(call.ty, kept).with_marks(&outer(list)))
}

/// Terraform makes no more numbers than this.
const MAX_RANGE: usize = 1024;

fn range(call: &Call<'_>, arguments: &[Value]) -> Checked<Value> {
    let numbers: Vec<&Number> = arguments.iter().filter_map(Value::as_number).collect();
    let zero = Number::from_count(0);
    let towards = |start: &Number, end: &Number| {
        let down = end.compare(start) == Ordering::Less;
        Number::from_count(if down { -1 } else { 1 })
    };
    let (start, end, step) = match numbers.as_slice() {
        [end] => (&zero, *end, towards(&zero, end)),
        [start, end] => (*start, *end, towards(start, end)),
        [start, end, step] => (*start, *end, (*step).clone()),
        _ => return Err("must have one, two, or three arguments".into()),
    };
    // A step of zero is no error here in itself: Terraform compares it with another zero by identity.
    let (wrong, reason) = if step.sign() < 0 {
        (
            Ordering::Greater,
            "end must be less than start when step is negative",
        )
    } else {
        (
            Ordering::Less,
            "end must be greater than start when step is positive",
        )
    };
    if end.compare(start) == wrong {
        return Err(reason.into());
    }
    let mut made = Vec::new();
    let mut number = start.clone();
    while end.compare(&number) == wrong.reverse() {
        call.spend_elements(1)?;
        if made.len() >= MAX_RANGE {
            return Err(
                "more than 1024 values were generated; either decrease the difference between \
                        start and end or use a smaller step"
                    .into(),
            );
        }
        made.push(Value::number(number.clone()));
        number = number.add(&step).map_err(|error| error.to_string())?;
    }
    Ok(Value::list(Type::Number, made))
}

fn reverse(call: &Call<'_>, list: &Value) -> Checked<Value> {
    call.spend_elements(items(list).len())?;
    let reversed = items(list).iter().rev().cloned().collect();
    Ok(sequence(call.ty, reversed).with_marks(&outer(list)))
}

fn sliced_type(arguments: &[Value]) -> Result<Type, String> {
    match arguments[0].ty() {
        Type::Set(_) => {
            return Err(
                "cannot slice a set, because its elements do not have indices; explicitly convert to a list \
                 if the ordering of the result is not important"
                    .to_owned(),
            );
        }
        Type::List(_) | Type::Tuple(_) => {}
        _ => return Err("must be a list or tuple value".to_owned()),
    }
    let bounds = slice_bounds(arguments)?;
    match (arguments[0].ty(), bounds) {
        (Type::Tuple(types), Some((start, end))) => Ok(Type::tuple(&types[start..end])),
        (Type::Tuple(_), None) => Ok(Type::Dynamic),
        (other, _) => Ok(other.clone()),
    }
}

/// The bounds of a slice, checked as far as they are known; none where one is not.
fn slice_bounds(arguments: &[Value]) -> Result<Option<(usize, usize)>, String> {
    let length = certain_length(&arguments[0]);
    let bound = |value: &Value, name: &str| -> Result<Option<usize>, String> {
        if !value.is_known() {
            return Ok(None);
        }
        let bound = machine_integer(value).map_err(|error| format!("invalid {name} index: {error}"))?;
        let bound = usize::try_from(bound).map_err(|_| format!("{name} index must not be less than zero"))?;
        if length.is_some_and(|length| bound > length) {
            return Err(format!(
                "{name} index must not be greater than the length of the list"
            ));
        }
        Ok(Some(bound))
    };
    let bounds = bound(&arguments[1], "start")?.zip(bound(&arguments[2], "end")?);
    match bounds {
        Some((start, end)) if start > end => Err("start index must not be greater than end index".to_owned()),
        bounds => Ok(bounds),
    }
}

fn slice(call: &Call<'_>, arguments: &[Value]) -> Checked<Value> {
    let list = &arguments[0];
    let bounds = slice_bounds(arguments)?;
    let part = bounds.and_then(|(start, end)| items(list).get(start..end));
    let part = part.ok_or("the indices are not known")?;
    call.spend_elements(part.len())?;
    Ok(sequence(call.ty, part.to_vec()).with_marks(&outer(list)))
}

fn sort(call: &Call<'_>, arguments: &[Value]) -> Checked<Value> {
    let list = &arguments[0];
    if !list.is_wholly_known() {
        // The order is open; the length is not.
        let given = list.refinement();
        let refinement = Refinement {
            min_length: given.min_length,
            max_length: given.max_length,
            ..Refinement::not_null()
        };
        let marks = undecided(call.ty, arguments).marks().clone();
        return Ok(Value::refined(call.ty.clone(), refinement).with_marks(&marks));
    }
    if let Some(position) = items(list).iter().position(Value::is_null) {
        return Err(format!("given list element {position} is null; a null string cannot be sorted").into());
    }
    call.spend_elements(items(list).len())?;
    let mut sorted = items(list).to_vec();
    sorted.sort_by(|left, right| left.as_str().cmp(&right.as_str()));
    Ok(sequence(call.ty, sorted).with_marks(&outer(list)))
}
