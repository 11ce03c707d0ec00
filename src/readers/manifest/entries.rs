//! The entries of a document's list.

use crate::model::{Attribute, ManifestIssueKind, ManifestKind, UnknownReason, UnknownReasons};
use registries_conf::SourcePolicy;
use terraform_eval::source::Span;
use terraform_eval::syntax::yaml::{Key, Node, NodeKind};

use crate::readers::manifest::document::ManifestEntry;
use crate::readers::manifest::issues::IssueCollector;
use crate::readers::manifest::literals::{ManifestText, string_editability};
use crate::readers::manifest::nodes::{field, first_line};
use crate::readers::manifest::unopened::Unopened;

/// The fields of an entry of ImageDigestMirrorSet and ImageTagMirrorSet.
const FIELDS_WITH_POLICY: &[&str] = &["source", "mirrors", "mirrorSourcePolicy"];

/// The fields of an entry of `imageDigestSources` in an `install-config.yaml`.
const INSTALL_FIELDS: &[&str] = &["source", "mirrors", "sourcePolicy"];

/// The fields of an entry of the other kinds.
const FIELDS_WITHOUT_POLICY: &[&str] = &["source", "mirrors"];

/// Reads the entries of the list under `key`.
pub(super) fn read_entries(
    kind: ManifestKind,
    key: &Key,
    list: &Node,
    text: ManifestText<'_>,
    issues: &mut IssueCollector,
    unopened: &mut Vec<Unopened>,
) -> Vec<ManifestEntry> {
    let unknown_part = |node: &Node| {
        text.unknown_part(node).map(|kind| Unopened {
            span: node.span,
            kind,
        })
    };
    if let Some(unknown) = unknown_part(list) {
        unopened.push(unknown);
        return Vec::new();
    }
    let elements = match &list.kind {
        NodeKind::Sequence(elements) => elements,
        _ if list.is_null() => return Vec::new(),
        _ => {
            issues.add_wrong_type(None, &key.text, key, list, "a list");
            return Vec::new();
        }
    };
    let mut entries = Vec::with_capacity(elements.len());
    for (index, element) in elements.iter().enumerate() {
        if matches!(element.kind, NodeKind::Mapping(_)) {
            let mut reader = EntryReader { index, text, issues };
            entries.push(reader.read_entry(kind, element));
        } else if let Some(unknown) = unknown_part(element) {
            unopened.push(unknown);
        } else {
            let field = format!("{}[{index}]", key.text);
            issues.add_wrong_type(Some(index), field, key, element, "an object");
        }
    }
    entries
}

/// Reads the fields of one entry, and collects their issues.
struct EntryReader<'t, 'i> {
    index: usize,
    text: ManifestText<'t>,
    issues: &'i mut IssueCollector,
}

impl EntryReader<'_, '_> {
    fn read_entry(&mut self, kind: ManifestKind, node: &Node) -> ManifestEntry {
        let span = first_line(node.span, self.text);
        let (known, policy) = match kind {
            ManifestKind::DigestMirrorSet | ManifestKind::TagMirrorSet => {
                (FIELDS_WITH_POLICY, Some("mirrorSourcePolicy"))
            }
            ManifestKind::InstallDigestSources => (INSTALL_FIELDS, Some("sourcePolicy")),
            ManifestKind::ContentSourcePolicy
            | ManifestKind::HostedCluster
            | ManifestKind::AzureHostedCluster
            | ManifestKind::ContentSources
            | ManifestKind::InstallContentSources
            | ManifestKind::Image
            | ManifestKind::CredentialProvider
            | ManifestKind::ClusterImagePolicy
            | ManifestKind::ImagePolicy
            | ManifestKind::RegistriesConf => (FIELDS_WITHOUT_POLICY, None),
        };
        self.issues.check_keys(Some(self.index), node, Some(known));
        let source = match field(node, "source") {
            Some((key, value)) => self.read_string("source".to_owned(), key, value, &[]),
            None => {
                let kind = ManifestIssueKind::Missing { field: "source" };
                self.issues.add(Some(self.index), span, kind);
                Attribute::absent()
            }
        };
        let mirrors = match field(node, "mirrors") {
            Some((key, value)) => self.read_mirrors(key, value),
            None => Attribute::absent(),
        };
        let policy = policy.and_then(|name| Some((name, field(node, name)?)));
        let policy = policy.map_or_else(Attribute::absent, |(name, (key, value))| {
            self.read_policy(name, key, value)
        });
        ManifestEntry {
            index: self.index,
            span,
            source,
            mirrors,
            policy,
        }
    }

    fn read_mirrors(&mut self, key: &Key, value: &Node) -> Attribute<Vec<Attribute<String>>> {
        if let Some(reasons) = self.text.unknown_reasons(value) {
            return Attribute::unknown(reasons, Some(value.span));
        }
        let NodeKind::Sequence(elements) = &value.kind else {
            self.add_wrong_type("mirrors", key, value, "a list");
            return invalid("mirrors", value.span);
        };
        let mirrors = elements.iter().enumerate().map(|(position, element)| {
            self.read_string(format!("mirrors[{position}]"), key, element, elements)
        });
        let mirrors = mirrors.collect();
        Attribute {
            sensitive: self.text.is_sensitive(value.span),
            ..Attribute::known(mirrors, Some(value.span))
        }
    }

    /// Reads a string under a key, or an element of the `list` under it.
    fn read_string(&mut self, name: String, key: &Key, value: &Node, list: &[Node]) -> Attribute<String> {
        let Some(string) = value.as_str() else {
            let attribute = invalid(&name, value.span);
            self.add_wrong_type(name, key, value, "a string");
            return attribute;
        };
        if let Some(reasons) = self.text.unknown_reasons(value) {
            return Attribute::unknown(reasons, Some(value.span));
        }
        Attribute {
            sensitive: self.text.is_sensitive(value.span),
            editability: string_editability(value, list, self.text),
            ..Attribute::known(string.to_owned(), Some(value.span))
        }
    }

    fn read_policy(&mut self, name: &str, key: &Key, value: &Node) -> Attribute<SourcePolicy> {
        let span = Some(value.span);
        if let Some(reasons) = self.text.unknown_reasons(value) {
            return Attribute::unknown(reasons, span);
        }
        let found = match (value.as_str(), &value.kind) {
            (Some("AllowContactingSource"), _) => {
                return Attribute::known(SourcePolicy::AllowContacting, span);
            }
            (Some("NeverContactSource"), _) => return Attribute::known(SourcePolicy::NeverContact, span),
            (Some(other), _) => Some(other),
            (None, NodeKind::Word(_, text)) => Some(text.as_str()),
            (None, _) => None,
        };
        match found {
            Some(found) => {
                let found = found.to_owned();
                let kind = ManifestIssueKind::Policy { found };
                self.issues.add(Some(self.index), value.span, kind);
            }
            None => self.add_wrong_type(name, key, value, "a string"),
        }
        invalid(name, value.span)
    }

    fn add_wrong_type(&mut self, field: impl Into<String>, key: &Key, value: &Node, expected: &'static str) {
        self.issues
            .add_wrong_type(Some(self.index), field, key, value, expected);
    }
}

/// An unknown value for a rejected one. The rule `invalid-manifest` reports it, so other rules do not.
fn invalid<T>(name: &str, span: Span) -> Attribute<T> {
    let reason = UnknownReason::WrongType(format!("{name} is invalid"));
    Attribute::unknown(UnknownReasons::new(reason), Some(span))
}
