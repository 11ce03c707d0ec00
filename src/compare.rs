//! Two inputs of any kind, by what nodes make of their mirrors: what is added, removed, changed, reordered.
//!
//! What does not reach the nodes does not count: how entries are named, ordered and spread over documents, a
//! mirror that stands twice in a list, the source as its own last mirror, an entry without mirrors.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::cluster_mirrors::{Entry, MirrorSet, NoSuchCluster, Unresolved, of_cluster};
use registries_conf::{Pull, SourcePolicy, merged_mirrors};

/// What two inputs differ in, cluster by cluster.
#[derive(Debug, Default)]
pub struct Comparison<'a> {
    /// The clusters of both.
    pub clusters: Vec<ClusterComparison<'a>>,
}

/// What the mirrors of one cluster differ in.
#[derive(Debug)]
pub struct ClusterComparison<'a> {
    /// What the first input calls the cluster; nothing where it has no mirrors of it.
    pub before: Option<&'a str>,
    /// What the second input calls it.
    pub after: Option<&'a str>,
    /// The differences, by source.
    pub differences: Vec<Difference<'a>>,
    /// The mirrors that cannot be compared, of the first input and of the second, since not all of their
    /// values are known and may be shown.
    pub undecided: [Vec<&'a Unresolved<'a>>; 2],
    /// How many sources have the same mirrors in both.
    pub same: usize,
}

/// A source that is not mirrored alike.
#[derive(Debug)]
pub struct Difference<'a> {
    /// The source.
    pub source: &'a str,
    /// Which pulls its mirrors serve.
    pub pull: Pull,
    /// What there is in the first input.
    pub before: Option<Mirrors<'a>>,
    /// What there is in the second.
    pub after: Option<Mirrors<'a>>,
}

/// The mirrors of a source, as nodes have them.
#[derive(Debug, Clone)]
pub struct Mirrors<'a> {
    /// In the order in which they are asked.
    pub mirrors: Vec<&'a str>,
    /// Whether the source is asked after them.
    pub policy: SourcePolicy,
    /// The entries that say so.
    pub entries: Vec<&'a Entry<'a>>,
}

/// The sorts of differences.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The second input alone has the source.
    Added,
    /// The first alone has it.
    Removed,
    /// Its mirrors are others, or the source itself is asked in one of the two only.
    Changed,
    /// Its mirrors are the same, in another order.
    Reordered,
}

impl Kind {
    /// All sorts, in the order in which they are counted.
    pub const ALL: [Self; 4] = [Self::Added, Self::Removed, Self::Changed, Self::Reordered];

    /// The word for people and for JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
            Self::Reordered => "reordered",
        }
    }
}

/// It is not clear which clusters of two inputs are to be compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unpaired {
    /// The clusters of the first input.
    pub before: Vec<String>,
    /// The clusters of the second.
    pub after: Vec<String>,
}

impl fmt::Display for Unpaired {
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

impl std::error::Error for Unpaired {}

/// Compares the mirrors of two inputs.
///
/// Where each has mirrors of one cluster, these two are compared, whatever they are called: an input seldom
/// knows what the other one calls it. Else those of one name are, and those that share a resource: a plan does
/// not always tell what an id is read from.
pub fn compare<'a>(
    before: &[&'a MirrorSet<'a>],
    after: &[&'a MirrorSet<'a>],
) -> Result<Comparison<'a>, Unpaired> {
    let pairs = match (before, after) {
        ([before], [after]) => vec![(Some(*before), Some(*after))],
        _ => paired(before, after),
    };
    let is_paired = |(before, after): &Pair<'_>| before.is_some() && after.is_some();
    if !before.is_empty() && !after.is_empty() && !pairs.iter().any(is_paired) {
        let list = |sets: &[&MirrorSet<'_>]| {
            let names: BTreeSet<&str> = sets.iter().map(|set| set.cluster.name()).collect();
            names.into_iter().map(str::to_owned).collect()
        };
        return Err(Unpaired {
            before: list(before),
            after: list(after),
        });
    }
    let clusters = pairs.into_iter().map(|(before, after)| pair(before, after));
    Ok(Comparison {
        clusters: clusters.collect(),
    })
}

/// What the two inputs have of one cluster.
type Pair<'a> = (Option<&'a MirrorSet<'a>>, Option<&'a MirrorSet<'a>>);

/// Which sets are of one cluster, by name.
fn paired<'a>(before: &[&'a MirrorSet<'a>], after: &[&'a MirrorSet<'a>]) -> Vec<Pair<'a>> {
    let name = |set: &MirrorSet<'a>| set.cluster.name().to_owned();
    let mut after: BTreeMap<String, &MirrorSet<'_>> = after.iter().map(|set| (name(set), *set)).collect();
    let mut pairs: Vec<Pair<'a>> = before
        .iter()
        .map(|set| (Some(*set), after.remove(set.cluster.name())))
        .collect();
    let alone: Vec<&MirrorSet<'_>> = pairs
        .iter()
        .filter(|(_, after)| after.is_none())
        .filter_map(|(before, _)| *before)
        .collect();
    for (first, second) in &mut pairs {
        let Some(first) = first.filter(|_| second.is_none()) else {
            continue;
        };
        let alike: Vec<String> = after
            .iter()
            .filter(|(_, other)| share_a_resource(first, other))
            .map(|(name, _)| name.clone())
            .collect();
        if let [found] = alike.as_slice() {
            let is_theirs = |other: &&&MirrorSet<'_>| {
                after
                    .get(found)
                    .is_some_and(|found| share_a_resource(other, found))
            };
            if alone.iter().filter(is_theirs).count() == 1 {
                *second = after.remove(found);
            }
        }
    }
    pairs.extend(after.into_values().map(|set| (None, Some(set))));
    pairs.sort_by_key(|(before, after)| before.or(*after).map(name));
    pairs
}

