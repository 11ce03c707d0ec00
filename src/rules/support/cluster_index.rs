//! An index of mirrors by cluster and by source, for rules that compare the mirrors of one cluster.
//!
//! It is built once for an input, so that a rule looks up related mirrors and never iterates over all of them.

use std::borrow::Cow;

use crate::model::{AttributeValue, Input, Mirror, OriginTarget, UnknownReason, UnknownReasons};
use crate::parallel::Threads;

use terraform_eval::address::Address;
use terraform_eval::hashing::{HashMap, RandomState};

use super::source_names::canonical_source;

/// The mirrors of an input by cluster.
#[derive(Debug)]
pub(crate) struct ClusterIndex<'a> {
    groups: Vec<Group<'a>>,
    /// The group of each mirror and the number of its source, by the position of the mirror in the input.
    places: Vec<(usize, Option<usize>)>,
    /// The numbers of the canonical sources.
    sources: HashMap<Cow<'a, str>, usize>,
    /// Whether one of them is a wildcard.
    has_wildcards: bool,
    /// The mirrors of each group by the number of their source.
    in_group: HashMap<(usize, usize), Vec<&'a Mirror>>,
    /// All mirrors by the number of their source, in any cluster. Empty if every cluster is known.
    in_any_cluster: HashMap<usize, Vec<&'a Mirror>>,
}

#[derive(Debug, Default)]
struct Group<'a> {
    number: usize,
    /// Whether the cluster is known. If not, the group has one mirror.
    has_known_cluster: bool,
    /// In the order of their addresses.
    mirrors: Vec<&'a Mirror>,
    /// The number of sources up to each mirror, unknown ones included.
    source_ordinals: Vec<usize>,
}

/// The mirrors of the cluster that a mirror belongs to.
#[derive(Debug, Clone, Copy)]
pub struct IndexedCluster<'a> {
    index: &'a ClusterIndex<'a>,
    group: &'a Group<'a>,
    /// The number of the mirror's source.
    source: Option<usize>,
}

/// What mirrors are grouped by.
struct Keys<'a> {
    /// `None` if the cluster is unknown, or the mirror is not compared.
    cluster: Option<String>,
    source: Option<Cow<'a, str>>,
    /// Whether the mirror has an effect. One that is overwritten has none, so it is compared with nothing.
    is_compared: bool,
}

impl<'a> Keys<'a> {
    fn of(mirror: &'a Mirror) -> Self {
        Self {
            cluster: mirror.cluster_key().filter(|_| !mirror.is_overwritten()),
            source: mirror.source.value().map(|source| canonical_source(source)),
            is_compared: !mirror.is_overwritten(),
        }
    }

    fn has_known_cluster(&self) -> bool {
        self.cluster.is_some() || !self.is_compared
    }
}

impl<'a> ClusterIndex<'a> {
    /// Groups the mirrors of an input.
    #[must_use]
    pub(crate) fn new(input: &'a Input, threads: Threads) -> Self {
        let mut index = Self {
            groups: Vec::new(),
            places: Vec::with_capacity(input.mirrors.len()),
            sources: with_room_for(input),
            has_wildcards: false,
            in_group: with_room_for(input),
            in_any_cluster: HashMap::default(),
        };
        let mut by_key: HashMap<String, usize> = HashMap::default();
        let keys = threads.map(&input.mirrors, Keys::of);
        let all_known = keys.iter().all(Keys::has_known_cluster);
        for (mirror, keys) in input.mirrors.iter().zip(keys) {
            let next = index.groups.len();
            let has_known_cluster = keys.has_known_cluster();
            let is_ambiguous = keys.is_compared && !all_known;
            let group = keys
                .cluster
                .map_or(next, |key| *by_key.entry(key).or_insert(next));
            if group == next {
                index.groups.push(Group {
                    number: next,
                    has_known_cluster,
                    ..Group::default()
                });
            }
            let source = keys.source.map(|source| index.number_of(source));
            index.places.push((group, source));
            index.add(mirror, group, source, is_ambiguous);
        }
        index
    }

    /// Returns the number of a canonical source.
    fn number_of(&mut self, source: Cow<'a, str>) -> usize {
        self.has_wildcards |= source.starts_with("*.");
        let next = self.sources.len();
        *self.sources.entry(source).or_insert(next)
    }

    /// Adds a mirror, and if `is_ambiguous`, to those that may be compared in any cluster.
    fn add(&mut self, mirror: &'a Mirror, group: usize, source: Option<usize>, is_ambiguous: bool) {
        let mut is_repeated = false;
        if let Some(source) = source {
            let same = self.in_group.entry((group, source)).or_default();
            is_repeated = !same.is_empty();
            same.push(mirror);
            if is_ambiguous {
                self.in_any_cluster.entry(source).or_default().push(mirror);
            }
        }
        let group = &mut self.groups[group];
        let previous = group.source_ordinals.last().copied().unwrap_or_default();
        group.source_ordinals.push(previous + usize::from(!is_repeated));
        group.mirrors.push(mirror);
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

/// A map that most mirrors add a key to.
fn with_room_for<K, V>(input: &Input) -> HashMap<K, V> {
    HashMap::with_capacity_and_hasher(input.mirrors.len(), RandomState::default())
}

impl<'a> IndexedCluster<'a> {
    /// Returns the mirrors with a canonical source, in the order of their addresses.
    #[must_use]
    pub fn with_source(self, source: &str) -> &'a [&'a Mirror] {
        self.with_number(self.index.sources.get(source).copied())
    }

    /// Returns the mirrors with the same canonical source as the mirror, itself included, in the order of their addresses.
    #[must_use]
    pub fn with_same_source(self) -> &'a [&'a Mirror] {
        self.with_number(self.source)
    }

    fn with_number(self, source: Option<usize>) -> &'a [&'a Mirror] {
        let same = source.and_then(|source| self.index.in_group.get(&(self.group.number, source)));
        same.map_or(&[], Vec::as_slice)
    }

    /// Whether a source of the input is a wildcard.
    #[must_use]
    pub fn has_wildcards(self) -> bool {
        self.index.has_wildcards
    }

    /// Returns the number of sources up to a mirror, or `None` if an earlier mirror has the same source.
    #[must_use]
    pub fn source_ordinal(self, mirror: &Mirror) -> Option<usize> {
        let Group {
            mirrors,
            source_ordinals,
            ..
        } = self.group;
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
        self.group.source_ordinals.last().copied().unwrap_or_default()
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
            let number = self.index.sources.get(&*canonical_source(source.as_ref()))?;
            let others = self.index.in_any_cluster.get(number)?.iter();
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
