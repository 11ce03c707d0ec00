//! A valid source or mirror, taken apart.

use super::grammar::{Role, is_valid, split_port, split_registry};

/// The parts of a source or mirror that keeps to the grammar, borrowed from its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Name<'a> {
    /// Whether it is `*.host`, all subdomains of the host.
    pub wildcard: bool,
    /// The host, without `*.`.
    pub host: &'a str,
    /// The digits behind the host's colon.
    pub port: Option<&'a str>,
    /// What follows the first slash.
    pub path: Option<&'a str>,
}

/// What a source stands for, by its depth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// A host without a path, or a wildcard: everything on it.
    Registry,
    /// A host and one part: repositories lie in it. On a few registries it can be a repository too.
    Namespace,
    /// A host and two parts or more: a repository. On registries that nest deeper it can be a namespace
    /// too.
    Repository,
}

impl<'a> Name<'a> {
    /// Takes a source or mirror apart; nothing if it does not keep to the grammar.
    #[must_use]
    pub fn parse(text: &'a str) -> Option<Self> {
        if !is_valid(text, Role::Source) {
            return None;
        }
        let (wildcard, rest) = text.strip_prefix("*.").map_or((false, text), |host| (true, host));
        let (registry, path) = split_registry(rest);
        let (host, port) = split_port(registry);
        Some(Self {
            wildcard,
            host,
            port,
            path,
        })
    }

    /// How many parts the path has.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.path.map_or(0, |path| path.split('/').count())
    }

    /// What it stands for. A convention, not a fact: Docker Hub and Quay name images `namespace/repository`,
    /// and the rest of the world mostly follows.
    #[must_use]
    pub fn place(&self) -> Place {
        match self.depth() {
            0 => Place::Registry,
            1 => Place::Namespace,
            _ => Place::Repository,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_a_host_and_perhaps_a_port_and_a_path() {
        let name = Name::parse("mirror:5000/org/app").unwrap();
        assert_eq!(
            (name.wildcard, name.host, name.port, name.path),
            (false, "mirror", Some("5000"), Some("org/app"))
        );
        assert_eq!((name.depth(), name.place()), (2, Place::Repository));
        let name = Name::parse("*.example.com").unwrap();
        assert_eq!(
            (name.wildcard, name.host, name.port, name.path),
            (true, "example.com", None, None)
        );
        assert_eq!(name.place(), Place::Registry);
        assert_eq!(Name::parse("quay.io/org").unwrap().place(), Place::Namespace);
        assert_eq!(Name::parse("quay.io/org:v1"), None);
    }
}
