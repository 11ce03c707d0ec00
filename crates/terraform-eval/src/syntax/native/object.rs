//! Objects, split into items by the lexical pass: keys may repeat, and line breaks separate items.

use std::ops::Range;
use std::sync::Arc;

use super::{Reader, Reported};
use crate::syntax::scan;
use crate::syntax::tree::{ExpressionKind, Name, ObjectItem, ObjectKey};

impl Reader<'_> {
    /// Parses the object whose braces are the first and the last byte of the range.
    pub(super) fn object(&mut self, range: &Range<usize>) -> Result<ExpressionKind, Reported> {
        let end = range.end.saturating_sub(1);
        let first = self.object_items.len();
        let mut at = range.start + 1;
        loop {
            at = scan::trivia(self.input.text, at..end);
            if at >= end {
                return Ok(ExpressionKind::Object(self.object_items.drain(first..).collect()));
            }
            let separator = self.separator(at, end)?;
            let key = self.key(at..separator)?;
            let stop = self.item_end(separator + 1, end);
            if self.is_empty(separator + 1..stop) {
                let help = "write the value after the `=`, on the same line";
                return Err(self.report(at..separator + 1, "the key has no value", help));
            }
            let value = self.expression(separator + 1..stop)?;
            self.object_items.push(ObjectItem { key, value });
            at = stop + usize::from(self.input.text.as_bytes().get(stop) == Some(&b','));
        }
    }

    /// Whether a range holds nothing but white space and comments.
    pub(super) fn is_empty(&self, range: Range<usize>) -> bool {
        scan::trivia(self.input.text, range.clone()) >= range.end
    }

    /// Finds the `=` or `:` after the key that starts at `key`.
    fn separator(&mut self, key: usize, end: usize) -> Result<usize, Reported> {
        let bytes = self.input.text.as_bytes();
        let mut at = key;
        let mut conditionals = 0_usize;
        while at < end {
            let next = if at + 1 < end {
                bytes.get(at + 1).copied()
            } else {
                None
            };
            at = match bytes.get(at) {
                Some(b'\n' | b',') | None => break,
                Some(b'=' | b'!' | b'<' | b'>') if next == Some(b'=') => at + 2,
                Some(b':') if next == Some(b':') => at + 2,
                Some(b'?') => {
                    conditionals += 1;
                    at + 1
                }
                Some(b':') if conditionals > 0 => {
                    conditionals -= 1;
                    at + 1
                }
                Some(b'=' | b':') if at > key => return Ok(at),
                Some(_) => self.next(at..end),
            };
        }
        let message = match bytes.get(key) {
            Some(b'=' | b':' | b',') => "a key is expected here",
            _ => "the key has no value",
        };
        let stop = at.min(end).max(key + 1);
        Err(self.report(
            key..stop,
            message,
            "write `key = value`, one on a line or with commas between them",
        ))
    }

    /// The offset of the line break or comma after the value that starts at `at`.
    fn item_end(&self, mut at: usize, end: usize) -> usize {
        while at < end {
            at = match self.input.text.as_bytes().get(at) {
                Some(b'\n' | b',') | None => break,
                Some(_) => self.next(at..end),
            };
        }
        at.min(end)
    }

    /// The offset after the string, bracket, comment or other byte at the start of a range.
    fn next(&self, range: Range<usize>) -> usize {
        let at = range.start;
        if scan::opens(self.input.text, range.clone()) {
            return self.close(at, range.end);
        }
        scan::end_of_comment(self.input.text, range).unwrap_or(at + 1)
    }

    fn key(&mut self, range: Range<usize>) -> Result<ObjectKey, Reported> {
        let text = self.input.text.get(..range.end).unwrap_or_default();
        if let Some(end) = scan::identifier(text, range.start)
            && self.is_empty(end..range.end)
        {
            let name = range.start..end;
            return Ok(ObjectKey::Word(Name {
                text: Arc::from(super::escapes::normalize(self.input.slice(name.clone()))),
                span: self.input.span(name),
            }));
        }
        self.expression(range).map(ObjectKey::Expression)
    }
}
