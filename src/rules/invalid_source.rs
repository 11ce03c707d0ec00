//! `invalid-source`: a source that is not a valid name.

use std::borrow::Cow;

use crate::diagnostic::Severity;
use crate::model::{Input, InputKinds, Mirror, MirrorLabels as _};
use registries_conf::{NameIssueKind, Role, diagnose};

use super::support::fixes::SuggestFix as _;
use super::support::source_names;
use super::{Check, Fixability, Rule, RuleOutcome};

pub(super) static RULE: Rule = Rule {
    name: "invalid-source",
    severity: Severity::Error,
    inputs: InputKinds::ALL,
    fix: Fixability::SafeOrUnsafe,
    page: include_str!("invalid_source.md"),
    check: Check::Mirror(check),
};

/// Checks one mirror.
#[must_use]
pub(crate) fn check(_: &Input, mirror: &Mirror) -> RuleOutcome {
    let Some(source) = mirror.source.value() else {
        return RuleOutcome::without_value(&mirror.source);
    };
    let issue_kinds = issue_kinds(source);
    if issue_kinds.is_empty() {
        return RuleOutcome::clean();
    }
    let finding = RULE
        .finding(
            mirror,
            &format!(
                "source {} {}",
                mirror.source.describe(),
                source_names::list_issues(issue_kinds)
            ),
        )
        .at_attribute(mirror, &mirror.source, "not a registry, namespace or repository")
        .note(source_names::rejection_note(mirror));
    RuleOutcome::finding(finding.suggest_name(
        &mirror.source,
        source_names::suggested_source(source).as_ref(),
        "write `host[:port][/path]`, or `*.host` for all subdomains of a host",
    ))
}

/// Returns the kinds of issues of a source. White space around a short name is added, because the diagnosis of the expanded
/// name does not include it.
fn issue_kinds(source: &str) -> Vec<NameIssueKind> {
    // `short-source` reports a missing host.
    let name = source_names::with_host(source);
    let padded = matches!(name, Cow::Owned(_)) && source.trim() != source;
    let diagnosis = diagnose(&name, Role::Source);
    let diagnosed_kinds = diagnosis.issues.iter().map(|issue| issue.kind);
    padded
        .then_some(NameIssueKind::Whitespace)
        .into_iter()
        .chain(diagnosed_kinds)
        .collect()
}
