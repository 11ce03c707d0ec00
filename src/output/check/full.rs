//! `full`: findings with excerpts, for people.

use codespan_reporting::diagnostic::{self as codespan, LabelStyle};
use codespan_reporting::term::{Config, Styles, StylesWriter, emit_to_write_style};
use termcolor::{Ansi, NoColor, WriteColor};

use crate::check::Report;
use crate::diagnostic::{Diagnostic, Severity};
use crate::model::Project;
use terraform_eval::source::{Sources, Span};

use crate::output::excerpt::Excerpts;
use crate::output::redaction::RedactedSources;
use crate::output::{Group, group_findings, printable, summary_line};

/// The report as text, coloured or not.
#[must_use]
pub fn render(report: &Report<'_>, project: &Project, sources: &Sources, coloured: bool) -> String {
    let mut text = findings(&report.findings, &project.sensitive, sources, coloured);
    text.push_str(&summary_line(&report.summary, project, &report.findings));
    text.push('\n');
    text
}

/// Findings alone. `sensitive` is text that is not shown.
#[must_use]
pub fn findings(findings: &[Diagnostic], sensitive: &[Span], sources: &Sources, coloured: bool) -> String {
    let covered = RedactedSources::new(findings, sources, sensitive);
    let mut text = String::new();
    for group in group_findings(findings) {
        text.push_str(&finding(&group, &covered, coloured));
    }
    text
}

fn finding(group: &Group<'_>, covered: &RedactedSources<'_>, coloured: bool) -> String {
    let bytes = if coloured {
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

fn draw<W: WriteColor>(group: &Group<'_>, covered: &RedactedSources<'_>, mut writer: W) -> W {
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
    drawn.code = (!finding.rule.is_empty()).then(|| finding.rule.to_owned());
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
