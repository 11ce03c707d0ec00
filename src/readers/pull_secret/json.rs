//! JSON as Go's `encoding/json` decodes it into a struct: with every member in its order, because a later one of the same
//! name counts, and with names that match fields in any case.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// A value, as far as its content matters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Json {
    Null,
    String(String),
    Object(Vec<(String, Json)>),
    /// A number, a truth value or an array.
    Other,
}

impl Json {
    /// The last member with exactly this name.
    pub(super) fn get(&self, name: &str) -> Option<&Self> {
        let Self::Object(members) = self else {
            return None;
        };
        let last = members.iter().rev().find(|(key, _)| key == name);
        last.map(|(_, value)| value)
    }

    /// The text of a string.
    pub(super) fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }
}

/// Whether a key is the name of a field: in any case, with the two letters outside of ASCII that fold to ASCII ones.
pub(super) fn is_field(key: &str, name: &str) -> bool {
    let fold = |c: char| match c {
        '\u{17f}' => 's',
        '\u{212a}' => 'k',
        other => other.to_ascii_lowercase(),
    };
    key.chars().map(fold).eq(name.chars().map(fold))
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(JsonVisitor)
    }
}

struct JsonVisitor;

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Json;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Json, E> {
        Ok(Json::Other)
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Json, E> {
        Ok(Json::Other)
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Json, E> {
        Ok(Json::Other)
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Json, E> {
        Ok(Json::Other)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Json, E> {
        Ok(Json::String(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Json, A::Error> {
        while elements.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Json::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Json, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = entries.next_entry()? {
            members.push(member);
        }
        Ok(Json::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_keep_their_order_and_the_last_one_counts() {
        let json: Json = serde_json::from_str(r#"{"a": 1, "b": [true, {}], "a": "x", "c": null}"#).unwrap();
        let member = |name: &str, value| (name.to_owned(), value);
        let expected = vec![
            member("a", Json::Other),
            member("b", Json::Other),
            member("a", Json::String("x".to_owned())),
            member("c", Json::Null),
        ];
        assert_eq!(json, Json::Object(expected));
        assert_eq!(json.get("a").and_then(Json::as_str), Some("x"));
    }

    #[test]
    fn names_match_fields_as_go_folds_them() {
        for key in ["auths", "AUTHS", "aUth\u{17f}"] {
            assert!(is_field(key, "auths"), "{key}");
        }
        assert!(is_field("identityto\u{212a}en", "identitytoken"));
        assert!(!is_field("auth", "auths") && !is_field("\u{e4}uths", "auths"));
    }
}
