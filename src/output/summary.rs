//! The line that counts mirrors by verdict.

use std::fmt::Write as _;

use crate::check::Summary;
use crate::diagnostic::{Diagnostic, pluralize};
use crate::model::{InputKind, Project, UnknownReason};
use crate::rules::UNKNOWN_VALUE;

use super::printable::printable;

/// The last line: what was looked at, and what was said of it.
///
/// `14 mirrors in 6 configurations: 11 clean, 2 with findings, 1 undecided (var.mirrors has no value)`
#[must_use]
pub fn summary_line(summary: &Summary, project: &Project, findings: &[Diagnostic]) -> String {
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
    if summary.suppressed > 0 {
        let _ = write!(line, "; {} suppressed", summary.suppressed);
    }
    if summary.in_baseline > 0 {
        let _ = write!(line, "; {} in the baseline", summary.in_baseline);
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

/// What the configurations are called when they are all of one sort.
fn input_noun(project: &Project) -> &'static str {
    let mut inputs = project.inputs.iter().map(|configuration| configuration.kind);
    match inputs.next() {
        Some(first) if inputs.all(|input| input == first) => match first {
            InputKind::Configuration => "root module",
            InputKind::Plan => "plan",
            InputKind::TofuConfigJson => "configuration",
            InputKind::State => "state",
            InputKind::Manifest => "manifest",
        },
        None => "root module",
        Some(_) => "input",
    }
}

/// The reasons for undecided mirrors, as far as they fit in a line.
fn undecided_reason(findings: &[Diagnostic]) -> Option<String> {
    let undecided = findings
        .iter()
        .filter(|finding| finding.code == UNKNOWN_VALUE.code());
    let of_mirrors = undecided
        .map(|finding| finding.reasons.as_slice())
        .filter(|reasons| !reasons.is_empty());
    let mut reasons: Vec<&[UnknownReason]> = Vec::new();
    for of_mirror in of_mirrors {
        if !reasons.contains(&of_mirror) {
            reasons.push(of_mirror);
        }
    }
    let first = reasons.first()?.iter().map(ToString::to_string);
    let first = printable(&first.collect::<Vec<_>>().join("; "));
    Some(match reasons.len() - 1 {
        0 => first,
        more => format!("{first}; and {}", pluralize(more, "more reason")),
    })
}
