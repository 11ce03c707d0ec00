//! What a manifest has besides its entries, and what the API server would reject in it.

use terraform_eval::source::Span;

use super::cluster::RegistrySources;
use super::mirror_address::DocumentAddress;

/// The part of a configuration that only manifests have.
#[derive(Debug, Clone, Default)]
pub struct ManifestFacts {
    /// How many documents there are.
    pub documents: usize,
    /// What they say of registries.
    pub registry_sources: Vec<RegistrySources>,
    /// What the API server would not take, in the order of the documents.
    pub issues: Vec<ManifestIssue>,
}

/// Something that the API server would refuse, or drop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManifestIssue {
    /// The document that it is in.
    pub document: DocumentAddress,
    /// The entry that it is in, if it is in one.
    pub entry: Option<usize>,
    /// Its place.
    pub span: Span,
    /// What it is.
    pub kind: ManifestIssueKind,
}

/// What can be wrong with a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ManifestIssueKind {
    /// It is of a version that its kind does not have.
    Version {
        /// The version; none where it has none.
        found: Option<String>,
        /// The versions of the kind.
        expected: &'static [&'static str],
    },
    /// It is of a kind that there is not, with the list of one that there is.
    Kind {
        /// The kind; none where it has none.
        found: Option<String>,
    },
    /// A field is not there, or null.
    Missing {
        /// The field, from the top of the document or of the entry.
        field: &'static str,
    },
    /// A value is of another type than its field.
    Type {
        /// The field.
        field: String,
        /// What the value is.
        found: &'static str,
        /// What the field takes.
        expected: &'static str,
        /// What was written, where it would have been a string in quotes.
        unquoted: Option<String>,
    },
    /// There is no such field.
    Unknown {
        /// Its name.
        field: String,
        /// The fields that there are.
        known: &'static [&'static str],
    },
    /// `mirrorSourcePolicy` is none of its values.
    Policy {
        /// The value.
        found: String,
    },
    /// A key stands twice in one mapping.
    Twice {
        /// The key.
        key: String,
        /// Where it stands first.
        first: Span,
    },
}
