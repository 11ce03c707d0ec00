//! Length and elements of values.

use super::refinement::Refinement;
use super::{Value, ValueRef};
use crate::cty::marks::Marks;
use crate::cty::number::Number;
use crate::cty::types::Type;

impl Value {
    /// The number of elements of a list, set, map, tuple or object; an unknown number with bounds if it is not
    /// certain. `None` for null and for values without elements.
    #[must_use]
    pub fn length(&self) -> Option<Value> {
        let marks = self.marks().as_influence();
        let length = match (self.view(), self.ty()) {
            (ValueRef::Null, _) => return None,
            (_, Type::Tuple(elements)) => elements.len(),
            (_, Type::Object(object)) => object.attributes.len(),
            (ValueRef::Unknown(refinement), ty) if ty.is_collection() => {
                let bound = |length: usize| Number::from_count(i64::try_from(length).unwrap_or(i64::MAX));
                let refinement = Refinement {
                    min: Some(bound(refinement.min_length)),
                    max: refinement.max_length.map(bound),
                    ..Refinement::not_null()
                };
                return Some(Self::refined(Type::Number, refinement).with_marks(&marks));
            }
            (ValueRef::Unknown(_), Type::Dynamic) => {
                return Some(Self::unknown(Type::Number).refine_not_null().with_marks(&marks));
            }
            (ValueRef::Set(items), _) if items.len() > 1 && !self.is_wholly_known() => {
                // Unknown elements may be equal.
                let max = i64::try_from(items.len()).unwrap_or(i64::MAX);
                let refinement = Refinement {
                    min: Some(Number::from_count(1)),
                    max: Some(Number::from_count(max)),
                    ..Refinement::not_null()
                };
                return Some(Self::refined(Type::Number, refinement).with_marks(&marks));
            }
            (ValueRef::List(items) | ValueRef::Set(items), _) => items.len(),
            (ValueRef::Map(items), _) => items.len(),
            _ => return None,
        };
        Some(Self::from_len(length).with_marks(&marks))
    }

    /// The elements with their keys: a number in a list or tuple, a string in a map or object, the element itself in a
    /// set. A key has the span of its literal, if it comes from one. Keys and elements have the marks of the container
    /// as influences. `None` if the value is unknown, null or has no elements.
    #[must_use]
    pub fn elements(&self) -> Option<impl Iterator<Item = (Self, Self)> + '_> {
        let marks = self.marks().as_influence();
        let set = matches!(self.ty(), Type::Set(_));
        let (items, fields) = (self.as_slice(), self.as_map());
        if items.is_none() && fields.is_none() {
            return None;
        }
        let marked = move |value: Self, marks: &Marks| value.with_marks(marks);
        let field_marks = marks.clone();
        let sequence = items
            .unwrap_or_default()
            .iter()
            .enumerate()
            .map(move |(at, item)| {
                let item = marked(item.clone(), &marks);
                let key = if set {
                    item.clone()
                } else {
                    marked(Self::from_len(at), &marks)
                };
                (key, item)
            });
        let fields = fields.into_iter().flatten().map(move |(key, item)| {
            let key = Self::shared_string(key.clone()).with_optional_span(item.key_span());
            (marked(key, &field_marks), marked(item.clone(), &field_marks))
        });
        Some(sequence.chain(fields))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn lengths_follow_from_types_and_bounds() {
        let tuple = Value::unknown(Type::tuple([Type::String]));
        assert_eq!(tuple.length(), Some(Value::from_len(1)));
        let set = Value::set(
            Type::String,
            vec![Value::string("a"), Value::unknown(Type::String)],
        );
        let refinement = set.length().map(|length| length.refinement());
        assert_eq!(
            refinement.and_then(|known| known.max),
            Some(Number::from_count(2))
        );
        assert_eq!(Value::string("a").length(), None);
    }

    #[test]
    fn elements_have_keys_in_order() {
        let map = Value::map(
            Type::Number,
            BTreeMap::from([("b".into(), Value::number(2)), ("a".into(), Value::number(1))]),
        );
        let pairs: Vec<_> = map.elements().expect("a map").collect();
        assert_eq!(pairs[0], (Value::string("a"), Value::number(1)));
        assert!(Value::null(Type::list(Type::String)).elements().is_none());
    }
}
