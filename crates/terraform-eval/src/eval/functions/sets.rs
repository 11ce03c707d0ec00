//! Functions on sets.

use std::collections::HashSet;

use crate::cty::{Marks, Refinement, Type, Value, convert, unify};

use super::parts::{Checked, Zeros, certain_length, identity, items, outer, sequence, undecided};
use super::{Call, Function, Parameter, Want};

/// The functions.
pub(super) const TABLE: &[Function] = &[
    Function {
        name: "setintersection",
        parameters: &[FIRST],
        variadic: Some(&OTHERS),
        result: common_set,
        run: |call, arguments| filtered(call, arguments, true).into(),
        passes_on: true,
        never_null: true,
    },
    Function {
        name: "setproduct",
        parameters: &[],
        variadic: Some(&Parameter::of("sets", Want::Any).unknown().marked()),
        result: product_type,
        run: |call, arguments| product(call, arguments).into(),
        passes_on: true,
        never_null: true,
    },
    Function {
        name: "setsubtract",
        parameters: &[
            Parameter::of("a", Want::Set).dynamic(),
            Parameter::of("b", Want::Set).dynamic(),
        ],
        variadic: None,
        result: common_set,
        run: |call, arguments| filtered(call, arguments, false).into(),
        passes_on: true,
        never_null: true,
    },
    Function {
        name: "setunion",
        parameters: &[FIRST],
        variadic: Some(&OTHERS),
        result: common_set,
        run: |call, arguments| union(call, arguments).into(),
        passes_on: true,
        never_null: true,
    },
];

const FIRST: Parameter = Parameter::of("first_set", Want::Set).dynamic();
const OTHERS: Parameter = Parameter::of("other_sets", Want::Set).dynamic();

fn common_set(arguments: &[Value]) -> Result<Type, String> {
    let undecided = |set: &&Value| {
        let empty = set.as_slice().is_some_and(<[Value]>::is_empty);
        empty && set.ty().element() == Some(&Type::Dynamic)
    };
    // An empty set of no type goes with any other.
    let decided = arguments.iter().filter(|set| !undecided(set));
    let types: Vec<&Type> = decided.filter_map(|set| set.ty().element()).collect();
    if types.is_empty() {
        return Ok(Type::set(Type::Dynamic));
    }
    match unify(types) {
        Some(unified) => Ok(Type::set(unified.ty)),
        None => Err("given sets must all have compatible element types".to_owned()),
    }
}

fn converted(call: &Call<'_>, arguments: &[Value]) -> Checked<Vec<Value>> {
    let mut sets = Vec::with_capacity(arguments.len());
    for argument in arguments {
        call.spend_elements(items(argument).len())?;
        sets.push(convert(argument, call.ty).map_err(|error| error.message_with_path())?);
    }
    Ok(sets)
}

/// An element type that only null has had is not decided by conversion, and Terraform then fails.
fn check_types(sets: &[Value]) -> Checked<()> {
    if sets.windows(2).any(|pair| pair[0].ty() != pair[1].ty()) {
        return Err("the sets have different element types".into());
    }
    Ok(())
}

fn union(call: &Call<'_>, arguments: &[Value]) -> Checked<Value> {
    let sets = converted(call, arguments)?;
    check_types(&sets)?;
    let all = sets.iter().flat_map(items).cloned().collect();
    let marks = sets
        .iter()
        .fold(Marks::new(), |marks, set| marks.union(set.marks()));
    Ok(sequence(&set_type(call.ty, &sets), all).with_marks(&marks))
}

/// The elements of the first set that all others have, or that none of them has.
fn filtered(call: &Call<'_>, arguments: &[Value], shared: bool) -> Checked<Value> {
    let sets = converted(call, arguments)?;
    // Terraform goes from set to set, and no further than to the first that is not known.
    let known = sets.iter().take_while(|set| set.is_wholly_known()).count();
    check_types(&sets[..known])?;
    if known < sets.len() {
        return Ok(undecided(call.ty, arguments));
    }
    let Some((first, others)) = sets.split_first() else {
        return Err("at least one set is required".into());
    };
    let mut kept = items(first).to_vec();
    let mut marks = first.marks().clone();
    for other in others {
        let mut identities = HashSet::new();
        for item in items(other) {
            let identity = identity(item, Zeros::Different);
            call.spend(1 + identity.len() / 32)?;
            identities.insert(identity);
        }
        kept.retain(|item| identities.contains(&identity(item, Zeros::Different)) == shared);
        marks = marks.union(&outer(other));
    }
    Ok(sequence(&set_type(call.ty, &sets), kept).with_marks(&marks))
}

