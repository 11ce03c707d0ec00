//! Where a node pulls an image from: `newImageSource` and `PullSourcesFromReference` of containers/image.

use crate::image_reference::{ImageReference, ReferenceError};
use crate::matching::{longest_match, matched_length, matching_entries};
use crate::registries::Registries;
use crate::rewrite::replace_prefix;
use crate::settings::PullKind;
use crate::tables::RegistryTable;

/// How a node pulls an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolution {
    /// The source whose table is used. `None` if no source matches.
    pub source: Option<String>,
    /// Whether the source itself is blocked, so that only mirrors can serve the pull.
    pub blocked: bool,
    /// What the node tries, in order, until one of them has the image. An error fails the pull before anything
    /// is contacted, even if other mirrors are fine, because all names are rewritten first.
    pub pull_sources: Result<Vec<PullSource>, RewriteError>,
}

/// One thing that a node tries when it pulls an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PullSource {
    /// The image that the node requests.
    pub reference: ImageReference,
    /// Whether TLS is optional.
    pub insecure: bool,
    /// Whether the location is blocked, so that the node skips it and tries the next one
    /// (`newDockerClient`).
    pub blocked: bool,
}

/// Why an image name cannot be rewritten for a mirror.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RewriteError {
    /// The mirror.
    pub mirror: String,
    /// What is wrong with the rewritten name.
    pub cause: ReferenceError,
}

impl std::fmt::Display for RewriteError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            formatter,
            "cannot rewrite the image name for {:?}: {}",
            self.mirror, self.cause
        )
    }
}

impl std::error::Error for RewriteError {}

impl Registries {
    /// Resolves the pull of an image. The name in the pod selects one table; the mirrors of mirrors are not
    /// used.
    #[must_use]
    pub fn resolve(&self, image: &ImageReference) -> Resolution {
        match self.find_table(image.name()) {
            Some((source, table)) => Resolution {
                source: Some(source.to_owned()),
                blocked: table.blocked,
                pull_sources: self.pull_sources(source, table, image),
            },
            None => Resolution {
                source: None,
                blocked: false,
                pull_sources: Ok(vec![PullSource {
                    reference: image.clone(),
                    insecure: false,
                    blocked: false,
                }]),
            },
        }
    }

