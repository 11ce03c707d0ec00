//! The settings of a cluster that its nodes are configured from: mirrors, and lists of registries.

use std::collections::BTreeMap;
use std::fmt;

use crate::grammar::{Role, is_valid_location};
use crate::scope::is_valid_scope;

/// The registries that a node adds to a short name, in order: the template of the machine config operator
/// (`container-registries.yaml`).
pub const SEARCH_REGISTRIES: [&str; 2] = ["registry.access.redhat.com", "docker.io"];

/// Everything that determines the `registries.conf` of a node.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RegistrySettings {
    /// The entries in any order; a source may occur more than once.
    pub entries: Vec<MirrorEntry>,
    /// `insecure_registries`: registries without TLS or without a trusted certificate.
    pub insecure: Vec<String>,
    /// `blocked_registries`: registries that no image is pulled from.
    pub blocked: Vec<String>,
    /// `allowed_registries`: the only registries that images are pulled from; empty if all are allowed.
    pub allowed: Vec<String>,
    /// `containerRuntimeSearchRegistries`: the registries that are tried for a short name. Empty for the default
    /// of OpenShift, [`SEARCH_REGISTRIES`].
    pub search: Vec<String>,
}

impl RegistrySettings {
    /// The registries that are tried for a short name, in order.
    #[must_use]
    pub fn search_registries(&self) -> Vec<String> {
        if self.search.is_empty() {
            SEARCH_REGISTRIES.map(str::to_owned).to_vec()
        } else {
            self.search.clone()
        }
    }

    /// The file that has these registries: the drop-in replaces the list of `registries.conf`.
    #[must_use]
    pub fn search_file(&self) -> &'static str {
        if self.search.is_empty() {
            "registries.conf"
        } else {
            "registries.conf.d/01-image-searchRegistries.conf"
        }
    }
}

/// A source and its mirrors: an entry of ImageDigestMirrorSet or of ImageTagMirrorSet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MirrorEntry {
    /// The registry, namespace or repository that is mirrored, or a wildcard.
    pub source: String,
    /// The mirrors in order of preference.
    pub mirrors: Vec<String>,
    /// Which pulls the mirrors serve.
    pub pull_kind: PullKind,
    /// Whether the source is contacted if no mirror has the image.
    pub policy: SourcePolicy,
}

/// Which pulls a mirror serves (`pull-from-mirror` in `registries.conf`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum PullKind {
    /// Pulls by digest, with or without a tag: ImageDigestMirrorSet, and every mirror of a ROSA cluster.
    #[default]
    DigestOnly,
    /// Pulls by tag: ImageTagMirrorSet.
    TagOnly,
}

/// What happens to a pull that no mirror can serve (`mirrorSourcePolicy`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SourcePolicy {
    /// The source is contacted. This is the default, and `rhcs_image_mirror` cannot set another policy.
    #[default]
    AllowContacting,
    /// The pull fails, because the source is blocked.
    NeverContact,
}

/// Why the machine config operator rejects the settings. Nodes then keep the configuration that they have, and
/// new nodes get none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SettingsError {
    /// An invalid entry in a list of registries.
    InvalidScope {
        /// `insecure`, `blocked` or `allowed`.
        list: &'static str,
        /// The invalid entry.
        scope: String,
    },
    /// A source that does not match the grammar.
    InvalidSource(String),
    /// A mirror that does not match the grammar.
    InvalidMirror(String),
    /// A source that has different policies.
    ConflictingPolicy(String),
    /// A source that must not be contacted is one of its own mirrors.
    NeverContactedSourceIsMirror(String),
    /// Both allowed and blocked registries are set.
    AllowedAndBlocked,
}

impl fmt::Display for SettingsError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidScope { list, scope } => {
                write!(formatter, "invalid entry {scope:?} in the {list} registries")
            }
            Self::InvalidSource(source) => write!(formatter, "invalid source {source:?}"),
            Self::InvalidMirror(mirror) => write!(formatter, "invalid mirror {mirror:?}"),
            Self::ConflictingPolicy(source) => {
                write!(
                    formatter,
                    "entries for source {source:?} have different mirrorSourcePolicy values"
                )
            }
            Self::NeverContactedSourceIsMirror(source) => {
                write!(
                    formatter,
                    "source {source:?} must not be contacted, but is one of its own mirrors"
                )
            }
            Self::AllowedAndBlocked => formatter.write_str("both allowed and blocked registries are set"),
        }
    }
}

impl std::error::Error for SettingsError {}

