//! Which types convert to which (cty's `getConversion`): decided by types alone, before any value.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::types::{ObjectType, Type};
use super::unify::unify_types;

/// How much a conversion may risk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Safety {
    /// Only what succeeds for every value: a number becomes a string.
    Safe,
    /// Also what can fail for a value: a string becomes a number.
    Unsafe,
}

/// Whether values of type `given` can be converted to `want`; in the unsafe case, perhaps. Equal types are
/// not looked for first: on the way into deep types that would compare the same parts again and again.
pub(super) fn convertible(given: &Type, want: &Type, safety: Safety) -> bool {
    let can = |given: &Type, want: &Type| convertible(given, want, safety);
    let risky = safety == Safety::Unsafe;
    match (given, want) {
        (_, Type::Dynamic)
        | (Type::String | Type::Number | Type::Bool, Type::String)
        | (Type::Number, Type::Number)
        | (Type::Bool, Type::Bool) => true,
        (Type::Dynamic, _) | (Type::String, Type::Number | Type::Bool) => risky,
        (Type::Object(given), Type::Object(want)) => {
            want.attributes
                .iter()
                .all(|(name, want_type)| match given.attributes.get(name) {
                    Some(given) => can(given, want_type),
                    None => want.optional.contains(name),
                })
        }
        (Type::Tuple(given), Type::Tuple(want)) => {
            given.len() == want.len()
                && given
                    .iter()
                    .zip(want.iter())
                    .all(|(given, want)| can(given, want))
        }
        (Type::List(given) | Type::Set(given), Type::List(want))
        | (Type::Set(given), Type::Set(want))
        | (Type::Map(given), Type::Map(want)) => can(given, want),
        (Type::List(given), Type::Set(want)) => risky && can(given, want),
        (Type::Tuple(given), Type::List(want) | Type::Set(want)) => {
            given.is_empty()
                || element_for_tuple(given, want, safety)
                    .is_some_and(|want| all_distinct(given.iter(), |given| can(given, &want)))
        }
        (Type::Object(given), Type::Map(want)) => {
            given.attributes.is_empty()
                || element_for_object(&given.attributes, want, safety)
                    .is_some_and(|want| all_distinct(given.attributes.values(), |given| can(given, &want)))
        }
        (Type::Map(given), Type::Object(want)) => risky && map_fits_object(given, want),
        _ => false,
    }
}

/// Asks once for a run of equal types: a long tuple mostly has the same type again and again.
fn all_distinct<'a>(types: impl Iterator<Item = &'a Type>, mut holds: impl FnMut(&Type) -> bool) -> bool {
    let mut last = None;
    for ty in types {
        if last != Some(ty) && !holds(ty) {
            return false;
        }
        last = Some(ty);
    }
    true
}

fn map_fits_object(element: &Type, want: &ObjectType) -> bool {
    want.attributes.iter().all(|(name, want_type)| {
        // An optional attribute that does not fit is no problem unless the map has that key.
        convertible(element, want_type, Safety::Unsafe) || want.optional.contains(name)
    })
}

/// The element type that a tuple gets as a list or set of `want`, which may be undecided.
pub(super) fn element_for_tuple(given: &[Type], want: &Type, safety: Safety) -> Option<Type> {
    if *want != Type::Dynamic {
        return Some(want.clone());
    }
    let element = unify_types(given, safety)?.ty;
    let undecided = element == Type::Dynamic && given.iter().any(|given| *given != Type::Dynamic);
    (!undecided).then_some(element)
}

/// The element type that an object gets as a map of `want`, which may be undecided.
pub(super) fn element_for_object(
    given: &BTreeMap<Arc<str>, Type>,
    want: &Type,
    safety: Safety,
) -> Option<Type> {
    if *want != Type::Dynamic {
        return Some(want.clone());
    }
    Some(unify_types(given.values(), safety)?.ty)
}

/// `want` with its undecided parts taken from `given`, for values that are unknown or null
/// (cty's `dynamicReplace`).
pub(super) fn decided(given: &Type, want: &Type) -> Type {
    let unified = |types: &mut dyn Iterator<Item = &Type>, want: &Type| {
        unify_types(types, Safety::Unsafe).map_or_else(|| want.clone(), |unified| decided(&unified.ty, want))
    };
    match (given, want) {
        (Type::Dynamic, _) => want.clone(),
        (_, Type::Dynamic) => given.clone(),
        (Type::Map(given), Type::Map(want)) => Type::map(decided(given, want)),
        (Type::Object(given), Type::Map(want)) => Type::map(unified(&mut given.attributes.values(), want)),
        (Type::Map(given), Type::Object(want)) => Type::object(
            want.attributes
                .iter()
                .map(|(name, want)| (name.clone(), decided(given, want))),
        ),
        (Type::Object(given), Type::Object(want)) => {
            Type::object(want.attributes.iter().map(|(name, want)| {
                let given = given.attributes.get(name);
                (
                    name.clone(),
                    given.map_or_else(|| want.clone(), |given| decided(given, want)),
                )
            }))
        }
        (Type::Set(given) | Type::List(given), Type::Set(want)) => Type::set(decided(given, want)),
        (Type::Set(given) | Type::List(given), Type::List(want)) => Type::list(decided(given, want)),
        (Type::Tuple(given), Type::Set(want)) => Type::set(unified(&mut given.iter(), want)),
        (Type::Tuple(given), Type::List(want)) => Type::list(unified(&mut given.iter(), want)),
        (Type::Tuple(given), Type::Tuple(want)) => Type::Tuple(
            given
                .iter()
                .zip(want.iter())
                .map(|(given, want)| decided(given, want))
                .collect(),
        ),
        _ => want.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_string_becomes_a_number_at_a_risk_only() {
        assert!(convertible(&Type::Number, &Type::String, Safety::Safe));
        assert!(!convertible(&Type::String, &Type::Number, Safety::Safe));
        assert!(convertible(&Type::String, &Type::Number, Safety::Unsafe));
        assert!(!convertible(&Type::Bool, &Type::Number, Safety::Unsafe));
    }

    #[test]
    fn an_object_may_have_more_attributes_than_are_wanted() {
        let given = Type::object([("a", Type::Number), ("b", Type::Bool)]);
        let want = Type::object([("a", Type::String)]);
        assert!(convertible(&given, &want, Safety::Safe));
        assert!(!convertible(&want, &given, Safety::Unsafe));
    }

    #[test]
    fn a_tuple_becomes_a_list_where_its_elements_have_a_common_type() {
        let any = Type::list(Type::Dynamic);
        let convertible = |elements: &[Type]| convertible(&Type::tuple(elements), &any, Safety::Unsafe);
        assert!(convertible(&[Type::Number, Type::String]));
        assert!(convertible(&[]));
        assert!(!convertible(&[Type::Number, Type::Bool]));
        assert!(!convertible(&[Type::Number, Type::tuple([])]));
    }
}
