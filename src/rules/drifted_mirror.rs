//! `drifted-mirror`: a mirror that was changed outside of Terraform.

use crate::diagnostic::{Diagnostic, Severity};
use crate::model::{Action, Input, InputKinds, MirrorChange};
use terraform_eval::dialect::Engine;

use super::support::plan_changes::{ChangeLabels as _, format_list};
use super::{Check, Fixability, Rule};

pub(super) static RULE: Rule = Rule {
    name: "drifted-mirror",
    severity: Severity::Info,
    inputs: InputKinds::PLAN,
    fix: Fixability::None,
    page: include_str!("drifted_mirror.md"),
    check: Check::PlanChanges(check),
};

fn check(input: &Input) -> Vec<Diagnostic> {
    let drift = input.changes().drift.iter();
    drift
        .filter(|change| matches!(change.action, Action::Update | Action::Delete) && !change.deposed)
        .map(|change| {
            RULE.finding_about_change(change, &what(input.engine, change))
                .at_change(input, change, "differs from the state")
                .related(change.span, "recorded here")
        })
        .collect()
}

/// Describes how the mirror differs from the state.
fn what(engine: Engine, change: &MirrorChange) -> String {
    let (Some(before), Some(after)) = (&change.before, &change.after) else {
        return format!("the mirror was deleted outside of {engine}");
    };
    let mut differences = Vec::new();
    for (name, old, new) in [
        ("cluster_id", &before.cluster_id, &after.cluster_id),
        ("source", &before.source, &after.source),
        ("type", &before.mirror_type, &after.mirror_type),
    ] {
        if old.content_differs(new) {
            differences.push(format!(
                "`{name}` (from {} to {})",
                old.describe(),
                new.describe()
            ));
        }
    }
    let (old, new) = (format_list(&before.mirrors), format_list(&after.mirrors));
    if old != new {
        differences.push(format!("`mirrors` (from {old} to {new})"));
    }
    if differences.is_empty() {
        return format!("the mirror was updated outside of {engine}; its arguments are unchanged");
    }
    format!("{} changed outside of {engine}", differences.join(" and "))
}
