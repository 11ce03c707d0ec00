//! The hosted clusters of an input that may be the origin of a mirror's `cluster_id`.

use crate::provider::ClusterKind;

use super::attribute::{AttributeValue, UnknownReason, UnknownReasons};
use super::clusters::InstanceOf;
use super::input::Input;
use super::mirror::Mirror;

/// The clusters that a `cluster_id` may come from, as far as the input creates them.
#[derive(Debug)]
pub(crate) struct ClusterCandidates<'c> {
    /// The instances that the cluster may be.
    pub instances: Vec<InstanceOf<'c>>,
    /// Why the cluster may be another one.
    pub unresolved: Option<UnknownReasons>,
}

impl<'c> ClusterCandidates<'c> {
    /// Finds the clusters that the `cluster_id` of a mirror may come from.
    #[must_use]
    pub(crate) fn for_mirror(input: &'c Input, mirror: &'c Mirror) -> Self {
        let Some(mirror) = mirror.resource() else {
            return Self {
                instances: Vec::new(),
                unresolved: None,
            };
        };
        let is_created =
            |(cluster, _): &InstanceOf<'_>| cluster.is_created() && cluster.kind == ClusterKind::Hosted;
        let all = || input.clusters.instances().filter(is_created);
        // A cluster that does not exist yet has no known id, so a known id is not its id.
        if let AttributeValue::Known(id) = &mirror.cluster_id.content {
            return Self {
                instances: input.clusters.with_id(id).filter(is_created).collect(),
                unresolved: None,
            };
        }
        let origin = &mirror.cluster_origin;
        let targets = origin.candidates.iter().map(|candidate| &candidate.target);
        let instances: Vec<_> = targets
            .chain(&origin.sole_candidate)
            .flat_map(|target| input.clusters.matching(target))
            .filter(is_created)
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
        // An unresolved origin may be any cluster.
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
