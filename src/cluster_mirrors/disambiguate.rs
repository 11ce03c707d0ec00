//! Different names for clusters that would have the same: `rhcs_cluster_rosa_hcp.main` of two root modules is two
//! clusters.

use std::collections::{BTreeMap, BTreeSet};

use super::cluster::Cluster;
use super::mirrors::ClusterMirrors;
use crate::model::Project;

/// Puts the name of its input before the name of each cluster that shares it with another one:
/// `prod:rhcs_cluster_rosa_hcp.main`. The directories that all of those inputs have in common are left out, so that a
/// copy of them elsewhere gives the same names.
pub(super) fn disambiguate_names(clusters: &mut [ClusterMirrors<'_>], project: &Project) {
    let mut by_name: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (index, cluster) in clusters.iter().enumerate() {
        by_name
            .entry(cluster.cluster.name().to_owned())
            .or_default()
            .push(index);
    }
    for indices in by_name.into_values().filter(|indices| indices.len() > 1) {
        let inputs: Vec<&str> = indices
            .iter()
            .map(
                |index| match clusters.get(*index).map(|cluster| &cluster.cluster) {
                    Some(Cluster::Named(_, position)) => project.inputs.get(*position),
                    _ => None,
                },
            )
            .map(|input| input.map_or("", |input| input.name.as_str()))
            .collect();
        let common = common_directories(&inputs);
        let mut taken: BTreeSet<String> = BTreeSet::new();
        for (index, input) in indices.into_iter().zip(inputs) {
            if let Some(ClusterMirrors {
                cluster: Cluster::Named(name, _),
                ..
            }) = clusters.get_mut(index)
            {
                let input = input.get(common..).unwrap_or(input);
                let wanted = format!("{input}:{name}");
                // One file can have two clusters of one name.
                let numbered = (2_usize..).map(|number| format!("{wanted}:{number}"));
                let mut candidates = std::iter::once(wanted.clone()).chain(numbered);
                if let Some(free) = candidates.find(|candidate| !taken.contains(candidate)) {
                    taken.insert(free.clone());
                    *name = free;
                }
            }
        }
    }
}

/// The length in bytes of the directories that all paths begin with.
fn common_directories(paths: &[&str]) -> usize {
    let Some((first, others)) = paths.split_first() else {
        return 0;
    };
    let ends = first.match_indices('/').map(|(slash, _)| slash + 1);
    ends.take_while(|end| others.iter().all(|other| other.get(..*end) == first.get(..*end)))
        .last()
        .unwrap_or(0)
}
