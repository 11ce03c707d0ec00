//! The kinds of manifests.

use std::fmt;

use registries_conf::PullKind;

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

    /// Which pulls the mirrors in it serve.
    #[must_use]
    pub fn pull(self) -> PullKind {
        match self {
            Self::TagMirrorSet => PullKind::TagOnly,
            _ => PullKind::DigestOnly,
        }
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
