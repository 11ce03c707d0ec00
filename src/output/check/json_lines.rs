//! `json-lines`: one JSON object a finding, of the form that `json` gives it.

use crate::check::Report;
use terraform_eval::source::Sources;

use crate::output::check::json::finding;

/// The report as lines.
#[must_use]
pub fn render(report: &Report<'_>, sources: &Sources) -> String {
    let mut text = String::new();
    for found in &report.findings {
        text.push_str(&serde_json::to_string(&finding(found, sources)).unwrap_or_default());
        text.push('\n');
    }
    text
}
