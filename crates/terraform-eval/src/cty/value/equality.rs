//! Terraform's `==` (cty's `Equals`).

use std::cmp::Ordering;

use super::{Value, ValueRef};
use crate::cty::marks::Marks;
use crate::cty::types::Type;

impl Value {
    /// `==`: true or false if that is certain, else an unknown bool. Values of different types are never equal, but null
    /// equals null of any type. The result has the marks of all parts as influences.
    #[must_use]
    pub fn equals(&self, other: &Self) -> Self {
        let marks = self.marks_deep().union(&other.marks_deep()).as_influence();
        known_or_unknown(is_equal(self, other), &marks)
    }

    /// `!=`.
    #[must_use]
    pub(in crate::cty) fn not_equals(&self, other: &Self) -> Self {
        let marks = self.marks_deep().union(&other.marks_deep()).as_influence();
        known_or_unknown(is_equal(self, other).map(|equal| !equal), &marks)
    }
}

/// A bool, or an unknown bool for `None`.
pub(in crate::cty) fn known_or_unknown(result: Option<bool>, marks: &Marks) -> Value {
    result
        .map_or_else(|| Value::unknown(Type::Bool).refine_not_null(), Value::bool)
        .with_marks(marks)
}

/// Whether two values are equal; `None` if that is not certain. Marks are ignored.
pub(in crate::cty) fn is_equal(left: &Value, right: &Value) -> Option<bool> {
    if left.is_null() && right.is_definitely_not_null() || right.is_null() && left.is_definitely_not_null() {
        return Some(false);
    }
    match (left.is_known(), right.is_known()) {
        (true, true) => {}
        (false, false) => return None,
        (true, false) => return equals_unknown(left, right),
        (false, true) => return equals_unknown(right, left),
    }
    if left.is_null() || right.is_null() {
        return Some(left.is_null() && right.is_null());
    }
    if !left.is_type_wholly_known() || !right.is_type_wholly_known() {
        let possible = left.ty().conforms_to(right.ty()) || right.ty().conforms_to(left.ty());
        return if possible { None } else { Some(false) };
    }
    if left.ty() != right.ty() {
        return Some(false);
    }
    match (left.view(), right.view()) {
        (ValueRef::Bool(left), ValueRef::Bool(right)) => Some(left == right),
        (ValueRef::Number(left), ValueRef::Number(right)) => Some(left == right),
        (ValueRef::String(left), ValueRef::String(right)) => Some(left == right),
        (ValueRef::List(left), ValueRef::List(right)) | (ValueRef::Tuple(left), ValueRef::Tuple(right)) => {
            all_equal(left.len() == right.len(), left.iter().zip(right))
        }
        (ValueRef::Set(left), ValueRef::Set(right)) => {
            if left.iter().chain(right).any(|item| !item.is_known()) {
                return None;
            }
            // Both have the same order. As in cty, elements that may be equal count as different.
            let equal = left.len() == right.len()
                && left
                    .iter()
                    .zip(right)
                    .all(|(left, right)| is_equal(left, right) == Some(true));
            Some(equal)
        }
        (ValueRef::Map(left), ValueRef::Map(right)) | (ValueRef::Object(left), ValueRef::Object(right)) => {
            all_equal(left.keys().eq(right.keys()), left.values().zip(right.values()))
        }
        _ => Some(false),
    }
}

/// The first pair that is not certainly equal determines the result.
fn all_equal<'a>(same_shape: bool, mut pairs: impl Iterator<Item = (&'a Value, &'a Value)>) -> Option<bool> {
    if !same_shape {
        return Some(false);
    }
    pairs
        .find_map(|(left, right)| match is_equal(left, right) {
            Some(true) => None,
            other => Some(other),
        })
        .unwrap_or(Some(true))
}

fn equals_unknown(known: &Value, unknown: &Value) -> Option<bool> {
    if known.is_null() {
        return None;
    }
    let refinement = unknown.refinement();
    let excluded = !known.ty().conforms_to(unknown.ty())
        || match known.view() {
            ValueRef::String(text) => !text.starts_with(&*refinement.prefix),
            ValueRef::Number(number) => {
                let beyond = |bound: Option<&crate::cty::number::Number>, order| {
                    bound.is_some_and(|bound| number.compare(bound) == order)
                };
                beyond(refinement.min.as_ref(), Ordering::Less)
                    || beyond(refinement.max.as_ref(), Ordering::Greater)
            }
            ValueRef::List(_) | ValueRef::Set(_) | ValueRef::Map(_) => {
                let given = known.refinement();
                given.max_length.is_some_and(|max| max < refinement.min_length)
                    || refinement.max_length.is_some_and(|max| given.min_length > max)
            }
            _ => false,
        };
    (excluded || !unknown.ty().has_dynamic() && known.ty() != unknown.ty()).then_some(false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cty::Refinement;
    use std::collections::BTreeMap;

    fn equal(left: &Value, right: &Value) -> Option<bool> {
        assert_eq!(is_equal(left, right), is_equal(right, left));
        left.equals(right).as_bool()
    }

    #[test]
    fn values_of_different_types_are_not_equal() {
        assert_eq!(equal(&Value::number(1), &Value::string("1")), Some(false));
        let (tuple, object) = (Value::tuple(vec![]), Value::object(BTreeMap::new()));
        assert_eq!(equal(&tuple, &object), Some(false));
        assert_eq!(equal(&tuple, &Value::list(Type::String, vec![])), Some(false));
        assert_eq!(equal(&Value::number(1), &Value::number(1)), Some(true));
    }

    #[test]
    fn null_equals_null_only() {
        let null = Value::null(Type::Dynamic);
        assert_eq!(equal(&null, &Value::null(Type::String)), Some(true));
        assert_eq!(equal(&null, &Value::string("")), Some(false));
        assert_eq!(equal(&null, &Value::unknown(Type::String)), None);
        assert_eq!(
            equal(&null, &Value::unknown(Type::String).refine_not_null()),
            Some(false)
        );
    }

    #[test]
    fn refinements_can_exclude_equality() {
        let unknown = Value::refined(
            Type::String,
            Refinement {
                prefix: "https://".into(),
                ..Refinement::not_null()
            },
        );
        assert_eq!(equal(&unknown, &Value::string("quay.io")), Some(false));
        assert_eq!(equal(&unknown, &Value::string("https://quay.io")), None);
        assert_eq!(equal(&unknown, &Value::number(1)), Some(false));
    }

    #[test]
    fn the_first_difference_decides_even_if_another_part_is_unknown() {
        let left = Value::tuple(vec![Value::number(1), Value::unknown(Type::String)]);
        let right = Value::tuple(vec![Value::number(2), Value::string("x")]);
        assert_eq!(equal(&left, &right), Some(false));
    }
}
