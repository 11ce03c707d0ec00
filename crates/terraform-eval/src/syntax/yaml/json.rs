//! JSON documents as the same tree. One text may contain several documents, as for `kubectl`.

use serde_json::value::RawValue;

use crate::source::{FileId, Span};
use crate::syntax::json::{self as syntax_json, Node as Opened};
use crate::syntax::syntax_error::SyntaxError;

use super::node::{Key, MAX_DEPTH, Node, NodeKind};
use super::scalar::Word;

pub(super) fn documents(file: FileId, text: &str) -> Result<Vec<Node>, SyntaxError> {
    let json = text.strip_prefix('\u{feff}').unwrap_or(text);
    let before = text.len() - json.len();
    let mut documents = Vec::new();
    for document in serde_json::Deserializer::from_str(json).into_iter::<&RawValue>() {
        match document {
            Ok(raw) => documents.push(node(file, text, raw, 0)?),
            Err(error) => return Err(syntax_json::describe_error(file, text, before, &error)),
        }
    }
    documents.retain(|node| !node.is_null());
    Ok(documents)
}

/// Converts a value, which is known to be valid.
fn node(file: FileId, text: &str, raw: &RawValue, depth: usize) -> Result<Node, SyntaxError> {
    let span = span_of(file, text, raw);
    if depth > MAX_DEPTH {
        return Err(SyntaxError::new(span, "the document is nested too deeply"));
    }
    let word = |word| NodeKind::Word(word, raw.get().to_owned());
    let kind = match Opened::open(raw) {
        Opened::Null => word(Word::Null),
        Opened::Bool(value) => word(Word::Bool(value)),
        Opened::Number(_) => word(Word::Number),
        Opened::String(source) => NodeKind::String(string(source)),
        Opened::Array(elements) => {
            let elements = elements.into_iter();
            let nodes: Result<_, _> = elements
                .map(|element| node(file, text, element, depth + 1))
                .collect();
            NodeKind::Sequence(nodes?)
        }
        Opened::Object(members) => {
            let entry = |(key, value): (&RawValue, &RawValue)| {
                let key = Key::new(span_of(file, text, key), string(key.get()));
                node(file, text, value, depth + 1).map(|value| (key, value))
            };
            let entries: Result<_, _> = members.into_iter().map(entry).collect();
            NodeKind::Mapping(entries?)
        }
    };
    Ok(Node { span, kind })
}

fn string(source: &str) -> String {
    syntax_json::decode(source, 0).0.into_owned()
}

/// The span of a value, which is a slice of the text.
fn span_of(file: FileId, text: &str, raw: &RawValue) -> Span {
    let start = raw.get().as_ptr().addr().saturating_sub(text.as_ptr().addr());
    let start = start.min(text.len());
    Span::new(file, start, (start + raw.get().len()).min(text.len()))
}
