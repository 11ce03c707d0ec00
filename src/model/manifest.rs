//! What a manifest has besides its entries: its kind, and what the API server would not take.

use std::fmt;

use terraform_eval::source::Span;

use super::cluster::RegistrySources;
use super::mirror_address::DocumentAddress;

/// The kinds of manifests that declare mirrors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ManifestKind {
    /// `ImageDigestMirrorSet` (openshift/api, `config/v1/types_image_digest_mirror_set.go`).
    DigestMirrorSet,
    /// `ImageTagMirrorSet` (openshift/api, `config/v1/types_image_tag_mirror_set.go`).
    TagMirrorSet,
    /// `ImageContentSourcePolicy`, their predecessor (openshift/api,
    /// `operator/v1alpha1/types_image_content_source_policy.go`).
    ContentSourcePolicy,
    /// `HostedCluster` (hypershift, `api/hypershift/v1beta1/hostedcluster_types.go`).
    HostedCluster,
    /// The list of a HostedCluster alone: a text whose one key is `imageContentSources`.
    ContentSources,
    /// `Image`, which declares no mirrors: what the cluster allows, blocks and trusts (openshift/api,
    /// `config/v1/types_image.go`).
    Image,
}

impl ManifestKind {
    /// Whether its list is that of a HostedCluster, which is the whole of the mirrors of its cluster. The
    /// others meet in one cluster.
    #[must_use]
    pub fn is_hosted(self) -> bool {
        matches!(self, Self::HostedCluster | Self::ContentSources)
    }

    /// Whether its mirrors are a set, so that the API server refuses one that is there twice
    /// (`listType=set`). An ImageContentSourcePolicy has a list.
    #[must_use]
    pub fn has_sets(self) -> bool {
        self != Self::ContentSourcePolicy
    }
}

impl fmt::Display for ManifestKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::DigestMirrorSet => "ImageDigestMirrorSet",
            Self::TagMirrorSet => "ImageTagMirrorSet",
            Self::ContentSourcePolicy => "ImageContentSourcePolicy",
            Self::HostedCluster => "HostedCluster",
            Self::ContentSources => "imageContentSources",
            Self::Image => "Image",
        })
    }
}

/// The part of a configuration that only manifests have.
#[derive(Debug, Clone, Default)]
pub struct ManifestFacts {
    /// How many documents there are.
    pub documents: usize,
    /// What they say of registries.
    pub registry_sources: Vec<RegistrySources>,
    /// What the API server would not take, in the order of the documents.
    pub issues: Vec<ManifestIssue>,
}

/// Something that the API server would refuse, or drop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManifestIssue {
    /// The document that it is in.
    pub document: DocumentAddress,
    /// The entry that it is in, if it is in one.
    pub entry: Option<usize>,
    /// Its place.
    pub span: Span,
    /// What it is.
    pub kind: ManifestIssueKind,
}

/// What can be wrong with a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ManifestIssueKind {
    /// It is of a version that its kind does not have.
    Version {
        /// The version; none where it has none.
        found: Option<String>,
        /// The versions of the kind.
        expected: &'static [&'static str],
    },
    /// It is of a kind that there is not, with the list of one that there is.
    Kind {
        /// The kind; none where it has none.
        found: Option<String>,
    },
    /// A field is not there, or null.
    Missing {
        /// The field, from the top of the document or of the entry.
        field: &'static str,
    },
    /// A value is of another type than its field.
    Type {
        /// The field.
        field: String,
        /// What the value is.
        found: &'static str,
        /// What the field takes.
        expected: &'static str,
        /// What was written, where it would have been a string in quotes.
        unquoted: Option<String>,
    },
    /// There is no such field.
    Unknown {
        /// Its name.
        field: String,
        /// The fields that there are.
        known: &'static [&'static str],
    },
    /// `mirrorSourcePolicy` is none of its values.
    Policy {
        /// The value.
        found: String,
    },
    /// A key stands twice in one mapping.
    Twice {
        /// The key.
        key: String,
        /// Where it stands first.
        first: Span,
    },
}
