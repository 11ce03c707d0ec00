//! The differences between two inputs: what is added, removed, changed, reordered.
//!
//! What does not reach the nodes is not compared: the names, order and documents of entries, a mirror that occurs twice in a
//! list, the source as its own last mirror, an entry without mirrors.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::cluster_mirrors::{self, ClusterMirrors, Entry, MergedEntry, NoSuchCluster, UnresolvedMirror};
use registries_conf::{PullKind, SourcePolicy, merge_mirrors};

/// The differences between two inputs.
#[derive(Debug, Default)]
pub(crate) struct Comparison<'a> {
    /// The differences by cluster, of the clusters of both inputs.
    pub clusters: Vec<ClusterComparison<'a>>,
}

/// The differences between the mirrors of one cluster.
#[derive(Debug)]
pub(crate) struct ClusterComparison<'a> {
    /// The name of the cluster in the first input. `None` if that input has no mirrors of it.
    pub before: Option<&'a str>,
    /// The name of the cluster in the second input. `None` if that input has no mirrors of it.
    pub after: Option<&'a str>,
    /// The differences, by source.
    pub differences: Vec<Difference<'a>>,
    /// The mirrors of the first and of the second input that cannot be compared, because some of their values are unknown
    /// or sensitive.
    pub unresolved: [Vec<&'a UnresolvedMirror<'a>>; 2],
    /// The number of sources with the same mirrors in both inputs.
    pub same: usize,
}

/// A source with different mirrors.
#[derive(Debug)]
pub(crate) struct Difference<'a> {
    /// The source.
    pub source: &'a str,
    /// The pulls that its mirrors serve.
    pub pull: PullKind,
    /// Its mirrors in the first input.
    pub before: Option<EffectiveMirrors<'a>>,
    /// Its mirrors in the second input.
    pub after: Option<EffectiveMirrors<'a>>,
}

/// The mirrors of a source as nodes use them.
#[derive(Debug, Clone)]
pub(crate) struct EffectiveMirrors<'a> {
    /// The mirrors, in the order in which they are tried.
    pub mirrors: Vec<&'a str>,
    /// Whether the source is contacted after them.
    pub policy: SourcePolicy,
    /// The entries that declare them.
    pub entries: Vec<&'a Entry<'a>>,
}

/// The kinds of differences.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum DifferenceKind {
    /// Only the second input has the source.
    Added,
    /// Only the first input has the source.
    Removed,
    /// It has other mirrors, or the source itself is contacted in only one of the inputs.
    Changed,
    /// It has the same mirrors in another order.
    Reordered,
}

impl DifferenceKind {
    /// All kinds, in the order in which they are counted.
    pub(crate) const ALL: [Self; 4] = [Self::Added, Self::Removed, Self::Changed, Self::Reordered];

    /// The word for people and for JSON.
    #[must_use]
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
            Self::Reordered => "reordered",
        }
    }
}

/// No cluster of one input corresponds to a cluster of the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct UnmatchedClusters {
    /// The names of the clusters of the first input.
    pub before: Vec<String>,
    /// The names of the clusters of the second input.
    pub after: Vec<String>,
}

impl fmt::Display for UnmatchedClusters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the inputs have no cluster name in common: the first has mirrors of {}, the second of {}; choose one \
             with `--cluster`",
            self.before.join(", "),
            self.after.join(", ")
        )
    }
}

impl std::error::Error for UnmatchedClusters {}

/// Compares the mirrors of two inputs.
///
/// If each input has mirrors of one cluster, these two are compared whatever their names are, because an input seldom knows
/// how the other one names it. Otherwise clusters with the same name are compared, and those that share a resource: a plan
/// does not always record what an id is read from.
pub(crate) fn compare<'a>(
    before: &[&'a ClusterMirrors<'a>],
    after: &[&'a ClusterMirrors<'a>],
) -> Result<Comparison<'a>, UnmatchedClusters> {
    let [(before, unknown_before), (after, unknown_after)] = [before, after].map(split_unknown);
    let unknown_sources = known_sources(unknown_before.iter().chain(&unknown_after));
    let pairs = match (before.as_slice(), after.as_slice()) {
        ([before], [after]) => vec![(Some(*before), Some(*after))],
        (before, after) => match_clusters(before, after),
    };
    let is_matched = |(before, after): &Pair<'_>| before.is_some() && after.is_some();
    if !before.is_empty() && !after.is_empty() && !pairs.iter().any(is_matched) {
        let names = |clusters: &[&ClusterMirrors<'_>]| {
            let names: BTreeSet<&str> = clusters.iter().map(|cluster| cluster.cluster.name()).collect();
            names.into_iter().map(str::to_owned).collect()
        };
        return Err(UnmatchedClusters {
            before: names(&before),
            after: names(&after),
        });
    }
    let mut clusters: Vec<ClusterComparison<'_>> = pairs
        .into_iter()
        .map(|(before, after)| compare_cluster(before, after, &unknown_sources))
        .collect();
    let unknown = [unknown_before, unknown_after];
    if unknown.iter().any(|unknown| !unknown.is_empty()) {
        let [before, after] = unknown.each_ref().map(|unknown| unknown.first());
        clusters.push(ClusterComparison {
            before: before.map(|cluster| cluster.cluster.name()),
            after: after.map(|cluster| cluster.cluster.name()),
            differences: Vec::new(),
            unresolved: unknown
                .map(|unknown| unknown.iter().flat_map(|cluster| &cluster.unresolved).collect()),
            same: 0,
        });
    }
    Ok(Comparison { clusters })
}

