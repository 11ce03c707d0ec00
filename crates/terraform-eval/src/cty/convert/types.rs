//! Conversion of types, without values: which types convert to which (cty's `getConversion`), and the type that
//! several types have in common (cty's `Unify`). Both need each other: a tuple converts to a list if its
//! elements have a type in common, and types have a type in common to which all of them convert.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::cty::types::{ObjectType, Type};
use crate::hashing::HashSet;

/// More different types of mixed kinds than these are not unified, which would take quadratic time.
const MAX_MIXED: usize = 512;

/// Whether a conversion may fail for some values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Safety {
    /// A conversion that succeeds for every value: from number to string.
    Safe,
    /// A conversion that may fail for a value: from string to number.
    Unsafe,
}

/// Whether values of type `given` convert to `want`; in the unsafe case, some values may not. Equality of the types
/// is not tested first, because that would compare the parts of deep types again on each level.
pub(super) fn convertible(given: &Type, want: &Type, safety: Safety) -> bool {
    let can = |given: &Type, want: &Type| convertible(given, want, safety);
    let is_unsafe = safety == Safety::Unsafe;
    match (given, want) {
        (_, Type::Dynamic)
        | (Type::String | Type::Number | Type::Bool, Type::String)
        | (Type::Number, Type::Number)
        | (Type::Bool, Type::Bool) => true,
        (Type::Dynamic, _) | (Type::String, Type::Number | Type::Bool) => is_unsafe,
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
        (Type::List(given), Type::Set(want)) => is_unsafe && can(given, want),
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
        (Type::Map(given), Type::Object(want)) => is_unsafe && map_converts_to_object(given, want),
        _ => false,
    }
}

/// Tests each run of equal types once: most elements of a long tuple have the same type.
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

fn map_converts_to_object(element: &Type, want: &ObjectType) -> bool {
    want.attributes.iter().all(|(name, want_type)| {
        // An optional attribute that does not convert is an error only if the map has that key.
        convertible(element, want_type, Safety::Unsafe) || want.optional.contains(name)
    })
}

/// The element type of a tuple that is converted to a list or set of `want`, which may be dynamic.
pub(super) fn element_for_tuple(given: &[Type], want: &Type, safety: Safety) -> Option<Type> {
    if *want != Type::Dynamic {
        return Some(want.clone());
    }
    let element = unify_types(given, safety)?.ty;
    let is_undetermined = element == Type::Dynamic && given.iter().any(|given| *given != Type::Dynamic);
    (!is_undetermined).then_some(element)
}

/// The element type of an object that is converted to a map of `want`, which may be dynamic.
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

/// `want` with its dynamic parts replaced by those of `given`, for unknown and null values (cty's
/// `dynamicReplace`).
pub(super) fn replace_dynamic(given: &Type, want: &Type) -> Type {
    let unified = |types: &mut dyn Iterator<Item = &Type>, want: &Type| {
        unify_types(types, Safety::Unsafe)
            .map_or_else(|| want.clone(), |unified| replace_dynamic(&unified.ty, want))
    };
    match (given, want) {
        (Type::Dynamic, _) => want.clone(),
        (_, Type::Dynamic) => given.clone(),
        (Type::Map(given), Type::Map(want)) => Type::map(replace_dynamic(given, want)),
        (Type::Object(given), Type::Map(want)) => Type::map(unified(&mut given.attributes.values(), want)),
        (Type::Map(given), Type::Object(want)) => Type::object(
            want.attributes
                .iter()
                .map(|(name, want)| (name.clone(), replace_dynamic(given, want))),
        ),
        (Type::Object(given), Type::Object(want)) => {
            Type::object(want.attributes.iter().map(|(name, want)| {
                let given = given.attributes.get(name);
                (
                    name.clone(),
                    given.map_or_else(|| want.clone(), |given| replace_dynamic(given, want)),
                )
            }))
        }
        (Type::Set(given) | Type::List(given), Type::Set(want)) => Type::set(replace_dynamic(given, want)),
        (Type::Set(given) | Type::List(given), Type::List(want)) => Type::list(replace_dynamic(given, want)),
        (Type::Tuple(given), Type::Set(want)) => Type::set(unified(&mut given.iter(), want)),
        (Type::Tuple(given), Type::List(want)) => Type::list(unified(&mut given.iter(), want)),
        (Type::Tuple(given), Type::Tuple(want)) => Type::Tuple(
            given
                .iter()
                .zip(want.iter())
                .map(|(given, want)| replace_dynamic(given, want))
                .collect(),
        ),
        _ => want.clone(),
    }
}

