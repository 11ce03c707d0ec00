//! `json-lines`: one JSON object per finding, in the form of `json`.

use super::format::{Format, Rendered, ReportView};

use super::json::{error_form, finding_form};

pub(super) static FORMAT: Format = Format {
    name: "json-lines",
    help: "One JSON object per finding",
    render,
};

fn render(view: &ReportView<'_>) -> Rendered {
    let (report, sources) = (view.report, view.sources);
    let mut text = String::new();
    let errors = view.errors.iter().map(error_form);
    let findings = report
        .findings
        .iter()
        .map(|finding| finding_form(finding, sources));
    for form in errors.chain(findings) {
        text.push_str(&serde_json::to_string(&form).unwrap_or_default());
        text.push('\n');
    }
    Rendered::with_summary(text, view)
}
