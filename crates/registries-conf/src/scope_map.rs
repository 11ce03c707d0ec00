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
/// assert!(scopes.within("quay.io").eq([("quay.io", &2), ("quay.io/org", &3)]));
/// ```
#[derive(Debug, Clone)]
pub struct ScopeMap<V> {
    values: BTreeMap<String, V>,
    /// The lengths of the scopes. Of a name, only parts of these lengths are looked up.
    lengths: BTreeSet<usize>,
    /// The lengths of the wildcards.
    wildcard_lengths: BTreeSet<usize>,
    /// The scopes of each host, which is reversed: the subdomains of a host are neighbors.
    hosts: BTreeMap<String, BTreeSet<String>>,
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
            let scopes = self.hosts.entry(reversed(host)).or_default();
            scopes.insert(scope.clone());
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

    /// The longest scope that a name is within. `None` if there is no such scope.
    ///
    /// In `policy.json` an image matches its own name, each of its parents and, after them, the wildcards of its host
    /// (`DockerReferenceNamespaces`), which is this scope for image names. The name is the full form of the one in the pod,
    /// never the name at a mirror.
    #[must_use]
    pub fn longest_containing(&self, name: &str) -> Option<(&str, &V)> {
        // A wildcard is never longer than the host, and comes after it if it is as long.
        self.containing(name)
            .max_by_key(|(scope, _)| (scope.len(), !scope.starts_with('*')))
    }

    /// The value of a scope.
    #[must_use]
    pub fn get(&self, scope: &str) -> Option<&V> {
        self.values.get(scope)
    }

    /// The scopes within another one, which may be that one itself: those that start with it before subdomains of a wildcard.
    pub fn within(&self, outer: &str) -> impl Iterator<Item = (&str, &V)> {
        let start = format!("{outer}/");
        let nested = self.values.range(start.clone()..);
        let nested = nested.take_while(move |(scope, _)| scope.starts_with(&start));
        let is_same_or_nested = move |scope: &str| {
            let rest = scope.strip_prefix(outer);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let host = outer.strip_prefix('*').filter(|host| host.starts_with('.'));
        let subdomains = host.map(|host| {
            let host = reversed(host);
            let hosts = self.hosts.range(host.clone()..);
            hosts.take_while(move |(found, _)| found.starts_with(&host))
        });
        let of_subdomains = subdomains.into_iter().flatten().flat_map(|(_, scopes)| scopes);
        let of_subdomains = of_subdomains.filter(move |scope| !is_same_or_nested(scope));
        let of_subdomains = of_subdomains.filter_map(|scope| self.values.get_key_value(scope));
        let found = self.values.get_key_value(outer).into_iter();
        found
            .chain(nested)
            .chain(of_subdomains)
            .map(|(scope, value)| (scope.as_str(), value))
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

    #[test]
    fn the_longest_scope_counts_and_a_name_before_a_wildcard() {
        let scopes = [
            "quay.io",
            "quay.io/org",
            "*.example.com",
            "a.example.com",
            "*.b.example.com",
        ];
        let scopes: ScopeMap<()> = scopes.into_iter().map(|scope| (scope, ())).collect();
        let longest = |name| scopes.longest_containing(name).map(|(scope, ())| scope);
        assert_eq!(longest("quay.io/org/app"), Some("quay.io/org"));
        assert_eq!(longest("a.example.com/app"), Some("a.example.com"));
        assert_eq!(longest("c.b.example.com/app"), Some("*.b.example.com"));
        assert_eq!(longest("ghcr.io/app"), None);
    }

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
            let mut actual: Vec<&str> = map.within(&name).map(|(scope, ())| scope).collect();
            actual.sort_unstable();
            let is_inner = |scope: &&str| is_within_scope(scope, &name);
            let expected: Vec<&str> = scopes.iter().copied().filter(is_inner).collect();
            prop_assert_eq!(actual, expected);
        }
    }
}
