//! The type that values of different types have in common (cty's `Unify`): for the elements of a list,
//! the branches of a conditional.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use super::convert::{ConvertError, convert};
use super::convert_containers::rewrapped;
use super::convertible::{Safety, convertible};
use super::types::Type;
use super::value::{Value, ValueRef};

/// So many different types of mixed kinds have nothing in common that anybody meant.
const MAX_MIXED: usize = 512;

/// A type that all of the given ones convert to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unified {
    /// The type.
    pub ty: Type,
    /// A collection met a value whose type is not known yet: nothing can be said of either.
    pub is_unknown: bool,
    /// The collection that tuples or objects were taken for, where that is not the type.
    disguise: Option<Type>,
}

impl Unified {
    /// Values of this type.
    pub(super) fn from_type(ty: Type) -> Self {
        Self {
            ty,
            is_unknown: false,
            disguise: None,
        }
    }

    /// Converts one of the values whose types were unified. Where nothing could be said, the result is
    /// unknown.
    pub fn convert(&self, value: &Value) -> Result<Value, ConvertError> {
        if self.is_unknown {
            return Ok(Value::dynamic().with_marks(&value.marks_deep().as_influence()));
        }
        if *value.ty() == self.ty {
            return Ok(value.clone());
        }
        match &self.disguise {
            Some(disguise) if matches!(value.view(), ValueRef::Tuple(_) | ValueRef::Object(_)) => {
                // As in cty, the collection only has to be possible; what is inside stays as it was and gets
                // no type of its own to agree on.
                convert(value, disguise)?;
                rewrapped(value, &self.ty)
            }
            _ => convert(value, &self.ty),
        }
    }
}

/// The most general of the types, or one made from them, that all convert to; a conversion can still
/// fail for a value (cty's `UnifyUnsafe`). None where they have nothing in common.
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
                disguise: None,
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

/// Each type once, in the order of first appearance.
fn distinct<'a>(types: impl IntoIterator<Item = &'a Type>) -> Vec<&'a Type> {
    let mut seen = HashSet::new();
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

/// Objects with the same names unify by attribute, others become maps.
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

/// Tuples of the same length unify by element, others become lists.
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

/// Unifies again after all types of one kind were replaced by the collection they have in common:
/// an object next to a map is a map in disguise.
fn with_replaced(
    types: &[&Type],
    safety: Safety,
    kind: fn(&Type) -> bool,
    common: fn(&[&Type], Safety) -> Option<Type>,
) -> Option<Unified> {
    let disguised: Vec<&Type> = types.iter().copied().filter(|ty| kind(ty)).collect();
    let collection = common(&disguised, safety)?;
    let replaced = types.iter().map(|ty| if kind(ty) { &collection } else { *ty });
    let unified = unify_types(replaced, safety)?;
    let disguise = (unified.ty != collection).then_some(collection);
    Some(Unified { disguise, ..unified })
}

/// The types, the more general ones first, else in the order given.
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

/// Positive where `left` is the more general type, negative where `right` is, 0 where neither is.
fn generality(left: &Type, right: &Type) -> i32 {
    use Type::{Dynamic, List, Map, Object, Set, String, Tuple};
    match (left, right) {
        (Dynamic, Dynamic) | (String, String) => 0,
        // Whatever is not decided yet is hoped to become what its neighbours are; a list is preferred to
        // a set, which becomes one safely.
        (_, Dynamic) | (List(_), Tuple(_)) | (Map(_), Object(_)) | (Tuple(_) | List(_), Set(_)) => 1,
        (Dynamic, _) | (Tuple(_), List(_)) | (Object(_), Map(_)) | (Set(_), Tuple(_) | List(_)) => -1,
        (String, other) if other.is_primitive() => 1,
        (other, String) if other.is_primitive() => -1,
        (List(left), List(right)) | (Set(left), Set(right)) | (Map(left), Map(right)) => {
            generality(left, right)
        }
        (Object(left), Object(right)) if left.attributes.keys().eq(right.attributes.keys()) => {
            agreed(left.attributes.values().zip(right.attributes.values()))
        }
        (Tuple(left), Tuple(right)) if left.len() == right.len() => agreed(left.iter().zip(right.iter())),
        _ => 0,
    }
}

fn agreed<'a>(pairs: impl Iterator<Item = (&'a Type, &'a Type)>) -> i32 {
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

    fn common(types: &[Type]) -> Option<String> {
        unify(types).map(|unified| unified.ty.to_string())
    }

    /// As `type(tolist([…]))` answers.
    #[test]
    fn elements_take_the_most_general_type() {
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
    fn a_tuple_beside_a_list_is_a_list() {
        let types = [Type::list(Type::Number), Type::tuple([Type::String, Type::Bool])];
        assert_eq!(common(&types).as_deref(), Some("list(string)"));
        let types = [Type::map(Type::Number), Type::object([("b", Type::String)])];
        assert_eq!(common(&types).as_deref(), Some("map(string)"));
        assert_eq!(common(&[Type::tuple([]), Type::object::<&str>([])]), None);
    }

    #[test]
    fn a_collection_beside_an_undecided_value_is_undecided() {
        let types = [Type::list(Type::Number), Type::Dynamic];
        assert!(unify(&types).is_some_and(|unified| unified.is_unknown));
    }
}
