//! An index of mirrors by cluster and by source, for rules that compare the mirrors of one cluster.
//!
//! It is built once for an input, so that a rule looks up related mirrors and never iterates over all of them.

use std::borrow::Cow;
use std::hash::BuildHasher as _;
use std::ops::Range;

use indexmap::map::raw_entry_v1::{RawEntryApiV1 as _, RawEntryMut};

use crate::model::{AttributeValue, ClusterKey, Input, Mirror, OriginTarget, UnknownReason, UnknownReasons};
use crate::parallel::Threads;

use terraform_eval::address::Address;
use terraform_eval::hashing::{HashMap, IndexMap, RandomState};

use super::source_names::canonical_source;

/// The mirrors of an input by cluster.
#[derive(Debug)]
pub(crate) struct ClusterIndex<'a> {
    groups: Vec<Group>,
    /// The mirrors of all groups, those of the first group first, and of each in the order of their addresses.
    mirrors: Vec<&'a Mirror>,
    /// For each of them, the number of sources of its group up to it, unknown ones included.
    source_ordinals: Vec<usize>,
    /// The group of each mirror and the number of its source, by the position of the mirror in the input.
    places: Vec<(usize, Option<usize>)>,
    /// The canonical sources: their positions are their numbers.
    sources: IndexMap<Cow<'a, str>, ()>,
    /// Whether one of them is a wildcard.
    has_wildcards: bool,
    /// The mirrors with a source, sorted by their groups and the numbers of their sources, and these two.
    by_source: Vec<&'a Mirror>,
    source_keys: Vec<(usize, usize)>,
    /// All mirrors by the number of their source, in any cluster. Empty if every cluster is known.
    in_any_cluster: HashMap<usize, Vec<&'a Mirror>>,
}

#[derive(Debug)]
struct Group {
    number: usize,
    /// Whether the cluster is known. If not, the group has one mirror.
    has_known_cluster: bool,
    /// Which of all mirrors are in the group.
    mirrors: Range<usize>,
}

/// The mirrors of the cluster that a mirror belongs to.
#[derive(Debug, Clone, Copy)]
pub struct IndexedCluster<'a> {
    index: &'a ClusterIndex<'a>,
    group: &'a Group,
    /// The number of the mirror's source.
    source: Option<usize>,
}

/// What mirrors are grouped by, with its hashes.
struct Keys<'a> {
    /// `None` if the cluster is unknown, or the mirror is not compared.
    cluster: Option<(u64, ClusterKey<'a>)>,
    source: Option<(u64, Cow<'a, str>)>,
    /// Whether the mirror has an effect. One that is overwritten has none, so it is compared with nothing.
    is_compared: bool,
}

impl<'a> Keys<'a> {
    fn of(mirror: &'a Mirror, state: &RandomState) -> Self {
        let cluster = mirror.cluster_key().filter(|_| !mirror.is_overwritten());
        let source = mirror.source.value().map(|source| canonical_source(source));
        Self {
            cluster: cluster.map(|cluster| (state.hash_one(cluster), cluster)),
            source: source.map(|source| (state.hash_one(&*source), source)),
            is_compared: !mirror.is_overwritten(),
        }
    }

    fn has_known_cluster(&self) -> bool {
        self.cluster.is_some() || !self.is_compared
    }
}

/// The number of a key with a known hash: that of an equal one, or the next one.
fn number_of<K: Eq>(numbers: &mut IndexMap<K, ()>, hash: u64, key: K) -> usize {
    match numbers.raw_entry_mut_v1().from_hash(hash, |known| *known == key) {
        RawEntryMut::Occupied(entry) => entry.index(),
        RawEntryMut::Vacant(entry) => {
            let index = entry.index();
            entry.insert_hashed_nocheck(hash, key, ());
            index
        }
    }
}

/// The groups of mirrors, still empty, and which of them each mirror is in.
fn group<'a>(keys: &[Keys<'a>], state: &RandomState) -> (Vec<Group>, Vec<usize>) {
    let mut groups = Vec::new();
    let mut clusters: IndexMap<ClusterKey<'a>, ()> = IndexMap::with_hasher(state.clone());
    let mut group_of_cluster = Vec::new();
    let mut group_of = |keys: &Keys<'a>| {
        let mut add = || {
            groups.push(Group {
                number: groups.len(),
                has_known_cluster: keys.has_known_cluster(),
                mirrors: 0..0,
            });
            groups.len() - 1
        };
        let Some((hash, cluster)) = keys.cluster else {
            return add();
        };
        let number = number_of(&mut clusters, hash, cluster);
        if number == group_of_cluster.len() {
            group_of_cluster.push(add());
        }
        group_of_cluster[number]
    };
    let group_of = keys.iter().map(&mut group_of).collect();
    (groups, group_of)
}

