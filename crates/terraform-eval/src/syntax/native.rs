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

/// A block of which the header alone has been read.
pub(super) struct UnparsedBlock {
    pub(super) kind: Name,
    pub(super) labels: Arc<[Name]>,
    /// All bytes of the block.
    pub(super) span: Span,
    /// The bytes between the braces.
    pub(super) body: Span,
    /// Whether there is a lexical error inside of the block, which its file reports.
    pub(super) broken: bool,
}

/// Reads the header of a block; `None` for an argument. Errors in a label are reported when the block is parsed.
pub(super) fn read_header(file: FileId, text: &str, item: &Item) -> Option<UnparsedBlock> {
    let mut reader = Reader::new(Input {
        file,
        text,
        offsets: None,
    });
    reader.header(item)
}

/// Parses a block. Invalid parts are reported and omitted.
pub(super) fn parse_block(text: &str, block: UnparsedBlock) -> (Block, Vec<SyntaxError>) {
    let mut reader = Reader::new(Input {
        file: block.span.file,
        text,
        offsets: None,
    });
    for label in &*block.labels {
        reader.check_label(label.span);
    }
    let block = reader.block(block, 0);
    (block, reader.syntax_errors)
}

/// Parses the attributes in the outline of a `.tfvars` file.
pub(super) fn parse_attributes(
    file: FileId,
    text: &str,
    outline: Outline,
) -> (Vec<Attribute>, Vec<SyntaxError>) {
    let mut reader = Reader::new(Input {
        file,
        text,
        offsets: None,
    });
    reader.ends = outline.ends;
    let mut seen = SeenNames::default();
    let mut attributes = Vec::new();
    for item in &outline.items {
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
    let expression = reader.checked(range);
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
    /// The elements so far of the lists and the items of the objects that are being read, those of the innermost one last.
    expressions: Vec<Expression>,
    object_items: Vec<ObjectItem>,
    /// The names of the operand that is being read.
    names: Vec<Range<usize>>,
    /// Where the brackets of the current expression end, and those of other arguments of its body.
    ends: Ends,
    /// The largest number of its brackets that are open at once.
    deepest: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(input: Input<'a>) -> Self {
        Self {
            input,
            syntax_errors: Vec::new(),
            expressions: Vec::new(),
            object_items: Vec::new(),
            names: Vec::new(),
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

    /// The name at a span of the file, whose text is the one that is read.
    fn name(&self, span: Span) -> Name {
        Name {
            text: words::shared(self.input.slice(span.range())),
            span,
        }
    }

    /// The name at a range of the text, which differs from the range in the file if the text is a decoded JSON string.
    fn name_at(&self, range: Range<usize>) -> Name {
        Name {
            text: words::shared(self.input.slice(range.clone())),
            span: self.input.span(range),
        }
    }

    fn header(&mut self, item: &Item) -> Option<UnparsedBlock> {
        let Content::Block { body } = item.content else {
            return None;
        };
        let labels = item.labels.iter();
        Some(UnparsedBlock {
            kind: self.name(item.name),
            labels: labels.map(|&span| self.label(span)).collect(),
            span: item.span,
            body,
            broken: item.broken,
        })
    }

    fn block(&mut self, block: UnparsedBlock, depth: usize) -> Block {
        let header_end = block
            .labels
            .last()
            .map_or(block.kind.span.end, |label| label.span.end);
        Block {
            header: Span {
                end: header_end,
                ..block.kind.span
            },
            kind: block.kind,
            labels: block.labels,
            body: self.body(block.body, block.broken, depth),
            span: block.span,
        }
    }

    fn nested_block(&mut self, item: &Item, depth: usize) -> Option<Block> {
        if depth >= MAX_BLOCKS {
            self.push(SyntaxError::too_deep(item.name, "the blocks are", MAX_BLOCKS));
            return None;
        }
        let block = self.header(item)?;
        Some(self.block(block, depth))
    }

    fn label(&mut self, span: Span) -> Name {
        match self.label_text(span) {
            Some(inner) => Name {
                text: self.plain_text(inner),
                span,
            },
            None => self.name(span),
        }
    }

    /// Reports the errors in a label that has been decoded.
    fn check_label(&mut self, span: Span) {
        if let Some(inner) = self.label_text(span) {
            self.check_plain_text(inner);
        }
    }

    /// The text between the quotes of a label; `None` if it has none.
    fn label_text(&self, span: Span) -> Option<Range<usize>> {
        let range = span.range();
        let is_quoted = self.input.text.as_bytes().get(range.start) == Some(&b'"');
        is_quoted.then(|| range.start + 1..range.end.saturating_sub(1).max(range.start + 1))
    }

    fn body(&mut self, span: Span, broken: bool, depth: usize) -> Body {
        let Outline {
            items,
            syntax_errors,
            ends,
        } = outline_body(self.input.file, self.input.text, span.range(), broken);
        self.syntax_errors.extend(syntax_errors);
        let outer = std::mem::replace(&mut self.ends, ends);
        let is_block = |item: &&Item| matches!(item.content, Content::Block { .. });
        let block_count = items.iter().filter(is_block).count();
        let mut attributes = Vec::with_capacity(items.len() - block_count);
        let mut blocks = Vec::with_capacity(block_count);
        let mut seen = SeenNames::default();
        for item in &items {
            if is_block(&item) {
                blocks.extend(self.nested_block(item, depth + 1));
            } else {
                attributes.extend(self.argument(item, &mut seen));
            }
        }
        self.ends = outer;
        Body {
            attributes: attributes.into(),
            blocks,
            span,
        }
    }

    /// An attribute, if it is the first with its name; a duplicate is reported.
    fn argument(&mut self, item: &Item, seen: &mut SeenNames<'a>) -> Option<Attribute> {
        let name = self.input.slice(item.name.range());
        if !seen.add(name) {
            let help = "keep one; each argument may be set only once";
            let message = format!("the argument `{name}` is set twice");
            self.report(item.name.range(), message, help);
            return None;
        }
        let Content::Attribute { value, depth } = item.content else {
            return None;
        };
        if item.broken {
            // The outline has the lexical error. What it would cause here is not reported.
            return None;
        }
        let range = value.range();
        if self.input.slice(range.clone()).trim_start().is_empty() {
            let message = format!("`{name}` has no value");
            let help = "write the value after the `=`, on the same line";
            self.report(item.name.start as usize..range.start, message, help);
            return None;
        }
        self.check_depth(depth, range.start).ok()?;
        let value = self.expression(range).ok()?;
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

/// The names of the arguments of a body so far. To compare a name with a few others takes less time than to hash it.
#[derive(Default)]
struct SeenNames<'a> {
    few: [&'a str; 16],
    count: usize,
    others: HashSet<&'a str>,
}

impl<'a> SeenNames<'a> {
    /// Adds a name, and returns whether it is new.
    fn add(&mut self, name: &'a str) -> bool {
        if self.few.iter().take(self.count).any(|few| *few == name) {
            return false;
        }
        match self.few.get_mut(self.count) {
            Some(free) => {
                *free = name;
                self.count += 1;
                true
            }
            None => self.others.insert(name),
        }
    }
}
