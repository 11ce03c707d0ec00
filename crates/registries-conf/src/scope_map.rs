//! Scopes in which many names are looked up.

use std::collections::{BTreeMap, BTreeSet};

use crate::scope::wildcard_host;

/// Values by scope, for lists of registries that are compared with many names: other scopes than those that a name is within
/// are not looked at. Which these are is the same as with [`is_within_scope`](crate::is_within_scope).
///
/// ```
/// # use registries_conf::ScopeMap;
/// let scopes = ScopeMap::from_iter([("*.io", 1), ("quay.io", 2), ("quay.io/org", 3), ("ghcr.io", 4)]);
/// let values = scopes.containing("quay.io/org/app").map(|(_, value)| *value);
/// assert_eq!(values.collect::<Vec<_>>(), [2, 3, 1]);
/// assert_eq!(scopes.longest_containing("quay.io/org/app"), Some(("quay.io/org", &3)));
/// assert_eq!(scopes.any_within("ghcr.io"), Some(("ghcr.io", &4)));
/// ```
#[derive(Debug, Clone)]
pub struct ScopeMap<V> {
    values: BTreeMap<String, V>,
    /// The lengths of the scopes. Of a name, only parts of these lengths are looked up.
    lengths: BTreeSet<usize>,
    /// The lengths of the wildcards.
    wildcard_lengths: BTreeSet<usize>,
    /// A scope of each host, which is reversed: the subdomains of a host are neighbors.
    hosts: BTreeMap<String, String>,
}

impl<V> Default for ScopeMap<V> {
    fn default() -> Self {
        Self {
            values: BTreeMap::new(),
            lengths: BTreeSet::new(),
            wildcard_lengths: BTreeSet::new(),
            hosts: BTreeMap::new(),
        }
    }
}

impl<S: Into<String>, V> FromIterator<(S, V)> for ScopeMap<V> {
    /// Of several values for one scope, the first one is kept.
    fn from_iter<I: IntoIterator<Item = (S, V)>>(scopes: I) -> Self {
        let mut map = Self::default();
        for (scope, value) in scopes {
            map.insert(scope.into(), value);
        }
        map
    }
}

impl<V> ScopeMap<V> {
    fn insert(&mut self, scope: String, value: V) {
        self.lengths.insert(scope.len());
        if scope.starts_with("*.") {
            self.wildcard_lengths.insert(scope.len());
        }
        if let Some(host) = wildcard_host(&scope) {
            self.hosts.entry(reversed(host)).or_insert_with(|| scope.clone());
        }
        self.values.entry(scope).or_insert(value);
    }

    /// The scopes that a name is within: shorter ones before longer ones, and after them wildcards.
    pub fn containing(&self, name: &str) -> impl Iterator<Item = (&str, &V)> {
        let is_end = |end: usize| matches!(name.as_bytes().get(end), None | Some(b'/'));
        let ends = self.lengths.range(..=name.len()).filter(move |end| is_end(**end));
        let prefixes = ends.filter_map(|end| self.values.get_key_value(name.get(..*end)?));
        let host = wildcard_host(name).unwrap_or_default();
        // A wildcard is as long as the part of the host that it stands for, and its `*`.
        let lengths = self.wildcard_lengths.range(..=host.len() + 1);
        let wildcards = lengths.filter_map(move |length| {
            let suffix = host.get(host.len() + 1 - length..)?;
            self.values.get_key_value(&format!("*{suffix}"))
        });
        // Of a name that starts with a wildcard, this is among the prefixes.
        let wildcards =
            wildcards.filter(move |(scope, _)| !(name.starts_with(scope.as_str()) && is_end(scope.len())));
        prefixes
            .chain(wildcards)
            .map(|(scope, value)| (scope.as_str(), value))
    }

    /// The longest scope that a name is within.
    #[must_use]
    pub fn longest_containing(&self, name: &str) -> Option<(&str, &V)> {
        self.containing(name).max_by_key(|(scope, _)| scope.len())
    }

    /// A scope within another one, or equal to it.
    #[must_use]
    pub fn any_within(&self, outer: &str) -> Option<(&str, &V)> {
        let nested = || {
            let start = format!("{outer}/");
            let (scope, value) = self.values.range(start.clone()..).next()?;
            scope.starts_with(&start).then_some((scope, value))
        };
        let subdomain = || {
            let host = reversed(outer.strip_prefix('*').filter(|host| host.starts_with('.'))?);
            let (found, scope) = self.hosts.range(host.clone()..).next()?;
            found
                .starts_with(&host)
                .then(|| self.values.get_key_value(scope))?
        };
        let found = self
            .values
            .get_key_value(outer)
            .or_else(nested)
            .or_else(subdomain);
        found.map(|(scope, value)| (scope.as_str(), value))
    }
}

fn reversed(host: &str) -> String {
    host.chars().rev().collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::is_within_scope;

    proptest! {
        #[test]
        fn lookups_are_those_of_a_linear_search(
            scopes in proptest::collection::vec("(\\*\\.)?[ab]?(\\.[ab]){0,2}(:1)?(/[aé]?){0,2}", 0..12),
            name in "(\\*\\.)?[ab]?(\\.[ab]){0,2}(:1)?(/[aé]?){0,3}",
        ) {
            let map: ScopeMap<()> = scopes.iter().map(|scope| (scope, ())).collect();
            let mut actual: Vec<&str> = map.containing(&name).map(|(scope, ())| scope).collect();
            actual.sort_unstable();
            let scopes: BTreeSet<&str> = scopes.iter().map(String::as_str).collect();
            let is_outer = |scope: &&str| is_within_scope(&name, scope);
            let expected: Vec<&str> = scopes.iter().copied().filter(is_outer).collect();
            prop_assert_eq!(actual, expected);
            let is_inner = |scope: &str| is_within_scope(scope, &name);
            let found = map.any_within(&name).map(|(scope, ())| scope);
            prop_assert_eq!(found.is_some(), scopes.iter().any(|scope| is_inner(scope)));
            prop_assert!(found.is_none_or(is_inner));
        }
    }
}
