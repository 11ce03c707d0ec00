//! What the nodes of one cluster do to pull images.

use super::image_resolution::{ImageResolution, PolicyDenial, PullOutcome};
use crate::cluster_mirrors::{Caveat, ClusterMirrors, ClusterRegistries, Entry, NodeConfig};
use crate::provider::ALWAYS_ALLOWED_REGISTRIES;
use registries_conf::{ImageReference, ReferenceError, RegistrySettings, SEARCH_REGISTRIES, matching_scope};

/// Resolves images as the nodes of one cluster do.
#[derive(Debug)]
pub(crate) struct ClusterResolver<'a> {
    /// The name of the cluster.
    pub name: &'a str,
    /// The entries by source.
    entries: Vec<&'a Entry<'a>>,
    nodes: NodeConfig,
    allowed: Vec<String>,
    blocked: Vec<String>,
}

/// Stands for an unknown digest.
const ANY_DIGEST: &str = "sha256:0000000000000000000000000000000000000000000000000000000000000000";

impl<'a> ClusterResolver<'a> {
    /// The nodes of a cluster, with registries that are blocked and insecure in addition to those of the cluster.
    #[must_use]
    pub(crate) fn new(cluster: &'a ClusterMirrors<'a>, blocked: &[String], insecure: &[String]) -> Self {
        Self::from_settings(
            cluster.cluster.name(),
            cluster.entries.iter().collect(),
            cluster.registry_settings(blocked, insecure),
            &cluster.registries,
        )
    }

    /// The nodes of a cluster without mirrors.
    #[must_use]
    pub(crate) fn without_mirrors(blocked: &[String], insecure: &[String]) -> Self {
        let settings = RegistrySettings {
            blocked: blocked.to_vec(),
            insecure: insecure.to_vec(),
            ..RegistrySettings::default()
        };
        Self::from_settings("", Vec::new(), settings, &ClusterRegistries::default())
    }

    fn from_settings(
        name: &'a str,
        entries: Vec<&'a Entry<'a>>,
        settings: RegistrySettings,
        registries: &ClusterRegistries,
    ) -> Self {
        Self {
            name,
            entries,
            nodes: NodeConfig::new(&settings, &registries.unknown),
            allowed: settings.allowed,
            blocked: settings.blocked,
        }
    }

    /// Why real nodes may do something else.
    #[must_use]
    pub(crate) fn caveats(&self) -> &[Caveat] {
        &self.nodes.caveats
    }

    /// Resolves an image.
    #[must_use]
    pub(crate) fn resolve(&'a self, image: &'a str) -> ImageResolution<'a> {
        let reference = parse_as_pulled(image);
        let pull = match (&self.nodes.registries, &reference) {
            (Err(error), _) => Err(error.clone()),
            (Ok(_), Err(_)) => Ok(None),
            (Ok(registries), Ok(reference)) => {
                let resolution = registries.resolve(reference);
                let by_digest = match reference.digest() {
                    Some(_) => None,
                    None => ImageReference::parse_normalized(&format!("{reference}@{ANY_DIGEST}")).ok(),
                };
                Ok(Some(PullOutcome {
                    by_digest: by_digest.map(|reference| registries.resolve(&reference)),
                    entries: self.entries_of(resolution.source.as_deref()),
                    ignored_sources: registries
                        .matching_sources(reference.name())
                        .filter(|other| Some(*other) != resolution.source.as_deref())
                        .filter_map(|other| self.entries_of(Some(other)).first().map(|entry| entry.source))
                        .collect(),
                    denial: self.denial(reference),
                    resolution,
                }))
            }
        };
        ImageResolution {
            image,
            search_candidates: reference
                .as_ref()
                .map(|_| search_candidates(image))
                .unwrap_or_default(),
            reference,
            pull,
        }
    }

    /// The entries of a source, which are neighbors because the entries are sorted.
    fn entries_of(&self, source: Option<&str>) -> Vec<&'a Entry<'a>> {
        let start = self.entries.partition_point(|entry| Some(entry.source) < source);
        let rest = self.entries.iter().skip(start);
        rest.take_while(|entry| Some(entry.source) == source)
            .copied()
            .collect()
    }

    fn denial(&self, reference: &ImageReference) -> Option<PolicyDenial> {
        if let Some(registry) = matching_scope(self.blocked.iter().map(String::as_str), reference.name()) {
            return Some(PolicyDenial::Blocked(registry.to_owned()));
        }
        // A self-managed cluster does not allow what ROSA always allows.
        let is_rosa = self.entries.iter().any(|entry| !entry.is_from_manifest());
        let always_allowed = ALWAYS_ALLOWED_REGISTRIES.iter().copied().filter(|_| is_rosa);
        let allowed = self.allowed.iter().map(String::as_str).chain(always_allowed);
        let is_denied = !self.allowed.is_empty() && matching_scope(allowed, reference.name()).is_none();
        is_denied.then_some(PolicyDenial::NotAllowed)
    }
}

fn parse_as_pulled(image: &str) -> Result<ImageReference, ReferenceError> {
    ImageReference::parse_normalized(image).map(ImageReference::without_tag_beside_digest)
}

/// The references that a node tries for an image without a registry, in order (`unqualified-search-registries`).
fn search_candidates(image: &str) -> Vec<String> {
    let first = image.split('/').next().unwrap_or_default();
    let has_registry = first.len() < image.len() && (first.contains(['.', ':']) || first == "localhost");
    if has_registry {
        return Vec::new();
    }
    SEARCH_REGISTRIES
        .iter()
        .filter_map(|registry| parse_as_pulled(&format!("{registry}/{image}")).ok())
        .map(|reference| reference.to_string())
        .collect()
}
