//! Facts about a block that are the same for all its instances, apart from the values of its arguments.
//!
//! Only configuration has these facts. A plan has none of them: Terraform created it from configuration that it had
//! accepted, and records no spans.

use std::fmt::{self, Write};

use terraform_eval::source::Span;

use super::trace::TraceStep;

/// Facts about the block of a mirror, apart from its arguments.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MirrorBlock {
    /// Arguments and blocks that `rhcs_image_mirror` does not have.
    pub unsupported: Vec<Unsupported>,
    /// The entries of `lifecycle.ignore_changes`, or `all`.
    pub ignore_changes: Vec<TraceStep>,
    /// Where `count.index` selects `source` from a list, in the block or in an enclosing module call.
    pub count_index: Option<Span>,
    /// The required inputs that enclosing module calls do not set.
    pub missing_inputs: Vec<MissingInputs>,
    /// Where an argument can be added. `None` in JSON, and in a block on one line.
    pub argument_insertion: Option<ArgumentInsertion>,
    /// Where an element can be added to `depends_on`. `None` unless that is a literal list.
    pub dependency_insertion: Option<ElementInsertion>,
}

/// An argument or block that the resource type does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsupported {
    /// Whether it is an argument, a read-only attribute or a block.
    pub kind: UnsupportedKind,
    /// The name of the argument or block.
    pub name: String,
    /// The span of the name.
    pub name_span: Span,
    /// The lines of the argument or block. `None` if other text is on these lines.
    pub lines: Option<Span>,
    /// The argument that was probably meant: it has a similar name, and the block does not set it.
    pub suggestion: Option<String>,
}

/// The kinds of arguments and blocks that a resource type does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnsupportedKind {
    Argument,
    /// An attribute that the provider sets.
    ReadOnly,
    /// A nested block.
    Block,
}

/// The required inputs that a module call does not set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingInputs {
    /// The address of the module call, without instance keys.
    pub call: String,
    pub span: Span,
    /// The variables without a value.
    pub names: Vec<String>,
}

/// A place where an argument can be added to a block, on a line of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArgumentInsertion {
    /// An empty span after the last argument or block.
    pub at: Span,
    /// The text between that and the argument: a line break and the indentation.
    pub prefix: InsertionPrefix,
}

/// A place where an element can be added to a list, after the last one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ElementInsertion {
    /// An empty span where a comma has to be added, if there is a comment between that and the new element.
    pub comma: Option<Span>,
    /// An empty span for the element.
    pub at: Span,
    /// The text before the element.
    pub prefix: InsertionPrefix,
    /// The text after the element: a comma, if the last element has one.
    pub suffix: &'static str,
    /// Whether a reference is spelled as a string, as in JSON.
    pub quoted: bool,
}

/// The text before what a fix inserts. Most blocks are never fixed, so spaces after the separator are counted and not stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InsertionPrefix {
    separator: &'static str,
    indentation: Indentation,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Indentation {
    Spaces(usize),
    /// With tabs or other blanks.
    Other(Box<str>),
}

impl InsertionPrefix {
    /// A separator, such as a comma or a line break, and the blanks after it.
    #[must_use]
    pub fn new(separator: &'static str, indentation: &str) -> Self {
        let indentation = if indentation.bytes().all(|byte| byte == b' ') {
            Indentation::Spaces(indentation.len())
        } else {
            Indentation::Other(indentation.into())
        };
        Self {
            separator,
            indentation,
        }
    }
}

impl fmt::Display for InsertionPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.separator)?;
        match &self.indentation {
            Indentation::Spaces(count) => (0..*count).try_for_each(|_| f.write_char(' ')),
            Indentation::Other(blanks) => f.write_str(blanks),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_is_the_separator_and_the_blanks() {
        let many = " ".repeat(100_000);
        for blanks in ["", "  ", &many, "\t", " \t ", "\u{a0}"] {
            let prefix = InsertionPrefix::new(",\n", blanks);
            assert_eq!(prefix.to_string(), format!(",\n{blanks}"));
        }
    }
}
