//! JSON files: the blocks of configuration, or the values of a `.tfvars.json` file.

use serde_json::value::RawValue;

use super::schema::{self, Place};
use super::value::Meaning;
use super::{Json, MAX_DEPTH, Node, Raw, Reader};
use crate::hashing::HashSet;
use crate::source::{FileId, Span};
use crate::syntax::syntax_error::SyntaxError;
use crate::syntax::tree::{Attribute, Block, Body, Expression, Name};

/// The top-level blocks of a configuration file.
pub(in crate::syntax) fn blocks(file: FileId, text: &str) -> (Vec<Block>, Vec<SyntaxError>) {
    let (json, syntax_errors) = parse(file, text);
    let Some(json) = json else {
        return (Vec::new(), syntax_errors);
    };
    Reader::read(file, json, syntax_errors, |reader| {
        let root = reader.json.root;
        let mut blocks = Vec::new();
        match reader.json.open(root) {
            Node::Object(_) => reader.file_body(root, &mut blocks),
            Node::Array(elements) => elements
                .into_iter()
                .for_each(|element| reader.file_body(element, &mut blocks)),
            _ => reader.not_an_object(root),
        }
        blocks
    })
}

/// The values of a `.tfvars.json` file.
pub(in crate::syntax) fn variables(file: FileId, text: &str) -> (Vec<Attribute>, Vec<SyntaxError>) {
    let (json, syntax_errors) = parse(file, text);
    let Some(json) = json else {
        return (Vec::new(), syntax_errors);
    };
    Reader::read(file, json, syntax_errors, |reader| {
        let root = reader.json.root;
        let mut attributes = Vec::new();
        match reader.json.open(root) {
            Node::Object(members) => {
                let mut seen = HashSet::default();
                for (key, value) in members {
                    reader.attribute(key, value, Meaning::Literal, 1, &mut seen, &mut attributes);
                }
            }
            _ => reader.not_an_object(root),
        }
        attributes
    })
}

/// A value inside of a text, whose strings are literal. `None` if it is not valid.
pub(in crate::syntax) fn value(file: FileId, text: &str, span: Span) -> Option<Expression> {
    let range = span.range();
    let document: &RawValue = serde_json::from_str(text.get(range.clone())?).ok()?;
    let json = Json::new(document, range.start);
    let (value, syntax_errors) = Reader::read(file, json, Vec::new(), |reader| {
        reader.expression(reader.json.root, Meaning::Literal, 1)
    });
    value.filter(|_| syntax_errors.is_empty())
}

/// Parses the document of a file.
fn parse(file: FileId, text: &str) -> (Option<Json<'_>>, Vec<SyntaxError>) {
    let json = text.strip_prefix('\u{feff}').unwrap_or(text);
    let before = text.len() - json.len();
    let mut syntax_errors = Vec::new();
    if before > 0 {
        let span = Span::new(file, 0, before);
        let help = "save the file without it; JSON files must not begin with it";
        syntax_errors.push(SyntaxError::new(span, "the file starts with a byte order mark").help(help));
    }
    match serde_json::from_str::<&RawValue>(json) {
        Ok(document) => {
            let white_space = json.len() - json.trim_start_matches([' ', '\t', '\n', '\r']).len();
            (Some(Json::new(document, before + white_space)), syntax_errors)
        }
        Err(error) => {
            syntax_errors.push(describe_error(file, text, before, &error));
            (None, syntax_errors)
        }
    }
}

/// The message for a JSON error. The JSON begins at the offset `before`.
pub(in crate::syntax) fn describe_error(
    file: FileId,
    text: &str,
    before: usize,
    error: &serde_json::Error,
) -> SyntaxError {
    let json = text.get(before..).unwrap_or_default();
    let line = error.line().saturating_sub(1);
    let start: usize = json.split_inclusive('\n').take(line).map(str::len).sum();
    let mut at = (start + error.column().saturating_sub(1)).min(json.len());
    while !json.is_char_boundary(at) {
        at -= 1;
    }
    let length = json
        .get(at..)
        .and_then(|rest| rest.chars().next())
        .map_or(0, char::len_utf8);
    let span = Span::new(file, before + at, before + at + length);
    if error.is_eof() {
        return SyntaxError::new(span, "unexpected end of JSON")
            .help("close all strings, arrays and objects");
    }
    let message = error.to_string();
    let closing = json
        .get(at..at + length)
        .is_some_and(|text| text == "}" || text == "]");
    let reason = match message.split(" at line ").next().unwrap_or_default() {
        "key must be a string" | "expected value" if closing => "trailing comma",
        reason => reason,
    };
    SyntaxError::new(span, format!("invalid JSON: {reason}"))
        .help("write JSON without comments and trailing commas")
}

