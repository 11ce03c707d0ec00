//! The settings that hold for a root module, each with the place that it comes from; as a configuration
//! file that would say the same.

use std::fmt::Write as _;
use std::path::Path;

use crate::rules::{RULES, Rule, UNDECIDED};
use crate::settings::{Choice, FailOn, Level};
use crate::source::{Sources, Span};

use super::find::true_path;
use super::{Config, Set};

/// Shows what holds for a directory.
#[must_use]
pub fn show(directory: &Path, config: Option<&Config>, choice: &Choice, sources: &Sources) -> String {
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
    let files = config.and_then(|config| config.var_files.as_ref());
    let files = files.map(|set| (&set.value, set.span));
    for (key, set) in [("exclude", patterns), ("var-files", files)] {
        match set {
            Some((value, span)) => line(key, &format!("{value:?}"), &at(span)),
            None => line(key, "[]", DEFAULT),
        }
    }
    for rule in RULES {
        let (level, span) = level(rule, directory, config);
        let (level, origin) = match (choice.level(rule, level), span) {
            (Some(level), _) => (level, COMMAND_LINE.to_owned()),
            (None, Some(span)) => (level, at(span)),
            (None, None) => (level, DEFAULT.to_owned()),
        };
        line(
            &format!("rules.{}", rule.name),
            &format!("{:?}", level.word(rule)),
            &origin,
        );
    }
    text
}

const COMMAND_LINE: &str = "the command line";
const DEFAULT: &str = "the default";

/// What the file says of a rule in a directory, and where: the last word counts.
fn level(rule: &Rule, directory: &Path, config: Option<&Config>) -> (Level, Option<Span>) {
    let mut found = (Level::Own, None);
    let Some(config) = config else { return found };
    let directory = true_path(directory);
    if let Some(Set { value: true, span }) = config.strict
        && rule.name == UNDECIDED.name
    {
        found = (Level::At(crate::diagnostic::Severity::Error), Some(span));
    }
    let special = config
        .overrides
        .iter()
        .filter(|special| special.paths.fit(&directory, &config.base));
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
