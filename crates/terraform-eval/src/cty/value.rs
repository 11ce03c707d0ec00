//! Values, with their marks and their spans.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use super::marks::Marks;
use super::number::Number;
use super::types::Type;
use crate::source::Span;

mod constructors;
mod elements;
pub(super) mod equality;
mod marking;
mod refinement;
mod set_order;

pub use refinement::{Refinement, safe_prefix};

/// The maximum depth of nested values. A deeper value becomes an unknown one, so that no recursion over a value
/// exhausts the stack.
pub const MAX_DEPTH: u16 = 1_024;

/// The maximum number of parts of a value, where shared parts count as often as they occur: a few lines of
/// configuration can nest a shared part exponentially often. A larger value becomes an unknown one.
pub const MAX_SIZE: u32 = 1 << 22;

/// A value of some type: known, unknown or null. Cheap to clone.
///
/// `PartialEq` compares structure: two unknown values of one type are equal, and marks and spans are ignored.
/// Terraform's `==` is [`Value::equals`].
#[derive(Debug, Clone)]
pub struct Value {
    inner: Inner,
    marks: Marks,
    span: Option<Span>,
    key_span: Option<Span>,
}

#[derive(Debug, Clone)]
enum Inner {
    Unknown(Arc<Unknown>),
    Null(Type),
    Bool(bool),
    Number(Number),
    String(Arc<str>),
    List(Arc<Sequence>),
    Set(Arc<Sequence>),
    Tuple(Arc<Sequence>),
    Map(Arc<Fields>),
    Object(Arc<Fields>),
}

#[derive(Debug, PartialEq)]
struct Unknown {
    ty: Type,
    refinement: Refinement,
}

/// Elements in order. The type of a tuple is computed on first use.
#[derive(Debug)]
struct Sequence {
    items: Vec<Value>,
    ty: OnceLock<Type>,
    summary: Summary,
}

/// Elements by key. The type of an object is computed on first use.
#[derive(Debug)]
struct Fields {
    items: BTreeMap<Arc<str>, Value>,
    ty: OnceLock<Type>,
    summary: Summary,
}

/// Properties of a value with all its nested values, computed once on construction.
#[derive(Debug, Clone, Copy)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "the four properties are independent of each other"
)]
struct Summary {
    depth: u16,
    /// The number of values, where shared ones count as often as they occur.
    size: u32,
    marked: bool,
    sensitive: bool,
    known: bool,
    /// No nested value is an unknown value of unknown type.
    type_known: bool,
}

impl Summary {
    const LEAF: Self = Self {
        depth: 0,
        size: 1,
        marked: false,
        sensitive: false,
        known: true,
        type_known: true,
    };

    fn from_items<'a>(items: impl IntoIterator<Item = &'a Value>) -> Self {
        let mut traits = Self::LEAF;
        for item in items {
            let inner = item.summary();
            traits.depth = traits.depth.max(inner.depth);
            traits.size = traits.size.saturating_add(inner.size);
            traits.marked |= inner.marked;
            traits.sensitive |= inner.sensitive;
            traits.known &= inner.known;
            traits.type_known &= inner.type_known;
        }
        traits.depth += 1;
        traits
    }
}

/// The memory of a text that nothing else holds, in bytes.
fn text_bytes(text: &Arc<str>) -> usize {
    match Arc::strong_count(text) {
        1 => text.len(),
        _ => 0,
    }
}

/// A borrowed view of a value by its kind.
#[derive(Debug, Clone, Copy)]
pub enum ValueRef<'a> {
    /// An unknown value with its refinement.
    Unknown(&'a Refinement),
    /// `null` of some type.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number(&'a Number),
    /// A string in Unicode normalization form C.
    String(&'a Arc<str>),
    /// The elements of a list.
    List(&'a [Value]),
    /// The elements of a set, unique, in Terraform's order.
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
            marks: Marks::new(),
            span: None,
            key_span: None,
        }
    }
}

