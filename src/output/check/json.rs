//! `json`: the report for programs. Within a version of the format, fields are added, but never removed or changed.

use super::format::{Format, Rendered, ReportView};
use serde::Serialize;

use crate::check::{Summary, Suppressed};
use crate::diagnostic::{Applicability, Diagnostic, Fix, Label, Severity};
use crate::model::{Attribute, Coverage, Mirror};
use crate::workspace::LoadError;
use terraform_eval::source::{SourceFile, Sources, Span};

/// The version of the format.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    /// Paths and options that could not be used. If there are any, the result is incomplete.
    errors: Vec<FindingForm<'a>>,
    findings: Vec<FindingForm<'a>>,
    suppressed: Vec<SuppressedForm<'a>>,
    mirrors: Vec<MirrorForm<'a>>,
    coverage: CoverageForm<'a>,
    summary: SummaryForm,
}

#[derive(Serialize)]
struct CoverageForm<'a> {
    read: Vec<ReadForm<'a>>,
    skipped: Vec<SkippedForm<'a>>,
}

#[derive(Serialize)]
struct ReadForm<'a> {
    file: &'a str,
    role: &'a str,
}

/// A file, a directory or the module of a call that was not read. `file` has the text to change, if there is one.
#[derive(Serialize)]
struct SkippedForm<'a> {
    name: &'a str,
    reason: &'a str,
    message: &'a str,
    /// Whether it may hold mirrors, and settings do not say that it is known.
    gap: bool,
    file: Option<&'a str>,
    start: Option<Position>,
}

/// The JSON form of a finding, which `json-lines` shares.
#[derive(Serialize)]
pub(super) struct FindingForm<'a> {
    /// The id of the rule; `None` for a path or an option that could not be used.
    rule: Option<&'a str>,
    severity: &'a str,
    message: &'a str,
    note: Option<&'a str>,
    help: Option<&'a str>,
    address: Option<String>,
    file: Option<&'a str>,
    start: Option<Position>,
    end: Option<Position>,
    related: Vec<RelatedForm<'a>>,
    fix: Option<FixForm<'a>>,
}

/// Line and column count from 1, columns in Unicode scalar values, the offset in bytes from 0.
#[derive(Serialize)]
struct Position {
    line: usize,
    column: usize,
    offset: usize,
}

#[derive(Serialize)]
struct RelatedForm<'a> {
    message: &'a str,
    file: &'a str,
    start: Position,
    end: Position,
}

#[derive(Serialize)]
struct FixForm<'a> {
    title: &'a str,
    applicability: &'a str,
    edits: Vec<EditForm<'a>>,
}

#[derive(Serialize)]
struct EditForm<'a> {
    file: &'a str,
    start: Position,
    end: Position,
    content: &'a str,
}

/// A finding, and the comment that suppresses it.
#[derive(Serialize)]
struct SuppressedForm<'a> {
    #[serde(flatten)]
    finding: FindingForm<'a>,
    suppression: SuppressionForm<'a>,
}

#[derive(Serialize)]
struct SuppressionForm<'a> {
    reason: &'a str,
    file: &'a str,
    start: Position,
    end: Position,
}

#[derive(Serialize)]
struct MirrorForm<'a> {
    address: String,
    cluster: String,
    source: Option<&'a str>,
    mirrors: Option<Vec<Option<&'a str>>>,
    verdict: &'a str,
}

#[derive(Serialize)]
struct SummaryForm {
    mirrors: usize,
    clean: usize,
    with_findings: usize,
    undecided: usize,
    without_instances: usize,
    files: usize,
    unreadable: usize,
    suppressed: usize,
    in_baseline: usize,
    skipped: usize,
}

pub(super) static FORMAT: Format = Format {
    name: "json",
    help: "One JSON document",
    render,
};

fn render(view: &ReportView<'_>) -> Rendered {
    let (report, sources) = (view.report, view.sources);
    let Summary {
        mirrors,
        clean,
        with_findings,
        undecided,
        without_instances,
        files,
        unreadable,
        suppressed,
        in_baseline,
        skipped,
        ..
    } = report.summary;
    let document = Document {
        version: VERSION,
        errors: view.errors.iter().map(error_form).collect(),
        findings: report
            .findings
            .iter()
            .map(|diagnostic| finding_form(diagnostic, sources))
            .collect(),
        suppressed: report
            .suppressed
            .iter()
            .map(|suppressed| suppressed_form(suppressed, sources))
            .collect(),
        mirrors: report
            .mirrors
            .iter()
            .map(|(mirror, verdict)| mirror_form(mirror, verdict.as_str()))
            .collect(),
        coverage: coverage_form(&view.project.coverage, sources),
        summary: SummaryForm {
            mirrors,
            clean,
            with_findings,
            undecided,
            without_instances,
            files,
            unreadable,
            suppressed,
            in_baseline,
            skipped,
        },
    };
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    Rendered::complete(text)
}

