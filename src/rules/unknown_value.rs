//! `unknown-value`: which rules could not decide, and why. Reported where outcomes are counted.

use crate::diagnostic::{Diagnostic, Severity, join_with_and, pluralize};
use crate::model::{
    Action, AttributeValue, Input, InputKinds, Mirror, MirrorChange, Project, UnknownReason, UnknownReasons,
};
use terraform_eval::source::Span;

use super::{Check, Fixability, Rule};

pub(crate) static RULE: Rule = Rule {
    name: crate::cluster_mirrors::UNKNOWN_VALUE,
    severity: Severity::Info,
    inputs: InputKinds::ALL,
    fix: Fixability::None,
    page: include_str!("unknown_value.md"),
    check: Check::External,
};

/// Returns the finding about a mirror for which some rules could not decide, or `None` if all could.
///
/// A mirror with unknown elements of `mirrors` is undecided, whichever rules ran.
#[must_use]
pub(crate) fn report(
    input: &Input,
    mirror: &Mirror,
    rules: &[(&'static str, &UnknownReasons)],
) -> Option<Diagnostic> {
    let unknown_values = unknown_values(mirror);
    let causes = rules
        .iter()
        .map(|(_, unknown)| *unknown)
        .chain(mirror.unknown_instances())
        .chain(unknown_values.iter().map(|(_, unknown, _)| *unknown));
    let causes: Vec<_> = causes
        .flat_map(|unknown| unknown.reasons.iter().cloned())
        .collect();
    if causes.is_empty() {
        return None;
    }
    let unknown = UnknownReasons::from_reasons(causes);
    let values: Vec<&str> = unknown_values.iter().map(|(name, ..)| name.as_str()).collect();
    let what = if values.is_empty() && mirror.unknown_instances().is_some() {
        format!("the number of instances is unknown: {unknown}")
    } else if values.is_empty() {
        format!("undecided: {unknown}")
    } else {
        let verb = if values.len() == 1 { "is" } else { "are" };
        format!("{} {verb} unknown: {unknown}", join_with_and(&values))
    };
    let span = unknown_values
        .iter()
        .find_map(|(.., span)| *span)
        .or_else(|| match mirror.resource() {
            Some(resource) if resource.instances.is_none() => resource.cluster_id.span,
            _ => None,
        })
        .unwrap_or(mirror.span);
    let mut finding = RULE.finding(mirror, &what).because(&unknown).at(span, "unknown");
    if !rules.is_empty() {
        let names: Vec<&str> = rules.iter().map(|(name, _)| *name).collect();
        finding = finding.note(format!("could not decide: {}", names.join(", ")));
    }
    finding.help = unknown.help(input);
    Some(finding)
}

/// Returns the finding about a plan that is incomplete, or that Terraform failed to complete.
#[must_use]
pub(crate) fn report_plan(input: &Input) -> Option<Diagnostic> {
    let name = &input.name;
    let changes = &input.changes();
    if let Some(span) = changes.errored {
        let message = format!(
            "{name}: {} failed while it created this plan, so mirrors may be missing from it",
            input.engine
        );
        let mut finding = RULE
            .diagnostic(message)
            .at(span, "the plan cannot be applied")
            .help(
                input
                    .engine
                    .in_words("fix the errors that `terraform plan` reports, then use the new plan"),
            );
        // Such a plan must not pass as checked.
        finding.severity = Severity::Warning;
        return Some(finding);
    }
    if let Some(span) = changes.incomplete {
        let why = match changes.deferred {
            0 => " (`-target`, or deferred changes)".to_owned(),
            number => format!(
                ": {} defers {} to a later plan",
                input.engine,
                pluralize(number, "change")
            ),
        };
        let finding = RULE.diagnostic(format!("{name}: this plan is incomplete{why}"));
        return Some(
            finding
                .at(span, "another plan must follow")
                .help("apply this plan, then use the following plan as well"),
        );
    }
    let is_change = |change: &MirrorChange| {
        change.action.creates() || change.action.deletes() || change.action == Action::Update
    };
    let has_changes = changes
        .mirrors
        .iter()
        .any(|change| is_change(change) && !change.deposed);
    // Terraform does not apply a plan without changes either.
    changes.not_applyable.filter(|_| has_changes).map(|span| {
        RULE.diagnostic(format!("{name}: this plan cannot be applied"))
            .at(span, format!("{} does not apply it", input.engine))
            .help(
                input
                    .engine
                    .in_words("create the plan again, and fix what `terraform plan` reports"),
            )
    })
}

/// The findings about the plans of a project that are incomplete, or that Terraform failed to complete, as warnings: what
/// is made of such a plan may lack mirrors.
#[must_use]
pub(crate) fn report_plans(project: &Project) -> Vec<Diagnostic> {
    let findings = project.inputs.iter().filter_map(report_plan);
    let as_warning = |finding: Diagnostic| Diagnostic {
        severity: Severity::Warning,
        ..finding
    };
    findings.map(as_warning).collect()
}

/// Returns the unknown values of a mirror. `cluster_id` is one of them only if it could not be evaluated: else its origin
/// matters, and the rules about it report whether they could trace it.
fn unknown_values(mirror: &Mirror) -> Vec<(String, &UnknownReasons, Option<Span>)> {
    let mut values = Vec::new();
    if let Some(cluster_id) = mirror.resource().map(|resource| &resource.cluster_id)
        && let Some(unknown) = cluster_id
            .as_unknown()
            .filter(|unknown| is_not_evaluated(unknown))
    {
        values.push(("cluster_id".to_owned(), unknown, cluster_id.span));
    }
    let mirror_type = mirror.resource().map(|resource| ("type", &resource.mirror_type));
    for (name, attribute) in std::iter::once(("source", &mirror.source)).chain(mirror_type) {
        if let Some(unknown) = attribute.as_unknown() {
            values.push((name.to_owned(), unknown, attribute.span));
        }
    }
    match &mirror.mirrors.content {
        AttributeValue::Unknown(unknown) => values.push(("mirrors".to_owned(), unknown, mirror.mirrors.span)),
        AttributeValue::Known(elements) => {
            for (index, element) in elements.iter().enumerate() {
                if let Some(unknown) = element.as_unknown() {
                    values.push((format!("mirrors[{index}]"), unknown, element.span));
                }
            }
        }
        AttributeValue::Absent => {}
    }
    // A value that Terraform rejects is reported by another rule.
    values.retain(|(_, unknown, _)| !unknown.is_rejected());
    values
}

/// Whether a value is unknown because this program cannot evaluate it.
fn is_not_evaluated(unknown: &UnknownReasons) -> bool {
    let is_ours = |reason: &UnknownReason| {
        matches!(
            reason,
            UnknownReason::EvaluationFailed(_) | UnknownReason::NotEvaluated(_)
        )
    };
    unknown.reasons.iter().any(is_ours)
}
