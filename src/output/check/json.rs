//! `json`: the whole report for programs, versioned. Fields are added, never changed, within a version.

use super::format::{Format, Rendered, ReportView};
use serde::Serialize;

use crate::check::{Summary, Suppressed};
use crate::diagnostic::{Applicability, Diagnostic, Fix, Label};
use crate::model::{Attribute, Mirror};
use terraform_eval::source::{SourceFile, Sources, Span};

/// The version of the format.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    findings: Vec<Finding<'a>>,
    suppressed: Vec<SuppressedForm<'a>>,
    mirrors: Vec<MirrorEntry<'a>>,
    summary: Counts,
}

/// A finding as programs read it.
#[derive(Serialize)]
pub(super) struct Finding<'a> {
    rule: &'a str,
    severity: &'a str,
    message: &'a str,
    note: Option<&'a str>,
    help: Option<&'a str>,
    address: Option<String>,
    file: Option<&'a str>,
    start: Option<Position>,
    end: Option<Position>,
    related: Vec<Related<'a>>,
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
struct Related<'a> {
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
    finding: Finding<'a>,
    suppression: Suppression<'a>,
}

#[derive(Serialize)]
struct Suppression<'a> {
    reason: &'a str,
    file: &'a str,
    start: Position,
    end: Position,
}

#[derive(Serialize)]
struct MirrorEntry<'a> {
    address: String,
    cluster: String,
    source: Option<&'a str>,
    mirrors: Option<Vec<Option<&'a str>>>,
    verdict: &'a str,
}

#[derive(Serialize)]
struct Counts {
    mirrors: usize,
    clean: usize,
    with_findings: usize,
    undecided: usize,
    files: usize,
    unreadable: usize,
    suppressed: usize,
    in_baseline: usize,
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
        files,
        unreadable,
        suppressed,
        in_baseline,
        ..
    } = report.summary;
    let document = Document {
        version: VERSION,
        findings: report
            .findings
            .iter()
            .map(|found| finding(found, sources))
            .collect(),
        suppressed: report
            .suppressed
            .iter()
            .map(|found| self::suppressed(found, sources))
            .collect(),
        mirrors: report
            .mirrors
            .iter()
            .map(|(mirror, verdict)| self::mirror(mirror, verdict.as_str()))
            .collect(),
        summary: Counts {
            mirrors,
            clean,
            with_findings,
            undecided,
            files,
            unreadable,
            suppressed,
            in_baseline,
        },
    };
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    Rendered::complete(text)
}

pub(super) fn finding<'a>(found: &'a Diagnostic, sources: &'a Sources) -> Finding<'a> {
    let place = found.primary.as_ref().map(|label| range(label.span, sources));
    let (file, start, end) = match place {
        Some((file, start, end)) => (Some(file.name()), Some(start), Some(end)),
        None => (None, None, None),
    };
    Finding {
        rule: found.code.as_str(),
        severity: found.severity.as_str(),
        message: &found.message,
        note: found.note.as_deref(),
        help: found.help.as_deref(),
        address: found.subject.as_ref().map(ToString::to_string),
        file,
        start,
        end,
        related: found
            .related
            .iter()
            .map(|label| related(label, sources))
            .collect(),
        fix: found.fix.as_ref().map(|change| fix(change, sources)),
    }
}

fn suppressed<'a>(found: &'a Suppressed, sources: &'a Sources) -> SuppressedForm<'a> {
    let (file, start, end) = range(found.suppression_span, sources);
    SuppressedForm {
        finding: finding(&found.finding, sources),
        suppression: Suppression {
            reason: &found.reason,
            file: file.name(),
            start,
            end,
        },
    }
}

fn range(span: Span, sources: &Sources) -> (&SourceFile, Position, Position) {
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

fn related<'a>(label: &'a Label, sources: &'a Sources) -> Related<'a> {
    let (file, start, end) = range(label.span, sources);
    Related {
        message: &label.message,
        file: file.name(),
        start,
        end,
    }
}

fn fix<'a>(change: &'a Fix, sources: &'a Sources) -> FixForm<'a> {
    let applicability = match change.applicability {
        Applicability::Safe => "safe",
        Applicability::Unsafe => "unsafe",
    };
    let edits = change.edits.iter().map(|edit| {
        let (file, start, end) = range(edit.span, sources);
        EditForm {
            file: file.name(),
            start,
            end,
            content: &edit.content,
        }
    });
    FixForm {
        title: &change.title,
        applicability,
        edits: edits.collect(),
    }
}

fn mirror<'a>(mirror: &'a Mirror, verdict: &'a str) -> MirrorEntry<'a> {
    let elements = |list: &'a Vec<Attribute<String>>| list.iter().map(shown).collect();
    MirrorEntry {
        address: mirror.address.to_string(),
        cluster: mirror.cluster_name(),
        source: shown(&mirror.source),
        mirrors: mirror
            .mirrors
            .value()
            .filter(|_| !mirror.mirrors.sensitive)
            .map(elements),
        verdict,
    }
}

/// A value that is known and may be shown.
fn shown(attribute: &Attribute<String>) -> Option<&str> {
    attribute
        .value()
        .filter(|_| !attribute.sensitive)
        .map(String::as_str)
}
