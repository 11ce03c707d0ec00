//! `unmatchable-source`: a source in a form that image references never have.

use crate::diagnostic::Severity;
use crate::model::{Input, InputKinds, Mirror, MirrorLabels as _};
use registries_conf::{UnmatchableReason, find_match_issue};

use super::support::fixes::SuggestFix as _;
use super::{Check, Fixability, Rule, RuleOutcome};

pub(super) static RULE: Rule = Rule {
    name: "unmatchable-source",
    severity: Severity::Error,
    inputs: InputKinds::ALL,
    fix: Fixability::SafeOrUnsafe,
    page: include_str!("unmatchable_source.md"),
    check: Check::Mirror(check),
};

fn check(_: &Input, mirror: &Mirror) -> RuleOutcome {
    let Some(source) = mirror.source.value() else {
        return RuleOutcome::without_value(&mirror.source);
    };
    // `short-source` reports a source without a host.
    let issue = find_match_issue(source).filter(|issue| issue.reason != UnmatchableReason::NoHost);
    let Some(issue) = issue else {
        return RuleOutcome::clean();
    };
    let finding = RULE
        .finding(
            mirror,
            &format!("source {} {}", mirror.source.describe(), issue.reason),
        )
        .at_attribute(mirror, &mirror.source, "never matches an image reference")
        .note(
            "the container runtime compares expanded image references with sources literally, so this \
             mirror is never used",
        );
    RuleOutcome::finding(finding.suggest_name(
        &mirror.source,
        issue.suggestion.as_ref(),
        "write the name as it is in full image references",
    ))
}
