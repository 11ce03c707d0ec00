//! What becomes of a pull: `newImageSource` and `PullSourcesFromReference` of containers/image.

use super::load::Registries;
use super::matching::{beginnings, longest_match, matched_length};
use super::reference::{Reference, ReferenceError};
use super::rewrite::replaced;
use super::settings::Pull;
use super::tables::Table;

/// What a node makes of the pull of one image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolution {
    /// The source that counts; nothing where none matches.
    pub source: Option<String>,
    /// Whether the source itself is blocked, so that only mirrors can serve the pull.
    pub blocked: bool,
    /// Where the node asks, in order, until one has the image. An error fails the pull before anything is
    /// asked, whatever the other mirrors are: all names are rewritten first.
    pub tries: Result<Vec<Try>, RewriteError>,
}

/// One place where a node asks for an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Try {
    /// What it asks for.
    pub reference: Reference,
    /// Whether TLS is not needed.
    pub insecure: bool,
    /// Whether this place is blocked, so that the try fails and the next one is made
    /// (`newDockerClient`).
    pub blocked: bool,
}

/// An image name that could not be rewritten.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RewriteError {
    /// The mirror.
    pub mirror: String,
    /// What is wrong with the name that came out.
    pub cause: ReferenceError,
}

impl std::fmt::Display for RewriteError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "rewriting for {:?}: {}", self.mirror, self.cause)
    }
}

impl std::error::Error for RewriteError {}

impl Registries {
    /// What becomes of the pull of an image. Mirrors are not followed: the name that the pod gives picks
    /// the table, once.
    #[must_use]
    pub fn resolve(&self, image: &Reference) -> Resolution {
        let Some((source, table)) = self.find(image.name()) else {
            let only = Try {
                reference: image.clone(),
                insecure: false,
                blocked: false,
            };
            return Resolution {
                source: None,
                blocked: false,
                tries: Ok(vec![only]),
            };
        };
        Resolution {
            source: Some(source.to_owned()),
            blocked: table.blocked,
            tries: self.tries(source, table, image),
        }
    }

