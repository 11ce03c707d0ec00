//! JSON configuration to the same tree.
//!
//! A borrowed [`RawValue`] is a slice of the text, so its address is its place. Each level is opened
//! when it is read; what a string means depends on the place where it stands, which `schema` knows.

mod document;
mod node;
mod schema;
mod string;
mod value;

use serde_json::value::RawValue;

pub(super) use document::{blocks, mistake, value, variables};
pub(super) use node::Node;
pub(super) use string::decode;

use crate::source::{FileId, Span};
use crate::syntax::problem::Problem;

/// How many arrays and objects may stand within each other.
const MAX_DEPTH: usize = 64;

/// After so many problems the rest is not worth a message of its own.
const MAX_PROBLEMS: usize = 100;

/// One reading of one JSON text.
#[derive(Debug)]
struct Reader<'a> {
    file: FileId,
    text: &'a str,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    fn span(&self, raw: &RawValue) -> Span {
        let start = self.start(raw);
        Span::new(self.file, start, start + raw.get().len())
    }

    /// Where a value stands: it is a slice of the text.
    fn start(&self, raw: &RawValue) -> usize {
        (raw.get().as_ptr().addr())
            .saturating_sub(self.text.as_ptr().addr())
            .min(self.text.len())
    }

    fn report(&mut self, span: Span, message: impl Into<String>, help: &str) {
        if self.problems.len() < MAX_PROBLEMS {
            self.problems.push(Problem::new(span, message).help(help));
        }
    }
}
