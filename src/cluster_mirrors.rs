//! The mirrors of each cluster as the nodes see them, as far as their values are known: what is converted, compared and
//! resolved.
//!
//! | question | function |
//! |---|---|
//! | which mirrors belong together | [`by_cluster`], [`select_cluster`] |
//! | what the nodes make of several entries for one source | [`ClusterMirrors::merged`] |
//! | what configuration the nodes get | [`ClusterMirrors::registry_settings`], [`NodeConfig`] |
//! | what keeps entries from being used as they are meant | [`manifest_issues`], [`order_conflicts`], [`policy_conflicts`], [`duplicate_sources`], [`exceeded_limit`] |
//!
//! The last ones are findings of rules, too: a rule and a conversion call the same function.

mod by_cluster;
mod cluster;
mod disambiguate;
mod duplicate_sources;
mod entry;
mod limits;
mod manifest_issues;
mod mirrors;
mod node_config;
mod order_conflicts;
mod policy_conflicts;
mod registries;
mod resolved_values;
mod select_cluster;

pub use by_cluster::by_cluster;
pub use cluster::Cluster;
pub use duplicate_sources::{DUPLICATE_SOURCE, duplicate_source, duplicate_sources};
pub use entry::{Entry, MergedEntry, UnresolvedMirror};
pub use limits::{TOO_MANY_ENTRIES, exceeded_limit};
pub use manifest_issues::{INVALID_MANIFEST, input_manifest_issues, manifest_issues};
pub use mirrors::ClusterMirrors;
pub use node_config::{Caveat, NODE_CONFIG_HELP, NodeConfig, NodeConfigError};
pub use order_conflicts::{CONFLICTING_ORDER, order_conflicts};
pub use policy_conflicts::{CONFLICTING_POLICY, policy_conflicts};
pub use registries::ClusterRegistries;
pub use resolved_values::UNKNOWN_VALUE;
pub use select_cluster::{NoSuchCluster, select_cluster};
