//! Scopes: the entries of allowed, blocked and insecure registries, as openshift/runtime-utils and the
//! signature policy of containers/image read them.

/// Whether one scope lies in another or is the same (`ScopeIsNestedInsideScope`).
///
/// `quay.io/org` lies in `quay.io`. A host with a port does not lie in the host without one. Everything on
/// a subdomain, whatever its port, lies in `*.host`.
#[must_use]
pub fn is_nested(scope: &str, outer: &str) -> bool {
    if scope == outer {
        return true;
    }
    if scope
        .strip_prefix(outer)
        .is_some_and(|rest| rest.starts_with('/'))
    {
        return true;
    }
    let Some(host) = outer.strip_prefix('*').filter(|host| host.starts_with('.')) else {
        return false;
    };
    // With a colon anywhere, all before it has to be a host.
    match scope.split_once(':') {
        Some((first, _)) => first.ends_with(host) && !first.contains('/'),
        None => scope.split('/').next().is_some_and(|first| first.ends_with(host)),
    }
}

/// Whether the machine config operator takes a text for an entry of these lists: anything that is not
/// empty, but a `*` only as `*.host` (`IsValidRegistriesConfScope`). One bad entry and no node gets a new
/// configuration.
#[must_use]
pub fn is_scope(text: &str) -> bool {
    if !text.contains('*') {
        return !text.is_empty();
    }
    text.strip_prefix("*.")
        .is_some_and(|host| !host.contains(['/', '@', ':', '*']))
}

/// The entry that covers a source or an image's full name: the longest, or nothing.
///
/// In `policy.json` an image falls under its own name, its every parent and the wildcards of its host
/// (`DockerReferenceNamespaces`), which is [`is_nested`] for names. The name is the one that the pod
/// gives, in full, and never that of a mirror.
#[must_use]
pub fn covering<'a>(scopes: impl IntoIterator<Item = &'a str>, name: &str) -> Option<&'a str> {
    scopes
        .into_iter()
        .filter(|scope| is_nested(name, scope))
        .max_by_key(|scope| scope.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_lies_in_its_parents() {
        for (scope, outer) in [
            ("quay.io", "quay.io"),
            ("quay.io/org", "quay.io"),
            ("quay.io/org/app", "quay.io/org"),
            ("reg:5000/a", "reg:5000"),
            ("a.example.com", "*.example.com"),
            ("a.example.com/x", "*.example.com"),
            ("a.example.com:5000/x", "*.example.com"),
            ("*.a.example.com", "*.example.com"),
        ] {
            assert!(is_nested(scope, outer), "{scope} in {outer}");
        }
    }

    #[test]
    fn a_scope_does_not_lie_in_what_only_looks_like_a_parent() {
        for (scope, outer) in [
            ("quay.io", "quay.io/org"),
            ("quay.io/organization", "quay.io/org"),
            ("reg:5000", "reg"),
            ("reg", "reg:5000"),
            ("example.com", "*.example.com"),
            ("quay.io/a.example.com", "*.example.com"),
            ("quay.io/a.example.com:v1", "*.example.com"),
            ("a.example.com", "*example.com"),
        ] {
            assert!(!is_nested(scope, outer), "{scope} in {outer}");
        }
    }

    #[test]
    fn a_wildcard_is_a_scope_at_the_front_of_a_host_only() {
        for text in ["quay.io", "quay.io/org", "*.example.com", "any thing"] {
            assert!(is_scope(text), "{text}");
        }
        for text in [
            "",
            "*",
            "a.*.com",
            "*.example.com/x",
            "*.example.com:5000",
            "*.*.com",
        ] {
            assert!(!is_scope(text), "{text}");
        }
    }

    #[test]
    fn the_longest_entry_covers() {
        let scopes = ["quay.io", "quay.io/org", "*.example.com"];
        assert_eq!(covering(scopes, "quay.io/org/app"), Some("quay.io/org"));
        assert_eq!(covering(scopes, "a.example.com/app"), Some("*.example.com"));
        assert_eq!(covering(scopes, "ghcr.io/app"), None);
    }
}
