//! `rdjson`: the diagnostic format of reviewdog (github.com/reviewdog/reviewdog, `proto/rdf`).
//!
//! Columns count bytes, and paths count from the current directory, in which reviewdog runs as well.

use serde::Serialize;

use crate::diagnostic::{Diagnostic, Fix, Severity};
use crate::output::finding_groups::FindingGroup;
use crate::output::text::Text;
use crate::rules;
use crate::untrusted::{json, one_line};
use terraform_eval::source::{SourceFile, Span};

use super::format::{Format, Rendered, ReportView};

pub(super) static FORMAT: Format = Format {
    name: "rdjson",
    help: "Diagnostics for reviewdog",
    mark: "\"name\": \"mirrorset\",\n    \"url\"",
    render,
};

#[derive(Serialize)]
struct DiagnosticResult<'a> {
    source: Source,
    diagnostics: Vec<DiagnosticForm<'a>>,
}

#[derive(Serialize)]
struct Source {
    name: &'static str,
    url: &'static str,
}

#[derive(Serialize)]
struct DiagnosticForm<'a> {
    message: String,
    severity: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<Code<'a>>,
    location: Location<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<RelatedLocation<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suggestions: Vec<Suggestion<'a>>,
}

#[derive(Serialize)]
struct Code<'a> {
    value: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    range: Option<Range>,
}

#[derive(Serialize)]
struct RelatedLocation<'a> {
    message: String,
    location: Location<'a>,
}

#[derive(Serialize)]
struct Suggestion<'a> {
    range: Range,
    text: &'a str,
}

#[derive(Serialize)]
struct Range {
    start: Position,
    end: Position,
}

#[derive(Serialize)]
struct Position {
    line: usize,
    column: usize,
}

fn render(view: &ReportView<'_>) -> Rendered {
    let mut diagnostics = Vec::new();
    for error in view.errors {
        diagnostics.push(DiagnosticForm {
            message: lines(&[Some(&error.message), error.help.as_deref()]),
            severity: "ERROR",
            code: None,
            location: Location {
                path: Some(error.path.as_str())
                    .filter(|path| !path.is_empty())
                    .unwrap_or("."),
                range: None,
            },
            related_locations: Vec::new(),
            suggestions: Vec::new(),
        });
    }
    diagnostics.extend(view.groups().iter().map(|group| diagnostic_form(group, view)));
    let result = DiagnosticResult {
        source: Source {
            name: "mirrorset",
            url: env!("CARGO_PKG_REPOSITORY"),
        },
        diagnostics,
    };
    Rendered::with_summary(Text::from_document(&json::to_lines(&result)), view)
}

fn diagnostic_form<'a>(group: &FindingGroup<'a>, view: &ReportView<'a>) -> DiagnosticForm<'a> {
    let finding: &Diagnostic = group.finding;
    let message = group.message();
    let related = finding.related.iter().map(|label| RelatedLocation {
        message: one_line(&label.message),
        location: location(label.span, view),
    });
    DiagnosticForm {
        message: lines(&[Some(&message), finding.note.as_deref(), finding.help.as_deref()]),
        severity: match finding.severity {
            Severity::Error => "ERROR",
            Severity::Warning => "WARNING",
            Severity::Info => "INFO",
        },
        code: Some(Code {
            value: finding.code.as_str(),
            url: rules::by_code(finding.code).map(rules::Rule::url),
        }),
        location: match &finding.primary {
            Some(label) => location(label.span, view),
            None => Location {
                path: ".",
                range: None,
            },
        },
        related_locations: related.collect(),
        suggestions: suggestion(finding, view).into_iter().collect(),
    }
}

/// The suggestion of a fix with one edit in the file of the finding: reviewdog applies each suggestion by itself.
fn suggestion<'a>(finding: &'a Diagnostic, view: &ReportView<'_>) -> Option<Suggestion<'a>> {
    let (Some(Fix { edits, .. }), Some(primary)) = (&finding.fix, &finding.primary) else {
        return None;
    };
    match edits.as_slice() {
        [edit] if edit.span.file == primary.span.file => Some(Suggestion {
            range: range(edit.span, view),
            text: &edit.content,
        }),
        _ => None,
    }
}

fn lines(parts: &[Option<&str>]) -> String {
    let parts: Vec<String> = parts.iter().flatten().map(|part| one_line(part)).collect();
    parts.join("\n")
}

fn location<'a>(span: Span, view: &ReportView<'a>) -> Location<'a> {
    Location {
        path: view.sources.file(span.file).name(),
        range: Some(range(span, view)),
    }
}

fn range(span: Span, view: &ReportView<'_>) -> Range {
    let file = view.sources.file(span.file);
    Range {
        start: position(file, span.range().start),
        end: position(file, span.range().end),
    }
}

fn position(file: &SourceFile, offset: usize) -> Position {
    let offset = offset.min(file.text().len());
    let line = file.line_index(offset);
    let start = file.line_start(line).unwrap_or(offset);
    Position {
        line: line + 1,
        column: offset - start + 1,
    }
}
