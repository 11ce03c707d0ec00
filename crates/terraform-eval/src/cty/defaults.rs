//! The defaults of `optional(type, default)` in a variable's type (`hcl`'s `typeexpr.Defaults`).

use std::collections::BTreeMap;
use std::sync::Arc;

use super::convert::unify;
use super::types::Type;
use super::value::Value;

/// The defaults of one type and of the types nested in it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Defaults {
    /// Default values by attribute, for an object type.
    pub values: BTreeMap<Arc<str>, Value>,
    /// The defaults of the nested types.
    pub nested: NestedDefaults,
}

/// The defaults of the types nested in a type.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum NestedDefaults {
    /// No defaults.
    #[default]
    None,
    /// Of the elements of a list, set or map.
    Element(Box<Defaults>),
    /// Of the attributes of an object, by name.
    Attributes(BTreeMap<Arc<str>, Defaults>),
    /// Of the elements of a tuple, by position.
    Positions(BTreeMap<usize, Defaults>),
}

impl NestedDefaults {
    fn at(&self, index: usize) -> Option<&Defaults> {
        match self {
            Self::Element(defaults) => Some(defaults),
            Self::Positions(positions) => positions.get(&index),
            Self::None | Self::Attributes(_) => None,
        }
    }

    fn named(&self, name: &str) -> Option<&Defaults> {
        match self {
            Self::Element(defaults) => Some(defaults),
            Self::Attributes(attributes) => attributes.get(name),
            Self::None | Self::Positions(_) => None,
        }
    }
}

impl Defaults {
    /// Whether there are no defaults.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty() && self.nested == NestedDefaults::None
    }

    /// Replaces missing and null attributes by their defaults. The result still has to be converted. A value of
    /// another shape than the type stays as it is, so that the conversion reports it.
    #[must_use]
    pub fn apply(&self, value: &Value) -> Value {
        if !value.is_known() || value.is_null() || self.is_empty() {
            return value.clone();
        }
        let applied = if let Some(items) = value.as_slice() {
            self.apply_sequence(value, items)
        } else if let Some(items) = value.as_map() {
            self.apply_fields(value, items)
        } else {
            return value.clone();
        };
        applied.with_marks(value.marks()).with_spans_of(value)
    }

    fn apply_sequence(&self, value: &Value, items: &[Value]) -> Value {
        let applied: Vec<_> = items
            .iter()
            .enumerate()
            .map(|(index, item)| match self.nested.at(index) {
                Some(defaults) => defaults.apply(item),
                None => item.clone(),
            })
            .collect();
        match value.ty() {
            Type::List(element) | Type::Set(element) => {
                let list = matches!(value.ty(), Type::List(_));
                let build = if list { Value::list } else { Value::set };
                if applied.is_empty() {
                    return build((**element).clone(), applied);
                }
                match unified(&applied) {
                    Some((element, items)) => build(element, items),
                    None => Value::tuple(applied),
                }
            }
            _ => Value::tuple(applied),
        }
    }

    fn apply_fields(&self, value: &Value, items: &BTreeMap<Arc<str>, Value>) -> Value {
        let mut applied: BTreeMap<Arc<str>, Value> = items
            .iter()
            .map(|(name, item)| match self.nested.named(name) {
                Some(defaults) => (name.clone(), defaults.apply(item)),
                None => (name.clone(), item.clone()),
            })
            .collect();
        for (name, default) in &self.values {
            let attribute = applied.get(name).filter(|attribute| !attribute.is_null());
            let value = match (attribute, self.nested.named(name)) {
                (Some(attribute), _) if default.is_definitely_not_null() => attribute.refine_not_null(),
                (Some(_), _) => continue,
                (None, Some(defaults)) => defaults.apply(default),
                (None, None) => default.clone(),
            };
            applied.insert(name.clone(), value);
        }
        let Type::Map(element) = value.ty() else {
            return Value::object(applied);
        };
        if applied.is_empty() {
            return Value::map((**element).clone(), applied);
        }
        let values: Vec<_> = applied.values().cloned().collect();
        match unified(&values) {
            Some((element, values)) => Value::map(element, applied.into_keys().zip(values).collect()),
            None => Value::object(applied),
        }
    }
}

/// The values converted to their common type, if there is one.
fn unified(values: &[Value]) -> Option<(Type, Vec<Value>)> {
    let unified = unify(values.iter().map(Value::ty))?;
    let values: Result<Vec<_>, _> = values.iter().map(|value| unified.convert(value)).collect();
    Some((unified.ty.clone(), values.ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cty::to_json;

    fn object(items: &[(&str, Value)]) -> Value {
        Value::object(
            items
                .iter()
                .map(|(name, value)| ((*name).into(), value.clone()))
                .collect(),
        )
    }

    /// `object({ a = optional(string, "x"), b = optional(object({ c = optional(number, 1) }), {}) })`
    fn defaults() -> Defaults {
        let inner = Defaults {
            values: BTreeMap::from([("c".into(), Value::number(1))]),
            ..Defaults::default()
        };
        Defaults {
            values: BTreeMap::from([("a".into(), Value::string("x")), ("b".into(), object(&[]))]),
            nested: NestedDefaults::Attributes(BTreeMap::from([("b".into(), inner)])),
        }
    }

    #[test]
    fn missing_and_null_attributes_get_their_default() {
        let applied = |value: &Value| to_json(&defaults().apply(value)).expect("known");
        assert_eq!(applied(&object(&[])), r#"{"a":"x","b":{"c":1}}"#);
        let given = object(&[
            ("a", Value::null(Type::Dynamic)),
            ("b", object(&[("c", Value::number(2))])),
        ]);
        assert_eq!(applied(&given), r#"{"a":"x","b":{"c":2}}"#);
        assert_eq!(applied(&Value::string("other")), r#""other""#);
    }

    #[test]
    fn every_element_of_a_collection_gets_the_defaults() {
        let list = Defaults {
            nested: NestedDefaults::Element(Box::new(defaults())),
            ..Defaults::default()
        };
        let value = Value::tuple(vec![object(&[]), object(&[("a", Value::string("y"))])]);
        assert_eq!(
            to_json(&list.apply(&value)).as_deref(),
            Ok(r#"[{"a":"x","b":{"c":1}},{"a":"y","b":{"c":1}}]"#)
        );
    }
}
