//! Native HCL to the tree.
//!
//! Bodies and objects are cut by the lexical pass, strings and heredocs are read here, and hcl-edit
//! parses what is left: operators, traversals, calls, tuples and `for`. It is given a copy of the same
//! length in which strings, objects, comments and line breaks are blanked out, so that the places where
//! it and Terraform disagree cannot be reached, and names and text are read from the original by span.

mod lower;
mod mask;
mod mistake;
mod object;
mod template;
mod text;

pub(super) use text::normal;

use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

use crate::source::{FileId, Span};
use crate::syntax::cut::{Content, Cut, Item, cut_body};
use crate::syntax::input::Input;
use crate::syntax::problem::Problem;
use crate::syntax::tree::{Attribute, Block, Body, Expression, Name};

/// How many blocks may stand within each other.
const MAX_BLOCKS: usize = 32;

/// How long a path from an expression to its innermost part may be; whoever walks the tree recurses.
const MAX_DEPTH: usize = 256;

/// How many brackets, strings and templates may be open at once.
const MAX_OPEN: usize = 64;

/// After so many problems the rest is not worth a message of its own.
const MAX_PROBLEMS: usize = 100;

/// The problem is reported already.
#[derive(Debug)]
pub(super) struct Reported;

/// Parses a block that [`cut`](crate::syntax::cut::cut) found. What is broken in it is reported and
/// left out; the rest is there.
#[must_use]
pub fn parse_block(file: FileId, text: &str, item: &Item) -> (Option<Block>, Vec<Problem>) {
    let mut reader = Reader::new(Input {
        file,
        text,
        offsets: None,
    });
    let block = reader.block(item, 0);
    (block, reader.problems)
}

/// Parses the top-level attributes that [`cut`](crate::syntax::cut::cut) found in a `.tfvars` file.
pub(super) fn parse_attributes(file: FileId, text: &str, items: &[Item]) -> (Vec<Attribute>, Vec<Problem>) {
    let mut reader = Reader::new(Input {
        file,
        text,
        offsets: None,
    });
    let mut seen = HashSet::new();
    let mut attributes = Vec::new();
    for item in items {
        if matches!(item.content, Content::Block { .. }) {
            let help = "write variable values as `name = value`";
            reader.report(
                item.name.range(),
                "blocks are not allowed in a variable values file",
                help,
            );
        } else if reader.first(item, &mut seen) {
            attributes.extend(reader.attribute(item));
        }
    }
    (attributes, reader.problems)
}

/// The kind or a label of a block; what is wrong with a label is told when the block is parsed.
pub(super) fn header_name(file: FileId, text: &str, span: Span) -> Name {
    Reader::new(Input {
        file,
        text,
        offsets: None,
    })
    .label(span)
}

/// Parses the bytes of a file, or of any text, as one expression. Line breaks in it do not end it.
#[must_use]
pub fn parse_expression(file: FileId, text: &str, range: Range<usize>) -> (Option<Expression>, Vec<Problem>) {
    let mut reader = Reader::new(Input {
        file,
        text,
        offsets: None,
    });
    let expression = reader.root(range);
    (expression.ok(), reader.problems)
}

/// Parses the bytes of a text as a template without quotes, as a template file is one.
#[must_use]
pub fn parse_template(file: FileId, text: &str, range: Range<usize>) -> (Option<Expression>, Vec<Problem>) {
    let mut reader = Reader::new(Input {
        file,
        text,
        offsets: None,
    });
    let expression = reader.bare_template(range);
    (expression.ok(), reader.problems)
}

/// One reading of one text.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    pub(super) input: Input<'a>,
    pub(super) problems: Vec<Problem>,
    /// Lexical problems are reported already.
    known: bool,
}

impl<'a> Reader<'a> {
    pub(super) fn new(input: Input<'a>) -> Self {
        Self {
            input,
            problems: Vec::new(),
            known: false,
        }
    }

