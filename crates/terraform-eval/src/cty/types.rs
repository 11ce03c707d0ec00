//! Terraform's types.
//!
//! They and their rules are those of the library `go-cty`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The type of a value, or the target of a conversion.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Type {
    /// Unknown yet: `any` in a type constraint, the type of a bare `null`.
    Dynamic,
    /// `string`.
    String,
    /// `number`.
    Number,
    /// `bool`.
    Bool,
    /// `list(T)`: elements of one type, in order.
    List(Arc<Self>),
    /// `set(T)`: elements of one type, each once.
    Set(Arc<Self>),
    /// `map(T)`: elements of one type by string key.
    Map(Arc<Self>),
    /// `tuple([T, U])`: elements with a type each.
    Tuple(Arc<[Self]>),
    /// `object({a = T})`: attributes with a type each.
    Object(Arc<ObjectType>),
}

/// The attributes of an object type.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct ObjectType {
    /// The types by attribute name; the order is Terraform's, by bytes.
    pub attributes: BTreeMap<Arc<str>, Type>,
    /// The names of optional attributes, `optional(T)`. Only conversion targets have them.
    pub optional: BTreeSet<Arc<str>>,
}

impl Type {
    /// `list(element)`.
    #[must_use]
    pub fn list(element: Self) -> Self {
        Self::List(Arc::new(element))
    }

    /// `set(element)`.
    #[must_use]
    pub fn set(element: Self) -> Self {
        Self::Set(Arc::new(element))
    }

    /// `map(element)`.
    #[must_use]
    pub fn map(element: Self) -> Self {
        Self::Map(Arc::new(element))
    }

    /// `tuple([…])`.
    #[must_use]
    pub fn tuple(elements: impl Into<Arc<[Self]>>) -> Self {
        Self::Tuple(elements.into())
    }

    /// `object({…})` with required attributes only.
    #[must_use]
    pub fn object<N: Into<Arc<str>>>(attributes: impl IntoIterator<Item = (N, Self)>) -> Self {
        Self::object_with_optional(attributes, BTreeSet::new())
    }

    /// `object({…})` with the names of its optional attributes.
    #[must_use]
    pub fn object_with_optional<N: Into<Arc<str>>>(
        attributes: impl IntoIterator<Item = (N, Self)>,
        optional: BTreeSet<Arc<str>>,
    ) -> Self {
        let attributes = attributes
            .into_iter()
            .map(|(name, ty)| (name.into(), ty))
            .collect();
        Self::Object(Arc::new(ObjectType { attributes, optional }))
    }

    /// Whether this is `string`, `number` or `bool`.
    #[must_use]
    pub fn is_primitive(&self) -> bool {
        matches!(self, Self::String | Self::Number | Self::Bool)
    }

    /// Whether this is a list, set or map.
    #[must_use]
    pub fn is_collection(&self) -> bool {
        self.element().is_some()
    }

    /// Whether this is a tuple or an object.
    #[must_use]
    pub(super) fn is_structural(&self) -> bool {
        matches!(self, Self::Tuple(_) | Self::Object(_))
    }

    /// The element type of a list, set or map.
    #[must_use]
    pub fn element(&self) -> Option<&Self> {
        match self {
            Self::List(element) | Self::Set(element) | Self::Map(element) => Some(element),
            _ => None,
        }
    }

    /// The types of a tuple's elements.
    #[must_use]
    pub fn tuple_elements(&self) -> Option<&[Self]> {
        match self {
            Self::Tuple(elements) => Some(elements),
            _ => None,
        }
    }

    /// The attributes of an object type.
    #[must_use]
    pub fn attributes(&self) -> Option<&BTreeMap<Arc<str>, Self>> {
        match self {
            Self::Object(object) => Some(&object.attributes),
            _ => None,
        }
    }

    /// The type of one attribute of an object type.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&Self> {
        self.attributes()?.get(name)
    }

    /// Whether a part of the type is unknown.
    #[must_use]
    pub(super) fn has_dynamic(&self) -> bool {
        match self {
            Self::Dynamic => true,
            Self::String | Self::Number | Self::Bool => false,
            Self::List(element) | Self::Set(element) | Self::Map(element) => element.has_dynamic(),
            Self::Tuple(elements) => elements.iter().any(Self::has_dynamic),
            Self::Object(object) => object.attributes.values().any(Self::has_dynamic),
        }
    }

    /// Whether the type or a nested one has optional attributes.
    #[must_use]
    pub(super) fn has_optional(&self) -> bool {
        match self {
            Self::Dynamic | Self::String | Self::Number | Self::Bool => false,
            Self::List(element) | Self::Set(element) | Self::Map(element) => element.has_optional(),
            Self::Tuple(elements) => elements.iter().any(Self::has_optional),
            Self::Object(object) => {
                !object.optional.is_empty() || object.attributes.values().any(Self::has_optional)
            }
        }
    }

    /// The type with all attributes required, which is the type of a value converted to this one.
    #[must_use]
    pub fn without_optional(&self) -> Self {
        if !self.has_optional() {
            return self.clone();
        }
        match self {
            Self::Dynamic | Self::String | Self::Number | Self::Bool => self.clone(),
            Self::List(element) => Self::list(element.without_optional()),
            Self::Set(element) => Self::set(element.without_optional()),
            Self::Map(element) => Self::map(element.without_optional()),
            Self::Tuple(elements) => Self::Tuple(elements.iter().map(Self::without_optional).collect()),
            Self::Object(object) => Self::object(
                object
                    .attributes
                    .iter()
                    .map(|(name, ty)| (name.clone(), ty.without_optional())),
            ),
        }
    }

    /// Whether a value of this type could be one of type `want`, whose unknown parts match any type.
    #[must_use]
    pub(super) fn conforms_to(&self, want: &Self) -> bool {
        match (self, want) {
            (_, Self::Dynamic) => true,
            (Self::List(given), Self::List(want))
            | (Self::Set(given), Self::Set(want))
            | (Self::Map(given), Self::Map(want)) => given.conforms_to(want),
            (Self::Tuple(given), Self::Tuple(want)) => {
                given.len() == want.len()
                    && given
                        .iter()
                        .zip(want.iter())
                        .all(|(given, want)| given.conforms_to(want))
            }
            (Self::Object(given), Self::Object(want)) => {
                given.attributes.len() == want.attributes.len()
                    && want.attributes.iter().all(|(name, want)| {
                        given
                            .attributes
                            .get(name)
                            .is_some_and(|given| given.conforms_to(want))
                    })
            }
            _ => self == want,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_have_no_optional_attributes() {
        let constraint = Type::list(Type::object_with_optional(
            [("a", Type::String), ("b", Type::Number)],
            BTreeSet::from(["b".into()]),
        ));
        let plain = Type::list(Type::object([("a", Type::String), ("b", Type::Number)]));
        assert!(constraint.has_optional());
        assert_ne!(constraint, plain);
        assert_eq!(constraint.without_optional(), plain);
    }

    #[test]
    fn an_unknown_type_matches_any() {
        let given = Type::map(Type::list(Type::String));
        assert!(given.conforms_to(&Type::map(Type::Dynamic)));
        assert!(!given.conforms_to(&Type::map(Type::set(Type::Dynamic))));
        assert!(!Type::object([("a", Type::Bool)]).conforms_to(&Type::object([("b", Type::Dynamic)])));
    }
}
