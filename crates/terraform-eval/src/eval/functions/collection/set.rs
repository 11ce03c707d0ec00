//! Functions on sets.

use crate::cty::{Marks, Refinement, Type, Value, convert, unify};
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
    Function::new("setintersection", intersection)
        .param(FIRST_SET)
        .variadic(OTHER_SETS)
        .returns_type_of(common_set_type)
        .passes_through(),
    Function::new("setproduct", product)
        .variadic(
            Parameter::new("sets", ConstType::Any)
                .allow_unknown()
                .allow_marked(),
        )
        .returns_type_of(product_type)
        .passes_through(),
    Function::new("setsubtract", subtract)
        .param(Parameter::new("a", ConstType::Set).allow_dynamic())
        .param(Parameter::new("b", ConstType::Set).allow_dynamic())
        .returns_type_of(common_set_type)
        .passes_through(),
    Function::new("setunion", union)
        .param(FIRST_SET)
        .variadic(OTHER_SETS)
        .returns_type_of(common_set_type)
        .passes_through(),
];

const FIRST_SET: Parameter = Parameter::new("first_set", ConstType::Set).allow_dynamic();
const OTHER_SETS: Parameter = Parameter::new("other_sets", ConstType::Set).allow_dynamic();

fn common_set_type(args: Args<'_>) -> FunctionResult<Type> {
    let is_untyped = |set: &&Value| {
        let is_empty = set.as_slice().is_some_and(<[Value]>::is_empty);
        is_empty && set.ty().element() == Some(&Type::Dynamic)
    };
    // An untyped empty set is compatible with any other set.
    let typed = args.all().iter().filter(|set| !is_untyped(set));
    let types: Vec<&Type> = typed.filter_map(|set| set.ty().element()).collect();
    if types.is_empty() {
        return Ok(Type::set(Type::Dynamic));
    }
    match unify(types) {
        Some(unified) => Ok(Type::set(unified.ty)),
        None => Err("given sets must all have compatible element types".into()),
    }
}

/// Converts a set to the type of the result.
fn convert_set(call: &Call<'_>, set: &Value) -> FunctionResult<Value> {
    call.charge_elements(items(set).len())?;
    convert(set, call.result_type).map_err(|error| error.message_with_path().into())
}

/// A set that contains only untyped nulls keeps its element type when it is converted, and Terraform then fails.
fn check_types(sets: &[Value]) -> FunctionResult<()> {
    if sets.windows(2).any(|pair| pair[0].ty() != pair[1].ty()) {
        return Err("the sets have different element types".into());
    }
    Ok(())
}

fn union(call: &Call<'_>, args: Args<'_>) -> FunctionResult {
    let sets: Vec<Value> = args
        .all()
        .iter()
        .map(|set| convert_set(call, set))
        .collect::<FunctionResult<_>>()?;
    check_types(&sets)?;
    let all = sets.iter().flat_map(items).cloned().collect();
    let marks = sets
        .iter()
        .fold(Marks::new(), |marks, set| marks.union(set.marks()));
    Ok(new_sequence(&set_type(call.result_type, &sets), all).with_marks(&marks))
}

fn intersection(call: &Call<'_>, args: Args<'_>) -> FunctionResult {
    filter(call, args, true)
}

fn subtract(call: &Call<'_>, args: Args<'_>) -> FunctionResult {
    filter(call, args, false)
}

/// The elements of the first set that each other set contains, or that none of them contains.
fn filter(call: &Call<'_>, args: Args<'_>, is_contained: bool) -> FunctionResult {
    // Terraform converts and compares the sets in order, and stops at the first unknown one.
    let mut sets = Vec::with_capacity(args.len());
    for set in args.all() {
        let set = convert_set(call, set)?;
        if !set.is_wholly_known() {
            break;
        }
        sets.push(set);
    }
    check_types(&sets)?;
    if sets.len() < args.len() {
        return Ok(unknown_result(call.result_type, args.all()));
    }
    let Some((first, others)) = sets.split_first() else {
        return Err("at least one set is required".into());
    };
    let mut filtered = items(first).to_vec();
    let mut marks = first.marks().clone();
    for other in others {
        let mut keys = HashSet::default();
        for item in items(other) {
            let key = equality_key(item, Zeros::Distinct);
            call.charge(1 + key.len() / 32)?;
            keys.insert(key);
        }
        filtered.retain(|item| keys.contains(&equality_key(item, Zeros::Distinct)) == is_contained);
        marks = marks.union(&container_marks(other));
    }
    Ok(new_sequence(&set_type(call.result_type, &sets), filtered).with_marks(&marks))
}

