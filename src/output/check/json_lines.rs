//! `json-lines`: one JSON object per finding, in the form of `json`.

use super::format::{Format, Rendered, ReportView};

use super::json::finding_form;

pub(super) static FORMAT: Format = Format {
    name: "json-lines",
    help: "One JSON object per finding",
    render,
};

fn render(view: &ReportView<'_>) -> Rendered {
    let (report, sources) = (view.report, view.sources);
    let mut text = String::new();
    for finding in &report.findings {
        text.push_str(&serde_json::to_string(&finding_form(finding, sources)).unwrap_or_default());
        text.push('\n');
    }
    Rendered::with_summary(text, view)
}