/// The type of a block and the labels that have been read.
struct Header {
    kind: Name,
    labels: Vec<Name>,
    /// How many labels follow.
    missing: usize,
    place: Place,
}

impl<'a> Reader<'a> {
    fn not_an_object(&mut self, raw: Raw<'a>) {
        let span = self.span(raw);
        self.report(span, "an object is expected here", "write `{ … }`");
    }

    fn file_body(&mut self, raw: Raw<'a>, blocks: &mut Vec<Block>) {
        let Node::Object(members) = self.json.open(raw) else {
            self.not_an_object(raw);
            return;
        };
        for (key, value) in members {
            let kind = self.name(key);
            if &*kind.text == "//" {
                continue;
            }
            match schema::block(Place::File, &kind.text) {
                Some((missing, place)) => {
                    self.block(&mut Header { kind, labels: Vec::new(), missing, place }, value, 1, blocks);
                }
                None => self.report(
                    kind.span,
                    format!("unknown block type `{}`", kind.text),
                    "the block types are those of native syntax: `resource`, `module`, `locals`, …; a comment has the key `//`",
                ),
            }
        }
    }

    /// Adds the blocks of a value: none, one, or one for each element or label.
    fn block(&mut self, header: &mut Header, raw: Raw<'a>, depth: usize, blocks: &mut Vec<Block>) {
        let span = self.span(raw);
        if depth > MAX_DEPTH {
            self.too_deep(span, "the blocks are");
            return;
        }
        match self.json.open(raw) {
            Node::Null => {}
            Node::Array(elements) => {
                for element in elements {
                    self.block(header, element, depth + 1, blocks);
                }
            }
            Node::Object(members) if header.missing > 0 => {
                header.missing -= 1;
                for (key, value) in members {
                    header.labels.push(self.name(key));
                    self.block(header, value, depth + 1, blocks);
                    header.labels.pop();
                }
                header.missing += 1;
            }
            Node::Object(members) => {
                let body = self.body(header.place, members, span, depth);
                // The header is the last name alone, because siblings may be between it and the others.
                let name = header.labels.last().unwrap_or(&header.kind).span;
                blocks.push(Block {
                    kind: header.kind.clone(),
                    labels: header.labels.as_slice().into(),
                    body,
                    header: name,
                    span: Span {
                        start: name.start.min(span.start),
                        ..span
                    },
                });
            }
            Node::Bool(_) | Node::Number(_) | Node::String(_) => {
                let message = format!("`{}` takes an object here", header.kind.text);
                self.report(
                    span,
                    message,
                    "write `{ … }`, or an array of such objects for several blocks",
                );
            }
        }
    }

    fn body(&mut self, place: Place, members: Vec<(Raw<'a>, Raw<'a>)>, span: Span, depth: usize) -> Body {
        let inner_span = Span {
            start: span.start + 1,
            end: span.end - 1,
            ..span
        };
        let mut attributes = Vec::new();
        let mut blocks = Vec::new();
        let mut seen = HashSet::default();
        for (key, value) in members {
            let name = self.name(key);
            if &*name.text == "//" {
                continue;
            }
            let Some((missing, inner)) = schema::block(place, &name.text) else {
                let meaning = schema::meaning(place, &name.text);
                self.attribute(key, value, meaning, depth + 1, &mut seen, &mut attributes);
                continue;
            };
            let mut header = Header {
                kind: name,
                labels: Vec::new(),
                missing,
                place: inner,
            };
            self.block(&mut header, value, depth + 1, &mut blocks);
        }
        Body {
            attributes: attributes.into(),
            blocks,
            span: inner_span,
        }
    }

    fn attribute(
        &mut self,
        key: Raw<'a>,
        value: Raw<'a>,
        meaning: Meaning,
        depth: usize,
        seen: &mut HashSet<std::sync::Arc<str>>,
        attributes: &mut Vec<Attribute>,
    ) {
        let name = self.name(key);
        if !seen.insert(name.text.clone()) {
            let message = format!("the argument `{}` is set twice", name.text);
            self.report(name.span, message, "keep one; each argument may be set only once");
            return;
        }
        if let Some(value) = self.expression(value, meaning, depth) {
            let span = Span {
                end: value.span.end,
                ..name.span
            };
            attributes.push(Attribute { name, value, span });
        }
    }
}
