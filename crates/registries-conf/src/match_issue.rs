//! Sources that are valid but match no image.
//!
//! The container runtime expands image references to their full form before it looks for a source, and compares
//! them with sources as they are spelled (containers-registries.conf(5), "Normalization of docker.io
//! references").

use std::fmt;

use crate::docker_hub::{DOCKER_HUB, LEGACY_DOCKER_HUB, OFFICIAL_NAMESPACE, is_official_image};
use crate::location::Location;
use crate::short_name::{expand_short_name, has_short_name, is_short_name};
use crate::suggestion::{SuggestedName, SuggestionApplicability};

/// Why a valid source matches no image, and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatchIssue {
    /// The first reason.
    pub reason: UnmatchableReason,
    /// The source with every reason corrected. `None` if the intention is unclear.
    pub suggestion: Option<SuggestedName>,
}

/// Why a source matches no image. `Display` gives a predicate, such as "has no registry host".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnmatchableReason {
    /// The source has no host: `nginx`, `bitnami/redis`.
    NoHost,
    /// `index.docker.io`, which becomes `docker.io` in references.
    LegacyDockerHub,
    /// `docker.io/nginx`, which becomes `docker.io/library/nginx` in references. Only images in a namespace of
    /// that name would match.
    OfficialImage,
    /// An uppercase letter in the host: matching is case-sensitive, and references name their host in lower
    /// case.
    UppercaseHost,
    /// `:443`: references omit the default port of HTTPS, and nothing adds or removes it.
    DefaultPort,
}

impl fmt::Display for UnmatchableReason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::NoHost => "has no registry host",
            Self::LegacyDockerHub => {
                "names Docker Hub by its legacy host, which the container runtime replaces with docker.io"
            }
            Self::OfficialImage => {
                "omits `library/`, which the container runtime adds to the names of official images"
            }
            Self::UppercaseHost => {
                "has an uppercase letter in its host, but image references name hosts in lowercase"
            }
            Self::DefaultPort => "has the default port of HTTPS, which image references omit",
        })
    }
}

/// Finds out why a source matches no image. `None` if it can match one, or if it is not a valid source
/// ([`diagnose`](crate::diagnose()) reports that).
#[must_use]
pub fn find_match_issue(source: &str) -> Option<MatchIssue> {
    let reason = find_reason(&Location::parse(source)?)?;
    Some(MatchIssue {
        reason,
        suggestion: suggest_source(source, reason),
    })
}

/// Whether a source is valid and can match an image.
#[must_use]
pub fn can_match(source: &str) -> bool {
    Location::parse(source).is_some_and(|location| find_reason(&location).is_none())
}

fn find_reason(location: &Location<'_>) -> Option<UnmatchableReason> {
    if has_short_name(location) {
        return Some(UnmatchableReason::NoHost);
    }
    if location.host.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Some(UnmatchableReason::UppercaseHost);
    }
    // Without a dot it is the port that makes it a host, so references contain the port too.
    if location.port == Some("443") && location.host.contains('.') {
        return Some(UnmatchableReason::DefaultPort);
    }
    match location.host {
        _ if location.is_wildcard || location.port.is_some() => None,
        LEGACY_DOCKER_HUB => Some(UnmatchableReason::LegacyDockerHub),
        DOCKER_HUB if location.path.is_some_and(is_official_image) => Some(UnmatchableReason::OfficialImage),
        _ => None,
    }
}

/// Corrects one reason after another. A corrected reason never comes back, so this ends.
fn suggest_source(source: &str, reason: UnmatchableReason) -> Option<SuggestedName> {
    let mut name = source.to_owned();
    let mut applicability = SuggestionApplicability::Safe;
    let mut next_reason = Some(reason);
    while let Some(reason) = next_reason {
        let corrected = correct_reason(&name, reason)?;
        name = corrected.name;
        applicability = applicability.max(corrected.applicability);
        next_reason = find_reason(&Location::parse(&name)?);
    }
    Some(SuggestedName { name, applicability })
}

