//! The result of resolving one image.

use super::signature_policies::SignatureCheck;
use crate::cluster_mirrors::{Entry, NodeConfigError};
use registries_conf::{AmbiguousNames, CandidateOrigin, CandidatesError, ImageReference, Resolution};

/// The result of resolving one image.
#[derive(Debug)]
pub(crate) struct ImageResolution<'a> {
    /// The image as the user wrote it.
    pub image: &'a str,
    /// What the nodes try.
    pub attempts: Result<Attempts<'a>, ImageError>,
}

/// Why nodes try nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ImageError {
    /// The name stands for no image.
    Name(CandidatesError),
    /// The nodes have no configuration.
    Nodes(NodeConfigError),
}

impl std::fmt::Display for ImageError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Name(error) => error.fmt(f),
            Self::Nodes(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for ImageError {}

/// The images that nodes try for a name, in order, until one of them can be pulled.
#[derive(Debug)]
pub(crate) struct Attempts<'a> {
    /// Why it is these images.
    pub origin: CandidateOrigin,
    /// What nodes do for each of them. At least one.
    pub candidates: Vec<PullOutcome<'a>>,
    /// What is not known of the nodes: whether they have an alias for the name.
    pub may_be_alias: bool,
    /// What nodes do if there are several candidates.
    pub ambiguous_names: AmbiguousNames,
}

/// What nodes do to pull one image.
#[derive(Debug)]
pub(crate) struct PullOutcome<'a> {
    /// The image.
    pub reference: ImageReference,
    /// The pull of this reference.
    pub resolution: Resolution,
    /// The pull by digest, if the reference has no digest.
    pub by_digest: Option<Resolution>,
    /// The entries of the source that matches.
    pub entries: Vec<&'a Entry<'a>>,
    /// Shorter sources that match as well, and are ignored.
    pub ignored_sources: Vec<&'a str>,
    /// The policies that verify its signature, which each place has to have.
    pub signatures: Vec<SignatureCheck>,
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
    /// Whether the pull of an image that the name stands for certainly fails: because of the form of the name, of what a
    /// mirror makes of it, or of policy.
    #[must_use]
    pub(crate) fn fails(&self) -> bool {
        match &self.attempts {
            Ok(attempts) => attempts.candidates.iter().any(PullOutcome::fails),
            Err(_) => true,
        }
    }
}

impl Attempts<'_> {
    /// Whether some nodes reject the name, because it stands for several images.
    #[must_use]
    pub(crate) fn may_be_rejected(&self) -> bool {
        self.candidates.len() > 1 && self.ambiguous_names != AmbiguousNames::Tried
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
