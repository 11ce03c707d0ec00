//! What a conversion target is: data, and a function that writes its documents.

use super::cluster_part::ClusterPart;
use super::error::ConvertError;
use super::options::Options;
use crate::diagnostic::Diagnostic;
use registries_conf::PullKind;
use terraform_eval::source::Sources;

/// A conversion target.
#[derive(Debug)]
pub struct TargetSpec {
    /// The value of `--to`.
    pub flag: &'static str,
    /// Its description in `--help`.
    pub help: &'static str,
    /// How findings call it, with an article: `an ImageDigestMirrorSet`.
    pub label: &'static str,
    /// What it can express.
    pub capabilities: Capabilities,
    /// What becomes of several entries for one source.
    pub merging: EntryMerging,
    /// The schema that its documents have to satisfy. `None` if nothing validates them before the nodes do.
    pub api_schema: Option<ApiSchema>,
    /// The options that only this target takes.
    pub option_group: Option<OptionGroup>,
    /// What to know before documents are applied that were made of Terraform's mirrors.
    pub terraform_note: Option<&'static str>,
    /// Writes the documents.
    pub write: fn(&Context<'_>, &[ClusterPart<'_>]) -> Result<TargetOutput, ConvertError>,
}

/// What a target can express in addition to digest mirrors of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a capability of its own")]
pub struct Capabilities {
    /// The pulls that its mirrors can serve.
    pub pulls: ExpressiblePulls,
    /// `mirrorSourcePolicy: NeverContactSource`.
    pub source_policy: bool,
    /// An entry without mirrors.
    pub empty_entries: bool,
    /// A cluster without entries.
    pub empty_clusters: bool,
    /// A mirror with unknown or sensitive values, and manifests of which a part cannot be read.
    pub unresolved_mirrors: bool,
    /// A name with characters that normalization form C of Unicode replaces.
    pub all_characters: bool,
}

/// The pulls that the mirrors of a target can serve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExpressiblePulls {
    /// Pulls by digest.
    Digest,
    /// Pulls by tag. Mirrors of a cluster that serve only pulls by digest, as all of Terraform do, are converted too:
    /// whoever asks for tag mirrors of them asks for just that change.
    TagOrAllDigest,
    /// Each entry tells which.
    Any,
}

impl ExpressiblePulls {
    /// Whether mirrors for pulls of a kind can be expressed, in a cluster with `all_digest` mirrors or with others.
    pub(super) fn include(self, pull: PullKind, all_digest: bool) -> bool {
        match self {
            Self::Any => true,
            Self::Digest => pull == PullKind::DigestOnly,
            Self::TagOrAllDigest => all_digest || pull == PullKind::TagOnly,
        }
    }
}

/// What becomes of several entries for one source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryMerging {
    /// They are written as one, so that an order and a policy are chosen that the input may contradict. Terraform's
    /// mirrors with one source are rejected, as the OCM API rejects them.
    Merged,
    /// They are written as the nodes merge them. Mirrors that the OCM API rejects are shown as well.
    ByNodes,
    /// Each is written on its own.
    Separate,
}

/// A schema that the API server validates entries against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ApiSchema {
    /// The mirror sets of openshift/api: the grammar and length of names, lists that are sets.
    MirrorSet,
    /// `HostedCluster.spec.imageContentSources` of hypershift: the same, and limits on the number of entries.
    HostedCluster,
}

/// Options of the command line that only one target takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OptionGroup {
    /// How Terraform configuration is written: [`Options::hcl`].
    Hcl,
    /// Registries in addition to those of the cluster: [`Options::blocked`] and [`Options::insecure`].
    NodeRegistries,
    /// The images to copy: [`Options::images`].
    Images,
}

/// What a target writes with, in addition to the mirrors.
#[derive(Debug)]
pub struct Context<'a> {
    /// What the user decided.
    pub options: &'a Options,
    /// The files that comments name as the origin of entries. `None` if there are to be no such comments.
    pub origins: Option<&'a Sources>,
    /// The comment at the top of a manifest.
    pub note: Option<&'static str>,
}

/// One text of a conversion.
#[derive(Debug)]
pub struct Document {
    /// The name of its file.
    pub file: String,
    /// The text, without a document marker.
    pub text: String,
}

/// What a target wrote.
#[derive(Debug, Default)]
pub struct TargetOutput {
    /// The texts: one for each cluster, or one for all.
    pub documents: Vec<Document>,
    /// What prevents the conversion.
    pub errors: Vec<Diagnostic>,
    /// Why the result may not be what the input means; errors if losses are.
    pub losses: Vec<Diagnostic>,
    /// What the user should know in any case.
    pub warnings: Vec<Diagnostic>,
}

impl TargetOutput {
    pub(super) fn from_documents(documents: Vec<Document>) -> Self {
        Self {
            documents,
            ..Self::default()
        }
    }
}
