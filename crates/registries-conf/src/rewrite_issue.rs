//! Mirrors that the container runtime cannot rewrite image names for, found from source and mirror alone.
//!
//! One such mirror fails every pull by digest of the images it is for, without trying another mirror or the
//! source: the names for all mirrors are rewritten first, and each result has to be a full name
//! (`PullSourcesFromReference` and `ParseNamed` of containers/image). The host of a full name contains a dot or
//! a port or is `localhost`, and at least one path component follows it, on Docker Hub at least two.

use std::fmt;

use crate::docker_hub::{DOCKER_HUB, LEGACY_DOCKER_HUB, OFFICIAL_NAMESPACE};
use crate::image_reference::MAX_IMAGE_NAME_LENGTH;
use crate::location::{Granularity, Location};
use crate::suggestion::{SuggestedName, SuggestionApplicability};

/// Why image names cannot be rewritten for a mirror, for which images, and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RewriteIssue {
    /// The first reason.
    pub reason: UnrewritableReason,
    /// The images whose pulls fail.
    pub affected: AffectedImages,
    /// The mirror with every reason corrected. `None` if the intention is unclear.
    pub suggestion: Option<SuggestedName>,
}

/// Why image names cannot be rewritten for a mirror. `Display` gives a predicate, such as "names Docker Hub by
/// its legacy host".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnrewritableReason {
    /// The first component is not a host: the full form of `mirror/org` is `docker.io/mirror/org`.
    NoHost,
    /// `index.docker.io`, which no full name begins with.
    LegacyDockerHub,
    /// `docker.io/nginx`, or only `docker.io`: a full name on Docker Hub has two path components.
    DockerHubWithoutNamespace,
    /// The mirror is only a host, while the source is a complete image name, so that no path is left.
    HostOnly,
    /// The mirror leaves no room for an image name within [`MAX_IMAGE_NAME_LENGTH`].
    TooLong,
}

/// Which images that the source matches cannot be pulled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum AffectedImages {
    /// Only the image with the source's own name. A source of that depth names an image by convention
    /// ([`Granularity::Repository`]); if it is a namespace, the images in it can be pulled.
    SourceItself,
    /// That image, and those one path component deeper: by convention everything in a namespace
    /// ([`Granularity::Namespace`]).
    UpToOneLevelBelow,
    /// Every image.
    All,
}

impl fmt::Display for UnrewritableReason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoHost => {
                formatter.write_str("has no registry host (a host contains a dot or a port, or is localhost)")
            }
            Self::LegacyDockerHub => formatter.write_str("names Docker Hub by its legacy host"),
            Self::DockerHubWithoutNamespace => {
                formatter.write_str("leaves fewer than two path components after docker.io")
            }
            Self::HostOnly => formatter.write_str("is only a host, but the source is a complete image name"),
            Self::TooLong => write!(
                formatter,
                "leaves no room for an image name within {MAX_IMAGE_NAME_LENGTH} characters"
            ),
        }
    }
}

/// Finds out why no image that a source stands for can be rewritten for a mirror. What the source stands for is
/// derived from its depth ([`Location::granularity`]). `None` if images can be rewritten, or if one of the texts
/// is not valid ([`diagnose`](crate::diagnose()) reports that).
#[must_use]
pub fn find_rewrite_issue(source: &str, mirror: &str) -> Option<RewriteIssue> {
    let (reason, affected) = find_reason(source, mirror)?;
    Some(RewriteIssue {
        reason,
        affected,
        suggestion: suggest_mirror(source, mirror, reason),
    })
}

