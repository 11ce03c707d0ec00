//! Configuration files, native or JSON, as lists of top-level blocks that are parsed on demand.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use crate::source::{FileId, SourceFile, Span, has_json_extension};
use crate::syntax::native::UnparsedBlock;
use crate::syntax::outline::{Content, Outline, outline, outline_body, outline_part};
use crate::syntax::syntax_error::SyntaxError;
use crate::syntax::tree::{Attribute, Block, Expression, Name, literal};
use crate::syntax::{json, native};

/// The syntax of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// HCL native syntax.
    Native,
    /// HCL JSON syntax.
    Json,
}

impl Format {
    /// The format of a file name: JSON if it ends in `.json`.
    #[must_use]
    pub fn from_path(path: &Path) -> Self {
        Self::if_json(has_json_extension(path))
    }

    /// The format of a file that was read, by its name.
    #[must_use]
    pub fn of(file: &SourceFile) -> Self {
        Self::if_json(file.is_json())
    }

    fn if_json(is_json: bool) -> Self {
        if is_json { Self::Json } else { Self::Native }
    }
}

/// A configuration file.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// The top-level blocks, in order.
    pub items: Vec<TopLevel>,
    /// The errors outside of the blocks; [`TopLevel::parse`] returns those inside.
    pub syntax_errors: Vec<SyntaxError>,
}

/// A top-level block.
#[derive(Debug, Clone, PartialEq)]
pub struct TopLevel {
    /// The block type, which is the word before the labels: `resource`.
    pub kind: Name,
    /// The labels without quotes and escapes.
    pub labels: Arc<[Name]>,
    /// All bytes of the block.
    pub span: Span,
    body: Source,
}

#[derive(Debug, Clone, PartialEq)]
enum Source {
    /// A native block, which is parsed on demand.
    Native {
        /// The bytes between the braces.
        body: Span,
        /// Whether there is a lexical error inside of the block, which its file reports.
        broken: bool,
    },
    /// A JSON block, which is parsed together with its file.
    Json(Arc<Block>),
}

