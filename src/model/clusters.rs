//! The clusters of an input, found by path, by id and by address without a search through all of them.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::BuildHasher as _;
use std::slice;

use hashbrown::HashTable;

use terraform_eval::address::{ModulePath, ResourcePath};
use terraform_eval::hashing::RandomState;

use crate::provider::ClusterKind;

use super::cluster::{Cluster, ClusterInstance};
use super::cluster_origin::OriginTarget;

/// The clusters that an input creates or reads, one for each block that has an instance.
#[derive(Debug, Clone, Default)]
pub struct Clusters {
    /// Sorted by path, and the instances of each by address.
    blocks: Vec<Cluster>,
    /// The positions of the blocks; empty if there are few.
    by_path: HashTable<usize>,
    state: RandomState,
    /// The instances with a known id: their positions, and those of their blocks.
    by_id: BTreeMap<String, Vec<(usize, usize)>>,
    /// The positions of blocks of which an instance has an unknown key in its address.
    with_unknown_keys: BTreeSet<usize>,
    has_classic: bool,
    has_registry_lists: bool,
}

/// More clusters than this have an index of their paths.
const MAX_WITHOUT_INDEX: usize = 16;

/// A cluster and one of its instances.
pub(crate) type InstanceOf<'c> = (&'c Cluster, &'c ClusterInstance);

impl FromIterator<Cluster> for Clusters {
    /// The instances of one block may come as several clusters.
    fn from_iter<T: IntoIterator<Item = Cluster>>(clusters: T) -> Self {
        let mut blocks: Vec<Cluster> = clusters.into_iter().collect();
        blocks.sort_by(|a, b| a.path.cmp(&b.path));
        blocks.dedup_by(|other, first| {
            let is_same = other.path == first.path;
            if is_same {
                first.instances.append(&mut other.instances);
            }
            is_same
        });
        let mut by_id: BTreeMap<String, Vec<(usize, usize)>> = BTreeMap::new();
        let mut with_unknown_keys = BTreeSet::new();
        for (position, block) in blocks.iter_mut().enumerate() {
            block.instances.sort_by(|a, b| a.address.cmp(&b.address));
            for (number, instance) in block.instances.iter().enumerate() {
                if let Some(id) = &instance.id {
                    by_id.entry(id.clone()).or_default().push((position, number));
                }
                if instance.address.has_unknown_key() {
                    with_unknown_keys.insert(position);
                }
            }
        }
        let state = RandomState::default();
        let mut by_path = HashTable::new();
        if blocks.len() > MAX_WITHOUT_INDEX {
            let hash_of = |position: &usize| state.hash_one(&blocks[*position].path);
            by_path.reserve(blocks.len(), hash_of);
            for position in 0..blocks.len() {
                by_path.insert_unique(hash_of(&position), position, hash_of);
            }
        }
        Self {
            by_path,
            state,
            has_classic: blocks.iter().any(|cluster| cluster.kind == ClusterKind::Classic),
            has_registry_lists: blocks
                .iter()
                .flat_map(|cluster| &cluster.instances)
                .any(|instance| instance.registry_sources.has_lists()),
            blocks,
            by_id,
            with_unknown_keys,
        }
    }
}

impl IntoIterator for Clusters {
    type Item = Cluster;
    type IntoIter = std::vec::IntoIter<Cluster>;

    fn into_iter(self) -> Self::IntoIter {
        self.blocks.into_iter()
    }
}

impl<'c> IntoIterator for &'c Clusters {
    type Item = &'c Cluster;
    type IntoIter = slice::Iter<'c, Cluster>;

    fn into_iter(self) -> Self::IntoIter {
        self.blocks.iter()
    }
}

