//! Reads the text of a configuration file, and reports all of its errors.

use std::ops::Range;
use std::path::PathBuf;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use registries_conf::is_valid_scope;
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use crate::diagnostic::{Code, Diagnostic, Severity, nearest_of};
use crate::model::{Policy, ScopeList};
use crate::rules;
use crate::settings::{FailOn, Level};
use terraform_eval::dialect::Engine;
use terraform_eval::source::{FileId, Span};

use super::engine_version::EngineVersion;
use super::file::{Config, Globs, Override, Overrides, Setting};
use super::keys::{FILE, Key, Kind, OVERRIDE, POLICY};

type Value<'t> = Spanned<DeValue<'t>>;

/// Parses a configuration file. Values with errors are left out, and the errors are returned.
pub(super) fn parse_config(file: FileId, text: &str, base: PathBuf) -> (Config, Vec<Diagnostic>) {
    let mut reader = Reader {
        file,
        errors: Vec::new(),
    };
    let mut config = Config {
        base,
        rules: Vec::new(),
        fail_on: None,
        strict: None,
        exclude: None,
        known_gaps: None,
        var_files: None,
        engine: None,
        engine_version: None,
        output_format: None,
        overrides: Overrides::default(),
        policy: None,
    };
    let (table, errors) = DeTable::parse_recoverable(text);
    if errors.is_empty() {
        reader.read_file(table.get_ref(), &mut config);
    }
    for error in errors {
        let range = error.span().unwrap_or(0..0);
        reader.report(range, format!("invalid TOML: {}", error.message()));
    }
    let mut errors = reader.errors;
    errors.sort_by_key(|error| error.primary.as_ref().map(|label| label.span));
    (config, errors)
}

struct Reader {
    file: FileId,
    errors: Vec<Diagnostic>,
}

impl Reader {
    fn span(&self, range: Range<usize>) -> Span {
        Span::new(self.file, range.start, range.end)
    }

    /// Adds an error, and returns it for more details.
    fn report(&mut self, range: Range<usize>, message: String) -> &mut Diagnostic {
        let error = Diagnostic::new(Code::Configuration, Severity::Error, message).at(self.span(range), "");
        self.errors.push(error);
        let last = self.errors.len() - 1;
        &mut self.errors[last]
    }

