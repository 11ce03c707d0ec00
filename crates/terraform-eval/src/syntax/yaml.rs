//! YAML and JSON documents as a tree with spans.
//!
//! The parser accepts what Kubernetes accepts: `sigs.k8s.io/yaml`, whose `goyaml.v2` resolves plain scalars by YAML 1.1
//! ([`scalar`]). Invalid text gives one error and no tree, as it does in Kubernetes.

mod json;
mod read;
pub mod scalar;
pub mod tabs;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use granit_parser::Tag;

use crate::source::{FileId, Span};
use crate::syntax::syntax_error::SyntaxError;

use read::read;
use scalar::Word;

/// The prefix of the tags that YAML itself defines.
pub const CORE: &str = "tag:yaml.org,2002:";

/// How many levels of nested collections are parsed.
const MAX_DEPTH: usize = 200;

/// A value and its span.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// The bytes of the value, including quotes; empty for an omitted value.
    pub span: Span,
    /// The kind of value with its content.
    pub kind: NodeKind,
}

/// The kinds of values.
#[derive(Debug, Clone, PartialEq)]
pub enum NodeKind {
    /// Keys and values in source order; keys may repeat.
    Mapping(Vec<(Key, Node)>),
    /// Elements in source order.
    Sequence(Vec<Node>),
    /// A string.
    String(String),
    /// Another scalar, and its source text.
    Word(Word, String),
}

/// The key of a mapping's entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// The bytes of the key, including quotes.
    pub span: Span,
    /// The decoded text.
    pub text: String,
}

impl Node {
    /// The entries of a mapping; empty for other nodes.
    #[must_use]
    pub fn entries(&self) -> &[(Key, Node)] {
        match &self.kind {
            NodeKind::Mapping(entries) => entries,
            _ => &[],
        }
    }

    /// The value of a key. If the key repeats, the last value, as in Kubernetes.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Node> {
        let mut entries = self.entries().iter().rev();
        entries
            .find(|(entry_key, _)| entry_key.text == key)
            .map(|(_, value)| value)
    }

    /// The text, if the node is a string.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match &self.kind {
            NodeKind::String(text) => Some(text),
            _ => None,
        }
    }

    /// Whether the value is null or omitted.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self.kind, NodeKind::Word(Word::Null, _))
    }

    /// The node with all spans mapped, for a document that is inside of a string.
    #[must_use]
    pub fn with_spans(self, map: &impl Fn(Span) -> Span) -> Self {
        let span = map(self.span);
        let kind = match self.kind {
            NodeKind::Mapping(entries) => NodeKind::Mapping(
                entries
                    .into_iter()
                    .map(|(key, value)| {
                        let span = map(key.span);
                        (Key { span, ..key }, value.with_spans(map))
                    })
                    .collect(),
            ),
            NodeKind::Sequence(elements) => {
                NodeKind::Sequence(elements.into_iter().map(|node| node.with_spans(map)).collect())
            }
            scalar => scalar,
        };
        Self { span, kind }
    }
}

/// Parses the documents of a text. Empty documents are omitted.
///
/// Text that begins like JSON is parsed as JSON first, because YAML supports neither surrogate pairs nor long keys.
pub fn documents(file: FileId, text: &str) -> Result<Vec<Node>, SyntaxError> {
    let content = text.trim_start_matches('\u{feff}').trim_start();
    if !content.starts_with(['{', '[']) {
        return read(file, text);
    }
    json::documents(file, text).or_else(|error| read(file, text).map_err(|_| error))
}

/// The full name of a tag, with its handle expanded.
#[must_use]
pub fn full_name(tag: &Tag) -> Cow<'_, str> {
    if tag.handle().is_empty() {
        return Cow::Borrowed(tag.suffix());
    }
    Cow::Owned(format!("{}{}", tag.handle(), tag.suffix()))
}
