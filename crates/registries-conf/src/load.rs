//! Tables as the runtime takes them in: checked, and without what it drops (`postProcessRegistries` and
//! `loadConfigFile` of containers/image).

use std::collections::BTreeMap;
use std::fmt;

use super::tables::Table;

/// The tables of a node, ready to be asked ([`Registries::resolve`]).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Registries {
    /// By scope, without slashes at the ends.
    pub(super) tables: BTreeMap<String, Table>,
}

/// Why the runtime refuses the tables. Then no image at all can be pulled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LoadError {
    /// A location with `http://` or `https://`.
    Scheme(String),
    /// An empty source.
    NoSource,
    /// An empty mirror, of this source.
    NoMirror(String),
    /// A wildcard with a port or a path.
    Wildcard(String),
    /// Two tables for one location that differ in `insecure` or `blocked`.
    Conflict(String),
}

impl fmt::Display for LoadError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scheme(location) => write!(formatter, "{location:?} has a scheme"),
            Self::NoSource => formatter.write_str("a source is empty"),
            Self::NoMirror(source) => write!(formatter, "a mirror of {source:?} is empty"),
            Self::Wildcard(source) => write!(formatter, "wildcard {source:?} has more than a host"),
            Self::Conflict(location) => {
                write!(
                    formatter,
                    "tables for {location:?} differ in whether it is insecure or blocked"
                )
            }
        }
    }
}

impl std::error::Error for LoadError {}

impl Registries {
    /// Takes the tables in.
    pub fn load(tables: &[Table]) -> Result<Self, LoadError> {
        let mut loaded: BTreeMap<String, Table> = BTreeMap::new();
        for table in tables {
            let table = processed(table)?;
            // Sources that differ in slashes at their ends are one: the first counts.
            if let Some(other) = loaded.get(table.scope()) {
                if (other.insecure, other.blocked) != (table.insecure, table.blocked) {
                    return Err(LoadError::Conflict(table.scope().to_owned()));
                }
                continue;
            }
            loaded.insert(table.scope().to_owned(), table);
        }
        let wildcard = |scope: &&String| scope.starts_with("*.") && scope.contains(['/', '@', ':']);
        if let Some(scope) = loaded.keys().find(wildcard) {
            return Err(LoadError::Wildcard(scope.clone()));
        }
        Ok(Self { tables: loaded })
    }
}

fn processed(table: &Table) -> Result<Table, LoadError> {
    let mut table = table.clone();
    table.location = location(&table.location)?;
    table.prefix = location(&table.prefix)?;
    if table.scope().is_empty() {
        return Err(LoadError::NoSource);
    }
    for mirror in &table.mirrors {
        // Mirrors keep their slashes: only containers/image 5.35 took them off as well, and with an older
        // one, as most nodes have, each pull by digest then fails.
        if location(&mirror.location)?.is_empty() {
            return Err(LoadError::NoMirror(table.scope().to_owned()));
        }
    }
    Ok(table)
}

fn location(text: &str) -> Result<String, LoadError> {
    let text = text.trim_end_matches('/');
    if text.starts_with("http://") || text.starts_with("https://") {
        return Err(LoadError::Scheme(text.to_owned()));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::settings::Pull;
    use super::super::tables::MirrorTable;
    use super::*;

    fn table(location: &str, mirrors: &[&str]) -> Table {
        let mirror = |location: &&str| MirrorTable {
            location: (*location).to_owned(),
            insecure: false,
            pull: Pull::DigestOnly,
        };
        Table {
            location: location.to_owned(),
            mirrors: mirrors.iter().map(mirror).collect(),
            ..Table::default()
        }
    }

    #[test]
    fn what_is_no_location_is_refused() {
        let refused = |table| Registries::load(&[table]).unwrap_err();
        let text = |text: &str| text.to_owned();
        assert_eq!(refused(table("", &["m.io"])), LoadError::NoSource);
        assert_eq!(
            refused(table("quay.io", &[""])),
            LoadError::NoMirror(text("quay.io"))
        );
        assert_eq!(
            refused(table("quay.io", &["http://m.io"])),
            LoadError::Scheme(text("http://m.io"))
        );
        let mut wildcard = table("", &["m.io"]);
        wildcard.prefix = text("*.example.com/a");
        assert_eq!(refused(wildcard), LoadError::Wildcard(text("*.example.com/a")));
    }

    #[test]
    fn of_sources_that_differ_in_slashes_the_first_counts_if_they_agree() {
        let (first, mut second) = (table("quay.io", &["a.io"]), table("quay.io/", &["b.io"]));
        let loaded = Registries::load(&[first.clone(), second.clone()]).unwrap();
        assert_eq!(loaded.tables.values().collect::<Vec<_>>(), [&first]);
        second.blocked = true;
        assert_eq!(
            Registries::load(&[first, second]),
            Err(LoadError::Conflict("quay.io".to_owned()))
        );
    }
}
