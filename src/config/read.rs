//! The text of a configuration file to what it decides. All of its mistakes are said.

use std::ops::Range;
use std::path::PathBuf;

use globset::{GlobBuilder, GlobSetBuilder};
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use crate::diagnostic::{Code, Diagnostic, Severity, nearest_of};
use crate::rules;
use crate::settings::{FailOn, Level};
use terraform_eval::source::{FileId, Span};

use super::keys::{FILE, Key, Kind, OVERRIDE};
use super::{Config, Globs, Override, Setting};

type Value<'t> = Spanned<DeValue<'t>>;

/// Reads a file. What is wrong is left out and said.
pub(super) fn read(file: FileId, text: &str, base: PathBuf) -> (Config, Vec<Diagnostic>) {
    let mut reader = Reader {
        file,
        problems: Vec::new(),
    };
    let mut config = Config {
        base,
        rules: Vec::new(),
        fail_on: None,
        strict: None,
        exclude: None,
        var_files: None,
        overrides: Vec::new(),
    };
    let (table, errors) = DeTable::parse_recoverable(text);
    if errors.is_empty() {
        reader.file(table.get_ref(), &mut config);
    }
    for error in errors {
        let range = error.span().unwrap_or(0..0);
        reader.say(range, format!("invalid TOML: {}", error.message()));
    }
    let mut problems = reader.problems;
    problems.sort_by_key(|problem| problem.primary.as_ref().map(|label| label.span));
    (config, problems)
}

struct Reader {
    file: FileId,
    problems: Vec<Diagnostic>,
}

impl Reader {
    fn span(&self, range: Range<usize>) -> Span {
        Span::new(self.file, range.start, range.end)
    }

    fn say(&mut self, range: Range<usize>, message: String) -> &mut Diagnostic {
        let problem = Diagnostic::new(Code::Configuration, Severity::Error, message).at(self.span(range), "");
        self.problems.push(problem);
        let last = self.problems.len() - 1;
        &mut self.problems[last]
    }

