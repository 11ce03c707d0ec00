//! A cursor over JSON text that descends into the containers that matter and skips everything else.
//!
//! Skipping only searches for quotes and brackets, which is many times faster than parsing, and most of a plan is
//! skipped. A skipped value is not validated: its brackets and quotes only have to match. The values that matter are
//! parsed from their slice of the text by `serde_json`. If the outline is malformed, `serde_json` parses the whole
//! document once more to report the error.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde::de::IgnoredAny;

use crate::readers::plan::error::{MAX_DEPTH, PlanError, PlanErrorKind};
use crate::readers::plan::plan_text::PlanText;

/// A position in a JSON document.
#[derive(Debug)]
pub(super) struct JsonCursor<'a> {
    text: PlanText<'a>,
    document: &'a str,
    at: usize,
    depth: usize,
}

impl<'a> JsonCursor<'a> {
    /// A cursor at the beginning of a document, which is a slice of `text`.
    pub(super) fn new(text: PlanText<'a>, document: &'a str) -> Self {
        Self {
            text,
            document,
            at: 0,
            depth: 0,
        }
    }

    /// Reads an object: calls `member` for each key, and skips each value that `member` does not consume.
    ///
    /// Returns whether the value is an object; a `null` is not one. `what` names the object in errors.
    pub(super) fn read_object(
        &mut self,
        what: &str,
        member: &mut dyn FnMut(&str, &mut Self) -> Result<(), PlanError>,
    ) -> Result<bool, PlanError> {
        if self.take_null() {
            return Ok(false);
        }
        self.enter(b'{', what, "an object")?;
        let mut keys: BTreeSet<Cow<'a, str>> = BTreeSet::new();
        let mut is_first = true;
        while self.has_next(b'}', is_first)? {
            is_first = false;
            let key = self.read_key()?;
            if keys.contains(&key) {
                let span = self
                    .text
                    .span(self.document.get(self.at..self.at).unwrap_or_default());
                return Err(PlanError::new(
                    PlanErrorKind::DuplicateKey(key.into_owned()),
                    Some(span),
                ));
            }
            self.skip_white_space();
            if self.peek() != Some(b':') {
                return Err(self.syntax_error());
            }
            self.at += 1;
            self.skip_white_space();
            let start = self.at;
            member(&key, self)?;
            if self.at == start {
                self.skip_value()?;
            }
            keys.insert(key);
        }
        self.depth -= 1;
        Ok(true)
    }

    /// Reads a list: calls `element` for each element, and skips each one that `element` does not consume.
    ///
    /// Returns whether the value is a list; a `null` is not one. `what` names the list in errors.
    pub(super) fn read_list(
        &mut self,
        what: &str,
        element: &mut dyn FnMut(&mut Self) -> Result<(), PlanError>,
    ) -> Result<bool, PlanError> {
        if self.take_null() {
            return Ok(false);
        }
        self.enter(b'[', what, "a list")?;
        let mut is_first = true;
        while self.has_next(b']', is_first)? {
            is_first = false;
            let start = self.at;
            element(self)?;
            if self.at == start {
                self.skip_value()?;
            }
        }
        self.depth -= 1;
        Ok(true)
    }