/// The type to which several types convert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unified {
    /// The common type.
    pub ty: Type,
    /// The types are a collection and an unknown type, so that the values become unknown values of unknown type.
    pub is_unknown: bool,
    /// The collection as which tuples or objects were unified, if it is not the common type.
    pub(super) collection: Option<Type>,
}

impl Unified {
    /// Values that have this type already or convert to it.
    pub(in crate::cty) fn from_type(ty: Type) -> Self {
        Self {
            ty,
            is_unknown: false,
            collection: None,
        }
    }
}

/// The most general of the types, or one built from them, to which all of them convert. A conversion can still fail
/// for a value (cty's `UnifyUnsafe`). `None` if there is no such type.
#[must_use]
pub fn unify<'a>(types: impl IntoIterator<Item = &'a Type>) -> Option<Unified> {
    unify_types(types, Safety::Unsafe)
}

pub(super) fn unify_types<'a>(types: impl IntoIterator<Item = &'a Type>, safety: Safety) -> Option<Unified> {
    let types = distinct(types);
    match types.as_slice() {
        [] => return None,
        [only] => return Some(Unified::from_type((*only).clone())),
        _ => {}
    }
    let count = |kind: fn(&Type) -> bool| types.iter().filter(|ty| kind(ty)).count();
    let maps = count(|ty| matches!(ty, Type::Map(_)));
    let lists = count(|ty| matches!(ty, Type::List(_)));
    let sets = count(|ty| matches!(ty, Type::Set(_)));
    let objects = count(|ty| matches!(ty, Type::Object(_)));
    let tuples = count(|ty| matches!(ty, Type::Tuple(_)));
    let dynamic = count(|ty| matches!(ty, Type::Dynamic));
    let all = types.len();

    for kind in [maps, lists, sets, objects, tuples] {
        if kind > 0 && dynamic > 0 && kind + dynamic == all {
            return Some(Unified {
                ty: Type::Dynamic,
                is_unknown: true,
                collection: None,
            });
        }
    }
    if maps == all {
        return elements(&types, safety).map(Type::map).map(Unified::from_type);
    }
    if lists == all {
        return elements(&types, safety).map(Type::list).map(Unified::from_type);
    }
    if sets == all {
        return elements(&types, safety).map(Type::set).map(Unified::from_type);
    }
    if objects == all {
        return unify_objects(&types, safety).map(Unified::from_type);
    }
    if tuples == all {
        return unify_tuples(&types, safety).map(Unified::from_type);
    }
    if maps > 0
        && maps + objects + dynamic == all
        && let Some(unified) =
            with_replaced(&types, safety, |ty| matches!(ty, Type::Object(_)), objects_to_map)
        && matches!(unified.ty, Type::Map(_))
    {
        return Some(unified);
    }
    if lists > 0
        && lists + tuples + dynamic == all
        && let Some(unified) =
            with_replaced(&types, safety, |ty| matches!(ty, Type::Tuple(_)), tuples_to_list)
        && matches!(unified.ty, Type::List(_))
    {
        return Some(unified);
    }
    if objects > 0 && tuples > 0 || all > MAX_MIXED {
        return None;
    }
    by_preference(&types)
        .into_iter()
        .find(|want| types.iter().all(|ty| convertible(ty, want, safety)))
        .map(|want| Unified::from_type(want.clone()))
}

/// The unique types, in the order of their first appearance.
fn distinct<'a>(types: impl IntoIterator<Item = &'a Type>) -> Vec<&'a Type> {
    let mut seen = HashSet::default();
    let mut distinct: Vec<&Type> = Vec::new();
    let mut last = None;
    for ty in types {
        if last != Some(ty) && seen.insert(ty) {
            distinct.push(ty);
        }
        last = Some(ty);
    }
    distinct
}

fn elements(types: &[&Type], safety: Safety) -> Option<Type> {
    Some(unify_types(types.iter().filter_map(|ty| ty.element()), safety)?.ty)
}

