//! The parser of native syntax.
//!
//! The lexical pass splits bodies and objects into items and finds where brackets end. This module parses what strings and
//! brackets hold and combines operands by their operators, without recursion for chains, and hcl-edit parses operands that are
//! more than a string, a bracket or names: numbers, calls and other traversals. hcl-edit gets a copy in which strings, brackets, comments and line breaks are masked, so
//! that it never sees what it and Terraform read differently, and no nesting; names and text are taken from the original.

mod escapes;
mod expression;
mod hints;
mod lower;
mod mask;
mod object;
mod plain;
mod template;

pub(super) use escapes::normalize;

use std::ops::Range;
use std::sync::Arc;

use crate::hashing::HashSet;
use crate::source::{FileId, Span};
use crate::syntax::input::Input;
use crate::syntax::lex_error::MAX_DEPTH;
use crate::syntax::outline::{Content, Item, Outline, outline_body};
use crate::syntax::scan::Ends;
use crate::syntax::syntax_error::SyntaxError;
use crate::syntax::tree::{Attribute, Block, Body, Expression, Name, ObjectItem};
use crate::syntax::words;

/// How many levels of nested blocks are parsed.
const MAX_BLOCKS: usize = 32;

/// How many errors are reported for one block.
const MAX_ERRORS: usize = 100;

/// Parsing failed, and the error has been reported.
#[derive(Debug)]
pub(super) struct Reported;

/// Parses a block of an [`outline`](crate::syntax::outline::outline). Invalid parts are reported and omitted.
#[must_use]
pub fn parse_block(file: FileId, text: &str, item: &Item) -> (Option<Block>, Vec<SyntaxError>) {
    let mut reader = Reader::new(Input {
        file,
        text,
        offsets: None,
    });
    let block = reader.block(item, 0);
    (block, reader.syntax_errors)
}

/// Parses the attributes in the outline of a `.tfvars` file.
pub(super) fn parse_attributes(
    file: FileId,
    text: &str,
    items: &[Item],
) -> (Vec<Attribute>, Vec<SyntaxError>) {
    let mut reader = Reader::new(Input {
        file,
        text,
        offsets: None,
    });
    let mut seen = SeenNames::default();
    let mut attributes = Vec::new();
    for item in items {
        if matches!(item.content, Content::Block { .. }) {
            let help = "write variable values as `name = value`";
            reader.report(
                item.name.range(),
                "blocks are not allowed in a variable values file",
                help,
            );
        } else {
            attributes.extend(reader.argument(item, &mut seen));
        }
    }
    (attributes, reader.syntax_errors)
}

/// Reads the type or a label of a block. Errors in a label are reported when the block is parsed.
pub(super) fn header_name(file: FileId, text: &str, span: Span) -> Name {
    Reader::new(Input {
        file,
        text,
        offsets: None,
    })
    .label(span)
}

/// Parses a range of a text as one expression, which may contain line breaks.
#[must_use]
pub fn parse_expression(
    file: FileId,
    text: &str,
    range: Range<usize>,
) -> (Option<Expression>, Vec<SyntaxError>) {
    let mut reader = Reader::new(Input {
        file,
        text,
        offsets: None,
    });
    let expression = reader.checked(range, false);
    (expression.ok(), reader.syntax_errors)
}

/// Parses a range of a text as a template without quotes, like a template file.
#[must_use]
pub fn parse_template(
    file: FileId,
    text: &str,
    range: Range<usize>,
) -> (Option<Expression>, Vec<SyntaxError>) {
    let mut reader = Reader::new(Input {
        file,
        text,
        offsets: None,
    });
    let expression = reader.bare_template(range);
    (expression.ok(), reader.syntax_errors)
}

