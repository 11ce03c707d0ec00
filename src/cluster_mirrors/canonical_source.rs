//! The form of a source in which sources are compared.

use std::borrow::Cow;

use registries_conf::{
    Role, SuggestionApplicability, UnmatchableReason, can_match, diagnose, expand_short_name,
    find_match_issue, is_short_name,
};

/// Returns the canonical form of a source, to compare sources: expanded, without a scheme and slashes around
/// the name. Tags and ports are preserved.
pub(crate) fn canonical_source(source: &str) -> Cow<'_, str> {
    if can_match(source) {
        return Cow::Borrowed(source);
    }
    let expanded = with_host(source);
    let suggestion = diagnose(&expanded, Role::Source).suggest_name_up_to(SuggestionApplicability::Safe);
    let valid = suggestion.map_or(expanded, |suggestion| Cow::Owned(suggestion.name));
    match find_match_issue(&valid) {
        Some(issue) if issue.reason != UnmatchableReason::DefaultPort => issue
            .suggestion
            .map_or(valid, |suggestion| Cow::Owned(suggestion.name)),
        _ => valid,
    }
}

/// Expands a short name. Another source is borrowed as it is.
pub(crate) fn with_host(source: &str) -> Cow<'_, str> {
    if is_short_name(source) {
        Cow::Owned(expand_short_name(source))
    } else {
        Cow::Borrowed(source)
    }
}
