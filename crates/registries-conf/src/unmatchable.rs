//! Sources that keep to the grammar and still match no image.
//!
//! The runtime puts image references in full before it looks for a source, and takes sources as they are
//! written (containers-registries.conf(5), "Normalization of docker.io references").

use std::fmt;

use super::hub::{DOCKER_HUB, LEGACY, OFFICIAL, is_official};
use super::name::Name;
use super::repair::{Repair, Safety};
use super::short::{full_name, is_short};

/// Why a source matches nothing that anybody pulls, and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmatchable {
    /// Why.
    pub reason: Reason,
    /// The source to write, with every reason mended; nothing where that is open.
    pub repair: Option<Repair>,
}

/// Why a source matches nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// It has no host: `nginx`, `bitnami/redis`.
    NoHost,
    /// `index.docker.io`: references with it become `docker.io`.
    LegacyHub,
    /// `docker.io/nginx`: the reference becomes `docker.io/library/nginx`. Only images in a namespace of
    /// that name would match.
    OfficialImage,
    /// An upper-case letter in the host: the case of letters counts, and images name their host in lower
    /// case.
    UpperCaseHost,
    /// `:443`: images leave the port of HTTPS out, and nothing adds or takes it away.
    DefaultPort,
}

impl fmt::Display for Reason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::NoHost => "has no registry host",
            Self::LegacyHub => "names Docker Hub by its old host, which the runtime replaces by docker.io",
            Self::OfficialImage => "leaves out `library/`, which the runtime adds to official images",
            Self::UpperCaseHost => {
                "has an upper-case letter in its host, and images name hosts in lower case"
            }
            Self::DefaultPort => "has the port of HTTPS, which images leave out",
        })
    }
}

/// Whether and why a source never matches. A source that does not keep to the grammar is the diagnosis'.
#[must_use]
pub fn unmatchable(source: &str) -> Option<Unmatchable> {
    let name = Name::parse(source)?;
    let reason = reason(source, &name)?;
    Some(Unmatchable {
        reason,
        repair: repair(source, reason),
    })
}

fn reason(source: &str, name: &Name<'_>) -> Option<Reason> {
    if is_short(source) {
        return Some(Reason::NoHost);
    }
    if name.host.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Some(Reason::UpperCaseHost);
    }
    // Without a dot it is the port that tells a host, so images name it too.
    if name.port == Some("443") && name.host.contains('.') {
        return Some(Reason::DefaultPort);
    }
    match name.host {
        _ if name.wildcard || name.port.is_some() => None,
        LEGACY => Some(Reason::LegacyHub),
        DOCKER_HUB if name.path.is_some_and(is_official) => Some(Reason::OfficialImage),
        _ => None,
    }
}

/// Mends one reason after the other. Each takes its own reason away for good, so this ends.
fn repair(source: &str, reason: Reason) -> Option<Repair> {
    let mut name = source.to_owned();
    let mut safety = Safety::Safe;
    let mut next = Some(reason);
    while let Some(reason) = next {
        let (mended, own) = mended(&name, reason)?;
        name = mended;
        safety = safety.max(own);
        next = self::reason(&name, &Name::parse(&name)?);
    }
    Some(Repair { name, safety })
}

fn mended(source: &str, reason: Reason) -> Option<(String, Safety)> {
    let name = Name::parse(source)?;
    let behind = |host: &str| {
        let path = name.path.map(|path| format!("/{path}")).unwrap_or_default();
        format!("{host}{path}")
    };
    Some(match reason {
        // With a port it is a tag.
        Reason::NoHost if name.port.is_some() => return None,
        Reason::NoHost => (full_name(source), Safety::Safe),
        Reason::LegacyHub => (behind(DOCKER_HUB), Safety::Safe),
        Reason::OfficialImage => {
            let path = name.path.unwrap_or_default();
            (format!("{DOCKER_HUB}/{OFFICIAL}/{path}"), Safety::Unsafe)
        }
        Reason::UpperCaseHost => {
            let lower = source.to_ascii_lowercase();
            // `Registry/app` has no host in lower case.
            if is_short(&lower) {
                return None;
            }
            (lower, Safety::Safe)
        }
        Reason::DefaultPort => (behind(name.host), Safety::Unsafe),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(source: &str) -> Option<(Reason, Option<(String, Safety)>)> {
        let found = unmatchable(source)?;
        Some((
            found.reason,
            found.repair.map(|repair| (repair.name, repair.safety)),
        ))
    }

    #[test]
    fn what_is_written_otherwise_than_the_runtime_does_matches_nothing() {
        for (source, reason, name, safety) in [
            ("nginx", Reason::NoHost, "docker.io/library/nginx", Safety::Safe),
            (
                "bitnami/redis",
                Reason::NoHost,
                "docker.io/bitnami/redis",
                Safety::Safe,
            ),
            ("index.docker.io", Reason::LegacyHub, "docker.io", Safety::Safe),
            (
                "index.docker.io/org/app",
                Reason::LegacyHub,
                "docker.io/org/app",
                Safety::Safe,
            ),
            (
                "index.docker.io/nginx",
                Reason::LegacyHub,
                "docker.io/library/nginx",
                Safety::Unsafe,
            ),
            (
                "docker.io/nginx",
                Reason::OfficialImage,
                "docker.io/library/nginx",
                Safety::Unsafe,
            ),
            ("Quay.io/org", Reason::UpperCaseHost, "quay.io/org", Safety::Safe),
            (
                "*.Example.com",
                Reason::UpperCaseHost,
                "*.example.com",
                Safety::Safe,
            ),
            (
                "quay.io:443/org",
                Reason::DefaultPort,
                "quay.io/org",
                Safety::Unsafe,
            ),
        ] {
            assert_eq!(
                found(source),
                Some((reason, Some((name.to_owned(), safety)))),
                "{source}"
            );
        }
    }

    #[test]
    fn where_it_is_open_what_was_meant_there_is_no_repair() {
        assert_eq!(found("Registry/app"), Some((Reason::UpperCaseHost, None)));
        assert_eq!(found("nginx:7"), Some((Reason::NoHost, None)));
    }

    #[test]
    fn sources_that_can_match_are_left_alone() {
        for source in [
            "docker.io",
            "docker.io/library",
            "docker.io/library/nginx",
            "docker.io/bitnami",
            "docker.io/nginx/nginx-ingress",
            "registry-1.docker.io/library/nginx",
            "quay.io:8443/org",
            "mirror:5000",
            "mirror:443/app",
            "localhost/app",
            "*.docker.io",
            "not a name",
        ] {
            assert_eq!(found(source), None, "{source}");
        }
    }
}
