//! The line that counts mirrors by verdict.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::check::Summary;
use crate::diagnostic::{Diagnostic, pluralize};
use crate::model::{InputKind, Project, SkipReason, Skipped, UnknownReason};
use crate::rules::UNKNOWN_VALUE;

use crate::untrusted::one_line;

/// Renders the line that counts mirrors by verdict:
///
/// `14 mirrors in 6 root modules: 11 clean, 2 with findings, 1 undecided (var.mirrors has no value)`
#[must_use]
pub(crate) fn summary_line(summary: &Summary, project: &Project, findings: &[Diagnostic]) -> String {
    let mut line = format!(
        "{} in {}: {} clean, {} with findings, {} undecided",
        pluralize(summary.mirrors, "mirror"),
        pluralize(summary.inputs, input_noun(project)),
        summary.clean,
        summary.with_findings,
        summary.undecided
    );
    if summary.undecided > 0
        && let Some(reason) = undecided_reason(findings)
    {
        let _ = write!(line, " ({reason})");
    }
    if summary.without_instances > 0 {
        let _ = write!(
            line,
            "; {} without instances",
            pluralize(summary.without_instances, "block")
        );
    }
    if summary.suppressed > 0 {
        let _ = write!(line, "; {} suppressed", summary.suppressed);
    }
    if summary.in_baseline > 0 {
        let _ = write!(line, "; {} in the baseline", summary.in_baseline);
    }
    let skipped = count_by_reason(&project.coverage.skipped);
    if !skipped.is_empty() {
        let _ = write!(line, "; {} skipped ({skipped})", summary.skipped);
    }
    if summary.unreadable > 0 {
        let _ = write!(
            line,
            "; {} could not be read",
            pluralize(summary.unreadable, "file")
        );
    }
    line
}

/// How much was skipped for each reason: `module not installed: 2, excluded: 1`.
pub(crate) fn count_by_reason<'s>(skipped: impl IntoIterator<Item = &'s Skipped>) -> String {
    let mut counts: BTreeMap<SkipReason, usize> = BTreeMap::new();
    for skipped in skipped {
        *counts.entry(skipped.reason).or_default() += 1;
    }
    let counts = counts
        .iter()
        .map(|(reason, count)| format!("{}: {count}", reason.phrase()));
    counts.collect::<Vec<_>>().join(", ")
}

/// The noun for the inputs of a project: that of their kind, if they are all of the same kind.
fn input_noun(project: &Project) -> &'static str {
    let mut kinds = project.inputs.iter().map(|input| input.kind);
    match kinds.next() {
        Some(first) if kinds.all(|kind| kind == first) => match first {
            InputKind::Configuration => "root module",
            InputKind::Plan => "plan",
            InputKind::TofuConfigJson => "configuration",
            InputKind::State => "state",
            InputKind::Manifest => "manifest",
            InputKind::RegistriesConf => "node",
        },
        None => "root module",
        Some(_) => "input",
    }
}

/// The reasons of the first undecided mirror, and how many other combinations of reasons there are.
fn undecided_reason(findings: &[Diagnostic]) -> Option<String> {
    let undecided = findings
        .iter()
        .filter(|finding| finding.code == UNKNOWN_VALUE.code());
    let reasons_of_mirrors = undecided
        .map(|finding| finding.reasons.as_slice())
        .filter(|reasons| !reasons.is_empty());
    let mut reasons: Vec<&[UnknownReason]> = Vec::new();
    for reasons_of_mirror in reasons_of_mirrors {
        if !reasons.contains(&reasons_of_mirror) {
            reasons.push(reasons_of_mirror);
        }
    }
    let first: Vec<String> = reasons.first()?.iter().map(ToString::to_string).collect();
    let first = one_line(&first.join("; "));
    Some(match reasons.len() - 1 {
        0 => first,
        more => format!("{first}; and {}", pluralize(more, "more reason")),
    })
}
