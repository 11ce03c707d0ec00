//! One cluster's part of a conversion.

use super::object_name::ObjectName;
use crate::cluster_mirrors::{Cluster, ClusterMirrors, MergedEntry};

/// One cluster's part of a conversion.
#[derive(Debug)]
pub struct ClusterPart<'a> {
    /// The name of the object that is made of it; no two clusters have the same.
    pub(super) name: ObjectName,
    pub(super) cluster_mirrors: &'a ClusterMirrors<'a>,
    /// The entries that the target can express, by source.
    pub(super) entries: Vec<MergedEntry<'a>>,
}

impl ClusterPart<'_> {
    pub(super) fn cluster(&self) -> &Cluster {
        &self.cluster_mirrors.cluster
    }

    /// Whether one of its entries is a resource of Terraform.
    pub(super) fn is_from_terraform(&self) -> bool {
        let entries = self.entries.iter().flat_map(|merged| &merged.entries);
        entries.into_iter().any(|entry| !entry.is_from_manifest())
    }
}

/// The names of the clusters of several parts, for a message.
pub(super) fn cluster_names(parts: &[ClusterPart<'_>]) -> String {
    let names: Vec<&str> = parts.iter().map(|part| part.cluster().name()).collect();
    names.join(", ")
}
