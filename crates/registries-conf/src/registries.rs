//! The tables as the container runtime loads them: checked, and without those it drops
//! (`postProcessRegistries` and `loadConfigFile` of containers/image).

use std::collections::BTreeMap;
use std::fmt;

use crate::tables::RegistryTable;

/// The loaded tables of a node, which images are resolved with ([`Registries::resolve`]).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Registries {
    /// By scope, without trailing slashes.
    pub(crate) tables: BTreeMap<String, RegistryTable>,
}

/// Why the container runtime rejects the tables. No image at all can be pulled then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RegistriesError {
    /// A location that begins with `http://` or `https://`.
    Scheme(String),
    /// An empty source.
    EmptySource,
    /// An empty mirror of this source.
    EmptyMirror(String),
    /// A wildcard with a port or a path.
    InvalidWildcard(String),
    /// Two tables for one location that differ in `insecure` or `blocked`.
    ConflictingTables(String),
    /// A table with a prefix that is not a wildcard, and without a location.
    MissingLocation(String),
}

impl fmt::Display for RegistriesError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scheme(location) => write!(formatter, "{location:?} has a scheme"),
            Self::EmptySource => formatter.write_str("a source is empty"),
            Self::EmptyMirror(source) => write!(formatter, "a mirror of {source:?} is empty"),
            Self::InvalidWildcard(source) => write!(formatter, "wildcard {source:?} has a port or path"),
            Self::ConflictingTables(location) => {
                write!(
                    formatter,
                    "tables for {location:?} have different values of insecure or blocked"
                )
            }
            Self::MissingLocation(prefix) => {
                write!(formatter, "the table with prefix {prefix:?} has no location")
            }
        }
    }
}

impl std::error::Error for RegistriesError {}

impl Registries {
    /// Loads the tables of a node. The first table of a scope is used.
    pub fn from_tables(tables: &[RegistryTable]) -> Result<Self, RegistriesError> {
        Self::load(tables).map_err(|(_, error)| error)
    }

    /// As [`Self::from_tables`]. An error has the position of the table that is rejected.
    pub(crate) fn load(tables: &[RegistryTable]) -> Result<Self, (usize, RegistriesError)> {
        let mut loaded: BTreeMap<String, RegistryTable> = BTreeMap::new();
        // Tables with several prefixes may share a location.
        let mut flags: BTreeMap<String, (bool, bool)> = BTreeMap::new();
        let mut invalid_wildcards: BTreeMap<String, usize> = BTreeMap::new();
        for (position, table) in tables.iter().enumerate() {
            let table = normalize_table(table).map_err(|error| (position, error))?;
            let location = match table.location.as_str() {
                "" => &table.prefix,
                location => location,
            };
            let first = *flags
                .entry(location.to_owned())
                .or_insert((table.insecure, table.blocked));
            if first != (table.insecure, table.blocked) {
                let error = RegistriesError::ConflictingTables(location.to_owned());
                return Err((position, error));
            }
            let scope = table.scope();
            if scope.starts_with("*.") && scope.contains(['/', '@', ':']) {
                invalid_wildcards.entry(scope.to_owned()).or_insert(position);
            }
            loaded.entry(scope.to_owned()).or_insert(table);
        }
        match invalid_wildcards.pop_first() {
            Some((scope, position)) => Err((position, RegistriesError::InvalidWildcard(scope))),
            None => Ok(Self { tables: loaded }),
        }
    }

    /// The loaded tables, in the order of their scopes.
    pub fn tables(&self) -> impl Iterator<Item = &RegistryTable> {
        self.tables.values()
    }
}

fn normalize_table(table: &RegistryTable) -> Result<RegistryTable, RegistriesError> {
    let mut table = table.clone();
    table.location = normalize_location(&table.location)?;
    table.prefix = normalize_location(&table.prefix)?;
    if table.scope().is_empty() {
        return Err(RegistriesError::EmptySource);
    }
    if table.location.is_empty() && !table.prefix.starts_with("*.") {
        return Err(RegistriesError::MissingLocation(table.prefix));
    }
    for mirror in &table.mirrors {
        // Mirrors keep their trailing slashes: only containers/image 5.35 removed them as well. With an older
        // version, which most nodes have, every pull by digest then fails.
        if normalize_location(&mirror.location)?.is_empty() {
            return Err(RegistriesError::EmptyMirror(table.scope().to_owned()));
        }
    }
    Ok(table)
}

pub(crate) fn normalize_location(text: &str) -> Result<String, RegistriesError> {
    let text = text.trim_end_matches('/');
    if text.starts_with("http://") || text.starts_with("https://") {
        return Err(RegistriesError::Scheme(text.to_owned()));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::{MirrorTable, PullFromMirror};

    fn table(location: &str, mirrors: &[&str]) -> RegistryTable {
        let mirror = |location: &&str| MirrorTable {
            location: (*location).to_owned(),
            insecure: false,
            pull_from_mirror: PullFromMirror::DigestOnly,
        };
        RegistryTable {
            location: location.to_owned(),
            mirrors: mirrors.iter().map(mirror).collect(),
            ..RegistryTable::default()
        }
    }

    #[test]
    fn invalid_locations_are_rejected() {
        let rejection = |table| Registries::from_tables(&[table]).unwrap_err();
        let text = |text: &str| text.to_owned();
        assert_eq!(rejection(table("", &["m.io"])), RegistriesError::EmptySource);
        assert_eq!(
            rejection(table("quay.io", &[""])),
            RegistriesError::EmptyMirror(text("quay.io"))
        );
        assert_eq!(
            rejection(table("quay.io", &["http://m.io"])),
            RegistriesError::Scheme(text("http://m.io"))
        );
        let mut wildcard = table("", &["m.io"]);
        wildcard.prefix = text("*.example.com/a");
        assert_eq!(
            rejection(wildcard),
            RegistriesError::InvalidWildcard(text("*.example.com/a"))
        );
    }

    #[test]
    fn of_sources_that_differ_in_trailing_slashes_the_first_is_used() {
        let (first, mut second) = (table("quay.io", &["a.io"]), table("quay.io/", &["b.io"]));
        let loaded = Registries::from_tables(&[first.clone(), second.clone()]).unwrap();
        assert_eq!(loaded.tables.values().collect::<Vec<_>>(), [&first]);
        second.blocked = true;
        assert_eq!(
            Registries::from_tables(&[first, second]),
            Err(RegistriesError::ConflictingTables("quay.io".to_owned()))
        );
    }
}
