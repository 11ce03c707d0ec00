//! A list of registries of a cluster.

use std::ops::Deref;
use std::sync::OnceLock;

use registries_conf::ScopeMap;

use super::attribute::{Attribute, UnknownReasons};

/// A list of registries, which the sources and mirrors of a cluster are looked up in.
#[derive(Debug, Clone)]
pub struct RegistryList {
    entries: Attribute<Vec<Attribute<String>>>,
    /// The position of each known entry.
    positions: OnceLock<ScopeMap<usize>>,
    unknown: OnceLock<Option<UnknownReasons>>,
}

impl From<Attribute<Vec<Attribute<String>>>> for RegistryList {
    fn from(entries: Attribute<Vec<Attribute<String>>>) -> Self {
        Self {
            entries,
            positions: OnceLock::new(),
            unknown: OnceLock::new(),
        }
    }
}

impl Deref for RegistryList {
    type Target = Attribute<Vec<Attribute<String>>>;

    fn deref(&self) -> &Self::Target {
        &self.entries
    }
}

impl RegistryList {
    /// The attribute, to change it.
    pub fn attribute_mut(&mut self) -> &mut Attribute<Vec<Attribute<String>>> {
        self.positions.take();
        self.unknown.take();
        &mut self.entries
    }

    /// The entries; none if the list is unknown.
    #[must_use]
    pub fn entries(&self) -> &[Attribute<String>] {
        self.entries.value().map_or(&[], Vec::as_slice)
    }

    /// Why the contents of the list, or of one entry, are unknown.
    #[must_use]
    pub fn unknown_reasons(&self) -> Option<&UnknownReasons> {
        let find = || {
            let of_entries = || self.entries().iter().find_map(Attribute::as_unknown);
            self.entries.as_unknown().or_else(of_entries).cloned()
        };
        self.unknown.get_or_init(find).as_ref()
    }

    /// The longest entry that a name is within.
    #[must_use]
    pub fn entry_containing(&self, name: &str) -> Option<&Attribute<String>> {
        let (_, position) = self.positions().longest_containing(name)?;
        self.entries().get(*position)
    }

    /// An entry within a scope.
    #[must_use]
    pub fn entry_within(&self, scope: &str) -> Option<&Attribute<String>> {
        let (_, position) = self.positions().within(scope).next()?;
        self.entries().get(*position)
    }

    fn positions(&self) -> &ScopeMap<usize> {
        self.positions.get_or_init(|| {
            let entries = self.entries().iter().enumerate();
            let known = entries.filter_map(|(position, entry)| Some((entry.value()?.as_str(), position)));
            known.collect()
        })
    }
}
