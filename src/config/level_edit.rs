//! Sets the level of a rule in the text of a configuration file, and keeps everything else.

use std::ops::Range;
use std::path::PathBuf;

use toml::de::{DeTable, DeValue};

use crate::rules::Rule;
use crate::settings::Level;
use terraform_eval::source::FileId;

use super::read::parse_config;

/// The bytes to replace, and the text that replaces them, so that a rule has a level. `None` if the file has errors or a
/// form in which there is no place for the rule.
#[must_use]
pub(crate) fn level_edit(text: &str, rule: &Rule, level: Level) -> Option<(Range<usize>, String)> {
    let (_, errors) = parse_config(FileId::DETACHED, text, PathBuf::new());
    if !errors.is_empty() {
        return None;
    }
    let setting = format!("{} = \"{}\"", rule.name, level.word(rule));
    let candidates = candidates(text, rule, level, &setting);
    candidates.into_iter().find(|(range, content)| {
        let mut edited = text.to_owned();
        edited.replace_range(range.clone(), content);
        let (config, errors) = parse_config(FileId::DETACHED, &edited, PathBuf::new());
        let is_set = |(name, set): (&str, Level)| name == rule.name && set == level;
        errors.is_empty() && config.rules.iter().any(|setting| is_set(setting.value))
    })
}

fn candidates(text: &str, rule: &Rule, level: Level, setting: &str) -> Vec<(Range<usize>, String)> {
    let at_end = if text.is_empty() || text.ends_with('\n') {
        ""
    } else {
        "\n"
    };
    let gap = if text.trim().is_empty() { "" } else { "\n" };
    let new_table = (
        text.len()..text.len(),
        format!("{at_end}{gap}[rules]\n{setting}\n"),
    );
    let (table, _) = DeTable::parse_recoverable(text);
    let Some(rules) = table.get_ref().get("rules") else {
        return vec![new_table];
    };
    let DeValue::Table(levels) = rules.get_ref() else {
        return Vec::new();
    };
    if let Some(value) = levels.get(rule.name) {
        return vec![(value.span(), format!("\"{}\"", level.word(rule)))];
    }
    let last = levels.values().map(|value| value.span().end).max();
    let line_end = |offset: usize| {
        text[offset..]
            .find('\n')
            .map_or(text.len(), |length| offset + length)
    };
    match last {
        // In a table of its own, a line each; in an inline table, after a comma.
        Some(last) => {
            let end = line_end(last);
            vec![
                (end..end, format!("\n{setting}")),
                (last..last, format!(", {setting}")),
                (end..end, format!("\nrules.{setting}")),
            ]
        }
        None => {
            let end = line_end(rules.span().end);
            let inside = rules.span().start + 1;
            vec![
                (end..end, format!("\n{setting}")),
                (inside..inside, format!(" {setting} ")),
            ]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules;

    fn edited(text: &str) -> Option<String> {
        let rule = rules::find("short-source").unwrap();
        let (range, content) = level_edit(text, rule, Level::Off)?;
        let mut edited = text.to_owned();
        edited.replace_range(range, &content);
        Some(edited)
    }

    #[test]
    fn the_level_is_set_where_levels_are() {
        for (text, expected) in [
            ("", "[rules]\nshort-source = \"off\"\n"),
            (
                "strict = true",
                "strict = true\n\n[rules]\nshort-source = \"off\"\n",
            ),
            ("[rules]\n", "[rules]\nshort-source = \"off\"\n"),
            (
                "[rules]\nself-mirror = \"info\" # why\n\n[[overrides]]\npaths = [\"a\"]\nrules = {}\n",
                "[rules]\nself-mirror = \"info\" # why\nshort-source = \"off\"\n\n[[overrides]]\npaths = [\"a\"]\nrules = {}\n",
            ),
            (
                "rules = { self-mirror = \"off\" }\n",
                "rules = { self-mirror = \"off\", short-source = \"off\" }\n",
            ),
            ("rules = {}\n", "rules = { short-source = \"off\" }\n"),
            (
                "rules.self-mirror = \"off\"\n",
                "rules.self-mirror = \"off\"\nrules.short-source = \"off\"\n",
            ),
            (
                "[rules]\nshort-source = \"error\"\n",
                "[rules]\nshort-source = \"off\"\n",
            ),
        ] {
            assert_eq!(edited(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn a_file_with_errors_is_not_edited() {
        for text in ["[rules", "rules = 7", "unknown = 1"] {
            assert_eq!(edited(text), None, "{text}");
        }
    }
}