fn correct_reason(source: &str, reason: UnmatchableReason) -> Option<SuggestedName> {
    use SuggestionApplicability::{Safe, Unsafe};

    let location = Location::parse(source)?;
    let path_on = |host: &str| match location.path {
        Some(path) => format!("{host}/{path}"),
        None => host.to_owned(),
    };
    let (name, applicability) = match reason {
        // The "port" may be a tag.
        UnmatchableReason::NoHost if location.port.is_some() => return None,
        UnmatchableReason::NoHost => (expand_short_name(source), Safe),
        UnmatchableReason::LegacyDockerHub => (path_on(DOCKER_HUB), Safe),
        UnmatchableReason::OfficialImage => {
            let path = location.path.unwrap_or_default();
            (format!("{DOCKER_HUB}/{OFFICIAL_NAMESPACE}/{path}"), Unsafe)
        }
        UnmatchableReason::UppercaseHost => {
            let lowercase = source.to_ascii_lowercase();
            // `registry/app` has no host, while `Registry/app` has one.
            if is_short_name(&lowercase) {
                return None;
            }
            (lowercase, Safe)
        }
        UnmatchableReason::DefaultPort => (path_on(location.host), Unsafe),
    };
    Some(SuggestedName { name, applicability })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn issue(source: &str) -> Option<(UnmatchableReason, Option<(String, SuggestionApplicability)>)> {
        let issue = find_match_issue(source)?;
        Some((
            issue.reason,
            issue
                .suggestion
                .map(|suggestion| (suggestion.name, suggestion.applicability)),
        ))
    }

    #[test]
    fn sources_that_differ_from_full_references_match_nothing() {
        for (source, reason, name, applicability) in [
            (
                "nginx",
                UnmatchableReason::NoHost,
                "docker.io/library/nginx",
                SuggestionApplicability::Safe,
            ),
            (
                "bitnami/redis",
                UnmatchableReason::NoHost,
                "docker.io/bitnami/redis",
                SuggestionApplicability::Safe,
            ),
            (
                "index.docker.io",
                UnmatchableReason::LegacyDockerHub,
                "docker.io",
                SuggestionApplicability::Safe,
            ),
            (
                "index.docker.io/org/app",
                UnmatchableReason::LegacyDockerHub,
                "docker.io/org/app",
                SuggestionApplicability::Safe,
            ),
            (
                "index.docker.io/nginx",
                UnmatchableReason::LegacyDockerHub,
                "docker.io/library/nginx",
                SuggestionApplicability::Unsafe,
            ),
            (
                "docker.io/nginx",
                UnmatchableReason::OfficialImage,
                "docker.io/library/nginx",
                SuggestionApplicability::Unsafe,
            ),
            (
                "Quay.io/org",
                UnmatchableReason::UppercaseHost,
                "quay.io/org",
                SuggestionApplicability::Safe,
            ),
            (
                "*.Example.com",
                UnmatchableReason::UppercaseHost,
                "*.example.com",
                SuggestionApplicability::Safe,
            ),
            (
                "quay.io:443/org",
                UnmatchableReason::DefaultPort,
                "quay.io/org",
                SuggestionApplicability::Unsafe,
            ),
        ] {
            assert_eq!(
                issue(source),
                Some((reason, Some((name.to_owned(), applicability)))),
                "{source}"
            );
        }
    }

    #[test]
    fn ambiguous_sources_get_no_suggestion() {
        assert_eq!(
            issue("Registry/app"),
            Some((UnmatchableReason::UppercaseHost, None))
        );
        assert_eq!(issue("nginx:7"), Some((UnmatchableReason::NoHost, None)));
    }

    #[test]
    fn sources_that_can_match_have_no_issue() {
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
            assert_eq!(issue(source), None, "{source}");
        }
    }
}