    /// Skips a value and returns its text.
    pub(super) fn skip_value(&mut self) -> Result<&'a str, PlanError> {
        self.skip_white_space();
        let start = self.at;
        match skip(self.document.as_bytes(), start, MAX_DEPTH - self.depth) {
            Skipped::To(end) => {
                self.at = end;
                self.document.get(start..end).ok_or_else(|| self.syntax_error())
            }
            Skipped::TooDeep(at) => Err(self.too_deep_error(at)),
            Skipped::Malformed => Err(self.syntax_error()),
        }
    }

    /// Checks that only white space follows.
    pub(super) fn expect_end(&mut self) -> Result<(), PlanError> {
        self.skip_white_space();
        if self.at < self.document.len() {
            return Err(self.syntax_error());
        }
        Ok(())
    }

    /// Whether the value is `null`, which is consumed.
    fn take_null(&mut self) -> bool {
        self.skip_white_space();
        let is_null = self.rest().starts_with(b"null");
        if is_null {
            self.at += "null".len();
        }
        is_null
    }

    fn enter(&mut self, bracket: u8, what: &str, kind: &str) -> Result<(), PlanError> {
        if self.peek() != Some(bracket) {
            let start = self.at;
            let value = self.skip_value()?;
            if start == 0 {
                return Err(self.syntax_error());
            }
            let message = format!("{what} is not {kind}");
            return Err(PlanError::new(
                PlanErrorKind::UnexpectedShape(message),
                Some(self.text.span(value)),
            ));
        }
        if self.depth == MAX_DEPTH {
            return Err(self.too_deep_error(self.at));
        }
        self.depth += 1;
        self.at += 1;
        Ok(())
    }

    /// Whether another member or element follows; consumes the comma or the closing bracket.
    fn has_next(&mut self, closing: u8, is_first: bool) -> Result<bool, PlanError> {
        self.skip_white_space();
        match self.peek() {
            Some(byte) if byte == closing => {
                self.at += 1;
                Ok(false)
            }
            Some(b',') if !is_first => {
                self.at += 1;
                self.skip_white_space();
                Ok(true)
            }
            Some(_) if is_first => Ok(true),
            _ => Err(self.syntax_error()),
        }
    }

    fn read_key(&mut self) -> Result<Cow<'a, str>, PlanError> {
        if self.peek() != Some(b'"') {
            return Err(self.syntax_error());
        }
        let raw = self.skip_value()?;
        let inner = raw.get(1..raw.len() - 1).unwrap_or_default();
        if inner.contains('\\') {
            return serde_json::from_str(raw)
                .map(Cow::Owned)
                .map_err(|_| self.syntax_error());
        }
        Ok(Cow::Borrowed(inner))
    }

    fn skip_white_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.document.as_bytes().get(self.at).copied()
    }

    fn rest(&self) -> &'a [u8] {
        self.document.as_bytes().get(self.at..).unwrap_or_default()
    }

    fn too_deep_error(&self, at: usize) -> PlanError {
        let bracket = self.document.get(at..=at).unwrap_or_default();
        PlanError::new(PlanErrorKind::TooDeep, Some(self.text.span(bracket)))
    }

    /// The error in the document, which `serde_json` finds by parsing all of it.
    fn syntax_error(&self) -> PlanError {
        match self.text.parse::<IgnoredAny>(self.document) {
            Err(error) => error,
            Ok(_) => {
                let message = "the document does not have the structure of a plan".to_owned();
                PlanError::new(PlanErrorKind::UnexpectedShape(message), None)
            }
        }
    }
}

/// The result of skipping a value.
#[derive(Debug, PartialEq, Eq)]
enum Skipped {
    /// The value ends at this offset.
    To(usize),
    /// The bracket at this offset is nested too deeply.
    TooDeep(usize),
    /// The text is not a value, or ends inside it.
    Malformed,
}

/// Skips the value at `start`, which may be nested `max_depth` deep.
fn skip(bytes: &[u8], start: usize, max_depth: usize) -> Skipped {
    let mut depth = 0;
    let mut at = start;
    match value_end(bytes, &mut at, &mut depth, max_depth) {
        Some(end) => Skipped::To(end),
        None if depth > max_depth => Skipped::TooDeep(at),
        None => Skipped::Malformed,
    }
}

/// The end of the value at `at`. If `None`, `at` and `depth` are the position and the depth of the error.
fn value_end(bytes: &[u8], at: &mut usize, depth: &mut usize, max_depth: usize) -> Option<usize> {
    let start = *at;
    loop {
        if *depth > 0 {
            *at = next_quote_or_bracket(bytes, *at)?;
        }
        match *bytes.get(*at)? {
            b'"' => {
                *at = string_end(bytes, *at + 1)?;
                if *depth == 0 {
                    return Some(*at);
                }
            }
            b'{' | b'[' => {
                *depth += 1;
                if *depth > max_depth {
                    return None;
                }
                *at += 1;
            }
            b'}' | b']' => {
                *depth = depth.checked_sub(1)?;
                *at += 1;
                if *depth == 0 {
                    return Some(*at);
                }
            }
            // Outside of containers and strings, only a number, a boolean or `null` is possible.
            b',' | b' ' | b'\n' | b'\r' | b'\t' => return Some(*at).filter(|&at| at > start),
            _ => {
                *at += 1;
                if matches!(bytes.get(*at), None | Some(b'}' | b']')) {
                    return Some(*at);
                }
            }
        }
    }
}

