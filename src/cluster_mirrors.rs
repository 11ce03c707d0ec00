//! The mirrors of each cluster, as far as their values are known: what is converted, compared and
//! resolved.

mod disambiguate;
mod manifest_issues;
mod node_config;
mod registries;
mod resolved_values;

use std::collections::BTreeMap;
use std::fmt;

use crate::diagnostic::Diagnostic;
use crate::model::{Input, Mirror, MirrorAddress, Project};
use registries_conf::{self, Pull, Settings, SourcePolicy, merged_mirrors};

pub use manifest_issues::mistakes;
pub use node_config::{CHECK, Doubt, Nodes};
pub use registries::Registries;

/// A cluster among all configurations: two configurations that name one id mean one cluster, while
/// `rhcs_cluster_rosa_hcp.main` is another one in each.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cluster {
    /// By its id.
    Known(String),
    /// By what its id is read from, and the position of the configuration that does. Where two have one
    /// name, that of the configuration stands before it.
    Named(String, usize),
}

impl Cluster {
    /// What people call it.
    #[must_use]
    pub fn name(&self) -> &str {
        let (Self::Known(name) | Self::Named(name, _)) = self;
        name
    }

    /// Its id, where that is known and may be shown.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        match self {
            Self::Known(id) => Some(id),
            Self::Named(..) => None,
        }
    }
}

/// The mirrors of one cluster.
#[derive(Debug)]
pub struct MirrorSet<'a> {
    /// The cluster.
    pub cluster: Cluster,
    /// Its mirrors by source; those of one source in the order of their addresses.
    pub entries: Vec<Entry<'a>>,
    /// The mirrors that are not among the entries, since a value of theirs is not known or may not be shown.
    pub unresolved: Vec<Unresolved<'a>>,
    /// What the cluster allows, blocks and trusts.
    pub registries: Registries,
}

/// A source and its mirrors, all of them known.
#[derive(Debug, Clone)]
pub struct Entry<'a> {
    /// `source`.
    pub source: &'a str,
    /// `mirrors`, in order.
    pub mirrors: Vec<&'a str>,
    /// Where it is declared.
    pub mirror: &'a Mirror,
    /// What it is declared in.
    pub configuration: &'a Input,
}

/// A mirror with values that cannot be told.
#[derive(Debug)]
pub struct Unresolved<'a> {
    /// The mirror.
    pub mirror: &'a Mirror,
    /// What keeps them from being told: one finding a value.
    pub problems: Vec<Diagnostic>,
}

/// All entries for one source and one kind of pull, as the nodes take them.
#[derive(Debug, Clone)]
pub struct Merged<'a> {
    /// `source`.
    pub source: &'a str,
    /// Which pulls the mirrors serve.
    pub pull: Pull,
    /// Whether the source is asked where no mirror has the image.
    pub policy: SourcePolicy,
    /// The mirrors: as they are declared where that is in one place, else in the order that the machine
    /// config operator makes of all lists.
    pub mirrors: Vec<&'a str>,
    /// The entries.
    pub of: Vec<&'a Entry<'a>>,
}

/// The mirrors of a project by cluster.
#[must_use]
pub fn gather(project: &Project) -> Vec<MirrorSet<'_>> {
    let mut sets: BTreeMap<Cluster, MirrorSet<'_>> = BTreeMap::new();
    let mut members: BTreeMap<Cluster, Vec<(&Input, &Mirror)>> = BTreeMap::new();
    for (position, configuration) in project.inputs.iter().enumerate() {
        for mirror in &configuration.mirrors {
            let cluster = match mirror.cluster_id.value() {
                Some(id) if !mirror.cluster_id.sensitive => Cluster::Known(id.clone()),
                _ => Cluster::Named(mirror.cluster_name(), position),
            };
            let set = sets
                .entry(cluster.clone())
                .or_insert_with(|| MirrorSet::of(cluster));
            members
                .entry(set.cluster.clone())
                .or_default()
                .push((configuration, mirror));
            match resolved_values::told(mirror) {
                Ok((source, mirrors)) => set.entries.push(Entry {
                    source,
                    mirrors,
                    mirror,
                    configuration,
                }),
                Err(problems) => set.unresolved.push(Unresolved { mirror, problems }),
            }
        }
        // Manifests may say something of registries and declare no mirrors.
        if configuration.mirrors.is_empty() && !configuration.manifest_facts.registry_sources.is_empty() {
            let cluster = Cluster::Named(configuration.name.clone(), position);
            let mut set = MirrorSet::of(cluster.clone());
            set.registries = Registries::of_manifests(configuration);
            sets.insert(cluster, set);
        }
    }
    let mut sets: Vec<MirrorSet<'_>> = sets.into_values().collect();
    for set in &mut sets {
        if let Some(members) = members.remove(&set.cluster) {
            set.registries = Registries::of(members);
        }
        set.entries
            .sort_by(|a, b| (a.source, &a.mirror.address).cmp(&(b.source, &b.mirror.address)));
    }
    disambiguate::tell_apart(&mut sets, project);
    sets
}