    /// The source that counts for a full image name, with its table.
    fn find<'s>(&'s self, name: &str) -> Option<(&'s str, &'s Table)> {
        let source = longest_match(self.matching(name), name)?;
        Some((source, self.tables.get(source)?))
    }

    /// The sources that match a full image name. One of them counts: [`longest_match`].
    pub fn matching<'s>(&'s self, name: &str) -> impl Iterator<Item = &'s str> {
        // All others are beginnings of the name: looked up, not gone through.
        let wildcards = self
            .tables
            .range("*.".to_owned()..)
            .map(|(scope, _)| scope.as_str());
        let wildcards = wildcards
            .take_while(|scope| scope.starts_with("*."))
            .filter(|scope| matched_length(scope, name).is_some());
        let beginnings = beginnings(name).filter_map(|scope| self.tables.get_key_value(scope));
        wildcards.chain(beginnings.map(|(scope, _)| scope.as_str()))
    }

    fn tries(&self, source: &str, table: &Table, image: &Reference) -> Result<Vec<Try>, RewriteError> {
        let pull = match image.digest() {
            Some(_) => Pull::DigestOnly,
            None => Pull::TagOnly,
        };
        let covered = matched_length(source, image.name()).unwrap_or_default();
        let rewritten = |location: &str| {
            replaced(covered, location, image).map_err(|cause| RewriteError {
                mirror: location.to_owned(),
                cause,
            })
        };
        let mut tries = Vec::new();
        for mirror in table.mirrors.iter().filter(|mirror| mirror.pull == pull) {
            let reference = rewritten(&mirror.location)?;
            tries.push(self.attempt(reference, mirror.insecure));
        }
        // A wildcard has no location of its own.
        let own = if table.location.is_empty() {
            image.clone()
        } else {
            rewritten(&table.location)?
        };
        tries.push(self.attempt(own, table.insecure));
        Ok(tries)
    }

    fn attempt(&self, reference: Reference, insecure: bool) -> Try {
        let blocked = self
            .find(reference.name())
            .is_some_and(|(_, table)| table.blocked);
        Try {
            reference,
            insecure,
            blocked,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::settings::{Entry, Settings, SourcePolicy};
    use super::*;

    const DIGEST: &str = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    fn entry(source: &str, mirrors: &[&str], pull: Pull, policy: SourcePolicy) -> Entry {
        Entry {
            source: source.to_owned(),
            mirrors: mirrors.iter().map(|mirror| (*mirror).to_owned()).collect(),
            pull,
            policy,
        }
    }

    fn resolved(settings: &Settings, image: &str) -> Resolution {
        let registries = Registries::load(&settings.tables().unwrap()).unwrap();
        registries.resolve(&Reference::normalized(image).unwrap())
    }

    /// Each try as its name and its marks.
    fn tries(resolution: &Resolution) -> Vec<(&str, bool, bool)> {
        let tries = resolution.tries.as_ref().unwrap().iter();
        tries
            .map(|place| (place.reference.name(), place.insecure, place.blocked))
            .collect()
    }

    #[test]
    fn mirrors_serve_pulls_by_digest_or_by_tag() {
        let settings = Settings {
            entries: vec![
                entry("quay.io", &["d.io"], Pull::DigestOnly, SourcePolicy::default()),
                entry("quay.io", &["t.io"], Pull::TagOnly, SourcePolicy::default()),
            ],
            ..Settings::default()
        };
        let names = |image: &str| {
            let resolution = resolved(&settings, image);
            let names = tries(&resolution).into_iter().map(|(name, ..)| name.to_owned());
            names.collect::<Vec<_>>()
        };
        assert_eq!(names(&format!("quay.io/a@{DIGEST}")), ["d.io/a", "quay.io/a"]);
        assert_eq!(names(&format!("quay.io/a:v1@{DIGEST}")), ["d.io/a", "quay.io/a"]);
        assert_eq!(names("quay.io/a:v1"), ["t.io/a", "quay.io/a"]);
        assert_eq!(names("quay.io/a"), ["t.io/a", "quay.io/a"]);
    }

    #[test]
    fn a_blocked_place_is_tried_in_vain() {
        let settings = Settings {
            entries: vec![entry(
                "quay.io",
                &["a.io", "b.io"],
                Pull::DigestOnly,
                SourcePolicy::NeverContact,
            )],
            blocked: vec!["a.io".to_owned()],
            insecure: vec!["b.io".to_owned()],
            ..Settings::default()
        };
        let resolution = resolved(&settings, &format!("quay.io/x@{DIGEST}"));
        assert!(resolution.blocked);
        assert_eq!(
            tries(&resolution),
            [
                ("a.io/x", false, true),
                ("b.io/x", true, false),
                ("quay.io/x", false, true)
            ]
        );
    }

    #[test]
    fn one_bad_mirror_fails_the_pull_by_digest_and_not_by_tag() {
        let settings = Settings {
            entries: vec![entry(
                "quay.io/org",
                &["good.example.com/org", "mirror/org"],
                Pull::DigestOnly,
                SourcePolicy::default(),
            )],
            ..Settings::default()
        };
        let error = resolved(&settings, &format!("quay.io/org/a@{DIGEST}"))
            .tries
            .unwrap_err();
        assert_eq!(
            (error.mirror.as_str(), error.cause),
            ("mirror/org", ReferenceError::NotCanonical)
        );
        assert_eq!(
            tries(&resolved(&settings, "quay.io/org/a:v1")),
            [("quay.io/org/a", false, false)]
        );
    }

    #[test]
    fn what_no_source_matches_is_asked_for_as_it_is() {
        let resolution = resolved(&Settings::default(), "nginx");
        assert_eq!(resolution.source, None);
        assert_eq!(tries(&resolution), [("docker.io/library/nginx", false, false)]);
    }

    proptest::proptest! {
        #[test]
        fn matching_sources_are_found_as_if_all_were_looked_at(
            sources in proptest::collection::btree_set("(\\*\\.)?[ab](\\.[ab])?(:1)?(/[ab]){0,2}", 1..12),
            name in "[ab](\\.[ab]){0,2}(:1)?(/[ab]){0,3}",
        ) {
            let table = |source: &String| (source.clone(), Table::default());
            let registries = Registries {
                tables: sources.iter().map(table).collect(),
            };
            let mut found: Vec<&str> = registries.matching(&name).collect();
            found.sort_unstable();
            let all = sources.iter().map(String::as_str);
            let expected: Vec<&str> = all.filter(|source| matched_length(source, &name).is_some()).collect();
            proptest::prop_assert_eq!(found, expected);
        }
    }
}
