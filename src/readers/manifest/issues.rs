//! What the API server rejects in a document, or drops from it.

use std::collections::BTreeMap;

use crate::model::ManifestIssueKind;
use terraform_eval::source::Span;
use terraform_eval::syntax::yaml::{Key, Node, NodeKind};

use crate::readers::manifest::document::DocumentIssue;
use crate::readers::manifest::literals::ManifestText;
use crate::readers::manifest::nodes::{type_name, value_span};

/// Collects the issues of one document.
#[derive(Debug, Default)]
pub(super) struct IssueCollector {
    issues: Vec<DocumentIssue>,
}

impl IssueCollector {
    /// The issues, without sensitive values.
    pub(super) fn into_issues(self, text: ManifestText<'_>) -> Vec<DocumentIssue> {
        let without_value = |issue: DocumentIssue| {
            if text.is_sensitive(issue.span) {
                let kind = issue.kind.without_value();
                DocumentIssue { kind, ..issue }
            } else {
                issue
            }
        };
        self.issues.into_iter().map(without_value).collect()
    }

    /// Adds an issue. `entry` is the index of the entry in which it is, if it is in one.
    pub(super) fn add(&mut self, entry: Option<usize>, span: Span, kind: ManifestIssueKind) {
        self.issues.push(DocumentIssue { entry, span, kind });
    }

    /// Adds that a value has another type than `expected`, such as `a string`.
    pub(super) fn add_wrong_type(
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
            found: type_name(value),
            expected,
            unquoted,
        };
        self.add(entry, value_span(key, value), kind);
    }

    /// Adds the duplicate keys of a mapping, and the keys that are not in `known`.
    pub(super) fn check_keys(
        &mut self,
        entry: Option<usize>,
        node: &Node,
        known: Option<&'static [&'static str]>,
    ) {
        let mut seen: BTreeMap<&str, (&Key, &Node)> = BTreeMap::new();
        for (key, value) in node.entries() {
            if let Some((earlier, earlier_value)) = seen.insert(&key.text, (key, value)) {
                self.check_repeated_key(entry, (earlier, earlier_value), (key, value));
                continue;
            }
            if let Some(known) = known.filter(|known| !known.contains(&key.text.as_str())) {
                let field = key.text.clone();
                self.add(entry, key.span, ManifestIssueKind::Unknown { field, known });
            }
        }
    }

    /// Adds that an entry of a mapping has no effect, because a later one has its key, unless the later one is meant to
    /// override what a merge key adds.
    fn check_repeated_key(
        &mut self,
        entry: Option<usize>,
        (earlier, earlier_value): (&Key, &Node),
        (later, later_value): (&Key, &Node),
    ) {
        let key = earlier.text.clone();
        match (earlier.merged_by, later.merged_by) {
            (None, None) => {
                let first = earlier.span;
                self.add(entry, later.span, ManifestIssueKind::Twice { key, first });
            }
            (None, Some(merge)) => {
                let explicit = earlier.span;
                if !has_same_value(earlier_value, later_value) {
                    self.add(entry, merge, ManifestIssueKind::Overridden { key, explicit });
                }
            }
            (Some(first), Some(merge)) if first != merge => {
                let key = "<<".to_owned();
                let kind = ManifestIssueKind::Twice { key, first };
                if self.issues.last().is_none_or(|last| last.kind != kind) {
                    self.add(entry, merge, kind);
                }
            }
            (Some(_), _) => {}
        }
    }
}

fn has_same_value(a: &Node, b: &Node) -> bool {
    match (&a.kind, &b.kind) {
        (NodeKind::Mapping(a), NodeKind::Mapping(b)) => {
            let is_same = |((key, value), (other_key, other_value)): (&(Key, Node), &(Key, Node))| {
                key.text == other_key.text && has_same_value(value, other_value)
            };
            a.len() == b.len() && a.iter().zip(b).all(is_same)
        }
        (NodeKind::Sequence(a), NodeKind::Sequence(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| has_same_value(a, b))
        }
        (a, b) => a == b,
    }
}
