//! The text of a plan, and JSON values that borrow from it: a value is a slice of the text, so its position is its span.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{Deserializer, Error as _, MapAccess, Visitor};
use serde_json::value::RawValue;

use terraform_eval::source::{FileId, Span};

use crate::readers::plan::error::{PlanError, PlanErrorKind};

/// The text of a plan: parses slices of it, and turns them into spans.
#[derive(Debug, Clone, Copy)]
pub(super) struct PlanText<'a> {
    file: FileId,
    text: &'a str,
}

impl<'a> PlanText<'a> {
    pub(super) fn new(file: FileId, text: &'a str) -> Self {
        Self { file, text }
    }

    /// The span of a raw value that was parsed from this text.
    pub(super) fn span_of(self, raw: &RawValue) -> Span {
        self.span(raw.get())
    }

    /// The span of a slice of this text.
    pub(super) fn span(self, part: &str) -> Span {
        let start = part.as_ptr().addr().wrapping_sub(self.text.as_ptr().addr());
        let start = start.min(self.text.len());
        Span::new(self.file, start, (start + part.len()).min(self.text.len()))
    }

    /// The text from a position on.
    pub(super) fn after(self, start: usize) -> &'a str {
        self.text.get(start..).unwrap_or_default()
    }

    /// Parses `part`, a slice of this text, as one JSON document.
    pub(super) fn parse<T: Deserialize<'a>>(self, part: &'a str) -> Result<T, PlanError> {
        serde_json::from_str(part).map_err(|error| self.locate(part, &error))
    }

    /// Parses a raw value.
    pub(super) fn parse_raw<T: Deserialize<'a>>(self, raw: &'a RawValue) -> Result<T, PlanError> {
        self.parse(raw.get())
    }

    /// Parses a raw value that must be a string; `what` names the value in the error.
    pub(super) fn parse_string(self, raw: &'a RawValue, what: &str) -> Result<Cow<'a, str>, PlanError> {
        match serde_json::from_str::<JsonStr<'a>>(raw.get()) {
            Ok(JsonStr(text)) => Ok(text),
            Err(_) => Err(self.shape_error(raw, format!("{what} is not a string"))),
        }
    }

    /// An error about the shape of a raw value.
    pub(super) fn shape_error(self, raw: &RawValue, message: String) -> PlanError {
        PlanError::new(PlanErrorKind::UnexpectedShape(message), Some(self.span_of(raw)))
    }

    /// An error of `serde_json` while parsing `part`, with its span in this text.
    fn locate(self, part: &str, error: &serde_json::Error) -> PlanError {
        let at = self.span(part).start as usize + offset(part, error.line(), error.column());
        let at = at.min(self.text.len());
        let message = message(error);
        let kind = if error.is_eof() {
            PlanErrorKind::Truncated
        } else if message == "trailing characters" {
            PlanErrorKind::TrailingText
        } else if message == "recursion limit exceeded" {
            PlanErrorKind::TooDeep
        } else if let Some(key) = duplicate_key(&message) {
            PlanErrorKind::DuplicateKey(key.to_owned())
        } else if error.is_data() {
            PlanErrorKind::UnexpectedShape(message)
        } else {
            PlanErrorKind::InvalidJson(message)
        };
        PlanError::new(kind, Some(self.character_before(at)))
    }

    /// The character before `at`, which is where `serde_json` reports the error.
    fn character_before(self, at: usize) -> Span {
        let (mut start, mut end) = (at.saturating_sub(1), at);
        while !self.text.is_char_boundary(start) {
            start -= 1;
        }
        while !self.text.is_char_boundary(end) {
            end += 1;
        }
        Span::new(self.file, start, end)
    }
}

/// The offset of a position of `serde_json`: line and byte of the line, both from 1; 0 if the position is unknown.
fn offset(part: &str, line: usize, column: usize) -> usize {
    let start = match line {
        0 | 1 => 0,
        _ => part
            .bytes()
            .enumerate()
            .filter(|&(_, byte)| byte == b'\n')
            .nth(line - 2)
            .map_or(part.len(), |(at, _)| at + 1),
    };
    (start + column).min(part.len())
}

/// The message of `serde_json` without the position, which the span replaces.
fn message(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.rfind(" at line ") {
        Some(at) => text.get(..at).unwrap_or_default().to_owned(),
        None => text,
    }
}

/// The key that a message of serde, or of [`JsonMembers`], reports as a duplicate.
fn duplicate_key(message: &str) -> Option<&str> {
    message.strip_prefix("duplicate field `")?.strip_suffix('`')
}

/// A string, borrowed if it has no escapes.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct JsonStr<'a>(#[serde(borrow)] pub(super) Cow<'a, str>);

/// The members of an object in their order, with unique keys.
#[derive(Debug, Clone)]
pub(super) struct JsonMembers<'a, V>(pub(super) Vec<(Cow<'a, str>, V)>);

impl<V> JsonMembers<'_, V> {
    /// The members by name, for many lookups.
    pub(super) fn by_name(&self) -> BTreeMap<&str, &V> {
        self.0.iter().map(|(name, value)| (&**name, value)).collect()
    }
}

impl<V> Default for JsonMembers<'_, V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de: 'a, 'a, V: Deserialize<'de>> Deserialize<'de> for JsonMembers<'a, V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct MembersVisitor<'a, V>(PhantomData<(&'a str, V)>);
        impl<'de: 'a, 'a, V: Deserialize<'de>> Visitor<'de> for MembersVisitor<'a, V> {
            type Value = JsonMembers<'a, V>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members: Vec<(Cow<'a, str>, V)> = Vec::new();
                let mut keys = BTreeSet::new();
                while let Some(JsonStr(key)) = map.next_key::<JsonStr<'a>>()? {
                    if !keys.insert(key.clone()) {
                        return Err(A::Error::custom(format_args!("duplicate field `{key}`")));
                    }
                    members.push((key, map.next_value()?));
                }
                Ok(JsonMembers(members))
            }
        }
        deserializer.deserialize_map(MembersVisitor(PhantomData))
    }
}

/// Whether a raw value is `true`.
pub(super) fn is_true(raw: Option<&RawValue>) -> bool {
    raw.is_some_and(|raw| raw.get() == "true")
}

/// The elements of a list; empty if the value is not a list.
pub(super) fn elements(raw: Option<&RawValue>) -> Vec<&RawValue> {
    raw.and_then(|raw| serde_json::from_str(raw.get()).ok())
        .unwrap_or_default()
}
