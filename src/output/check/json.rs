//! `json`: the report for programs. Within a version of the format, fields are added, but never removed or changed.
//! `docs/report.schema.json` describes it.

use super::format::{Format, Rendered, ReportView};
use serde::Serialize;
use std::collections::BTreeMap;

use crate::check::{Summary, Suppressed};
use crate::diagnostic::{Applicability, Diagnostic, Fix, Label, Severity};
use crate::model::{Attribute, Coverage, Mirror, MirrorId};
use crate::output::text::Text;
use crate::rules::{self, Rule};
use crate::untrusted::{Untrusted, json};
use crate::workspace::LoadError;
use terraform_eval::source::{SourceFile, Sources, Span};

/// The version of the format.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    tool: ToolForm,
    /// Whether everything could be read.
    complete: bool,
    /// Paths and options that could not be used. If there are any, the result is incomplete.
    errors: Vec<FindingForm<'a>>,
    findings: Vec<FindingForm<'a>>,
    suppressed: Vec<SuppressedForm<'a>>,
    mirrors: Vec<MirrorForm<'a>>,
    coverage: CoverageForm<'a>,
    fixed: Option<FixedForm<'a>>,
    summary: SummaryForm,
}

#[derive(Serialize)]
struct ToolForm {
    name: &'static str,
    version: &'static str,
    url: &'static str,
}

/// What `--fix` has changed before the check.
#[derive(Serialize)]
struct FixedForm<'a> {
    findings: usize,
    files: &'a [String],
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
    message: Untrusted<'a>,
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
    /// The page of the rule.
    url: Option<String>,
    severity: &'a str,
    message: Untrusted<'a>,
    note: Option<Untrusted<'a>>,
    help: Option<Untrusted<'a>>,
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
    message: Untrusted<'a>,
    file: &'a str,
    start: Position,
    end: Position,
}

#[derive(Serialize)]
struct FixForm<'a> {
    title: Untrusted<'a>,
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
    reason: Untrusted<'a>,
    file: &'a str,
    start: Position,
    end: Position,
}

#[derive(Serialize)]
struct MirrorForm<'a> {
    address: String,
    /// The root module, plan, state or manifest that the mirror belongs to.
    root: &'a str,
    file: &'a str,
    start: Position,
    cluster: String,
    source: Option<Untrusted<'a>>,
    mirrors: Option<Vec<Option<Untrusted<'a>>>>,
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
    mark: "\"name\": \"mirrorset\",\n    \"version\"",
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
    let inputs = view.project.inputs.iter();
    let roots: BTreeMap<MirrorId, &str> = inputs
        .flat_map(|input| {
            let mirrors = input.mirrors();
            mirrors.map(|mirror| (mirror.id, input.name.as_str()))
        })
        .collect();
    let document = Document {
        version: VERSION,
        tool: ToolForm {
            name: "mirrorset",
            version: env!("CARGO_PKG_VERSION"),
            url: env!("CARGO_PKG_REPOSITORY"),
        },
        complete: view.is_complete(),
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
            .map(|(mirror, verdict)| {
                let root = roots.get(&mirror.id).copied().unwrap_or_default();
                mirror_form(mirror, root, verdict.as_str(), sources)
            })
            .collect(),
        coverage: coverage_form(&view.project.coverage, sources),
        fixed: view.fixed.map(|fixed| FixedForm {
            findings: fixed.findings,
            files: &fixed.files,
        }),
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
    Rendered::complete(Text::from_document(&json::to_lines(&document)))
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
            message: Untrusted(&skipped.message),
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
        url: rules::by_code(diagnostic.code).map(Rule::url),
        severity: diagnostic.severity.as_str(),
        message: Untrusted(&diagnostic.message),
        note: diagnostic.note.as_deref().map(Untrusted),
        help: diagnostic.help.as_deref().map(Untrusted),
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
        url: None,
        severity: Severity::Error.as_str(),
        message: Untrusted(&error.message),
        note: None,
        help: error.help.as_deref().map(Untrusted),
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
            reason: Untrusted(&suppressed.reason),
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
        message: Untrusted(&label.message),
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
        title: Untrusted(&fix.title),
        applicability,
        edits: edits.collect(),
    }
}

fn mirror_form<'a>(
    mirror: &'a Mirror,
    root: &'a str,
    verdict: &'a str,
    sources: &'a Sources,
) -> MirrorForm<'a> {
    let (file, start, _) = file_range(mirror.span, sources);
    let elements = |list: &'a Vec<Attribute<String>>| list.iter().map(visible_value).collect();
    MirrorForm {
        address: mirror.address.to_string(),
        root,
        file: file.name(),
        start,
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
fn visible_value(attribute: &Attribute<String>) -> Option<Untrusted<'_>> {
    attribute
        .value()
        .filter(|_| !attribute.sensitive)
        .map(|value| Untrusted(value))
}
