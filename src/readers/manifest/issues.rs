//! What the API server rejects in a document, or drops from it.

use std::collections::BTreeMap;

use crate::model::ManifestIssueKind;
use terraform_eval::source::Span;
use terraform_eval::syntax::yaml::{Key, Node, NodeKind};

use crate::readers::manifest::document::DocumentIssue;
use crate::readers::manifest::nodes::{type_name, value_span};

/// Collects the issues of one document.
#[derive(Debug, Default)]
pub(super) struct IssueCollector {
    pub(super) issues: Vec<DocumentIssue>,
}

impl IssueCollector {
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