/// Objects with the same attribute names unify by attribute; others become maps.
fn unify_objects(types: &[&Type], safety: Safety) -> Option<Type> {
    let attributes: Vec<_> = types.iter().filter_map(|ty| ty.attributes()).collect();
    let (first, rest) = attributes.split_first()?;
    if rest.iter().any(|other| !other.keys().eq(first.keys())) {
        return objects_to_map(types, safety);
    }
    let mut unified: BTreeMap<Arc<str>, Type> = BTreeMap::new();
    for name in first.keys() {
        let across = attributes.iter().filter_map(|attributes| attributes.get(name));
        unified.insert(name.clone(), unify_types(across, safety)?.ty);
    }
    let unified = Type::object(unified);
    if types.iter().all(|ty| convertible(ty, &unified, safety)) {
        Some(unified)
    } else {
        objects_to_map(types, safety)
    }
}

fn objects_to_map(types: &[&Type], safety: Safety) -> Option<Type> {
    let all = types
        .iter()
        .filter_map(|ty| ty.attributes())
        .flat_map(BTreeMap::values);
    let map = Type::map(unify_types(all, safety)?.ty);
    types
        .iter()
        .all(|ty| convertible(ty, &map, safety))
        .then_some(map)
}

/// Tuples of the same length unify by element; others become lists.
fn unify_tuples(types: &[&Type], safety: Safety) -> Option<Type> {
    let tuples: Vec<_> = types.iter().filter_map(|ty| ty.tuple_elements()).collect();
    let (first, rest) = tuples.split_first()?;
    if rest.iter().any(|other| other.len() != first.len()) {
        return tuples_to_list(types, safety);
    }
    let mut unified = Vec::with_capacity(first.len());
    for index in 0..first.len() {
        let across = tuples.iter().filter_map(|elements| elements.get(index));
        unified.push(unify_types(across, safety)?.ty);
    }
    let unified = Type::tuple(unified);
    if types.iter().all(|ty| convertible(ty, &unified, safety)) {
        Some(unified)
    } else {
        tuples_to_list(types, safety)
    }
}

fn tuples_to_list(types: &[&Type], safety: Safety) -> Option<Type> {
    let all = types.iter().filter_map(|ty| ty.tuple_elements()).flatten();
    let list = Type::list(unify_types(all, safety)?.ty);
    types
        .iter()
        .all(|ty| convertible(ty, &list, safety))
        .then_some(list)
}

/// Unifies the types after those of one kind were replaced by their common collection: objects beside maps are
/// unified as a map.
fn with_replaced(
    types: &[&Type],
    safety: Safety,
    kind: fn(&Type) -> bool,
    common: fn(&[&Type], Safety) -> Option<Type>,
) -> Option<Unified> {
    let replaced: Vec<&Type> = types.iter().copied().filter(|ty| kind(ty)).collect();
    let collection = common(&replaced, safety)?;
    let replaced = types.iter().map(|ty| if kind(ty) { &collection } else { *ty });
    let unified = unify_types(replaced, safety)?;
    let collection = (unified.ty != collection).then_some(collection);
    Some(Unified {
        collection,
        ..unified
    })
}

/// The types, more general ones first, else in their order.
fn by_preference<'a>(types: &[&'a Type]) -> Vec<&'a Type> {
    let mut below: Vec<Vec<usize>> = vec![Vec::new(); types.len()];
    let mut above = vec![0_usize; types.len()];
    for (left, left_type) in types.iter().enumerate() {
        for (right, right_type) in types.iter().enumerate().skip(left + 1) {
            let (general, special) = match generality(left_type, right_type) {
                1.. => (left, right),
                0 => continue,
                _ => (right, left),
            };
            below[general].push(special);
            above[special] += 1;
        }
    }
    let mut order: Vec<usize> = (0..types.len()).filter(|&index| above[index] == 0).collect();
    let mut next = 0;
    while let Some(&general) = order.get(next) {
        next += 1;
        for &special in &below[general] {
            above[special] -= 1;
            if above[special] == 0 {
                order.push(special);
            }
        }
    }
    order.into_iter().map(|index| types[index]).collect()
}

/// Positive if `left` is the more general type, negative if `right` is, 0 if neither is.
fn generality(left: &Type, right: &Type) -> i32 {
    use Type::{Dynamic, List, Map, Object, Set, String, Tuple};
    match (left, right) {
        (Dynamic, Dynamic) | (String, String) => 0,
        // A dynamic type is assumed to become what the others are. A list is preferred to a set, which converts to it
        // safely.
        (_, Dynamic) | (List(_), Tuple(_)) | (Map(_), Object(_)) | (Tuple(_) | List(_), Set(_)) => 1,
        (Dynamic, _) | (Tuple(_), List(_)) | (Object(_), Map(_)) | (Set(_), Tuple(_) | List(_)) => -1,
        (String, other) if other.is_primitive() => 1,
        (other, String) if other.is_primitive() => -1,
        (List(left), List(right)) | (Set(left), Set(right)) | (Map(left), Map(right)) => {
            generality(left, right)
        }
        (Object(left), Object(right)) if left.attributes.keys().eq(right.attributes.keys()) => {
            common_generality(left.attributes.values().zip(right.attributes.values()))
        }
        (Tuple(left), Tuple(right)) if left.len() == right.len() => {
            common_generality(left.iter().zip(right.iter()))
        }
        _ => 0,
    }
}

