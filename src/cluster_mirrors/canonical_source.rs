//! The form of a source in which sources are compared.

use registries_conf::{
    Role, SuggestionApplicability, UnmatchableReason, diagnose, expand_short_name, find_match_issue,
    is_short_name,
};

/// Returns the canonical form of a source, to compare sources: expanded, without a scheme and slashes around
/// the name. Tags and ports are preserved.
pub(crate) fn canonical_source(source: &str) -> String {
    let expanded = if is_short_name(source) {
        expand_short_name(source)
    } else {
        source.to_owned()
    };
    let suggestion = diagnose(&expanded, Role::Source).suggest_name_up_to(SuggestionApplicability::Safe);
    let valid = suggestion.map_or(expanded, |suggestion| suggestion.name);
    match find_match_issue(&valid) {
        Some(issue) if issue.reason != UnmatchableReason::DefaultPort => {
            issue.suggestion.map_or(valid, |suggestion| suggestion.name)
        }
        _ => valid,
    }
}