impl Value {
    /// The value by its kind.
    #[must_use]
    pub fn view(&self) -> ValueRef<'_> {
        match &self.inner {
            Inner::Unknown(unknown) => ValueRef::Unknown(&unknown.refinement),
            Inner::Null(_) => ValueRef::Null,
            Inner::Bool(value) => ValueRef::Bool(*value),
            Inner::Number(number) => ValueRef::Number(number),
            Inner::String(text) => ValueRef::String(text),
            Inner::List(sequence) => ValueRef::List(&sequence.items),
            Inner::Set(sequence) => ValueRef::Set(&sequence.items),
            Inner::Tuple(sequence) => ValueRef::Tuple(&sequence.items),
            Inner::Map(fields) => ValueRef::Map(&fields.items),
            Inner::Object(fields) => ValueRef::Object(&fields.items),
        }
    }

    /// The type of the value.
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
            Inner::Map(fields) | Inner::Object(fields) => fields.ty.get_or_init(|| {
                Type::object(
                    fields
                        .items
                        .iter()
                        .map(|(name, item)| (name.clone(), item.ty().clone())),
                )
            }),
        }
    }

    fn summary(&self) -> Summary {
        let mut traits = match &self.inner {
            Inner::Unknown(unknown) => Summary {
                known: false,
                type_known: !unknown.ty.has_dynamic(),
                ..Summary::LEAF
            },
            Inner::Null(_) | Inner::Bool(_) | Inner::Number(_) | Inner::String(_) => Summary::LEAF,
            Inner::List(sequence) | Inner::Set(sequence) | Inner::Tuple(sequence) => sequence.summary,
            Inner::Map(fields) | Inner::Object(fields) => fields.summary,
        };
        traits.marked |= !self.marks.is_empty();
        traits.sensitive |= self.marks.is_sensitive();
        traits
    }

    /// Whether the value itself is known; nested values may be unknown.
    #[must_use]
    pub fn is_known(&self) -> bool {
        !matches!(self.inner, Inner::Unknown(_))
    }

    /// Whether the value and all nested values are known.
    #[must_use]
    pub fn is_wholly_known(&self) -> bool {
        self.summary().known
    }

    /// Whether neither the value nor a nested one is an unknown value of unknown type.
    pub(super) fn is_type_wholly_known(&self) -> bool {
        self.summary().type_known
    }

    /// Whether the value is known to be null.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self.inner, Inner::Null(_))
    }

    /// Whether the value is not null, or will not be null once it is known.
    #[must_use]
    pub fn is_definitely_not_null(&self) -> bool {
        match &self.inner {
            Inner::Unknown(unknown) => unknown.refinement.not_null,
            Inner::Null(_) => false,
            _ => true,
        }
    }

    /// The number of levels of collections, tuples and objects; 0 for a string.
    #[must_use]
    pub fn depth(&self) -> u16 {
        self.summary().depth
    }

    /// The number of values in it, including itself. Shared values count as often as they occur.
    #[must_use]
    pub fn size(&self) -> usize {
        usize::try_from(self.summary().size).unwrap_or(usize::MAX)
    }

    /// The memory that this value alone holds, in bytes: without what it shares with other values.
    #[must_use]
    pub fn owned_bytes(&self) -> usize {
        let sequence = |items: &Arc<Sequence>| match Arc::strong_count(items) {
            1 => items
                .items
                .iter()
                .map(|item| size_of::<Self>() + item.owned_bytes())
                .sum(),
            _ => 0,
        };
        let fields = |fields: &Arc<Fields>| match Arc::strong_count(fields) {
            1 => {
                let items = fields.items.iter();
                let nested = items.map(|(key, value)| text_bytes(key) + value.owned_bytes());
                Self::fields_bytes(fields.items.len()) + nested.sum::<usize>()
            }
            _ => 0,
        };
        match &self.inner {
            Inner::Unknown(_) | Inner::Null(_) | Inner::Bool(_) | Inner::Number(_) => 0,
            Inner::String(text) => text_bytes(text),
            Inner::List(items) | Inner::Set(items) | Inner::Tuple(items) => sequence(items),
            Inner::Map(items) | Inner::Object(items) => fields(items),
        }
    }

    /// The memory of the elements of a map or object, in bytes, apart from what they hold. A node of the tree has room for
    /// eleven of them.
    #[must_use]
    pub fn fields_bytes(count: usize) -> usize {
        const NODE: usize = 11;
        count
            .next_multiple_of(NODE)
            .saturating_mul(size_of::<Self>() + size_of::<Arc<str>>())
    }

    /// Whether the value or a nested one has marks.
    #[must_use]
    pub fn contains_marked(&self) -> bool {
        self.summary().marked
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
            Inner::Map(fields) | Inner::Object(fields) => Some(&fields.items),
            _ => None,
        }
    }

    /// The literal that the value comes from. It stays while the value is passed on; a computed value has none.
    #[must_use]
    pub fn span(&self) -> Option<Span> {
        self.span
    }

    /// The value with the span of its literal.
    #[must_use]
    pub fn with_span(mut self, span: Span) -> Self {
        self.span = Some(span);
        self
    }

    /// The value with this span, unless it has its own.
    #[must_use]
    pub(crate) fn or_span(mut self, span: Span) -> Self {
        self.span = self.span.or(Some(span));
        self
    }

    /// The value without its own span; nested values keep theirs.
    #[must_use]
    pub fn without_span(mut self) -> Self {
        self.span = None;
        self
    }

    /// The value with this span or none.
    #[must_use]
    pub(super) fn with_optional_span(mut self, span: Option<Span>) -> Self {
        self.span = span;
        self
    }

    /// The literal of the key under which a map or object contains the value. It stays with the value when that is
    /// passed on to another map.
    #[must_use]
    pub fn key_span(&self) -> Option<Span> {
        self.key_span
    }

    /// The value with the span of its key.
    #[must_use]
    pub fn with_key_span(mut self, span: Option<Span>) -> Self {
        self.key_span = span;
        self
    }

    /// The value with the spans of the value that it was converted from, unless it has its own.
    #[must_use]
    pub(super) fn with_spans_of(mut self, other: &Self) -> Self {
        self.span = self.span.or(other.span);
        self.key_span = self.key_span.or(other.key_span);
        self
    }

    /// The value, refined as not null.
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
            .with_spans_of(self)
    }

    /// What is known of the value: the refinement of an unknown value, or the one that follows from a known value.
    #[must_use]
    pub fn refinement(&self) -> Refinement {
        let not_null = Refinement::not_null();
        match &self.inner {
            Inner::Unknown(unknown) => unknown.refinement.clone(),
            Inner::Null(_) => Refinement::default(),
            Inner::String(text) => Refinement {
                prefix: text.clone(),
                ..not_null
            },
            Inner::Number(number) => Refinement {
                min: Some(number.clone()),
                max: Some(number.clone()),
                ..not_null
            },
            Inner::Set(sequence) if sequence.items.len() > 1 && !sequence.summary.known => not_null,
            Inner::List(sequence) | Inner::Set(sequence) => Refinement {
                min_length: sequence.items.len(),
                max_length: Some(sequence.items.len()),
                ..not_null
            },
            Inner::Map(fields) => Refinement {
                min_length: fields.items.len(),
                max_length: Some(fields.items.len()),
                ..not_null
            },
            Inner::Bool(_) | Inner::Tuple(_) | Inner::Object(_) => not_null,
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
    fn equality_ignores_spans_and_marks() {
        let span = Span::new(Sources::new().add("a.tf", "x"), 0, 1);
        let value = Value::string("x").with_span(span).with_marks(&Marks::sensitive());
        assert_eq!(value, Value::string("x"));
        assert_eq!(value.clone().span(), Some(span));
    }

    #[test]
    fn a_tuple_has_the_types_of_its_elements() {
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
}
