//! The parser of JSON configuration.
//!
//! `serde_json` checks a document, and each of its levels is decoded when it is read; how a string is parsed depends on the
//! argument, which `schema` knows.

mod document;
mod node;
mod schema;
mod string;
mod value;

pub(super) use document::{blocks, describe_error, value, variables};
pub(super) use node::{Json, Node, Raw};
pub(super) use string::decode;

use crate::source::{FileId, Span};
use crate::stack;
use crate::syntax::syntax_error::SyntaxError;

/// How many levels of arrays and objects are parsed.
const MAX_DEPTH: usize = 2_048;

/// How many errors are reported for one file.
const MAX_ERRORS: usize = 100;

/// Parses one JSON document, and collects the errors.
#[derive(Debug)]
struct Reader<'a> {
    file: FileId,
    json: Json<'a>,
    syntax_errors: Vec<SyntaxError>,
}

impl<'a> Reader<'a> {
    /// Reads a document on a stack that is large enough for its depth.
    fn read<T: Send>(
        file: FileId,
        json: Json<'a>,
        syntax_errors: Vec<SyntaxError>,
        mut read: impl FnMut(&mut Self) -> T + Send,
    ) -> (T, Vec<SyntaxError>) {
        let mut reader = Reader {
            file,
            json,
            syntax_errors,
        };
        let result = stack::with_depth(reader.json.depth, || read(&mut reader));
        (result, reader.syntax_errors)
    }

    fn span(&self, raw: Raw<'_>) -> Span {
        Span::new(self.file, raw.start, raw.start + raw.text.len())
    }

    /// Reports a value at a depth that is over the limit, at its first character.
    fn too_deep(&mut self, span: Span, what: &str) {
        let first = Span {
            end: span.start + 1,
            ..span
        };
        self.push(SyntaxError::too_deep(first, what, MAX_DEPTH));
    }

    fn report(&mut self, span: Span, message: impl Into<String>, help: &str) {
        self.push(SyntaxError::new(span, message).help(help));
    }

    fn push(&mut self, error: SyntaxError) {
        if self.syntax_errors.len() < MAX_ERRORS {
            self.syntax_errors.push(error);
        }
    }
}
