//! How values are made: known ones, null and unknown ones.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use unicode_normalization::{UnicodeNormalization as _, is_nfc};

use super::marks::{Marks, Origin, Role};
use super::number::Number;
use super::refinement::Refinement;
use super::set_order;
use super::types::Type;
use super::value::{Fields, Inner, MAX_DEPTH, MAX_SIZE, Sequence, Summary, Unknown, Value};
use crate::address::{ModulePath, Reference, Subject};

/// More unknown elements than this are not spelled out where only the length of a list is known.
const MAX_SPELLED_OUT: usize = 1024;

/// `text` in normal form C, as Terraform keeps every string.
#[must_use]
pub fn normalize(text: &str) -> Arc<str> {
    if text.is_ascii() || is_nfc(text) {
        text.into()
    } else {
        text.nfc().collect::<String>().into()
    }
}

/// An element as its collection has it: what had no type of its own takes the collection's.
fn retyped(item: Value, element: &Type) -> Value {
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
    /// An unknown value of a type; [`Type::Dynamic`] where not even that is known.
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

    /// An unknown value of which something is known. Where that leaves one value only, it is that value
    /// (as cty's refinement builder does it).
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
                    Type::List(element) if length <= MAX_SPELLED_OUT => {
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

    /// A length or an index, as a number of 64 bits.
    #[must_use]
    pub fn from_len(value: usize) -> Self {
        Self::number(Number::from_count(i64::try_from(value).unwrap_or(i64::MAX)))
    }

    /// A string; it is brought into normal form C.
    #[must_use]
    pub fn string(text: impl AsRef<str>) -> Self {
        Inner::String(normalize(text.as_ref())).into()
    }

    /// A string that is shared already.
    #[must_use]
    pub fn shared_string(text: Arc<str>) -> Self {
        if text.is_ascii() {
            Inner::String(text).into()
        } else {
            Self::string(&text)
        }
    }

    /// A list. Its elements have the element type already, or none.
    #[must_use]
    pub fn list(element: Type, items: Vec<Self>) -> Self {
        let items = items.into_iter().map(|item| retyped(item, &element)).collect();
        Self::sequence(items, OnceLock::from(Type::list(element)), Inner::List)
    }

    /// A set: each element once, in Terraform's order. Marks cannot stay on elements and move to the set,
    /// origins as influences: the set is not what one of its elements is.
    #[must_use]
    pub fn set(element: Type, items: Vec<Self>) -> Self {
        let mut marks = Marks::new();
        let mut plain = Vec::with_capacity(items.len());
        for item in items {
            if item.contains_marked() {
                marks = marks.union(&item.marks_deep().as_influence());
                plain.push(retyped(item.without_marks(), &element));
            } else {
                plain.push(retyped(item, &element));
            }
        }
        let items = set_order::arranged(&element, plain);
        Self::sequence(items, OnceLock::from(Type::set(element)), Inner::Set).with_marks(&marks)
    }

    /// A tuple.
    #[must_use]
    pub fn tuple(items: Vec<Self>) -> Self {
        Self::sequence(items, OnceLock::new(), Inner::Tuple)
    }

    /// A map. Its elements have the element type already, or none; its keys are in normal form C.
    #[must_use]
    pub fn map(element: Type, items: BTreeMap<Arc<str>, Self>) -> Self {
        let items = items
            .into_iter()
            .map(|(key, item)| (key, retyped(item, &element)))
            .collect();
        Self::table(items, OnceLock::from(Type::map(element)), Inner::Map)
    }

    /// An object. Its names are in normal form C.
    #[must_use]
    pub fn object(items: BTreeMap<Arc<str>, Self>) -> Self {
        Self::table(items, OnceLock::new(), Inner::Object)
    }

    /// The value with its type, which is known to be this one, so that it need not be made.
    #[must_use]
    pub(super) fn with_type(self, ty: &Type) -> Self {
        if let Inner::Object(table) = &self.inner {
            // Where the type was made already, that one stays.
            let _ = table.ty.set(ty.clone());
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

    fn table(items: BTreeMap<Arc<str>, Self>, ty: OnceLock<Type>, wrap: fn(Arc<Fields>) -> Inner) -> Self {
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
        // What is nested deeper is too much to be walked through, or it would be here.
        let mut marks = Marks::new();
        for item in items {
            marks = marks.union(item.marks());
        }
        if traits.sensitive {
            marks = marks.with_sensitive();
        }
        let reason = Subject::Other("the value is too large to be computed".into());
        let origin = Origin {
            reference: Arc::new(Reference::new(ModulePath::root(), reason)),
            span: None,
            role: Role::Influence,
            trace: None,
        };
        Self::dynamic().with_marks(&marks.as_influence().with_origin(origin))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_string_is_kept_in_normal_form_c() {
        assert_eq!(Value::string("e\u{301}").as_str().map(|text| &**text), Some("é"));
    }

    #[test]
    fn an_untyped_element_takes_the_type_of_its_list() {
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
    fn nesting_has_a_bound_and_ends_in_an_unknown_value() {
        let mut value = Value::string("x");
        for _ in 0..100_000 {
            value = Value::tuple(vec![value]);
            assert!(value.depth() <= MAX_DEPTH);
        }
        assert!(!value.is_wholly_known());
    }

    #[test]
    fn size_has_a_bound_and_counts_what_is_shared() {
        let mut value = Value::string("x");
        for _ in 0..100 {
            value = Value::tuple(vec![value.clone(), value]);
            assert!(value.size() <= usize::try_from(MAX_SIZE).expect("a small number"));
        }
        assert!(!value.is_wholly_known());
    }

    #[test]
    fn a_refinement_that_leaves_one_value_is_that_value() {
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
