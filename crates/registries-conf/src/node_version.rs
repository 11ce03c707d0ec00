//! What the release of OpenShift tells about the short names of its nodes.

use std::fmt;
use std::str::FromStr;

use crate::short_name_mode::ShortNameMode;

/// The release of the nodes: `4.20` or `4.20.3`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct NodeVersion {
    minor: u32,
    patch: Option<u32>,
}

/// A text that is not a release of OpenShift 4.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidNodeVersion;

impl fmt::Display for InvalidNodeVersion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("expected a release of OpenShift 4, such as `4.20` or `4.20.3`")
    }
}

impl std::error::Error for InvalidNodeVersion {}

/// What nodes do with a short name that stands for several images.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AmbiguousNames {
    /// They try all of the images.
    Tried,
    /// They reject the name.
    Rejected,
    /// The first releases of 4.21 reject it, which ones is not known, and all others try all of the images.
    RejectedInEarly421,
}

/// The first release whose CRI-O (1.34) has the enforcing mode, and has it by default. The machine config operator
/// set another default a few weeks after this release (OCPBUGS-75916).
const FIRST_ENFORCING_MINOR: u32 = 21;

/// The first release whose nodes have a table of aliases (`001-rhel-shortnames.conf` of containers-common).
const FIRST_MINOR_WITH_ALIASES: u32 = 19;

impl NodeVersion {
    /// What nodes do with a short name that stands for several images; with any release if none is given.
    #[must_use]
    pub fn ambiguous_names(version: Option<Self>) -> AmbiguousNames {
        match version {
            Some(version) if version.minor != FIRST_ENFORCING_MINOR => AmbiguousNames::Tried,
            Some(version) if version.patch == Some(0) => AmbiguousNames::Rejected,
            Some(_) | None => AmbiguousNames::RejectedInEarly421,
        }
    }

    /// Whether nodes may have aliases of short names.
    #[must_use]
    pub fn may_have_aliases(version: Option<Self>) -> bool {
        version.is_none_or(|version| version.minor >= FIRST_MINOR_WITH_ALIASES)
    }

    /// The short-name mode of CRI-O, of `short_name_mode` in `crio.conf`: an older CRI-O knows only one.
    #[must_use]
    pub fn short_name_mode(self, configured: ShortNameMode) -> ShortNameMode {
        if self.minor < FIRST_ENFORCING_MINOR {
            ShortNameMode::Disabled
        } else {
            configured
        }
    }
}

impl FromStr for NodeVersion {
    type Err = InvalidNodeVersion;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let numbers = text.strip_prefix("4.").ok_or(InvalidNodeVersion)?;
        let (minor, patch) = match numbers.split_once('.') {
            // A build such as `4.21.0-rc.1` is a release with its number.
            Some((minor, patch)) => (minor, patch.split(['-', '+']).next()),
            None => (numbers, None),
        };
        let number = |text: &str| {
            let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            text.parse().ok().filter(|_| is_number).ok_or(InvalidNodeVersion)
        };
        Ok(Self {
            minor: number(minor)?,
            patch: patch.map(number).transpose()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> NodeVersion {
        text.parse().unwrap()
    }

    #[test]
    fn early_releases_of_4_21_reject_ambiguous_names() {
        for (text, expected) in [
            ("4.20", AmbiguousNames::Tried),
            ("4.20.9", AmbiguousNames::Tried),
            ("4.21", AmbiguousNames::RejectedInEarly421),
            ("4.21.0", AmbiguousNames::Rejected),
            ("4.21.0-rc.1", AmbiguousNames::Rejected),
            ("4.21.5", AmbiguousNames::RejectedInEarly421),
            ("4.22.0", AmbiguousNames::Tried),
        ] {
            assert_eq!(
                NodeVersion::ambiguous_names(Some(version(text))),
                expected,
                "{text}"
            );
        }
        assert_eq!(
            NodeVersion::ambiguous_names(None),
            AmbiguousNames::RejectedInEarly421
        );
    }

    #[test]
    fn nodes_may_have_aliases_from_4_19() {
        assert!(!NodeVersion::may_have_aliases(Some(version("4.18.30"))));
        assert!(NodeVersion::may_have_aliases(Some(version("4.19"))));
        assert!(NodeVersion::may_have_aliases(None));
    }

    #[test]
    fn other_texts_are_not_releases() {
        for text in ["", "4", "4.", "3.11", "4.x", "4.20.", "v4.20", "4.+1", "4.20.1.1"] {
            assert_eq!(text.parse::<NodeVersion>(), Err(InvalidNodeVersion), "{text}");
        }
    }
}
