//! `concise`: one line a finding, `path:line:column: severity[rule] message`.

use std::fmt::Write as _;

use crate::check::Report;
use terraform_eval::source::Sources;

use crate::output::{group_findings, printable};

/// The report as lines. A finding without a place begins with its severity.
#[must_use]
pub fn render(report: &Report<'_>, sources: &Sources) -> String {
    let mut text = String::new();
    for group in group_findings(&report.findings) {
        let finding = group.finding;
        if let Some(label) = &finding.primary {
            let file = sources.file(label.span.file);
            let start = file.location(label.span.range().start);
            let _ = write!(
                text,
                "{}:{}:{}: ",
                printable(file.name()),
                start.line,
                start.column
            );
        }
        let message = group.message().replace('\n', " ");
        let _ = writeln!(text, "{}[{}] {message}", finding.severity.as_str(), finding.rule);
    }
    text
}
