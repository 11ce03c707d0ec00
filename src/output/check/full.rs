//! `full`: findings with excerpts, for people.

mod layout;

use super::format::{Format, Rendered, ReportView};
use codespan_reporting::diagnostic::{self as codespan, LabelStyle};
use codespan_reporting::term::{Chars, Config, Styles, StylesWriter, emit_to_write_style};
use termcolor::{Ansi, NoColor, WriteColor};

use crate::diagnostic::{Diagnostic, Severity};
use crate::model::HiddenTexts;
use terraform_eval::source::Sources;

use crate::output::excerpt::Excerpts;
use crate::output::finding_groups::FindingGroup;
use crate::output::finding_groups::group_findings;
use crate::output::redaction::RedactedSources;
use crate::output::style::{Style, link};
use crate::output::text::Text;
use crate::output::wrap::wrap_for;
use crate::parallel::Threads;
use crate::rules;
use crate::untrusted::{Untrusted, one_line};

/// Most findings with their excerpts have fewer bytes.
const TYPICAL_BYTES: usize = 2 << 10;

pub(super) static FORMAT: Format = Format {
    name: "full",
    help: "Human-readable text, with source excerpts",
    mark: " with findings, ",
    render,
};

fn render(view: &ReportView<'_>) -> Rendered {
    let mut text = render_findings(
        &view.report.findings,
        &view.project.sensitive,
        view.sources,
        view.style,
    );
    if !view.is_quiet {
        let summary = one_line(&view.summary_line());
        text.append(&Text::from_styled(wrap_for(&summary, "  ", view.style) + "\n"));
    }
    Rendered::complete(text)
}

/// Renders findings without a summary. The text at `sensitive` is masked.
#[must_use]
pub fn render_findings(
    findings: &[Diagnostic],
    sensitive: &HiddenTexts,
    sources: &Sources,
    style: Style,
) -> Text {
    let redacted = RedactedSources::new(findings, sources, sensitive, style);
    let groups = group_findings(findings);
    let rendered = Threads::OF_PROCESSOR.map(&groups, |group| render_group(group, &redacted, style));
    Text::from_styled(rendered.concat())
}

fn render_group(group: &FindingGroup<'_>, redacted: &RedactedSources<'_>, style: Style) -> String {
    let buffer = Vec::with_capacity(TYPICAL_BYTES);
    let bytes = if style.colors {
        emit(group, redacted, Ansi::new(buffer), style).into_inner()
    } else {
        emit(group, redacted, NoColor::new(buffer), style).into_inner()
    };
    // Only texts are written.
    let text = String::from_utf8(bytes).unwrap_or_default();
    let text = match group.finding.severity {
        Severity::Info => with_info_header(&text),
        Severity::Warning | Severity::Error => text,
    };
    layout::lay_out(&with_link(text, group.finding, style), style)
}

/// Links the rule in the header to its page.
fn with_link(text: String, finding: &Diagnostic, style: Style) -> String {
    match rules::by_code(finding.code) {
        Some(rule) if style.links => {
            let name = format!("[{}]", rule.name);
            let linked = format!("[{}]", link(rule.name, &rule.url(), style));
            text.replacen(&name, &linked, 1)
        }
        _ => text,
    }
}

/// Replaces the word `note` in the header by `info`.
///
/// codespan-reporting has no severity `info`, and neither its `Config` nor its `Styles` can change the words of its
/// severities. The header is the first line, and the severity is its first word: only escape sequences, which do not contain
/// `note`, can precede it.
fn with_info_header(text: &str) -> String {
    text.replacen("note", "info", 1)
}

fn emit<W: WriteColor>(
    group: &FindingGroup<'_>,
    redacted: &RedactedSources<'_>,
    mut writer: W,
    style: Style,
) -> W {
    let finding = group.finding;
    let mut excerpts = Excerpts::new(redacted);
    let mut labels = Vec::new();
    for (label_style, label) in finding
        .primary
        .iter()
        .map(|label| (LabelStyle::Primary, label))
        .chain(finding.related.iter().map(|label| (LabelStyle::Secondary, label)))
    {
        let (excerpt, range) = excerpts.show(label.span);
        labels.push(codespan::Label::new(label_style, excerpt, range).with_message(one_line(&label.message)));
    }
    let mut diagnostic = codespan::Diagnostic::new(codespan_severity(finding.severity))
        .with_message(group.message())
        .with_labels(labels)
        .with_notes(codespan_notes(finding));
    diagnostic.code = Some(finding.code.to_string()).filter(|code| !code.is_empty());
    let palette = Styles::default();
    let mut styled = StylesWriter::new(&mut writer, &palette);
    let config = Config {
        chars: if style.ascii {
            Chars::ascii()
        } else {
            Chars::box_drawing()
        },
        ..Config::default()
    };
    // Writing to memory cannot fail, and every label is inside its excerpt.
    let result = emit_to_write_style(&mut styled, &config, &excerpts, &diagnostic);
    debug_assert!(result.is_ok(), "{result:?}");
    writer
}

fn codespan_notes(finding: &Diagnostic) -> Vec<String> {
    let note = finding
        .note
        .iter()
        .map(|note| format!("note: {}", Untrusted(note)));
    let help = finding
        .help
        .iter()
        .map(|help| format!("help: {}", Untrusted(help)));
    note.chain(help).collect()
}

fn codespan_severity(severity: Severity) -> codespan::Severity {
    match severity {
        Severity::Info => codespan::Severity::Note,
        Severity::Warning => codespan::Severity::Warning,
        Severity::Error => codespan::Severity::Error,
    }
}
