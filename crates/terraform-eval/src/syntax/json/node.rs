//! One level of JSON: a value whose elements are not decoded.

use std::fmt;

use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// A value, decoded one level deep.
pub(in crate::syntax) enum Node<'a> {
    Null,
    Bool(bool),
    /// The number as spelled.
    Number(&'a str),
    /// The string as spelled, including quotes.
    String(&'a str),
    Array(Vec<&'a RawValue>),
    /// Keys and values in order; keys may repeat.
    Object(Vec<(&'a RawValue, &'a RawValue)>),
}

impl<'a> Node<'a> {
    /// Decodes one level of a value. It is part of a text that has been parsed, so it is valid.
    pub(in crate::syntax) fn open(raw: &'a RawValue) -> Self {
        let text = raw.get();
        match text.as_bytes().first() {
            Some(b'{') => {
                Self::Object(serde_json::from_str::<Members<'a>>(text).map_or(Vec::new(), |list| list.0))
            }
            Some(b'[') => {
                Self::Array(serde_json::from_str::<Elements<'a>>(text).map_or(Vec::new(), |list| list.0))
            }
            Some(b'"') => Self::String(text),
            Some(b't') => Self::Bool(true),
            Some(b'f') => Self::Bool(false),
            Some(b'-' | b'0'..=b'9') => Self::Number(text),
            _ => Self::Null,
        }
    }
}

struct Members<'a>(Vec<(&'a RawValue, &'a RawValue)>);

struct Elements<'a>(Vec<&'a RawValue>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Vec<(&'de RawValue, &'de RawValue)>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(members)
            }
        }
        deserializer.deserialize_map(Reader).map(Self)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Elements<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Vec<&'de RawValue>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an array")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Self::Value, A::Error> {
                let mut elements = Vec::new();
                while let Some(element) = sequence.next_element()? {
                    elements.push(element);
                }
                Ok(elements)
            }
        }
        deserializer.deserialize_seq(Reader).map(Self)
    }
}
