//! Which source matches an image, as decided by `sysregistriesv2` of containers/image.

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::ops::Bound;

/// The number of bytes of a full image name (or of a full reference) that a source matches. `None` if it does
/// not match.
///
/// A source matches as a prefix that ends at the end of the name or before `:`, `/` or `@`. The comparison is
/// case-sensitive. A host without a port therefore matches all its ports, which the library documents as
/// unintended (`refMatchingPrefix`). `*.host` matches subdomains of the host at any depth, and not the host
/// itself; the library considers only the first occurrence of `.host` (`refMatchingSubdomainPrefix`).
#[must_use]
pub fn matched_length(source: &str, name: &str) -> Option<usize> {
    let end = if source.starts_with("*.") {
        let host = &source[1..];
        let start = name.find(host).filter(|start| !name[..*start].contains('/'))?;
        start + host.len()
    } else {
        name.starts_with(source).then_some(source.len())?
    };
    matches!(name.as_bytes().get(end), None | Some(b':' | b'/' | b'@')).then_some(end)
}

/// The values of all sources that match a full image name: wildcards first, then shorter sources before longer ones. Other
/// sources are not looked at, so that many names can be matched with many sources.
///
/// ```
/// # use std::collections::BTreeMap;
/// let sources = BTreeMap::from([("*.io", 1), ("quay.io", 2), ("quay.io/org", 3), ("quay.io/other", 4)]);
/// let values = registries_conf::matching_entries(&sources, "quay.io/org/app").map(|(_, value)| *value);
/// assert_eq!(values.collect::<Vec<_>>(), [1, 2, 3]);
/// ```
pub fn matching_entries<'m, S: Borrow<str> + Ord, V>(
    sources: &'m BTreeMap<S, V>,
    name: &str,
) -> impl Iterator<Item = (&'m S, &'m V)> {
    // All other sources that match are prefixes of the name, so they are looked up.
    let prefixes = prefixes_at_separators(name).filter_map(|prefix| sources.get_key_value(prefix));
    matching_wildcards(sources, name).into_iter().chain(prefixes)
}

/// From this number on, wildcards are looked up, and not compared one by one.
const MANY_WILDCARDS: usize = 16;

/// The wildcards that match a name, in alphabetical order. Of many, those are looked up that the host of the name can have.
fn matching_wildcards<'m, S: Borrow<str> + Ord, V>(
    sources: &'m BTreeMap<S, V>,
    name: &str,
) -> Vec<(&'m S, &'m V)> {
    let is_match = |source: &S| matched_length(source.borrow(), name).is_some();
    let wildcards = || {
        let from_first = sources.range::<str, _>((Bound::Included("*."), Bound::Unbounded));
        from_first.take_while(|(source, _)| (*source).borrow().starts_with("*."))
    };
    let host_end = name.find('/').unwrap_or(name.len());
    let starts = || name.match_indices('.').take_while(|(at, _)| *at < host_end);
    let ends = || name.match_indices([':', '/', '@']).map(|(at, _)| at);
    let lookups = starts().count().saturating_mul(ends().count() + 1);
    if wildcards().nth(MANY_WILDCARDS.max(lookups)).is_none() {
        return wildcards().filter(|(source, _)| is_match(source)).collect();
    }
    let candidates = starts().flat_map(|(start, _)| {
        let ends = ends().chain([name.len()]).filter(move |end| *end > start);
        ends.filter_map(move |end| name.get(start..end))
    });
    let mut found: Vec<(&S, &V)> = candidates
        .filter_map(|host| sources.get_key_value(format!("*{host}").as_str()))
        .filter(|(source, _)| is_match(source))
        .collect();
    found.sort_unstable_by_key(|(source, _)| *source);
    found.dedup_by_key(|(source, _)| *source);
    found
}

/// Every source that can match a full image name, except wildcards: each prefix that ends at a separator, and
/// the name itself.
fn prefixes_at_separators(name: &str) -> impl Iterator<Item = &str> {
    let ends = name.match_indices([':', '/', '@']).map(|(at, _)| at);
    ends.chain([name.len()])
        .filter_map(|end| name.get(..end))
        .filter(|prefix| !prefix.is_empty())
}

/// The source that is used for a full image name: the longest one that matches, and of equally long ones the
/// first in alphabetical order, which is a wildcard (`findRegistryWithParsedConfig`).
pub(crate) fn longest_match<'a>(sources: impl IntoIterator<Item = &'a str>, name: &str) -> Option<&'a str> {
    sources
        .into_iter()
        .filter(|source| !source.is_empty() && matched_length(source, name).is_some())
        .min_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(source: &str, name: &str) -> bool {
        matched_length(source, name).is_some()
    }

    #[test]
    fn a_source_matches_at_separators_only() {
        assert!(matches("quay.io/org", "quay.io/org/app"));
        assert!(matches("quay.io/org", "quay.io/org"));
        assert!(matches("quay.io/org/app", "quay.io/org/app@sha256:00"));
        assert!(matches("quay.io/org/app", "quay.io/org/app:v1"));
        assert!(!matches("quay.io/org", "quay.io/organization/app"));
        assert!(!matches("quay.io/org", "quay.io"));
        assert!(!matches("Quay.io", "quay.io/org"));
    }

    #[test]
    fn a_host_matches_its_ports_and_a_port_does_not_match_its_host() {
        assert!(matches("reg.example.com", "reg.example.com:5000/app"));
        assert!(!matches("reg.example.com:5000", "reg.example.com/app"));
    }

    #[test]
    fn a_wildcard_matches_subdomains_only() {
        assert_eq!(matched_length("*.example.com", "a.b.example.com/app"), Some(15));
        assert_eq!(
            matched_length("*.example.com", "a.example.com:5000/app"),
            Some(13)
        );
        assert!(!matches("*.example.com", "example.com/app"));
        assert!(!matches("*.example.com", "quay.io/a.example.com"));
        assert!(!matches("*.example.com", "a.example.com.io/app"));
        // Only the first occurrence is considered.
        assert!(!matches("*.io", "a.iob.io/app"));
    }

    #[test]
    fn the_longest_source_is_used() {
        let sources = ["quay.io", "quay.io/org/app", "quay.io/org"];
        assert_eq!(longest_match(sources, "quay.io/org/x"), Some("quay.io/org"));
        assert_eq!(longest_match(sources, "quay.io/x"), Some("quay.io"));
        assert_eq!(longest_match(sources, "ghcr.io/x"), None);
    }

    #[test]
    fn of_equally_long_sources_the_wildcard_is_used() {
        let sources = ["a.example.com", "*.example.com"];
        assert_eq!(longest_match(sources, "a.example.com/x"), Some("*.example.com"));
    }
}
