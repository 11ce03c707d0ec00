//! What the readers fill and the rules and converters see: mirrors, clusters, and how they hang together.
//!
//! The model does not know which reader filled it. The same configuration, read as HCL and as a plan
//! of it, gives the same model, save for what only one side records.

pub mod attribute;
pub mod beside;
pub mod block;
pub mod change;
pub mod cluster;
pub mod input_kinds;
pub mod led;
pub mod literal;
pub mod manifest;
pub mod mirror;
pub mod mirror_address;
pub mod references;
pub mod version;

use std::cmp::Ordering;

use crate::address::Address;
use crate::diagnostic::Diagnostic;
use crate::source::Span;

pub use attribute::{Attribute, Cause, Content, Unknown};
pub use beside::{Import, MirrorsRead, ProviderVersions, Waiter};
pub use block::{ElementRoom, MirrorBlock, MissingInputs, Room, Unsupported, UnsupportedKind};
pub use change::{Action, Changes, ClusterChange, MirrorChange, MirrorValues, Seclusion};
pub use cluster::{Cluster, ClusterInstance, ClusterKind, RegistrySources};
pub use input_kinds::InputKinds;
pub use led::Led;
pub use literal::{Literal, Quoting, Written};
pub use manifest::{ManifestKind, Manifests, Mistake, MistakeKind};
pub use mirror::{Dependency, ImageMirror, Lead, Leads, Step, Target};
pub use mirror_address::{DocumentAddress, EntryAddress, MirrorAddress};
pub use references::{Node, Reach, ReferenceGraph};

/// Everything that was read in one run.
#[derive(Debug, Default)]
pub struct Project {
    /// One for each root module, plan and state, in the order in which they were found.
    pub configurations: Vec<Configuration>,
    /// What was wrong with the files themselves.
    pub problems: Vec<Diagnostic>,
    /// Text that no output may show: the source of sensitive values.
    pub sensitive: Vec<Span>,
    /// How many files were read.
    pub files: usize,
    /// How many files could not be read.
    pub unreadable: usize,
}

/// What a configuration was read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Input {
    /// Configuration files.
    Configuration,
    /// A plan, as `terraform show -json PLAN` prints it.
    Plan,
    /// A configuration, as `tofu show -json -config` prints it: no expression is evaluated.
    Recorded,
    /// A state, as `terraform show -json` prints it. It records no expressions, so the rules about
    /// references have nothing to say about it.
    State,
    /// Manifests that meet in one cluster: ImageDigestMirrorSet and its kin, or a HostedCluster.
    Manifest,
}

/// One root module with the modules below it, the plan or state of one, or the manifests of one cluster.
#[derive(Debug, Clone)]
pub struct Configuration {
    /// What it was read from.
    pub input: Input,
    /// Whether it is a plan that was joined with its configuration.
    pub has_configuration: bool,
    /// Its name for people: the directory, or the file.
    pub name: String,
    /// The mirrors, one for each planned instance or entry, by address.
    pub mirrors: Vec<ImageMirror>,
    /// The clusters that it creates or reads, one for each block that has an instance.
    pub clusters: Vec<Cluster>,
    /// The resources that wait for clusters.
    pub waiters: Vec<Waiter>,
    /// The blocks that read mirrors; a plan has none of them.
    pub reads: Vec<MirrorsRead>,
    /// The imports of mirrors; a plan has none of them.
    pub imports: Vec<Import>,
    /// The versions of the provider; a plan says nothing of them.
    pub provider: ProviderVersions,
    /// What a plan does to mirrors; empty for anything else.
    pub changes: Changes,
    /// What only manifests have; empty for anything else.
    pub manifests: Manifests,
}

impl Configuration {
    /// A configuration of which nothing is known but its name.
    #[must_use]
    pub fn empty(input: Input, name: impl Into<String>) -> Self {
        Self {
            input,
            has_configuration: false,
            name: name.into(),
            mirrors: Vec::new(),
            clusters: Vec::new(),
            waiters: Vec::new(),
            reads: Vec::new(),
            imports: Vec::new(),
            provider: ProviderVersions::default(),
            changes: Changes::default(),
            manifests: Manifests::default(),
        }
    }

    /// Whether it shows what can be found on these kinds of input. A plan that was joined with its
    /// configuration shows what the configuration does.
    #[must_use]
    pub fn is_any_of(&self, kinds: InputKinds) -> bool {
        kinds.contains(self.input) || (self.has_configuration && kinds.contains(Input::Configuration))
    }

    /// How many things people would count that it was read from: a root module, a plan, each manifest.
    #[must_use]
    pub fn inputs(&self) -> usize {
        if self.input == Input::Manifest {
            self.manifests.documents
        } else {
            1
        }
    }

    /// The mirror of this resource instance.
    #[must_use]
    pub fn mirror(&self, address: &Address) -> Option<&ImageMirror> {
        let at = self.mirrors.binary_search_by(|mirror| match &mirror.address {
            MirrorAddress::Resource(own) => own.cmp(address),
            MirrorAddress::Entry(_) => Ordering::Greater,
        });
        self.mirrors.get(at.ok()?)
    }
}
