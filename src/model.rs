//! The model that readers fill and that rules and converters see: mirrors, clusters, and how they depend on each other.
//!
//! The model does not know which reader filled it. The same configuration, read as HCL and as a plan of it, gives the same
//! model, except for what only one of them records.

pub mod attribute;
pub mod block;
pub mod cluster;
pub mod cluster_candidates;
pub mod cluster_origin;
pub mod editability;
pub mod ids;
pub mod input;
pub mod input_kind;
pub mod manifest;
pub mod manifest_kind;
pub mod mirror;
pub mod mirror_address;
mod mirror_labels;
pub mod plan_changes;
pub mod project;
pub mod related_blocks;
pub mod trace;

pub use attribute::{Attribute, AttributeValue, UnknownReason, UnknownReasons};
pub use block::{
    ArgumentInsertion, ElementInsertion, MirrorBlock, MissingInputs, Unsupported, UnsupportedKind,
};
pub use cluster::{Cluster, ClusterInstance, RegistrySources};
pub use cluster_candidates::ClusterCandidates;
pub use cluster_origin::{ClusterOrigin, OriginCandidate, OriginTarget, cluster_key};
pub use editability::{Editability, Literal};
pub use ids::{InputId, MirrorId};
pub use input::Input;
pub use input_kind::{InputKind, InputKinds};
pub use manifest::{ManifestFacts, ManifestIssue, ManifestIssueKind};
pub use manifest_kind::ManifestKind;
pub use mirror::{Declaration, Dependency, Mirror, ResourceDeclaration};
pub use mirror_address::{DocumentAddress, EntryAddress, MirrorAddress};
pub use mirror_labels::MirrorLabels;
pub use plan_changes::{Action, ClusterChange, EgressRestriction, MirrorChange, MirrorValues, PlanChanges};
pub use project::Project;
pub use related_blocks::{ClusterWaiter, ImageMirrorsDataSource, Import, ProviderVersions};
pub use trace::TraceStep;
