//! The settings that hold for a root module, each with the place that it comes from; as a configuration
//! file that would say the same.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::rules::{RULES, Rule, UNKNOWN_VALUE};
use crate::settings::{FailOn, Level, RuleSelection};
use terraform_eval::source::{Sources, Span, display_name};

use super::{Config, Setting};

/// Shows what holds for a directory, and then what holds for some of its files alone.
#[must_use]
pub fn show(
    directory: &Path,
    files: &BTreeSet<PathBuf>,
    config: Option<&Config>,
    choice: &RuleSelection,
    sources: &Sources,
) -> String {
    let mut text = String::new();
    let mut line = |key: &str, value: &str, origin: &str| {
        let _ = writeln!(text, "{key} = {value} # {origin}");
    };
    let at = |span: Span| {
        let file = sources.file(span.file);
        format!("{}:{}", file.name(), file.location(span.range().start).line)
    };
    let (value, origin) = match (choice.fail_on, config.and_then(|config| config.fail_on.as_ref())) {
        (Some(fail_on), _) => (fail_on, COMMAND_LINE.to_owned()),
        (None, Some(set)) => (set.value, at(set.span)),
        (None, None) => (FailOn::default(), DEFAULT.to_owned()),
    };
    line("fail-on", &format!("{:?}", value.word()), &origin);
    let strict = config.and_then(|config| config.strict.as_ref());
    let (value, origin) = match strict {
        _ if choice.strict => (true, COMMAND_LINE.to_owned()),
        Some(set) => (set.value, at(set.span)),
        None => (false, DEFAULT.to_owned()),
    };
    line("strict", &value.to_string(), &origin);
    let exclude = config.and_then(|config| config.exclude.as_ref());
    let patterns = exclude.map(|set| (&set.value.patterns, set.span));
    let var_files = config.and_then(|config| config.var_files.as_ref());
    let var_files = var_files.map(|set| (&set.value, set.span));
    for (key, set) in [("exclude", patterns), ("var-files", var_files)] {
        match set {
            Some((value, span)) => line(key, &format!("{value:?}"), &at(span)),
            None => line(key, "[]", DEFAULT),
        }
    }
    let mut rules = |prefix: &str, path: &Path, beside: Option<&Path>| {
        for rule in RULES {
            let found = level(rule, path, config, sources);
            if beside.is_some_and(|beside| level(rule, beside, config, sources) == found) {
                continue;
            }
            let (level, origin) = match (choice.level(rule, found.0), found.1) {
                (Some(level), _) => (level, COMMAND_LINE.to_owned()),
                (None, Some(span)) => (found.0, at(span)),
                (None, None) => (found.0, DEFAULT.to_owned()),
            };
            let key = format!("{prefix}{}", rule.name);
            line(&key, &format!("{:?}", level.word(rule)), &origin);
        }
    };
    rules("rules.", directory, None);
    for file in files {
        let prefix = format!("overrides.{:?}.", display_name(file));
        rules(&prefix, file, Some(directory));
    }
    text
}

const COMMAND_LINE: &str = "command line";
const DEFAULT: &str = "default";

/// What the file says of a rule in a directory or a file, and where: the last word counts.
fn level(rule: &Rule, path: &Path, config: Option<&Config>, sources: &Sources) -> (Level, Option<Span>) {
    let mut found = (Level::Default, None);
    let Some(config) = config else { return found };
    let path = sources.files().canonical_path(path);
    if let Some(Setting { value: true, span }) = config.strict
        && rule.name == UNKNOWN_VALUE.name
    {
        found = (Level::At(crate::diagnostic::Severity::Error), Some(span));
    }
    let special = config
        .overrides
        .iter()
        .filter(|special| special.paths.matches(&path, &config.base));
    for set in config
        .rules
        .iter()
        .chain(special.flat_map(|special| &special.rules))
    {
        if set.value.0 == rule.name {
            found = (set.value.1, Some(set.span));
        }
    }
    found
}