    fn report(&mut self, range: Range<usize>, message: impl Into<String>, help: &str) -> Reported {
        let span = self.input.span(range);
        if self.problems.len() < MAX_PROBLEMS {
            self.problems.push(Problem::new(span, message).help(help));
        }
        Reported
    }

    fn too_deep(&mut self, range: Range<usize>) -> Reported {
        let end = range.end.min(range.start + 1);
        self.report(
            range.start..end,
            "the expression is nested too deeply",
            "split it into local values; the limit is 64 nested brackets and 256 nested operators",
        )
    }

    fn name(&self, span: Span) -> Name {
        self.name_at(span.range())
    }

    /// A name at these bytes of the text, which may stand elsewhere in the file.
    fn name_at(&self, range: Range<usize>) -> Name {
        Name {
            text: Arc::from(self.input.slice(range.clone())),
            span: self.input.span(range),
        }
    }

    fn block(&mut self, item: &Item, depth: usize) -> Option<Block> {
        let Content::Block { body } = item.content else {
            return None;
        };
        if depth >= MAX_BLOCKS {
            self.report(
                item.name.range(),
                "the blocks are nested too deeply",
                "the limit is 32",
            );
            return None;
        }
        let labels = item
            .labels
            .iter()
            .map(|&span| self.label(span))
            .collect::<Vec<_>>();
        let header_end = item.labels.last().map_or(item.name.end, |label| label.end);
        Some(Block {
            kind: self.name(item.name),
            labels,
            body: self.body(body, item.broken, depth),
            header: Span {
                end: header_end,
                ..item.name
            },
            span: item.span,
        })
    }

    fn label(&mut self, span: Span) -> Name {
        let range = span.range();
        if !self.input.slice(range.clone()).starts_with('"') {
            return self.name(span);
        }
        let inside = range.start + 1..range.end.saturating_sub(1).max(range.start + 1);
        Name {
            text: self.plain_text(inside),
            span,
        }
    }

    fn body(&mut self, span: Span, broken: bool, depth: usize) -> Body {
        let Cut { items, problems } = cut_body(self.input.file, self.input.text, span.range(), broken);
        self.problems.extend(problems);
        let mut body = Body {
            attributes: Vec::new(),
            blocks: Vec::new(),
            span,
        };
        let mut seen = HashSet::new();
        for item in &items {
            if matches!(item.content, Content::Block { .. }) {
                body.blocks.extend(self.block(item, depth + 1));
                continue;
            }
            if self.first(item, &mut seen) {
                body.attributes.extend(self.attribute(item));
            }
        }
        body
    }

    /// Whether an attribute is the first of its name; a second one is reported.
    fn first(&mut self, item: &Item, seen: &mut HashSet<Arc<str>>) -> bool {
        let name = self.name(item.name).text;
        if seen.contains(&name) {
            let help = "keep one; each argument may be set only once";
            self.report(
                item.name.range(),
                format!("the argument `{name}` is set twice"),
                help,
            );
            return false;
        }
        seen.insert(name)
    }

    fn attribute(&mut self, item: &Item) -> Option<Attribute> {
        let Content::Attribute { value } = item.content else {
            return None;
        };
        self.known = item.broken;
        let before = self.problems.len();
        let range = value.range();
        let result = if self.input.slice(range.clone()).trim().is_empty() {
            let message = format!("`{}` has no value", self.input.slice(item.name.range()));
            let help = "write the value after the `=`, on the same line";
            Err(self.report(item.name.start as usize..range.start, message, help))
        } else {
            self.checked(range, true)
        };
        if item.broken && result.is_err() {
            // The lexical problem that breaks it is reported; what follows from it is not.
            self.problems.truncate(before);
        }
        self.known = false;
        let value = result.ok()?;
        let span = Span {
            end: value.span.end.max(item.span.end),
            ..item.name
        };
        Some(Attribute {
            name: self.name(item.name),
            value,
            span,
        })
    }
}
