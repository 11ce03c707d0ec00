//! What an output format is.

use crate::check::Report;
use crate::model::Project;
use crate::output::summary::summary_line;
use terraform_eval::source::Sources;

/// An output format of `check`.
#[derive(Debug)]
pub struct Format {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it is, for `--help`.
    pub help: &'static str,
    /// Renders a report.
    pub render: fn(&ReportView<'_>) -> Rendered,
}

/// A report with everything that a format can show of it.
#[derive(Debug, Clone, Copy)]
pub struct ReportView<'a> {
    /// The report.
    pub report: &'a Report<'a>,
    /// The project that was checked.
    pub project: &'a Project,
    /// The files that findings point into.
    pub sources: &'a Sources,
    /// Whether escape sequences may color the text.
    pub use_colors: bool,
}

impl ReportView<'_> {
    /// The line that counts mirrors by verdict.
    pub(super) fn summary_line(&self) -> String {
        summary_line(&self.report.summary, self.project, &self.report.findings)
    }
}

/// A rendered report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// The text for standard output.
    pub stdout: String,
    /// A line for standard error.
    pub stderr: Option<String>,
}

impl Rendered {
    /// Text that has everything in it.
    pub(super) fn complete(stdout: String) -> Self {
        Self { stdout, stderr: None }
    }

    /// Findings alone; people see the summary on standard error.
    pub(super) fn with_summary(stdout: String, view: &ReportView<'_>) -> Self {
        Self {
            stdout,
            stderr: Some(view.summary_line()),
        }
    }
}
