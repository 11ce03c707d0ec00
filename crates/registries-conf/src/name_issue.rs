//! What can be wrong with the text of a source or mirror.

use std::fmt;
use std::ops::Range;

use crate::suggestion::SuggestionApplicability;

/// One thing that is wrong with the text of a source or mirror.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameIssue {
    /// What is wrong.
    pub kind: NameIssueKind,
    /// Bytes of the text, on character boundaries. Empty if something is missing there.
    pub range: Range<usize>,
    /// How to correct the range; `None` if the intention is unclear.
    pub edit: Option<TextEdit>,
}

/// A replacement for the range of an issue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextEdit {
    /// The new text; empty for most issues.
    pub text: String,
    /// Whether the new text keeps what was meant.
    pub applicability: SuggestionApplicability,
}

/// The kinds of issues. `Display` gives a predicate, such as "has a scheme".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NameIssueKind {
    /// Nothing is left of the text.
    Empty,
    /// White space: around the name (safe to remove) or inside it (it may have separated two names).
    Whitespace,
    /// `https://` or another scheme.
    Scheme,
    /// A slash at the start.
    LeadingSlash,
    /// A slash at the end.
    TrailingSlash,
    /// More than one slash between two components.
    DoubleSlash,
    /// `:tag`. Mirrors are for repositories, so without the tag more is mirrored than was meant.
    Tag,
    /// `@digest`.
    Digest,
    /// A `*` anywhere in a mirror, or in a source other than as `*.host`.
    Wildcard,
    /// A port or a path after `*.host`.
    WildcardSuffix,
    /// A label of the host that is empty, has other characters than letters, digits and hyphens, or begins or
    /// ends with a hyphen.
    InvalidHost,
    /// A port that is not a number.
    InvalidPort,
    /// An uppercase letter after the host.
    Uppercase,
    /// Dots, underscores or hyphens at an end of a component, or more in a row than are allowed.
    InvalidSeparator,
    /// A character that no name contains.
    InvalidCharacter,
    /// More characters than [`MAX_LOCATION_LENGTH`](crate::MAX_LOCATION_LENGTH).
    TooLong,
}

impl fmt::Display for NameIssueKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Empty => "is empty",
            Self::Whitespace => "has white space",
            Self::Scheme => "has a scheme",
            Self::LeadingSlash => "has a leading slash",
            Self::TrailingSlash => "has a trailing slash",
            Self::DoubleSlash => "has a double slash",
            Self::Tag => "has a tag",
            Self::Digest => "has a digest",
            Self::Wildcard => "has a `*` where it is not allowed",
            Self::WildcardSuffix => "has a port or path after a wildcard host",
            Self::InvalidHost => "has an invalid host",
            Self::InvalidPort => "has a port that is not a number",
            Self::Uppercase => "has an uppercase letter in its path",
            Self::InvalidSeparator => "has misplaced dots, underscores or hyphens in its path",
            Self::InvalidCharacter => "has a character that is not allowed in image names",
            Self::TooLong => "is too long",
        })
    }
}
