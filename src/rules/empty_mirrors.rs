//! `empty-mirrors`: a list without mirrors, or with an empty string.

use crate::diagnostic::{Diagnostic, Severity};
use crate::model::{
    Attribute, AttributeValue, ConfigurationIssueKind, Input, InputKinds, Mirror, MirrorLabels as _,
};

use super::support::source_names;
use super::{Check, Fixability, Rule, RuleOutcome};

pub(super) static RULE: Rule = Rule {
    name: "empty-mirrors",
    severity: Severity::Error,
    inputs: InputKinds::DECLARED,
    fix: Fixability::None,
    page: include_str!("empty_mirrors.md"),
    check: Check::MirrorAndInput(check, |input| {
        RULE.report_issues(input, ConfigurationIssueKind::EmptyMirrors)
    }),
};

/// Whether an entry has no mirrors at all.
fn has_no_mirrors(mirror: &Mirror) -> bool {
    match &mirror.mirrors.content {
        AttributeValue::Absent => true,
        AttributeValue::Known(list) => list.is_empty(),
        AttributeValue::Unknown(_) => false,
    }
}

/// Checks one mirror.
#[must_use]
pub(crate) fn check(_: &Input, mirror: &Mirror) -> RuleOutcome {
    if mirror.resource().is_none() && has_no_mirrors(mirror) {
        let mut finding = RULE
            .finding(mirror, "the entry has no mirrors")
            .at_attribute(mirror, &mirror.mirrors, "at least one mirror is required")
            .note("nodes ignore the entry")
            .help("add a mirror, or remove the entry");
        // The API server accepts it.
        finding.severity = Severity::Warning;
        return RuleOutcome::finding(finding);
    }
    if mirror.mirrors.value().is_some_and(Vec::is_empty) {
        return RuleOutcome::finding(
            RULE.finding(mirror, "mirrors is empty")
                .at_attribute(mirror, &mirror.mirrors, "at least one mirror is required")
                .note("the provider rejects an empty list")
                .help("add a mirror, or remove the resource"),
        );
    }
    let mut outcome = RuleOutcome::of_each_mirror(mirror, |index, element, text| {
        if !text.is_empty() {
            return RuleOutcome::clean();
        }
        RuleOutcome::finding(
            RULE.finding(mirror, &format!("mirrors[{index}] is an empty string"))
                .at_attribute(mirror, element, "not a mirror")
                .note(source_names::rejection_note(mirror))
                .help("write a mirror, or remove the element"),
        )
    });
    if mirror.resource().is_some() {
        outcome.findings.extend(null_elements(mirror));
    }
    outcome
}

/// The elements that are null: Terraform and the plan of the provider accept them.
fn null_elements(mirror: &Mirror) -> impl Iterator<Item = Diagnostic> {
    let elements = mirror.mirrors.value().into_iter().flatten().enumerate();
    let is_null = |(_, element): &(usize, &Attribute<String>)| element.content == AttributeValue::Absent;
    elements.filter(is_null).map(|(index, element)| {
        RULE.finding(mirror, &format!("mirrors[{index}] is null"))
            .at_attribute(mirror, element, "null")
            .note(
                "the plan succeeds; the provider fails when it creates the mirror: `Value Conversion Error`",
            )
            .help("write a mirror, or remove the element; `compact` removes null elements")
    })
}
