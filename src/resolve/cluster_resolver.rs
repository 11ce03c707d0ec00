//! What the nodes of one cluster do to pull images.

use super::image_resolution::{Attempts, ImageError, ImageResolution, PolicyDenial, PullOutcome};
use super::node_options::NodeOptions;
use super::signature_policies::SignaturePolicies;
use crate::cluster_mirrors::{Caveat, ClusterMirrors, ClusterRegistries, Entry, NodeConfig};
use crate::model::NodeFacts;
use crate::provider::ALWAYS_ALLOWED_REGISTRIES;
use registries_conf::{
    AmbiguousNames, CandidateOrigin, CandidatesError, ImageName, ImageReference, NodeVersion, RegistriesConf,
    RegistrySettings, ScopeMap, ShortNameMode,
};

/// Resolves images as the nodes of one cluster do.
#[derive(Debug)]
pub(crate) struct ClusterResolver<'a> {
    /// The name of the cluster.
    pub name: &'a str,
    /// The entries by source.
    entries: Vec<&'a Entry<'a>>,
    nodes: NodeConfig,
    /// `None` if all registries are allowed.
    allowed: Option<ScopeMap<()>>,
    blocked: ScopeMap<()>,
    signature_policies: SignaturePolicies<'a>,
    version: Option<NodeVersion>,
    /// Whether the user gave the aliases of the nodes.
    has_aliases: bool,
}

/// Stands for an unknown digest.
const ANY_DIGEST: &str = "sha256:0000000000000000000000000000000000000000000000000000000000000000";

impl<'a> ClusterResolver<'a> {
    /// The nodes of a cluster.
    #[must_use]
    pub(crate) fn new(cluster: &'a ClusterMirrors<'a>, options: &NodeOptions) -> Self {
        let (name, entries) = (cluster.cluster.name(), cluster.entries.iter().collect());
        if let Some(node) = cluster.node {
            return Self::from_node(name, entries, node, options);
        }
        let settings = cluster.registry_settings(&options.blocked, &options.insecure);
        Self {
            signature_policies: SignaturePolicies::new(&cluster.image_policies),
            ..Self::from_settings(name, entries, settings, &cluster.registries, options)
        }
    }

    /// The nodes of a cluster without mirrors.
    #[must_use]
    pub(crate) fn without_mirrors(options: &NodeOptions) -> Self {
        let settings = RegistrySettings {
            blocked: options.blocked.clone(),
            insecure: options.insecure.clone(),
            ..RegistrySettings::default()
        };
        let registries = ClusterRegistries::default();
        Self::from_settings("", Vec::new(), settings, &registries, options)
    }

    /// A node with its own files. Nothing is known of its policy.
    fn from_node(
        name: &'a str,
        entries: Vec<&'a Entry<'a>>,
        node: &NodeFacts,
        options: &NodeOptions,
    ) -> Self {
        let mut nodes = NodeConfig::of_node(node);
        if !(options.blocked.is_empty() && options.insecure.is_empty()) {
            nodes.caveats.push(Caveat::of_registry_options());
        }
        if let (Ok(conf), Some(aliases)) = (&mut nodes.conf, &options.aliases) {
            conf.aliases.update(aliases.clone());
        }
        Self {
            name,
            entries,
            nodes,
            allowed: None,
            blocked: ScopeMap::default(),
            signature_policies: SignaturePolicies::default(),
            version: options.version,
            // The files of the node have its aliases.
            has_aliases: true,
        }
    }

