//! JSON by borrowed pieces: each piece is a slice of the text, so its place is its span.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{Deserializer, Error as _, MapAccess, Visitor};
use serde_json::value::RawValue;

use terraform_eval::source::{FileId, Span};

use crate::readers::plan::error::{PlanError, Problem};

/// The text that is read, for turning slices of it into spans.
#[derive(Debug, Clone, Copy)]
pub(super) struct Text<'a> {
    file: FileId,
    text: &'a str,
}

impl<'a> Text<'a> {
    pub(super) fn new(file: FileId, text: &'a str) -> Self {
        Self { file, text }
    }

    /// The span of a slice of this text.
    pub(super) fn span(self, part: &str) -> Span {
        let start = part.as_ptr().addr().wrapping_sub(self.text.as_ptr().addr());
        let start = start.min(self.text.len());
        Span::new(self.file, start, (start + part.len()).min(self.text.len()))
    }

    /// Reads `part`, a slice of this text, as one JSON document.
    pub(super) fn read<T: Deserialize<'a>>(self, part: &'a str) -> Result<T, PlanError> {
        serde_json::from_str(part).map_err(|error| self.error(part, &error))
    }

    /// Reads a piece.
    pub(super) fn piece<T: Deserialize<'a>>(self, raw: &'a RawValue) -> Result<T, PlanError> {
        self.read(raw.get())
    }

    /// A piece that must be a string.
    pub(super) fn string(self, raw: &'a RawValue, what: &str) -> Result<Cow<'a, str>, PlanError> {
        match serde_json::from_str::<Str<'a>>(raw.get()) {
            Ok(Str(text)) => Ok(text),
            Err(_) => Err(self.shape(raw, format!("{what} is not a string"))),
        }
    }

    /// An error at a piece.
    pub(super) fn shape(self, raw: &RawValue, what: String) -> PlanError {
        PlanError::new(Problem::Shape(what), Some(self.span(raw.get())))
    }

    fn error(self, part: &str, error: &serde_json::Error) -> PlanError {
        let at = self.span(part).start as usize + offset(part, error.line(), error.column());
        let at = at.min(self.text.len());
        let message = message(error);
        let problem = if error.is_eof() {
            Problem::Truncated
        } else if message == "trailing characters" {
            Problem::Trailing
        } else if message == "recursion limit exceeded" {
            Problem::TooDeep
        } else if let Some(key) = duplicate(&message) {
            Problem::DuplicateKey(key.to_owned())
        } else if error.is_data() {
            Problem::Shape(message)
        } else {
            Problem::Syntax(message)
        };
        PlanError::new(problem, Some(self.before(at)))
    }

    /// The character before `at`, which is where `serde_json` found the error.
    fn before(self, at: usize) -> Span {
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

/// `serde_json` says where by line and by byte of the line, both from 1; 0 where it does not know.
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

/// The message of `serde_json` without the place, which a span says better.
fn message(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.rfind(" at line ") {
        Some(at) => text.get(..at).unwrap_or_default().to_owned(),
        None => text,
    }
}

/// The key that a message of serde, or of [`Pairs`], says to be there twice.
fn duplicate(message: &str) -> Option<&str> {
    message.strip_prefix("duplicate field `")?.strip_suffix('`')
}

/// A string that is borrowed where it has no escapes.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Str<'a>(#[serde(borrow)] pub(super) Cow<'a, str>);

/// The entries of an object in their order, each key once.
#[derive(Debug, Clone)]
pub(super) struct Pairs<'a, V>(pub(super) Vec<(Cow<'a, str>, V)>);

impl<V> Pairs<'_, V> {
    /// The entries by name, for one who looks up many of them.
    pub(super) fn by_name(&self) -> BTreeMap<&str, &V> {
        self.0.iter().map(|(name, value)| (&**name, value)).collect()
    }
}

impl<V> Default for Pairs<'_, V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de: 'a, 'a, V: Deserialize<'de>> Deserialize<'de> for Pairs<'a, V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries<'a, V>(PhantomData<(&'a str, V)>);
        impl<'de: 'a, 'a, V: Deserialize<'de>> Visitor<'de> for Entries<'a, V> {
            type Value = Pairs<'a, V>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries: Vec<(Cow<'a, str>, V)> = Vec::new();
                let mut keys = BTreeSet::new();
                while let Some(Str(key)) = map.next_key::<Str<'a>>()? {
                    if !keys.insert(key.clone()) {
                        return Err(A::Error::custom(format_args!("duplicate field `{key}`")));
                    }
                    entries.push((key, map.next_value()?));
                }
                Ok(Pairs(entries))
            }
        }
        deserializer.deserialize_map(Entries(PhantomData))
    }
}

/// Whether a piece is `true`.
pub(super) fn is_true(raw: Option<&RawValue>) -> bool {
    raw.is_some_and(|raw| raw.get() == "true")
}

/// The elements of a piece that is a list; none of anything else.
pub(super) fn elements(raw: Option<&RawValue>) -> Vec<&RawValue> {
    raw.and_then(|raw| serde_json::from_str(raw.get()).ok())
        .unwrap_or_default()
}
