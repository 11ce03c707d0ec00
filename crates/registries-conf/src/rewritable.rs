//! Mirrors that the runtime cannot rewrite to, told from source and mirror alone.
//!
//! One such mirror fails every pull by digest of what it is for, with no other mirror and no source tried:
//! the names for all mirrors are made first, and each has to be a full one (`PullSourcesFromReference` and
//! `ParseNamed` of containers/image). A host in front of a full name has a dot or a port or is
//! `localhost`, and behind it stands at least one part, on Docker Hub two.

use std::fmt;

use super::grammar::{Role, is_valid};
use super::hub::{DOCKER_HUB, LEGACY, OFFICIAL};
use super::name::{Name, Place};
use super::reference::NAME_LIMIT;
use super::repair::{Repair, Safety};

/// A mirror that fails, why, for which images, and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unrewritable {
    /// Why.
    pub reason: RewriteFault,
    /// For which images.
    pub extent: Extent,
    /// The mirror to write; nothing where that is open.
    pub repair: Option<Repair>,
}

/// Why names cannot be rewritten to a mirror.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RewriteFault {
    /// Its first part is no host: `mirror/org` is `docker.io/mirror/org` in full.
    NoHost,
    /// `index.docker.io`, which is never written in full.
    LegacyHub,
    /// `docker.io/nginx`, or `docker.io` alone: behind it, a name in full has two parts.
    HubWithoutNamespace,
    /// A host alone, where the source takes the whole of the image's name away.
    NothingBehindHost,
    /// No room for anything below [`NAME_LIMIT`].
    TooLong,
}

/// Which images under the source fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Extent {
    /// The one that has the source's own name. A source of that depth names an image by convention
    /// ([`Place::Repository`]); should it be a namespace, the images in it do not fail.
    Itself,
    /// That and those one part deeper: all that lies in a namespace by convention ([`Place::Namespace`]).
    InIt,
    /// Every one.
    Every,
}

impl fmt::Display for RewriteFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoHost => formatter.write_str("has no registry host: a dot or a port tells a host"),
            Self::LegacyHub => formatter.write_str("names Docker Hub by its old host"),
            Self::HubWithoutNamespace => formatter.write_str("leaves less than two parts behind docker.io"),
            Self::NothingBehindHost => {
                formatter.write_str("is a host alone, and the source is a whole image name")
            }
            Self::TooLong => write!(formatter, "leaves no room for a name of {NAME_LIMIT} characters"),
        }
    }
}

/// Whether and why no image that a source stands for can be rewritten to a mirror. What it stands for is
/// told by its depth ([`Name::place`]). Names that do not keep to the grammar are the diagnosis'.
#[must_use]
pub fn unrewritable(source: &str, mirror: &str) -> Option<Unrewritable> {
    let (reason, extent) = fault(source, mirror)?;
    Some(Unrewritable {
        reason,
        extent,
        repair: repair(source, mirror, reason),
    })
}

fn fault(source: &str, mirror: &str) -> Option<(RewriteFault, Extent)> {
    if !is_valid(mirror, Role::Mirror) {
        return None;
    }
    let (place, mirror_name) = (Name::parse(source)?.place(), Name::parse(mirror)?);
    if mirror_name.port.is_none() {
        if !mirror_name.host.contains('.') && mirror_name.host != "localhost" {
            return Some((RewriteFault::NoHost, Extent::Every));
        }
        if mirror_name.host == LEGACY {
            return Some((RewriteFault::LegacyHub, Extent::Every));
        }
    }
    let hub = mirror_name.port.is_none() && mirror_name.host == DOCKER_HUB;
    match (mirror_name.depth(), place) {
        (0, Place::Namespace | Place::Repository) if hub => {
            Some((RewriteFault::HubWithoutNamespace, Extent::InIt))
        }
        (0, Place::Repository) => Some((RewriteFault::NothingBehindHost, Extent::Itself)),
        (1, Place::Repository) if hub => Some((RewriteFault::HubWithoutNamespace, Extent::Itself)),
        // A slash and one letter follow at least.
        (_, Place::Registry) if mirror.len() + 2 > NAME_LIMIT => Some((RewriteFault::TooLong, Extent::Every)),
        _ if mirror.len() > NAME_LIMIT => Some((RewriteFault::TooLong, Extent::Every)),
        _ => None,
    }
}

