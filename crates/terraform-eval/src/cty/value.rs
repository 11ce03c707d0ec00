//! Values: what an expression is worth, with what is known of where it comes from.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use super::marks::Marks;
use super::number::Number;
use super::refinement::Refinement;
use super::types::Type;
use crate::source::Span;

/// How deep values may nest. What is built deeper becomes an unknown value, so that no walk over a
/// value can exhaust the stack.
pub const MAX_DEPTH: u16 = 256;

/// How many parts a value may have, each counted as often as it occurs: of what is shared, a few lines can
/// make more than there are atoms. What would be larger becomes an unknown value as well.
pub const MAX_SIZE: u32 = 1 << 22;

/// A value of some type: known, unknown or null. Cheap to clone.
///
/// Equality in Rust is that of structure: two unknown values of one type are equal, and marks and
/// places do not count. Terraform's `==` is [`Value::equals`].
#[derive(Debug, Clone)]
pub struct Value {
    pub(super) inner: Inner,
    pub(super) marks: Marks,
    pub(super) span: Option<Span>,
    pub(super) key_span: Option<Span>,
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
    Map(Arc<Fields>),
    Object(Arc<Fields>),
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
    pub(super) ty: OnceLock<Type>,
    pub(super) summary: Summary,
}

/// Elements by key.
#[derive(Debug)]
pub(super) struct Fields {
    pub(super) items: BTreeMap<Arc<str>, Value>,
    pub(super) ty: OnceLock<Type>,
    pub(super) summary: Summary,
}

/// What holds of a value with all that is nested in it, gathered once when it is built.
#[derive(Debug, Clone, Copy)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "four facts that have nothing to do with each other"
)]
pub(super) struct Summary {
    pub(super) depth: u16,
    /// How many values there are, each as often as it occurs.
    pub(super) size: u32,
    marked: bool,
    pub(super) sensitive: bool,
    known: bool,
    /// No part of it is an unknown value of unknown type.
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

    pub(super) fn from_items<'a>(items: impl IntoIterator<Item = &'a Value>) -> Self {
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

/// A look at a value: what it is and what it holds.
#[derive(Debug, Clone, Copy)]
pub enum ValueRef<'a> {
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
            marks: Marks::new(),
            span: None,
            key_span: None,
        }
    }
}

impl Value {
    /// What the value is.
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
            Inner::Map(table) => ValueRef::Map(&table.items),
            Inner::Object(table) => ValueRef::Object(&table.items),
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

    fn summary(&self) -> Summary {
        let mut traits = match &self.inner {
            Inner::Unknown(unknown) => Summary {
                known: false,
                type_known: unknown.ty != Type::Dynamic,
                ..Summary::LEAF
            },
            Inner::Null(_) | Inner::Bool(_) | Inner::Number(_) | Inner::String(_) => Summary::LEAF,
            Inner::List(sequence) | Inner::Set(sequence) | Inner::Tuple(sequence) => sequence.summary,
            Inner::Map(table) | Inner::Object(table) => table.summary,
        };
        traits.marked |= !self.marks.is_empty();
        traits.sensitive |= self.marks.is_sensitive();
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
        self.summary().known
    }

    /// Whether no part of it is an unknown value of unknown type.
    #[must_use]
    pub fn is_type_wholly_known(&self) -> bool {
        self.summary().type_known
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
        self.summary().depth
    }

    /// How many values it is made of, itself included; a part that is shared counts as often as it occurs.
    #[must_use]
    pub fn size(&self) -> usize {
        usize::try_from(self.summary().size).unwrap_or(usize::MAX)
    }

    /// Whether the value or anything nested in it is marked.
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
            Inner::Map(table) | Inner::Object(table) => Some(&table.items),
            _ => None,
        }
    }

    /// Where exactly the value was written: the innermost literal. It stays while the value is only
    /// passed on; what is computed has none.
    #[must_use]
    pub fn span(&self) -> Option<Span> {
        self.span
    }

    /// The value, written at `place`.
    #[must_use]
    pub fn with_span(mut self, place: Span) -> Self {
        self.span = Some(place);
        self
    }

    /// The value without a place of its own; what is nested in it keeps its own.
    #[must_use]
    pub fn without_span(mut self) -> Self {
        self.span = None;
        self
    }

    /// The value, written at `place` if that is known.
    #[must_use]
    pub(super) fn with_optional_span(mut self, place: Option<Span>) -> Self {
        self.span = place;
        self
    }

    /// Where the key was written under which a map or object holds this value. It stays with the value
    /// while that is handed from one map to another.
    #[must_use]
    pub fn key_span(&self) -> Option<Span> {
        self.key_span
    }

    /// The value, held under a key that was written at `place`.
    #[must_use]
    pub fn with_key_span(mut self, place: Option<Span>) -> Self {
        self.key_span = place;
        self
    }

    /// The value with the place of another one that it was made from, such as by a conversion.
    #[must_use]
    pub(super) fn with_spans_of(mut self, other: &Self) -> Self {
        self.span = self.span.or(other.span);
        self.key_span = self.key_span.or(other.key_span);
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
            .with_spans_of(self)
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
            Inner::Set(sequence) if sequence.items.len() > 1 && !sequence.summary.known => known,
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
    fn a_place_and_marks_are_no_part_of_equality() {
        let place = Span::new(Sources::new().add("a.tf", "x"), 0, 1);
        let value = Value::string("x")
            .with_span(place)
            .with_marks(&Marks::sensitive());
        assert_eq!(value, Value::string("x"));
        assert_eq!(value.clone().span(), Some(place));
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
}
