//! The type of an output format.

use std::path::Path;

use crate::check::Report;
use crate::model::Project;
use crate::output::summary::summary_line;
use crate::output::text::Text;
use crate::workspace::LoadError;
use terraform_eval::source::Sources;

/// An output format of `check`.
#[derive(Debug)]
pub struct Format {
    /// The value of `--output-format`.
    pub name: &'static str,
    /// The description in `--help`.
    pub help: &'static str,
    /// Renders a report.
    pub render: fn(&ReportView<'_>) -> Rendered,
}

/// A report, and what a format needs to render it.
#[derive(Debug, Clone, Copy)]
pub struct ReportView<'a> {
    /// The result of the check.
    pub report: &'a Report<'a>,
    /// The project that was checked.
    pub project: &'a Project,
    /// Paths and options that could not be used. The formats for people leave them to standard error.
    pub errors: &'a [LoadError],
    /// The files that findings point into.
    pub sources: &'a Sources,
    /// The current directory below the top of the repository that a workflow of GitHub checked out; empty if it is the
    /// top, or there is no such workflow.
    pub directory_in_repository: &'a Path,
    /// Whether escape sequences may color the text.
    pub use_colors: bool,
}

impl ReportView<'_> {
    /// Renders the line that counts mirrors by verdict.
    pub(super) fn summary_line(&self) -> String {
        summary_line(&self.report.summary, self.project, &self.report.findings)
    }
}

/// The output for a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// The text for standard output.
    pub stdout: Text,
    /// The text for standard error.
    pub stderr: Text,
}

impl Rendered {
    /// Output that includes the summary.
    pub(super) fn complete(stdout: Text) -> Self {
        Self {
            stdout,
            stderr: Text::new(),
        }
    }

    /// Output of findings alone, with the summary on standard error.
    pub(super) fn with_summary(stdout: Text, view: &ReportView<'_>) -> Self {
        Self {
            stdout,
            stderr: Text::from_line(view.summary_line()),
        }
    }
}
