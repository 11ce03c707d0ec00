//! The version of the program that evaluates configuration, as a user writes it.

use std::fmt;
use std::str::FromStr;

use terraform_eval::version::Version;

/// A version of Terraform or `OpenTofu`: `1.12`, which stands for all its patches, or `1.12.6`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EngineVersion {
    /// The version.
    pub version: Version,
    /// Whether the patch is given.
    pub has_patch: bool,
}

impl FromStr for EngineVersion {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let invalid = || format!("invalid version {text:?}: expected one such as 1.12 or 1.12.6");
        let version = Version::parse_release(text).map_err(|_| invalid())?;
        let release = text.split(['-', '+']).next().unwrap_or(text);
        match release.split('.').count() {
            2 => Ok(Self {
                version,
                has_patch: false,
            }),
            3 => Ok(Self {
                version,
                has_patch: true,
            }),
            _ => Err(invalid()),
        }
    }
}

impl fmt::Display for EngineVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Version(major, minor, _) = self.version;
        if self.has_patch {
            write!(f, "{}", self.version)
        } else {
            write!(f, "{major}.{minor}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_has_two_or_three_numbers() {
        let shown = |text: &str| text.parse::<EngineVersion>().map(|version| version.to_string());
        assert_eq!(shown("1.12"), Ok("1.12".to_owned()));
        assert_eq!(shown("v1.16.0-rc2"), Ok("1.16.0".to_owned()));
        assert!(shown("1").is_err() && shown("latest").is_err() && shown("1.2.3.4").is_err());
    }
}
