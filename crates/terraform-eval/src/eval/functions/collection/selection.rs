//! Functions that select one of their arguments, or one element.

use crate::cty::{Type, Value, convert, unify};
use crate::dialect::Feature;
use crate::eval::functions::args::Args;
use crate::eval::functions::elements::{container_marks, items, known_length, unknown_result};
use crate::eval::functions::error::FunctionResult;
use crate::eval::functions::function::{ConstType, Function, Parameter};
use crate::eval::functions::host::Call;

/// The functions of this file.
pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("coalesce", coalesce)
        .variadic(CANDIDATES)
        .returns_type_of(coalesce_type)
        .passes_through(),
    Function::new("coalescelist", coalesce_list)
        .variadic(CANDIDATES)
        .returns_type_of(coalesce_list_type)
        .passes_through(),
    Function::new("element", element)
        .param(Parameter::new("list", ConstType::Any).allow_marked())
        .param(Parameter::new("index", ConstType::Number))
        .returns_type_of(element_type)
        .passes_through()
        .may_be_null()
        .constant_cost(),
    Function::new("one", one)
        .param(Parameter::new("list", ConstType::Any))
        .returns_type_of(one_type)
        .passes_through()
        .may_be_null(),
];

const CANDIDATES: Parameter = Parameter::new("vals", ConstType::Any)
    .allow_null()
    .allow_unknown()
    .allow_dynamic();

const NOT_ONE: &str = "must be a list, set, or tuple value with either zero or one elements";

const EMPTY_LIST: &str = "cannot use element function with an empty list";

fn coalesce_type(args: Args<'_>) -> FunctionResult<Type> {
    let unified = unify(args.all().iter().map(Value::ty));
    let unified = unified.ok_or("all arguments must have the same type")?;
    Ok(unified.ty)
}

/// Returns the first argument that is neither null nor an empty string, converted to the common type.
fn coalesce(call: &Call<'_>, args: Args<'_>) -> FunctionResult {
    for (position, argument) in args.all().iter().enumerate() {
        // Terraform treats an argument that does not convert as null.
        let Ok(value) = convert(argument, call.result_type) else {
            continue;
        };
        if !value.is_known() {
            return Ok(unknown_selection(
                call.result_type,
                &value,
                args.rest(position + 1),
            ));
        }
        let is_empty =
            *call.result_type == Type::String && value.as_str().is_some_and(|text| text.is_empty());
        if !value.is_null() && !is_empty {
            return Ok(value);
        }
    }
    Err("no non-null, non-empty-string arguments".into())
}

/// The unknown result if an unknown argument may be the selected one. Without a further candidate it is
/// selected, or the call fails in the end.
fn unknown_selection(ty: &Type, value: &Value, rest: &[Value]) -> Value {
    let unknown = Value::unknown(ty.clone());
    let is_certain = value.is_definitely_not_null() && !matches!(ty, Type::String | Type::Dynamic);
    if !is_certain && rest.iter().any(|other| !other.is_null()) {
        let marks = rest.iter().fold(value.marks().clone(), |marks, other| {
            marks.union(&other.marks_deep())
        });
        return unknown.with_marks(&marks.as_possible());
    }
    let unknown = unknown.with_marks(value.marks());
    match value.span() {
        Some(span) => unknown.with_span(span),
        None => unknown,
    }
}

fn coalesce_list_type(args: Args<'_>) -> FunctionResult<Type> {
    let Some(first) = args.get(0) else {
        return Err("at least one argument is required".into());
    };
    let mut is_mixed = false;
    for argument in args.all() {
        if !argument.is_known() {
            return Ok(Type::Dynamic);
        }
        if !matches!(argument.ty(), Type::List(_) | Type::Tuple(_)) {
            return Err("coalescelist arguments must be lists or tuples".into());
        }
        is_mixed |= argument.ty() != first.ty();
    }
    Ok(if is_mixed {
        Type::Dynamic
    } else {
        first.ty().clone()
    })
}

fn coalesce_list(call: &Call<'_>, args: Args<'_>) -> FunctionResult {
    for (position, argument) in args.all().iter().enumerate() {
        if !argument.is_known() {
            return Ok(unknown_selection(
                call.result_type,
                argument,
                args.rest(position + 1),
            ));
        }
        if !items(argument).is_empty() {
            return Ok(argument.clone());
        }
    }
    Err("no non-null arguments".into())
}

fn element_type(args: Args<'_>) -> FunctionResult<Type> {
    let index = args.value(1);
    match args.value(0).ty() {
        Type::List(element) => Ok((**element).clone()),
        Type::Tuple(_) if !index.is_known() => Ok(Type::Dynamic),
        Type::Tuple(types) => {
            let position = element_index(args)?;
            if types.is_empty() {
                return Err(EMPTY_LIST.into());
            }
            let is_accepted =
                args.has(Feature::WrappedNegativeElement) || accepts_tuple_index(position, types.len());
            wrap_index(position, types.len())
                .filter(|_| is_accepted)
                .map(|position| types[position].clone())
                .ok_or_else(|| "the index is negative".into())
        }
        other => Err(format!("cannot read elements from {}", other.friendly_name()).into()),
    }
}

fn element_index(args: Args<'_>) -> FunctionResult<i64> {
    let index = args
        .integer(1)
        .map_err(|error| error.in_context("invalid index"))?;
    if index < 0 && !args.has(Feature::NegativeElement) {
        return Err("cannot use element function with a negative index".into());
    }
    Ok(index)
}

/// Whether programs without [`Feature::WrappedNegativeElement`] accept an index of a tuple: of the negative ones, only
/// those of the first element.
fn accepts_tuple_index(index: i64, length: usize) -> bool {
    index >= 0 || wrap_index(index, length) == Some(0)
}

/// Wraps an index around at both ends of a sequence.
fn wrap_index(index: i64, length: usize) -> Option<usize> {
    let length = i64::try_from(length).ok()?;
    usize::try_from(index.checked_rem_euclid(length)?).ok()
}

fn element(_: &Call<'_>, args: Args<'_>) -> FunctionResult {
    let list = items(args.value(0));
    let position = wrap_index(element_index(args)?, list.len());
    let item = position.and_then(|position| list.get(position));
    let item = item.ok_or(EMPTY_LIST)?;
    Ok(item.clone().with_marks(&container_marks(args.value(0))))
}

fn one_type(args: Args<'_>) -> FunctionResult<Type> {
    match args.value(0).ty() {
        Type::List(element) | Type::Set(element) => Ok((**element).clone()),
        Type::Tuple(types) if types.len() < 2 => Ok(types.first().cloned().unwrap_or(Type::Dynamic)),
        _ => Err(NOT_ONE.into()),
    }
}

fn one(call: &Call<'_>, args: Args<'_>) -> FunctionResult {
    let list = args.value(0);
    let value = match (known_length(list), items(list)) {
        (None, _) => return Ok(unknown_result(call.result_type, args.all())),
        (Some(0), _) => Value::null(call.result_type.clone()),
        (Some(1), [only]) => only.clone(),
        _ => return Err(NOT_ONE.into()),
    };
    Ok(value.with_marks(&container_marks(list)))
}