impl RegistrySettings {
    /// Checks what the machine config operator checks before it creates a configuration
    /// (`validateRegistriesConfScopes` and `updatePolicyJSON`, `helpers.go`). Returns the first error.
    pub fn validate(&self) -> Result<(), SettingsError> {
        let lists = [
            ("insecure", &self.insecure),
            ("blocked", &self.blocked),
            ("allowed", &self.allowed),
        ];
        for (list, scopes) in lists {
            if let Some(scope) = scopes.iter().find(|scope| !is_valid_scope(scope)) {
                let scope = scope.clone();
                return Err(SettingsError::InvalidScope { list, scope });
            }
        }
        let mut policies = BTreeMap::new();
        for entry in &self.entries {
            entry.validate()?;
            let policy = *policies.entry(entry.source.as_str()).or_insert(entry.policy);
            if policy != entry.policy {
                return Err(SettingsError::ConflictingPolicy(entry.source.clone()));
            }
        }
        if !self.allowed.is_empty() && !self.blocked.is_empty() {
            return Err(SettingsError::AllowedAndBlocked);
        }
        Ok(())
    }
}

impl MirrorEntry {
    fn validate(&self) -> Result<(), SettingsError> {
        if !is_valid_location(&self.source, Role::Source) {
            return Err(SettingsError::InvalidSource(self.source.clone()));
        }
        for mirror in &self.mirrors {
            if !is_valid_location(mirror, Role::Mirror) {
                return Err(SettingsError::InvalidMirror(mirror.clone()));
            }
            if self.policy == SourcePolicy::NeverContact && *mirror == self.source {
                return Err(SettingsError::NeverContactedSourceIsMirror(self.source.clone()));
            }
        }
        Ok(())
    }

    /// Whether the entry has a mirror other than its source. An entry without one is ignored, including its
    /// policy (`mirrorsContainsARealMirror`).
    #[must_use]
    pub fn has_real_mirror(&self) -> bool {
        self.mirrors.iter().any(|mirror| *mirror != self.source)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(source: &str, mirrors: &[&str], policy: SourcePolicy) -> MirrorEntry {
        MirrorEntry {
            source: source.to_owned(),
            mirrors: mirrors.iter().map(|mirror| (*mirror).to_owned()).collect(),
            pull_kind: PullKind::DigestOnly,
            policy,
        }
    }

    fn validate(entries: Vec<MirrorEntry>) -> Result<(), SettingsError> {
        let settings = RegistrySettings {
            entries,
            ..RegistrySettings::default()
        };
        settings.validate()
    }

    #[test]
    fn sources_and_mirrors_have_to_match_the_grammar() {
        let allow = SourcePolicy::AllowContacting;
        assert_eq!(validate(vec![entry("*.example.com", &["m.io/x"], allow)]), Ok(()));
        assert_eq!(
            validate(vec![entry("quay.io/", &[], allow)]),
            Err(SettingsError::InvalidSource("quay.io/".to_owned()))
        );
        assert_eq!(
            validate(vec![entry("quay.io", &["*.m.io"], allow)]),
            Err(SettingsError::InvalidMirror("*.m.io".to_owned()))
        );
    }

    #[test]
    fn a_source_has_one_policy() {
        let allow = entry("quay.io", &["a.io"], SourcePolicy::AllowContacting);
        let never = entry("quay.io", &["b.io"], SourcePolicy::NeverContact);
        assert_eq!(validate(vec![never.clone(), never.clone()]), Ok(()));
        assert_eq!(
            validate(vec![allow, never]),
            Err(SettingsError::ConflictingPolicy("quay.io".to_owned()))
        );
    }

    #[test]
    fn a_source_that_is_never_contacted_cannot_be_its_own_mirror() {
        let never = entry("quay.io", &["a.io", "quay.io"], SourcePolicy::NeverContact);
        assert_eq!(
            validate(vec![never]),
            Err(SettingsError::NeverContactedSourceIsMirror("quay.io".to_owned()))
        );
    }

    #[test]
    fn lists_have_valid_scopes_and_allowed_and_blocked_exclude_each_other() {
        let scopes = |scope: &str| vec![scope.to_owned()];
        let mut settings = RegistrySettings {
            allowed: scopes("quay.io"),
            insecure: scopes("*.example.com"),
            ..RegistrySettings::default()
        };
        assert_eq!(settings.validate(), Ok(()));
        settings.blocked = scopes("docker.io");
        assert_eq!(settings.validate(), Err(SettingsError::AllowedAndBlocked));
        settings.blocked = scopes("a.*.com");
        let (list, scope) = ("blocked", "a.*.com".to_owned());
        assert_eq!(
            settings.validate(),
            Err(SettingsError::InvalidScope { list, scope })
        );
    }
}
