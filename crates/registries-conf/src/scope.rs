//! Scopes: the entries in the lists of allowed, blocked and insecure registries, as read by
//! openshift/runtime-utils and by the signature policy of containers/image.

/// Whether a scope is within another one or equal to it (`ScopeIsNestedInsideScope`).
///
/// `quay.io/org` is within `quay.io`. A host with a port is not within the host without one. Everything on a
/// subdomain, on any port, is within `*.host`.
#[must_use]
pub fn is_within_scope(scope: &str, outer: &str) -> bool {
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
    wildcard_host(scope).is_some_and(|first| first.ends_with(host))
}

/// The host of a scope for a comparison with a wildcard. If there is a colon anywhere, everything before it has to be a host.
pub(crate) fn wildcard_host(scope: &str) -> Option<&str> {
    match scope.split_once(':') {
        Some((first, _)) => Some(first).filter(|first| !first.contains('/')),
        None => scope.split('/').next(),
    }
}

/// Whether the machine config operator accepts a text as an entry of these lists: anything that is not
/// empty, but a `*` only as `*.host` (`IsValidRegistriesConfScope`). One invalid entry is enough for no node
/// to get a new configuration.
#[must_use]
pub fn is_valid_scope(text: &str) -> bool {
    if !text.contains('*') {
        return !text.is_empty();
    }
    text.strip_prefix("*.")
        .is_some_and(|host| !host.contains(['/', '@', ':', '*']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_is_within_its_parents() {
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
            assert!(is_within_scope(scope, outer), "{scope} in {outer}");
        }
    }

    #[test]
    fn a_scope_is_not_within_a_scope_that_only_looks_like_a_parent() {
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
            assert!(!is_within_scope(scope, outer), "{scope} in {outer}");
        }
    }

    #[test]
    fn a_wildcard_is_valid_only_at_the_start_of_a_host() {
        for text in ["quay.io", "quay.io/org", "*.example.com", "any thing"] {
            assert!(is_valid_scope(text), "{text}");
        }
        for text in [
            "",
            "*",
            "a.*.com",
            "*.example.com/x",
            "*.example.com:5000",
            "*.*.com",
        ] {
            assert!(!is_valid_scope(text), "{text}");
        }
    }
}
