//! The nodes of a document.

use std::borrow::Cow;

use granit_parser::Tag;

use crate::source::Span;

use super::scalar::Word;

/// The prefix of the tags that YAML itself defines.
pub(crate) const CORE: &str = "tag:yaml.org,2002:";

/// How many levels of nested collections are parsed.
pub(super) const MAX_DEPTH: usize = 1_024;

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
    /// Keys and values in source order, with those of a merge key in its place. Keys may repeat: the last one counts,
    /// as in Kubernetes.
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
    /// The merge key (`<<`) that adds the entry, if one does.
    pub merged_by: Option<Span>,
}

impl Key {
    /// A key that is written in the mapping itself.
    pub(super) fn new(span: Span, text: String) -> Self {
        Self {
            span,
            text,
            merged_by: None,
        }
    }
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
                        let key = Key {
                            span: map(key.span),
                            merged_by: key.merged_by.map(map),
                            text: key.text,
                        };
                        (key, value.with_spans(map))
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

/// The full name of a tag, with its handle expanded.
pub(super) fn full_name(tag: &Tag) -> Cow<'_, str> {
    if tag.handle().is_empty() {
        return Cow::Borrowed(tag.suffix());
    }
    Cow::Owned(format!("{}{}", tag.handle(), tag.suffix()))
}
