//! One input: a root module, a plan or state, or the manifests of one cluster.

use std::cmp::Ordering;
use std::sync::{Arc, LazyLock};

use terraform_eval::address::{Address, ResourcePath};
use terraform_eval::dialect::Engine;

use super::block::MissingInputs;
use super::cluster::RegistrySources;
use super::clusters::Clusters;
use super::configuration_issue::ConfigurationIssue;
use super::ids::InputId;
use super::input_kind::{InputKind, InputKinds};
use super::manifest::ManifestFacts;
use super::mirror::{Mirror, MirrorList};
use super::mirror_address::{DocumentAddress, MirrorAddress};
use super::node::NodeFacts;
use super::plan_changes::PlanChanges;
use super::related_blocks::{ClusterWaiter, ImageMirrorsDataSource, Import, ProviderVersions};
use super::requirements::Requirements;

/// A root module with its child modules, the plan or state of one, or the manifests of one cluster.
#[derive(Debug, Clone)]
pub struct Input {
    /// The number in the project; 0 until `Project::add` assigns it.
    pub id: InputId,
    /// The kind of the input.
    pub kind: InputKind,
    /// Whether this is a plan that was joined with its configuration.
    pub has_configuration: bool,
    /// The directory or file, for messages.
    pub name: String,
    /// The program that reads the configuration or made the plan, for messages.
    pub engine: Engine,
    /// The mirrors, one for each planned instance or entry, sorted by address.
    pub mirrors: MirrorList,
    /// The number of mirror blocks, and of calls of modules with mirrors or clusters, that have no instance: `count = 0`, or
    /// an empty `for_each`. Zero for other kinds than configuration.
    pub without_instances: usize,
    /// The clusters that the input creates or reads.
    pub clusters: Clusters,
    /// The resources that wait for clusters. Sorted by path.
    pub waiters: Vec<ClusterWaiter>,
    /// The blocks that read mirrors. A plan has none.
    pub data_sources: Vec<ImageMirrorsDataSource>,
    /// The imports of mirrors. A plan has none.
    pub imports: Vec<Import>,
    /// The allowed versions of the provider. Empty in a plan, which does not record them.
    pub provider: ProviderVersions,
    /// What Terraform rejects in the configuration. Empty for other kinds.
    pub issues: Vec<ConfigurationIssue>,
    /// The module calls that do not set required variables. A plan has none.
    pub missing_inputs: Vec<MissingInputs>,
    /// The changes that a plan makes to mirrors. `None` for other kinds.
    pub changes: Option<Box<PlanChanges>>,
    /// Facts that only manifests have. `None` for other kinds.
    pub manifest_facts: Option<Box<ManifestFacts>>,
    /// What a node has loaded. `None` for other kinds than files of nodes.
    pub node: Option<Box<NodeFacts>>,
    /// What the user says beyond the input.
    pub requirements: Arc<Requirements>,
}

impl Input {
    /// The waiter of a block, by its path without instance keys.
    #[must_use]
    pub(crate) fn waiter_at(&self, path: &ResourcePath) -> Option<&ClusterWaiter> {
        let position = self
            .waiters
            .binary_search_by(|waiter| waiter.path.cmp(path))
            .ok()?;
        self.waiters.get(position)
    }

    /// The changes that a plan makes to mirrors. Empty for other kinds.
    #[must_use]
    pub fn changes(&self) -> &PlanChanges {
        static NONE: LazyLock<PlanChanges> = LazyLock::new(PlanChanges::default);
        self.changes.as_deref().unwrap_or(&NONE)
    }

    /// Facts that only manifests have. Empty for other kinds.
    #[must_use]
    pub fn manifest_facts(&self) -> &ManifestFacts {
        static NONE: LazyLock<ManifestFacts> = LazyLock::new(ManifestFacts::default);
        self.manifest_facts.as_deref().unwrap_or(&NONE)
    }

    /// Creates an empty input.
    #[must_use]
    pub fn new(kind: InputKind, name: impl Into<String>) -> Self {
        Self {
            id: InputId::default(),
            kind,
            has_configuration: false,
            name: name.into(),
            engine: Engine::Terraform,
            mirrors: Vec::new(),
            without_instances: 0,
            clusters: Clusters::default(),
            waiters: Vec::new(),
            data_sources: Vec::new(),
            imports: Vec::new(),
            provider: ProviderVersions::default(),
            issues: Vec::new(),
            missing_inputs: Vec::new(),
            changes: None,
            manifest_facts: None,
            node: None,
            requirements: Arc::default(),
        }
    }

    /// Whether rules for these kinds of input apply. A plan that was joined with its configuration also counts as
    /// configuration.
    #[must_use]
    pub fn is_any_of(&self, kinds: InputKinds) -> bool {
        kinds.contains(self.kind) || (self.has_configuration && kinds.contains(InputKind::Configuration))
    }

    /// The number of inputs that summaries count: one for a root module, plan or state, or the number of manifests.
    #[must_use]
    pub fn count(&self) -> usize {
        if self.kind == InputKind::Manifest {
            self.manifest_facts().documents
        } else {
            1
        }
    }

    /// The mirror of this resource instance.
    #[must_use]
    pub fn mirror(&self, address: &Address) -> Option<&Mirror> {
        let position = self.mirrors.binary_search_by(|mirror| match &mirror.address {
            MirrorAddress::Resource(resource) => resource.cmp(address),
            MirrorAddress::Entry(_) => Ordering::Greater,
        });
        self.mirrors.get(position.ok()?).map(Box::as_ref)
    }

    /// The lists of registries of manifests or of a node.
    pub(crate) fn registry_sources(&self) -> impl Iterator<Item = &RegistrySources> {
        let of_node = self.node.iter().map(|node| &node.registry_sources);
        self.manifest_facts().registry_sources.iter().chain(of_node)
    }

    /// The mirrors, sorted by address.
    pub fn mirrors(&self) -> impl ExactSizeIterator<Item = &Mirror> {
        self.mirrors.iter().map(Box::as_ref)
    }

    /// The mirrors without the entries that a later document replaces.
    pub fn effective_mirrors(&self) -> impl Iterator<Item = &Mirror> {
        self.mirrors().filter(|mirror| !mirror.is_overwritten())
    }

    /// The entries of a document.
    #[must_use]
    pub fn entries_of(&self, document: &DocumentAddress) -> &[Box<Mirror>] {
        let start = self.mirrors.partition_point(|mirror| match &mirror.address {
            MirrorAddress::Entry(entry) => entry.document < *document,
            MirrorAddress::Resource(_) => true,
        });
        let rest = self.mirrors.get(start..).unwrap_or_default();
        let length = rest.partition_point(
            |mirror| matches!(&mirror.address, MirrorAddress::Entry(entry) if entry.document == *document),
        );
        rest.get(..length).unwrap_or_default()
    }

    /// The mirror with this address.
    #[must_use]
    pub fn mirror_at(&self, address: &MirrorAddress) -> Option<&Mirror> {
        match address {
            MirrorAddress::Resource(address) => self.mirror(address),
            MirrorAddress::Entry(_) => {
                let position = self
                    .mirrors
                    .binary_search_by(|mirror| mirror.address.cmp(address));
                self.mirrors.get(position.ok()?).map(Box::as_ref)
            }
        }
    }
}