fn share_a_resource(first: &MirrorSet<'_>, second: &MirrorSet<'_>) -> bool {
    let own: BTreeSet<_> = first
        .mirrors()
        .filter_map(|mirror| mirror.address.resource())
        .collect();
    let mut others = second.mirrors().filter_map(|mirror| mirror.address.resource());
    others.any(|address| own.contains(address))
}

/// The sets of an input that are to be compared: those of one cluster, where the input knows it by this name
/// or has mirrors of several.
pub fn chosen<'s, 'a>(
    sets: &'s [MirrorSet<'a>],
    wanted: Option<&str>,
) -> Result<Vec<&'s MirrorSet<'a>>, NoSuchCluster> {
    match (sets, of_cluster(sets, wanted)) {
        (_, Ok(found)) => Ok(found),
        // What has mirrors of one cluster alone need not know what the other input calls it.
        ([] | [_], Err(_)) => Ok(sets.iter().collect()),
        (_, Err(error)) => Err(error),
    }
}

fn pair<'a>(before: Option<&'a MirrorSet<'a>>, after: Option<&'a MirrorSet<'a>>) -> ClusterComparison<'a> {
    let undecided = [before, after].map(|set| set.iter().flat_map(|set| &set.unresolved).collect::<Vec<_>>());
    let open: BTreeSet<&str> = undecided
        .iter()
        .flatten()
        .filter(|unresolved| !unresolved.mirror.source.sensitive)
        .filter_map(|unresolved| unresolved.mirror.source.value())
        .map(String::as_str)
        .collect();
    let [mut first, mut second] = [before, after].map(|set| set.map(effective).unwrap_or_default());
    let keys: BTreeSet<(&str, Pull)> = first.keys().chain(second.keys()).copied().collect();
    let mut differences = Vec::new();
    let mut same = 0;
    for (source, pull) in keys {
        // Where one side is not known, there is nothing to compare the other one with.
        if open.contains(source) {
            continue;
        }
        let difference = Difference {
            source,
            pull,
            before: first.remove(&(source, pull)),
            after: second.remove(&(source, pull)),
        };
        if difference.is_none() {
            same += 1;
        } else {
            differences.push(difference);
        }
    }
    ClusterComparison {
        before: before.map(|set| set.cluster.name()),
        after: after.map(|set| set.cluster.name()),
        differences,
        undecided,
        same,
    }
}

/// The mirrors of each source, as nodes have them; an entry without mirrors does not reach them.
fn effective<'a>(set: &'a MirrorSet<'a>) -> BTreeMap<(&'a str, Pull), Mirrors<'a>> {
    let merged = set.merged().into_iter().filter_map(|merged| {
        let lists: Vec<&[&str]> = merged.of.iter().map(|entry| entry.mirrors.as_slice()).collect();
        let mirrors = merged_mirrors(merged.source, &lists);
        let is_mirrored = mirrors.iter().any(|mirror| *mirror != merged.source);
        is_mirrored.then_some((
            (merged.source, merged.pull),
            Mirrors {
                mirrors,
                policy: merged.policy,
                entries: merged.of,
            },
        ))
    });
    merged.collect()
}

impl Difference<'_> {
    fn is_none(&self) -> bool {
        match (&self.before, &self.after) {
            (Some(before), Some(after)) => before.mirrors == after.mirrors && before.policy == after.policy,
            _ => false,
        }
    }

    /// What sort of difference it is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        let (before, after) = match (&self.before, &self.after) {
            (Some(before), Some(after)) => (before, after),
            (None, _) => return Kind::Added,
            (_, None) => return Kind::Removed,
        };
        let names = |mirrors: &Mirrors<'_>| {
            let mut names: Vec<String> = mirrors.mirrors.iter().map(|name| (*name).to_owned()).collect();
            names.sort_unstable();
            names
        };
        if before.policy == after.policy && names(before) == names(after) {
            Kind::Reordered
        } else {
            Kind::Changed
        }
    }
}

impl Comparison<'_> {
    /// Whether the inputs are known to be alike.
    #[must_use]
    pub fn is_same(&self) -> bool {
        let is_same = |cluster: &ClusterComparison<'_>| {
            cluster.differences.is_empty() && cluster.undecided.iter().all(Vec::is_empty)
        };
        self.clusters.iter().all(is_same)
    }

    /// How many differences there are of a sort.
    #[must_use]
    pub fn count(&self, kind: Kind) -> usize {
        let all = self.clusters.iter().flat_map(|cluster| &cluster.differences);
        all.filter(|difference| difference.kind() == kind).count()
    }
}
