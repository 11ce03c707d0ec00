//! The entries of a list, and what is wrong in them.

use std::collections::BTreeMap;

use crate::model::{Attribute, ManifestIssueKind, ManifestKind, UnknownReason, UnknownReasons};
use registries_conf::SourcePolicy;
use terraform_eval::source::Span;
use terraform_eval::syntax::yaml::{Key, Node, NodeKind};

use crate::readers::manifest::literals::{Text, written};
use crate::readers::manifest::{Entry, Found};

/// The fields of an entry of ImageDigestMirrorSet and ImageTagMirrorSet.
const WITH_POLICY: &[&str] = &["source", "mirrors", "mirrorSourcePolicy"];

/// The fields of an entry of the other kinds.
const WITHOUT_POLICY: &[&str] = &["source", "mirrors"];

/// The mistakes of one document.
#[derive(Debug, Default)]
pub(super) struct Mistakes {
    pub(super) found: Vec<Found>,
}

impl Mistakes {
    pub(super) fn add(&mut self, entry: Option<usize>, span: Span, kind: ManifestIssueKind) {
        self.found.push(Found { entry, span, kind });
    }

    pub(super) fn wrong_type(
        &mut self,
        entry: Option<usize>,
        field: impl Into<String>,
        key: &Key,
        value: &Node,
        expected: &'static str,
    ) {
        let unquoted = match &value.kind {
            NodeKind::Word(_, text) if expected == "a string" && !value.is_null() => Some(text.clone()),
            _ => None,
        };
        let kind = ManifestIssueKind::Type {
            field: field.into(),
            found: noun(value),
            expected,
            unquoted,
        };
        self.add(entry, place(key, value), kind);
    }

    /// Looks at the keys of a mapping: each once, and none but those that are `known`.
    pub(super) fn keys(&mut self, entry: Option<usize>, node: &Node, known: Option<&'static [&'static str]>) {
        let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
        for (key, _) in node.entries() {
            if let Some(first) = seen.get(key.text.as_str()) {
                let kind = ManifestIssueKind::Twice {
                    key: key.text.clone(),
                    first: *first,
                };
                self.add(entry, key.span, kind);
                continue;
            }
            seen.insert(&key.text, key.span);
            if let Some(known) = known.filter(|known| !known.contains(&key.text.as_str())) {
                let field = key.text.clone();
                self.add(entry, key.span, ManifestIssueKind::Unknown { field, known });
            }
        }
    }
}

/// What a value is, for people.
fn noun(node: &Node) -> &'static str {
    match &node.kind {
        NodeKind::Mapping(_) => "an object",
        NodeKind::Sequence(_) => "a list",
        NodeKind::String(_) => "a string",
        NodeKind::Word(word, _) => word.noun(),
    }
}

/// A field that is there, and not null.
pub(super) fn field<'n>(node: &'n Node, name: &str) -> Option<(&'n Key, &'n Node)> {
    let mut entries = node.entries().iter().rev();
    let (key, value) = entries.find(|(key, _)| key.text == name)?;
    (!value.is_null()).then_some((key, value))
}

/// Where a value stands; its key, where nothing is written.
pub(super) fn place(key: &Key, value: &Node) -> Span {
    if value.span.range().is_empty() {
        key.span
    } else {
        value.span
    }
}

/// The first line of what may have several.
pub(super) fn first_line(span: Span, text: Text<'_>) -> Span {
    let line = text.get(span).lines().next();
    let start = span.range().start;
    Span::new(
        span.file,
        start,
        start + line.map_or(0, |line| line.trim_end().len()),
    )
}

/// The entries of a list.
pub(super) fn entries(
    kind: ManifestKind,
    key: &Key,
    list: &Node,
    text: Text<'_>,
    mistakes: &mut Mistakes,
) -> Vec<Entry> {
    let elements = match &list.kind {
        NodeKind::Sequence(elements) => elements,
        _ if list.is_null() => return Vec::new(),
        _ => {
            mistakes.wrong_type(None, &key.text, key, list, "a list");
            return Vec::new();
        }
    };
    let mut entries = Vec::with_capacity(elements.len());
    for (index, element) in elements.iter().enumerate() {
        if matches!(element.kind, NodeKind::Mapping(_)) {
            entries.push(entry(kind, index, element, text, mistakes));
        } else {
            let field = format!("{}[{index}]", key.text);
            mistakes.wrong_type(Some(index), field, key, element, "an object");
        }
    }
    entries
}

