//! Conversion of values to types (cty's `convert.Convert`), with the errors in cty's words.

use std::fmt;
use std::sync::Arc;

use super::convert_containers::container;
use super::convertible::{Safety, convertible, decided};
use super::mismatch::mismatch;
use super::number::Number;
use super::quote::quoted;
use super::refinement::Refinement;
use super::types::Type;
use super::value::{Value, ValueRef};

/// One step into a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PathStep {
    /// `.name`
    Attribute(Arc<str>),
    /// `[0]`
    Index(usize),
    /// `["key"]`
    Key(Arc<str>),
}

impl fmt::Display for PathStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Attribute(name) => write!(f, ".{name}"),
            Self::Index(index) => write!(f, "[{index}]"),
            Self::Key(key) => write!(f, "[{}]", quoted(key)),
        }
    }
}

/// A value does not convert. It prints as cty's message alone; [`ConvertError::message_with_path`] says where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConvertError {
    /// The way to the part that does not convert, from outside.
    pub path: Vec<PathStep>,
    /// What is wrong with it: `a number is required`.
    pub message: String,
}

impl ConvertError {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self {
            path: Vec::new(),
            message: message.into(),
        }
    }

    pub(super) fn inside(mut self, step: PathStep) -> Self {
        // The innermost step comes first while the error is on its way out.
        self.path.push(step);
        self
    }

    fn outermost(mut self) -> Self {
        self.path.reverse();
        self
    }

    /// The message with the way before it, as Terraform prints it: `.a[0]: a number is required`.
    #[must_use]
    pub fn message_with_path(&self) -> String {
        let path: String = self.path.iter().map(PathStep::to_string).collect();
        if path.is_empty() {
            self.message.clone()
        } else {
            format!("{path}: {}", self.message)
        }
    }
}

impl fmt::Display for ConvertError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ConvertError {}

/// Converts a value to a type, or says why that cannot be. Marks and places stay with the parts.
pub fn convert(value: &Value, want: &Type) -> Result<Value, ConvertError> {
    if *value.ty() == *want || want.has_optional() && *value.ty() == want.without_optional() {
        return Ok(value.clone());
    }
    if !convertible(value.ty(), want, Safety::Unsafe) {
        return Err(ConvertError::new(mismatch(value.ty(), want)));
    }
    apply(value, want, Safety::Unsafe).map_err(ConvertError::outermost)
}

/// Converts where the types are known to permit it.
pub(super) fn apply(value: &Value, want: &Type, safety: Safety) -> Result<Value, ConvertError> {
    if *want == Type::Dynamic || value.ty() == want {
        return Ok(value.clone());
    }
    let converted = match value.view() {
        ValueRef::Unknown(_) => unknown(value, &want.without_optional()),
        ValueRef::Null => Value::null(decided(value.ty(), &want.without_optional())),
        _ => known(value, want, safety)?,
    };
    Ok(converted.with_marks(value.marks()).with_spans_of(value))
}

/// An unknown value of the wanted type, with what is known of the given one carried over.
fn unknown(value: &Value, want: &Type) -> Value {
    let given = value.refinement();
    let ty = decided(value.ty(), want);
    let mut refinement = Refinement {
        not_null: given.not_null,
        ..Refinement::default()
    };
    let exactly = |refinement: &mut Refinement, length: usize| {
        refinement.min_length = length;
        refinement.max_length = Some(length);
    };
    match (value.ty(), &ty) {
        (Type::Object(given), Type::Map(_)) => exactly(&mut refinement, given.attributes.len()),
        (Type::Tuple(given), Type::List(_)) => exactly(&mut refinement, given.len()),
        (Type::Tuple(given), Type::Set(_)) => {
            // Elements of a set can turn out to be equal.
            refinement.min_length = given.len().min(1);
            refinement.max_length = Some(given.len());
        }
        (source, target) if source.is_collection() && target.is_collection() => {
            refinement.min_length = match target {
                Type::Set(_) => given.min_length.min(1),
                _ => given.min_length,
            };
            refinement.max_length = given.max_length;
        }
        _ => {}
    }
    Value::refined(ty, refinement)
}

fn known(value: &Value, want: &Type, safety: Safety) -> Result<Value, ConvertError> {
    match (value.view(), want) {
        (ValueRef::Number(number), Type::String) => Ok(Value::string(number.to_string())),
        (ValueRef::Bool(value), Type::String) => Ok(Value::string(if value { "true" } else { "false" })),
        (ValueRef::String(text), Type::Number) => Number::parse(text)
            .map(Value::number)
            .map_err(|error| ConvertError::new(error.to_string())),
        (ValueRef::String(text), Type::Bool) => bool_from(text),
        _ => container(value, want, safety),
    }
}

