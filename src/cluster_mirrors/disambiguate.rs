//! Clusters of one name told apart: `rhcs_cluster_rosa_hcp.main` of two root modules is two clusters.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::Project;

use crate::cluster_mirrors::{Cluster, MirrorSet};

/// Puts the name of its input before that of each cluster that shares its name with another one:
/// `prod:rhcs_cluster_rosa_hcp.main`. The directories that all of those inputs lie in say nothing and are
/// left out, so that a copy of them elsewhere gives the same names.
pub(super) fn tell_apart(sets: &mut [MirrorSet<'_>], project: &Project) {
    let mut alike: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (place, set) in sets.iter().enumerate() {
        alike
            .entry(set.cluster.name().to_owned())
            .or_default()
            .push(place);
    }
    for places in alike.into_values().filter(|places| places.len() > 1) {
        let inputs: Vec<&str> = places
            .iter()
            .map(|place| match sets.get(*place).map(|set| &set.cluster) {
                Some(Cluster::Named(_, position)) => project.inputs.get(*position),
                _ => None,
            })
            .map(|configuration| configuration.map_or("", |configuration| configuration.name.as_str()))
            .collect();
        let shared = shared_directories(&inputs);
        let mut taken: BTreeSet<String> = BTreeSet::new();
        for (place, input) in places.into_iter().zip(inputs) {
            if let Some(MirrorSet {
                cluster: Cluster::Named(name, _),
                ..
            }) = sets.get_mut(place)
            {
                let own = input.get(shared..).unwrap_or(input);
                let wanted = format!("{own}:{name}");
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

/// How many bytes of directories all of the paths begin with.
fn shared_directories(paths: &[&str]) -> usize {
    let Some((first, others)) = paths.split_first() else {
        return 0;
    };
    let ends = first.match_indices('/').map(|(at, _)| at + 1);
    ends.take_while(|end| others.iter().all(|other| other.get(..*end) == first.get(..*end)))
        .last()
        .unwrap_or(0)
}
