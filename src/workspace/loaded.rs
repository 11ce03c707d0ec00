//! The loaded project, its files and its load errors.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::config::ConfigFiles;
use crate::model::Project;
use crate::workspace::dialects::DialectChoice;
use terraform_eval::source::{FileId, Sources, display_name};

/// The project that was loaded, with the files that it came from.
#[derive(Debug, Default)]
pub struct Loaded {
    /// The model.
    pub project: Project,
    /// The texts of all files that were read.
    pub sources: Sources,
    /// Paths that could not be read at all, and why: the result is incomplete.
    pub errors: Vec<LoadError>,
    /// The configuration files.
    pub configs: ConfigFiles,
    /// The directory of each input of the project, in the same order.
    pub directories: Vec<PathBuf>,
    /// The dialect of each root module, by the directories of `directories`.
    pub dialects: BTreeMap<PathBuf, DialectChoice>,
    /// Files that were read in search of inputs and belong to none of them.
    pub unrelated_files: BTreeSet<FileId>,
}

impl Loaded {
    /// Whether everything could be read.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.errors.is_empty() && self.project.unreadable == 0
    }
}

/// A path or an option that could not be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadError {
    /// The path as it was given, and the error: `a/b: no such file or directory`.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// The path as findings show it; empty for an option.
    pub path: String,
}

impl LoadError {
    pub(crate) fn new(message: String) -> Self {
        Self {
            message,
            help: None,
            path: String::new(),
        }
    }

    /// A path that does not exist.
    pub(crate) fn missing(path: &Path) -> Self {
        Self::from_path(path, "no such file or directory")
    }

    pub(crate) fn from_path(path: &Path, message: &str) -> Self {
        let path = display_name(path);
        Self {
            message: format!("{path}: {message}"),
            help: None,
            path,
        }
    }

    /// The system has no memory for the stack that evaluation needs.
    pub(crate) fn out_of_memory() -> Self {
        Self::from_path(Path::new("."), "not enough memory to evaluate the configuration")
    }

    pub(crate) fn with_help(mut self, help: &str) -> Self {
        self.help = Some(help.to_owned());
        self
    }
}