fn coverage_form<'a>(coverage: &'a Coverage, sources: &'a Sources) -> CoverageForm<'a> {
    let read = coverage.read.iter().map(|read| ReadForm {
        file: &read.name,
        role: read.role.as_str(),
    });
    let skipped = coverage.skipped.iter().map(|skipped| {
        let range = skipped.span.map(|span| file_range(span, sources));
        let (file, start) = range.map_or((None, None), |(file, start, _)| (Some(file.name()), Some(start)));
        SkippedForm {
            name: &skipped.name,
            reason: skipped.reason.as_str(),
            message: &skipped.message,
            gap: skipped.is_gap(),
            file,
            start,
        }
    });
    CoverageForm {
        read: read.collect(),
        skipped: skipped.collect(),
    }
}

pub(super) fn finding_form<'a>(diagnostic: &'a Diagnostic, sources: &'a Sources) -> FindingForm<'a> {
    let range = diagnostic
        .primary
        .as_ref()
        .map(|label| file_range(label.span, sources));
    let (file, start, end) = match range {
        Some((file, start, end)) => (Some(file.name()), Some(start), Some(end)),
        None => (None, None, None),
    };
    FindingForm {
        rule: Some(diagnostic.code.as_str()),
        severity: diagnostic.severity.as_str(),
        message: &diagnostic.message,
        note: diagnostic.note.as_deref(),
        help: diagnostic.help.as_deref(),
        address: diagnostic.subject.as_ref().map(ToString::to_string),
        file,
        start,
        end,
        related: diagnostic
            .related
            .iter()
            .map(|label| related_form(label, sources))
            .collect(),
        fix: diagnostic.fix.as_ref().map(|fix| fix_form(fix, sources)),
    }
}

/// An error of loading, in the form of a finding.
pub(super) fn error_form(error: &LoadError) -> FindingForm<'_> {
    FindingForm {
        rule: None,
        severity: Severity::Error.as_str(),
        message: &error.message,
        note: None,
        help: error.help.as_deref(),
        address: None,
        file: Some(error.path.as_str()).filter(|path| !path.is_empty()),
        start: None,
        end: None,
        related: Vec::new(),
        fix: None,
    }
}

fn suppressed_form<'a>(suppressed: &'a Suppressed, sources: &'a Sources) -> SuppressedForm<'a> {
    let (file, start, end) = file_range(suppressed.suppression_span, sources);
    SuppressedForm {
        finding: finding_form(&suppressed.finding, sources),
        suppression: SuppressionForm {
            reason: &suppressed.reason,
            file: file.name(),
            start,
            end,
        },
    }
}

/// The file of a span, with the start and the end.
fn file_range(span: Span, sources: &Sources) -> (&SourceFile, Position, Position) {
    let file = sources.file(span.file);
    let position = |offset: usize| {
        let location = file.location(offset);
        Position {
            line: location.line,
            column: location.column,
            offset,
        }
    };
    (file, position(span.range().start), position(span.range().end))
}

fn related_form<'a>(label: &'a Label, sources: &'a Sources) -> RelatedForm<'a> {
    let (file, start, end) = file_range(label.span, sources);
    RelatedForm {
        message: &label.message,
        file: file.name(),
        start,
        end,
    }
}

fn fix_form<'a>(fix: &'a Fix, sources: &'a Sources) -> FixForm<'a> {
    let applicability = match fix.applicability {
        Applicability::Safe => "safe",
        Applicability::Unsafe => "unsafe",
    };
    let edits = fix.edits.iter().map(|edit| {
        let (file, start, end) = file_range(edit.span, sources);
        EditForm {
            file: file.name(),
            start,
            end,
            content: &edit.content,
        }
    });
    FixForm {
        title: &fix.title,
        applicability,
        edits: edits.collect(),
    }
}

fn mirror_form<'a>(mirror: &'a Mirror, verdict: &'a str) -> MirrorForm<'a> {
    let elements = |list: &'a Vec<Attribute<String>>| list.iter().map(visible_value).collect();
    MirrorForm {
        address: mirror.address.to_string(),
        cluster: mirror.cluster_name(),
        source: visible_value(&mirror.source),
        mirrors: mirror
            .mirrors
            .value()
            .filter(|_| !mirror.mirrors.sensitive)
            .map(elements),
        verdict,
    }
}

/// The value, if it is known and not sensitive.
fn visible_value(attribute: &Attribute<String>) -> Option<&str> {
    attribute
        .value()
        .filter(|_| !attribute.sensitive)
        .map(String::as_str)
}
