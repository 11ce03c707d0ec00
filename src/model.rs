//! What the readers fill and the rules and converters see: mirrors, clusters, and how they hang together.
//!
//! The model does not know which reader filled it. The same configuration, read as HCL and as a plan
//! of it, gives the same model, save for what only one side records.

pub mod attribute;
pub mod beside;
pub mod block;
pub mod cluster;
pub mod cluster_origin;
pub mod editability;
pub mod input_kinds;
pub mod manifest;
pub mod mirror;
pub mod mirror_address;
mod mirror_labels;
pub mod plan_changes;
pub mod version;

use std::cmp::Ordering;

use crate::diagnostic::Diagnostic;
use terraform_eval::address::Address;
use terraform_eval::source::Span;

pub use attribute::{Attribute, AttributeValue, UnknownReason, UnknownReasons};
pub use beside::{ClusterWaiter, ImageMirrorsDataSource, Import, ProviderVersions};
pub use block::{
    ArgumentInsertion, ElementInsertion, MirrorBlock, MissingInputs, Unsupported, UnsupportedKind,
};
pub use cluster::{Cluster, ClusterInstance, ClusterKind, RegistrySources};
pub use cluster_origin::ClusterCandidates;
pub use editability::{Editability, Literal};
pub use input_kinds::InputKinds;
pub use manifest::{ManifestFacts, ManifestIssue, ManifestIssueKind, ManifestKind};
pub use mirror::{ClusterOrigin, Dependency, Mirror, OriginCandidate, OriginTarget, TraceStep};
pub use mirror_address::{DocumentAddress, EntryAddress, MirrorAddress};
pub use mirror_labels::MirrorLabels;
pub use plan_changes::{Action, ClusterChange, EgressRestriction, MirrorChange, MirrorValues, PlanChanges};

/// Everything that was read in one run.
#[derive(Debug, Default)]
pub struct Project {
    /// One for each root module, plan and state, in the order in which they were found.
    pub inputs: Vec<Input>,
    /// What was wrong with the files themselves.
    pub diagnostics: Vec<Diagnostic>,
    /// Text that no output may show: the source of sensitive values.
    pub sensitive: Vec<Span>,
    /// How many files were read.
    pub files: usize,
    /// How many files could not be read.
    pub unreadable: usize,
}

/// What a configuration was read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InputKind {
    /// Configuration files.
    Configuration,
    /// A plan, as `terraform show -json PLAN` prints it.
    Plan,
    /// A configuration, as `tofu show -json -config` prints it: no expression is evaluated.
    TofuConfigJson,
    /// A state, as `terraform show -json` prints it. It records no expressions, so the rules about
    /// references have nothing to say about it.
    State,
    /// Manifests that meet in one cluster: ImageDigestMirrorSet and its kin, or a HostedCluster.
    Manifest,
}

/// One root module with the modules below it, the plan or state of one, or the manifests of one cluster.
#[derive(Debug, Clone)]
pub struct Input {
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
    pub fn new(input: InputKind, name: impl Into<String>) -> Self {
        Self {
            kind: input,
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
        let at = self.mirrors.binary_search_by(|mirror| match &mirror.address {
            MirrorAddress::Resource(own) => own.cmp(address),
            MirrorAddress::Entry(_) => Ordering::Greater,
        });
        self.mirrors.get(at.ok()?)
    }
}
