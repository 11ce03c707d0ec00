//! A file, native or JSON, as a list of top-level blocks that are parsed when they are needed.

use std::path::Path;
use std::sync::Arc;

use crate::source::{FileId, Span};
use crate::syntax::cut::{Content, Item, cut};
use crate::syntax::problem::Problem;
use crate::syntax::tree::{Attribute, Block, Expression, Name};
use crate::syntax::{json, native};

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// HCL's own syntax.
    Native,
    /// JSON.
    Json,
}

impl Format {
    /// The format that a file's name tells: `.json` at the end is JSON.
    #[must_use]
    pub fn of(path: &Path) -> Self {
        if path.extension().is_some_and(|extension| extension == "json") {
            Self::Json
        } else {
            Self::Native
        }
    }
}

/// A configuration file.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// The top-level blocks, in order.
    pub items: Vec<TopLevel>,
    /// What was wrong on the way to them; the rest is told by [`TopLevel::parse`].
    pub problems: Vec<Problem>,
}

/// A top-level block.
#[derive(Debug, Clone, PartialEq)]
pub struct TopLevel {
    /// The word before the labels.
    pub kind: Name,
    /// The labels, decoded.
    pub labels: Vec<Name>,
    /// The whole block.
    pub span: Span,
    body: Source,
}

#[derive(Debug, Clone, PartialEq)]
enum Source {
    /// To be parsed.
    Native(Item),
    /// JSON is read as a whole, for want of a cheap cut.
    Json(Arc<Block>),
}

impl TopLevel {
    /// The kind and the labels; in JSON, where other things may stand between them, the last label.
    #[must_use]
    pub fn header(&self) -> Span {
        match &self.body {
            Source::Native(_) => {
                let end = self
                    .labels
                    .last()
                    .map_or(self.kind.span.end, |label| label.span.end);
                Span {
                    end,
                    ..self.kind.span
                }
            }
            Source::Json(block) => block.header,
        }
    }

    /// Parses the block. `text` is the text of the file that the block was found in. What is broken is
    /// reported and left out.
    #[must_use]
    pub fn parse(&self, text: &str) -> (Option<Block>, Vec<Problem>) {
        match &self.body {
            Source::Native(item) => native::parse_block(self.span.file, text, item),
            Source::Json(block) => (Some(Block::clone(block)), Vec::new()),
        }
    }
}

/// Reads a configuration file as far as its top-level blocks.
#[must_use]
pub fn document(file: FileId, text: &str, format: Format) -> Document {
    match format {
        Format::Native => native_document(file, text),
        Format::Json => {
            let (blocks, problems) = json::blocks(file, text);
            let items = blocks.into_iter().map(|block| TopLevel {
                kind: block.kind.clone(),
                labels: block.labels.clone(),
                span: block.span,
                body: Source::Json(Arc::new(block)),
            });
            Document {
                items: items.collect(),
                problems,
            }
        }
    }
}

fn native_document(file: FileId, text: &str) -> Document {
    let cut = cut(file, text);
    let mut problems = cut.problems;
    let mut items = Vec::new();
    for item in cut.items {
        if let Content::Attribute { .. } = item.content {
            let problem = Problem::new(item.name, "arguments are not allowed outside of blocks");
            problems.push(problem.help("move it into a block; variable values belong in a `.tfvars` file"));
            continue;
        }
        items.push(TopLevel {
            kind: native::header_name(file, text, item.name),
            labels: item
                .labels
                .iter()
                .map(|&label| native::header_name(file, text, label))
                .collect(),
            span: item.span,
            body: Source::Native(item),
        });
    }
    Document { items, problems }
}

/// Reads a file of values for variables: `.tfvars`, `.tfvars.json`.
#[must_use]
pub fn variables(file: FileId, text: &str, format: Format) -> (Vec<Attribute>, Vec<Problem>) {
    match format {
        Format::Native => {
            let cut = cut(file, text);
            let (attributes, more) = native::parse_attributes(file, text, &cut.items);
            let mut problems = cut.problems;
            problems.extend(more);
            (attributes, problems)
        }
        Format::Json => json::variables(file, text),
    }
}

/// Reads a JSON value that stands somewhere in a text: what a plan says of a variable.
#[must_use]
pub fn json_value(text: &str, span: Span) -> Option<Expression> {
    json::value(span.file, text, span)
}
