//! The hosted clusters of the configuration that a mirror's `cluster_id` leads to.

use crate::model::{
    AttributeValue, Cluster, ClusterInstance, ClusterKind, Input, Mirror, UnknownReason, UnknownReasons,
};

/// What a `cluster_id` leads to, as far as the configuration creates it.
#[derive(Debug)]
pub struct ClusterCandidates<'c> {
    /// The instances that it can be.
    pub instances: Vec<(&'c Cluster, &'c ClusterInstance)>,
    /// Why it may be another one.
    pub unresolved: Option<UnknownReasons>,
}

impl<'c> ClusterCandidates<'c> {
    /// Follows the leads of a mirror.
    #[must_use]
    pub fn for_mirror(configuration: &'c Input, mirror: &'c Mirror) -> Self {
        let created = |cluster: &&Cluster| cluster.is_created() && cluster.kind == ClusterKind::Hosted;
        let clusters = || configuration.clusters.iter().filter(created);
        let all =
            || clusters().flat_map(|cluster| cluster.instances.iter().map(move |found| (cluster, found)));
        // A cluster that is still to be created has no id yet: one that is known is not its.
        if let AttributeValue::Known(id) = &mirror.cluster_id.content {
            return Self {
                instances: all()
                    .filter(|(_, instance)| instance.id.as_ref() == Some(id))
                    .collect(),
                unresolved: None,
            };
        }
        let targets = mirror.cluster_origin.candidates.iter().map(|lead| &lead.target);
        let instances: Vec<_> = targets
            .chain(&mirror.cluster_origin.sole_candidate)
            .flat_map(|target| {
                clusters().flat_map(move |cluster| {
                    cluster
                        .instances_matching(target)
                        .map(move |found| (cluster, found))
                })
            })
            .collect();
        let open = if !mirror.cluster_origin.unresolved.is_empty()
            && mirror.cluster_origin.sole_candidate.is_none()
        {
            Some(UnknownReasons::from_reasons(
                mirror.cluster_origin.unresolved.clone(),
            ))
        } else if mirror
            .cluster_origin
            .candidates
            .iter()
            .any(|lead| !lead.is_certain)
            && !instances.is_empty()
        {
            let unknown = mirror.cluster_id.as_unknown().cloned();
            Some(unknown.unwrap_or_else(|| UnknownReasons::new(UnknownReason::AmbiguousCluster)))
        } else {
            None
        };
        // What could not be followed may be any cluster.
        let instances = if open.is_some() && instances.is_empty() {
            all().collect()
        } else {
            instances
        };
        Self {
            instances,
            unresolved: open,
        }
    }
}
