//! A cursor over JSON text that descends into the containers that matter and skips everything else.
//!
//! Skipping only looks at quotes and brackets, which is many times faster than parsing, and most of a plan is skipped. The
//! values that matter are parsed from their slice of the text by `serde_json`. If the outline is malformed, `serde_json`
//! parses the whole document once more to report the error.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde::de::IgnoredAny;

use crate::readers::plan::error::{MAX_DEPTH, PlanError, PlanErrorKind};
use crate::readers::plan::json_skip::{Skipped, skip};
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
        let (start, max_depth) = self.next_value();
        match skip(self.document.as_bytes(), start, max_depth) {
            Skipped::To(end) => self.skip_to(end),
            Skipped::TooDeep(at) => Err(self.too_deep_error(at)),
            Skipped::Malformed => Err(self.syntax_error()),
        }
    }

    /// Where the next value begins, and how deep it may be nested.
    pub(super) fn next_value(&mut self) -> (usize, usize) {
        self.skip_white_space();
        (self.at, MAX_DEPTH - self.depth)
    }

    /// Skips a value that is known to end at `end`, and returns its text.
    pub(super) fn skip_to(&mut self, end: usize) -> Result<&'a str, PlanError> {
        let value = self.document.get(self.at..end);
        self.at = end;
        value.ok_or_else(|| self.syntax_error())
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