fn find_reason(source: &str, mirror: &str) -> Option<(UnrewritableReason, AffectedImages)> {
    let source_granularity = Location::parse(source)?.granularity();
    // A wildcard is a valid source only.
    let mirror_location = Location::parse(mirror).filter(|location| !location.is_wildcard)?;
    if mirror_location.port.is_none() {
        if !mirror_location.host.contains('.') && mirror_location.host != "localhost" {
            return Some((UnrewritableReason::NoHost, AffectedImages::All));
        }
        if mirror_location.host == LEGACY_DOCKER_HUB {
            return Some((UnrewritableReason::LegacyDockerHub, AffectedImages::All));
        }
    }
    let is_docker_hub = mirror_location.port.is_none() && mirror_location.host == DOCKER_HUB;
    match (mirror_location.depth(), source_granularity) {
        (0, Granularity::Namespace | Granularity::Repository) if is_docker_hub => Some((
            UnrewritableReason::DockerHubWithoutNamespace,
            AffectedImages::UpToOneLevelBelow,
        )),
        (0, Granularity::Repository) => Some((UnrewritableReason::HostOnly, AffectedImages::SourceItself)),
        (1, Granularity::Repository) if is_docker_hub => Some((
            UnrewritableReason::DockerHubWithoutNamespace,
            AffectedImages::SourceItself,
        )),
        // At least a slash and one letter follow.
        (_, Granularity::Registry) if mirror.len() + 2 > MAX_IMAGE_NAME_LENGTH => {
            Some((UnrewritableReason::TooLong, AffectedImages::All))
        }
        _ if mirror.len() > MAX_IMAGE_NAME_LENGTH => Some((UnrewritableReason::TooLong, AffectedImages::All)),
        _ => None,
    }
}

fn suggest_mirror(source: &str, mirror: &str, reason: UnrewritableReason) -> Option<SuggestedName> {
    use SuggestionApplicability::{Safe, Unsafe};

    let (source_location, mirror_location) = (Location::parse(source)?, Location::parse(mirror)?);
    let with_source_path = || Some(format!("{mirror}/{}", source_location.path?));
    let (name, applicability) = match reason {
        UnrewritableReason::NoHost | UnrewritableReason::TooLong => return None,
        UnrewritableReason::LegacyDockerHub => (mirror.replacen(LEGACY_DOCKER_HUB, DOCKER_HUB, 1), Safe),
        UnrewritableReason::DockerHubWithoutNamespace => match mirror_location.path {
            Some(path) => (format!("{DOCKER_HUB}/{OFFICIAL_NAMESPACE}/{path}"), Unsafe),
            None => (with_source_path()?, Unsafe),
        },
        UnrewritableReason::HostOnly => (with_source_path()?, Unsafe),
    };
    match find_reason(source, &name) {
        None => Some(SuggestedName { name, applicability }),
        // A path that is long enough for the legacy host can be too short for docker.io. No correction adds the
        // legacy host, so this ends.
        Some((next_reason, _)) if next_reason != reason => {
            let next = suggest_mirror(source, &name, next_reason)?;
            Some(SuggestedName {
                name: next.name,
                applicability: applicability.max(next.applicability),
            })
        }
        Some(_) => None,
    }
}

/// The maximum length of an image name under a source, so that the name at the mirror does not exceed
/// [`MAX_IMAGE_NAME_LENGTH`]. [`MAX_IMAGE_NAME_LENGTH`] itself if the mirror is not longer than the source. For
/// a wildcard, whose matched host is replaced, the result is for the shortest host.
#[must_use]
pub fn max_image_name_length(source: &str, mirror: &str) -> usize {
    (MAX_IMAGE_NAME_LENGTH + source.len())
        .saturating_sub(mirror.len())
        .min(MAX_IMAGE_NAME_LENGTH)
}

#[cfg(test)]
mod tests {
    use super::*;

    type Expected<'a> = (
        UnrewritableReason,
        AffectedImages,
        Option<(&'a str, SuggestionApplicability)>,
    );

    #[track_caller]
    fn assert_issue(source: &str, mirror: &str, expected: Expected<'_>) {
        let issue = find_rewrite_issue(source, mirror).unwrap();
        let suggestion = issue
            .suggestion
            .as_ref()
            .map(|suggestion| (suggestion.name.as_str(), suggestion.applicability));
        assert_eq!(
            (issue.reason, issue.affected, suggestion),
            expected,
            "{source} to {mirror}"
        );
    }

