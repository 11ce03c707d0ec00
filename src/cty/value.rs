//! Values: what an expression is worth, with what is known of where it comes from.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use unicode_normalization::{UnicodeNormalization as _, is_nfc};

use super::marks::Marks;
use super::number::Number;
use super::refinement::Refinement;
use super::set_order;
use super::types::Type;
use crate::source::Span;

/// How deep values may nest. What is built deeper becomes an unknown value, so that no walk over a
/// value can exhaust the stack.
pub const MAX_DEPTH: u16 = 256;

/// More unknown elements than this are not spelled out where only the length of a list is known.
const MAX_SPELLED_OUT: usize = 1024;

/// A value of some type: known, unknown or null. Cheap to clone.
///
/// Equality in Rust is that of structure: two unknown values of one type are equal, and marks and
/// places do not count. Terraform's `==` is [`Value::equals`].
#[derive(Debug, Clone)]
pub struct Value {
    pub(super) inner: Inner,
    pub(super) marks: Marks,
    place: Option<Span>,
}

#[derive(Debug, Clone)]
pub(super) enum Inner {
    Unknown(Arc<Unknown>),
    Null(Type),
    Bool(bool),
    Number(Number),
    String(Arc<str>),
    List(Arc<Sequence>),
    Set(Arc<Sequence>),
    Tuple(Arc<Sequence>),
    Map(Arc<Table>),
    Object(Arc<Table>),
}

#[derive(Debug, PartialEq)]
pub(super) struct Unknown {
    pub(super) ty: Type,
    pub(super) refinement: Refinement,
}

/// Elements in order. The type of a tuple is made when it is first asked for.
#[derive(Debug)]
pub(super) struct Sequence {
    pub(super) items: Vec<Value>,
    ty: OnceLock<Type>,
    traits: Traits,
}

/// Elements by key.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) items: BTreeMap<Arc<str>, Value>,
    ty: OnceLock<Type>,
    traits: Traits,
}

/// What holds of a value with all that is nested in it, gathered once when it is built.
#[derive(Debug, Clone, Copy)]
struct Traits {
    depth: u16,
    marked: bool,
    known: bool,
    /// No part of it is an unknown value of unknown type.
    type_known: bool,
}

impl Traits {
    const LEAF: Self = Self {
        depth: 0,
        marked: false,
        known: true,
        type_known: true,
    };

    fn around<'a>(items: impl IntoIterator<Item = &'a Value>) -> Self {
        let mut traits = Self::LEAF;
        for item in items {
            let inner = item.traits();
            traits.depth = traits.depth.max(inner.depth);
            traits.marked |= inner.marked;
            traits.known &= inner.known;
            traits.type_known &= inner.type_known;
        }
        traits.depth += 1;
        traits
    }
}

