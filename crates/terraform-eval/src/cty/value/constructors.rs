//! Constructors of values: known, null and unknown ones.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use super::refinement::Refinement;
use super::set_order;
use super::{Fields, Inner, MAX_DEPTH, MAX_SIZE, Sequence, Summary, Unknown, Value};
use crate::cty::marks::Marks;
use crate::cty::nfc::normalize;
use crate::cty::number::Number;
use crate::cty::origin::{Origin, Role, UnknownReason};
use crate::cty::types::Type;

/// A list of known length with unknown elements becomes a known list of unknown elements up to this length.
const MAX_UNKNOWN_ELEMENTS: usize = 1024;

/// An element of a collection. Null and unknown values without a type take the element type.
fn with_element_type(item: Value, element: &Type) -> Value {
    if *element == Type::Dynamic {
        return item;
    }
    let inner = match &item.inner {
        Inner::Null(Type::Dynamic) => Inner::Null(element.clone()),
        Inner::Unknown(unknown) if unknown.ty == Type::Dynamic => Inner::Unknown(Arc::new(Unknown {
            ty: element.clone(),
            refinement: Refinement::default(),
        })),
        _ => return item,
    };
    Value { inner, ..item }
}

impl Value {
    /// An unknown value of a type; [`Type::Dynamic`] if the type is unknown.
    #[must_use]
    pub fn unknown(ty: Type) -> Self {
        Inner::Unknown(Arc::new(Unknown {
            ty,
            refinement: Refinement::default(),
        }))
        .into()
    }

    /// An unknown value of unknown type.
    #[must_use]
    pub fn dynamic() -> Self {
        Self::unknown(Type::Dynamic)
    }

    /// An unknown value with a refinement. If the refinement admits one value only, the result is that value, as with
    /// cty's refinement builder.
    #[must_use]
    pub fn refined(ty: Type, refinement: Refinement) -> Self {
        if ty == Type::Dynamic {
            return Self::dynamic();
        }
        if refinement.not_null {
            if let (Some(min), Some(max)) = (&refinement.min, &refinement.max)
                && min == max
            {
                return Self::number(min.clone());
            }
            if refinement.max_length == Some(refinement.min_length) {
                let length = refinement.min_length;
                match &ty {
                    Type::List(element) if length <= MAX_UNKNOWN_ELEMENTS => {
                        let items = vec![Self::unknown((**element).clone()); length];
                        return Self::list((**element).clone(), items);
                    }
                    Type::Set(element) if length <= 1 => {
                        let items = vec![Self::unknown((**element).clone()); length];
                        return Self::set((**element).clone(), items);
                    }
                    Type::Map(element) if length == 0 => {
                        return Self::map((**element).clone(), BTreeMap::new());
                    }
                    _ => {}
                }
            }
        }
        Inner::Unknown(Arc::new(Unknown { ty, refinement })).into()
    }

    /// `null` of a type; a bare `null` has [`Type::Dynamic`].
    #[must_use]
    pub fn null(ty: Type) -> Self {
        Inner::Null(ty).into()
    }

    /// `true` or `false`.
    #[must_use]
    pub fn bool(value: bool) -> Self {
        Inner::Bool(value).into()
    }

    /// A number.
    #[must_use]
    pub fn number(value: impl Into<Number>) -> Self {
        Inner::Number(value.into()).into()
    }

    /// A length or an index, as a number with a precision of 64 bits.
    #[must_use]
    pub fn from_len(value: usize) -> Self {
        Self::number(Number::from_count(i64::try_from(value).unwrap_or(i64::MAX)))
    }

    /// A string, which is normalized to form C.
    #[must_use]
    pub fn string(text: impl AsRef<str>) -> Self {
        Inner::String(normalize(text.as_ref())).into()
    }

    /// A string without a copy of the text, unless it has to be normalized.
    #[must_use]
    pub fn shared_string(text: Arc<str>) -> Self {
        if text.is_ascii() {
            Inner::String(text).into()
        } else {
            Self::string(&text)
        }
    }

    /// A list of elements that have the element type or none.
    #[must_use]
    pub fn list(element: Type, items: Vec<Self>) -> Self {
        let items = items
            .into_iter()
            .map(|item| with_element_type(item, &element))
            .collect();
        Self::sequence(items, OnceLock::from(Type::list(element)), Inner::List)
    }

