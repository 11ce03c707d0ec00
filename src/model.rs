//! The model that readers fill and that rules and converters see: mirrors, clusters, and how they depend on each other.
//!
//! The model does not know which reader filled it. The same configuration, read as HCL and as a plan of it, gives the same
//! model, except for what only one of them records.

pub(crate) mod attribute;
pub(crate) mod block;
pub(crate) mod cluster;
pub(crate) mod cluster_candidates;
pub(crate) mod cluster_origin;
mod clusters;
pub(crate) mod configuration_issue;
pub(crate) mod coverage;
pub(crate) mod editability;
pub(crate) mod ids;
pub(crate) mod image_policy;
mod image_set;
pub(crate) mod input;
pub(crate) mod input_kind;
pub(crate) mod manifest;
pub(crate) mod manifest_kind;
pub(crate) mod mirror;
pub(crate) mod mirror_address;
mod mirror_labels;
pub(crate) mod node;
mod object_name;
pub(crate) mod plan_changes;
pub(crate) mod project;
mod registry_list;
pub(crate) mod related_blocks;
mod requirements;
mod scope_list;
pub(crate) mod trace;
mod unknown_help;

pub use attribute::{Attribute, AttributeValue};
pub(crate) use attribute::{UnknownReason, UnknownReasons};
pub(crate) use block::{
    ArgumentInsertion, ElementInsertion, InsertionPrefix, MirrorBlock, MissingInputs, Unsupported,
    UnsupportedKind,
};
pub(crate) use cluster::{Cluster, ClusterInstance, RegistrySources};
pub(crate) use cluster_candidates::ClusterCandidates;
pub use cluster_origin::OriginTarget;
pub(crate) use cluster_origin::{ClusterKey, ClusterOrigin, OriginCandidate};
pub(crate) use clusters::Clusters;
pub(crate) use configuration_issue::{ConfigurationIssue, ConfigurationIssueKind, Consequence};
pub(crate) use coverage::{Choice, Coverage, FileRole, Hides, ReadFile, SkipReason, Skipped};
pub(crate) use editability::{Editability, Literal};
pub(crate) use ids::{InputId, MirrorId};
pub(crate) use image_policy::{ImagePolicy, ImagePolicySpec, SignedIdentity};
pub(crate) use image_set::{ImageSet, SetImage, SetImageKind};
pub use input::Input;
pub use input_kind::InputKind;
pub(crate) use input_kind::InputKinds;
pub(crate) use manifest::{ManifestIssue, ManifestIssueKind, OverwrittenDocument};
pub(crate) use manifest_kind::ManifestKind;
pub use mirror::Mirror;
pub(crate) use mirror::{Declaration, Dependency, ManifestDeclaration, MirrorList, ResourceDeclaration};
pub(crate) use mirror_address::{DocumentAddress, EntryAddress, MirrorAddress};
pub(crate) use mirror_labels::MirrorLabels;
pub(crate) use node::{NodeFacts, RejectedConf, UnusedTable};
pub(crate) use object_name::{MAX_OBJECT_NAME, is_object_name};
pub(crate) use plan_changes::{
    Action, ClusterChange, EgressRestriction, MirrorChange, MirrorValues, PlanChanges,
};
pub(crate) use project::{HiddenTexts, Project, SharedFiles};
pub(crate) use registry_list::RegistryList;
pub(crate) use related_blocks::{ClusterWaiter, ImageMirrorsDataSource, Import, ProviderVersions};
pub use requirements::Requirements;
pub(crate) use requirements::{Policy, PullSecret};
pub(crate) use scope_list::ScopeList;
pub(crate) use trace::TraceStep;
