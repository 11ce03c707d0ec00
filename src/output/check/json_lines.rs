//! `json-lines`: one JSON object a finding, of the form that `json` gives it.

use super::format::{Format, Rendered, ReportView};

use super::json::finding;

pub(super) static FORMAT: Format = Format {
    name: "json-lines",
    help: "One JSON object per finding",
    render,
};

fn render(view: &ReportView<'_>) -> Rendered {
    let (report, sources) = (view.report, view.sources);
    let mut text = String::new();
    for found in &report.findings {
        text.push_str(&serde_json::to_string(&finding(found, sources)).unwrap_or_default());
        text.push('\n');
    }
    Rendered::with_summary(text, view)
}
