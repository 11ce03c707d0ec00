//! The tables of `registries.conf`, and how settings become them: `EditRegistriesConfig` of
//! openshift/runtime-utils.

use std::collections::BTreeMap;
use std::fmt;

use super::order::merged_mirrors;
use super::scope::is_nested;
use super::settings::{Entry, Pull, Settings, SourcePolicy};

/// Where a node looks for a short name, in order: the template of the machine config operator
/// (`container-registries.yaml`).
pub const SEARCH_REGISTRIES: [&str; 2] = ["registry.access.redhat.com", "docker.io"];

/// One `[[registry]]` table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    /// `prefix`: the scope where it is a wildcard, else empty.
    pub prefix: String,
    /// `location`: the scope where it is none, else empty.
    pub location: String,
    /// `insecure`.
    pub insecure: bool,
    /// `blocked`.
    pub blocked: bool,
    /// The `[[registry.mirror]]` tables.
    pub mirrors: Vec<MirrorTable>,
}

/// One `[[registry.mirror]]` table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MirrorTable {
    /// `location`.
    pub location: String,
    /// `insecure`.
    pub insecure: bool,
    /// `pull-from-mirror`.
    pub pull: Pull,
}

/// Why settings that [`Settings::validate`] lets pass still give no configuration: registries are blocked
/// or insecure under a wildcard source, whose mirrors cannot be handed down to them
/// (`mirrorsAdjustedForNestedScope`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NestedInWildcard {
    /// The wildcard source.
    pub source: String,
    /// The blocked or insecure scope under it.
    pub scope: String,
}

impl fmt::Display for NestedInWildcard {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { source, scope } = self;
        write!(
            formatter,
            "{scope:?} is blocked or insecure and is covered by the wildcard source {source:?}"
        )
    }
}

impl std::error::Error for NestedInWildcard {}

impl Table {
    fn of(scope: &str) -> Self {
        let mut table = Self::default();
        if scope.starts_with("*.") {
            scope.clone_into(&mut table.prefix);
        } else {
            scope.clone_into(&mut table.location);
        }
        table
    }

    /// What it applies to.
    #[must_use]
    pub fn scope(&self) -> &str {
        if self.prefix.is_empty() {
            &self.location
        } else {
            &self.prefix
        }
    }
}

impl Settings {
    /// The tables that a node gets, in their order. The settings are taken as they are: whether the machine
    /// config operator accepts them is [`Settings::validate`]'s.
    pub fn tables(&self) -> Result<Vec<Table>, NestedInWildcard> {
        let mut tables = Tables::default();
        let mut mirrored = Vec::new();
        for pull in [Pull::DigestOnly, Pull::TagOnly] {
            let lists = lists(&self.entries, pull);
            for (source, lists) in &lists {
                tables.add_mirrors(source, lists, pull);
            }
            mirrored.extend(lists.into_keys());
        }
        // Before `insecure`, so that what is blocked under an insecure registry is marked as both.
        for scope in &self.blocked {
            tables.get(scope);
        }
        for scope in &self.insecure {
            tables.mark_insecure(scope);
        }
        for scope in &self.blocked {
            tables.mark_blocked(scope);
        }
        let bare: Vec<usize> = (0..tables.list.len())
            .filter(|place| tables.list[*place].mirrors.is_empty())
            .collect();
        for source in mirrored.into_iter().filter(|_| !bare.is_empty()) {
            tables.hand_down(source, &bare)?;
        }
        Ok(tables.list)
    }
}

/// The lists of mirrors by source, and whether the source is never to be contacted.
struct Lists<'a> {
    mirrors: Vec<&'a [String]>,
    never: bool,
}

fn lists(entries: &[Entry], pull: Pull) -> BTreeMap<&str, Lists<'_>> {
    let mut lists = BTreeMap::new();
    for entry in entries {
        if entry.pull != pull || !entry.has_a_mirror() {
            continue;
        }
        let list = lists.entry(entry.source.as_str()).or_insert_with(|| Lists {
            mirrors: Vec::new(),
            never: false,
        });
        list.mirrors.push(&entry.mirrors);
        list.never |= entry.policy == SourcePolicy::NeverContact;
    }
    lists
}

/// The tables in the making, and where each scope's is.
#[derive(Default)]
struct Tables {
    list: Vec<Table>,
    places: BTreeMap<String, usize>,
}

impl Tables {
    /// The table of a scope, made if it is not there.
    fn get(&mut self, scope: &str) -> &mut Table {
        let place = match self.places.get(scope) {
            Some(place) => *place,
            None => {
                self.list.push(Table::of(scope));
                self.places.insert(scope.to_owned(), self.list.len() - 1);
                self.list.len() - 1
            }
        };
        &mut self.list[place]
    }

    fn add_mirrors(&mut self, source: &str, lists: &Lists<'_>, pull: Pull) {
        let table = self.get(source);
        table.blocked |= lists.never;
        let mirrors = merged_mirrors(source, &lists.mirrors);
        table
            .mirrors
            .extend(mirrors.into_iter().map(|mirror| MirrorTable {
                location: mirror.to_owned(),
                insecure: false,
                pull,
            }));
    }

    fn mark_insecure(&mut self, scope: &str) {
        self.get(scope);
        for table in &mut self.list {
            table.insecure |= is_nested(table.scope(), scope);
            for mirror in &mut table.mirrors {
                mirror.insecure |= is_nested(&mirror.location, scope);
            }
        }
    }

    fn mark_blocked(&mut self, scope: &str) {
        self.get(scope);
        for table in &mut self.list {
            table.blocked |= is_nested(table.scope(), scope);
        }
    }

    /// A node looks at the longest match alone, so a scope under a source that has no mirrors of its own
    /// gets those of the source. Sources come in alphabetical order: the shortest parent is first, and
    /// after that the scope has mirrors. `bare` are the tables that had none to begin with.
    fn hand_down(&mut self, source: &str, bare: &[usize]) -> Result<(), NestedInWildcard> {
        let mirrors = self.get(source).mirrors.clone();
        for place in bare {
            let table = &mut self.list[*place];
            let scope = table.scope();
            if scope == source || !table.mirrors.is_empty() || !is_nested(scope, source) {
                continue;
            }
            let behind = match scope.strip_prefix(source) {
                Some(behind) if !source.starts_with("*.") => behind.to_owned(),
                _ => {
                    return Err(NestedInWildcard {
                        source: source.to_owned(),
                        scope: scope.to_owned(),
                    });
                }
            };
            table.mirrors.clone_from(&mirrors);
            for mirror in &mut table.mirrors {
                mirror.location.push_str(&behind);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
