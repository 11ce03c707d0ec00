//! All mirrors of one cluster.

use super::cluster::Cluster;
use super::entry::{Entry, MergedEntry, UnresolvedMirror};
use super::registries::ClusterRegistries;
use crate::model::{ImagePolicy, Input, Mirror, MirrorAddress, NodeFacts};
use registries_conf::RegistrySettings;

/// The mirrors of one cluster.
#[derive(Debug)]
pub(crate) struct ClusterMirrors<'a> {
    /// The cluster.
    pub cluster: Cluster,
    /// Its mirrors by source, and those of one source in the order of their addresses.
    pub entries: Vec<Entry<'a>>,
    /// The mirrors with unknown or sensitive values, which are not among the entries.
    pub unresolved: Vec<UnresolvedMirror<'a>>,
    /// The registries that the cluster allows, blocks and trusts.
    pub registries: ClusterRegistries,
    /// The policies for signatures.
    pub image_policies: Vec<&'a ImagePolicy>,
    /// The files of a node that all of this is from, if it is from those. They say what the node does, and nothing is
    /// generated.
    pub node: Option<&'a NodeFacts>,
}

impl<'a> ClusterMirrors<'a> {
    /// A cluster without mirrors.
    pub(super) fn new(cluster: Cluster) -> Self {
        Self {
            cluster,
            entries: Vec::new(),
            unresolved: Vec::new(),
            registries: ClusterRegistries::default(),
            image_policies: Vec::new(),
            node: None,
        }
    }

    /// The declarations of all its mirrors, first those whose values are known.
    pub(crate) fn declarations(&self) -> impl Iterator<Item = &'a Mirror> {
        let entries = self.entries.iter().map(|entry| entry.mirror);
        entries.chain(self.unresolved.iter().map(|unresolved| unresolved.mirror))
    }

    /// The inputs that declare its mirrors, one for each mirror.
    pub(crate) fn inputs(&self) -> impl Iterator<Item = &'a Input> {
        let entries = self.entries.iter().map(|entry| entry.input);
        entries.chain(self.unresolved.iter().map(|unresolved| unresolved.input))
    }

    /// The name of the document that declares all entries. `None` if there is no such document.
    #[must_use]
    pub(crate) fn document_name(&self) -> Option<&str> {
        let mut names = self.entries.iter().map(|entry| match &entry.mirror.address {
            MirrorAddress::Entry(address) => address.document.name.as_deref(),
            MirrorAddress::Resource(_) => None,
        });
        let first = names.next()??;
        names.all(|name| name == Some(first)).then_some(first)
    }

    /// Its entries by source; those for one source and one kind of pull are merged. What a table of a node without mirrors
    /// says is in the lists of registries.
    #[must_use]
    pub(crate) fn merged(&'a self) -> Vec<MergedEntry<'a>> {
        let entries = self.entries.iter();
        let mut entries: Vec<&Entry<'_>> = entries
            .filter(|entry| !entry.mirror.is_table_without_mirrors())
            .collect();
        entries.sort_by_key(|entry| (entry.source, entry.mirror.pull));
        let is_merged =
            |a: &&Entry<'_>, b: &&Entry<'_>| (a.source, a.mirror.pull) == (b.source, b.mirror.pull);
        entries.chunk_by(is_merged).filter_map(MergedEntry::new).collect()
    }

    /// The settings that the registry configuration of the nodes is generated from, with registries that are blocked and
    /// insecure in addition to those of the cluster.
    #[must_use]
    pub(crate) fn registry_settings(&self, blocked: &[String], insecure: &[String]) -> RegistrySettings {
        let entry = |entry: &Entry<'_>| registries_conf::MirrorEntry {
            source: entry.source.to_owned(),
            mirrors: entry.mirrors.iter().map(|mirror| (*mirror).to_owned()).collect(),
            pull_kind: entry.mirror.pull,
            policy: entry.policy(),
        };
        RegistrySettings {
            entries: self.entries.iter().map(entry).collect(),
            insecure: [&self.registries.insecure, insecure].concat(),
            blocked: [&self.registries.blocked, blocked].concat(),
            allowed: self.registries.allowed.clone(),
            search: self.registries.search.clone(),
        }
    }
}
