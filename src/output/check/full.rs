//! `full`: findings with excerpts, for people.

use super::format::{Format, Rendered, ReportView};
use codespan_reporting::diagnostic::{self as codespan, LabelStyle};
use codespan_reporting::term::{Config, Styles, StylesWriter, emit_to_write_style};
use termcolor::{Ansi, NoColor, WriteColor};

use crate::diagnostic::{Diagnostic, Severity};
use terraform_eval::source::{Sources, Span};

use crate::output::excerpt::Excerpts;
use crate::output::finding_groups::FindingGroup;
use crate::output::finding_groups::group_findings;
use crate::output::printable;
use crate::output::redaction::RedactedSources;

pub(super) static FORMAT: Format = Format {
    name: "full",
    help: "Human-readable text, with source excerpts",
    render,
};

fn render(view: &ReportView<'_>) -> Rendered {
    let mut text = render_findings(
        &view.report.findings,
        &view.project.sensitive,
        view.sources,
        view.use_colors,
    );
    text.push_str(&view.summary_line());
    text.push('\n');
    Rendered::complete(text)
}

/// Renders findings without a summary. The text at `sensitive` is masked.
#[must_use]
pub fn render_findings(
    findings: &[Diagnostic],
    sensitive: &[Span],
    sources: &Sources,
    use_colors: bool,
) -> String {
    let covered = RedactedSources::new(findings, sources, sensitive);
    let mut text = String::new();
    for group in group_findings(findings) {
        text.push_str(&finding(&group, &covered, use_colors));
    }
    text
}

fn finding(group: &FindingGroup<'_>, covered: &RedactedSources<'_>, use_colors: bool) -> String {
    let bytes = if use_colors {
        draw(group, covered, Ansi::new(Vec::new())).into_inner()
    } else {
        draw(group, covered, NoColor::new(Vec::new())).into_inner()
    };
    let text = String::from_utf8_lossy(&bytes).into_owned();
    // codespan has no `info` and calls it `note`: the first word that it writes.
    if group.finding.severity == Severity::Info {
        text.replacen("note", "info", 1)
    } else {
        text
    }
}

fn draw<W: WriteColor>(group: &FindingGroup<'_>, covered: &RedactedSources<'_>, mut writer: W) -> W {
    let finding = group.finding;
    let mut excerpts = Excerpts::new(covered);
    let mut labels = Vec::new();
    for (style, label) in finding
        .primary
        .iter()
        .map(|label| (LabelStyle::Primary, label))
        .chain(finding.related.iter().map(|label| (LabelStyle::Secondary, label)))
    {
        let (piece, place) = excerpts.show(label.span);
        labels.push(codespan::Label::new(style, piece, place).with_message(printable(&label.message)));
    }
    let mut drawn = codespan::Diagnostic::new(severity(finding.severity))
        .with_message(group.message())
        .with_labels(labels)
        .with_notes(notes(finding));
    drawn.code = Some(finding.code.to_string()).filter(|code| !code.is_empty());
    let palette = Styles::default();
    let mut styled = StylesWriter::new(&mut writer, &palette);
    // Writing to memory cannot fail, and every label is inside its piece.
    let drawn = emit_to_write_style(&mut styled, &Config::default(), &excerpts, &drawn);
    debug_assert!(drawn.is_ok(), "{drawn:?}");
    writer
}

fn notes(finding: &Diagnostic) -> Vec<String> {
    let note = finding
        .note
        .iter()
        .map(|note| format!("note: {}", printable(note)));
    let help = finding
        .help
        .iter()
        .map(|help| format!("help: {}", printable(help)));
    note.chain(help).collect()
}

fn severity(severity: Severity) -> codespan::Severity {
    match severity {
        Severity::Info => codespan::Severity::Note,
        Severity::Warning => codespan::Severity::Warning,
        Severity::Error => codespan::Severity::Error,
    }
}