/// The sources with their numbers, and the number of the source of each mirror.
fn number_sources<'a>(
    keys: &[Keys<'a>],
    state: &RandomState,
) -> (IndexMap<Cow<'a, str>, ()>, Vec<Option<usize>>) {
    let mut numbers = IndexMap::with_hasher(state.clone());
    let mut number = |(hash, source): &(u64, Cow<'a, str>)| number_of(&mut numbers, *hash, source.clone());
    let source_of = keys.iter().map(|keys| keys.source.as_ref().map(&mut number));
    let source_of = source_of.collect();
    (numbers, source_of)
}

impl<'a> ClusterIndex<'a> {
    /// Groups the mirrors of an input.
    #[must_use]
    pub(crate) fn new(input: &'a Input, threads: Threads) -> Self {
        let mirrors = &input.mirrors;
        let state = RandomState::default();
        let keys = threads.map(mirrors, |mirror| Keys::of(mirror, &state));
        let threads = threads.if_many(mirrors.len());
        let ((groups, group_of), (sources, source_of)) =
            threads.join(|| group(&keys, &state), || number_sources(&keys, &state));
        let mut index = Self {
            groups,
            mirrors: Vec::with_capacity(mirrors.len()),
            source_ordinals: Vec::with_capacity(mirrors.len()),
            places: group_of.into_iter().zip(source_of).collect(),
            has_wildcards: sources.keys().any(|source| source.starts_with("*.")),
            sources,
            by_source: Vec::new(),
            source_keys: Vec::new(),
            in_any_cluster: HashMap::default(),
        };
        if !keys.iter().all(Keys::has_known_cluster) {
            for ((mirror, keys), (_, source)) in mirrors.iter().zip(&keys).zip(&index.places) {
                if let Some(source) = source.filter(|_| keys.is_compared) {
                    index.in_any_cluster.entry(source).or_default().push(mirror);
                }
            }
        }
        let is_repeated = index.sort_by_source(mirrors);
        index.sort_by_group(mirrors, &is_repeated);
        index
    }

    /// Fills what has the mirrors by source. Returns whether an earlier mirror of the same group has the source of each.
    fn sort_by_source(&mut self, mirrors: &'a [Box<Mirror>]) -> Vec<bool> {
        let places = self.places.iter().enumerate();
        let keys = places.filter_map(|(position, (group, source))| Some((*group, (*source)?, position)));
        let mut keys: Vec<(usize, usize, usize)> = keys.collect();
        keys.sort_unstable();
        let mut is_repeated = vec![false; mirrors.len()];
        for (group, source, position) in keys {
            is_repeated[position] = self.source_keys.last() == Some(&(group, source));
            self.by_source.push(&mirrors[position]);
            self.source_keys.push((group, source));
        }
        is_repeated
    }

    /// Fills what has the mirrors by group.
    fn sort_by_group(&mut self, mirrors: &'a [Box<Mirror>], is_repeated: &[bool]) {
        let mut order: Vec<usize> = (0..mirrors.len()).collect();
        order.sort_by_key(|position| self.places[*position].0);
        for position in order {
            let end = self.mirrors.len();
            let group = &mut self.groups[self.places[position].0];
            if group.mirrors.is_empty() {
                group.mirrors = end..end;
            }
            let previous = match group.mirrors.len() {
                0 => 0,
                _ => self.source_ordinals[end - 1],
            };
            group.mirrors.end = end + 1;
            self.mirrors.push(&mirrors[position]);
            let is_new = !is_repeated[position];
            self.source_ordinals.push(previous + usize::from(is_new));
        }
    }

    /// Returns the mirrors of the cluster that a mirror belongs to, by the position of the mirror in the input.
    #[must_use]
    pub(crate) fn of_mirror(&'a self, position: usize) -> IndexedCluster<'a> {
        let (group, source) = self.places[position];
        IndexedCluster {
            index: self,
            group: &self.groups[group],
            source,
        }
    }
}

impl<'a> IndexedCluster<'a> {
    /// Returns the mirrors with a canonical source, in the order of their addresses.
    #[must_use]
    pub fn with_source(self, source: &str) -> &'a [&'a Mirror] {
        self.with_number(self.index.sources.get_index_of(source))
    }

    /// Returns the mirrors with the same canonical source as the mirror, itself included, in the order of their addresses.
    #[must_use]
    pub fn with_same_source(self) -> &'a [&'a Mirror] {
        self.with_number(self.source)
    }

    fn with_number(self, source: Option<usize>) -> &'a [&'a Mirror] {
        let Some(source) = source else {
            return &[];
        };
        let (key, keys) = ((self.group.number, source), &self.index.source_keys);
        let start = keys.partition_point(|other| *other < key);
        let end = keys.partition_point(|other| *other <= key);
        &self.index.by_source[start..end]
    }

    /// Whether a source of the input is a wildcard.
    #[must_use]
    pub fn has_wildcards(self) -> bool {
        self.index.has_wildcards
    }

    /// Returns the number of sources up to a mirror, or `None` if an earlier mirror has the same source.
    #[must_use]
    pub fn source_ordinal(self, mirror: &Mirror) -> Option<usize> {
        let mirrors = &self.index.mirrors[self.group.mirrors.clone()];
        let source_ordinals = &self.index.source_ordinals[self.group.mirrors.clone()];
        let position = mirrors
            .binary_search_by(|other| other.address.cmp(&mirror.address))
            .ok()?;
        let previous = position
            .checked_sub(1)
            .map_or(0, |previous| source_ordinals[previous]);
        Some(source_ordinals[position]).filter(|ordinal| *ordinal > previous)
    }

    /// Returns the number of all sources.
    #[must_use]
    pub fn source_count(self) -> usize {
        let ordinals = &self.index.source_ordinals[self.group.mirrors.clone()];
        ordinals.last().copied().unwrap_or_default()
    }

    /// Returns why it is not known whether another mirror with one of these sources, in any form, belongs to the cluster of a
    /// mirror, if there is such a mirror.
    #[must_use]
    pub fn ambiguous_cluster<S: AsRef<str>>(
        self,
        mirror: &Mirror,
        sources: impl IntoIterator<Item = S>,
    ) -> Option<UnknownReasons> {
        if self.index.in_any_cluster.is_empty() {
            return None;
        }
        let own = mirror.unknown_cluster();
        if own.is_none() && !self.group.has_known_cluster {
            return None;
        }
        sources.into_iter().find_map(|source| {
            let number = self
                .index
                .sources
                .get_index_of(&*canonical_source(source.as_ref()))?;
            let others = self.index.in_any_cluster.get(&number)?.iter();
            let others = others.filter(|other| other.address != mirror.address);
            // Which of many mirrors are in the same cluster matters less than an upper bound of the work.
            others.take(MAX_COMPARED).find_map(|other| {
                let unknown = own.clone().or_else(|| other.unknown_cluster())?;
                may_share_cluster(mirror, other).then_some(unknown)
            })
        })
    }

    /// Returns why a mirror may be one of too many sources of one cluster, if its cluster is not known.
    #[must_use]
    pub fn ambiguous_source_count(self, mirror: &Mirror, limit: usize) -> Option<UnknownReasons> {
        if self.index.in_any_cluster.len() <= limit {
            return None;
        }
        mirror.unknown_cluster()
    }
}

