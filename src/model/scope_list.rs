//! A list of registries or namespaces in which names are looked up.

use std::ops::Deref;

use registries_conf::ScopeMap;

/// Registries, namespaces or `*.host`, in the order in which they are written.
#[derive(Debug, Clone, Default)]
pub struct ScopeList {
    scopes: Vec<String>,
    positions: ScopeMap<usize>,
}

/// How many entries of a list a message shows.
const MAX_SHOWN: usize = 10;

impl FromIterator<String> for ScopeList {
    fn from_iter<I: IntoIterator<Item = String>>(scopes: I) -> Self {
        let scopes: Vec<String> = scopes.into_iter().collect();
        let positions = scopes.iter().enumerate();
        Self {
            positions: positions
                .map(|(position, scope)| (scope.as_str(), position))
                .collect(),
            scopes,
        }
    }
}

impl Deref for ScopeList {
    type Target = [String];

    fn deref(&self) -> &Self::Target {
        &self.scopes
    }
}

impl ScopeList {
    /// The position of the first entry that a name is in.
    #[must_use]
    pub fn first_containing(&self, name: &str) -> Option<usize> {
        let positions = self.positions.containing(name);
        positions.map(|(_, position)| *position).min()
    }

    /// The entries for a message: the first few of many.
    #[must_use]
    pub fn describe(&self) -> String {
        let (shown, rest) = self.scopes.split_at(self.scopes.len().min(MAX_SHOWN));
        let shown = shown.join(", ");
        if rest.is_empty() {
            shown
        } else {
            format!("{shown} and {} more", rest.len())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_shows_the_first_entries_of_many() {
        let list = |count: usize| (0..count).map(|i| format!("r{i}.io")).collect::<ScopeList>();
        assert_eq!(list(2).describe(), "r0.io, r1.io");
        assert!(list(10).describe().ends_with("r8.io, r9.io"));
        assert!(list(12).describe().ends_with("r9.io and 2 more"));
    }

    #[test]
    fn the_first_entry_that_contains_a_name_counts() {
        let list: ScopeList = [
            "ghcr.io",
            "*.example.com",
            "quay.io/org",
            "quay.io",
            "a.example.com",
        ]
        .map(str::to_owned)
        .into_iter()
        .collect();
        assert_eq!(list.first_containing("quay.io/org/app"), Some(2));
        assert_eq!(list.first_containing("a.example.com/app"), Some(1));
        assert_eq!(list.first_containing("docker.com"), None);
    }
}
