//! `github`: workflow commands, which GitHub shows as annotations at the changed lines.
//!
//! GitHub shows ten annotations of each kind per step, so the most severe findings come first, and the tenth annotation of
//! a kind says how many more there are (docs.github.com, "Workflow commands for GitHub Actions").

use super::format::{Format, Rendered, ReportView};
use std::cmp::Reverse;
use std::fmt::Write as _;

use crate::diagnostic::{Severity, pluralize};

use crate::output::finding_groups::{FindingGroup, group_findings};
use crate::output::text::Text;
use crate::untrusted::one_line;

pub(super) static FORMAT: Format = Format {
    name: "github",
    help: "GitHub workflow commands, shown as annotations",
    mark: "title=mirrorset",
    render,
};

/// How many annotations of one kind GitHub shows.
const MAX_SHOWN: usize = 10;

fn render(view: &ReportView<'_>) -> Rendered {
    let report = view.report;
    let mut groups = group_findings(&report.findings);
    groups.sort_by_key(|group| Reverse(group.finding.severity));
    let mut text = Text::new();
    for error in view.errors {
        let file = match error.path.as_str() {
            "" => String::new(),
            path => format!(" file={}", escape_property(&view.repository.path(path))),
        };
        let lines = [Some(&error.message), error.help.as_ref()].into_iter().flatten();
        text.push_command("error", &file, &escape_lines(lines));
    }
    for groups in groups.chunk_by(|a, b| a.finding.severity == b.finding.severity) {
        // The errors above are of the same kind as the findings that are errors.
        let shown_before = match groups.first() {
            Some(group) if group.finding.severity == Severity::Error => view.errors.len(),
            _ => 0,
        };
        let shown = MAX_SHOWN.saturating_sub(shown_before);
        for (position, group) in groups.iter().enumerate() {
            if position + 1 == shown && groups.len() > shown {
                push_rest(&mut text, group.finding.severity, groups.len() - position);
            }
            push_group(&mut text, group, view);
        }
    }
    Rendered::with_summary(text, view)
}

/// Says how many findings of a severity GitHub does not show as annotations.
fn push_rest(text: &mut Text, severity: Severity, count: usize) {
    let message = format!(
        "{} of this severity: GitHub shows {MAX_SHOWN} annotations, the log of this step has all of them",
        pluralize(count, "more finding")
    );
    text.push_command(command(severity), " title=mirrorset", &escape_message(&message));
}

fn push_group(text: &mut Text, group: &FindingGroup<'_>, view: &ReportView<'_>) {
    let finding = group.finding;
    let rule = escape_property(finding.code.as_str());
    let mut properties = format!(" title=mirrorset {rule}");
    if let Some(label) = &finding.primary {
        let file = view.sources.file(label.span.file);
        let range = label.span.range();
        let (start, end) = (file.location(range.start), file.location(range.end));
        // Writing to a string cannot fail.
        let _ = write!(
            properties,
            ",file={},line={}",
            escape_property(&view.repository.path(file.name())),
            start.line
        );
        let _ = write!(properties, ",endLine={}", end.line);
        // GitHub rejects columns of a range over several lines.
        if start.line == end.line {
            let _ = write!(properties, ",col={},endColumn={}", start.column, end.column);
        }
    }
    let message = group.message();
    let lines = [Some(&message), finding.note.as_ref(), finding.help.as_ref()];
    text.push_command(
        command(finding.severity),
        &properties,
        &escape_lines(lines.into_iter().flatten()),
    );
}

fn command(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "notice",
    }
}

/// The lines of a message, of which an input can end none.
fn escape_lines<'l>(lines: impl Iterator<Item = &'l String>) -> String {
    let lines: Vec<String> = lines.map(|line| escape_message(line)).collect();
    lines.join("%0A")
}

/// Escapes a line of the message of a command. GitHub decodes `%0A` in it.
fn escape_message(text: &str) -> String {
    one_line(text).replace('%', "%25")
}

/// Escapes the value of a property, which a comma or a colon would end as well.
fn escape_property(text: &str) -> String {
    escape_message(text).replace(':', "%3A").replace(',', "%2C")
}
