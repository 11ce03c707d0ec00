//! `json-lines`: one JSON object per finding, in the form of `json`.

use super::format::{Format, Rendered, ReportView};

use super::json::{error_form, finding_form};
use crate::output::text::Text;
use crate::untrusted::json;

pub(super) static FORMAT: Format = Format {
    name: "json-lines",
    help: "One JSON object per finding",
    mark: "{\"rule\":",
    render,
};

fn render(view: &ReportView<'_>) -> Rendered {
    let (report, sources) = (view.report, view.sources);
    let mut text = Text::new();
    let errors = view.errors.iter().map(error_form);
    let findings = report
        .findings
        .iter()
        .map(|finding| finding_form(finding, sources));
    for form in errors.chain(findings) {
        text.append(&Text::from_document(&json::to_line(&form)));
    }
    Rendered::with_summary(text, view)
}
