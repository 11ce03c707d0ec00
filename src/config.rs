//! `mirrorset.toml`: what a repository decides about checks, once for everybody.
//!
//! For a root module, the nearest file above it counts, alone. Every key is checked: one that there is not
//! is a mistake with a place, like a finding.

mod discovery;
mod keys;
mod read;
mod schema;
mod show;

use std::path::{Path, PathBuf};

use globset::GlobSet;

use crate::rules::UNKNOWN_VALUE;
use crate::settings::{FailOn, Level, Levels, RuleSettings};
use terraform_eval::source::{FileId, Span};

pub use discovery::{ConfigFiles, ConfigSource};
pub use schema::schema;
pub use show::show;

/// The name of the file.
pub const FILE_NAME: &str = "mirrorset.toml";

/// A configuration file.
#[derive(Debug, Clone)]
pub struct Config {
    /// The true path of the directory that it stands in: paths in it count from there.
    base: PathBuf,
    rules: Vec<Setting<(&'static str, Level)>>,
    fail_on: Option<Setting<FailOn>>,
    strict: Option<Setting<bool>>,
    exclude: Option<Setting<Globs>>,
    var_files: Option<Setting<Vec<String>>>,
    overrides: Vec<Override>,
}

/// A value, and where it is set.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Setting<T> {
    value: T,
    span: Span,
}

/// Other levels for some paths.
#[derive(Debug, Clone)]
struct Override {
    paths: Globs,
    rules: Vec<Setting<(&'static str, Level)>>,
}

/// Patterns of paths.
#[derive(Debug, Clone, Default)]
struct Globs {
    patterns: Vec<String>,
    set: GlobSet,
}

impl Globs {
    /// Whether a pattern fits the path, or a directory that it lies in.
    fn matches(&self, path: &Path, base: &Path) -> bool {
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
    /// Whether a path is left out.
    fn excludes(&self, path: &Path) -> bool {
        let globs = self.exclude.as_ref().map(|exclude| &exclude.value);
        globs.is_some_and(|globs| globs.matches(path, &self.base))
    }

    /// The files of values for variables.
    #[must_use]
    pub fn var_files(&self) -> Vec<PathBuf> {
        let files = self.var_files.iter().flat_map(|files| &files.value);
        files.map(|file| self.base.join(file)).collect()
    }

    /// What it decides for a directory, and for mirrors that are declared in `files`; all by their true
    /// paths.
    #[must_use]
    pub fn rule_settings<'f>(
        &self,
        directory: &Path,
        files: impl Iterator<Item = (FileId, &'f Path)>,
    ) -> RuleSettings {
        let mut decided = RuleSettings::default();
        if self.strict.as_ref().is_some_and(|strict| strict.value) {
            let error = Level::At(crate::diagnostic::Severity::Error);
            decided.levels.insert(UNKNOWN_VALUE.name, error);
        }
        decided.levels.extend(levels(&self.rules));
        for special in &self.overrides {
            if special.paths.matches(directory, &self.base) {
                decided.levels.extend(levels(&special.rules));
            }
        }
        if !self.overrides.is_empty() {
            for (file, path) in files {
                let fitting = self
                    .overrides
                    .iter()
                    .filter(|special| special.paths.matches(path, &self.base));
                let levels: Levels = fitting.flat_map(|special| levels(&special.rules)).collect();
                if !levels.is_empty() {
                    decided.by_file.insert(file, levels);
                }
            }
        }
        if let Some(fail_on) = &self.fail_on {
            decided.fail_on = fail_on.value;
        }
        decided
    }
}

fn levels(rules: &[Setting<(&'static str, Level)>]) -> impl Iterator<Item = (&'static str, Level)> {
    rules.iter().map(|set| set.value)
}
