//! Versions of programs and providers, and what a constraint admits.
//!
//! Terraform's own constraints (<https://developer.hashicorp.com/terraform/language/expressions/version-constraints>),
//! which the libraries for semantic versions do not read: `~>` is Terraform's, and `1.7` means just that.

use std::fmt;
use std::str::FromStr;

/// A version without a pre-release: three numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(
    /// The major version.
    pub u32,
    /// The minor version.
    pub u32,
    /// The patch.
    pub u32,
);

/// The text is not a version or constraint of released versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VersionParseError;

/// The versions that a constraint admits: from the first on, up to and without the second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct VersionRange {
    from: Version,
    to: Option<Version>,
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.0, self.1, self.2)
    }
}

impl FromStr for Version {
    type Err = VersionParseError;

    fn from_str(text: &str) -> Result<Self, VersionParseError> {
        numbers(text).map(|(version, _)| version)
    }
}

/// The numbers of a version, and how many of them the text has.
fn numbers(text: &str) -> Result<(Version, usize), VersionParseError> {
    let text = text.trim();
    let words: Vec<&str> = text.strip_prefix('v').unwrap_or(text).split('.').collect();
    let number = |position: usize| words.get(position).map_or(Ok(0), |word| word.parse::<u32>());
    match (number(0), number(1), number(2)) {
        (Ok(major), Ok(minor), Ok(patch)) if words.len() <= 3 => {
            Ok((Version(major, minor, patch), words.len()))
        }
        _ => Err(VersionParseError),
    }
}

impl Version {
    /// Reads a version as programs print theirs: a pre-release (`1.16.0-rc2`) counts as the release that it precedes.
    pub fn parse_release(text: &str) -> Result<Self, VersionParseError> {
        let release = text.split(['-', '+']).next().unwrap_or(text);
        release.parse()
    }

    fn next(self) -> Self {
        Self(self.0, self.1, self.2.saturating_add(1))
    }
}

impl VersionRange {
    /// Every version.
    pub const ALL: Self = Self {
        from: Version(0, 0, 0),
        to: None,
    };

    /// What a constraint admits: `>= 1.1.0, < 2.0.0`. Single versions that `!=` takes out do not count.
    pub fn parse(constraint: &str) -> Result<Self, VersionParseError> {
        let mut all = Self::ALL;
        for part in constraint.split(',') {
            all = all.and(Self::part(part)?);
        }
        Ok(all)
    }

    /// One version alone.
    #[must_use]
    pub fn exactly(version: Version) -> Self {
        Self {
            from: version,
            to: Some(version.next()),
        }
    }

    /// All patches of a minor version.
    #[must_use]
    pub fn minor(major: u32, minor: u32) -> Self {
        Self {
            from: Version(major, minor, 0),
            to: Some(Version(major, minor.saturating_add(1), 0)),
        }
    }

    /// The first version that it admits.
    #[must_use]
    pub fn first(self) -> Version {
        self.from
    }

    /// Whether it admits exactly one version.
    #[must_use]
    pub fn is_single(self) -> bool {
        self.to == Some(self.from.next())
    }

    /// Whether it admits no version.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.to.is_some_and(|to| to <= self.from)
    }

    /// What one part of a constraint admits: `>= 1.1.0`.
    pub fn part(part: &str) -> Result<Self, VersionParseError> {
        let (operator, version) = split(part);
        let (version, part_count) = numbers(version)?;
        let from = |from| Self { from, to: None };
        let below = |to| Self {
            to: Some(to),
            ..Self::ALL
        };
        let between = |to| Self {
            from: version,
            to: Some(to),
        };
        Ok(match (operator, part_count) {
            ("" | "=", _) => between(version.next()),
            ("!=", _) => Self::ALL,
            (">=", _) | ("~>", 1) => from(version),
            (">", _) => from(version.next()),
            ("<", _) => below(version),
            ("<=", _) => below(version.next()),
            ("~>", 3) => between(Version(version.0, version.1.saturating_add(1), 0)),
            ("~>", 2) => between(Version(version.0.saturating_add(1), 0, 0)),
            _ => return Err(VersionParseError),
        })
    }

    /// What both admit.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let to = match (self.to, other.to) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
        Self {
            from: self.from.max(other.from),
            to,
        }
    }

    /// Whether it admits a version from this one on.
    #[must_use]
    pub fn admits_from(self, first: Version) -> bool {
        self.to.is_none_or(|to| self.from.max(first) < to)
    }

    /// Whether it admits a version before this one.
    #[must_use]
    pub fn admits_before(self, first: Version) -> bool {
        self.from < self.to.map_or(first, |to| to.min(first))
    }
}

/// A part of a constraint, as its operator and its version.
#[must_use]
pub fn split(part: &str) -> (&str, &str) {
    let part = part.trim();
    let end = part
        .find(|character: char| !matches!(character, '=' | '!' | '<' | '>' | '~'))
        .unwrap_or(part.len());
    part.split_at(end)
}
