//! `invalid-mirror`: a mirror that is not a valid name.

use crate::diagnostic::Severity;
use crate::model::{Input, InputKinds, Mirror, MirrorLabels as _};
use registries_conf::{
    Diagnosis, NameIssueKind, Role, SuggestedName, diagnose, find_rewrite_issue, is_loopback,
};

use super::support::fixes::SuggestFix as _;
use super::support::source_names;
use super::{Check, Fixability, Rule, RuleOutcome};

pub(super) static RULE: Rule = Rule {
    name: "invalid-mirror",
    severity: Severity::Error,
    inputs: InputKinds::ALL,
    fix: Fixability::SafeOrUnsafe,
    page: include_str!("invalid_mirror.md"),
    check: Check::Mirror(check),
};

/// Checks one mirror.
#[must_use]
pub(crate) fn check(_: &Input, mirror: &Mirror) -> RuleOutcome {
    RuleOutcome::of_each_mirror(mirror, |_, element, text| {
        // `empty-mirrors` reports an empty string.
        if text.is_empty() {
            return RuleOutcome::clean();
        }
        let diagnosis = diagnose(text, Role::Mirror);
        let issue_kinds = || diagnosis.issues.iter().map(|issue| issue.kind);
        // `local-mirror` reports an IPv6 address of the node itself.
        if diagnosis.issues.is_empty()
            || (is_loopback(text) && issue_kinds().all(|kind| kind == NameIssueKind::InvalidHost))
        {
            return RuleOutcome::clean();
        }
        let finding = RULE
            .finding(
                mirror,
                &format!(
                    "mirror {} {}",
                    element.describe(),
                    source_names::list_issues(issue_kinds())
                ),
            )
            .at_attribute(mirror, element, "not a registry, namespace or repository")
            .note(source_names::rejection_note(mirror));
        RuleOutcome::finding(finding.suggest_name(
            element,
            suggested_mirror(mirror, &diagnosis).as_ref(),
            "write `host[:port][/path]`",
        ))
    })
}

/// Returns the name to suggest, in a form that the container runtime can rewrite to.
fn suggested_mirror(mirror: &Mirror, diagnosis: &Diagnosis<'_>) -> Option<SuggestedName> {
    let valid = diagnosis.suggest_name()?;
    let source = mirror
        .source
        .value()
        .and_then(|source| source_names::intended_source(source));
    let issue = source.and_then(|source| find_rewrite_issue(&source, &valid.name));
    match issue {
        None => Some(valid),
        Some(issue) => issue.suggestion.map(|suggestion| SuggestedName {
            name: suggestion.name,
            applicability: suggestion.applicability.max(valid.applicability),
        }),
    }
}