    /// The longest source that matches a full image name, with its table.
    fn find_table<'s>(&'s self, name: &str) -> Option<(&'s str, &'s RegistryTable)> {
        let source = longest_match(self.matching_sources(name), name)?;
        Some((source, self.tables.get(source)?))
    }

    /// All sources that match a full image name. The longest one is used.
    pub fn matching_sources<'s>(&'s self, name: &str) -> impl Iterator<Item = &'s str> {
        matching_entries(&self.tables, name).map(|(source, _)| source.as_str())
    }

    fn pull_sources(
        &self,
        source: &str,
        table: &RegistryTable,
        image: &ImageReference,
    ) -> Result<Vec<PullSource>, RewriteError> {
        let pull_kind = match image.digest() {
            Some(_) => PullKind::DigestOnly,
            None => PullKind::TagOnly,
        };
        let length = matched_length(source, image.name()).unwrap_or_default();
        let rewrite_for = |location: &str| {
            replace_prefix(image, length, location).map_err(|cause| RewriteError {
                mirror: location.to_owned(),
                cause,
            })
        };
        let mut pull_sources = Vec::new();
        for mirror in &table.mirrors {
            if mirror.pull_from_mirror.serves(pull_kind) {
                let reference = rewrite_for(&mirror.location)?;
                pull_sources.push(self.pull_source(reference, mirror.insecure));
            }
        }
        // A wildcard has no location of its own.
        let reference_at_source = if table.location.is_empty() {
            image.clone()
        } else {
            rewrite_for(&table.location)?
        };
        pull_sources.push(self.pull_source(reference_at_source, table.insecure));
        Ok(pull_sources)
    }

    fn pull_source(&self, reference: ImageReference, insecure: bool) -> PullSource {
        let blocked = self
            .find_table(reference.name())
            .is_some_and(|(_, table)| table.blocked);
        PullSource {
            reference,
            insecure,
            blocked,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{MirrorEntry, RegistrySettings, SourcePolicy};

    const DIGEST: &str = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    fn entry(source: &str, mirrors: &[&str], pull_kind: PullKind, policy: SourcePolicy) -> MirrorEntry {
        MirrorEntry {
            source: source.to_owned(),
            mirrors: mirrors.iter().map(|mirror| (*mirror).to_owned()).collect(),
            pull_kind,
            policy,
        }
    }

    fn resolve(settings: &RegistrySettings, image: &str) -> Resolution {
        let registries = Registries::from_tables(&settings.to_tables().unwrap()).unwrap();
        registries.resolve(&ImageReference::parse_normalized(image).unwrap())
    }

    /// The name, `insecure` and `blocked` of each pull source.
    fn pull_sources(resolution: &Resolution) -> Vec<(&str, bool, bool)> {
        let pull_sources = resolution.pull_sources.as_ref().unwrap().iter();
        pull_sources
            .map(|source| (source.reference.name(), source.insecure, source.blocked))
            .collect()
    }

    #[test]
    fn mirrors_serve_pulls_by_digest_or_by_tag() {
        let settings = RegistrySettings {
            entries: vec![
                entry(
                    "quay.io",
                    &["d.io"],
                    PullKind::DigestOnly,
                    SourcePolicy::default(),
                ),
                entry("quay.io", &["t.io"], PullKind::TagOnly, SourcePolicy::default()),
            ],
            ..RegistrySettings::default()
        };
        let names = |image: &str| {
            let resolution = resolve(&settings, image);
            let names = pull_sources(&resolution)
                .into_iter()
                .map(|(name, ..)| name.to_owned());
            names.collect::<Vec<_>>()
        };
        assert_eq!(names(&format!("quay.io/a@{DIGEST}")), ["d.io/a", "quay.io/a"]);
        assert_eq!(names(&format!("quay.io/a:v1@{DIGEST}")), ["d.io/a", "quay.io/a"]);
        assert_eq!(names("quay.io/a:v1"), ["t.io/a", "quay.io/a"]);
        assert_eq!(names("quay.io/a"), ["t.io/a", "quay.io/a"]);
    }

    #[test]
    fn a_blocked_mirror_is_listed_as_blocked() {
        let settings = RegistrySettings {
            entries: vec![entry(
                "quay.io",
                &["a.io", "b.io"],
                PullKind::DigestOnly,
                SourcePolicy::NeverContact,
            )],
            blocked: vec!["a.io".to_owned()],
            insecure: vec!["b.io".to_owned()],
            ..RegistrySettings::default()
        };
        let resolution = resolve(&settings, &format!("quay.io/x@{DIGEST}"));
        assert!(resolution.blocked);
        assert_eq!(
            pull_sources(&resolution),
            [
                ("a.io/x", false, true),
                ("b.io/x", true, false),
                ("quay.io/x", false, true)
            ]
        );
    }

    #[test]
    fn one_invalid_mirror_fails_pulls_by_digest_but_not_by_tag() {
        let settings = RegistrySettings {
            entries: vec![entry(
                "quay.io/org",
                &["good.example.com/org", "mirror/org"],
                PullKind::DigestOnly,
                SourcePolicy::default(),
            )],
            ..RegistrySettings::default()
        };
        let error = resolve(&settings, &format!("quay.io/org/a@{DIGEST}"))
            .pull_sources
            .unwrap_err();
        assert_eq!(
            (error.mirror.as_str(), error.cause),
            ("mirror/org", ReferenceError::NotCanonical)
        );
        assert_eq!(
            pull_sources(&resolve(&settings, "quay.io/org/a:v1")),
            [("quay.io/org/a", false, false)]
        );
    }

    #[test]
    fn an_image_without_a_matching_source_is_pulled_unchanged() {
        let resolution = resolve(&RegistrySettings::default(), "nginx");
        assert_eq!(resolution.source, None);
        assert_eq!(
            pull_sources(&resolution),
            [("docker.io/library/nginx", false, false)]
        );
    }

    proptest::proptest! {
        #[test]
        fn matching_sources_are_those_of_a_linear_search(
            sources in proptest::collection::btree_set("(\\*\\.)?[ab](\\.[ab])?(:1)?(/[ab]){0,2}", 1..60),
            name in "[ab](\\.[ab]){0,2}(:1)?(/[ab]){0,3}",
        ) {
            let table = |source: &String| (source.clone(), RegistryTable::default());
            let registries = Registries {
                tables: sources.iter().map(table).collect(),
            };
            let mut actual: Vec<&str> = registries.matching_sources(&name).collect();
            actual.sort_unstable();
            let sources = sources.iter().map(String::as_str);
            let expected: Vec<&str> = sources.filter(|source| matched_length(source, &name).is_some()).collect();
            proptest::prop_assert_eq!(actual, expected);
        }
    }
}
