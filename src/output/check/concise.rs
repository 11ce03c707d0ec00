//! `concise`: one line per finding, `path:line:column: severity[rule] message`.

use super::format::{Format, Rendered, ReportView};
use crate::output::finding_groups::group_findings;
use crate::output::text::Text;
use crate::untrusted::line_start;

pub(super) static FORMAT: Format = Format {
    name: "concise",
    help: "One line per finding",
    mark: " with findings, ",
    render,
};

fn render(view: &ReportView<'_>) -> Rendered {
    let (report, sources) = (view.report, view.sources);
    let mut text = Text::new();
    for group in group_findings(&report.findings) {
        let finding = group.finding;
        let position = if let Some(label) = &finding.primary {
            let file = sources.file(label.span.file);
            let start = file.location(label.span.range().start);
            format!("{}:{}:{}: ", line_start(file.name()), start.line, start.column)
        } else {
            String::new()
        };
        text.push_line(format_args!(
            "{position}{}[{}] {}",
            finding.severity.as_str(),
            finding.code,
            group.message()
        ));
    }
    if view.is_file {
        text.push_line(view.summary_line());
        return Rendered::complete(text);
    }
    Rendered::with_summary(text, view)
}
