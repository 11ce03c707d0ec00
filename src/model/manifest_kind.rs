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
    /// `ImageContentSourcePolicy`, the predecessor of these two (openshift/api,
    /// `operator/v1alpha1/types_image_content_source_policy.go`).
    ContentSourcePolicy,
    /// `HostedCluster` (hypershift, `api/hypershift/v1beta1/hostedcluster_types.go`).
    HostedCluster,
    /// The properties of a cluster with hosted control planes of Azure Red Hat OpenShift (Azure/ARO-HCP,
    /// `hcpOpenShiftClusters`).
    AzureHostedCluster,
    /// Only the list of a HostedCluster: a document whose only key is `imageContentSources`.
    ContentSources,
    /// `imageDigestSources` of an `install-config.yaml`, which the installer writes to an ImageDigestMirrorSet
    /// (openshift/installer, `pkg/types/installconfig.go`).
    InstallDigestSources,
    /// `imageContentSources` of an `install-config.yaml`, the predecessor, which becomes an ImageContentSourcePolicy.
    InstallContentSources,
    /// `Image`, which declares no mirrors, but the registries that the cluster allows, blocks and trusts (openshift/api,
    /// `config/v1/types_image.go`).
    Image,
    /// `CRIOCredentialProviderConfig`, which declares no mirrors, but the images for whose mirrors CRI-O gets credentials of the
    /// pod's namespace (openshift/api, `config/v1/types_crio_credential_provider_config.go`).
    CredentialProvider,
    /// `ClusterImagePolicy`, which declares no mirrors, but names images whose signatures are verified (openshift/api,
    /// `config/v1/types_cluster_image_policy.go`).
    ClusterImagePolicy,
    /// `ImagePolicy`, the same for the pods of a namespace (openshift/api, `config/v1/types_image_policy.go`).
    ImagePolicy,
    /// `registries.conf` of a node or one of its drop-ins, whose `[[registry]]` tables are the entries (containers/image,
    /// `sysregistriesv2`). The container runtime reads it, and no API server.
    RegistriesConf,
}

impl ManifestKind {
    /// Whether the list is that of a HostedCluster, which has all mirrors of its cluster. Documents of the other kinds are
    /// merged in one cluster.
    #[must_use]
    pub fn is_hosted(self) -> bool {
        matches!(
            self,
            Self::HostedCluster | Self::AzureHostedCluster | Self::ContentSources
        )
    }

    /// Whether the mirrors are a set (`listType=set`), so that the API server rejects duplicates. An
    /// ImageContentSourcePolicy has a list.
    #[must_use]
    pub fn has_sets(self) -> bool {
        !matches!(
            self,
            Self::ContentSourcePolicy | Self::InstallContentSources | Self::RegistriesConf
        )
    }

    /// The pulls that the mirrors serve, if the entries do not say it themselves.
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
            Self::AzureHostedCluster => "hcpOpenShiftCluster",
            Self::ContentSources | Self::InstallContentSources => "imageContentSources",
            Self::InstallDigestSources => "imageDigestSources",
            Self::Image => "Image",
            Self::CredentialProvider => "CRIOCredentialProviderConfig",
            Self::ClusterImagePolicy => "ClusterImagePolicy",
            Self::ImagePolicy => "ImagePolicy",
            Self::RegistriesConf => "registries.conf",
        })
    }
}
