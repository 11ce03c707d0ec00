//! The files of a run: reads them, counts them, and reports those that cannot be read.

use std::fmt::Display;
use std::path::Path;

use crate::config::ConfigFiles;
use crate::diagnostic::Diagnostic;
use crate::rules::{Rule, SYNTAX_ERROR, UNSUPPORTED_INPUT};
use crate::workspace::options::Options;
use terraform_eval::source::{FileId, ReadError, Sources, Span, display_name};

#[derive(Debug, Default)]
pub(crate) struct InputFiles {
    pub(crate) sources: Sources,
    pub(crate) configs: ConfigFiles,
    /// Findings about the inputs themselves, in the order in which they were read.
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// The number of files that were read.
    pub(crate) read: usize,
    /// The number of files that could not be read.
    pub(crate) unreadable: usize,
}

impl InputFiles {
    pub(crate) fn new(options: &Options) -> Self {
        Self {
            sources: Sources::with_files(options.files.clone()),
            configs: ConfigFiles::new(options.config.clone()),
            ..Self::default()
        }
    }

    /// Reads a file, or reports that it cannot be read.
    pub(crate) fn read(&mut self, path: &Path) -> Option<FileId> {
        match self.sources.read(path) {
            Ok(file) => {
                self.read += 1;
                Some(file)
            }
            Err(error) => {
                self.report_unreadable(path, &error);
                None
            }
        }
    }

    pub(crate) fn report_unreadable(&mut self, path: &Path, error: &ReadError) {
        let rule = match error {
            ReadError::Gzip | ReadError::Zip | ReadError::Binary => &UNSUPPORTED_INPUT,
            _ => &SYNTAX_ERROR,
        };
        self.report_invalid(rule, &display_name(path), error, None, error.help());
    }

    /// Reports a file whose content is not what a reader needs.
    pub(crate) fn report_invalid(
        &mut self,
        rule: &Rule,
        name: &str,
        error: &dyn Display,
        span: Option<Span>,
        help: Option<&str>,
    ) {
        self.unreadable += 1;
        let mut finding = rule.diagnostic(format!("{name}: {error}"));
        if let Some(span) = span {
            finding = finding.at(span, "");
        }
        finding.help = help.map(str::to_owned);
        self.diagnostics.push(finding);
    }
}
