//! The documents of manifests, as far as they are about mirrors and registries.

use std::sync::Arc;

use crate::model::{
    Attribute, AttributeValue, ImagePolicySpec, ManifestIssueKind, ManifestKind, RegistrySources, TraceStep,
    UnknownReasons,
};
use registries_conf::SourcePolicy;
use terraform_eval::source::Span;

/// A document that declares mirrors or has the registry settings of a cluster.
#[derive(Debug, Clone)]
pub(crate) struct ManifestDocument {
    pub(crate) kind: ManifestKind,
    /// The field `metadata.name`.
    pub(crate) name: Option<Arc<str>>,
    /// What tells its object from others of its kind. `None` if that is not known.
    pub(super) identity: Option<Identity>,
    /// The text to label for a finding about the whole document: its name, its kind or its first line.
    pub(super) span: Span,
    /// The entries of the list, in their order.
    pub(super) entries: Vec<ManifestEntry>,
    pub(super) registry_sources: Option<RegistrySources>,
    /// The images of a credential provider. Absent in other kinds.
    pub(super) credential_images: Attribute<Vec<Attribute<String>>>,
    /// The policy for signatures. `None` in other kinds.
    pub(super) image_policy: Option<ImagePolicySpec>,
    /// What the API server rejects, in the order of the text.
    pub(super) issues: Vec<DocumentIssue>,
    /// The later document that replaces this one in the cluster.
    pub(super) overwritten_by: Option<Span>,
    /// The Terraform resource that applies the document, if one does.
    pub(crate) applied_by: Option<Arc<ApplyingResource>>,
}

/// An instance of a Terraform resource that applies documents.
#[derive(Debug)]
pub(crate) struct ApplyingResource {
    /// The address of the instance.
    pub(crate) address: Arc<str>,
    /// The module calls that enclose the resource, outermost first.
    pub(crate) calls: Arc<[TraceStep]>,
    /// Why the number of instances is unknown. In that case, this one represents all of them.
    pub(crate) instances: Option<UnknownReasons>,
}

impl ManifestDocument {
    /// Calls a function for each string in the entries, and whether it is an element of a list.
    pub(crate) fn each_string(&mut self, visit: &mut dyn FnMut(&mut Attribute<String>, bool)) {
        for entry in &mut self.entries {
            visit(&mut entry.source, false);
            if let AttributeValue::Known(mirrors) = &mut entry.mirrors.content {
                for mirror in mirrors {
                    visit(mirror, true);
                }
            }
        }
    }
}

/// What tells objects of one kind from each other.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Identity {
    pub(super) delivery: Delivery,
    pub(super) namespace: Option<String>,
    pub(super) name: Arc<str>,
}

/// How an object reaches a cluster: applied as it is (`None`), or by the wrapper with this position in its file. Two
/// wrappers may be for two clusters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct Delivery(pub(super) Option<Span>);

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
