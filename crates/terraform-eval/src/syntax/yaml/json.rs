//! JSON documents as the same tree. One text may contain several documents, as for `kubectl`.

use serde_json::value::RawValue;

use crate::source::{FileId, Span};
use crate::stack;
use crate::syntax::json::{self as syntax_json, Json, Node as Opened, Raw};
use crate::syntax::syntax_error::SyntaxError;

use super::node::{Key, MAX_DEPTH, Node, NodeKind};
use super::scalar::Word;

pub(super) fn documents(file: FileId, text: &str) -> Result<Vec<Node>, SyntaxError> {
    let json = text.strip_prefix('\u{feff}').unwrap_or(text);
    let before = text.len() - json.len();
    let mut documents = Vec::new();
    let mut stream = serde_json::Deserializer::from_str(json).into_iter::<&RawValue>();
    while let Some(document) = stream.next() {
        let document = document.map_err(|error| syntax_json::describe_error(file, text, before, &error))?;
        let end = before + stream.byte_offset();
        let document = Json::new(document, end - document.get().len());
        documents.push(stack::with_depth(document.depth, || {
            node(file, &document, document.root, 0)
        })?);
    }
    documents.retain(|node| !node.is_null());
    Ok(documents)
}

/// Converts a value, which is known to be valid.
fn node<'a>(file: FileId, json: &Json<'a>, raw: Raw<'a>, depth: usize) -> Result<Node, SyntaxError> {
    let span = span_of(file, raw);
    if depth > MAX_DEPTH {
        return Err(SyntaxError::too_deep(span, "the document is", MAX_DEPTH));
    }
    let word = |word| NodeKind::Word(word, raw.text.to_owned());
    let kind = match json.open(raw) {
        Opened::Null => word(Word::Null),
        Opened::Bool(value) => word(Word::Bool(value)),
        Opened::Number(_) => word(Word::Number),
        Opened::String(source) => NodeKind::String(string(source)),
        Opened::Array(elements) => {
            let elements = elements.into_iter();
            let nodes: Result<_, _> = elements
                .map(|element| node(file, json, element, depth + 1))
                .collect();
            NodeKind::Sequence(nodes?)
        }
        Opened::Object(members) => {
            let entry = |(key, value): (Raw<'a>, Raw<'a>)| {
                let key = Key::new(span_of(file, key), string(key.text));
                node(file, json, value, depth + 1).map(|value| (key, value))
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

fn span_of(file: FileId, raw: Raw<'_>) -> Span {
    Span::new(file, raw.start, raw.start + raw.text.len())
}