/// The type of the result: an undecided element type is decided by the sets themselves.
fn set_type(ty: &Type, sets: &[Value]) -> Type {
    match ty.element() {
        Some(Type::Dynamic) => sets.first().map_or_else(|| ty.clone(), |set| set.ty().clone()),
        _ => ty.clone(),
    }
}

fn product_type(arguments: &[Value]) -> Result<Type, String> {
    if arguments.len() < 2 {
        return Err("at least two arguments are required".to_owned());
    }
    let mut ordered = true;
    let mut types = Vec::with_capacity(arguments.len());
    for argument in arguments {
        types.push(match argument.ty() {
            Type::Set(element) => {
                ordered = false;
                (**element).clone()
            }
            Type::List(element) => (**element).clone(),
            Type::Tuple(elements) if elements.is_empty() => Type::Dynamic,
            Type::Tuple(elements) => match unify(elements.iter()) {
                Some(unified) => unified.ty,
                None => return Err("all elements must be of the same type".to_owned()),
            },
            _ => return Err("a set or a list is required".to_owned()),
        });
    }
    let tuple = Type::tuple(types);
    Ok(if ordered {
        Type::list(tuple)
    } else {
        Type::set(tuple)
    })
}

/// What a tuple costs to make, in steps, apart from its elements: there can be very many.
const TUPLE: usize = 16;

fn product(call: &Call<'_>, arguments: &[Value]) -> Checked<Value> {
    let marks = arguments
        .iter()
        .fold(Marks::new(), |marks, argument| marks.union(&outer(argument)));
    let lengths = arguments
        .iter()
        .map(|argument| certain_length(argument).filter(|_| argument.is_known()))
        .collect::<Option<Vec<_>>>();
    let Some(lengths) = lengths else {
        let unknown = bounded_product(call.ty, arguments);
        return Ok(unknown.with_marks(undecided(call.ty, arguments).marks()));
    };
    let total = lengths.iter().fold(1, |total: usize, &length| {
        // An empty factor makes the product empty, however large the others are.
        if length == 0 {
            0
        } else {
            total.saturating_mul(length)
        }
    });
    let total = if lengths.contains(&0) { 0 } else { total };
    call.spend(total.saturating_mul(arguments.len().saturating_add(TUPLE)))?;
    if total == 0 {
        // The elements are not converted, and so cannot fail to be.
        return Ok(sequence(call.ty, Vec::new()).with_marks(&marks));
    }
    let wanted = call
        .ty
        .element()
        .and_then(Type::tuple_elements)
        .unwrap_or_default();
    let mut factors = Vec::with_capacity(arguments.len());
    for (argument, ty) in arguments.iter().zip(wanted) {
        let factor: Result<Vec<Value>, _> = items(argument).iter().map(|item| convert(item, ty)).collect();
        let factor = factor.map_err(|error| error.message_with_path())?;
        // Null and unknown values of no type do not get one inside of a tuple, and Terraform then fails.
        if factor.windows(2).any(|pair| pair[0].ty() != pair[1].ty()) {
            return Err("the elements of a list have different types".into());
        }
        factors.push(factor);
    }
    let mut tuples = Vec::with_capacity(total);
    for number in 0..total {
        // The last factor changes fastest.
        let mut rest = number;
        let mut tuple = Vec::with_capacity(factors.len());
        for factor in factors.iter().rev() {
            tuple.push(factor[rest % factor.len()].clone());
            rest /= factor.len();
        }
        tuple.reverse();
        tuples.push(Value::tuple(tuple));
    }
    Ok(sequence(call.ty, tuples).with_marks(&marks))
}

/// The unknown product of which at most the size is known.
fn bounded_product(ty: &Type, arguments: &[Value]) -> Value {
    const LARGEST_FACTOR: usize = 1024;
    const LARGEST: usize = 2048;
    let mut most = 1;
    for argument in arguments {
        let factor = match argument.ty() {
            Type::Tuple(types) => Some(types.len()),
            _ => argument.refinement().max_length,
        };
        most = match factor {
            Some(factor) if factor <= LARGEST_FACTOR && most * factor <= LARGEST => most * factor,
            _ => return Value::unknown(ty.clone()),
        };
    }
    let refinement = Refinement {
        min_length: most.min(1),
        max_length: Some(most),
        ..Refinement::not_null()
    };
    Value::refined(ty.clone(), refinement)
}
