//! The mirrors of one cluster side by side: what the rules need that compare them.
//!
//! It is worked out once for a configuration, so that a rule looks a mirror's neighbours up and never
//! walks through all of them.

use std::collections::BTreeMap;

use crate::model::{Input, Mirror, UnknownReason, UnknownReasons};

use super::names::normal_source;

/// The mirrors of a configuration by cluster.
#[derive(Debug)]
pub struct Clusters<'a> {
    groups: Vec<Group<'a>>,
    /// The group of each mirror of the configuration, by its place there.
    group_of: Vec<usize>,
    /// How many mirrors have a source, in whatever cluster.
    sources: BTreeMap<String, usize>,
}

#[derive(Debug, Default)]
struct Group<'a> {
    /// Whether it is known which cluster this is. If not, there is one mirror in it.
    told: bool,
    /// In the order of their addresses.
    mirrors: Vec<&'a Mirror>,
    /// By source, in its normal form.
    by_source: BTreeMap<String, Vec<&'a Mirror>>,
    /// How many sources there are up to each mirror, those that are unknown among them.
    count: Vec<usize>,
}

/// The mirrors of one cluster.
#[derive(Debug, Clone, Copy)]
pub struct Entries<'a> {
    clusters: &'a Clusters<'a>,
    group: &'a Group<'a>,
}

impl<'a> Clusters<'a> {
    /// Groups the mirrors of a configuration.
    #[must_use]
    pub fn of(configuration: &'a Input) -> Self {
        let mut clusters = Self {
            groups: Vec::new(),
            group_of: Vec::with_capacity(configuration.mirrors.len()),
            sources: BTreeMap::new(),
        };
        let mut by_key: BTreeMap<String, usize> = BTreeMap::new();
        for mirror in &configuration.mirrors {
            let next = clusters.groups.len();
            let key = mirror.cluster_key();
            let told = key.is_some();
            let group = key.map_or(next, |key| *by_key.entry(key).or_insert(next));
            if group == next {
                clusters.groups.push(Group {
                    told,
                    ..Group::default()
                });
            }
            clusters.group_of.push(group);
            let source = mirror.source.value().map(|source| normal_source(source));
            if let Some(source) = &source {
                *clusters.sources.entry(source.clone()).or_default() += 1;
            }
            clusters.groups[group].add(mirror, source);
        }
        clusters
    }

    /// The mirrors of the cluster that a mirror belongs to, by its place in the configuration.
    #[must_use]
    pub fn around(&'a self, position: usize) -> Entries<'a> {
        Entries {
            clusters: self,
            group: &self.groups[self.group_of[position]],
        }
    }
}

impl<'a> Group<'a> {
    fn add(&mut self, mirror: &'a Mirror, source: Option<String>) {
        let before = self.count.last().copied().unwrap_or_default();
        let known = source
            .as_ref()
            .is_some_and(|source| self.by_source.contains_key(source));
        self.count.push(before + usize::from(!known));
        self.mirrors.push(mirror);
        if let Some(source) = source {
            self.by_source.entry(source).or_default().push(mirror);
        }
    }
}

impl<'a> Entries<'a> {
    /// The mirrors with a source in its normal form, in the order of their addresses.
    #[must_use]
    pub fn with_source(self, source: &str) -> &'a [&'a Mirror] {
        self.group.by_source.get(source).map_or(&[], Vec::as_slice)
    }

    /// The number of sources up to a mirror, if it brings a new one.
    #[must_use]
    pub fn number(self, mirror: &Mirror) -> Option<usize> {
        let mirrors = &self.group.mirrors;
        let position = mirrors
            .binary_search_by(|other| other.address.cmp(&mirror.address))
            .ok()?;
        let before = position
            .checked_sub(1)
            .map_or(0, |before| self.group.count[before]);
        Some(self.group.count[position]).filter(|count| *count > before)
    }

    /// The number of all sources.
    #[must_use]
    pub fn sources(self) -> usize {
        self.group.count.last().copied().unwrap_or_default()
    }

    /// Why a mirror may have the cluster of another one with this source, where that is open.
    #[must_use]
    pub fn unless_told(self, mirror: &Mirror, source: &str) -> Option<UnknownReasons> {
        let others = self.clusters.sources.get(source).is_some_and(|count| *count > 1);
        if self.group.told || !others {
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
