//! The parser of JSON configuration.
//!
//! A borrowed [`RawValue`] is a slice of the text, so its address is its offset. Each level is decoded when it is read;
//! how a string is parsed depends on the argument, which `schema` knows.

mod document;
mod node;
mod schema;
mod string;
mod value;

use serde_json::value::RawValue;

pub(super) use document::{blocks, describe_error, value, variables};
pub(super) use node::Node;
pub(super) use string::decode;

use crate::source::{FileId, Span};
use crate::syntax::syntax_error::SyntaxError;

/// How many levels of arrays and objects are parsed.
const MAX_DEPTH: usize = 64;

/// How many errors are reported for one file.
const MAX_ERRORS: usize = 100;

/// Parses one JSON text, and collects the errors.
#[derive(Debug)]
struct Reader<'a> {
    file: FileId,
    text: &'a str,
    syntax_errors: Vec<SyntaxError>,
}

impl Reader<'_> {
    fn span(&self, raw: &RawValue) -> Span {
        let start = self.start(raw);
        Span::new(self.file, start, start + raw.get().len())
    }

    /// The offset of a value, which is a slice of the text.
    fn start(&self, raw: &RawValue) -> usize {
        (raw.get().as_ptr().addr())
            .saturating_sub(self.text.as_ptr().addr())
            .min(self.text.len())
    }

    fn report(&mut self, span: Span, message: impl Into<String>, help: &str) {
        if self.syntax_errors.len() < MAX_ERRORS {
            self.syntax_errors
                .push(SyntaxError::new(span, message).help(help));
        }
    }
}
