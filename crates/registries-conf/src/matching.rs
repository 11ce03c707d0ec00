//! Which source an image falls under, as `sysregistriesv2` of containers/image decides.

/// How many bytes of a full image name (or of a reference in full) a source covers, if it matches.
///
/// A source matches as a prefix that ends at the end of the name or before `:`, `/` or `@`; the case of
/// letters counts. That a host without a port thereby matches its every port is, by the library's own
/// word, not meant to stay (`refMatchingPrefix`). `*.host` matches the subdomains of the host at any
/// depth, and not the host itself; the library looks at the first place alone where `.host` stands
/// (`refMatchingSubdomainPrefix`).
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

/// What of a full image name can be a source that matches it, wildcards aside: each beginning that ends at a
/// separator, and the whole.
pub(super) fn beginnings(name: &str) -> impl Iterator<Item = &str> {
    let ends = name.match_indices([':', '/', '@']).map(|(at, _)| at);
    ends.chain([name.len()])
        .filter_map(|end| name.get(..end))
        .filter(|scope| !scope.is_empty())
}

/// The source that counts for a full image name: the longest that matches, and of equally long ones the
/// first in alphabetical order, which is a wildcard (`findRegistryWithParsedConfig`).
#[must_use]
pub fn longest_match<'a>(sources: impl IntoIterator<Item = &'a str>, name: &str) -> Option<&'a str> {
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
    fn a_host_matches_its_ports_and_a_port_not_its_host() {
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
        // Only the first place counts.
        assert!(!matches("*.io", "a.iob.io/app"));
    }

    #[test]
    fn the_longest_source_counts() {
        let sources = ["quay.io", "quay.io/org/app", "quay.io/org"];
        assert_eq!(longest_match(sources, "quay.io/org/x"), Some("quay.io/org"));
        assert_eq!(longest_match(sources, "quay.io/x"), Some("quay.io"));
        assert_eq!(longest_match(sources, "ghcr.io/x"), None);
    }

    #[test]
    fn of_equally_long_sources_the_wildcard_counts() {
        let sources = ["a.example.com", "*.example.com"];
        assert_eq!(longest_match(sources, "a.example.com/x"), Some("*.example.com"));
    }
}