/// The known clusters, and the mirrors whose cluster is unknown: they may belong to any cluster.
fn split_unknown<'a>(
    clusters: &[&'a ClusterMirrors<'a>],
) -> (Vec<&'a ClusterMirrors<'a>>, Vec<&'a ClusterMirrors<'a>>) {
    let clusters = clusters.iter().copied();
    clusters.partition(|cluster| !cluster.cluster.is_unknown())
}

/// The known sources of unresolved mirrors.
fn known_sources<'a>(clusters: impl Iterator<Item = &'a &'a ClusterMirrors<'a>>) -> BTreeSet<&'a str> {
    let mirrors = clusters
        .flat_map(|cluster| &cluster.unresolved)
        .map(|unresolved| unresolved.mirror);
    let sources = mirrors.filter(|mirror| !mirror.source.sensitive);
    sources
        .filter_map(|mirror| mirror.source.value())
        .map(String::as_str)
        .collect()
}

/// The mirrors of one cluster in the two inputs.
type Pair<'a> = (Option<&'a ClusterMirrors<'a>>, Option<&'a ClusterMirrors<'a>>);

/// Matches clusters by name, then by shared resources where that is unambiguous.
fn match_clusters<'a>(before: &[&'a ClusterMirrors<'a>], after: &[&'a ClusterMirrors<'a>]) -> Vec<Pair<'a>> {
    let name = |cluster: &ClusterMirrors<'a>| cluster.cluster.name().to_owned();
    let mut unmatched_after: BTreeMap<String, &ClusterMirrors<'_>> =
        after.iter().map(|cluster| (name(cluster), *cluster)).collect();
    let mut pairs: Vec<Pair<'a>> = before
        .iter()
        .map(|cluster| (Some(*cluster), unmatched_after.remove(cluster.cluster.name())))
        .collect();
    let unmatched_before: Vec<&ClusterMirrors<'_>> = pairs
        .iter()
        .filter(|(_, after)| after.is_none())
        .filter_map(|(before, _)| *before)
        .collect();
    for (before, after) in &mut pairs {
        let Some(before) = before.filter(|_| after.is_none()) else {
            continue;
        };
        let sharing: Vec<String> = unmatched_after
            .iter()
            .filter(|(_, candidate)| share_a_resource(before, candidate))
            .map(|(name, _)| name.clone())
            .collect();
        if let [only] = sharing.as_slice() {
            let shares_with_it = |cluster: &&&ClusterMirrors<'_>| {
                unmatched_after
                    .get(only)
                    .is_some_and(|candidate| share_a_resource(cluster, candidate))
            };
            if unmatched_before.iter().filter(shares_with_it).count() == 1 {
                *after = unmatched_after.remove(only);
            }
        }
    }
    pairs.extend(unmatched_after.into_values().map(|cluster| (None, Some(cluster))));
    pairs.sort_by_key(|(before, after)| before.or(*after).map(name));
    pairs
}

fn share_a_resource(first: &ClusterMirrors<'_>, second: &ClusterMirrors<'_>) -> bool {
    let addresses: BTreeSet<_> = first
        .declarations()
        .filter_map(|mirror| mirror.address.resource())
        .collect();
    let mut others = second
        .declarations()
        .filter_map(|mirror| mirror.address.resource());
    others.any(|address| addresses.contains(address))
}

