//! Names of rules in suppressions and in the settings.

use std::ops::Range;
use std::path::Path;

use crate::config;
use crate::rules::{self, Rule};

/// Whether a character can be part of the name of a rule.
fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '-' || c == '_'
}

/// The word at an offset, which may be empty.
pub(super) fn word_at(text: &str, offset: usize) -> Range<usize> {
    let (before, after) = text.split_at_checked(offset).unwrap_or((text, ""));
    let start = before.trim_end_matches(is_name).len();
    let end = offset.min(text.len()) + (after.len() - after.trim_start_matches(is_name).len());
    start..end
}

/// The line that holds an offset, up to the offset.
pub(super) fn line_before(text: &str, offset: usize) -> &str {
    let before = text.get(..offset).unwrap_or(text);
    before.rsplit('\n').next().unwrap_or_default()
}

/// Whether names of rules stand at an offset: in the brackets of a suppression, or in the tables of the settings.
pub(super) fn is_place_of_rule(path: &Path, text: &str, offset: usize) -> bool {
    let word = word_at(text, offset);
    let line = line_before(text, word.start);
    if path.file_name().is_some_and(|name| name == config::FILE_NAME) {
        let before = text.get(..word.start).unwrap_or_default();
        let header = before
            .lines()
            .rev()
            .map(str::trim)
            .find(|line| line.starts_with('['));
        let in_table = matches!(header, Some("[rules]" | "[overrides.rules]")) && line.trim().is_empty();
        return in_table || (line.trim_start().starts_with("rules") && !line.ends_with('"'));
    }
    let Some(at) = line.find("mirrorset:") else {
        return false;
    };
    let after = line.get(at..).unwrap_or_default();
    after.contains("ignore") && after.rfind('[') > after.rfind(']')
}

/// The rule whose name is at an offset, with the bytes of the name.
pub(super) fn rule_name_at(path: &Path, text: &str, offset: usize) -> Option<(Range<usize>, &'static Rule)> {
    let word = word_at(text, offset);
    let rule = rules::find(text.get(word.clone())?)?;
    is_place_of_rule(path, text, offset).then_some((word, rule))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(name: &str, text: &str) -> Option<&'static str> {
        let offset = text.find('^').unwrap();
        let text = text.replace('^', "");
        rule_name_at(Path::new(name), &text, offset).map(|(_, rule)| rule.name)
    }

    #[test]
    fn rules_are_named_in_suppressions_and_settings() {
        assert_eq!(
            rule("a.tf", "# mirrorset: ignore[a, short^-source] why"),
            Some("short-source")
        );
        assert_eq!(rule("a.tf", "# mirrorset: ignore[a] short^-source"), None);
        assert_eq!(rule("a.tf", "x = \"short^-source\""), None);
        assert_eq!(
            rule("mirrorset.toml", "[rules]\n^short-source = \"off\""),
            Some("short-source")
        );
        assert_eq!(rule("mirrorset.toml", "[[overrides]]\nshort^-source = 1"), None);
        assert_eq!(
            rule("mirrorset.toml", "rules = { short^-source = \"off\" }"),
            Some("short-source")
        );
    }
}
