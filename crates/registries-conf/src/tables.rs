//! The tables of `registries.conf`, and how the settings of a cluster become tables: `EditRegistriesConfig` of
//! openshift/runtime-utils.

use std::collections::BTreeMap;
use std::fmt;

use crate::merge_order::merge_mirrors;
use crate::scope_map::ScopeMap;
use crate::settings::{MirrorEntry, PullKind, RegistrySettings, SourcePolicy};

/// A `[[registry]]` table. The fields are the keys of the table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RegistryTable {
    /// The scope if it is a wildcard, else empty.
    pub prefix: String,
    /// The scope if it is not a wildcard, else empty.
    pub location: String,
    /// Whether the source may be contacted without TLS, or with a certificate that is not trusted.
    pub insecure: bool,
    /// Whether the source must not be contacted.
    pub blocked: bool,
    /// The `[[registry.mirror]]` tables, in the order in which the mirrors are tried.
    pub mirrors: Vec<MirrorTable>,
}

/// A `[[registry.mirror]]` table. The fields are the keys of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MirrorTable {
    /// The mirror.
    pub location: String,
    /// Whether the mirror may be contacted without TLS, or with a certificate that is not trusted.
    pub insecure: bool,
    /// Which pulls the mirror serves.
    pub pull_from_mirror: PullFromMirror,
}

/// The values of `pull-from-mirror`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum PullFromMirror {
    /// All pulls, which is the default of the file.
    #[default]
    All,
    /// Pulls by digest.
    DigestOnly,
    /// Pulls by tag.
    TagOnly,
}

impl PullFromMirror {
    /// The value as the file has it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::DigestOnly => "digest-only",
            Self::TagOnly => "tag-only",
        }
    }

    /// Whether the mirror serves pulls of a kind.
    #[must_use]
    pub fn serves(self, pull: PullKind) -> bool {
        self == Self::All || self == Self::from(pull)
    }
}

impl From<PullKind> for PullFromMirror {
    fn from(pull: PullKind) -> Self {
        match pull {
            PullKind::DigestOnly => Self::DigestOnly,
            PullKind::TagOnly => Self::TagOnly,
        }
    }
}

/// Why settings that pass [`RegistrySettings::validate`] still have no tables: a registry within a wildcard
/// source is blocked or insecure, and the mirrors of the wildcard cannot be copied to its table
/// (`mirrorsAdjustedForNestedScope`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NestedScopeError {
    /// The wildcard source.
    pub source: String,
    /// The blocked or insecure scope within the source.
    pub scope: String,
}

impl fmt::Display for NestedScopeError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { source, scope } = self;
        write!(
            formatter,
            "{scope:?} is blocked or insecure and is covered by the wildcard source {source:?}"
        )
    }
}

impl std::error::Error for NestedScopeError {}

impl RegistryTable {
    fn from_scope(scope: &str) -> Self {
        let mut table = Self::default();
        if scope.starts_with("*.") {
            scope.clone_into(&mut table.prefix);
        } else {
            scope.clone_into(&mut table.location);
        }
        table
    }

    /// The source that the table applies to: `prefix` if it is set, else `location`.
    #[must_use]
    pub fn scope(&self) -> &str {
        if self.prefix.is_empty() {
            &self.location
        } else {
            &self.prefix
        }
    }
}

impl RegistrySettings {
    /// Builds the tables that a node gets, in their order. The settings are not validated:
    /// [`RegistrySettings::validate`] checks whether the machine config operator accepts them.
    pub fn to_tables(&self) -> Result<Vec<RegistryTable>, NestedScopeError> {
        let mut builder = TablesBuilder::default();
        let mut mirrored_sources = Vec::new();
        for pull_kind in [PullKind::DigestOnly, PullKind::TagOnly] {
            let sources = group_by_source(&self.entries, pull_kind);
            for (source, mirrors) in &sources {
                builder.add_mirrors(source, mirrors, pull_kind);
            }
            mirrored_sources.extend(sources.into_keys());
        }
        for scope in self.blocked.iter().chain(&self.insecure) {
            builder.get_or_insert(scope);
        }
        builder.mark(&self.insecure, &self.blocked);
        builder.copy_mirrors_to_nested(&mirrored_sources)?;
        Ok(builder.tables)
    }
}