fn repair(source: &str, mirror: &str, reason: RewriteFault) -> Option<Repair> {
    let (source_name, mirror_name) = (Name::parse(source)?, Name::parse(mirror)?);
    let with_path_of_source = || Some(format!("{mirror}/{}", source_name.path?));
    let (name, safety) = match reason {
        RewriteFault::NoHost | RewriteFault::TooLong => return None,
        RewriteFault::LegacyHub => (mirror.replacen(LEGACY, DOCKER_HUB, 1), Safety::Safe),
        RewriteFault::HubWithoutNamespace => match mirror_name.path {
            Some(path) => (format!("{DOCKER_HUB}/{OFFICIAL}/{path}"), Safety::Unsafe),
            None => (with_path_of_source()?, Safety::Unsafe),
        },
        RewriteFault::NothingBehindHost => (with_path_of_source()?, Safety::Unsafe),
    };
    match fault(source, &name) {
        None => Some(Repair { name, safety }),
        // What stands behind the old host can be too short for the new one; the next repair is no older host.
        Some((next, _)) if next != reason => repair(source, &name, next).map(|repair| Repair {
            name: repair.name,
            safety: safety.max(repair.safety),
        }),
        Some(_) => None,
    }
}

/// How long the name of an image under a source may be, for its name at the mirror to have no more than
/// [`NAME_LIMIT`] characters. [`NAME_LIMIT`] itself where the mirror sets no limit of its own. Under a
/// wildcard the host is replaced, so the answer is for the shortest host.
#[must_use]
pub fn longest_name(source: &str, mirror: &str) -> usize {
    (NAME_LIMIT + source.len())
        .saturating_sub(mirror.len())
        .min(NAME_LIMIT)
}

#[cfg(test)]
mod tests {
    use super::*;

    type Found<'a> = (RewriteFault, Extent, Option<(&'a str, Safety)>);

    #[track_caller]
    fn assert_fails(source: &str, mirror: &str, expected: Found<'_>) {
        let found = unrewritable(source, mirror).unwrap();
        let repair = found.repair.as_ref();
        let repair = repair.map(|repair| (repair.name.as_str(), repair.safety));
        assert_eq!(
            (found.reason, found.extent, repair),
            expected,
            "{source} to {mirror}"
        );
    }

    #[test]
    fn a_mirror_needs_a_host() {
        for mirror in ["mirror/org", "rosa/cli", "22", "11/22", "mirror"] {
            assert_fails("quay.io/org", mirror, (RewriteFault::NoHost, Extent::Every, None));
        }
    }

    #[test]
    fn docker_hub_is_written_in_full() {
        let (legacy, short) = (RewriteFault::LegacyHub, RewriteFault::HubWithoutNamespace);
        assert_fails(
            "quay.io/org",
            "docker.io",
            (short, Extent::InIt, Some(("docker.io/org", Safety::Unsafe))),
        );
        assert_fails(
            "quay.io/org/nginx",
            "docker.io",
            (short, Extent::InIt, Some(("docker.io/org/nginx", Safety::Unsafe))),
        );
        assert_fails(
            "quay.io/org/nginx",
            "docker.io/nginx",
            (
                short,
                Extent::Itself,
                Some(("docker.io/library/nginx", Safety::Unsafe)),
            ),
        );
        assert_fails(
            "quay.io/org",
            "index.docker.io/myorg",
            (legacy, Extent::Every, Some(("docker.io/myorg", Safety::Safe))),
        );
        assert_fails(
            "quay.io/org/nginx",
            "index.docker.io/nginx",
            (
                legacy,
                Extent::Every,
                Some(("docker.io/library/nginx", Safety::Unsafe)),
            ),
        );
    }

    #[test]
    fn a_host_alone_is_no_mirror_of_a_repository() {
        let fault = RewriteFault::NothingBehindHost;
        for (mirror, repaired) in [
            ("mirror.example.com", "mirror.example.com/library/nginx"),
            ("mirror.example.com:5000", "mirror.example.com:5000/library/nginx"),
        ] {
            assert_fails(
                "docker.io/library/nginx",
                mirror,
                (fault, Extent::Itself, Some((repaired, Safety::Unsafe))),
            );
        }
    }

    #[test]
    fn a_mirror_leaves_room_for_a_name() {
        let long = |length: usize| format!("m.io/{}", "a".repeat(length - "m.io/".len()));
        assert_eq!(unrewritable("quay.io", &long(253)), None);
        assert_fails(
            "quay.io",
            &long(254),
            (RewriteFault::TooLong, Extent::Every, None),
        );
        assert_eq!(unrewritable("quay.io/org/app", &long(255)), None);
    }

    #[test]
    fn good_mirrors_are_left_alone() {
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
            assert_eq!(unrewritable(source, mirror), None, "{source} to {mirror}");
        }
    }

    #[test]
    fn names_are_bounded_by_what_the_mirror_adds() {
        // 255 and 7 of the source, less 14 of the mirror.
        assert_eq!(longest_name("quay.io", "m.io/quay-copy"), 248);
        assert_eq!(longest_name("quay.io/organization", "m.io"), NAME_LIMIT);
        assert_eq!(longest_name("a.io", &"m".repeat(300)), 0);
    }
}
