//! `reordered-mirrors`: an update that changes only the order.

use crate::diagnostic::{Diagnostic, Severity};
use crate::model::{Action, Input, InputKinds, MirrorChange};

use super::support::plan_changes::{ChangeLabels as _, format_list};
use super::{Check, Fixability, Rule};

pub(super) static RULE: Rule = Rule {
    name: "reordered-mirrors",
    severity: Severity::Info,
    inputs: InputKinds::PLAN,
    fix: Fixability::None,
    page: include_str!("reordered_mirrors.md"),
    check: Check::PlanChanges(check),
};

fn check(input: &Input) -> Vec<Diagnostic> {
    let changes = input.changes().mirrors.iter();
    changes
        .filter(|change| change.action == Action::Update && is_reordered(change))
        .map(|change| report(input, change))
        .collect()
}

fn is_reordered(change: &MirrorChange) -> bool {
    let (Some(before), Some(after)) = (&change.before, &change.after) else {
        return false;
    };
    let (Some(mut old), Some(mut new)) = (before.known_mirrors(), after.known_mirrors()) else {
        return false;
    };
    let differs = old != new;
    old.sort_unstable();
    new.sort_unstable();
    differs && old == new && before.mirror_type.content == after.mirror_type.content
}

fn report(input: &Input, change: &MirrorChange) -> Diagnostic {
    let before = change.before.as_ref().map(|before| format_list(&before.mirrors));
    let mirror = input.mirror(&change.address);
    let finding = RULE.finding_about_change(change, "the plan changes only the order of its mirrors");
    let label = format!("was {}", before.unwrap_or_default());
    let finding = match mirror.and_then(|mirror| mirror.mirrors.span) {
        Some(span) => finding.at(span, label),
        None => finding.at_change(input, change, &label),
    };
    finding.note("mirrors are tried in this order; the change replaces the workers of the cluster")
}
