//! A configuration file after reading: its settings, each with its span.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use globset::{Glob, GlobSet, GlobSetBuilder};

use super::engine_version::EngineVersion;
use crate::model::Policy;
use crate::rules::{SKIPPED_INPUT, UNKNOWN_VALUE};
use crate::settings::{FailOn, Level, Levels, RuleSettings};
use terraform_eval::dialect::Engine;
use terraform_eval::source::{FileId, Span};

/// The name of configuration files.
pub(crate) const FILE_NAME: &str = "mirrorset.toml";

#[derive(Debug, Clone)]
pub struct Config {
    /// The canonical path of the directory of the file. Paths in the file are relative to it.
    pub(super) base: PathBuf,
    pub(super) rules: Vec<Setting<(&'static str, Level)>>,
    pub(super) fail_on: Option<Setting<FailOn>>,
    pub(super) strict: Option<Setting<bool>>,
    pub(super) exclude: Option<Setting<Globs>>,
    pub(super) known_gaps: Option<Setting<Globs>>,
    pub(super) var_files: Option<Setting<Vec<String>>>,
    pub(super) engine: Option<Setting<Engine>>,
    pub(super) engine_version: Option<Setting<EngineVersion>>,
    pub(super) output_format: Option<Setting<String>>,
    pub(super) overrides: Overrides,
    pub(super) policy: Option<Policy>,
}

/// A value, and the span where it is set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Setting<T> {
    pub(super) value: T,
    pub(super) span: Span,
}

/// Levels for specific paths.
#[derive(Debug, Clone)]
pub(super) struct Override {
    pub(super) paths: Globs,
    pub(super) rules: Vec<Setting<(&'static str, Level)>>,
}

/// The overrides of a file, in order. The patterns of all of them are searched at once.
#[derive(Debug, Clone, Default)]
pub(super) struct Overrides {
    pub(super) all: Vec<Override>,
    set: GlobSet,
    /// The position of the override that each pattern of the set belongs to.
    owners: Vec<usize>,
}

impl Overrides {
    pub(super) fn new(all: Vec<Override>) -> Self {
        let mut builder = GlobSetBuilder::new();
        let mut owners = Vec::new();
        for (position, override_) in all.iter().enumerate() {
            for glob in &override_.paths.compiled {
                builder.add(glob.clone());
                owners.push(position);
            }
        }
        // The set of each override has been built, so that of all is too large at most.
        match builder.build() {
            Ok(set) => Self { all, set, owners },
            Err(_) => Self {
                all,
                ..Self::default()
            },
        }
    }

    /// The levels of the overrides that match a path, or a directory that contains it.
    fn levels(&self, path: &Path, base: &Path) -> Levels {
        let matching = self.matching(path, base).into_iter();
        let matching = matching.filter_map(|position| self.all.get(position));
        matching.flat_map(|override_| levels(&override_.rules)).collect()
    }

    fn matching(&self, path: &Path, base: &Path) -> BTreeSet<usize> {
        if self.owners.is_empty() {
            let all = self.all.iter().enumerate();
            let matching = all.filter(|(_, override_)| override_.paths.matches(path, base));
            return matching.map(|(position, _)| position).collect();
        }
        let Ok(relative) = path.strip_prefix(base) else {
            return BTreeSet::new();
        };
        let directories = relative
            .ancestors()
            .filter(|directory| !directory.as_os_str().is_empty());
        directories
            .flat_map(|directory| self.set.matches(directory))
            .filter_map(|pattern| self.owners.get(pattern).copied())
            .collect()
    }
}

/// Glob patterns of paths, as spelled and compiled.
#[derive(Debug, Clone, Default)]
pub(super) struct Globs {
    pub(super) patterns: Vec<String>,
    pub(super) compiled: Vec<Glob>,
    pub(super) set: GlobSet,
}

impl Globs {
    /// Whether a pattern matches the path, or a directory that contains it.
    pub(super) fn matches(&self, path: &Path, base: &Path) -> bool {
        let Ok(relative) = path.strip_prefix(base) else {
            return false;
        };
        let mut directories = relative
            .ancestors()
            .filter(|directory| !directory.as_os_str().is_empty());
        directories.any(|directory| self.set.is_match(directory))
    }
}

impl Config {
    /// Whether `exclude` matches a path.
    pub(super) fn excludes(&self, path: &Path) -> bool {
        let globs = self.exclude.as_ref().map(|exclude| &exclude.value);
        globs.is_some_and(|globs| globs.matches(path, &self.base))
    }

    /// Whether `known-gaps` names something that was skipped: a source of a module, or a canonical path.
    pub(crate) fn is_known_gap(&self, source: Option<&str>, path: &Path) -> bool {
        self.known_gaps.as_ref().is_some_and(|globs| {
            let globs = &globs.value;
            source.is_some_and(|source| globs.set.is_match(source)) || globs.matches(path, &self.base)
        })
    }

    /// `[policy]`.
    #[must_use]
    pub(crate) fn policy(&self) -> Option<&Policy> {
        self.policy.as_ref()
    }

    /// `engine`, and the span where it is set.
    #[must_use]
    pub(crate) fn engine(&self) -> Option<(Engine, Span)> {
        self.engine.as_ref().map(|setting| (setting.value, setting.span))
    }

    /// `engine-version`, and the span where it is set.
    #[must_use]
    pub(crate) fn engine_version(&self) -> Option<(EngineVersion, Span)> {
        self.engine_version
            .as_ref()
            .map(|setting| (setting.value, setting.span))
    }

    /// `output-format`, and the span where it is set.
    #[must_use]
    pub(crate) fn output_format(&self) -> Option<(&str, Span)> {
        let setting = self.output_format.as_ref()?;
        Some((&setting.value, setting.span))
    }

    /// The canonical path of the directory of the file.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.base
    }

    /// The paths of `var-files`.
    #[must_use]
    pub fn var_files(&self) -> Vec<PathBuf> {
        let files = self.var_files.iter().flat_map(|files| &files.value);
        files.map(|file| self.base.join(file)).collect()
    }

    /// The levels of mirrors that are declared in `files`. All paths are canonical.
    #[must_use]
    pub fn file_levels<'f>(
        &self,
        files: impl Iterator<Item = (FileId, &'f Path)>,
    ) -> BTreeMap<FileId, Levels> {
        if self.overrides.all.is_empty() {
            return BTreeMap::new();
        }
        let levels = files.map(|(file, path)| (file, self.overrides.levels(path, &self.base)));
        levels.filter(|(_, levels)| !levels.is_empty()).collect()
    }

    /// The rule settings of a directory, whose path is canonical.
    #[must_use]
    pub fn rule_settings(&self, directory: &Path) -> RuleSettings {
        let mut settings = RuleSettings::default();
        if self.strict.as_ref().is_some_and(|strict| strict.value) {
            let error = Level::At(crate::diagnostic::Severity::Error);
            settings.levels.insert(UNKNOWN_VALUE.name, error);
            settings.levels.insert(SKIPPED_INPUT.name, error);
        }
        settings.levels.extend(levels(&self.rules));
        settings
            .levels
            .extend(self.overrides.levels(directory, &self.base));
        if let Some(fail_on) = &self.fail_on {
            settings.fail_on = fail_on.value;
        }
        settings
    }
}

fn levels(rules: &[Setting<(&'static str, Level)>]) -> impl Iterator<Item = (&'static str, Level)> {
    rules.iter().map(|setting| setting.value)
}