fn entry(kind: ManifestKind, index: usize, node: &Node, text: Text<'_>, mistakes: &mut Mistakes) -> Entry {
    let span = first_line(node.span, text);
    let has_policy = matches!(kind, ManifestKind::DigestMirrorSet | ManifestKind::TagMirrorSet);
    let known = if has_policy { WITH_POLICY } else { WITHOUT_POLICY };
    mistakes.keys(Some(index), node, Some(known));
    let source = match field(node, "source") {
        Some((key, value)) => {
            let mut strings = Strings {
                index,
                text,
                mistakes,
            };
            strings.read("source".to_owned(), key, value, &[])
        }
        None => {
            mistakes.add(Some(index), span, ManifestIssueKind::Missing { field: "source" });
            Attribute::absent()
        }
    };
    let mirrors = field(node, "mirrors").map_or_else(Attribute::absent, |(key, value)| {
        let NodeKind::Sequence(elements) = &value.kind else {
            mistakes.wrong_type(Some(index), "mirrors", key, value, "a list");
            return refused("mirrors", value.span);
        };
        let mut strings = Strings {
            index,
            text,
            mistakes,
        };
        let list = elements.iter().enumerate();
        let list =
            list.map(|(place, element)| strings.read(format!("mirrors[{place}]"), key, element, elements));
        Attribute::known(list.collect(), Some(value.span))
    });
    let policy = field(node, "mirrorSourcePolicy").filter(|_| has_policy);
    let policy = policy.map_or_else(Attribute::absent, |(key, value)| {
        policy_of(index, key, value, mistakes)
    });
    Entry {
        index,
        span,
        source,
        mirrors,
        policy,
    }
}

/// Reads strings, and notes what is none.
struct Strings<'t, 'm> {
    index: usize,
    text: Text<'t>,
    mistakes: &'m mut Mistakes,
}

impl Strings<'_, '_> {
    /// A string under a key, or an element of the `list` there.
    fn read(&mut self, name: String, key: &Key, value: &Node, list: &[Node]) -> Attribute<String> {
        let Some(string) = value.as_str() else {
            let unknown = refused(&name, value.span);
            self.mistakes
                .wrong_type(Some(self.index), name, key, value, "a string");
            return unknown;
        };
        Attribute {
            editability: written(value, list, self.text),
            ..Attribute::known(string.to_owned(), Some(value.span))
        }
    }
}

fn policy_of(index: usize, key: &Key, value: &Node, mistakes: &mut Mistakes) -> Attribute<SourcePolicy> {
    const NAME: &str = "mirrorSourcePolicy";
    let span = Some(value.span);
    match value.as_str() {
        Some("AllowContactingSource") => Attribute::known(SourcePolicy::AllowContacting, span),
        Some("NeverContactSource") => Attribute::known(SourcePolicy::NeverContact, span),
        Some(other) => {
            let found = other.to_owned();
            mistakes.add(Some(index), value.span, ManifestIssueKind::Policy { found });
            refused(NAME, value.span)
        }
        None => {
            match &value.kind {
                NodeKind::Word(_, text) => {
                    let found = text.clone();
                    mistakes.add(Some(index), value.span, ManifestIssueKind::Policy { found });
                }
                _ => mistakes.wrong_type(Some(index), NAME, key, value, "a string"),
            }
            refused(NAME, value.span)
        }
    }
}

/// A value that is none of its field's: a rule of its own says so, and no other has to.
fn refused<T>(name: &str, span: Span) -> Attribute<T> {
    let cause = UnknownReason::WrongType(format!("{name} is invalid"));
    Attribute::unknown(UnknownReasons::new(cause), Some(span))
}
