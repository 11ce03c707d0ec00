//! Names of Kubernetes objects: RFC 1123 subdomains.

use std::fmt;

/// The longest name that Kubernetes takes, in bytes.
const LONGEST: usize = 253;

/// A valid name for a Kubernetes object: lower-case letters, digits, `-` and `.`, each part between
/// dots beginning and ending with a letter or digit, 253 bytes at most.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name(String);

/// Why a text is no name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidName;

impl fmt::Display for InvalidName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "invalid name: only lowercase letters, digits, `-` and `.` are allowed, the first and last character of \
             each part must be a letter or digit, and the maximum length is 253 characters (RFC 1123)",
        )
    }
}

impl std::error::Error for InvalidName {}

impl std::str::FromStr for Name {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        let part = |part: &str| {
            part.starts_with(inner) && part.ends_with(inner) && part.chars().all(|c| inner(c) || c == '-')
        };
        if text.len() <= LONGEST && text.split('.').all(part) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidName)
        }
    }
}

impl Name {
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A name made of what a cluster is called in the configuration: what says nothing (`module`, the
    /// resource type, `var`) is left out, so `module.prod.rhcs_cluster_rosa_hcp.main` is `prod-main`.
    ///
    /// `cluster` alone is avoided: HyperShift keeps its own mirror set under that name.
    #[must_use]
    pub(super) fn for_cluster(cluster: &str) -> Self {
        let words = cluster
            .split(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '-')
            .filter(|word| !matches!(*word, "module" | "var" | "data") && !word.starts_with("rhcs_cluster"));
        let mut name = String::new();
        for character in words.collect::<Vec<_>>().join("-").chars() {
            match character {
                c if c.is_ascii_alphanumeric() => name.push(c.to_ascii_lowercase()),
                _ if name.ends_with('-') || name.is_empty() => {}
                _ => name.push('-'),
            }
        }
        name.truncate(LONGEST);
        match name.trim_end_matches('-') {
            "" => Self("image-mirrors".to_owned()),
            "cluster" => Self("cluster-mirrors".to_owned()),
            name => Self(name.to_owned()),
        }
    }

    /// A name made of that of a manifest: the same, where another manifest can have it.
    #[must_use]
    pub(super) fn of_document(name: &str) -> Self {
        match name.parse::<Self>() {
            Ok(name) if name.as_str() != "cluster" => name,
            _ => Self::for_cluster(name),
        }
    }

    /// This name with a suffix, shortened so that it stays valid.
    #[must_use]
    pub(super) fn with_suffix(&self, suffix: &str) -> Self {
        let mut name = self.0.clone();
        name.truncate(LONGEST.saturating_sub(suffix.len() + 1));
        Self(format!("{}-{suffix}", name.trim_end_matches(['-', '.'])))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_cluster_name_is_the_distinguishing_part_of_its_reference() {
        let name = |cluster| Name::for_cluster(cluster).0;
        assert_eq!(name("rhcs_cluster_rosa_hcp.main"), "main");
        assert_eq!(name("module.prod.rhcs_cluster_rosa_hcp.this"), "prod-this");
        assert_eq!(name("rhcs_cluster_rosa_hcp.c[\"EU west\"]"), "c-eu-west");
        assert_eq!(name("var.cluster_id"), "cluster-id");
        assert_eq!(
            name("2lbbrpgkocgajphhqee7vku1pgd4qsge"),
            "2lbbrpgkocgajphhqee7vku1pgd4qsge"
        );
        assert_eq!(name("rhcs_cluster_rosa_hcp.cluster"), "cluster-mirrors");
        assert_eq!(name("…"), "image-mirrors");
    }

    proptest! {
        #[test]
        fn names_are_valid_for_any_cluster_reference(cluster in ".{0,400}", suffix in "[a-z0-9]{1,20}") {
            let name = Name::for_cluster(&cluster);
            prop_assert_eq!(name.as_str().parse::<Name>(), Ok(name.clone()));
            let longer = name.with_suffix(&suffix);
            prop_assert_eq!(longer.as_str().parse::<Name>(), Ok(longer.clone()));
        }
    }
}