    /// A set of unique elements in Terraform's order. The marks of the elements move to the set, their origins as
    /// influences.
    #[must_use]
    pub fn set(element: Type, items: Vec<Self>) -> Self {
        let mut marks = Marks::new();
        let mut unmarked = Vec::with_capacity(items.len());
        for item in items {
            if item.contains_marked() {
                marks = marks.union(&item.marks_deep().as_influence());
                unmarked.push(with_element_type(item.without_marks(), &element));
            } else {
                unmarked.push(with_element_type(item, &element));
            }
        }
        let items = set_order::sorted(&element, unmarked);
        Self::sequence(items, OnceLock::from(Type::set(element)), Inner::Set).with_marks(&marks)
    }

    /// A tuple.
    #[must_use]
    pub fn tuple(items: Vec<Self>) -> Self {
        Self::sequence(items, OnceLock::new(), Inner::Tuple)
    }

    /// A map of elements that have the element type or none. Its keys are in normalization form C.
    #[must_use]
    pub fn map(element: Type, items: BTreeMap<Arc<str>, Self>) -> Self {
        let items = items
            .into_iter()
            .map(|(key, item)| (key, with_element_type(item, &element)))
            .collect();
        Self::fields(items, OnceLock::from(Type::map(element)), Inner::Map)
    }

    /// An object. Its attribute names are in normalization form C.
    #[must_use]
    pub fn object(items: BTreeMap<Arc<str>, Self>) -> Self {
        Self::fields(items, OnceLock::new(), Inner::Object)
    }

    /// The value with its type, which the caller already has: values with a shared type compare it by address.
    #[must_use]
    pub(in crate::cty) fn with_type(self, ty: &Type) -> Self {
        if let Inner::Object(fields) = &self.inner {
            // A type that was computed already stays.
            let _ = fields.ty.set(ty.clone());
        }
        self
    }

    fn sequence(items: Vec<Self>, ty: OnceLock<Type>, wrap: fn(Arc<Sequence>) -> Inner) -> Self {
        let traits = Summary::from_items(&items);
        if traits.depth > MAX_DEPTH || traits.size > MAX_SIZE {
            return Self::too_large(&items, traits);
        }
        wrap(Arc::new(Sequence {
            items,
            ty,
            summary: traits,
        }))
        .into()
    }

    fn fields(items: BTreeMap<Arc<str>, Self>, ty: OnceLock<Type>, wrap: fn(Arc<Fields>) -> Inner) -> Self {
        let traits = Summary::from_items(items.values());
        if traits.depth > MAX_DEPTH || traits.size > MAX_SIZE {
            return Self::too_large(items.values(), traits);
        }
        wrap(Arc::new(Fields {
            items,
            ty,
            summary: traits,
        }))
        .into()
    }

    fn too_large<'a>(items: impl IntoIterator<Item = &'a Self>, traits: Summary) -> Self {
        // The marks of deeper values are not collected: there may be too many values.
        let mut marks = Marks::new();
        for item in items {
            marks = marks.union(item.marks());
        }
        if traits.sensitive {
            marks = marks.with_sensitive();
        }
        let origin = Origin::from_reason(UnknownReason::TooLarge, None).with_role(Role::Influence);
        Self::dynamic().with_marks(&marks.as_influence().with_origin(origin))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_normalized_to_form_c() {
        assert_eq!(Value::string("e\u{301}").as_str().map(|text| &**text), Some("é"));
    }

    #[test]
    fn untyped_elements_take_the_element_type() {
        let list = Value::list(Type::String, vec![Value::null(Type::Dynamic), Value::dynamic()]);
        assert_eq!(
            list,
            Value::list(
                Type::String,
                vec![Value::null(Type::String), Value::unknown(Type::String)]
            )
        );
    }

    #[test]
    fn values_that_are_too_deep_become_unknown() {
        let mut value = Value::string("x");
        for _ in 0..100_000 {
            value = Value::tuple(vec![value]);
            assert!(value.depth() <= MAX_DEPTH);
        }
        assert!(!value.is_wholly_known());
    }

    #[test]
    fn values_that_are_too_large_become_unknown_and_shared_parts_count() {
        let mut value = Value::string("x");
        for _ in 0..100 {
            value = Value::tuple(vec![value.clone(), value]);
            assert!(value.size() <= usize::try_from(MAX_SIZE).expect("a small number"));
        }
        assert!(!value.is_wholly_known());
    }

    #[test]
    fn a_refinement_that_admits_one_value_is_that_value() {
        let empty = Refinement {
            max_length: Some(0),
            ..Refinement::not_null()
        };
        assert_eq!(
            Value::refined(Type::map(Type::Bool), empty),
            Value::map(Type::Bool, BTreeMap::new())
        );
    }
}
