//! JSON by its outline: goes into the containers that matter, and passes over everything else at the speed
//! of looking for quotes and brackets.
//!
//! What is passed over is not looked at: a text of which nothing is wanted only has to close what it opens.
//! What is wanted is read from its slice of the text, by the rules of JSON. A text whose outline is odd is
//! read once more as a whole, for the sake of saying what is wrong with it.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde::de::IgnoredAny;

use crate::readers::plan::error::{PlanError, Problem};
use crate::readers::plan::json::Text;

/// How deep containers are gone into. Terraform's modules nest a handful deep, two containers each.
const MAX_DEPTH: usize = 128;

/// A place in a text.
#[derive(Debug)]
pub(super) struct Skim<'a> {
    text: Text<'a>,
    document: &'a str,
    at: usize,
    depth: usize,
}

impl<'a> Skim<'a> {
    /// The beginning of a document, a slice of `text`.
    pub(super) fn new(text: Text<'a>, document: &'a str) -> Self {
        Self {
            text,
            document,
            at: 0,
            depth: 0,
        }
    }

    /// Goes through an object. `member` is given each key and takes its value; what it leaves is passed over.
    /// A `null` has no members.
    pub(super) fn object(
        &mut self,
        what: &str,
        member: &mut dyn FnMut(&str, &mut Self) -> Result<(), PlanError>,
    ) -> Result<bool, PlanError> {
        if self.is_null() {
            return Ok(false);
        }
        self.enter(b'{', what, "an object")?;
        let mut keys: BTreeSet<Cow<'a, str>> = BTreeSet::new();
        let mut first = true;
        while self.another(b'}', first)? {
            first = false;
            let key = self.key()?;
            if keys.contains(&key) {
                let span = self
                    .text
                    .span(self.document.get(self.at..self.at).unwrap_or_default());
                return Err(PlanError::new(
                    Problem::DuplicateKey(key.into_owned()),
                    Some(span),
                ));
            }
            self.blank();
            if self.next() != Some(b':') {
                return Err(self.odd());
            }
            self.at += 1;
            self.blank();
            let before = self.at;
            member(&key, self)?;
            if self.at == before {
                self.value()?;
            }
            keys.insert(key);
        }
        self.depth -= 1;
        Ok(true)
    }

    /// Goes through a list. `element` takes one element; one that it leaves is passed over.
    pub(super) fn list(
        &mut self,
        what: &str,
        element: &mut dyn FnMut(&mut Self) -> Result<(), PlanError>,
    ) -> Result<bool, PlanError> {
        if self.is_null() {
            return Ok(false);
        }
        self.enter(b'[', what, "a list")?;
        let mut first = true;
        while self.another(b']', first)? {
            first = false;
            let before = self.at;
            element(self)?;
            if self.at == before {
                self.value()?;
            }
        }
        self.depth -= 1;
        Ok(true)
    }

    /// Passes over a value.
    pub(super) fn value(&mut self) -> Result<&'a str, PlanError> {
        self.blank();
        let start = self.at;
        match passed(self.document.as_bytes(), start, MAX_DEPTH - self.depth) {
            Passed::To(end) => {
                self.at = end;
                self.document.get(start..end).ok_or_else(|| self.odd())
            }
            Passed::TooDeep(at) => Err(self.too_deep(at)),
            Passed::Odd => Err(self.odd()),
        }
    }

    /// There is nothing but white space behind the document.
    pub(super) fn end(&mut self) -> Result<(), PlanError> {
        self.blank();
        if self.at < self.document.len() {
            return Err(self.odd());
        }
        Ok(())
    }

    fn is_null(&mut self) -> bool {
        self.blank();
        let null = self.rest().starts_with(b"null");
        if null {
            self.at += "null".len();
        }
        null
    }

    fn enter(&mut self, bracket: u8, what: &str, kind: &str) -> Result<(), PlanError> {
        if self.next() != Some(bracket) {
            let start = self.at;
            let value = self.value()?;
            let message = if start == 0 {
                return Err(self.odd());
            } else {
                format!("{what} is not {kind}")
            };
            return Err(PlanError::new(
                Problem::Shape(message),
                Some(self.text.span(value)),
            ));
        }
        if self.depth == MAX_DEPTH {
            let span = self
                .text
                .span(self.document.get(self.at..=self.at).unwrap_or_default());
            return Err(PlanError::new(Problem::TooDeep, Some(span)));
        }
        self.depth += 1;
        self.at += 1;
        Ok(())
    }

    /// Whether there is another member or element; the closing bracket is taken.
    fn another(&mut self, closing: u8, first: bool) -> Result<bool, PlanError> {
        self.blank();
        match self.next() {
            Some(byte) if byte == closing => {
                self.at += 1;
                Ok(false)
            }
            Some(b',') if !first => {
                self.at += 1;
                self.blank();
                Ok(true)
            }
            Some(_) if first => Ok(true),
            _ => Err(self.odd()),
        }
    }

    fn key(&mut self) -> Result<Cow<'a, str>, PlanError> {
        if self.next() != Some(b'"') {
            return Err(self.odd());
        }
        let raw = self.value()?;
        let inner = raw.get(1..raw.len() - 1).unwrap_or_default();
        if inner.contains('\\') {
            return serde_json::from_str(raw).map(Cow::Owned).map_err(|_| self.odd());
        }
        Ok(Cow::Borrowed(inner))
    }

    fn blank(&mut self) {
        while matches!(self.next(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }

    fn next(&self) -> Option<u8> {
        self.document.as_bytes().get(self.at).copied()
    }

    fn rest(&self) -> &'a [u8] {
        self.document.as_bytes().get(self.at..).unwrap_or_default()
    }

    fn too_deep(&self, at: usize) -> PlanError {
        let bracket = self.document.get(at..=at).unwrap_or_default();
        PlanError::new(Problem::TooDeep, Some(self.text.span(bracket)))
    }

    /// What is wrong with the document, by one who reads all of it.
    fn odd(&self) -> PlanError {
        match self.text.read::<IgnoredAny>(self.document) {
            Err(error) => error,
            Ok(_) => {
                let what = "the document does not have the structure of a plan".to_owned();
                PlanError::new(Problem::Shape(what), None)
            }
        }
    }
}

