//! Errors about paths and options.

use std::path::Path;

use terraform_eval::source::display_name;

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