/// The type of the result: the sets determine an element type that is unknown.
fn set_type(ty: &Type, sets: &[Value]) -> Type {
    match ty.element() {
        Some(Type::Dynamic) => sets.first().map_or_else(|| ty.clone(), |set| set.ty().clone()),
        _ => ty.clone(),
    }
}

fn product_type(args: Args<'_>) -> FunctionResult<Type> {
    if args.len() < 2 {
        return Err("at least two arguments are required".into());
    }
    let mut is_ordered = true;
    let mut types = Vec::with_capacity(args.len());
    for argument in args.all() {
        types.push(match argument.ty() {
            Type::Set(element) => {
                is_ordered = false;
                (**element).clone()
            }
            Type::List(element) => (**element).clone(),
            Type::Tuple(elements) if elements.is_empty() => Type::Dynamic,
            Type::Tuple(elements) => match unify(elements.iter()) {
                Some(unified) => unified.ty,
                None => return Err("all elements must be of the same type".into()),
            },
            _ => return Err("a set or a list is required".into()),
        });
    }
    let tuple = Type::tuple(types);
    Ok(if is_ordered {
        Type::list(tuple)
    } else {
        Type::set(tuple)
    })
}

/// The steps that a tuple costs in addition to its elements.
const STEPS_PER_TUPLE: usize = 16;

fn product(call: &Call<'_>, args: Args<'_>) -> FunctionResult {
    let marks = args.all().iter().fold(Marks::new(), |marks, argument| {
        marks.union(&container_marks(argument))
    });
    let lengths = args
        .all()
        .iter()
        .map(|argument| known_length(argument).filter(|_| argument.is_known()))
        .collect::<Option<Vec<_>>>();
    let Some(lengths) = lengths else {
        let unknown = unknown_product(call.result_type, args.all());
        return Ok(unknown.with_marks(unknown_result(call.result_type, args.all()).marks()));
    };
    let total = lengths.iter().fold(1, |total: usize, &length| {
        // An empty factor makes the product empty, even if the length of the others overflows.
        if length == 0 {
            0
        } else {
            total.saturating_mul(length)
        }
    });
    let total = if lengths.contains(&0) { 0 } else { total };
    call.charge(total.saturating_mul(args.len().saturating_add(STEPS_PER_TUPLE)))?;
    if total == 0 {
        // The elements are not converted, so conversion cannot fail.
        return Ok(new_sequence(call.result_type, Vec::new()).with_marks(&marks));
    }
    let types = call
        .result_type
        .element()
        .and_then(Type::tuple_elements)
        .unwrap_or_default();
    let mut factors = Vec::with_capacity(args.len());
    for (argument, ty) in args.all().iter().zip(types) {
        let factor: Result<Vec<Value>, _> = items(argument).iter().map(|item| convert(item, ty)).collect();
        let factor = factor.map_err(|error| error.message_with_path())?;
        // Untyped nulls and unknowns keep their type inside a tuple, and Terraform then fails.
        if factor.windows(2).any(|pair| pair[0].ty() != pair[1].ty()) {
            return Err("the elements of a list have different types".into());
        }
        factors.push(factor);
    }
    let mut tuples = Vec::with_capacity(total);
    for number in 0..total {
        // The last factor varies fastest.
        let mut rest = number;
        let mut tuple = Vec::with_capacity(factors.len());
        for factor in factors.iter().rev() {
            tuple.push(factor[rest % factor.len()].clone());
            rest /= factor.len();
        }
        tuple.reverse();
        tuples.push(Value::tuple(tuple));
    }
    Ok(new_sequence(call.result_type, tuples).with_marks(&marks))
}

/// An unknown product, with the largest length that it can have if that is small.
fn unknown_product(ty: &Type, factors: &[Value]) -> Value {
    const MAX_FACTOR: usize = 1024;
    const MAX_PRODUCT: usize = 2048;
    let mut max_length = 1;
    for factor in factors {
        let factor_length = match factor.ty() {
            Type::Tuple(types) => Some(types.len()),
            _ => factor.refinement().max_length,
        };
        max_length = match factor_length {
            Some(length) if length <= MAX_FACTOR && max_length * length <= MAX_PRODUCT => max_length * length,
            _ => return Value::unknown(ty.clone()),
        };
    }
    let refinement = Refinement {
        min_length: max_length.min(1),
        max_length: Some(max_length),
        ..Refinement::not_null()
    };
    Value::refined(ty.clone(), refinement)
}