    fn from_settings(
        name: &'a str,
        entries: Vec<&'a Entry<'a>>,
        settings: RegistrySettings,
        registries: &ClusterRegistries,
        options: &NodeOptions,
    ) -> Self {
        let mut nodes = NodeConfig::new(&settings, &registries.unknown);
        if let (Ok(conf), Some(aliases)) = (&mut nodes.conf, &options.aliases) {
            conf.aliases.clone_from(aliases);
        }
        // A self-managed cluster does not allow what ROSA always allows.
        let is_rosa = entries.iter().any(|entry| !entry.is_from_manifest());
        let always_allowed = ALWAYS_ALLOWED_REGISTRIES.iter().filter(|_| is_rosa);
        let always_allowed = always_allowed.map(|registry| (*registry).to_owned());
        let with_unit = |registry: String| (registry, ());
        Self {
            name,
            entries,
            nodes,
            allowed: (!settings.allowed.is_empty()).then(|| {
                let allowed = settings.allowed.into_iter().chain(always_allowed);
                allowed.map(with_unit).collect()
            }),
            blocked: settings.blocked.into_iter().map(with_unit).collect(),
            signature_policies: SignaturePolicies::default(),
            version: options.version,
            has_aliases: options.aliases.is_some(),
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
        ImageResolution {
            image,
            attempts: self.attempts(image),
        }
    }

    fn attempts(&'a self, image: &str) -> Result<Attempts<'a>, ImageError> {
        let name = ImageName::parse(image).map_err(|error| ImageError::Name(CandidatesError::Name(error)))?;
        let conf = self
            .nodes
            .conf
            .as_ref()
            .map_err(|error| ImageError::Nodes(error.clone()))?;
        let ambiguous_names = NodeVersion::ambiguous_names(self.version);
        let mode = match ambiguous_names {
            AmbiguousNames::Rejected => ShortNameMode::Enforcing,
            AmbiguousNames::Tried | AmbiguousNames::RejectedInEarly421 => ShortNameMode::Disabled,
        };
        let candidates = conf.candidates(&name, mode).map_err(ImageError::Name)?;
        let is_searched = matches!(candidates.origin, CandidateOrigin::SearchRegistries(_));
        Ok(Attempts {
            may_be_alias: is_searched && !self.has_aliases && NodeVersion::may_have_aliases(self.version),
            origin: candidates.origin,
            candidates: candidates
                .references
                .into_iter()
                .map(|reference| self.outcome(conf, reference))
                .collect(),
            ambiguous_names,
        })
    }

    fn outcome(&'a self, conf: &'a RegistriesConf, reference: ImageReference) -> PullOutcome<'a> {
        let registries = &conf.registries;
        let resolution = registries.resolve(&reference);
        let by_digest = match reference.digest() {
            Some(_) => None,
            None => ImageReference::parse_normalized(&format!("{}@{ANY_DIGEST}", reference.name())).ok(),
        };
        PullOutcome {
            by_digest: by_digest.map(|reference| registries.resolve(&reference)),
            entries: self.entries_of(resolution.source.as_deref()),
            ignored_sources: registries
                .matching_sources(reference.name())
                .filter(|other| Some(*other) != resolution.source.as_deref())
                .filter_map(|other| self.entries_of(Some(other)).first().map(|entry| entry.source))
                .collect(),
            signatures: self.signature_policies.checks(&reference),
            denial: self.denial(&reference),
            resolution,
            reference,
        }
    }

    /// The entries of a source, which are neighbors because the entries are sorted.
    fn entries_of(&self, source: Option<&str>) -> Vec<&'a Entry<'a>> {
        let start = self.entries.partition_point(|entry| Some(entry.source) < source);
        let rest = self.entries.iter().skip(start);
        let mut entries: Vec<&Entry<'_>> = rest
            .take_while(|entry| Some(entry.source) == source)
            .copied()
            .collect();
        entries.dedup_by(|second, first| second.mirror.is_same_table(first.mirror));
        entries
    }

    fn denial(&self, reference: &ImageReference) -> Option<PolicyDenial> {
        if let Some((registry, ())) = self.blocked.longest_containing(reference.name()) {
            return Some(PolicyDenial::Blocked(registry.to_owned()));
        }
        let allowed = self.allowed.as_ref()?;
        let is_denied = allowed.containing(reference.name()).next().is_none();
        is_denied.then_some(PolicyDenial::NotAllowed)
    }
}
