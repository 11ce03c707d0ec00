//! Releases of the provider and of its modules, and which of them a constraint admits.
//!
//! Terraform's own constraints (<https://developer.hashicorp.com/terraform/language/expressions/version-constraints>),
//! which the libraries for semantic versions do not read: `~>` is Terraform's, and `1.7` means just that.

use std::fmt;
use std::str::FromStr;

/// A version without a pre-release: three numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Version(pub u32, pub u32, pub u32);

/// The first release of the provider that has `rhcs_image_mirror` (its CHANGELOG, 1.7.2).
pub(crate) const FIRST_WITH_MIRRORS: Version = Version(1, 7, 2);

/// The first release of the module terraform-redhat/rosa-hcp/rhcs that has the submodule `image-mirrors`.
pub(crate) const FIRST_MODULE_WITH_MIRRORS: Version = Version(1, 7, 1);

/// The text is not a version or constraint of released versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct VersionParseError;

/// The versions that a constraint admits: from the first on, up to and without the second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct VersionRange {
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
    fn next(self) -> Self {
        Self(self.0, self.1, self.2.saturating_add(1))
    }
}

impl VersionRange {
    /// Every version.
    pub(crate) const ALL: Self = Self {
        from: Version(0, 0, 0),
        to: None,
    };

    /// What a constraint admits: `>= 1.1.0, < 2.0.0`. Single versions that `!=` takes out do not count.
    pub(crate) fn parse(constraint: &str) -> Result<Self, VersionParseError> {
        let mut all = Self::ALL;
        for part in constraint.split(',') {
            all = all.and(Self::part(part)?);
        }
        Ok(all)
    }

    /// One version alone.
    #[must_use]
    pub(crate) fn exactly(version: Version) -> Self {
        Self {
            from: version,
            to: Some(version.next()),
        }
    }

    fn part(part: &str) -> Result<Self, VersionParseError> {
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
    pub(crate) fn and(self, other: Self) -> Self {
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
    pub(crate) fn admits_from(self, first: Version) -> bool {
        self.to.is_none_or(|to| self.from.max(first) < to)
    }

    /// Whether it admits a version before this one.
    #[must_use]
    pub(crate) fn admits_before(self, first: Version) -> bool {
        self.from < self.to.map_or(first, |to| to.min(first))
    }
}

/// A part of a constraint, as its operator and its version.
fn split(part: &str) -> (&str, &str) {
    let part = part.trim();
    let end = part
        .find(|character: char| !matches!(character, '=' | '!' | '<' | '>' | '~'))
        .unwrap_or(part.len());
    part.split_at(end)
}

/// Returns the constraint with the fewest changes that make it admit `first` and exclude earlier versions.
#[must_use]
pub(crate) fn raise_lower_bound(constraint: &str, first: Version) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut has_bound = false;
    for part in constraint.split(',') {
        let (operator, version) = split(part);
        let range = VersionRange::part(part).unwrap_or(VersionRange::ALL);
        if !range.admits_from(first) {
            // The range ends before `first`: raise the bound and keep its operator, or drop an upper bound.
            match operator {
                "" | "=" => parts.push(first.to_string()),
                "~>" => parts.push(format!("~> {first}")),
                _ => continue,
            }
            has_bound = true;
        } else if matches!(operator, ">" | ">=" | "~>") && range.admits_before(first) {
            if operator == "~>" {
                parts.push(format!("~> {}", version.trim()));
            }
            parts.push(format!(">= {first}"));
            has_bound = true;
        } else {
            has_bound |= !range.admits_before(first);
            parts.push(part.trim().to_owned());
        }
    }
    if !has_bound {
        parts.insert(0, format!(">= {first}"));
    }
    parts.dedup();
    parts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_constraint_admits_versions_before_and_from_the_first_one() {
        for (constraint, before, from) in [
            (">= 1.1.0", true, true),
            (">= 1.7.2", false, true),
            ("> 1.7.1", false, true),
            ("> 1.7.0", true, true),
            ("1.7.2", false, true),
            ("= 1.7.1", true, false),
            ("~> 1.6.0", true, false),
            ("~> 1.7.0", true, true),
            ("~> 1.7.2", false, true),
            ("~> 1.6", true, true),
            ("~> 2.0", false, true),
            (">= 1.1.0, < 1.7.2", true, false),
            (">= 1.1.0, <= 1.7.2", true, true),
            ("< 2.0.0", true, true),
            ("!= 1.7.1", true, true),
            (">=1.7.2,<2", false, true),
        ] {
            let range = VersionRange::parse(constraint).expect(constraint);
            assert_eq!(range.admits_before(FIRST_WITH_MIRRORS), before, "{constraint}");
            assert_eq!(range.admits_from(FIRST_WITH_MIRRORS), from, "{constraint}");
        }
    }

    #[test]
    fn constraints_without_a_released_version_are_rejected() {
        for constraint in ["", "latest", "=> 1.0", "1.7.2-prerelease.2", ">= 1.x", "1.2.3.4"] {
            assert_eq!(
                VersionRange::parse(constraint),
                Err(VersionParseError),
                "{constraint}"
            );
        }
    }

    #[test]
    fn a_raised_constraint_keeps_other_conditions() {
        for (constraint, raised_to) in [
            (">= 1.1.0", ">= 1.7.2"),
            ("> 1.1.0", ">= 1.7.2"),
            ("~> 1.6.0", "~> 1.7.2"),
            ("~> 1.6", "~> 1.6, >= 1.7.2"),
            ("1.6.3", "1.7.2"),
            (">= 1.1.0, < 2.0.0", ">= 1.7.2, < 2.0.0"),
            (">= 1.1.0, < 1.7.0", ">= 1.7.2"),
            ("< 2.0.0", ">= 1.7.2, < 2.0.0"),
        ] {
            assert_eq!(
                raise_lower_bound(constraint, FIRST_WITH_MIRRORS),
                raised_to,
                "{constraint}"
            );
            let range = VersionRange::parse(raised_to).expect(raised_to);
            assert!(range.admits_from(FIRST_WITH_MIRRORS) && !range.admits_before(FIRST_WITH_MIRRORS));
        }
    }
}
