//! YAML and JSON documents as a small tree in which everything has its place.
//!
//! What is read is what Kubernetes reads: `sigs.k8s.io/yaml`, whose `goyaml.v2` resolves plain scalars by
//! YAML 1.1 ([`scalar`]). A text that cannot be read gives one problem and no tree: whoever applies it is
//! told no more than that either.

mod json;
mod read;
pub mod scalar;
pub mod tabs;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use granit_parser::Tag;

use crate::source::{FileId, Span};
use crate::syntax::problem::Problem;

use read::read;
use scalar::Word;

/// What the tags of YAML itself begin with.
pub const CORE: &str = "tag:yaml.org,2002:";

/// Collections may stand within each other so deep.
const MAX_DEPTH: usize = 200;

/// A value and its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// The text that says it, quotes included; empty where nothing is written.
    pub span: Span,
    /// What it is.
    pub kind: NodeKind,
}

/// What a node is.
#[derive(Debug, Clone, PartialEq)]
pub enum NodeKind {
    /// Keys and values in their order; keys may repeat.
    Mapping(Vec<(Key, Node)>),
    /// Elements in their order.
    Sequence(Vec<Node>),
    /// A string.
    String(String),
    /// Another scalar, and how it is written.
    Word(Word, String),
}

/// The key of a mapping's entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// Where it is written.
    pub span: Span,
    /// What it says.
    pub text: String,
}

impl Node {
    /// The entries of a mapping; none of anything else.
    #[must_use]
    pub fn entries(&self) -> &[(Key, Node)] {
        match &self.kind {
            NodeKind::Mapping(entries) => entries,
            _ => &[],
        }
    }

    /// The value of a key. Where it stands twice, the last one counts, as it does for Kubernetes.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Node> {
        let mut entries = self.entries().iter().rev();
        entries.find(|(own, _)| own.text == key).map(|(_, value)| value)
    }

    /// The text of a string.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match &self.kind {
            NodeKind::String(text) => Some(text),
            _ => None,
        }
    }

    /// Whether there is nothing: no value at all, or a null.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self.kind, NodeKind::Word(Word::Null, _))
    }

    /// The same at other places, with all that is in it: a document that is the text of a string.
    #[must_use]
    pub fn placed(self, place: &impl Fn(Span) -> Span) -> Self {
        let span = place(self.span);
        let kind = match self.kind {
            NodeKind::Mapping(entries) => NodeKind::Mapping(
                entries
                    .into_iter()
                    .map(|(key, value)| {
                        let span = place(key.span);
                        (Key { span, ..key }, value.placed(place))
                    })
                    .collect(),
            ),
            NodeKind::Sequence(elements) => {
                NodeKind::Sequence(elements.into_iter().map(|node| node.placed(place)).collect())
            }
            scalar => scalar,
        };
        Self { span, kind }
    }
}

/// The documents of a text. One without content is left out.
///
/// What begins as JSON is read as JSON, where it is JSON: YAML reads most of it, but neither surrogate
/// pairs nor keys of any length.
pub fn documents(file: FileId, text: &str) -> Result<Vec<Node>, Problem> {
    let begins = text.trim_start_matches('\u{feff}').trim_start();
    if !begins.starts_with(['{', '[']) {
        return read(file, text);
    }
    json::documents(file, text).or_else(|problem| read(file, text).map_err(|_| problem))
}

/// A tag as it is meant, whatever stands for its beginning.
#[must_use]
pub fn full_name(tag: &Tag) -> Cow<'_, str> {
    if tag.handle().is_empty() {
        return Cow::Borrowed(tag.suffix());
    }
    Cow::Owned(format!("{}{}", tag.handle(), tag.suffix()))
}
