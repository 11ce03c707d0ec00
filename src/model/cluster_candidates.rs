//! The hosted clusters of the configuration that a mirror's `cluster_id` leads to.

use crate::provider::ClusterKind;

use super::attribute::{AttributeValue, UnknownReason, UnknownReasons};
use super::cluster::{Cluster, ClusterInstance};
use super::input::Input;
use super::mirror::Mirror;

/// What a `cluster_id` leads to, as far as the configuration creates it.
#[derive(Debug)]
pub struct ClusterCandidates<'c> {
    /// The instances that it can be.
    pub instances: Vec<(&'c Cluster, &'c ClusterInstance)>,
    /// Why it may be another one.
    pub unresolved: Option<UnknownReasons>,
}

impl<'c> ClusterCandidates<'c> {
    /// The clusters that the `cluster_id` of a mirror can be.
    #[must_use]
    pub fn for_mirror(input: &'c Input, mirror: &'c Mirror) -> Self {
        let Some(mirror) = mirror.resource() else {
            return Self {
                instances: Vec::new(),
                unresolved: None,
            };
        };
        let is_created = |cluster: &&Cluster| cluster.is_created() && cluster.kind == ClusterKind::Hosted;
        let clusters = || input.clusters.iter().filter(is_created);
        let all = || {
            clusters().flat_map(|cluster| cluster.instances.iter().map(move |instance| (cluster, instance)))
        };
        // A cluster that is still to be created has no id yet: one that is known is not its.
        if let AttributeValue::Known(id) = &mirror.cluster_id.content {
            return Self {
                instances: all()
                    .filter(|(_, instance)| instance.id.as_ref() == Some(id))
                    .collect(),
                unresolved: None,
            };
        }
        let origin = &mirror.cluster_origin;
        let targets = origin.candidates.iter().map(|candidate| &candidate.target);
        let instances: Vec<_> = targets
            .chain(&origin.sole_candidate)
            .flat_map(|target| {
                clusters().flat_map(move |cluster| {
                    cluster
                        .instances_matching(target)
                        .map(move |instance| (cluster, instance))
                })
            })
            .collect();
        let is_uncertain = origin.candidates.iter().any(|candidate| !candidate.is_certain);
        let unresolved = if !origin.unresolved.is_empty() && origin.sole_candidate.is_none() {
            Some(UnknownReasons::from_reasons(origin.unresolved.clone()))
        } else if is_uncertain && !instances.is_empty() {
            let unknown = mirror.cluster_id.as_unknown().cloned();
            Some(unknown.unwrap_or_else(|| UnknownReasons::new(UnknownReason::AmbiguousCluster)))
        } else {
            None
        };
        // What could not be resolved may be any cluster.
        let instances = if unresolved.is_some() && instances.is_empty() {
            all().collect()
        } else {
            instances
        };
        Self {
            instances,
            unresolved,
        }
    }
}
