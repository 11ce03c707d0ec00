//! What a cluster's nodes are configured from: mirrors, and lists of registries.

use std::collections::BTreeMap;
use std::fmt;

use super::grammar::{Role, is_valid};
use super::scope::is_scope;

/// Everything that goes into a node's `registries.conf`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settings {
    /// The mirrors by source, in any order; a source may occur more than once.
    pub entries: Vec<Entry>,
    /// Registries without TLS, or without a certificate to trust: `insecure_registries`.
    pub insecure: Vec<String>,
    /// Registries that nothing is pulled from: `blocked_registries`.
    pub blocked: Vec<String>,
    /// The only registries that anything is pulled from, if there are any: `allowed_registries`.
    pub allowed: Vec<String>,
}

/// One source and its mirrors: an entry of ImageDigestMirrorSet or of ImageTagMirrorSet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What is mirrored.
    pub source: String,
    /// Where to, in the order of preference.
    pub mirrors: Vec<String>,
    /// Which pulls the mirrors serve.
    pub pull: Pull,
    /// Whether the source is asked where no mirror has the image.
    pub policy: SourcePolicy,
}

/// Which pulls a mirror serves (`pull-from-mirror` in `registries.conf`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pull {
    /// Those by digest, with or without a tag: ImageDigestMirrorSet, and all that a ROSA cluster has.
    #[default]
    DigestOnly,
    /// Those by tag alone: ImageTagMirrorSet.
    TagOnly,
}

/// What becomes of a pull that no mirror can serve (`mirrorSourcePolicy`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SourcePolicy {
    /// It goes to the source. What nothing sets is this, and `rhcs_image_mirror` cannot set it.
    #[default]
    AllowContacting,
    /// It fails: the source is blocked.
    NeverContact,
}

/// Why the machine config operator makes no configuration of the settings: nodes keep the one they have,
/// and new nodes get none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SettingsError {
    /// An entry of a list of registries, with the list's name.
    InvalidScope {
        /// `insecure`, `blocked` or `allowed`.
        list: &'static str,
        /// The entry.
        scope: String,
    },
    /// A source that does not keep to the grammar.
    InvalidSource(String),
    /// A mirror that does not keep to the grammar.
    InvalidMirror(String),
    /// One source with different policies.
    ConflictingPolicy(String),
    /// A source that must not be asked is among its own mirrors.
    NeverContactedMirror(String),
    /// Both allowed and blocked registries.
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
            Self::NeverContactedMirror(source) => {
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

impl Settings {
    /// What the machine config operator checks before it makes a configuration
    /// (`validateRegistriesConfScopes` and `updatePolicyJSON`, `helpers.go`): the first mistake.
    pub fn validate(&self) -> Result<(), SettingsError> {
        let lists = [
            ("insecure", &self.insecure),
            ("blocked", &self.blocked),
            ("allowed", &self.allowed),
        ];
        for (list, scopes) in lists {
            if let Some(scope) = scopes.iter().find(|scope| !is_scope(scope)) {
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

impl Entry {
    fn validate(&self) -> Result<(), SettingsError> {
        if !is_valid(&self.source, Role::Source) {
            return Err(SettingsError::InvalidSource(self.source.clone()));
        }
        for mirror in &self.mirrors {
            if !is_valid(mirror, Role::Mirror) {
                return Err(SettingsError::InvalidMirror(mirror.clone()));
            }
            if self.policy == SourcePolicy::NeverContact && *mirror == self.source {
                return Err(SettingsError::NeverContactedMirror(self.source.clone()));
            }
        }
        Ok(())
    }

    /// Whether it has a mirror other than its source; without one it is passed over, with its policy
    /// (`mirrorsContainsARealMirror`).
    #[must_use]
    pub fn has_a_mirror(&self) -> bool {
        self.mirrors.iter().any(|mirror| *mirror != self.source)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(source: &str, mirrors: &[&str], policy: SourcePolicy) -> Entry {
        Entry {
            source: source.to_owned(),
            mirrors: mirrors.iter().map(|mirror| (*mirror).to_owned()).collect(),
            pull: Pull::DigestOnly,
            policy,
        }
    }

    fn of(entries: Vec<Entry>) -> Result<(), SettingsError> {
        let settings = Settings {
            entries,
            ..Settings::default()
        };
        settings.validate()
    }

    #[test]
    fn names_have_to_keep_to_the_grammar() {
        let allow = SourcePolicy::AllowContacting;
        assert_eq!(of(vec![entry("*.example.com", &["m.io/x"], allow)]), Ok(()));
        assert_eq!(
            of(vec![entry("quay.io/", &[], allow)]),
            Err(SettingsError::InvalidSource("quay.io/".to_owned()))
        );
        assert_eq!(
            of(vec![entry("quay.io", &["*.m.io"], allow)]),
            Err(SettingsError::InvalidMirror("*.m.io".to_owned()))
        );
    }

    #[test]
    fn one_source_has_one_policy() {
        let allow = entry("quay.io", &["a.io"], SourcePolicy::AllowContacting);
        let never = entry("quay.io", &["b.io"], SourcePolicy::NeverContact);
        assert_eq!(of(vec![never.clone(), never.clone()]), Ok(()));
        assert_eq!(
            of(vec![allow, never]),
            Err(SettingsError::ConflictingPolicy("quay.io".to_owned()))
        );
    }

    #[test]
    fn a_source_that_is_never_contacted_is_no_mirror() {
        let never = entry("quay.io", &["a.io", "quay.io"], SourcePolicy::NeverContact);
        assert_eq!(
            of(vec![never]),
            Err(SettingsError::NeverContactedMirror("quay.io".to_owned()))
        );
    }

    #[test]
    fn lists_of_registries_have_scopes_and_one_of_two_is_empty() {
        let scopes = |scope: &str| vec![scope.to_owned()];
        let mut settings = Settings {
            allowed: scopes("quay.io"),
            insecure: scopes("*.example.com"),
            ..Settings::default()
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
