//! One input: a root module, a plan or state, or the manifests of one cluster.

use std::cmp::Ordering;

use terraform_eval::address::Address;

use super::beside::{ClusterWaiter, ImageMirrorsDataSource, Import, ProviderVersions};
use super::cluster::Cluster;
use super::ids::InputId;
use super::input_kind::{InputKind, InputKinds};
use super::manifest::ManifestFacts;
use super::mirror::Mirror;
use super::mirror_address::MirrorAddress;
use super::plan_changes::PlanChanges;

/// One root module with the modules below it, the plan or state of one, or the manifests of one cluster.
#[derive(Debug, Clone)]
pub struct Input {
    /// Its number in the project; 0 until [`Project::add`](super::Project::add) assigns it.
    pub id: InputId,
    /// What it was read from.
    pub kind: InputKind,
    /// Whether it is a plan that was joined with its configuration.
    pub has_configuration: bool,
    /// Its name for people: the directory, or the file.
    pub name: String,
    /// The mirrors, one for each planned instance or entry, by address.
    pub mirrors: Vec<Mirror>,
    /// The clusters that it creates or reads, one for each block that has an instance.
    pub clusters: Vec<Cluster>,
    /// The resources that wait for clusters.
    pub waiters: Vec<ClusterWaiter>,
    /// The blocks that read mirrors; a plan has none of them.
    pub data_sources: Vec<ImageMirrorsDataSource>,
    /// The imports of mirrors; a plan has none of them.
    pub imports: Vec<Import>,
    /// The versions of the provider; a plan says nothing of them.
    pub provider: ProviderVersions,
    /// What a plan does to mirrors; empty for anything else.
    pub changes: PlanChanges,
    /// What only manifests have; empty for anything else.
    pub manifest_facts: ManifestFacts,
}

impl Input {
    /// A configuration of which nothing is known but its name.
    #[must_use]
    pub fn new(kind: InputKind, name: impl Into<String>) -> Self {
        Self {
            id: InputId::default(),
            kind,
            has_configuration: false,
            name: name.into(),
            mirrors: Vec::new(),
            clusters: Vec::new(),
            waiters: Vec::new(),
            data_sources: Vec::new(),
            imports: Vec::new(),
            provider: ProviderVersions::default(),
            changes: PlanChanges::default(),
            manifest_facts: ManifestFacts::default(),
        }
    }

    /// Whether it shows what can be found on these kinds of input. A plan that was joined with its
    /// configuration shows what the configuration does.
    #[must_use]
    pub fn is_any_of(&self, kinds: InputKinds) -> bool {
        kinds.contains(self.kind) || (self.has_configuration && kinds.contains(InputKind::Configuration))
    }

    /// How many things people would count that it was read from: a root module, a plan, each manifest.
    #[must_use]
    pub fn count(&self) -> usize {
        if self.kind == InputKind::Manifest {
            self.manifest_facts.documents
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
        self.mirrors.get(position.ok()?)
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
                self.mirrors.get(position.ok()?)
            }
        }
    }
}
