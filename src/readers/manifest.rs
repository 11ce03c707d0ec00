//! Manifests that declare mirrors, read into the model: ImageDigestMirrorSet, ImageTagMirrorSet,
//! ImageContentSourcePolicy, HostedCluster, and what holds them: lists, the `ConfigMap` of a `NodePool`. With
//! them, what a cluster says of registries: Image, and the configuration of a HostedCluster.
//!
//! What the API server would not take is no error of reading: it is kept as a mistake, and everything
//! around it is read. Documents of other kinds are passed over.

mod assemble;
mod document;
mod embedded;
mod entry;
mod literals;
mod registries;

use std::fmt;
use std::sync::Arc;

use crate::model::{Attribute, ManifestIssueKind, ManifestKind, RegistrySources};
use registries_conf::SourcePolicy;
use terraform_eval::source::{FileId, Span};
use terraform_eval::syntax::syntax_error::SyntaxError;
use terraform_eval::syntax::yaml::documents;

pub use assemble::configuration;
use literals::Text;

/// A document that declares mirrors, or says what a cluster allows, blocks and trusts.
#[derive(Debug, Clone)]
pub struct Document {
    /// Its kind.
    pub kind: ManifestKind,
    /// Its `metadata.name`.
    pub name: Option<Arc<str>>,
    /// Its entries, in their order.
    pub entries: Vec<Entry>,
    /// What it says of registries.
    pub registry_sources: Option<RegistrySources>,
    /// What the API server would not take, in the order of the text.
    pub mistakes: Vec<Found>,
}

/// An entry of a document's list.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Its place in the list, from 0.
    pub index: usize,
    /// Its first line.
    pub span: Span,
    /// `source`.
    pub source: Attribute<String>,
    /// `mirrors`.
    pub mirrors: Attribute<Vec<Attribute<String>>>,
    /// `mirrorSourcePolicy`.
    pub policy: Attribute<SourcePolicy>,
}

/// A mistake in a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The entry that it is in, if it is in one.
    pub entry: Option<usize>,
    /// Its place.
    pub span: Span,
    /// What it is.
    pub kind: ManifestIssueKind,
}

/// Why a text could not be read as manifests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReadError {
    /// It is neither YAML nor JSON, or more than is read of them.
    Syntax(SyntaxError),
    /// No document in it is about mirrors.
    Nothing,
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax(problem) => f.write_str(&problem.message),
            Self::Nothing => f.write_str("no manifest in the file declares mirrors"),
        }
    }
}

impl std::error::Error for ReadError {}

impl ReadError {
    /// Where, if it is at one place.
    #[must_use]
    pub fn span(&self) -> Option<Span> {
        match self {
            Self::Syntax(problem) => Some(problem.span),
            Self::Nothing => None,
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> Option<&str> {
        match self {
            Self::Syntax(problem) => problem.help.as_deref(),
            Self::Nothing => Some(
                "supported kinds: ImageDigestMirrorSet, ImageTagMirrorSet, ImageContentSourcePolicy, HostedCluster, \
                 Image (config.openshift.io/v1), lists of these, the ConfigMap of a NodePool, and bare `imageContentSources`",
            ),
        }
    }
}

/// What stands in every text that declares mirrors, or says something of registries.
const WORDS: [&str; 6] = [
    "ImageDigestMirrorSet",
    "ImageTagMirrorSet",
    "ImageContentSourcePolicy",
    "imageContentSources",
    "HostedCluster",
    "registrySources",
];

/// Whether a text may be a manifest that declares mirrors: it names one of the kinds. Nothing is parsed.
#[must_use]
pub fn recognise(text: &str) -> bool {
    let text = text.as_bytes();
    let found = |word: &str| memchr::memmem::find(text, word.as_bytes()).is_some();
    WORDS.into_iter().any(found)
}

/// What is wrong with a text that is no YAML: of a template, that it is one.
fn unless_template(problem: SyntaxError, text: &str) -> SyntaxError {
    if !text.contains("{{") {
        return problem;
    }
    SyntaxError::new(problem.span, "the file is a template, not valid YAML".to_owned())
        .help("render the template first, for example with `helm template`, and pass the output")
}

/// Reads the documents of a text that declare mirrors.
pub fn read(file: FileId, text: &str) -> Result<Vec<Document>, ReadError> {
    let nodes = documents(file, text).map_err(|problem| ReadError::Syntax(unless_template(problem, text)))?;
    let text = Text::new(text);
    let mut found = Vec::new();
    for node in &nodes {
        document::find(node, text, &mut found).map_err(ReadError::Syntax)?;
    }
    if found.is_empty() {
        return Err(ReadError::Nothing);
    }
    Ok(found)
}
