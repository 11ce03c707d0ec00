//! `concise`: one line per finding, `path:line:column: severity[rule] message`.

use super::format::{Format, Rendered, ReportView};
use std::fmt::Write as _;

use crate::output::finding_groups::group_findings;
use crate::output::printable;

pub(super) static FORMAT: Format = Format {
    name: "concise",
    help: "One line per finding",
    render,
};

fn render(view: &ReportView<'_>) -> Rendered {
    let (report, sources) = (view.report, view.sources);
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
        let _ = writeln!(text, "{}[{}] {message}", finding.severity.as_str(), finding.code);
    }
    Rendered::with_summary(text, view)
}
