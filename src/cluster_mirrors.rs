//! The mirrors of each cluster as the nodes see them, as far as their values are known: what is converted, compared and
//! resolved.
//!
//! | question | function |
//! |---|---|
//! | which mirrors belong together | [`by_cluster()`], [`select_cluster()`] |
//! | what the nodes make of several entries for one source | [`ClusterMirrors::merged`] |
//! | what configuration the nodes get | [`ClusterMirrors::registry_settings`], [`NodeConfig`] |
//! | what the tool that fills the mirrors leaves out | [`unserved_images()`], [`unfilled_mirrors()`] |
//! | what keeps entries from being used as they are meant | [`manifest_issues()`], [`overwritten_manifests()`], [`order_conflicts()`], [`policy_conflicts()`], [`duplicate_sources()`], [`exceeded_limit()`], [`rejected_conf()`], [`unused_tables()`], [`image_policies_on_mirrors()`] |
//!
//! The last ones are findings of rules, too: a rule and a conversion call the same function.

mod by_cluster;
mod canonical_source;
mod cluster;
mod disambiguate;
mod duplicate_sources;
mod entry;
mod image_policies;
mod image_sets;
mod limits;
mod manifest_issues;
mod mirrors;
mod node_config;
mod node_issues;
mod order_conflicts;
mod overwritten_manifests;
mod policy_conflicts;
mod registries;
mod resolved_values;
mod select_cluster;

pub(crate) use by_cluster::by_cluster;
pub(crate) use canonical_source::{canonical_source, with_host};
pub(crate) use cluster::Cluster;
pub(crate) use duplicate_sources::{DUPLICATE_SOURCE, duplicate_pairs, duplicate_source, duplicate_sources};
pub(crate) use entry::{Entry, MergedEntry, UnresolvedMirror};
pub(crate) use image_policies::{IMAGE_POLICY_ON_MIRROR, image_policies_on_mirrors};
pub(crate) use image_sets::{UNFILLED_MIRROR, UNSERVED_IMAGE, unfilled_mirrors, unserved_images};
pub(crate) use limits::{TOO_MANY_ENTRIES, exceeded_limit};
pub(crate) use manifest_issues::{
    INVALID_MANIFEST, conversion_issues, input_manifest_issues, manifest_issues,
};
pub(crate) use mirrors::ClusterMirrors;
pub(crate) use node_config::{Caveat, NODE_CONFIG_HELP, NodeConfig, NodeConfigError};
pub(crate) use node_issues::{INVALID_REGISTRIES_CONF, UNUSED_TABLE, rejected_conf, unused_tables};
pub(crate) use order_conflicts::{CONFLICTING_ORDER, order_conflicts};
pub(crate) use overwritten_manifests::{OVERWRITTEN_MANIFEST, overwritten_manifests};
pub(crate) use policy_conflicts::{CONFLICTING_POLICY, policy_conflicts};
pub(crate) use registries::ClusterRegistries;
pub(crate) use resolved_values::UNKNOWN_VALUE;
pub(crate) use select_cluster::{NoSuchCluster, select_cluster};
