//! Functions that build lists and tuples.

use std::cmp::Ordering;

use crate::cty::{Marks, Number, Refinement, Type, Value, convert, unify};
use crate::eval::functions::args::Args;
use crate::eval::functions::elements::{
    Zeros, container_marks, equality_key, items, known_length, new_sequence, unknown_result,
};
use crate::eval::functions::error::FunctionResult;
use crate::eval::functions::function::{ConstType, Function, Parameter};
use crate::eval::functions::host::Call;
use crate::hashing::HashSet;

/// The functions of this file.
pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("chunklist", chunk_list)
        .param(Parameter::new("list", ConstType::List).allow_marked())
        .param(Parameter::new("size", ConstType::Number).allow_marked())
        .returns_type_of(|args| Ok(Type::list(args.value(0).ty().clone())))
        .passes_through(),
    Function::new("compact", compact)
        .param(Parameter::new("list", ConstType::ListOfString))
        .returns(ConstType::ListOfString)
        .passes_through(),
    Function::new("concat", concat)
        .variadic(Parameter::new("seqs", ConstType::Any).allow_marked())
        .returns_type_of(concat_type)
        .passes_through(),
    Function::new("distinct", distinct)
        .param(Parameter::new("list", ConstType::List))
        .returns_type_of(|args| Ok(args.value(0).ty().clone()))
        .passes_through(),
    Function::new("list", removed)
        .variadic(
            Parameter::new("vals", ConstType::Any)
                .allow_null()
                .allow_unknown()
                .allow_dynamic(),
        )
        .returns_type_of(|_| Err(REMOVED.into()))
        .may_be_null(),
    Function::new("range", range)
        .variadic(Parameter::new("params", ConstType::Number))
        .returns(ConstType::ListOfNumber),
    Function::new("reverse", reverse)
        .param(Parameter::new("list", ConstType::Any).allow_marked())
        .returns_type_of(reverse_type)
        .passes_through(),
    Function::new("slice", slice)
        .param(Parameter::new("list", ConstType::Any).allow_marked())
        .param(Parameter::new("start_index", ConstType::Number))
        .param(Parameter::new("end_index", ConstType::Number))
        .returns_type_of(slice_type)
        .passes_through(),
    Function::new("sort", sort)
        .param(Parameter::new("list", ConstType::ListOfString).allow_unknown())
        .returns(ConstType::ListOfString)
        .passes_through(),
];

const REMOVED: &str = "\"list\" is gone since Terraform 0.12; write tolist([ ... ])";

fn removed(_: &Call<'_>, _: Args<'_>) -> FunctionResult {
    Err(REMOVED.into())
}

fn chunk_list(call: &Call<'_>, args: Args<'_>) -> FunctionResult {
    let list = args.value(0);
    let marks = container_marks(list).union(&container_marks(args.value(1)));
    let size = args
        .integer(1)
        .map_err(|error| error.in_context("invalid size"))?;
    let size = usize::try_from(size).map_err(|_| "the size argument must be positive")?;
    call.charge_elements(items(list).len())?;
    let chunks = match (items(list), size) {
        ([], _) => Vec::new(),
        (_, 0) => vec![list.unmark().0],
        (items, size) => items
            .chunks(size)
            .map(|chunk| new_sequence(list.ty(), chunk.to_vec()))
            .collect(),
    };
    Ok(new_sequence(call.result_type, chunks).with_marks(&marks))
}

fn compact(call: &Call<'_>, args: Args<'_>) -> FunctionResult {
    let list = args.value(0);
    if !list.is_wholly_known() {
        return Ok(unknown_result(call.result_type, args.all()));
    }
    call.charge_elements(items(list).len())?;
    let is_filled = |item: &&Value| item.as_str().is_some_and(|text| !text.is_empty());
    let compacted = items(list).iter().filter(is_filled).cloned().collect();
    Ok(new_sequence(call.result_type, compacted).with_marks(&container_marks(list)))
}

