//! `unrewritable-mirror`: a mirror that the container runtime cannot rewrite to.

use crate::diagnostic::{Diagnostic, Severity};
use crate::model::{Attribute, AttributeValue, Input, InputKinds, Mirror, MirrorLabels as _};
use registries_conf::{AffectedImages, RewriteIssue, SuggestedName, UnrewritableReason, find_rewrite_issue};

use super::support::fixes::SuggestFix as _;
use super::support::source_names;
use super::{Check, Fixability, Rule, RuleOutcome};

pub(super) static RULE: Rule = Rule {
    name: "unrewritable-mirror",
    severity: Severity::Error,
    inputs: InputKinds::ALL,
    fix: Fixability::SafeOrUnsafe,
    page: include_str!("unrewritable_mirror.md"),
    check: Check::Mirror(check),
};

fn check(_: &Input, mirror: &Mirror) -> RuleOutcome {
    let source = mirror
        .source
        .value()
        .and_then(|source| source_names::intended_source(source));
    RuleOutcome::of_each_mirror(mirror, |_, element, text| {
        let Some(source) = &source else {
            return for_any_source(mirror, element, text);
        };
        // `mirror-name-too-long` reports names that are only too long.
        match find_rewrite_issue(source, text).filter(|issue| issue.reason != UnrewritableReason::TooLong) {
            Some(issue) => RuleOutcome::finding(report(mirror, element, &issue, issue.suggestion.as_ref())),
            None => RuleOutcome::clean(),
        }
    })
}

/// Decides without the source, if the outcome is the same for every source. The source determines how many
/// components must follow the host: a registry needs the fewest, a repository the most.
fn for_any_source(mirror: &Mirror, element: &Attribute<String>, text: &str) -> RuleOutcome {
    let least = find_rewrite_issue("registry.example.com", text);
    let most = find_rewrite_issue("registry.example.com/namespace/repository", text);
    match (least, most, &mirror.source.content) {
        (Some(issue), _, _) if issue.reason != UnrewritableReason::TooLong => {
            RuleOutcome::finding(report(mirror, element, &issue, None))
        }
        (_, Some(issue), AttributeValue::Unknown(unknown)) if issue.reason != UnrewritableReason::TooLong => {
            RuleOutcome::undecided(unknown.clone())
        }
        _ => RuleOutcome::clean(),
    }
}

fn report(
    mirror: &Mirror,
    element: &Attribute<String>,
    issue: &RewriteIssue,
    suggestion: Option<&SuggestedName>,
) -> Diagnostic {
    let label = match issue.affected {
        AffectedImages::All => "no image can be rewritten to this mirror",
        AffectedImages::UpToOneLevelBelow => "no image of the namespace can be rewritten to this mirror",
        AffectedImages::SourceItself => "the image cannot be rewritten to this mirror",
    };
    RULE.finding(mirror, &format!("mirror {} {}", element.describe(), issue.reason))
        .at_attribute(mirror, element, label)
        .note(format!(
            "every pull {} from the source fails: the container runtime tries neither the other mirrors \
             nor the source",
            source_names::pull_kind_label(mirror)
        ))
        .suggest_name(
            element,
            suggestion,
            "write the full name, beginning with a host that has a dot or a port",
        )
}
