//! Names that a fix may write instead of a wrong one.

/// Whether a suggestion keeps what was meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SuggestionApplicability {
    /// Nothing else can have been meant.
    Safe,
    /// The suggestion resolves an ambiguity of the text.
    Unsafe,
}

/// A complete source or mirror to write instead of another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SuggestedName {
    /// The new text.
    pub name: String,
    /// Whether the new text keeps what was meant.
    pub applicability: SuggestionApplicability,
}
