//! What can be wrong with a source or mirror, and how it is said.

use std::fmt;
use std::ops::Range;

use super::repair::Safety;

/// One thing that is wrong with a source or mirror.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// What is wrong.
    pub fault: Fault,
    /// Where: bytes of the text, on the borders of characters. Empty where something is missing.
    pub range: Range<usize>,
    /// What to put in the range's place; nothing where that is open.
    pub edit: Option<Edit>,
}

/// A replacement of a mistake's range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// The new text, mostly none.
    pub text: String,
    /// Whether it keeps what was meant.
    pub safety: Safety,
}

/// The ways to be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// Nothing is left.
    Empty,
    /// White space: around the name (safe to take away) or inside (it may have held two names apart).
    Space,
    /// `https://` or another scheme.
    Scheme,
    /// A slash in front.
    LeadingSlash,
    /// A slash at the end.
    TrailingSlash,
    /// More than one slash between two parts.
    DoubleSlash,
    /// `:tag`. Mirrors are for repositories, so without it more is mirrored than was meant.
    Tag,
    /// `@digest`.
    Digest,
    /// A `*` where none may stand: anywhere in a mirror, and in a source other than as `*.host`.
    Wildcard,
    /// A port or a path behind `*.host`.
    BehindWildcard,
    /// A part of the host that is empty, has other characters than letters, digits and hyphens, or has a
    /// hyphen at its end.
    Host,
    /// A port that is not a number.
    Port,
    /// An upper-case letter behind the host.
    UpperCase,
    /// Dots, underscores or hyphens at the end of a part, or together where only one may stand.
    Separator,
    /// A character that no name has.
    Character,
    /// More characters than [`super::LENGTH_LIMIT`].
    TooLong,
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Empty => "is empty",
            Self::Space => "has white space",
            Self::Scheme => "has a scheme",
            Self::LeadingSlash => "has a slash in front",
            Self::TrailingSlash => "has a slash at the end",
            Self::DoubleSlash => "has a double slash",
            Self::Tag => "has a tag",
            Self::Digest => "has a digest",
            Self::Wildcard => "has a `*` where none may stand",
            Self::BehindWildcard => "has more than a host behind `*.`",
            Self::Host => "has a host that is not one",
            Self::Port => "has a port that is not a number",
            Self::UpperCase => "has an upper-case letter in its path",
            Self::Separator => "has dots, underscores or hyphens where a letter or digit belongs",
            Self::Character => "has a character that no image name has",
            Self::TooLong => "is too long",
        })
    }
}
