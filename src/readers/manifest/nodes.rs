//! Fields and positions in the YAML of a manifest.

use terraform_eval::source::Span;
use terraform_eval::syntax::yaml::{Key, Node, NodeKind};

use crate::readers::manifest::literals::ManifestText;

/// A field that is present and not null. Of duplicate keys, the last one counts.
pub(super) fn field<'n>(node: &'n Node, name: &str) -> Option<(&'n Key, &'n Node)> {
    let mut entries = node.entries().iter().rev();
    let (key, value) = entries.find(|(key, _)| key.text == name)?;
    (!value.is_null()).then_some((key, value))
}

/// The span of a value, or of its key if the value is empty.
pub(super) fn value_span(key: &Key, value: &Node) -> Span {
    if value.span.range().is_empty() {
        key.span
    } else {
        value.span
    }
}

/// The first line of a span, without trailing white space.
pub(super) fn first_line(span: Span, text: ManifestText<'_>) -> Span {
    let start = span.range().start;
    let line = text.slice(span).lines().next();
    let length = line.map_or(0, |line| line.trim_end().len());
    Span::new(span.file, start, start + length)
}

/// The type of a value, with its article.
pub(super) fn type_name(node: &Node) -> &'static str {
    match &node.kind {
        NodeKind::Mapping(_) => "an object",
        NodeKind::Sequence(_) => "a list",
        NodeKind::String(_) => "a string",
        NodeKind::Word(word, _) => word.noun(),
    }
}