/// There are no mirrors of a cluster that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoSuchCluster {
    /// What is asked for.
    pub wanted: String,
    /// What there is.
    pub known: Vec<String>,
}

impl fmt::Display for NoSuchCluster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no mirrors of cluster {}: ", self.wanted)?;
        match self.known.as_slice() {
            [] => f.write_str("the input has no mirrors"),
            known => write!(f, "the input has mirrors of {}", known.join(", ")),
        }
    }
}

impl std::error::Error for NoSuchCluster {}

/// The mirrors of the cluster of this name; of all clusters, where none is asked for.
pub fn of_cluster<'s, 'a>(
    sets: &'s [MirrorSet<'a>],
    wanted: Option<&str>,
) -> Result<Vec<&'s MirrorSet<'a>>, NoSuchCluster> {
    let is_wanted = |set: &&MirrorSet<'_>| wanted.is_none_or(|wanted| set.cluster.name() == wanted);
    let found: Vec<_> = sets.iter().filter(is_wanted).collect();
    match wanted {
        Some(wanted) if found.is_empty() => Err(NoSuchCluster {
            wanted: wanted.to_owned(),
            known: sets.iter().map(|set| set.cluster.name().to_owned()).collect(),
        }),
        _ => Ok(found),
    }
}

impl Entry<'_> {
    /// Whether it stands in a manifest; else it is a resource of Terraform.
    #[must_use]
    pub fn is_of_manifest(&self) -> bool {
        self.mirror.address.resource().is_none()
    }

    /// Whether the source is asked where no mirror has the image.
    #[must_use]
    pub fn policy(&self) -> SourcePolicy {
        self.mirror.policy.value().copied().unwrap_or_default()
    }
}

impl<'a> MirrorSet<'a> {
    fn of(cluster: Cluster) -> Self {
        Self {
            cluster,
            entries: Vec::new(),
            unresolved: Vec::new(),
            registries: Registries::default(),
        }
    }

    /// All its mirrors, those whose values are known first.
    pub fn mirrors(&self) -> impl Iterator<Item = &'a Mirror> {
        let entries = self.entries.iter().map(|entry| entry.mirror);
        entries.chain(self.unresolved.iter().map(|other| other.mirror))
    }

    /// The name of the one document that all entries stand in, if there is one.
    #[must_use]
    pub fn document_name(&self) -> Option<&str> {
        let mut names = self.entries.iter().map(|entry| match &entry.mirror.address {
            MirrorAddress::Entry(address) => address.document.name.as_deref(),
            MirrorAddress::Resource(_) => None,
        });
        let first = names.next()??;
        names.all(|name| name == Some(first)).then_some(first)
    }

    /// Its entries, those for one source and one kind of pull made into one; sorted by source.
    #[must_use]
    pub fn merged(&'a self) -> Vec<Merged<'a>> {
        let mut entries: Vec<&Entry<'_>> = self.entries.iter().collect();
        entries.sort_by_key(|entry| (entry.source, entry.mirror.pull));
        let same = |a: &&Entry<'_>, b: &&Entry<'_>| (a.source, a.mirror.pull) == (b.source, b.mirror.pull);
        entries.chunk_by(same).filter_map(Merged::of).collect()
    }

    /// Everything that goes into the configuration of the cluster's nodes, with registries that are blocked
    /// and insecure besides those of the cluster.
    #[must_use]
    pub fn settings(&self, blocked: &[String], insecure: &[String]) -> Settings {
        let entry = |entry: &Entry<'_>| registries_conf::Entry {
            source: entry.source.to_owned(),
            mirrors: entry.mirrors.iter().map(|mirror| (*mirror).to_owned()).collect(),
            pull: entry.mirror.pull,
            policy: entry.policy(),
        };
        Settings {
            entries: self.entries.iter().map(entry).collect(),
            insecure: [&self.registries.insecure, insecure].concat(),
            blocked: [&self.registries.blocked, blocked].concat(),
            allowed: self.registries.allowed.clone(),
        }
    }
}

impl<'a> Merged<'a> {
    fn of(entries: &[&'a Entry<'a>]) -> Option<Self> {
        let (first, more) = entries.split_first()?;
        let lists: Vec<&[&str]> = entries.iter().map(|entry| entry.mirrors.as_slice()).collect();
        Some(Self {
            source: first.source,
            pull: first.mirror.pull,
            policy: first.policy(),
            mirrors: if more.is_empty() {
                first.mirrors.clone()
            } else {
                merged_mirrors(first.source, &lists)
            },
            of: entries.to_vec(),
        })
    }
}