fn bool_from(text: &str) -> Result<Value, ConvertError> {
    let message = match text {
        "true" | "1" => return Ok(Value::bool(true)),
        "false" | "0" => return Ok(Value::bool(false)),
        other if other.to_lowercase() == "true" => {
            r#"a bool is required; to convert from string, use lowercase "true""#
        }
        other if other.to_lowercase() == "false" => {
            r#"a bool is required; to convert from string, use lowercase "false""#
        }
        _ => "a bool is required",
    };
    Err(ConvertError::new(message))
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;
    use crate::cty::Marks;

    fn text(result: &Result<Value, ConvertError>) -> String {
        match result {
            Ok(value) => format!("{} {}", value.ty(), crate::cty::to_json(value).expect("known")),
            Err(error) => error.message_with_path(),
        }
    }

    fn map_of(items: &[(&str, Value)]) -> BTreeMap<Arc<str>, Value> {
        items
            .iter()
            .map(|(key, value)| ((*key).into(), value.clone()))
            .collect()
    }

    #[test]
    fn primitives_convert_as_in_terraform() {
        for (value, want, expected) in [
            (Value::number(5), Type::String, r#"string "5""#),
            (Value::bool(true), Type::String, r#"string "true""#),
            (Value::string("1"), Type::Bool, "bool true"),
            (Value::string("1e3"), Type::Number, "number 1000"),
            (Value::string("x"), Type::Number, "a number is required"),
            (
                Value::string("True"),
                Type::Bool,
                "a bool is required; to convert from string, use lowercase \"true\"",
            ),
            (Value::bool(true), Type::Number, "number required"),
            (Value::tuple(vec![]), Type::String, "string required"),
        ] {
            assert_eq!(text(&convert(&value, &want)), expected);
        }
    }

    #[test]
    fn errors_say_where() {
        let value = Value::object(map_of(&[(
            "a",
            Value::tuple(vec![Value::string("1"), Value::string("x")]),
        )]));
        let want = Type::object([("a", Type::list(Type::Number))]);
        assert_eq!(text(&convert(&value, &want)), ".a[1]: a number is required");
    }

    #[test]
    fn collections_of_any_find_their_element_type() {
        let value = Value::tuple(vec![Value::number(1), Value::string("a")]);
        let any = Type::Dynamic;
        assert_eq!(
            text(&convert(&value, &Type::list(any.clone()))),
            r#"list(string) ["1","a"]"#
        );
        assert_eq!(
            text(&convert(&value, &Type::set(any.clone()))),
            r#"set(string) ["1","a"]"#
        );
        let value = Value::object(map_of(&[("a", Value::number(1)), ("b", Value::bool(true))]));
        assert_eq!(
            text(&convert(&value, &Type::map(any))),
            "all map elements must have the same type"
        );
    }

    #[test]
    fn an_optional_attribute_that_is_left_out_is_null() {
        let want = Type::object_with_optional(
            [("a", Type::String), ("b", Type::list(Type::Number))],
            BTreeSet::from(["b".into()]),
        );
        let value = Value::object(map_of(&[("a", Value::number(1)), ("c", Value::number(2))]));
        assert_eq!(
            text(&convert(&value, &want)),
            r#"object({ a: string, b: list(number), }) {"a":"1","b":null}"#
        );
        let value = Value::map(Type::String, map_of(&[("a", Value::string("x"))]));
        assert_eq!(
            text(&convert(&value, &want)),
            r#"object({ a: string, b: list(number), }) {"a":"x","b":null}"#
        );
        let value = Value::map(Type::String, BTreeMap::new());
        assert_eq!(
            text(&convert(&value, &want)),
            r#"map has no element for required attribute "a""#
        );
    }

    #[test]
    fn unknown_values_keep_what_is_known_of_them() {
        let value = Value::unknown(Type::tuple([Type::Number, Type::String])).refine_not_null();
        let list = convert(&value, &Type::list(Type::String)).expect("convertible");
        assert_eq!(
            list,
            Value::list(Type::String, vec![Value::unknown(Type::String); 2])
        );
        let null = convert(&Value::null(Type::Dynamic), &Type::Number).expect("convertible");
        assert_eq!(null, Value::null(Type::Number));
    }

    #[test]
    fn marks_stay_where_they_are() {
        let secret = Value::number(1).with_marks(&Marks::sensitive());
        let value = Value::tuple(vec![secret, Value::number(2)]);
        let list = convert(&value, &Type::list(Type::String)).expect("convertible");
        let items = list.as_slice().expect("a list");
        assert!(items[0].marks().is_sensitive() && !items[1].contains_marked());
        let set = convert(&value, &Type::set(Type::String)).expect("convertible");
        assert!(set.marks().is_sensitive());
    }
}