    /// Says that there is no such word, and which one may have been meant.
    fn no_such<'w>(
        &mut self,
        what: &str,
        word: &Spanned<DeString<'_>>,
        words: impl Iterator<Item = &'w str>,
    ) {
        let words: Vec<&str> = words.collect();
        let known = word.get_ref().as_ref();
        let help = match nearest_of(known, words.iter().copied()) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None if words.len() > 8 => "run `mirrorset rules` to list the rules".to_owned(),
            None => format!("expected one of {}", words.join(", ")),
        };
        self.say(word.span(), format!("unknown {what} `{known}`")).help = Some(help);
    }

    fn wrong_type(&mut self, value: &Value<'_>, key: &str, wanted: &str) {
        let found = value.get_ref().type_str();
        self.say(
            value.span(),
            format!("invalid type for `{key}`: expected {wanted}, found {found}"),
        );
    }

    /// The members of a table whose keys there are.
    fn known<'v, 't>(
        &mut self,
        table: &'v DeTable<'t>,
        keys: &'static [Key],
    ) -> Vec<(&'static Key, &'v Spanned<DeString<'t>>, &'v Value<'t>)> {
        let mut members = Vec::new();
        for (name, value) in table {
            match keys.iter().find(|key| key.name == name.get_ref().as_ref()) {
                Some(key) => members.push((key, name, value)),
                None => self.no_such("key", name, keys.iter().map(|key| key.name)),
            }
        }
        members
    }

    fn file(&mut self, table: &DeTable<'_>, config: &mut Config) {
        for (key, name, value) in self.known(table, &FILE) {
            let span = self.span(name.span().start..value.span().end);
            match (key.kind, key.name) {
                (Kind::Rules, _) => config.rules = self.rules(value),
                (Kind::FailOn, _) => {
                    let word = self.word(value, key.name, &FailOn::WORDS);
                    config.fail_on = word.map(|value| Setting { value, span });
                }
                (Kind::Flag, _) => match value.get_ref() {
                    DeValue::Boolean(flag) => config.strict = Some(Setting { value: *flag, span }),
                    _ => self.wrong_type(value, key.name, "true or false"),
                },
                (Kind::Strings, "var-files") => {
                    let files = self.strings(value, key.name).into_iter();
                    let value = files.map(|file| file.get_ref().to_string()).collect();
                    config.var_files = Some(Setting { value, span });
                }
                (Kind::Strings, _) => {
                    let value = self.globs(value, key.name);
                    config.exclude = Some(Setting { value, span });
                }
                (Kind::Overrides, _) => config.overrides = self.overrides(value),
            }
        }
    }

    fn rules(&mut self, value: &Value<'_>) -> Vec<Setting<(&'static str, Level)>> {
        let DeValue::Table(table) = value.get_ref() else {
            self.wrong_type(value, "rules", "a table of rules and severities");
            return Vec::new();
        };
        let mut levels = Vec::new();
        for (name, value) in table {
            match rules::find(name.get_ref()) {
                Some(rule) => {
                    if let Some(level) = self.word(value, rule.name, &Level::WORDS) {
                        let span = self.span(name.span().start..value.span().end);
                        levels.push(Setting {
                            value: (rule.name, level),
                            span,
                        });
                    }
                }
                None => self.no_such("rule", name, rules::RULES.iter().map(|rule| rule.name)),
            }
        }
        levels
    }

    fn word<T: Copy>(&mut self, value: &Value<'_>, key: &str, words: &[(&'static str, T)]) -> Option<T> {
        let DeValue::String(text) = value.get_ref() else {
            let wanted: Vec<String> = words.iter().map(|(word, _)| format!("{word:?}")).collect();
            self.wrong_type(value, key, &format!("one of {}", wanted.join(", ")));
            return None;
        };
        let found = words.iter().find(|(word, _)| word == text);
        if found.is_none() {
            let word = Spanned::new(value.span(), text.clone());
            self.no_such(
                &format!("value for `{key}`:"),
                &word,
                words.iter().map(|(word, _)| *word),
            );
        }
        found.map(|(_, value)| *value)
    }

    fn strings<'v, 't>(&mut self, value: &'v Value<'t>, key: &str) -> Vec<Spanned<&'v DeString<'t>>> {
        let DeValue::Array(items) = value.get_ref() else {
            self.wrong_type(value, key, "a list of strings");
            return Vec::new();
        };
        let mut strings = Vec::new();
        for item in items {
            match item.get_ref() {
                DeValue::String(text) => strings.push(Spanned::new(item.span(), text)),
                _ => self.wrong_type(item, key, "a list of strings"),
            }
        }
        strings
    }

    fn globs(&mut self, value: &Value<'_>, key: &str) -> Globs {
        let mut globs = Globs::default();
        let mut builder = GlobSetBuilder::new();
        for pattern in self.strings(value, key) {
            let text = pattern.get_ref().as_ref();
            let clean = text.trim_start_matches("./").trim_end_matches('/');
            match GlobBuilder::new(clean).literal_separator(true).build() {
                Ok(glob) => {
                    builder.add(glob);
                    globs.patterns.push(text.to_owned());
                }
                Err(error) => {
                    self.say(pattern.span(), format!("invalid glob pattern: {}", error.kind()));
                }
            }
        }
        match builder.build() {
            Ok(set) => globs.set = set,
            Err(error) => {
                self.say(value.span(), format!("glob patterns are too large: {error}"));
            }
        }
        globs
    }

    fn overrides(&mut self, value: &Value<'_>) -> Vec<Override> {
        let DeValue::Array(items) = value.get_ref() else {
            self.wrong_type(value, "overrides", "a list of tables, written `[[overrides]]`");
            return Vec::new();
        };
        let mut overrides = Vec::new();
        for item in items {
            let DeValue::Table(table) = item.get_ref() else {
                self.wrong_type(item, "overrides", "a list of tables");
                continue;
            };
            let mut special = Override {
                paths: Globs::default(),
                rules: Vec::new(),
            };
            let mut missing: Vec<&str> = OVERRIDE.iter().map(|key| key.name).collect();
            for (key, _, value) in self.known(table, &OVERRIDE) {
                missing.retain(|name| *name != key.name);
                match key.kind {
                    Kind::Rules => special.rules = self.rules(value),
                    _ => special.paths = self.globs(value, key.name),
                }
            }
            for name in missing {
                self.say(item.span(), format!("missing `{name}` in override"));
            }
            overrides.push(special);
        }
        overrides
    }
}
