//! The result of resolving one image.

use crate::cluster_mirrors::{Entry, NodeConfigError};
use registries_conf::{ImageReference, ReferenceError, Resolution};

/// The result of resolving one image.
#[derive(Debug)]
pub(crate) struct ImageResolution<'a> {
    /// The image as the user wrote it.
    pub image: &'a str,
    /// The image reference.
    pub reference: Result<ImageReference, ReferenceError>,
    /// The references that the node tries instead, if the image has no registry.
    pub search_candidates: Vec<String>,
    /// What the nodes do. `None` if the image reference is invalid, an error if the nodes can do nothing.
    pub pull: Result<Option<PullOutcome<'a>>, NodeConfigError>,
}

/// What nodes do to pull an image.
#[derive(Debug)]
pub(crate) struct PullOutcome<'a> {
    /// The pull of this reference.
    pub resolution: Resolution,
    /// The pull by digest, if the reference has no digest.
    pub by_digest: Option<Resolution>,
    /// The entries of the source that matches.
    pub entries: Vec<&'a Entry<'a>>,
    /// Shorter sources that match as well, and are ignored.
    pub ignored_sources: Vec<&'a str>,
    /// Why the policy of the node denies the image, whatever mirrors have it.
    pub denial: Option<PolicyDenial>,
}

/// Why the policy of a node (`policy.json`, which applies to the image reference before it is rewritten) denies an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PolicyDenial {
    /// This registry is blocked.
    Blocked(String),
    /// None of the allowed registries includes it.
    NotAllowed,
}

impl ImageResolution<'_> {
    /// Whether the pull certainly fails: because of the form of the reference, of what a mirror makes of it, or of policy.
    #[must_use]
    pub(crate) fn fails(&self) -> bool {
        self.reference.is_err()
            || match &self.pull {
                Ok(outcome) => outcome.as_ref().is_some_and(PullOutcome::fails),
                Err(_) => true,
            }
    }
}

impl PullOutcome<'_> {
    fn fails(&self) -> bool {
        self.denial.is_some()
            || self.resolution.pull_sources.is_err()
            || self
                .by_digest
                .as_ref()
                .is_some_and(|resolution| resolution.pull_sources.is_err())
    }
}
