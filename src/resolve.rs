//! What a pull of an image will do: which entry counts, where nodes ask and in which order, and where a pull
//! fails before anything is asked.

mod references;

use crate::cluster_mirrors::{Doubt, Entry, MirrorSet, Nodes, Registries};
use crate::provider::ALWAYS_ALLOWED_REGISTRIES;
use registries_conf::{
    ImageReference, PullKind, ReferenceError, RegistrySettings, Resolution, SEARCH_REGISTRIES, matching_scope,
};

pub use references::{Unlisted, listed};

/// What the nodes of one cluster pull with.
#[derive(Debug)]
pub struct Cluster<'a> {
    /// Its name.
    pub name: &'a str,
    /// The entries by source.
    entries: Vec<&'a Entry<'a>>,
    nodes: Nodes,
    allowed: Vec<String>,
    blocked: Vec<String>,
}

/// What becomes of the pull of one image.
#[derive(Debug)]
pub struct Answer<'a> {
    /// The image, as it was given.
    pub image: &'a str,
    /// What its name means; else why it is none.
    pub reference: Result<ImageReference, ReferenceError>,
    /// The names that the node tries instead, where the image is given without a registry.
    pub searched: Vec<String>,
    /// What the nodes do; else why they can do nothing. Without a name there is nothing to do.
    pub pull: Result<Option<Outcome<'a>>, String>,
}

/// What nodes do about an image.
#[derive(Debug)]
pub struct Outcome<'a> {
    /// The pull of just this reference.
    pub resolution: Resolution,
    /// The pull by digest of an image that is given without one.
    pub by_digest: Option<Resolution>,
    /// The entries of the source that counts.
    pub entries: Vec<&'a Entry<'a>>,
    /// Shorter sources that match as well, and do not count.
    pub passed_over: Vec<&'a str>,
    /// Why the node's policy refuses the image, whatever mirrors have it.
    pub refused: Option<Refused>,
}

/// Why the policy of a node refuses an image (`policy.json`, which is about the name that is asked for).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// It falls under a blocked registry.
    Blocked(String),
    /// It falls under none of those that are allowed.
    NotAllowed,
}

/// A digest in place of one that nobody knows yet.
const ANY_DIGEST: &str = "sha256:0000000000000000000000000000000000000000000000000000000000000000";

impl<'a> Cluster<'a> {
    /// The nodes of a cluster with these mirrors, and registries that are blocked and insecure besides.
    #[must_use]
    pub fn of(set: &'a MirrorSet<'a>, blocked: &[String], insecure: &[String]) -> Self {
        Self::with(
            set.cluster.name(),
            set.entries.iter().collect(),
            set.settings(blocked, insecure),
            &set.registries,
        )
    }

    /// The nodes of a cluster without mirrors.
    #[must_use]
    pub fn without_mirrors(blocked: &[String], insecure: &[String]) -> Self {
        let settings = RegistrySettings {
            blocked: blocked.to_vec(),
            insecure: insecure.to_vec(),
            ..RegistrySettings::default()
        };
        Self::with("", Vec::new(), settings, &Registries::default())
    }

    fn with(
        name: &'a str,
        entries: Vec<&'a Entry<'a>>,
        settings: RegistrySettings,
        registries: &Registries,
    ) -> Self {
        Self {
            name,
            entries,
            nodes: Nodes::of(&settings, &registries.open),
            allowed: settings.allowed,
            blocked: settings.blocked,
        }
    }

    /// Why real nodes may do something else.
    #[must_use]
    pub fn doubts(&self) -> &[Doubt] {
        &self.nodes.doubts
    }

    /// What becomes of the pull of an image.
    #[must_use]
    pub fn resolve(&'a self, image: &'a str) -> Answer<'a> {
        let reference = ImageReference::parse_normalized(image);
        let pull = match (&self.nodes.registries, &reference) {
            (Err(error), _) => Err(error.clone()),
            (Ok(_), Err(_)) => Ok(None),
            (Ok(registries), Ok(reference)) => {
                let resolution = registries.resolve(reference);
                let by_digest = match reference.digest() {
                    Some(_) => None,
                    None => ImageReference::parse_normalized(&format!("{reference}@{ANY_DIGEST}")).ok(),
                };
                Ok(Some(Outcome {
                    by_digest: by_digest.map(|reference| registries.resolve(&reference)),
                    entries: self.of_source(resolution.source.as_deref()),
                    passed_over: registries
                        .matching_sources(reference.name())
                        .filter(|other| Some(*other) != resolution.source.as_deref())
                        .filter_map(|other| self.of_source(Some(other)).first().map(|entry| entry.source))
                        .collect(),
                    refused: self.refused(reference),
                    resolution,
                }))
            }
        };
        Answer {
            image,
            searched: reference.as_ref().map(|_| searched(image)).unwrap_or_default(),
            reference,
            pull,
        }
    }

    /// The entries are sorted, so that those of one source stand side by side.
    fn of_source(&self, source: Option<&str>) -> Vec<&'a Entry<'a>> {
        let start = self.entries.partition_point(|entry| Some(entry.source) < source);
        let rest = self.entries.iter().skip(start);
        rest.take_while(|entry| Some(entry.source) == source)
            .copied()
            .collect()
    }

    fn refused(&self, reference: &ImageReference) -> Option<Refused> {
        if let Some(entry) = matching_scope(self.blocked.iter().map(String::as_str), reference.name()) {
            return Some(Refused::Blocked(entry.to_owned()));
        }
        // What ROSA allows always, a self-managed cluster does not.
        let is_rosa = self.entries.iter().any(|entry| !entry.is_of_manifest());
        let always = ALWAYS_ALLOWED_REGISTRIES.iter().copied().filter(|_| is_rosa);
        let allowed = self.allowed.iter().map(String::as_str).chain(always);
        let is_refused = !self.allowed.is_empty() && matching_scope(allowed, reference.name()).is_none();
        is_refused.then_some(Refused::NotAllowed)
    }
}

impl Answer<'_> {
    /// Whether the pull surely fails: by the form of the name, by what mirrors do to it, by policy.
    #[must_use]
    pub fn fails(&self) -> bool {
        self.reference.is_err()
            || match &self.pull {
                Ok(outcome) => outcome.as_ref().is_some_and(Outcome::fails),
                Err(_) => true,
            }
    }
}

impl Outcome<'_> {
    fn fails(&self) -> bool {
        self.refused.is_some()
            || self.resolution.pull_sources.is_err()
            || self
                .by_digest
                .as_ref()
                .is_some_and(|pull| pull.pull_sources.is_err())
    }

    /// Which pulls the reference itself makes.
    #[must_use]
    pub fn kind(&self) -> PullKind {
        match self.by_digest {
            Some(_) => PullKind::TagOnly,
            None => PullKind::DigestOnly,
        }
    }
}

/// The names that a node tries for an image that is given without a registry, in order
/// (`unqualified-search-registries`).
fn searched(image: &str) -> Vec<String> {
    let first = image.split('/').next().unwrap_or_default();
    let has_registry = first.len() < image.len() && (first.contains(['.', ':']) || first == "localhost");
    if has_registry {
        return Vec::new();
    }
    SEARCH_REGISTRIES
        .iter()
        .filter_map(|registry| ImageReference::parse_normalized(&format!("{registry}/{image}")).ok())
        .map(|reference| reference.to_string())
        .collect()
}
