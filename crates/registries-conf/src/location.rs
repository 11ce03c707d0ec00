//! A valid source or mirror, split into its parts.

use crate::grammar::{Role, is_valid_location, split_port, split_registry};

/// The parts of a valid source or mirror, borrowed from its text. `location` is the word of `registries.conf`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Location<'a> {
    /// Whether the text is `*.host`, which stands for all subdomains of the host.
    pub is_wildcard: bool,
    /// The host, without `*.`.
    pub host: &'a str,
    /// The digits after the host's colon.
    pub port: Option<&'a str>,
    /// Everything after the first slash.
    pub path: Option<&'a str>,
}

/// What a source or mirror stands for, by the depth of its path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Granularity {
    /// A host without a path, or a wildcard: everything on it.
    Registry,
    /// A host and one path component: a group of repositories. On a few registries it can be a repository too.
    Namespace,
    /// A host and two or more path components: a repository. On registries that nest deeper it can be a
    /// namespace too.
    Repository,
}

impl<'a> Location<'a> {
    /// Splits a source or mirror. `None` if the text is not a valid source (every valid mirror is one).
    #[must_use]
    pub fn parse(text: &'a str) -> Option<Self> {
        if !is_valid_location(text, Role::Source) {
            return None;
        }
        let (is_wildcard, rest) = text.strip_prefix("*.").map_or((false, text), |host| (true, host));
        let (registry, path) = split_registry(rest);
        let (host, port) = split_port(registry);
        Some(Self {
            is_wildcard,
            host,
            port,
            path,
        })
    }

    /// The number of components of the path.
    pub(crate) fn depth(&self) -> usize {
        self.path.map_or(0, |path| path.split('/').count())
    }

    /// What the location stands for. This is a convention, not a fact: Docker Hub and Quay name images
    /// `namespace/repository`, and most other registries follow.
    #[must_use]
    pub fn granularity(&self) -> Granularity {
        match self.depth() {
            0 => Granularity::Registry,
            1 => Granularity::Namespace,
            _ => Granularity::Repository,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_location_has_a_host_and_optionally_a_port_and_a_path() {
        let location = Location::parse("mirror:5000/org/app").unwrap();
        assert_eq!(
            (location.is_wildcard, location.host, location.port, location.path),
            (false, "mirror", Some("5000"), Some("org/app"))
        );
        assert_eq!(
            (location.depth(), location.granularity()),
            (2, Granularity::Repository)
        );
        let location = Location::parse("*.example.com").unwrap();
        assert_eq!(
            (location.is_wildcard, location.host, location.port, location.path),
            (true, "example.com", None, None)
        );
        assert_eq!(location.granularity(), Granularity::Registry);
        assert_eq!(
            Location::parse("quay.io/org").unwrap().granularity(),
            Granularity::Namespace
        );
        assert_eq!(Location::parse("quay.io/org:v1"), None);
    }
}