/// Selects the clusters of an input that are compared: the one with this name, or all if none is asked for. An input with
/// mirrors of a single cluster need not know how the other input names it.
pub(crate) fn select_cluster<'s, 'a>(
    clusters: &'s [ClusterMirrors<'a>],
    wanted: Option<&str>,
) -> Result<Vec<&'s ClusterMirrors<'a>>, NoSuchCluster> {
    match (clusters, cluster_mirrors::select_cluster(clusters, wanted)) {
        (_, Ok(selected)) => Ok(selected),
        ([] | [_], Err(_)) => Ok(clusters.iter().collect()),
        (_, Err(error)) => Err(error),
    }
}

fn compare_cluster<'a>(
    before: Option<&'a ClusterMirrors<'a>>,
    after: Option<&'a ClusterMirrors<'a>>,
    unknown_sources: &BTreeSet<&str>,
) -> ClusterComparison<'a> {
    let unresolved = [before, after].map(|cluster| {
        let unresolved = cluster.iter().flat_map(|cluster| &cluster.unresolved);
        unresolved.collect::<Vec<_>>()
    });
    let unresolved_sources: BTreeSet<&str> = unresolved
        .iter()
        .flatten()
        .filter(|unresolved| !unresolved.mirror.source.sensitive)
        .filter_map(|unresolved| unresolved.mirror.source.value())
        .map(String::as_str)
        .collect();
    let [mut first, mut second] =
        [before, after].map(|cluster| cluster.map(effective_mirrors).unwrap_or_default());
    let keys: BTreeSet<(&str, PullKind)> = first.keys().chain(second.keys()).copied().collect();
    let mut differences = Vec::new();
    let mut same = 0;
    for (source, pull) in keys {
        // If one side is unknown, there is nothing to compare the other side with.
        if unresolved_sources.contains(source) || unknown_sources.contains(source) {
            continue;
        }
        let difference = Difference {
            source,
            pull,
            before: first.remove(&(source, pull)),
            after: second.remove(&(source, pull)),
        };
        if difference.is_empty() {
            same += 1;
        } else {
            differences.push(difference);
        }
    }
    ClusterComparison {
        before: before.map(|cluster| cluster.cluster.name()),
        after: after.map(|cluster| cluster.cluster.name()),
        differences,
        unresolved,
        same,
    }
}

/// The mirrors of each source as nodes use them; nodes ignore an entry without mirrors.
fn effective_mirrors<'a>(
    cluster: &'a ClusterMirrors<'a>,
) -> BTreeMap<(&'a str, PullKind), EffectiveMirrors<'a>> {
    let effective = |merged: MergedEntry<'a>| {
        let lists: Vec<&[&str]> = merged
            .entries
            .iter()
            .map(|entry| entry.mirrors.as_slice())
            .collect();
        let mirrors = merge_mirrors(merged.source, &lists);
        let is_mirrored = mirrors.iter().any(|mirror| *mirror != merged.source);
        is_mirrored.then_some((
            (merged.source, merged.pull),
            EffectiveMirrors {
                mirrors,
                policy: merged.policy,
                entries: merged.entries,
            },
        ))
    };
    cluster.merged().into_iter().filter_map(effective).collect()
}

impl Difference<'_> {
    fn is_empty(&self) -> bool {
        match (&self.before, &self.after) {
            (Some(before), Some(after)) => before.mirrors == after.mirrors && before.policy == after.policy,
            _ => false,
        }
    }

    #[must_use]
    pub(crate) fn kind(&self) -> DifferenceKind {
        let (before, after) = match (&self.before, &self.after) {
            (Some(before), Some(after)) => (before, after),
            (None, _) => return DifferenceKind::Added,
            (_, None) => return DifferenceKind::Removed,
        };
        let sorted = |effective: &EffectiveMirrors<'_>| {
            let mut mirrors: Vec<String> = effective
                .mirrors
                .iter()
                .map(|mirror| (*mirror).to_owned())
                .collect();
            mirrors.sort_unstable();
            mirrors
        };
        if before.policy == after.policy && sorted(before) == sorted(after) {
            DifferenceKind::Reordered
        } else {
            DifferenceKind::Changed
        }
    }
}

impl Comparison<'_> {
    /// Whether the inputs are known to be equivalent.
    #[must_use]
    pub(crate) fn is_same(&self) -> bool {
        let is_same = |cluster: &ClusterComparison<'_>| {
            cluster.differences.is_empty() && cluster.unresolved.iter().all(Vec::is_empty)
        };
        self.clusters.iter().all(is_same)
    }

    /// The number of differences of a kind.
    #[must_use]
    pub(crate) fn count(&self, kind: DifferenceKind) -> usize {
        let differences = self.clusters.iter().flat_map(|cluster| &cluster.differences);
        differences.filter(|difference| difference.kind() == kind).count()
    }
}
