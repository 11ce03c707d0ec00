//! Short names: images without their registry.

use super::hub::DOCKER_HUB;

/// Whether a source has no registry host, so that it names an image and not a place: `nginx`,
/// `library/nginx`, `bitnami/redis`.
///
/// The first part of a name is a host if it holds a dot or a colon, or is `localhost`
/// (`splitDockerDomain` in `docker/reference`); a part with an upper-case letter is taken for a host too,
/// as newer releases of that function have it. A source may also be a bare host with a port, which that
/// function never sees: `mirror:5000` is one, while `redis:7` is an image with a tag.
/// What is no name at all (empty, a URL, a leading slash) is not short either, but invalid.
#[must_use]
pub fn is_short(source: &str) -> bool {
    let name = source.trim();
    if name.is_empty() || name.starts_with('/') || name.starts_with("*.") || name.contains("://") {
        return false;
    }
    let name = name.split('@').next().unwrap_or(name);
    match name.split_once('/') {
        Some((first, _)) => !is_host(first),
        None => match name.split_once(':') {
            Some((first, port)) => !first.contains('.') && first != "localhost" && !is_registry_port(port),
            None => !is_host(name),
        },
    }
}

fn is_host(first: &str) -> bool {
    first.contains(['.', ':']) || first == "localhost" || first.chars().any(char::is_uppercase)
}

/// No registry listens below the port of HTTP, and tags such as `7` or `16` are common.
fn is_registry_port(text: &str) -> bool {
    text.parse::<u16>().is_ok_and(|port| port >= 80)
}

/// The full name of a short source: `nginx` is `docker.io/library/nginx`, `bitnami/redis` is
/// `docker.io/bitnami/redis`. A tag or digest stays where it is.
#[must_use]
pub fn full_name(short: &str) -> String {
    let name = short.trim();
    if name.split('@').next().unwrap_or(name).contains('/') {
        format!("{DOCKER_HUB}/{name}")
    } else {
        format!("{DOCKER_HUB}/library/{name}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
            assert!(is_short(name), "{name}");
        }
        assert!(is_short("nginx@sha256:0123"));
    }

    #[test]
    fn hosts_are_told_by_dot_port_case_or_localhost() {
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
            assert!(!is_short(name), "{name}");
        }
    }

    #[test]
    fn what_is_no_name_at_all_is_not_short() {
        for name in ["", "  ", "/nginx", "https://nginx", "docker://nginx"] {
            assert!(!is_short(name), "{name:?}");
        }
    }

    #[test]
    fn a_short_name_is_completed_as_docker_does() {
        assert_eq!(full_name("nginx"), "docker.io/library/nginx");
        assert_eq!(full_name("library/nginx"), "docker.io/library/nginx");
        assert_eq!(full_name("bitnami/redis"), "docker.io/bitnami/redis");
        assert_eq!(full_name("nginx:1.25"), "docker.io/library/nginx:1.25");
    }
}