/// The entries of one source for one kind of pull.
#[derive(Default)]
struct SourceMirrors<'a> {
    lists: Vec<&'a [String]>,
    is_never_contacted: bool,
}

fn group_by_source(entries: &[MirrorEntry], pull_kind: PullKind) -> BTreeMap<&str, SourceMirrors<'_>> {
    let mut sources: BTreeMap<&str, SourceMirrors<'_>> = BTreeMap::new();
    for entry in entries {
        if entry.pull_kind != pull_kind || !entry.has_real_mirror() {
            continue;
        }
        let mirrors = sources.entry(&entry.source).or_default();
        mirrors.lists.push(&entry.mirrors);
        mirrors.is_never_contacted |= entry.policy == SourcePolicy::NeverContact;
    }
    sources
}

#[derive(Default)]
struct TablesBuilder {
    tables: Vec<RegistryTable>,
    /// The index of each scope's table.
    indices: BTreeMap<String, usize>,
}

impl TablesBuilder {
    fn get_or_insert(&mut self, scope: &str) -> &mut RegistryTable {
        let index = match self.indices.get(scope) {
            Some(index) => *index,
            None => {
                self.tables.push(RegistryTable::from_scope(scope));
                self.indices.insert(scope.to_owned(), self.tables.len() - 1);
                self.tables.len() - 1
            }
        };
        &mut self.tables[index]
    }

    fn add_mirrors(&mut self, source: &str, mirrors: &SourceMirrors<'_>, pull_kind: PullKind) {
        let table = self.get_or_insert(source);
        table.blocked |= mirrors.is_never_contacted;
        let locations = merge_mirrors(source, &mirrors.lists);
        table
            .mirrors
            .extend(locations.into_iter().map(|location| MirrorTable {
                location: location.to_owned(),
                insecure: false,
                pull_from_mirror: pull_kind.into(),
            }));
    }

    /// Marks everything within these scopes.
    fn mark(&mut self, insecure: &[String], blocked: &[String]) {
        let [insecure, blocked] = [insecure, blocked].map(|scopes| {
            let scopes = scopes.iter().map(|scope| (scope.as_str(), ()));
            scopes.collect::<ScopeMap<()>>()
        });
        let is_in = |scopes: &ScopeMap<()>, name: &str| scopes.containing(name).next().is_some();
        for table in &mut self.tables {
            table.insecure |= is_in(&insecure, table.scope());
            table.blocked |= is_in(&blocked, table.scope());
            for mirror in &mut table.mirrors {
                mirror.insecure |= is_in(&insecure, &mirror.location);
            }
        }
    }

    /// Copies the mirrors of a source to the tables within it that have none of their own, because a node uses
    /// only the longest match. Of several sources, the first one counts: within each kind of pull they come in
    /// alphabetical order, so the shortest parent comes first, and after it the table has mirrors.
    fn copy_mirrors_to_nested(&mut self, sources: &[&str]) -> Result<(), NestedScopeError> {
        let positions: ScopeMap<usize> = sources.iter().copied().zip(0..).collect();
        let first_source = |table: &RegistryTable| {
            let containing = positions.containing(table.scope());
            containing.map(|(_, position)| *position).min()
        };
        let mut nested: Vec<(usize, usize)> = self
            .tables
            .iter()
            .enumerate()
            .filter(|(_, table)| table.mirrors.is_empty())
            .filter_map(|(index, table)| Some((first_source(table)?, index)))
            .collect();
        // The error is that of the first source.
        nested.sort_unstable();
        for (position, index) in nested {
            let source = sources[position];
            let scope = self.tables[index].scope();
            let nested_path = match scope.strip_prefix(source) {
                Some(nested_path) if !source.starts_with("*.") => nested_path.to_owned(),
                _ => {
                    return Err(NestedScopeError {
                        source: source.to_owned(),
                        scope: scope.to_owned(),
                    });
                }
            };
            let mut mirrors = self.get_or_insert(source).mirrors.clone();
            for mirror in &mut mirrors {
                mirror.location.push_str(&nested_path);
            }
            self.tables[index].mirrors = mirrors;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
