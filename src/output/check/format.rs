//! The type of an output format.

use crate::baseline;
use crate::check::Report;
use crate::diagnostic::Diagnostic;
use crate::model::Project;
use crate::output::finding_groups::{FindingGroup, group_findings};
use crate::output::style::Style;
use crate::output::summary::summary_line;
use crate::output::text::Text;
use crate::workspace::LoadError;
use terraform_eval::source::{Location, Sources};

use super::repository::Repository;

/// An output format of `check`.
#[derive(Debug)]
pub struct Format {
    /// The value of `--output-format`.
    pub name: &'static str,
    /// The description in `--help`.
    pub help: &'static str,
    /// A text that each of its documents has that is not empty: a file with it may be replaced by another document.
    pub mark: &'static str,
    /// Renders a report.
    pub render: fn(&ReportView<'_>) -> Rendered,
}

/// What fixes have changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fixed {
    /// How many findings are fixed.
    pub findings: usize,
    /// The files that are changed, sorted by name.
    pub files: Vec<String>,
}

impl Format {
    /// Whether a text is empty or a document of this format.
    #[must_use]
    pub fn is_document(&self, text: &str) -> bool {
        let text = text.trim();
        text.is_empty() || text == "[]" || text.contains(self.mark)
    }
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
    /// What fixes have changed before the check.
    pub fixed: Option<&'a Fixed>,
    /// The files that findings point into.
    pub sources: &'a Sources,
    /// The repository that a CI system checked out.
    pub repository: &'a Repository,
    /// What the reader of the text can show.
    pub style: Style,
    /// Whether only findings are wanted, and no summary.
    pub is_quiet: bool,
    /// Whether the document goes to a file, where no summary stands beside it.
    pub is_file: bool,
}

impl<'a> ReportView<'a> {
    /// Whether everything could be read.
    pub(super) fn is_complete(&self) -> bool {
        self.errors.is_empty() && self.report.summary.unreadable == 0
    }

    /// The findings, those that differ only by the instance of a block as one.
    pub(super) fn groups(&self) -> Vec<FindingGroup<'a>> {
        group_findings(&self.report.findings)
    }

    /// Where the text of a finding is, from the top of the repository.
    pub(super) fn place(&self, finding: &Diagnostic) -> Option<Place> {
        let span = finding.primary.as_ref()?.span;
        let file = self.sources.file(span.file);
        Some(Place {
            path: self.repository.path(file.name()),
            start: file.location(span.range().start),
            end: file.location(span.range().end),
        })
    }

    /// The path that could not be used, from the top of the repository; that of the current directory for an option.
    pub(super) fn path_of_error(&self, error: &LoadError) -> String {
        match error.path.as_str() {
            "" => ".".to_owned(),
            path => self.repository.path(path),
        }
    }

    /// Makes the fingerprints of findings.
    pub(super) fn fingerprints(&self) -> Fingerprints<'a> {
        Fingerprints {
            view: *self,
            fingerprints: baseline::Fingerprints::new(self.sources, &self.project.sensitive.spans),
        }
    }

    /// The line that counts mirrors by verdict, as a text of its own.
    #[must_use]
    pub(crate) fn summary(&self) -> Text {
        Text::from_line(self.summary_line())
    }

    /// Renders the line that counts mirrors by verdict.
    pub(super) fn summary_line(&self) -> String {
        summary_line(&self.report.summary, self.project, &self.report.findings)
    }
}

/// Where the text of a finding is.
pub(super) struct Place {
    /// The path from the top of the repository.
    pub(super) path: String,
    pub(super) start: Location,
    pub(super) end: Location,
}

/// Makes the fingerprints of the findings of a report, in which files count from the top of the repository.
pub(super) struct Fingerprints<'a> {
    view: ReportView<'a>,
    fingerprints: baseline::Fingerprints<'a>,
}

impl Fingerprints<'_> {
    /// The fingerprint of a finding.
    pub(super) fn of(&mut self, finding: &Diagnostic) -> String {
        let view = &self.view;
        let file = finding.primary.as_ref().map(|label| {
            let name = view.sources.file(label.span.file).name();
            view.repository.path(name)
        });
        self.fingerprints.of(finding, file.unwrap_or_default())
    }
}

/// The output for a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// The document, for standard output or a file.
    pub document: Text,
    /// The line that counts mirrors by verdict, if the document does not have it.
    pub summary: Option<Text>,
}

impl Rendered {
    /// Output that includes the summary.
    pub(super) fn complete(document: Text) -> Self {
        Self {
            document,
            summary: None,
        }
    }

    /// A document without the line that counts mirrors by verdict.
    pub(super) fn with_summary(document: Text, view: &ReportView<'_>) -> Self {
        Self {
            document,
            summary: Some(view.summary()),
        }
    }
}
