//! How many findings each rule has, for `--statistics`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::diagnostic::{Code, Severity};
use crate::output::style::link;
use crate::output::text::Text;
use crate::rules;

use super::format::ReportView;

/// Renders one line per rule with findings, the one with the most findings first: `3 error[short-source] source has …`.
#[must_use]
pub(crate) fn statistics(view: &ReportView<'_>) -> Text {
    // The count, and the highest severity.
    let mut counts: BTreeMap<Code, (usize, Severity)> = BTreeMap::new();
    for finding in &view.report.findings {
        let (count, severity) = counts.entry(finding.code).or_insert((0, finding.severity));
        *count += 1;
        *severity = finding.severity.max(*severity);
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by(|(a, (count_a, _)), (b, (count_b, _))| {
        count_b.cmp(count_a).then_with(|| a.as_str().cmp(b.as_str()))
    });
    let width = counts
        .first()
        .map_or(0, |(_, (count, _))| count.to_string().len());
    let mut text = String::new();
    for (code, (count, severity)) in counts {
        let rule = rules::by_code(code);
        let name = rule.map_or_else(
            || code.to_string(),
            |rule| link(rule.name, &rule.url(), view.style),
        );
        let summary = rule.map_or("", rules::Rule::summary);
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{count:>width$} {}[{name}] {summary}", severity.as_str());
    }
    Text::from_styled(text)
}