    #[test]
    fn a_mirror_needs_a_host() {
        for mirror in ["mirror/org", "rosa/cli", "22", "11/22", "mirror"] {
            assert_issue(
                "quay.io/org",
                mirror,
                (UnrewritableReason::NoHost, AffectedImages::All, None),
            );
        }
    }

    #[test]
    fn a_mirror_on_docker_hub_needs_its_full_form() {
        let (legacy, no_namespace) = (
            UnrewritableReason::LegacyDockerHub,
            UnrewritableReason::DockerHubWithoutNamespace,
        );
        assert_issue(
            "quay.io/org",
            "docker.io",
            (
                no_namespace,
                AffectedImages::UpToOneLevelBelow,
                Some(("docker.io/org", SuggestionApplicability::Unsafe)),
            ),
        );
        assert_issue(
            "quay.io/org/nginx",
            "docker.io",
            (
                no_namespace,
                AffectedImages::UpToOneLevelBelow,
                Some(("docker.io/org/nginx", SuggestionApplicability::Unsafe)),
            ),
        );
        assert_issue(
            "quay.io/org/nginx",
            "docker.io/nginx",
            (
                no_namespace,
                AffectedImages::SourceItself,
                Some(("docker.io/library/nginx", SuggestionApplicability::Unsafe)),
            ),
        );
        assert_issue(
            "quay.io/org",
            "index.docker.io/myorg",
            (
                legacy,
                AffectedImages::All,
                Some(("docker.io/myorg", SuggestionApplicability::Safe)),
            ),
        );
        assert_issue(
            "quay.io/org/nginx",
            "index.docker.io/nginx",
            (
                legacy,
                AffectedImages::All,
                Some(("docker.io/library/nginx", SuggestionApplicability::Unsafe)),
            ),
        );
    }

    #[test]
    fn a_host_alone_cannot_mirror_a_repository() {
        let reason = UnrewritableReason::HostOnly;
        for (mirror, suggested) in [
            ("mirror.example.com", "mirror.example.com/library/nginx"),
            ("mirror.example.com:5000", "mirror.example.com:5000/library/nginx"),
        ] {
            assert_issue(
                "docker.io/library/nginx",
                mirror,
                (
                    reason,
                    AffectedImages::SourceItself,
                    Some((suggested, SuggestionApplicability::Unsafe)),
                ),
            );
        }
    }

    #[test]
    fn a_mirror_has_to_leave_room_for_a_name() {
        let long = |length: usize| format!("m.io/{}", "a".repeat(length - "m.io/".len()));
        assert_eq!(find_rewrite_issue("quay.io", &long(253)), None);
        assert_issue(
            "quay.io",
            &long(254),
            (UnrewritableReason::TooLong, AffectedImages::All, None),
        );
        assert_eq!(find_rewrite_issue("quay.io/org/app", &long(255)), None);
    }

    #[test]
    fn mirrors_that_can_be_rewritten_have_no_issue() {
        for (source, mirror) in [
            ("quay.io/org", "mirror:5000/org"),
            ("quay.io/org", "localhost/org"),
            ("quay.io/org", "Mirror.example.com/org"),
            ("quay.io/org", "mirror.example.com"),
            ("quay.io/org", "docker.io/org"),
            ("quay.io", "docker.io"),
            ("*.example.com", "m.io"),
            ("docker.io", "mirror.example.com:5000"),
            ("docker.io/library/nginx", "m.io/nginx"),
            ("not a name", "mirror/org"),
            ("quay.io/org", "https://m.io"),
        ] {
            assert_eq!(find_rewrite_issue(source, mirror), None, "{source} to {mirror}");
        }
    }

    #[test]
    fn image_names_are_limited_by_what_the_mirror_adds() {
        // 255 + 7 (the source) - 14 (the mirror).
        assert_eq!(max_image_name_length("quay.io", "m.io/quay-copy"), 248);
        assert_eq!(
            max_image_name_length("quay.io/organization", "m.io"),
            MAX_IMAGE_NAME_LENGTH
        );
        assert_eq!(max_image_name_length("a.io", &"m".repeat(300)), 0);
    }
}