fn concat_type(args: Args<'_>) -> FunctionResult<Type> {
    if args.len() == 0 {
        return Err("at least one argument is required".into());
    }
    let lists = args
        .all()
        .iter()
        .all(|argument| matches!(argument.ty(), Type::List(_)));
    if lists && let Some(unified) = unify(args.all().iter().map(Value::ty)) {
        return Ok(unified.ty);
    }
    let mut types = Vec::new();
    for argument in args.all() {
        match (argument.ty(), argument.as_slice()) {
            (Type::Tuple(elements), _) => types.extend(elements.iter().cloned()),
            (Type::List(_), None) => return Ok(Type::Dynamic),
            (Type::List(element), Some(items)) => {
                types.extend(std::iter::repeat_n((**element).clone(), items.len()));
            }
            (other, _) => {
                let ty = other.friendly_name();
                return Err(format!("all arguments must be lists or tuples; got {ty}").into());
            }
        }
    }
    Ok(Type::tuple(types))
}

fn concat(call: &Call<'_>, args: Args<'_>) -> FunctionResult {
    let mut all = Vec::new();
    let mut marks = Marks::new();
    for argument in args.all() {
        call.charge_elements(items(argument).len())?;
        let list = match call.result_type {
            Type::List(_) => {
                convert(argument, call.result_type).map_err(|error| error.message_with_path())?
            }
            _ => argument.clone(),
        };
        all.extend(items(&list).iter().cloned());
        marks = marks.union(&container_marks(argument));
    }
    let joined = match call.result_type.element() {
        // Lists whose element type is unknown take the type of their elements.
        Some(Type::Dynamic) => {
            let mut types = all.iter().map(Value::ty).filter(|ty| **ty != Type::Dynamic);
            let element = types.next().cloned().unwrap_or(Type::Dynamic);
            if types.any(|ty| *ty != element) {
                return Err("the elements of the lists have different types".into());
            }
            Value::list(element, all)
        }
        _ => new_sequence(call.result_type, all),
    };
    Ok(joined.with_marks(&marks))
}

fn distinct(call: &Call<'_>, args: Args<'_>) -> FunctionResult {
    let list = args.value(0);
    if !list.is_wholly_known() {
        return Ok(unknown_result(call.result_type, args.all()));
    }
    let mut seen = HashSet::default();
    let mut distinct = Vec::new();
    for item in items(list) {
        let key = equality_key(item, Zeros::Equal);
        call.charge(1 + key.len() / 32)?;
        if seen.insert(key) {
            distinct.push(item.clone());
        }
    }
    Ok(new_sequence(call.result_type, distinct).with_marks(&container_marks(list)))
}

/// The maximum number of values that Terraform generates.
const MAX_RANGE: usize = 1024;