/// The number of mirrors of one source that a mirror with an unknown cluster is compared with.
const MAX_COMPARED: usize = 256;

/// Whether two mirrors, of which at least one has an unknown cluster, may belong to one cluster.
fn may_share_cluster(first: &Mirror, second: &Mirror) -> bool {
    let (Some(first), Some(second)) = (first.resource(), second.resource()) else {
        return false;
    };
    match (&first.cluster_id.content, &second.cluster_id.content) {
        (AttributeValue::Absent, _)
        | (_, AttributeValue::Absent)
        | (AttributeValue::Known(_), AttributeValue::Known(_)) => return false,
        // A cluster whose id is known only after apply has none of the known ids.
        (AttributeValue::Known(_), AttributeValue::Unknown(unknown))
        | (AttributeValue::Unknown(unknown), AttributeValue::Known(_)) => {
            return unknown
                .reasons
                .iter()
                .any(|reason| !matches!(reason, UnknownReason::AfterApply(_)));
        }
        (AttributeValue::Unknown(_), AttributeValue::Unknown(_)) => {}
    }
    let origins = [&first.cluster_origin, &second.cluster_origin];
    if origins
        .iter()
        .any(|origin| !origin.unresolved.is_empty() || origin.candidates.is_empty())
    {
        return true;
    }
    let [first, second] = origins.map(|origin| origin.candidates.iter().map(|candidate| &candidate.target));
    first
        .clone()
        .any(|first| second.clone().any(|second| may_be_same(first, second)))
}

fn may_be_same(first: &OriginTarget, second: &OriginTarget) -> bool {
    match (first, second) {
        (OriginTarget::Resource { .. }, OriginTarget::Resource { path, key, .. }) => {
            let address = Address::new(path.module.clone(), path.resource.clone(), key.clone());
            first.may_refer_to(&address)
        }
        _ => true,
    }
}