/// A look at a value: what it is and what it holds.
#[derive(Debug, Clone, Copy)]
pub enum Kind<'a> {
    /// Not known before apply.
    Unknown(&'a Refinement),
    /// `null` of some type.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number(&'a Number),
    /// A string in Unicode's normal form C.
    String(&'a Arc<str>),
    /// The elements of a list.
    List(&'a [Value]),
    /// The elements of a set, each once, in Terraform's order.
    Set(&'a [Value]),
    /// The elements of a tuple.
    Tuple(&'a [Value]),
    /// The elements of a map, by bytes of the key.
    Map(&'a BTreeMap<Arc<str>, Value>),
    /// The attributes of an object, by bytes of the name.
    Object(&'a BTreeMap<Arc<str>, Value>),
}

impl From<Inner> for Value {
    fn from(inner: Inner) -> Self {
        Self {
            inner,
            marks: Marks::none(),
            place: None,
        }
    }
}

/// `text` in normal form C, as Terraform keeps every string.
#[must_use]
pub fn normalized(text: &str) -> Arc<str> {
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
    pub fn count(value: usize) -> Self {
        Self::number(Number::from_count(i64::try_from(value).unwrap_or(i64::MAX)))
    }

    /// A string; it is brought into normal form C.
    #[must_use]
    pub fn string(text: impl AsRef<str>) -> Self {
        Inner::String(normalized(text.as_ref())).into()
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

    /// A set: each element once, in Terraform's order. Marks cannot stay on elements and move to the set.
    #[must_use]
    pub fn set(element: Type, items: Vec<Self>) -> Self {
        let mut marks = Marks::none();
        let mut plain = Vec::with_capacity(items.len());
        for item in items {
            if item.contains_marked() {
                marks = marks.union(&item.marks_deep());
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

    fn sequence(items: Vec<Self>, ty: OnceLock<Type>, wrap: fn(Arc<Sequence>) -> Inner) -> Self {
        let traits = Traits::around(&items);
        if traits.depth > MAX_DEPTH {
            return Self::too_deep(&items);
        }
        wrap(Arc::new(Sequence { items, ty, traits })).into()
    }

    fn table(items: BTreeMap<Arc<str>, Self>, ty: OnceLock<Type>, wrap: fn(Arc<Table>) -> Inner) -> Self {
        let traits = Traits::around(items.values());
        if traits.depth > MAX_DEPTH {
            return Self::too_deep(items.values());
        }
        wrap(Arc::new(Table { items, ty, traits })).into()
    }

    fn too_deep<'a>(items: impl IntoIterator<Item = &'a Self>) -> Self {
        let marks = items
            .into_iter()
            .fold(Marks::none(), |marks, item| marks.union(&item.marks_deep()));
        Self::dynamic().with_marks(&marks.demoted())
    }

    /// What the value is.
    #[must_use]
    pub fn kind(&self) -> Kind<'_> {
        match &self.inner {
            Inner::Unknown(unknown) => Kind::Unknown(&unknown.refinement),
            Inner::Null(_) => Kind::Null,
            Inner::Bool(value) => Kind::Bool(*value),
            Inner::Number(number) => Kind::Number(number),
            Inner::String(text) => Kind::String(text),
            Inner::List(sequence) => Kind::List(&sequence.items),
            Inner::Set(sequence) => Kind::Set(&sequence.items),
            Inner::Tuple(sequence) => Kind::Tuple(&sequence.items),
            Inner::Map(table) => Kind::Map(&table.items),
            Inner::Object(table) => Kind::Object(&table.items),
        }
    }

    /// The type.
    #[must_use]
    pub fn ty(&self) -> &Type {
        static BOOL: Type = Type::Bool;
        static NUMBER: Type = Type::Number;
        static STRING: Type = Type::String;
        match &self.inner {
            Inner::Unknown(unknown) => &unknown.ty,
            Inner::Null(ty) => ty,
            Inner::Bool(_) => &BOOL,
            Inner::Number(_) => &NUMBER,
            Inner::String(_) => &STRING,
            Inner::List(sequence) | Inner::Set(sequence) | Inner::Tuple(sequence) => sequence
                .ty
                .get_or_init(|| Type::Tuple(sequence.items.iter().map(|item| item.ty().clone()).collect())),
            Inner::Map(table) | Inner::Object(table) => table.ty.get_or_init(|| {
                Type::object(
                    table
                        .items
                        .iter()
                        .map(|(name, item)| (name.clone(), item.ty().clone())),
                )
            }),
        }
    }

    fn traits(&self) -> Traits {
        let mut traits = match &self.inner {
            Inner::Unknown(unknown) => Traits {
                known: false,
                type_known: unknown.ty != Type::Dynamic,
                ..Traits::LEAF
            },
            Inner::Null(_) | Inner::Bool(_) | Inner::Number(_) | Inner::String(_) => Traits::LEAF,
            Inner::List(sequence) | Inner::Set(sequence) | Inner::Tuple(sequence) => sequence.traits,
            Inner::Map(table) | Inner::Object(table) => table.traits,
        };
        traits.marked |= !self.marks.is_empty();
        traits
    }

    /// Whether the value itself is known; what is nested in it may not be.
    #[must_use]
    pub fn is_known(&self) -> bool {
        !matches!(self.inner, Inner::Unknown(_))
    }

    /// Whether the value is known with all that is nested in it.
    #[must_use]
    pub fn is_wholly_known(&self) -> bool {
        self.traits().known
    }

    /// Whether no part of it is an unknown value of unknown type.
    #[must_use]
    pub fn is_type_wholly_known(&self) -> bool {
        self.traits().type_known
    }

    /// Whether the value is known to be null.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self.inner, Inner::Null(_))
    }

    /// Whether the value is not null, or will not be when it is known.
    #[must_use]
    pub fn is_definitely_not_null(&self) -> bool {
        match &self.inner {
            Inner::Unknown(unknown) => unknown.refinement.not_null,
            Inner::Null(_) => false,
            _ => true,
        }
    }

    /// How many levels of collections, tuples and objects there are; 0 for a string.
    #[must_use]
    pub fn depth(&self) -> u16 {
        self.traits().depth
    }

    /// Whether the value or anything nested in it is marked.
    #[must_use]
    pub fn contains_marked(&self) -> bool {
        self.traits().marked
    }

    /// The text of a known string.
    #[must_use]
    pub fn as_str(&self) -> Option<&Arc<str>> {
        match &self.inner {
            Inner::String(text) => Some(text),
            _ => None,
        }
    }

    /// A known number.
    #[must_use]
    pub fn as_number(&self) -> Option<&Number> {
        match &self.inner {
            Inner::Number(number) => Some(number),
            _ => None,
        }
    }

    /// A known bool.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        match self.inner {
            Inner::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// The elements of a known list, set or tuple.
    #[must_use]
    pub fn as_slice(&self) -> Option<&[Self]> {
        match &self.inner {
            Inner::List(sequence) | Inner::Set(sequence) | Inner::Tuple(sequence) => Some(&sequence.items),
            _ => None,
        }
    }

    /// The elements of a known map or object.
    #[must_use]
    pub fn as_map(&self) -> Option<&BTreeMap<Arc<str>, Self>> {
        match &self.inner {
            Inner::Map(table) | Inner::Object(table) => Some(&table.items),
            _ => None,
        }
    }

    /// Where exactly the value was written: the innermost literal. It stays while the value is only
    /// passed on; what is computed has none.
    #[must_use]
    pub fn place(&self) -> Option<Span> {
        self.place
    }

    /// The value, written at `place`.
    #[must_use]
    pub fn with_place(mut self, place: Span) -> Self {
        self.place = Some(place);
        self
    }

    /// The value without a place of its own; what is nested in it keeps its own.
    #[must_use]
    pub fn without_place(mut self) -> Self {
        self.place = None;
        self
    }

    /// The value with the place of another one that it was made from, such as by a conversion.
    #[must_use]
    pub(super) fn placed_like(mut self, other: &Self) -> Self {
        self.place = self.place.or(other.place);
        self
    }

    /// The value with the additional knowledge that it is not null.
    #[must_use]
    pub fn refine_not_null(&self) -> Self {
        let Inner::Unknown(unknown) = &self.inner else {
            return self.clone();
        };
        if unknown.refinement.not_null {
            return self.clone();
        }
        let refinement = Refinement {
            not_null: true,
            ..unknown.refinement.clone()
        };
        Self::refined(unknown.ty.clone(), refinement)
            .with_marks(&self.marks)
            .placed_like(self)
    }

    /// What is known of the value: its refinement where it is unknown, what follows from it where it is known.
    #[must_use]
    pub fn refinement(&self) -> Refinement {
        let known = Refinement::not_null();
        match &self.inner {
            Inner::Unknown(unknown) => unknown.refinement.clone(),
            Inner::Null(_) => Refinement::default(),
            Inner::String(text) => Refinement {
                prefix: text.clone(),
                ..known
            },
            Inner::Number(number) => Refinement {
                min: Some(number.clone()),
                max: Some(number.clone()),
                ..known
            },
            Inner::Set(sequence) if sequence.items.len() > 1 && !sequence.traits.known => known,
            Inner::List(sequence) | Inner::Set(sequence) => Refinement {
                min_length: sequence.items.len(),
                max_length: Some(sequence.items.len()),
                ..known
            },
            Inner::Map(table) => Refinement {
                min_length: table.items.len(),
                max_length: Some(table.items.len()),
                ..known
            },
            Inner::Bool(_) | Inner::Tuple(_) | Inner::Object(_) => known,
        }
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (&self.inner, &other.inner) {
            (Inner::Unknown(left), Inner::Unknown(right)) => left == right,
            (Inner::Null(left), Inner::Null(right)) => left == right,
            (Inner::Bool(left), Inner::Bool(right)) => left == right,
            (Inner::Number(left), Inner::Number(right)) => left == right,
            (Inner::String(left), Inner::String(right)) => left == right,
            (Inner::List(left), Inner::List(right)) | (Inner::Set(left), Inner::Set(right)) => {
                Arc::ptr_eq(left, right) || left.ty == right.ty && left.items == right.items
            }
            (Inner::Tuple(left), Inner::Tuple(right)) => {
                Arc::ptr_eq(left, right) || left.items == right.items
            }
            (Inner::Map(left), Inner::Map(right)) => {
                Arc::ptr_eq(left, right) || left.ty == right.ty && left.items == right.items
            }
            (Inner::Object(left), Inner::Object(right)) => {
                Arc::ptr_eq(left, right) || left.items == right.items
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Sources;

    #[test]
    fn a_string_is_kept_in_normal_form_c() {
        assert_eq!(Value::string("e\u{301}").as_str().map(|text| &**text), Some("é"));
    }

    #[test]
    fn a_place_and_marks_are_no_part_of_equality() {
        let place = Span::new(Sources::new().add("a.tf", "x"), 0, 1);
        let value = Value::string("x")
            .with_place(place)
            .with_marks(&Marks::sensitive());
        assert_eq!(value, Value::string("x"));
        assert_eq!(value.clone().place(), Some(place));
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
    fn the_type_of_a_tuple_follows_its_elements() {
        let value = Value::tuple(vec![
            Value::string("a"),
            Value::object(BTreeMap::from([("b".into(), Value::null(Type::Dynamic))])),
        ]);
        assert_eq!(
            value.ty().to_string(),
            "tuple([ string, object({ b: dynamic, }), ])"
        );
        assert!(value.is_wholly_known());
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