impl Clusters {
    /// All instances of all clusters.
    pub(crate) fn instances(&self) -> impl Iterator<Item = InstanceOf<'_>> {
        self.blocks
            .iter()
            .flat_map(|cluster| cluster.instances.iter().map(move |instance| (cluster, instance)))
    }

    /// Whether one of them has no hosted control planes.
    #[must_use]
    pub(crate) fn has_classic(&self) -> bool {
        self.has_classic
    }

    /// Whether one of them has lists of registries.
    #[must_use]
    pub(crate) fn has_registry_lists(&self) -> bool {
        self.has_registry_lists
    }

    /// The cluster of a block, by its path without instance keys.
    #[must_use]
    pub(crate) fn at(&self, path: &ResourcePath) -> Option<&Cluster> {
        self.blocks.get(self.position(path)?)
    }

    /// The cluster that a target is in, if it is one.
    #[must_use]
    pub(crate) fn of_target(&self, target: &OriginTarget) -> Option<&Cluster> {
        match target {
            OriginTarget::Resource { path, .. } => self.at(&path.without_keys()),
            OriginTarget::Module { .. } => None,
        }
    }

    /// The clusters that a module declares, by its path without instance keys.
    #[must_use]
    pub(crate) fn in_module(&self, module: &ModulePath) -> &[Cluster] {
        let start = self
            .blocks
            .partition_point(|cluster| cluster.path.module < *module);
        let following = self.blocks.get(start..).unwrap_or_default();
        let end = following.partition_point(|cluster| cluster.path.module == *module);
        following.get(..end).unwrap_or_default()
    }

    /// The instances that have an id: a cluster, and the data sources that read it.
    pub(crate) fn with_id(&self, id: &str) -> impl Iterator<Item = InstanceOf<'_>> {
        let positions = self.by_id.get(id).into_iter().flatten();
        positions.filter_map(|(position, number)| {
            let cluster = self.blocks.get(*position)?;
            Some((cluster, cluster.instances.get(*number)?))
        })
    }

    /// The instances that a target may refer to.
    pub(crate) fn matching<'a>(&'a self, target: &'a OriginTarget) -> impl Iterator<Item = InstanceOf<'a>> {
        let found = self.block_and_instances(target);
        found.into_iter().flat_map(move |(cluster, instances)| {
            let matching = instances
                .iter()
                .filter(|instance| target.may_refer_to(&instance.address));
            matching.map(move |instance| (cluster, instance))
        })
    }

    /// The cluster that a target is in, and those of its instances among which all that match the target are.
    fn block_and_instances(&self, target: &OriginTarget) -> Option<(&Cluster, &[ClusterInstance])> {
        let OriginTarget::Resource { path, key, .. } = target else {
            return None;
        };
        let position = self.position(&path.without_keys())?;
        let cluster = self.blocks.get(position)?;
        if !target.is_single_object() || self.with_unknown_keys.contains(&position) {
            return Some((cluster, &cluster.instances));
        }
        let wanted = (path, key);
        let number = cluster
            .instances
            .binary_search_by(|instance| (&instance.address.path, &instance.address.key).cmp(&wanted));
        Some((cluster, slice::from_ref(cluster.instances.get(number.ok()?)?)))
    }

    fn position(&self, path: &ResourcePath) -> Option<usize> {
        if self.by_path.is_empty() {
            self.blocks.iter().position(|cluster| cluster.path == *path)
        } else {
            let is_at = |position: &usize| self.blocks[*position].path == *path;
            self.by_path.find(self.state.hash_one(path), is_at).copied()
        }
    }
}

#[cfg(test)]
mod tests {
    use terraform_eval::address::{Address, InstanceKey, ModulePath, ResourceName};
    use terraform_eval::source::{Sources, Span};

    use super::*;
    use crate::model::{Attribute, RegistrySources};

