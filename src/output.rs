//! Printing a report: one file a format. Output is a pure function of the report and its sources.

pub mod check;
pub mod diff;
pub mod eval;
mod excerpt;
mod redaction;
pub mod resolve;
pub mod rules;

use std::fmt::Write as _;

use crate::check::Summary;
use crate::diagnostic::{Diagnostic, pluralize};
use crate::model::Project;
use crate::rules::UNKNOWN_VALUE;

/// A finding as people read it: once for all the instances of one block that have it alike.
struct Group<'a> {
    finding: &'a Diagnostic,
    /// How many more findings are the same but for their address.
    more: usize,
}

/// Puts findings of the same rule at the same place with the same words together. The findings are
/// sorted by place, so that those stand side by side.
fn group_findings(findings: &[Diagnostic]) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for finding in findings {
        match groups.last_mut() {
            Some(group) if differs_only_by_instance(group.finding, finding) => group.more += 1,
            _ => groups.push(Group { finding, more: 0 }),
        }
    }
    groups
}

fn differs_only_by_instance(a: &Diagnostic, b: &Diagnostic) -> bool {
    a.primary.is_some()
        && a.rule == b.rule
        && a.severity == b.severity
        && a.address.is_some()
        && a.primary == b.primary
        && without_address(a) == without_address(b)
}

fn without_address(finding: &Diagnostic) -> &str {
    let address = finding.address.as_deref().unwrap_or_default();
    finding.message.strip_prefix(address).unwrap_or(&finding.message)
}

impl Group<'_> {
    fn message(&self) -> String {
        let message = printable(&self.finding.message);
        match self.more {
            0 => message,
            more => format!("{message} (and {})", pluralize(more, "more instance")),
        }
    }
}

/// A text without the control characters by which a hostile file could steer a terminal.
#[must_use]
pub fn printable(text: &str) -> String {
    text.chars()
        .map(|c| {
            if c.is_control() && c != '\n' {
                char::REPLACEMENT_CHARACTER
            } else {
                c
            }
        })
        .collect()
}

/// The last line: what was looked at, and what was said of it.
///
/// `14 mirrors in 6 configurations: 11 clean, 2 with findings, 1 undecided (var.mirrors has no value)`
#[must_use]
pub fn summary_line(summary: &Summary, project: &Project, findings: &[Diagnostic]) -> String {
    let mut line = format!(
        "{} in {}: {} clean, {} with findings, {} undecided",
        pluralize(summary.mirrors, "mirror"),
        pluralize(summary.configurations, input_noun(project)),
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
    use crate::model::InputKind;
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

/// Why mirrors are undecided, as far as it fits in a line.
fn undecided_reason(findings: &[Diagnostic]) -> Option<String> {
    let mut reasons: Vec<&str> = Vec::new();
    for finding in findings
        .iter()
        .filter(|finding| finding.rule == UNKNOWN_VALUE.name)
    {
        let (_, reason) = without_address(finding)
            .trim_start_matches(": ")
            .split_once(": ")?;
        if !reasons.contains(&reason) {
            reasons.push(reason);
        }
    }
    let first = printable(reasons.first()?);
    Some(match reasons.len() - 1 {
        0 => first,
        more => format!("{first}; and {}", pluralize(more, "more reason")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Severity;
    use terraform_eval::source::{Sources, Span};

    #[test]
    fn instances_of_one_block_are_said_once() {
        let file = Sources::new().add("a.tf", "x");
        let at = |address: &str, what: &str| {
            Diagnostic::new("r", Severity::Error, format!("{address}: {what}"))
                .at_address(address)
                .at(Span::new(file, 0, 1), "")
        };
        let findings = [
            at("a[0]", "wrong"),
            at("a[1]", "wrong"),
            at("a[2]", "otherwise wrong"),
        ];
        let messages: Vec<String> = group_findings(&findings).iter().map(Group::message).collect();
        assert_eq!(
            messages,
            ["a[0]: wrong (and 1 more instance)", "a[2]: otherwise wrong"]
        );
    }
}
