//! An index of mirrors by cluster and by source, for rules that compare the mirrors of one cluster.
//!
//! It is built once for an input, so that a rule looks up related mirrors and never iterates over all of them.

use std::collections::BTreeMap;

use crate::model::{Input, Mirror, UnknownReason, UnknownReasons};

use super::source_names::canonical_source;

/// The mirrors of an input by cluster.
#[derive(Debug)]
pub(crate) struct ClusterIndex<'a> {
    groups: Vec<Group<'a>>,
    /// The group of each mirror, by the position of the mirror in the input.
    group_of: Vec<usize>,
    /// How many mirrors have a source, in any cluster.
    source_counts: BTreeMap<String, usize>,
}

#[derive(Debug, Default)]
struct Group<'a> {
    /// Whether the cluster is known. If not, the group has one mirror.
    has_known_cluster: bool,
    /// In the order of their addresses.
    mirrors: Vec<&'a Mirror>,
    /// By canonical source.
    by_source: BTreeMap<String, Vec<&'a Mirror>>,
    /// The number of sources up to each mirror, unknown ones included.
    source_ordinals: Vec<usize>,
}

/// The mirrors of one cluster.
#[derive(Debug, Clone, Copy)]
pub struct IndexedCluster<'a> {
    index: &'a ClusterIndex<'a>,
    group: &'a Group<'a>,
}

impl<'a> ClusterIndex<'a> {
    /// Groups the mirrors of an input.
    #[must_use]
    pub(crate) fn new(input: &'a Input) -> Self {
        let mut index = Self {
            groups: Vec::new(),
            group_of: Vec::with_capacity(input.mirrors.len()),
            source_counts: BTreeMap::new(),
        };
        let mut by_key: BTreeMap<String, usize> = BTreeMap::new();
        for mirror in &input.mirrors {
            let next = index.groups.len();
            if mirror.is_overwritten() {
                // It has no effect, so it is compared with nothing.
                let mut group = Group {
                    has_known_cluster: true,
                    ..Group::default()
                };
                group.add(
                    mirror,
                    mirror.source.value().map(|source| canonical_source(source)),
                );
                index.groups.push(group);
                index.group_of.push(next);
                continue;
            }
            let key = mirror.cluster_key();
            let has_known_cluster = key.is_some();
            let group = key.map_or(next, |key| *by_key.entry(key).or_insert(next));
            if group == next {
                index.groups.push(Group {
                    has_known_cluster,
                    ..Group::default()
                });
            }
            index.group_of.push(group);
            let source = mirror.source.value().map(|source| canonical_source(source));
            if let Some(source) = &source {
                *index.source_counts.entry(source.clone()).or_default() += 1;
            }
            index.groups[group].add(mirror, source);
        }
        index
    }

    /// Returns the mirrors of the cluster that a mirror belongs to, by the position of the mirror in the input.
    #[must_use]
    pub(crate) fn of_mirror(&'a self, position: usize) -> IndexedCluster<'a> {
        IndexedCluster {
            index: self,
            group: &self.groups[self.group_of[position]],
        }
    }
}

impl<'a> Group<'a> {
    fn add(&mut self, mirror: &'a Mirror, source: Option<String>) {
        let previous = self.source_ordinals.last().copied().unwrap_or_default();
        let is_repeated = source
            .as_ref()
            .is_some_and(|source| self.by_source.contains_key(source));
        self.source_ordinals.push(previous + usize::from(!is_repeated));
        self.mirrors.push(mirror);
        if let Some(source) = source {
            self.by_source.entry(source).or_default().push(mirror);
        }
    }
}

impl<'a> IndexedCluster<'a> {
    /// Returns the mirrors with a canonical source, in the order of their addresses.
    #[must_use]
    pub fn with_source(self, source: &str) -> &'a [&'a Mirror] {
        self.group.by_source.get(source).map_or(&[], Vec::as_slice)
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

    /// Returns why a mirror may belong to the cluster of another mirror with this source, if its cluster is not
    /// known and there is such a mirror.
    #[must_use]
    pub fn ambiguous_cluster(self, mirror: &Mirror, source: &str) -> Option<UnknownReasons> {
        let counts = &self.index.source_counts;
        if self.group.has_known_cluster || counts.get(source).is_none_or(|count| *count < 2) {
            return None;
        }
        let resource = mirror.resource()?;
        let unknown = resource.cluster_id.as_unknown()?;
        let causes: Vec<UnknownReason> = unknown
            .reasons
            .iter()
            .chain(&resource.cluster_origin.unresolved)
            .cloned()
            .collect();
        Some(UnknownReasons::from_reasons(causes))
    }
}