    fn cluster(name: &str, instances: &[(Option<InstanceKey>, Option<&str>)]) -> Cluster {
        let span = Span::new(Sources::new().add("main.tf", ""), 0, 0);
        let resource = ResourceName::managed("rhcs_cluster_rosa_hcp", name);
        let instance = |(key, id): &(Option<InstanceKey>, Option<&str>)| ClusterInstance {
            address: Address::new(ModulePath::root(), resource.clone(), key.clone()),
            id: id.map(str::to_owned),
            wait_for_create_complete: Attribute::absent(),
            registry_sources: RegistrySources::absent(),
            incomplete_registry_config: None,
        };
        Cluster {
            path: ResourcePath {
                module: ModulePath::root(),
                resource: resource.clone(),
            },
            kind: ClusterKind::Hosted,
            instances: instances.iter().map(instance).collect(),
            span,
            argument_insertion: None,
        }
    }

    fn target(key: InstanceKey) -> OriginTarget {
        OriginTarget::Resource {
            path: cluster("c", &[]).path,
            key: Some(key),
            attribute: Some("id".to_owned()),
        }
    }

    fn addresses<'c>(instances: impl Iterator<Item = InstanceOf<'c>>) -> Vec<String> {
        instances
            .map(|(_, instance)| instance.address.to_string())
            .collect()
    }

    #[test]
    fn a_target_with_a_known_key_is_one_instance() {
        let keys = ["b", "a"].map(|key| (Some(InstanceKey::Key(key.into())), None));
        let clusters: Clusters = [cluster("d", &[]), cluster("c", &keys)].into_iter().collect();
        let matching = |key| addresses(clusters.matching(&target(key)));
        assert_eq!(
            matching(InstanceKey::Key("a".into())),
            ["rhcs_cluster_rosa_hcp.c[\"a\"]"]
        );
        assert_eq!(matching(InstanceKey::Key("z".into())), [] as [&str; 0]);
        let both = ["rhcs_cluster_rosa_hcp.c[\"a\"]", "rhcs_cluster_rosa_hcp.c[\"b\"]"];
        assert_eq!(matching(InstanceKey::Unknown), both);
    }

    #[test]
    fn an_instance_with_an_unknown_key_may_be_any() {
        let clusters: Clusters = [cluster("c", &[(Some(InstanceKey::Unknown), None)])]
            .into_iter()
            .collect();
        let matching = addresses(clusters.matching(&target(InstanceKey::Index(3))));
        assert_eq!(matching, ["rhcs_cluster_rosa_hcp.c[*]"]);
    }

    #[test]
    fn clusters_are_found_by_path_whether_there_are_few_or_many() {
        for count in [1, MAX_WITHOUT_INDEX, MAX_WITHOUT_INDEX + 1, 100] {
            let blocks = (0..count).map(|number| cluster(&format!("c{number}"), &[(None, None)]));
            let clusters: Clusters = blocks.clone().collect();
            for block in blocks {
                assert_eq!(
                    clusters.at(&block.path).map(|found| &found.path),
                    Some(&block.path)
                );
            }
            assert!(clusters.at(&cluster("c", &[]).path).is_none());
        }
    }

    #[test]
    fn the_instances_of_a_block_may_come_one_by_one() {
        let keys = ["b", "a"].map(|key| cluster("c", &[(Some(InstanceKey::Key(key.into())), None)]));
        let clusters: Clusters = keys.into_iter().chain([cluster("b", &[])]).collect();
        assert_eq!((&clusters).into_iter().len(), 2);
        let instances = ["rhcs_cluster_rosa_hcp.c[\"a\"]", "rhcs_cluster_rosa_hcp.c[\"b\"]"];
        assert_eq!(addresses(clusters.instances()), instances);
    }

    #[test]
    fn an_id_may_be_that_of_several_blocks() {
        let clusters: Clusters = [
            cluster("b", &[(None, Some("1"))]),
            cluster("a", &[(None, Some("1"))]),
        ]
        .into_iter()
        .collect();
        let names = ["rhcs_cluster_rosa_hcp.a", "rhcs_cluster_rosa_hcp.b"];
        assert_eq!(addresses(clusters.with_id("1")), names);
        assert_eq!(addresses(clusters.with_id("2")), [] as [&str; 0]);
    }
}
