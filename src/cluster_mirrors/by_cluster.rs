//! The mirrors of a project by cluster.

use std::collections::BTreeMap;

use super::cluster::Cluster;
use super::disambiguate::disambiguate_names;
use super::entry::{Entry, UnresolvedMirror};
use super::mirrors::ClusterMirrors;
use super::registries::RegistriesBuilder;
use super::resolved_values::{resolve_values, unresolved_cluster};
use crate::model::{Attribute, Input, Mirror, Project};

/// Groups the mirrors of a project by cluster. Those whose cluster is unknown are unresolved mirrors of
/// [`Cluster::Unknown`].
#[must_use]
pub(crate) fn by_cluster(project: &Project) -> Vec<ClusterMirrors<'_>> {
    let mut clusters: BTreeMap<Cluster, (ClusterMirrors<'_>, RegistriesBuilder<'_>)> = BTreeMap::new();
    for (input_position, input) in project.inputs.iter().enumerate() {
        for mirror in input.effective_mirrors() {
            if let Some(reason) = unresolved_cluster(input, mirror) {
                let cluster = Cluster::Unknown(input_position);
                let new = || (ClusterMirrors::new(cluster.clone()), RegistriesBuilder::default());
                let (mirrors, _) = clusters.entry(cluster.clone()).or_insert_with(new);
                let mut reasons = vec![reason];
                reasons.extend(resolve_values(input, mirror).err().into_iter().flatten());
                mirrors.unresolved.push(UnresolvedMirror {
                    mirror,
                    input,
                    reasons,
                });
                continue;
            }
            let cluster = cluster_of(mirror, input_position);
            let (mirrors, registries) = clusters
                .entry(cluster.clone())
                .or_insert_with(|| (ClusterMirrors::new(cluster), RegistriesBuilder::default()));
            registries.add_mirror(input_position, input, mirror);
            mirrors.node = input.node.as_deref();
            if mirrors.image_policies.is_empty() {
                mirrors
                    .image_policies
                    .extend(&input.manifest_facts().image_policies);
            }
            add(mirrors, input, mirror);
        }
        // Manifests and nodes can have lists of registries or policies, and no mirrors.
        let policies = &input.manifest_facts().image_policies;
        let has_settings = input.registry_sources().next().is_some() || !policies.is_empty();
        if input.effective_mirrors().next().is_none() && has_settings {
            let cluster = Cluster::Named(input.name.clone(), input_position);
            let mut registries = RegistriesBuilder::default();
            registries.add_lists(input_position, input);
            let mut mirrors = ClusterMirrors::new(cluster.clone());
            mirrors.node = input.node.as_deref();
            mirrors.image_policies.extend(policies);
            clusters.insert(cluster, (mirrors, registries));
        }
    }
    let mut clusters: Vec<ClusterMirrors<'_>> = clusters
        .into_values()
        .map(|(mirrors, registries)| finish(mirrors, registries))
        .collect();
    disambiguate_names(&mut clusters, project);
    clusters
}

fn cluster_of(mirror: &Mirror, input: usize) -> Cluster {
    let cluster_id = mirror
        .resource()
        .map(|resource| &resource.cluster_id)
        .filter(|cluster_id| !cluster_id.sensitive);
    match cluster_id.and_then(Attribute::value) {
        Some(id) => Cluster::Known(id.clone()),
        _ => Cluster::Named(mirror.cluster_name(), input),
    }
}

fn add<'a>(cluster: &mut ClusterMirrors<'a>, input: &'a Input, mirror: &'a Mirror) {
    match resolve_values(input, mirror) {
        Ok((source, mirrors)) => cluster.entries.push(Entry {
            source,
            mirrors,
            mirror,
            input,
        }),
        Err(reasons) => cluster.unresolved.push(UnresolvedMirror {
            mirror,
            input,
            reasons,
        }),
    }
}

fn finish<'a>(mut cluster: ClusterMirrors<'a>, registries: RegistriesBuilder<'a>) -> ClusterMirrors<'a> {
    cluster.registries = registries.build();
    cluster
        .entries
        .sort_by(|a, b| (a.source, &a.mirror.address).cmp(&(b.source, &b.mirror.address)));
    cluster
}
