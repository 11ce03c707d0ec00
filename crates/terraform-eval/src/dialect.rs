//! The dialect of the language: which program evaluates a configuration, and in which version.
//!
//! [`Dialect`] answers what the program has; [`Feature`] and [`FUNCTIONS`] are the tables of what differs. Nothing else
//! compares versions.

mod availability;
mod feature;

use std::fmt;

use crate::version::{Version, VersionRange};

pub use availability::Availability;
pub use feature::{FUNCTIONS, Feature};

/// A program that reads the language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Engine {
    /// Terraform of `HashiCorp`.
    Terraform,
    /// `OpenTofu`, whose language is that of Terraform 1.5 with additions of its own.
    OpenTofu,
}

impl Engine {
    /// All programs.
    pub const ALL: [Self; 2] = [Self::Terraform, Self::OpenTofu];

    /// The name of the program.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Terraform => "Terraform",
            Self::OpenTofu => "OpenTofu",
        }
    }

    /// The word on the command line.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Terraform => "terraform",
            Self::OpenTofu => "opentofu",
        }
    }

    /// A text of this program that names Terraform and its command, for this program. The text must not contain names of
    /// an input, which have to stay as they are.
    #[must_use]
    pub fn in_words(self, text: &str) -> String {
        match self {
            Self::Terraform => text.to_owned(),
            Self::OpenTofu => text
                .replace("Terraform", self.name())
                .replace("`terraform ", "`tofu "),
        }
    }

    /// The program with this word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|engine| engine.word() == word)
    }

    /// The next version, which is not released but documented, if the tables cover one.
    #[must_use]
    pub fn preview(self) -> Option<Version> {
        match self {
            Self::Terraform => None,
            Self::OpenTofu => Some(Version(1, 13, 0)),
        }
    }

    /// The newest minor version that is taken without being asked for.
    fn newest_minor(self) -> u32 {
        match self {
            Self::Terraform => 16,
            Self::OpenTofu => 12,
        }
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A program and its version, as far as they are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Dialect {
    engine: Engine,
    /// The newest version that may run; the configuration is evaluated as this one does.
    version: Version,
    /// All versions that may run.
    admitted: VersionRange,
}

impl Dialect {
    /// The newest known version of a program.
    #[must_use]
    pub fn newest(engine: Engine) -> Self {
        Self {
            engine,
            version: Version(1, engine.newest_minor(), 0),
            admitted: VersionRange::ALL,
        }
    }

    /// The newest known version of a program in a range. `None` if it has none: the range is empty, or all its versions
    /// are newer than what the tables cover or older than 1.0.
    #[must_use]
    pub fn within(engine: Engine, admitted: VersionRange) -> Option<Self> {
        let minors = (0..=engine.newest_minor()).rev();
        let mut admitting = minors.filter(|minor| !admitted.and(VersionRange::minor(1, *minor)).is_empty());
        let version = if admitted.is_single() {
            admitting.next().map(|_| admitted.first())
        } else {
            admitting.next().map(|minor| Version(1, minor, 0))
        };
        Some(Self {
            engine,
            version: version?,
            admitted,
        })
    }

    /// One version of a program: `1.11` for any of its patches, or `1.11.4`. A version that is newer than the newest
    /// known one is evaluated like that one.
    #[must_use]
    pub fn exactly(engine: Engine, version: Version, has_patch: bool) -> Self {
        Self {
            engine,
            version,
            admitted: if has_patch {
                VersionRange::exactly(version)
            } else {
                VersionRange::minor(version.0, version.1)
            },
        }
    }

    /// The program.
    #[must_use]
    pub fn engine(self) -> Engine {
        self.engine
    }

    /// The version whose evaluation this is.
    #[must_use]
    pub fn version(self) -> Version {
        self.version
    }

    /// All versions that may run.
    #[must_use]
    pub fn admitted(self) -> VersionRange {
        self.admitted
    }

    /// Whether a version that a constraint admits may run.
    #[must_use]
    pub fn is_admitted_by(self, constraint: VersionRange) -> bool {
        !self.admitted.and(constraint).is_empty()
    }

    /// Whether the version has a feature.
    #[must_use]
    pub fn has(self, feature: Feature) -> bool {
        self.covers(feature.availability())
    }

    /// Whether the version has what is available as stated.
    #[must_use]
    pub fn covers(self, availability: Availability) -> bool {
        availability
            .since(self.engine)
            .is_some_and(|minor| self.version >= Version(1, minor, 0))
    }

    /// The first minor version that has something, if the version has it and older ones that may run have not. Nothing
    /// is known of older versions if nothing says which ones may run.
    #[must_use]
    pub fn newer_than_admitted(self, availability: Availability) -> Option<u32> {
        let since = availability
            .since(self.engine)
            .filter(|_| self.covers(availability))?;
        let is_split =
            self.admitted != VersionRange::ALL && self.admitted.admits_before(Version(1, since, 0));
        is_split.then_some(since)
    }

    /// The same program in an older minor version.
    #[must_use]
    pub fn older(self, minor: u32) -> Self {
        Self::exactly(self.engine, Version(1, minor, 0), false)
    }

    /// Why the version does not have a feature: since when it exists. `None` if the version has it.
    #[must_use]
    pub fn lacks(self, feature: Feature) -> Option<String> {
        (!self.has(feature)).then(|| feature.availability().to_string())
    }

    /// Since when programs have a function, if not all versions have it.
    #[must_use]
    pub fn function_availability(name: &str) -> Option<Availability> {
        let (_, availability) = FUNCTIONS.iter().find(|(function, _)| *function == name)?;
        Some(*availability)
    }

    /// Why the version does not have a function: since when it exists. `None` if the version has it, or if no program
    /// has it.
    #[must_use]
    pub fn lacks_function(self, name: &str) -> Option<String> {
        let availability = Self::function_availability(name)?;
        (!self.covers(availability)).then(|| availability.to_string())
    }
}

impl Default for Dialect {
    /// The newest known version of Terraform.
    fn default() -> Self {
        Self::newest(Engine::Terraform)
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Version(major, minor, _) = self.version;
        if self.admitted.is_single() {
            write!(f, "{} {}", self.engine, self.version)
        } else {
            write!(f, "{} {major}.{minor}", self.engine)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn within(engine: Engine, constraint: &str) -> String {
        let range = VersionRange::parse(constraint).expect(constraint);
        Dialect::within(engine, range).map_or("none".to_owned(), |dialect| dialect.to_string())
    }

    #[test]
    fn the_newest_known_version_in_a_range_is_taken() {
        for (constraint, terraform, opentofu) in [
            (">= 1.5", "Terraform 1.16", "OpenTofu 1.12"),
            ("~> 1.11.0", "Terraform 1.11", "OpenTofu 1.11"),
            ("= 1.11.4", "Terraform 1.11.4", "OpenTofu 1.11.4"),
            ("< 1.12", "Terraform 1.11", "OpenTofu 1.11"),
            (">= 1.14", "Terraform 1.16", "none"),
            (">= 2.0", "none", "none"),
            ("~> 0.14", "none", "none"),
        ] {
            assert_eq!(within(Engine::Terraform, constraint), terraform, "{constraint}");
            assert_eq!(within(Engine::OpenTofu, constraint), opentofu, "{constraint}");
        }
    }

    #[test]
    fn a_missing_feature_is_named_with_the_versions_that_have_it() {
        let old = Dialect::exactly(Engine::Terraform, Version(1, 11, 0), false);
        assert_eq!(
            old.lacks_function("urldecode").as_deref(),
            Some("exists in OpenTofu since 1.7; Terraform has none")
        );
        assert_eq!(
            old.lacks(Feature::LifecycleDestroy).as_deref(),
            Some("exists in Terraform since 1.16 and in OpenTofu since 1.12")
        );
        assert_eq!(old.lacks_function("upper"), None);
        assert_eq!(Dialect::default().lacks(Feature::LifecycleDestroy), None);
    }

    #[test]
    fn texts_name_the_program_that_evaluates() {
        let text = "run `terraform init` again, as Terraform demands";
        assert_eq!(Engine::Terraform.in_words(text), text);
        assert_eq!(
            Engine::OpenTofu.in_words(text),
            "run `tofu init` again, as OpenTofu demands"
        );
    }

    #[test]
    fn every_fact_has_a_source() {
        for (position, feature) in Feature::all().enumerate() {
            assert_eq!(feature as usize, position, "{feature:?}");
            assert!(!feature.source().is_empty(), "{feature:?}");
            assert!(!feature.description().is_empty(), "{feature:?}");
        }
    }
}
