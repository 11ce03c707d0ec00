//! The documents of manifests, as far as they are about mirrors and registries.

use std::sync::Arc;

use crate::model::{Attribute, ManifestIssueKind, ManifestKind, RegistrySources};
use registries_conf::SourcePolicy;
use terraform_eval::source::Span;

/// A document that declares mirrors or has the registry settings of a cluster.
#[derive(Debug, Clone)]
pub(crate) struct ManifestDocument {
    pub(crate) kind: ManifestKind,
    /// The field `metadata.name`.
    pub(crate) name: Option<Arc<str>>,
    /// The entries of the list, in their order.
    pub(super) entries: Vec<ManifestEntry>,
    pub(super) registry_sources: Option<RegistrySources>,
    /// What the API server rejects, in the order of the text.
    pub(super) issues: Vec<DocumentIssue>,
}

/// An entry of a document's list.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ManifestEntry {
    /// The position in the list, from 0.
    pub(super) index: usize,
    /// The first line of the entry.
    pub(super) span: Span,
    pub(super) source: Attribute<String>,
    pub(super) mirrors: Attribute<Vec<Attribute<String>>>,
    /// The field `mirrorSourcePolicy`.
    pub(super) policy: Attribute<SourcePolicy>,
}

/// A [`ManifestIssue`](crate::model::ManifestIssue) of a document that does not have an address yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DocumentIssue {
    /// The index of the entry; `None` if the issue is outside of the list.
    pub(super) entry: Option<usize>,
    pub(super) span: Span,
    pub(super) kind: ManifestIssueKind,
}