    /// Reports an unknown word, with the word that was probably meant.
    fn report_unknown<'w>(
        &mut self,
        what: &str,
        word: &Spanned<DeString<'_>>,
        words: impl Iterator<Item = &'w str>,
    ) {
        let words: Vec<&str> = words.collect();
        let unknown = word.get_ref().as_ref();
        let help = match nearest_of(unknown, words.iter().copied()) {
            Some(nearest) => format!("did you mean `{nearest}`?"),
            None if words.len() > 12 => "run `mirrorset rules` to list the rules".to_owned(),
            None => format!("expected one of {}", words.join(", ")),
        };
        self.report(word.span(), format!("unknown {what} `{unknown}`"))
            .help = Some(help);
    }

    fn report_wrong_type(&mut self, value: &Value<'_>, key: &str, expected: &str) {
        let actual = value.get_ref().type_str();
        self.report(
            value.span(),
            format!("invalid type for `{key}`: expected {expected}, found {actual}"),
        );
    }

    /// The members of a table with known keys. Other keys are reported.
    fn known_members<'v, 't>(
        &mut self,
        table: &'v DeTable<'t>,
        keys: &'static [Key],
    ) -> Vec<(&'static Key, &'v Spanned<DeString<'t>>, &'v Value<'t>)> {
        let mut members = Vec::new();
        for (name, value) in table {
            match keys.iter().find(|key| key.name == name.get_ref().as_ref()) {
                Some(key) => members.push((key, name, value)),
                None => self.report_unknown("key", name, keys.iter().map(|key| key.name)),
            }
        }
        members
    }

    fn read_file(&mut self, table: &DeTable<'_>, config: &mut Config) {
        for (key, name, value) in self.known_members(table, &FILE) {
            let span = self.span(name.span().start..value.span().end);
            match (key.kind, key.name) {
                (Kind::Rules, _) => config.rules = self.read_rules(value),
                (Kind::FailOn, _) => {
                    let word = self.read_word(value, key.name, &FailOn::WORDS);
                    config.fail_on = word.map(|value| Setting { value, span });
                }
                (Kind::Flag, _) => match value.get_ref() {
                    DeValue::Boolean(flag) => config.strict = Some(Setting { value: *flag, span }),
                    _ => self.report_wrong_type(value, key.name, "true or false"),
                },
                (Kind::Engine, _) => {
                    let words = Engine::ALL.map(|engine| (engine.word(), engine));
                    let engine = self.read_word(value, key.name, &words);
                    config.engine = engine.map(|value| Setting { value, span });
                }
                (Kind::Version, _) => {
                    let version = self.read_version(value, key.name);
                    config.engine_version = version.map(|value| Setting { value, span });
                }
                (Kind::OutputFormat, _) => match value.get_ref() {
                    DeValue::String(name) => {
                        let value = name.to_string();
                        config.output_format = Some(Setting { value, span });
                    }
                    _ => self.report_wrong_type(value, key.name, "the name of a format"),
                },
                (Kind::Strings, "var-files") => {
                    let files = self.read_strings(value, key.name).into_iter();
                    let value = files.map(|file| file.get_ref().to_string()).collect();
                    config.var_files = Some(Setting { value, span });
                }
                (Kind::Strings, "known-gaps") => {
                    let value = self.read_globs(value, key.name);
                    config.known_gaps = Some(Setting { value, span });
                }
                (Kind::Strings, _) => {
                    let value = self.read_globs(value, key.name);
                    config.exclude = Some(Setting { value, span });
                }
                (Kind::Overrides, _) => config.overrides = Overrides::new(self.read_overrides(value)),
                (Kind::Policy, _) => config.policy = self.read_policy(value),
                // The file has no other kinds.
                (Kind::Text | Kind::Count, _) => {}
            }
        }
    }

    fn read_rules(&mut self, value: &Value<'_>) -> Vec<Setting<(&'static str, Level)>> {
        let DeValue::Table(table) = value.get_ref() else {
            self.report_wrong_type(value, "rules", "a table of rules and severities");
            return Vec::new();
        };
        let mut levels = Vec::new();
        for (name, value) in table {
            match rules::find(name.get_ref()) {
                Some(rule) => {
                    if let Some(level) = self.read_word(value, rule.name, &Level::WORDS) {
                        let span = self.span(name.span().start..value.span().end);
                        levels.push(Setting {
                            value: (rule.name, level),
                            span,
                        });
                    }
                }
                None => self.report_unknown("rule", name, rules::RULES.iter().map(|rule| rule.name)),
            }
        }
        levels
    }

    fn read_word<T: Copy>(&mut self, value: &Value<'_>, key: &str, words: &[(&'static str, T)]) -> Option<T> {
        let DeValue::String(text) = value.get_ref() else {
            let expected: Vec<String> = words.iter().map(|(word, _)| format!("{word:?}")).collect();
            self.report_wrong_type(value, key, &format!("one of {}", expected.join(", ")));
            return None;
        };
        let known = words.iter().find(|(word, _)| word == text);
        if known.is_none() {
            let word = Spanned::new(value.span(), text.clone());
            self.report_unknown(
                &format!("value for `{key}`:"),
                &word,
                words.iter().map(|(word, _)| *word),
            );
        }
        known.map(|(_, value)| *value)
    }

    fn read_version(&mut self, value: &Value<'_>, key: &str) -> Option<EngineVersion> {
        let DeValue::String(text) = value.get_ref() else {
            self.report_wrong_type(value, key, "a version in quotes, such as \"1.12\"");
            return None;
        };
        match text.parse() {
            Ok(version) => Some(version),
            Err(error) => {
                self.report(value.span(), error);
                None
            }
        }
    }

    fn read_strings<'v, 't>(&mut self, value: &'v Value<'t>, key: &str) -> Vec<Spanned<&'v DeString<'t>>> {
        let DeValue::Array(items) = value.get_ref() else {
            self.report_wrong_type(value, key, "a list of strings");
            return Vec::new();
        };
        let mut strings = Vec::new();
        for item in items {
            match item.get_ref() {
                DeValue::String(text) => strings.push(Spanned::new(item.span(), text)),
                _ => self.report_wrong_type(item, key, "a list of strings"),
            }
        }
        strings
    }

    fn read_globs(&mut self, value: &Value<'_>, key: &str) -> Globs {
        let mut globs = Globs::default();
        let mut builder = GlobSetBuilder::new();
        for pattern in self.read_strings(value, key) {
            let text = pattern.get_ref().as_ref();
            let relative = text.trim_start_matches("./").trim_end_matches('/');
            match GlobBuilder::new(relative).literal_separator(true).build() {
                Ok(glob) => {
                    builder.add(glob.clone());
                    globs.compiled.push(glob);
                    globs.patterns.push(text.to_owned());
                }
                Err(error) => {
                    self.report(pattern.span(), format!("invalid glob pattern: {}", error.kind()));
                }
            }
        }
        match builder.build() {
            Ok(set) => globs.set = set,
            Err(error) => {
                self.report(value.span(), format!("glob patterns are too large: {error}"));
            }
        }
        globs
    }

    fn read_policy(&mut self, value: &Value<'_>) -> Option<Policy> {
        let DeValue::Table(table) = value.get_ref() else {
            self.report_wrong_type(value, "policy", "a table, written `[policy]`");
            return None;
        };
        let mut policy = Policy::default();
        for (key, _, value) in self.known_members(table, &POLICY) {
            match key.name {
                "name" => policy.name = self.read_text(value, key.name),
                "message" => policy.message = self.read_text(value, key.name),
                "clusters" => policy.clusters = Some(self.read_cluster_patterns(value, key.name)),
                "min-mirrors" => policy.min_mirrors = self.read_count(value, key.name),
                "never-contact-source" => match value.get_ref() {
                    DeValue::Boolean(flag) => policy.never_contact_source = *flag,
                    _ => self.report_wrong_type(value, key.name, "true or false"),
                },
                "mirror-registries" => policy.mirror_registries = self.read_scopes(value, key.name),
                "denied-sources" => policy.denied_sources = self.read_scopes(value, key.name),
                "mirror-order" => policy.mirror_order = self.read_scopes(value, key.name),
                _ => {
                    let strings = self.read_strings(value, key.name);
                    let required =
                        |text: Spanned<&DeString<'_>>| (text.get_ref().to_string(), self.span(text.span()));
                    policy.required_sources = strings.into_iter().map(required).collect();
                }
            }
        }
        Some(policy)
    }

    fn read_text(&mut self, value: &Value<'_>, key: &str) -> Option<String> {
        match value.get_ref() {
            DeValue::String(text) => Some(text.to_string()),
            _ => {
                self.report_wrong_type(value, key, "a string");
                None
            }
        }
    }

    fn read_count(&mut self, value: &Value<'_>, key: &str) -> Option<usize> {
        let count = match value.get_ref() {
            DeValue::Integer(integer) => usize::from_str_radix(integer.as_str(), integer.radix()).ok(),
            _ => None,
        };
        if count.is_none() {
            self.report_wrong_type(value, key, "a number from 0");
        }
        count
    }

    /// Registries and namespaces, as they are compared with mirrors and sources.
    fn read_scopes(&mut self, value: &Value<'_>, key: &str) -> ScopeList {
        let mut scopes = Vec::new();
        for text in self.read_strings(value, key) {
            let scope = text.get_ref().as_ref();
            if is_valid_scope(scope) && !scope.contains("://") && !scope.ends_with('/') {
                scopes.push(scope.to_owned());
            } else {
                self.report(
                    text.span(),
                    format!("invalid entry in `{key}`: expected a registry or namespace, or `*.host`"),
                );
            }
        }
        scopes.into_iter().collect()
    }

    fn read_cluster_patterns(&mut self, value: &Value<'_>, key: &str) -> GlobSet {
        let mut builder = GlobSetBuilder::new();
        for pattern in self.read_strings(value, key) {
            match GlobBuilder::new(pattern.get_ref()).build() {
                Ok(glob) => {
                    builder.add(glob);
                }
                Err(error) => {
                    self.report(pattern.span(), format!("invalid glob pattern: {}", error.kind()));
                }
            }
        }
        match builder.build() {
            Ok(set) => set,
            Err(error) => {
                self.report(value.span(), format!("glob patterns are too large: {error}"));
                GlobSet::empty()
            }
        }
    }

    fn read_overrides(&mut self, value: &Value<'_>) -> Vec<Override> {
        let DeValue::Array(items) = value.get_ref() else {
            self.report_wrong_type(value, "overrides", "a list of tables, written `[[overrides]]`");
            return Vec::new();
        };
        let mut overrides = Vec::new();
        for item in items {
            let DeValue::Table(table) = item.get_ref() else {
                self.report_wrong_type(item, "overrides", "a list of tables");
                continue;
            };
            let mut override_ = Override {
                paths: Globs::default(),
                rules: Vec::new(),
            };
            let mut missing: Vec<&str> = OVERRIDE.iter().map(|key| key.name).collect();
            for (key, _, value) in self.known_members(table, &OVERRIDE) {
                missing.retain(|name| *name != key.name);
                match key.kind {
                    Kind::Rules => override_.rules = self.read_rules(value),
                    _ => override_.paths = self.read_globs(value, key.name),
                }
            }
            for name in missing {
                self.report(item.span(), format!("missing `{name}` in override"));
            }
            overrides.push(override_);
        }
        overrides
    }
}
