//! The hosted clusters of the configuration that a mirror's `cluster_id` leads to.

use super::{Cause, Cluster, ClusterInstance, ClusterKind, Configuration, Content, ImageMirror, Unknown};

/// What a `cluster_id` leads to, as far as the configuration creates it.
#[derive(Debug)]
pub struct Led<'c> {
    /// The instances that it can be.
    pub instances: Vec<(&'c Cluster, &'c ClusterInstance)>,
    /// Why it may be another one.
    pub open: Option<Unknown>,
}

impl<'c> Led<'c> {
    /// Follows the leads of a mirror.
    #[must_use]
    pub fn of(configuration: &'c Configuration, mirror: &'c ImageMirror) -> Self {
        let created = |cluster: &&Cluster| cluster.is_created() && cluster.kind == ClusterKind::Hosted;
        let clusters = || configuration.clusters.iter().filter(created);
        let all =
            || clusters().flat_map(|cluster| cluster.instances.iter().map(move |found| (cluster, found)));
        // A cluster that is still to be created has no id yet: one that is known is not its.
        if let Content::Known(id) = &mirror.cluster_id.content {
            return Self {
                instances: all()
                    .filter(|(_, instance)| instance.id.as_ref() == Some(id))
                    .collect(),
                open: None,
            };
        }
        let targets = mirror.leads.to.iter().map(|lead| &lead.target);
        let instances: Vec<_> = targets
            .chain(&mirror.leads.only)
            .flat_map(|target| {
                clusters()
                    .flat_map(move |cluster| cluster.meant_by(target).map(move |found| (cluster, found)))
            })
            .collect();
        let open = if !mirror.leads.unfollowed.is_empty() && mirror.leads.only.is_none() {
            Some(Unknown::for_all(mirror.leads.unfollowed.clone()))
        } else if mirror.leads.to.iter().any(|lead| !lead.certain) && !instances.is_empty() {
            let undecided = Cause::NotEvaluated("the cluster depends on unknown values".to_owned());
            let unknown = mirror.cluster_id.as_unknown().cloned();
            Some(unknown.unwrap_or_else(|| Unknown::because(undecided)))
        } else {
            None
        };
        // What could not be followed may be any cluster.
        let instances = if open.is_some() && instances.is_empty() {
            all().collect()
        } else {
            instances
        };
        Self { instances, open }
    }
}