/// The next quote or bracket from `at` on. Reads eight bytes at a time.
fn next_quote_or_bracket(bytes: &[u8], mut at: usize) -> Option<usize> {
    /// The bit by which `[` and `{` differ, and `]` and `}`.
    const CURLY: u64 = 0x2020_2020_2020_2020;
    while let Some(word) = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        let word = u64::from_le_bytes(*word);
        let brackets = matching_bytes(word | CURLY, b'{') | matching_bytes(word | CURLY, b'}');
        let matches = brackets | matching_bytes(word, b'"');
        if matches != 0 {
            return Some(at + matches.trailing_zeros() as usize / 8);
        }
        at += 8;
    }
    let rest = bytes.get(at..)?;
    let found = rest
        .iter()
        .position(|byte| matches!(byte, b'"' | b'{' | b'}' | b'[' | b']'));
    found.map(|position| at + position)
}

/// The end of the string whose first character is at `at`, after its closing quote. Reads eight bytes at a time:
/// most strings are too short for wider reads to pay off.
fn string_end(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        let Some(word) = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) else {
            return string_end_bytewise(bytes, at);
        };
        let word = u64::from_le_bytes(*word);
        let matches = matching_bytes(word, b'"') | matching_bytes(word, b'\\');
        if matches == 0 {
            at += 8;
            continue;
        }
        at += matches.trailing_zeros() as usize / 8;
        match bytes.get(at)? {
            b'"' => return Some(at + 1),
            _ => at += 2,
        }
    }
}

fn string_end_bytewise(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        match bytes.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

/// The high bit of each byte of `word` that equals `byte`. Above the lowest match, a borrow can set further bits.
fn matching_bytes(word: u64, byte: u8) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let zero = word ^ (ONES * u64::from(byte));
    zero.wrapping_sub(ONES) & !zero & HIGH
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::Value;

    #[test]
    fn each_kind_of_value_is_skipped() {
        for (text, rest) in [
            (r#""a\"b\\",1"#, ",1"),
            (r#"{"a":[1,{"}":"]"}]} ,"#, " ,"),
            ("12.5e3,", ","),
            ("true}", "}"),
            ("null", ""),
            ("[]]", "]"),
        ] {
            let end = text.len() - rest.len();
            assert_eq!(skip(text.as_bytes(), 0, 9), Skipped::To(end), "{text}");
        }
        for text in ["", "{", "\"a", "\"a\\", "[\"]", "}", ","] {
            assert_eq!(skip(text.as_bytes(), 0, 9), Skipped::Malformed, "{text}");
        }
        assert_eq!(skip(b"[[[]]]", 0, 2), Skipped::TooDeep(2));
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            r#"["\\\[\]{}:,a-zé]{0,20}"#.prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 64, 8, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
                prop::collection::btree_map(r#"["\\{}a-z]{0,9}"#, inner, 0..8)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn a_value_is_skipped_to_its_end(value in any_json(), pretty in any::<bool>(), suffix in "[ ,}]{1}.{0,9}") {
            let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) };
            let text = text.unwrap();
            let all = format!("{text}{suffix}");
            prop_assert_eq!(skip(all.as_bytes(), 0, 9), Skipped::To(text.len()));
        }

        #[test]
        fn any_bytes_are_skipped_or_rejected(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            if let Skipped::To(end) = skip(&bytes, 0, 9) {
                prop_assert!(0 < end && end <= bytes.len());
            }
        }
    }
}
