//! Facts about manifests, apart from their entries: registries, and issues that the API server would reject.

use terraform_eval::source::Span;

use super::cluster::RegistrySources;
use super::image_policy::ImagePolicy;
use super::input_kind::InputKind;
use super::mirror_address::DocumentAddress;

/// Facts that only manifests have.
#[derive(Debug, Clone, Default)]
pub struct ManifestFacts {
    /// The number of documents.
    pub documents: usize,
    /// The kind of the Terraform input whose resources apply the documents. `None` if the documents are in files.
    pub applied_by: Option<InputKind>,
    /// The registries that the documents allow, block or trust.
    pub registry_sources: Vec<RegistrySources>,
    /// The patterns of images for whose mirrors pods get the credentials of their namespace.
    pub credential_images: Vec<String>,
    /// The policies for signatures.
    pub image_policies: Vec<ImagePolicy>,
    /// What the API server would reject or drop, in the order of the documents.
    pub issues: Vec<ManifestIssue>,
    /// The documents that a later one replaces in the cluster, in their order.
    pub overwritten: Vec<OverwrittenDocument>,
}

/// A document that a later one replaces, because both have the same kind and name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OverwrittenDocument {
    /// The document that has no effect.
    pub document: DocumentAddress,
    /// Its name.
    pub span: Span,
    /// The name in the document that replaces it.
    pub overwritten_by: Span,
}

/// Something that the API server would reject or drop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManifestIssue {
    /// The document with the issue.
    pub document: DocumentAddress,
    /// The position of the entry with the issue, if it is in an entry.
    pub entry: Option<usize>,
    /// The text with the issue.
    pub span: Span,
    /// What is wrong.
    pub kind: ManifestIssueKind,
}

/// The kinds of issues.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ManifestIssueKind {
    /// The kind does not have this `apiVersion`.
    Version {
        /// The version. `None` if there is none.
        found: Option<String>,
        /// The versions of the kind.
        expected: &'static [&'static str],
    },
    /// The kind does not exist, but the document has the list of a kind that does.
    Kind {
        /// The kind. `None` if there is none.
        found: Option<String>,
    },
    /// A required field is missing or null.
    Missing {
        /// The field, from the top of the document or of the entry.
        field: &'static str,
    },
    /// A value does not have the type of its field.
    Type {
        /// The path of the field.
        field: String,
        /// The type of the value.
        found: &'static str,
        /// The type of the field.
        expected: &'static str,
        /// The source text, if it would be a string with quotes around it.
        unquoted: Option<String>,
    },
    /// The field does not exist.
    Unknown {
        /// The name of the field.
        field: String,
        /// The fields that exist.
        known: &'static [&'static str],
    },
    /// `mirrorSourcePolicy` has an unknown value.
    Policy {
        /// The value as spelled.
        found: String,
    },
    /// `metadata.name` is not a name that the API server accepts.
    Name {
        /// The name as spelled.
        found: String,
    },
    /// A merge key adds an entry with the key of an explicit one that precedes it, and overrides it.
    Overridden {
        /// The key.
        key: String,
        /// The explicit entry.
        explicit: Span,
    },
    /// A mapping has the same key twice.
    Twice {
        /// The key that occurs twice.
        key: String,
        /// The first occurrence.
        first: Span,
    },
}

impl ManifestIssueKind {
    /// Whether the API server rejects the document for it, whatever the client.
    #[must_use]
    pub fn is_rejection(&self) -> bool {
        match self {
            Self::Version { .. }
            | Self::Kind { .. }
            | Self::Missing { .. }
            | Self::Type { .. }
            | Self::Policy { .. }
            | Self::Name { .. } => true,
            Self::Unknown { .. } | Self::Twice { .. } | Self::Overridden { .. } => false,
        }
    }

    /// The same issue without the value, which is sensitive.
    #[must_use]
    pub(crate) fn without_value(self) -> Self {
        let hidden = || "(sensitive value)".to_owned();
        match self {
            Self::Version { expected, .. } => Self::Version {
                found: Some(hidden()),
                expected,
            },
            Self::Kind { .. } => Self::Kind {
                found: Some(hidden()),
            },
            Self::Type {
                field,
                found,
                expected,
                ..
            } => Self::Type {
                field,
                found,
                expected,
                unquoted: None,
            },
            Self::Policy { .. } => Self::Policy { found: hidden() },
            Self::Name { .. } => Self::Name { found: hidden() },
            Self::Unknown { known, .. } => Self::Unknown {
                field: hidden(),
                known,
            },
            Self::Overridden { explicit, .. } => Self::Overridden {
                key: hidden(),
                explicit,
            },
            Self::Twice { first, .. } => Self::Twice { key: hidden(), first },
            Self::Missing { .. } => self,
        }
    }

    /// Whether the issue is about the name of the object.
    #[must_use]
    pub fn is_about_name(&self) -> bool {
        match self {
            Self::Name { .. } => true,
            Self::Missing { field } => field.starts_with("metadata"),
            Self::Type { field, .. } => field.starts_with("metadata"),
            Self::Version { .. }
            | Self::Kind { .. }
            | Self::Unknown { .. }
            | Self::Policy { .. }
            | Self::Overridden { .. }
            | Self::Twice { .. } => false,
        }
    }
}
