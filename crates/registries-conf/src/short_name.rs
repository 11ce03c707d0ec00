//! Short names: image names without a registry host.

use crate::docker_hub::{DOCKER_HUB, OFFICIAL_NAMESPACE};
use crate::grammar::split_once;
use crate::location::Location;

/// Whether a source has no registry host: `nginx`, `library/nginx`, `bitnami/redis`.
///
/// The first component of a name is a host if it contains a dot or a colon, or is `localhost`
/// (`splitDockerDomain` in `docker/reference`); a component with an uppercase letter is a host too, as in
/// newer releases of that function. A source may also be a bare host with a port, which that function never
/// sees: `mirror:5000` is a host, while `redis:7` is an image with a tag.
/// A text that is not a name at all (empty, a URL, a leading slash) is invalid and not a short name.
#[must_use]
pub fn is_short_name(source: &str) -> bool {
    let name = source.trim();
    if name.is_empty() || name.starts_with('/') || name.starts_with("*.") || is_url(name) {
        return false;
    }
    let end = name.bytes().position(|byte| matches!(byte, b'/' | b':' | b'@'));
    let (first, rest) = name.split_at(end.unwrap_or(name.len()));
    match rest.strip_prefix(':') {
        Some(rest) => is_tag(first, split_once(rest, b'@').map_or(rest, |(rest, _)| rest)),
        None => !is_host(first),
    }
}

/// As [`is_short_name`], for the parts of a valid source.
pub(crate) fn has_short_name(location: &Location<'_>) -> bool {
    match location.port {
        _ if location.is_wildcard => false,
        Some(port) => location.path.is_none() && is_tag(location.host, port),
        None => !is_host(location.host),
    }
}

/// Whether the text after the first colon is a tag: neither a port nor a port and a path.
fn is_tag(first: &str, rest: &str) -> bool {
    !first.contains('.') && first != "localhost" && !rest.contains('/') && !is_registry_port(rest)
}

fn is_url(name: &str) -> bool {
    name.as_bytes().contains(&b':') && name.contains("://")
}

/// Whether a component without a colon is a host.
fn is_host(first: &str) -> bool {
    let is_of_host = |byte: u8| byte == b'.' || byte.is_ascii_uppercase();
    first.bytes().any(is_of_host)
        || first == "localhost"
        || (!first.is_ascii() && first.chars().any(char::is_uppercase))
}

/// No registry listens below the port of HTTP, and tags such as `7` or `16` are common.
fn is_registry_port(text: &str) -> bool {
    text.parse::<u16>().is_ok_and(|port| port >= 80)
}

/// Expands a short name to the full name: `nginx` is `docker.io/library/nginx`, `bitnami/redis` is
/// `docker.io/bitnami/redis`. A tag or digest is kept.
#[must_use]
pub fn expand_short_name(short_name: &str) -> String {
    let name = short_name.trim();
    if name.split('@').next().unwrap_or(name).contains('/') {
        format!("{DOCKER_HUB}/{name}")
    } else {
        format!("{DOCKER_HUB}/{OFFICIAL_NAMESPACE}/{name}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::texts_of;

    #[test]
    fn names_without_a_host_are_short() {
        for name in [
            "nginx",
            "library/nginx",
            "bitnami/redis",
            "nginx:1.25",
            "redis:7",
            "a/b/c",
            " nginx ",
        ] {
            assert!(is_short_name(name), "{name}");
        }
        assert!(is_short_name("nginx@sha256:0123"));
    }

    #[test]
    fn a_dot_a_port_an_upper_case_letter_or_localhost_makes_a_host() {
        for name in [
            "quay.io",
            "quay.io/org",
            "mirror:5000/org",
            "mirror:5000",
            "localhost",
            "localhost/app",
            "*.example.com",
            "Registry/app",
            "quay.io/org:tag",
            "localhost:80",
        ] {
            assert!(!is_short_name(name), "{name}");
        }
    }

    #[test]
    fn a_valid_source_is_short_as_a_text_and_in_parts() {
        for text in texts_of(&["a", "B", ".", "/", ":", "8", "80", "*.", "localhost"], 5) {
            if let Some(location) = Location::parse(&text) {
                assert_eq!(has_short_name(&location), is_short_name(&text), "{text}");
            }
        }
    }

    #[test]
    fn invalid_names_are_not_short() {
        for name in ["", "  ", "/nginx", "https://nginx", "docker://nginx"] {
            assert!(!is_short_name(name), "{name:?}");
        }
    }

    #[test]
    fn short_names_are_expanded_as_docker_does() {
        assert_eq!(expand_short_name("nginx"), "docker.io/library/nginx");
        assert_eq!(expand_short_name("library/nginx"), "docker.io/library/nginx");
        assert_eq!(expand_short_name("bitnami/redis"), "docker.io/bitnami/redis");
        assert_eq!(expand_short_name("nginx:1.25"), "docker.io/library/nginx:1.25");
    }
}
