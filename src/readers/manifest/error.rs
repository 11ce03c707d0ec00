//! Why a text could not be read as manifests.

use std::fmt;

use terraform_eval::source::Span;
use terraform_eval::syntax::syntax_error::SyntaxError;

/// Why a text could not be read as manifests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ManifestReadError {
    /// The text is neither YAML nor JSON, or exceeds a limit of the parser.
    Syntax(SyntaxError),
    /// None of the documents is about mirrors.
    NoManifest,
}

impl ManifestReadError {
    /// The position of the error, if it has one.
    pub(crate) fn span(&self) -> Option<Span> {
        match self {
            Self::Syntax(error) => Some(error.span),
            Self::NoManifest => None,
        }
    }

    /// The remedy, if there is one.
    pub(crate) fn help(&self) -> Option<&str> {
        match self {
            Self::Syntax(error) => error.help.as_deref(),
            Self::NoManifest => Some(
                "supported kinds: ImageDigestMirrorSet, ImageTagMirrorSet, ImageContentSourcePolicy, HostedCluster, \
                 Image (config.openshift.io/v1), lists of these, the ConfigMap of a NodePool, and bare `imageContentSources`",
            ),
        }
    }
}

impl fmt::Display for ManifestReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax(error) => f.write_str(&error.message),
            Self::NoManifest => f.write_str("no manifest in the file declares mirrors"),
        }
    }
}

impl std::error::Error for ManifestReadError {}