/// Parses parts of one text, and collects the errors.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    pub(super) input: Input<'a>,
    pub(super) syntax_errors: Vec<SyntaxError>,
    /// Whether lexical errors in the current item have been reported already.
    lex_errors_reported: bool,
    /// The elements so far of the lists and the items of the objects that are being read, those of the innermost one last.
    expressions: Vec<Expression>,
    object_items: Vec<ObjectItem>,
    /// Where the brackets of the current expression end.
    ends: Ends,
    /// The largest number of its brackets that are open at once.
    deepest: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(input: Input<'a>) -> Self {
        Self {
            input,
            syntax_errors: Vec::new(),
            lex_errors_reported: false,
            expressions: Vec::new(),
            object_items: Vec::new(),
            ends: Ends::default(),
            deepest: 0,
        }
    }

    fn report(&mut self, range: Range<usize>, message: impl Into<String>, help: &str) -> Reported {
        let span = self.input.span(range);
        self.push(SyntaxError::new(span, message).help(help))
    }

    fn push(&mut self, error: SyntaxError) -> Reported {
        if self.syntax_errors.len() < MAX_ERRORS {
            self.syntax_errors.push(error);
        }
        Reported
    }

    /// Reports an expression that is deeper than the limit, at its first character.
    fn too_deep(&mut self, span: Span) -> Reported {
        let first = match self.input.offsets {
            None => self.input.span(span.range().start..span.range().start + 1),
            Some(_) => span,
        };
        self.push(SyntaxError::too_deep(first, "the expression is", MAX_DEPTH))
    }

    fn name(&self, span: Span) -> Name {
        self.name_at(span.range())
    }

    /// The name at a range of the text, which differs from the range in the file if the text is a decoded JSON string.
    fn name_at(&self, range: Range<usize>) -> Name {
        Name {
            text: words::shared(self.input.slice(range.clone())),
            span: self.input.span(range),
        }
    }

    fn block(&mut self, item: &Item, depth: usize) -> Option<Block> {
        let Content::Block { body } = item.content else {
            return None;
        };
        if depth >= MAX_BLOCKS {
            self.push(SyntaxError::too_deep(item.name, "the blocks are", MAX_BLOCKS));
            return None;
        }
        let labels = item.labels.iter().map(|&span| self.label(span)).collect();
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
        let inner = range.start + 1..range.end.saturating_sub(1).max(range.start + 1);
        Name {
            text: self.plain_text(inner),
            span,
        }
    }

    fn body(&mut self, span: Span, broken: bool, depth: usize) -> Body {
        let Outline { items, syntax_errors } =
            outline_body(self.input.file, self.input.text, span.range(), broken);
        self.syntax_errors.extend(syntax_errors);
        let is_block = |item: &&Item| matches!(item.content, Content::Block { .. });
        let block_count = items.iter().filter(is_block).count();
        let mut attributes = Vec::with_capacity(items.len() - block_count);
        let mut blocks = Vec::with_capacity(block_count);
        let mut seen = SeenNames::default();
        for item in &items {
            if matches!(item.content, Content::Block { .. }) {
                blocks.extend(self.block(item, depth + 1));
            } else {
                attributes.extend(self.argument(item, &mut seen));
            }
        }
        Body {
            attributes: attributes.into(),
            blocks,
            span,
        }
    }

    /// An attribute, if it is the first with its name; a duplicate is reported.
    fn argument(&mut self, item: &Item, seen: &mut SeenNames) -> Option<Attribute> {
        let name = self.name(item.name);
        if !seen.add(&name.text) {
            let help = "keep one; each argument may be set only once";
            let message = format!("the argument `{}` is set twice", name.text);
            self.report(item.name.range(), message, help);
            return None;
        }
        self.attribute(item, name)
    }

    fn attribute(&mut self, item: &Item, name: Name) -> Option<Attribute> {
        let Content::Attribute { value } = item.content else {
            return None;
        };
        self.lex_errors_reported = item.broken;
        let reported = self.syntax_errors.len();
        let range = value.range();
        let result = if self.input.slice(range.clone()).trim().is_empty() {
            let message = format!("`{}` has no value", self.input.slice(item.name.range()));
            let help = "write the value after the `=`, on the same line";
            Err(self.report(item.name.start as usize..range.start, message, help))
        } else {
            self.checked(range, true)
        };
        if item.broken && result.is_err() {
            // Only the lexical error is reported, not the errors that it causes.
            self.syntax_errors.truncate(reported);
        }
        self.lex_errors_reported = false;
        let value = result.ok()?;
        let span = Span {
            end: value.span.end.max(item.span.end),
            ..item.name
        };
        Some(Attribute { name, value, span })
    }
}

/// The names of the arguments of a body so far. To compare a name with a few others takes less time than to hash it.
#[derive(Default)]
struct SeenNames {
    few: Vec<Arc<str>>,
    others: HashSet<Arc<str>>,
}

impl SeenNames {
    /// Adds a name, and returns whether it is new.
    fn add(&mut self, name: &Arc<str>) -> bool {
        const FEW: usize = 16;
        if self.few.contains(name) {
            return false;
        }
        if self.few.len() < FEW {
            self.few.push(name.clone());
            return true;
        }
        self.others.insert(name.clone())
    }
}