fn range(call: &Call<'_>, args: Args<'_>) -> FunctionResult {
    let numbers: Vec<&Number> = args.all().iter().filter_map(Value::as_number).collect();
    let zero = Number::from_count(0);
    let unit_step = |start: &Number, end: &Number| {
        let is_down = end.compare(start) == Ordering::Less;
        Number::from_count(if is_down { -1 } else { 1 })
    };
    let (start, end, step) = match numbers.as_slice() {
        [end] => (&zero, *end, unit_step(&zero, end)),
        [start, end] => (*start, *end, unit_step(start, end)),
        [start, end, step] => (*start, *end, (*step).clone()),
        _ => return Err("must have one, two, or three arguments".into()),
    };
    // Terraform does not reject a step of zero: it compares pointers.
    let (wrong_order, message) = if step.sign() < 0 {
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
    if end.compare(start) == wrong_order {
        return Err(message.into());
    }
    let mut numbers = Vec::new();
    let mut number = start.clone();
    while end.compare(&number) == wrong_order.reverse() {
        call.charge_elements(1)?;
        if numbers.len() >= MAX_RANGE {
            return Err(
                "more than 1024 values were generated; either decrease the difference between \
                        start and end or use a smaller step"
                    .into(),
            );
        }
        numbers.push(Value::number(number.clone()));
        number = number.add(&step).map_err(|error| error.to_string())?;
    }
    Ok(Value::list(Type::Number, numbers))
}

fn reverse_type(args: Args<'_>) -> FunctionResult<Type> {
    match args.value(0).ty() {
        Type::Tuple(types) => Ok(Type::tuple(types.iter().rev().cloned().collect::<Vec<_>>())),
        Type::List(element) | Type::Set(element) => Ok(Type::list((**element).clone())),
        other => {
            let ty = other.friendly_name();
            Err(format!("can only reverse list or tuple values, not {ty}").into())
        }
    }
}

fn reverse(call: &Call<'_>, args: Args<'_>) -> FunctionResult {
    let list = args.value(0);
    call.charge_elements(items(list).len())?;
    let reversed = items(list).iter().rev().cloned().collect();
    Ok(new_sequence(call.result_type, reversed).with_marks(&container_marks(list)))
}

fn slice_type(args: Args<'_>) -> FunctionResult<Type> {
    match args.value(0).ty() {
        Type::Set(_) => {
            return Err(
                "cannot slice a set, because its elements do not have indices; explicitly convert to a list \
                 if the ordering of the result is not important"
                    .into(),
            );
        }
        Type::List(_) | Type::Tuple(_) => {}
        _ => return Err("must be a list or tuple value".into()),
    }
    let bounds = slice_bounds(args)?;
    match (args.value(0).ty(), bounds) {
        (Type::Tuple(types), Some((start, end))) => Ok(Type::tuple(&types[start..end])),
        (Type::Tuple(_), None) => Ok(Type::Dynamic),
        (other, _) => Ok(other.clone()),
    }
}

/// The bounds of a slice, checked as far as they are known; `None` if one of them is unknown.
fn slice_bounds(args: Args<'_>) -> FunctionResult<Option<(usize, usize)>> {
    let length = known_length(args.value(0));
    let bound = |position: usize, name: &str| -> FunctionResult<Option<usize>> {
        if !args.value(position).is_known() {
            return Ok(None);
        }
        let bound = args
            .integer(position)
            .map_err(|error| error.in_context(format_args!("invalid {name} index")))?;
        let bound = usize::try_from(bound).map_err(|_| format!("{name} index must not be less than zero"))?;
        if length.is_some_and(|length| bound > length) {
            return Err(format!("{name} index must not be greater than the length of the list").into());
        }
        Ok(Some(bound))
    };
    let bounds = bound(1, "start")?.zip(bound(2, "end")?);
    match bounds {
        Some((start, end)) if start > end => Err("start index must not be greater than end index".into()),
        bounds => Ok(bounds),
    }
}

fn slice(call: &Call<'_>, args: Args<'_>) -> FunctionResult {
    let list = args.value(0);
    let bounds = slice_bounds(args)?;
    let part = bounds.and_then(|(start, end)| items(list).get(start..end));
    let part = part.ok_or("the indices are unknown")?;
    call.charge_elements(part.len())?;
    Ok(new_sequence(call.result_type, part.to_vec()).with_marks(&container_marks(list)))
}

fn sort(call: &Call<'_>, args: Args<'_>) -> FunctionResult {
    let list = args.value(0);
    if !list.is_wholly_known() {
        // The order is unknown; the length may be known.
        let length = list.refinement();
        let refinement = Refinement {
            min_length: length.min_length,
            max_length: length.max_length,
            ..Refinement::not_null()
        };
        let marks = unknown_result(call.result_type, args.all()).marks().clone();
        return Ok(Value::refined(call.result_type.clone(), refinement).with_marks(&marks));
    }
    if let Some(position) = items(list).iter().position(Value::is_null) {
        return Err(format!("given list element {position} is null; a null string cannot be sorted").into());
    }
    call.charge_elements(items(list).len())?;
    let mut sorted = items(list).to_vec();
    sorted.sort_by(|left, right| left.as_str().cmp(&right.as_str()));
    Ok(new_sequence(call.result_type, sorted).with_marks(&container_marks(list)))
}