fn common_generality<'a>(pairs: impl Iterator<Item = (&'a Type, &'a Type)>) -> i32 {
    let (mut left_wins, mut right_wins) = (false, false);
    for (left, right) in pairs {
        let generality = generality(left, right);
        left_wins |= generality > 0;
        right_wins |= generality < 0;
    }
    i32::from(left_wins) - i32::from(right_wins)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn string_to_number_is_an_unsafe_conversion() {
        assert!(convertible(&Type::Number, &Type::String, Safety::Safe));
        assert!(!convertible(&Type::String, &Type::Number, Safety::Safe));
        assert!(convertible(&Type::String, &Type::Number, Safety::Unsafe));
        assert!(!convertible(&Type::Bool, &Type::Number, Safety::Unsafe));
    }

    #[test]
    fn objects_may_have_additional_attributes() {
        let given = Type::object([("a", Type::Number), ("b", Type::Bool)]);
        let want = Type::object([("a", Type::String)]);
        assert!(convertible(&given, &want, Safety::Safe));
        assert!(!convertible(&want, &given, Safety::Unsafe));
    }

    #[test]
    fn tuples_convert_to_lists_if_their_elements_unify() {
        let any = Type::list(Type::Dynamic);
        let convertible = |elements: &[Type]| convertible(&Type::tuple(elements), &any, Safety::Unsafe);
        assert!(convertible(&[Type::Number, Type::String]));
        assert!(convertible(&[]));
        assert!(!convertible(&[Type::Number, Type::Bool]));
        assert!(!convertible(&[Type::Number, Type::tuple([])]));
    }

    fn common(types: &[Type]) -> Option<String> {
        unify(types).map(|unified| unified.ty.to_string())
    }

    /// As `type(tolist([…]))` answers.
    #[test]
    fn types_unify_to_the_most_general_one() {
        let object = |names: &[(&str, Type)]| Type::object(names.iter().cloned());
        assert_eq!(common(&[Type::Number, Type::String]).as_deref(), Some("string"));
        assert_eq!(common(&[Type::Number, Type::Bool]), None);
        assert_eq!(
            common(&[Type::Number, Type::Bool, Type::String]).as_deref(),
            Some("string")
        );
        assert_eq!(common(&[Type::Number, Type::Dynamic]).as_deref(), Some("number"));
        assert_eq!(
            common(&[object(&[("a", Type::Number)]), object(&[("a", Type::String)])]).as_deref(),
            Some("object({ a: string, })")
        );
        assert_eq!(
            common(&[object(&[("a", Type::Number)]), object(&[("b", Type::String)])]).as_deref(),
            Some("map(string)")
        );
        assert_eq!(
            common(&[object(&[("a", Type::Number)]), object(&[("b", Type::tuple([]))])]),
            None
        );
    }

    #[test]
    fn tuples_of_different_lengths_become_lists() {
        let tuples = [
            Type::tuple([Type::Number, Type::String]),
            Type::tuple([Type::Bool]),
        ];
        assert_eq!(common(&tuples).as_deref(), Some("list(string)"));
    }

    #[test]
    fn a_tuple_and_a_list_unify_to_a_list() {
        let types = [Type::list(Type::Number), Type::tuple([Type::String, Type::Bool])];
        assert_eq!(common(&types).as_deref(), Some("list(string)"));
        let types = [Type::map(Type::Number), Type::object([("b", Type::String)])];
        assert_eq!(common(&types).as_deref(), Some("map(string)"));
        assert_eq!(common(&[Type::tuple([]), Type::object::<&str>([])]), None);
    }

    #[test]
    fn a_collection_unified_with_an_undecided_value_is_dynamic() {
        let types = [Type::list(Type::Number), Type::Dynamic];
        assert!(unify(&types).is_some_and(|unified| unified.is_unknown));
    }
}
