//! `github`: workflow commands, which GitHub shows as annotations at the changed lines.
//!
//! GitHub shows only ten annotations per step, so the most severe findings come first (docs.github.com, "Workflow
//! commands for GitHub Actions").

use super::format::{Format, Rendered, ReportView};
use std::cmp::Reverse;
use std::fmt::Write as _;

use crate::diagnostic::Severity;

use crate::output::finding_groups::group_findings;
use crate::output::text::Text;
use crate::untrusted::one_line;
use terraform_eval::source::{clean_path, display_name};

pub(super) static FORMAT: Format = Format {
    name: "github",
    help: "GitHub workflow commands, shown as annotations",
    render,
};

fn render(view: &ReportView<'_>) -> Rendered {
    let (report, sources) = (view.report, view.sources);
    let mut groups = group_findings(&report.findings);
    groups.sort_by_key(|group| Reverse(group.finding.severity));
    let mut text = Text::new();
    for error in view.errors {
        let file = match error.path.as_str() {
            "" => String::new(),
            path => format!(" file={}", escape_property(&path_in_repository(path, view))),
        };
        let lines = [Some(&error.message), error.help.as_ref()].into_iter().flatten();
        text.push_command("error", &file, &escape_lines(lines));
    }
    for group in groups {
        let finding = group.finding;
        let command = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "notice",
        };
        let mut properties = format!(" title={}", escape_property(finding.code.as_str()));
        if let Some(label) = &finding.primary {
            let file = sources.file(label.span.file);
            let range = label.span.range();
            let (start, end) = (file.location(range.start), file.location(range.end));
            // Writing to a string cannot fail.
            let _ = write!(
                properties,
                ",file={},line={}",
                escape_property(&path_in_repository(file.name(), view)),
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
        text.push_command(command, &properties, &escape_lines(lines.into_iter().flatten()));
    }
    Rendered::with_summary(text, view)
}

/// The path of a file from the top of the repository, where GitHub looks for it, whatever the current directory of the
/// step is.
fn path_in_repository(name: &str, view: &ReportView<'_>) -> String {
    let path = clean_path(&view.directory_in_repository.join(name));
    display_name(&path)
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
