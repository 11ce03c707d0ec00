//! Names of Kubernetes objects: RFC 1123 subdomains.

use std::fmt;

use crate::model::{MAX_OBJECT_NAME, is_object_name};

/// A valid name for a Kubernetes object: lower-case letters, digits, `-` and `.`, each part between
/// dots beginning and ending with a letter or digit, 253 bytes at most.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ObjectName(String);

/// The error for a text that is not a valid name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidObjectName;

impl fmt::Display for InvalidObjectName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "invalid name: only lowercase letters, digits, `-` and `.` are allowed, the first and last character of \
             each part must be a letter or digit, and the maximum length is 253 characters (RFC 1123)",
        )
    }
}

impl std::error::Error for InvalidObjectName {}

impl std::str::FromStr for ObjectName {
    type Err = InvalidObjectName;

    fn from_str(text: &str) -> Result<Self, InvalidObjectName> {
        if is_object_name(text) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidObjectName)
        }
    }
}

impl ObjectName {
    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Makes a name of the name of a cluster in the configuration. Words that do not distinguish clusters (`module`, the
    /// resource type, `var`) are left out, so `module.prod.rhcs_cluster_rosa_hcp.main` is `prod-main`.
    ///
    /// `cluster` alone is avoided: HyperShift keeps its own mirror set under that name.
    #[must_use]
    pub(super) fn from_cluster(cluster: &str) -> Self {
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
        name.truncate(MAX_OBJECT_NAME);
        match name.trim_end_matches('-') {
            "" => Self("image-mirrors".to_owned()),
            "cluster" => Self("cluster-mirrors".to_owned()),
            name => Self(name.to_owned()),
        }
    }

    /// Makes a name of the name of a manifest: the same name if a manifest of ours can have it.
    #[must_use]
    pub(super) fn from_document(name: &str) -> Self {
        match name.parse::<Self>() {
            Ok(name) if name.as_str() != "cluster" => name,
            _ => Self::from_cluster(name),
        }
    }

    /// This name with a suffix, shortened so that it stays valid.
    #[must_use]
    pub(super) fn with_suffix(&self, suffix: &str) -> Self {
        let mut name = self.0.clone();
        name.truncate(MAX_OBJECT_NAME.saturating_sub(suffix.len() + 1));
        Self(format!("{}-{suffix}", name.trim_end_matches(['-', '.'])))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_cluster_is_named_for_what_distinguishes_it() {
        let name = |cluster| ObjectName::from_cluster(cluster).0;
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
        fn every_cluster_gets_a_valid_name(cluster in ".{0,400}", suffix in "[a-z0-9]{1,20}") {
            let name = ObjectName::from_cluster(&cluster);
            prop_assert_eq!(name.as_str().parse::<ObjectName>(), Ok(name.clone()));
            let longer = name.with_suffix(&suffix);
            prop_assert_eq!(longer.as_str().parse::<ObjectName>(), Ok(longer.clone()));
        }
    }
}
