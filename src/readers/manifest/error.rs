//! Why a text could not be read as manifests.

use std::fmt;

use terraform_eval::source::Span;
use terraform_eval::syntax::syntax_error::SyntaxError;

use crate::readers::manifest::unopened::Unopened;

/// Why a text could not be read as manifests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ManifestReadError {
    /// The text is neither YAML nor JSON, or exceeds a limit of the parser.
    Syntax(SyntaxError),
    /// None of the documents is about mirrors.
    NoManifest,
    /// The text declares a mirror set only in a place that could not be opened.
    Unopened(Unopened),
}

impl ManifestReadError {
    /// The position of the error, if it has one.
    pub(crate) fn span(&self) -> Option<Span> {
        match self {
            Self::Syntax(error) => Some(error.span),
            Self::Unopened(unopened) => Some(unopened.span),
            Self::NoManifest => None,
        }
    }

    /// The remedy, if there is one.
    pub(crate) fn help(&self) -> Option<&str> {
        match self {
            Self::Syntax(error) => error.help.as_deref(),
            Self::Unopened(_) => Some("pass the manifest that it contains as a file of its own"),
            Self::NoManifest => Some(
                "supported kinds: ImageDigestMirrorSet, ImageTagMirrorSet, ImageContentSourcePolicy, HostedCluster, \
                 Image (config.openshift.io/v1), `imageContentSources` and `imageDigestSources`, alone or in an \
                 install-config.yaml, and objects that contain these, such as List, Template, Policy, SyncSet, \
                 ManifestWork and ConfigMap",
            ),
        }
    }
}

impl fmt::Display for ManifestReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax(error) => f.write_str(&error.message),
            Self::Unopened(Unopened { kind, .. }) => {
                write!(f, "a wrapped manifest could not be opened: it is in {kind}")
            }
            Self::NoManifest => f.write_str("no manifest in the file declares mirrors"),
        }
    }
}

impl std::error::Error for ManifestReadError {}
