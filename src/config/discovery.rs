//! Which configuration file counts for which directory.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::diagnostic::{Code, Diagnostic, Severity};
use terraform_eval::source::{Sources, display_name};

use crate::config::{Config, FILE_NAME, read};

/// Which configuration files to read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum ConfigSource {
    /// For each directory, the nearest one above it.
    #[default]
    Nearest,
    /// This one for all.
    File(PathBuf),
    /// None.
    Isolated,
}

/// The configuration files of a run, each read once, when somebody first asks.
#[derive(Debug, Default)]
pub struct ConfigFiles {
    choice: ConfigSource,
    by_directory: BTreeMap<PathBuf, Option<usize>>,
    by_path: BTreeMap<PathBuf, Option<usize>>,
    all: Vec<Config>,
    /// What is wrong with them.
    pub diagnostics: Vec<Diagnostic>,
}

impl ConfigFiles {
    /// Configuration files, none of them read yet.
    #[must_use]
    pub fn new(choice: ConfigSource) -> Self {
        Self {
            choice,
            ..Self::default()
        }
    }

    /// The configuration file that counts for a directory.
    pub fn nearest(&mut self, directory: &Path, sources: &mut Sources) -> Option<&Config> {
        let index = match &self.choice {
            ConfigSource::Isolated => None,
            ConfigSource::File(path) => {
                let path = path.clone();
                self.read(&path, sources)
            }
            ConfigSource::Nearest => self.above(&sources.files().canonical_path(directory), sources),
        };
        self.all.get(index?)
    }

    /// Whether a path below a directory that was given is to be left out.
    pub fn excludes(&mut self, path: &Path, sources: &mut Sources) -> bool {
        let whole = sources.files().canonical_path(path);
        let Some(parent) = whole.parent() else {
            return false;
        };
        let config = self.nearest(parent, sources);
        config.is_some_and(|config| config.excludes(&whole))
    }

    fn above(&mut self, directory: &Path, sources: &mut Sources) -> Option<usize> {
        let mut passed = Vec::new();
        let mut found = None;
        for ancestor in directory.ancestors() {
            if let Some(known) = self.by_directory.get(ancestor) {
                found = *known;
                break;
            }
            passed.push(ancestor);
            let path = ancestor.join(FILE_NAME);
            if sources.files().is_file(&path) {
                found = self.read(&path, sources);
                break;
            }
        }
        for directory in passed {
            self.by_directory.insert(directory.to_owned(), found);
        }
        found
    }

    fn read(&mut self, path: &Path, sources: &mut Sources) -> Option<usize> {
        let whole = sources.files().canonical_path(path);
        if let Some(known) = self.by_path.get(&whole) {
            return *known;
        }
        let here = sources.files().canonicalize(Path::new("."));
        let shown = here
            .ok()
            .and_then(|here| whole.strip_prefix(here).ok().map(Path::to_owned));
        let shown = shown.unwrap_or_else(|| path.to_owned());
        let read = match sources.read(&shown) {
            Ok(file) => {
                let base = whole.parent().unwrap_or(&whole).to_owned();
                let (config, problems) = read::read(file, sources.text(file), base);
                self.diagnostics.extend(problems);
                self.all.push(config);
                Some(self.all.len() - 1)
            }
            Err(error) => {
                let message = format!("{}: {error}", display_name(&shown));
                self.diagnostics
                    .push(Diagnostic::new(Code::Configuration, Severity::Error, message));
                None
            }
        };
        self.by_path.insert(whole, read);
        read
    }
}