/// How a value was passed over.
#[derive(Debug, PartialEq, Eq)]
enum Passed {
    /// It ends here.
    To(usize),
    /// Here is a bracket in too many others.
    TooDeep(usize),
    /// The text ends first, or it is no value.
    Odd,
}

/// Passes over the value that starts at `start`, which may be nested `deepest` deep.
fn passed(bytes: &[u8], start: usize, deepest: usize) -> Passed {
    let mut depth = 0;
    let mut at = start;
    match end(bytes, &mut at, &mut depth, deepest) {
        Some(end) => Passed::To(end),
        None if depth > deepest => Passed::TooDeep(at),
        None => Passed::Odd,
    }
}

/// Where a value ends. `at` and `depth` say how far it came where it does not.
fn end(bytes: &[u8], at: &mut usize, depth: &mut usize, deepest: usize) -> Option<usize> {
    let start = *at;
    loop {
        match *bytes.get(*at)? {
            b'"' => {
                *at = string_end(bytes, *at + 1)?;
                if *depth == 0 {
                    return Some(*at);
                }
            }
            b'{' | b'[' => {
                *depth += 1;
                if *depth > deepest {
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
            // A number or a word is all that can stand outside of containers and strings.
            b',' | b' ' | b'\n' | b'\r' | b'\t' if *depth == 0 => return Some(*at).filter(|&at| at > start),
            _ => {
                *at += 1;
                if *depth == 0 && matches!(bytes.get(*at), None | Some(b'}' | b']')) {
                    return Some(*at);
                }
            }
        }
    }
}

/// Where the string ends whose first byte is at `at`, its closing quote included. Eight bytes at a time:
/// most strings are too short for anything wider to pay.
fn string_end(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        let Some(word) = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) else {
            return short_end(bytes, at);
        };
        let word = u64::from_le_bytes(*word);
        let found = holding(word, b'"') | holding(word, b'\\');
        if found == 0 {
            at += 8;
            continue;
        }
        at += found.trailing_zeros() as usize / 8;
        match bytes.get(at)? {
            b'"' => return Some(at + 1),
            _ => at += 2,
        }
    }
}

fn short_end(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        match bytes.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

/// The high bit of each byte of `word` that is `wanted`. A borrow can set further bits, above the lowest one only.
fn holding(word: u64, wanted: u8) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let zero = word ^ (ONES * u64::from(wanted));
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
            assert_eq!(passed(text.as_bytes(), 0, 9), Passed::To(end), "{text}");
        }
        for text in ["", "{", "\"a", "\"a\\", "[\"]", "}", ","] {
            assert_eq!(passed(text.as_bytes(), 0, 9), Passed::Odd, "{text}");
        }
        assert_eq!(passed(b"[[[]]]", 0, 2), Passed::TooDeep(2));
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
        fn a_value_is_skipped_to_its_end(value in any_json(), pretty in any::<bool>(), behind in "[ ,}]{1}.{0,9}") {
            let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) };
            let text = text.unwrap();
            let all = format!("{text}{behind}");
            prop_assert_eq!(passed(all.as_bytes(), 0, 9), Passed::To(text.len()));
        }

        #[test]
        fn any_bytes_are_skipped_or_rejected(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            if let Passed::To(end) = passed(&bytes, 0, 9) {
                prop_assert!(0 < end && end <= bytes.len());
            }
        }
    }
}