impl TopLevel {
    /// The span of the block type and the labels; in JSON, where other text may be between them, of the last label.
    #[must_use]
    pub fn header(&self) -> Span {
        match &self.body {
            Source::Native { .. } => {
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

    /// The same block in a file with the same text. `None` if it is JSON, where it is parsed already.
    #[must_use]
    pub fn in_file(mut self, file: FileId) -> Option<Self> {
        let Source::Native { body, .. } = &mut self.body else {
            return None;
        };
        let labels = Arc::make_mut(&mut self.labels).iter_mut();
        let names = std::iter::once(&mut self.kind).chain(labels);
        for span in names.map(|name| &mut name.span).chain([&mut self.span, body]) {
            span.file = file;
        }
        Some(self)
    }

    /// Parses the block. `text` is the text of its file. Invalid parts are reported and omitted.
    #[must_use]
    pub fn parse(&self, text: &str) -> (Option<Block>, Vec<SyntaxError>) {
        match &self.body {
            Source::Native { body, broken } => {
                let block = UnparsedBlock {
                    kind: self.kind.clone(),
                    labels: self.labels.clone(),
                    span: self.span,
                    body: *body,
                    broken: *broken,
                };
                let (block, syntax_errors) = native::parse_block(text, block);
                (Some(block), syntax_errors)
            }
            Source::Json(block) => (Some(Block::clone(block)), Vec::new()),
        }
    }
}

/// An argument, as far as its text alone tells its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LiteralArgument {
    /// There is no such argument.
    Absent,
    /// A literal string.
    Text(String),
    /// Any other expression, or an invalid one.
    Other,
}

impl TopLevel {
    /// An argument of the block. A plain string is found without parsing the block.
    #[must_use]
    pub fn literal_argument(&self, text: &str, name: &str) -> LiteralArgument {
        if let Source::Native { body, .. } = &self.body {
            let items = outline_body(self.span.file, text, body.range(), true).items;
            let value = items.iter().find_map(|item| match item.content {
                Content::Attribute { value, .. } if text.get(item.name.range()) == Some(name) => {
                    text.get(value.range())
                }
                _ => None,
            });
            let Some(value) = value else {
                return LiteralArgument::Absent;
            };
            let inner = value
                .trim()
                .strip_prefix('"')
                .and_then(|value| value.strip_suffix('"'));
            let is_plain = |inner: &&str| inner.is_ascii() && !inner.contains(['\\', '"', '$', '%', '\n']);
            if let Some(inner) = inner.filter(is_plain) {
                return LiteralArgument::Text(inner.to_owned());
            }
        }
        let (block, _) = self.parse(text);
        match block.as_ref().and_then(|block| block.body.attribute(name)) {
            None => LiteralArgument::Absent,
            Some(argument) => match literal(&argument.value) {
                Some(text) => LiteralArgument::Text(text.to_owned()),
                None => LiteralArgument::Other,
            },
        }
    }
}

/// Finds the top-level blocks of a configuration file.
#[must_use]
pub fn parse_file(file: FileId, text: &str, format: Format) -> Document {
    match format {
        Format::Native => parse_native_file(file, text),
        Format::Json => {
            let (blocks, syntax_errors) = json::blocks(file, text);
            let items = blocks.into_iter().map(|block| TopLevel {
                kind: block.kind.clone(),
                labels: block.labels.clone(),
                span: block.span,
                body: Source::Json(Arc::new(block)),
            });
            Document {
                items: items.collect(),
                syntax_errors,
            }
        }
    }
}

/// As [`parse_file`], where `map` may find the blocks of several parts of the text at the same time. It returns a document for
/// each part, in order.
///
/// The parts end after a line that closes a block, if nothing else contains it. If something does, there is an error in the part
/// before it, and the text is parsed as a whole.
#[must_use]
pub fn parse_file_in_parts(
    file: FileId,
    text: &str,
    format: Format,
    count: usize,
    map: impl FnOnce(&[Range<usize>], &FindBlocks<'_>) -> Vec<Document>,
) -> Document {
    let parts = match format {
        Format::Native => parts(text, count),
        Format::Json => Vec::new(),
    };
    if parts.len() < 2 {
        return parse_file(file, text, format);
    }
    let mut documents = map(&parts, &|part| {
        read_headers(file, text, outline_part(file, text, part.clone()))
    });
    if documents.len() < parts.len() || documents.iter().any(|part| !part.syntax_errors.is_empty()) {
        return parse_file(file, text, format);
    }
    let mut items = Vec::with_capacity(documents.iter().map(|part| part.items.len()).sum());
    for part in &mut documents {
        items.append(&mut part.items);
    }
    Document {
        items,
        syntax_errors: Vec::new(),
    }
}

/// Finds the blocks of a part of a text.
pub type FindBlocks<'f> = dyn Fn(&Range<usize>) -> Document + Sync + 'f;

/// Divides a text after lines that may close a block.
fn parts(text: &str, count: usize) -> Vec<Range<usize>> {
    const END: &str = "\n}\n";
    let mut parts = Vec::with_capacity(count);
    let mut start = if text.starts_with('\u{feff}') { 3 } else { 0 };
    for part in 1..count {
        let wanted = (text.len() / count * part).max(start);
        let rest = text.as_bytes().get(wanted..).unwrap_or_default();
        let Some(found) = memchr::memmem::find(rest, END.as_bytes()) else {
            break;
        };
        let end = wanted + found + END.len();
        parts.push(start..end);
        start = end;
    }
    parts.push(start..text.len());
    parts
}

fn parse_native_file(file: FileId, text: &str) -> Document {
    read_headers(file, text, outline(file, text))
}

fn read_headers(file: FileId, text: &str, outline: Outline) -> Document {
    let mut syntax_errors = outline.syntax_errors;
    let mut items: Vec<TopLevel> = Vec::with_capacity(outline.items.len());
    for item in outline.items {
        let Some(block) = native::read_header(file, text, &item) else {
            let error = SyntaxError::new(item.name, "arguments are not allowed outside of blocks");
            syntax_errors
                .push(error.help("move it into a block; variable values belong in a `.tfvars` file"));
            continue;
        };
        items.push(TopLevel {
            kind: block.kind,
            labels: block.labels,
            span: block.span,
            body: Source::Native {
                body: block.body,
                broken: block.broken,
            },
        });
    }
    Document { items, syntax_errors }
}

/// Parses a file of variable values: `.tfvars`, `.tfvars.json`.
#[must_use]
pub fn parse_variables(file: FileId, text: &str, format: Format) -> (Vec<Attribute>, Vec<SyntaxError>) {
    match format {
        Format::Native => {
            let mut outline = outline(file, text);
            let mut syntax_errors = std::mem::take(&mut outline.syntax_errors);
            let (attributes, further) = native::parse_attributes(file, text, outline);
            syntax_errors.extend(further);
            (attributes, syntax_errors)
        }
        Format::Json => json::variables(file, text),
    }
}

/// Parses a JSON value inside of a larger text, such as the value of a variable in a plan.
#[must_use]
pub fn parse_json_value(text: &str, span: Span) -> Option<Expression> {
    json::value(span.file, text, span)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn in_parts(text: &str, count: usize) -> Document {
        parse_file_in_parts(FileId::DETACHED, text, Format::Native, count, |parts, find| {
            parts.iter().map(find).collect()
        })
    }

    #[test]
    fn a_text_is_divided_after_blocks() {
        let block = "resource \"t\" \"a\" {\n  a = 1\n}\n";
        let text = block.repeat(8);
        let divided = parts(&text, 3);
        assert_eq!(divided.len(), 3);
        assert!(
            divided
                .iter()
                .all(|part| text[part.clone()].starts_with("resource"))
        );
        assert_eq!(in_parts(&text, 3).items.len(), 8);
    }

    proptest! {
        #[test]
        fn parts_have_the_blocks_of_the_whole(
            pieces in prop::collection::vec(prop_oneof![
                8 => Just("resource \"t\" \"a\" {\n  a = 1\n}\n"),
                2 => Just("locals {\n  b = { c = \"}\" }\n}\n"),
                1 => Just("x = <<E\n}\n"),
                1 => Just("E\n"),
                1 => Just("/*\n}\n"),
                1 => Just("*/"),
                1 => Just("# \"\n}\n"),
                1 => Just("\""),
                1 => Just("\u{feff}"),
                1 => Just("b {\n"),
                1 => Just("\r\n}\r\n"),
            ], 0..12),
            count in 0_usize..6,
        ) {
            let text = pieces.concat();
            let whole = parse_file(FileId::DETACHED, &text, Format::Native);
            prop_assert_eq!(in_parts(&text, count), whole, "{:?}", text);
        }
    }
}
