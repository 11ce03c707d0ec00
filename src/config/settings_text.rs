//! Renders the settings of a root module in the syntax of a configuration file, each with the place where it is set.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::rules::{RULES, Rule, UNKNOWN_VALUE};
use crate::settings::{FailOn, Level, RuleSelection};
use crate::untrusted::one_line;
use terraform_eval::dialect::Dialect;
use terraform_eval::source::{Sources, Span, display_name};
use terraform_eval::version::Version;

use super::file::{Config, Setting};

/// The program and version of a root module, and what decided them.
pub(crate) struct ShownDialect<'d> {
    /// The program and version.
    pub(crate) dialect: Dialect,
    /// What says which program it is.
    pub(crate) engine_reason: &'d str,
    /// What says which version it is.
    pub(crate) version_reason: &'d str,
}

/// Renders the settings of a directory, and then those of its files that differ.
#[must_use]
pub(crate) fn render_settings(
    directory: &Path,
    files: &BTreeSet<PathBuf>,
    config: Option<&Config>,
    selection: &RuleSelection,
    dialect: Option<ShownDialect<'_>>,
    sources: &Sources,
) -> String {
    let mut text = String::new();
    let mut push_line = |key: &str, value: &str, origin: &str| {
        let _ = writeln!(text, "{key} = {value} # {origin}");
    };
    let location = |span: Span| {
        let file = sources.file(span.file);
        format!(
            "{}:{}",
            one_line(file.name()),
            file.location(span.range().start).line
        )
    };
    let (value, origin) = match (
        selection.fail_on,
        config.and_then(|config| config.fail_on.as_ref()),
    ) {
        (Some(fail_on), _) => (fail_on, COMMAND_LINE.to_owned()),
        (None, Some(setting)) => (setting.value, location(setting.span)),
        (None, None) => (FailOn::default(), DEFAULT.to_owned()),
    };
    push_line("fail-on", &format!("{:?}", value.word()), &origin);
    let strict = config.and_then(|config| config.strict.as_ref());
    let (value, origin) = match strict {
        _ if selection.strict => (true, COMMAND_LINE.to_owned()),
        Some(setting) => (setting.value, location(setting.span)),
        None => (false, DEFAULT.to_owned()),
    };
    push_line("strict", &value.to_string(), &origin);
    let exclude = config.and_then(|config| config.exclude.as_ref());
    let patterns = exclude.map(|setting| (&setting.value.patterns, setting.span));
    let known_gaps = config.and_then(|config| config.known_gaps.as_ref());
    let known_gaps = known_gaps.map(|setting| (&setting.value.patterns, setting.span));
    let var_files = config.and_then(|config| config.var_files.as_ref());
    let var_files = var_files.map(|setting| (&setting.value, setting.span));
    for (key, setting) in [
        ("exclude", patterns),
        ("known-gaps", known_gaps),
        ("var-files", var_files),
    ] {
        match setting {
            Some((value, span)) => push_line(key, &format!("{value:?}"), &location(span)),
            None => push_line(key, "[]", DEFAULT),
        }
    }
    if let Some(shown) = dialect {
        let Version(major, minor, patch) = shown.dialect.version();
        let version = if shown.dialect.admitted().is_single() {
            format!("{major}.{minor}.{patch}")
        } else {
            format!("{major}.{minor}")
        };
        push_line(
            "engine",
            &format!("{:?}", shown.dialect.engine().word()),
            shown.engine_reason,
        );
        push_line("engine-version", &format!("{version:?}"), shown.version_reason);
    }
    if let Some(setting) = config.and_then(|config| config.output_format.as_ref()) {
        push_line(
            "output-format",
            &format!("{:?}", setting.value),
            &location(setting.span),
        );
    }
    let mut push_rules = |prefix: &str, path: &Path, base: Option<&Path>| {
        for rule in RULES {
            let configured = configured_level(rule, path, config, sources);
            if base.is_some_and(|base| configured_level(rule, base, config, sources) == configured) {
                continue;
            }
            let (level, origin) = match (selection.level(rule, configured.0), configured.1) {
                (Some(level), _) => (level, COMMAND_LINE.to_owned()),
                (None, Some(span)) => (configured.0, location(span)),
                (None, None) => (configured.0, DEFAULT.to_owned()),
            };
            let key = format!("{prefix}{}", rule.name);
            push_line(&key, &format!("{:?}", level.word(rule)), &origin);
        }
    };
    push_rules("rules.", directory, None);
    for file in files {
        let prefix = format!("overrides.{:?}.", display_name(file));
        push_rules(&prefix, file, Some(directory));
    }
    text
}

const COMMAND_LINE: &str = "command line";
const DEFAULT: &str = "default";

/// The level that the configuration file gives a rule in a directory or a file, and where it is set. The last setting
/// that applies takes precedence.
fn configured_level(
    rule: &Rule,
    path: &Path,
    config: Option<&Config>,
    sources: &Sources,
) -> (Level, Option<Span>) {
    let mut configured = (Level::Default, None);
    let Some(config) = config else {
        return configured;
    };
    let path = sources.files().canonical_path(path);
    if let Some(Setting { value: true, span }) = config.strict
        && rule.name == UNKNOWN_VALUE.name
    {
        configured = (Level::At(crate::diagnostic::Severity::Error), Some(span));
    }
    let overrides = config
        .overrides
        .all
        .iter()
        .filter(|override_| override_.paths.matches(&path, &config.base));
    for setting in config
        .rules
        .iter()
        .chain(overrides.flat_map(|override_| &override_.rules))
    {
        if setting.value.0 == rule.name {
            configured = (setting.value.1, Some(setting.span));
        }
    }
    configured
}
