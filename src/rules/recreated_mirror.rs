//! `recreated-mirror`: a mirror that moves to another address without a `moved` block.

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, Severity};
use crate::model::{Input, InputKinds, MirrorChange, MirrorValues};

use super::support::plan_changes::{ChangeLabels as _, cluster_and_source};
use super::{Check, Fixability, Rule};

pub(super) static RULE: Rule = Rule {
    name: "recreated-mirror",
    severity: Severity::Error,
    inputs: InputKinds::PLAN,
    fix: Fixability::None,
    page: include_str!("recreated_mirror.md"),
    check: Check::PlanChanges(check),
};

/// Returns the changes that create a mirror which another change deletes, each with that other change; or which a change,
/// perhaps the same, forgets, so that it continues to exist.
pub(super) fn recreated_pairs(input: &Input) -> Vec<(&MirrorChange, &MirrorChange)> {
    let changes = &input.changes().mirrors;
    let mut deleted: BTreeMap<(&str, String), Vec<&MirrorChange>> = BTreeMap::new();
    for change in changes
        .iter()
        .filter(|change| change.action.deletes() || change.action.forgets())
    {
        if let Some(key) = change.before.as_ref().and_then(cluster_and_source) {
            deleted.entry(key).or_default().push(change);
        }
    }
    let mut pairs = Vec::new();
    for change in changes.iter().filter(|change| change.action.creates()) {
        let key = change.after.as_ref().and_then(cluster_and_source);
        let others = key.and_then(|key| deleted.get(&key)).into_iter().flatten();
        let other = others
            .filter(|other| other.address != change.address || change.action.forgets())
            .copied()
            .next();
        pairs.extend(other.map(|other| (change, other)));
    }
    pairs
}

fn check(input: &Input) -> Vec<Diagnostic> {
    recreated_pairs(input)
        .into_iter()
        .map(|(created, deleted)| report(input, created, deleted))
        .collect()
}

fn report(input: &Input, created: &MirrorChange, deleted: &MirrorChange) -> Diagnostic {
    let source = created.after.as_ref().map_or_else(String::new, shown_source);
    if deleted.action.forgets() {
        return report_forgotten(input, created, deleted, &source);
    }
    let what = format!(
        "the mirror of {source} is deleted at {} and created again",
        deleted.address
    );
    let help = if created.action.replaces() || deleted.action.replaces() {
        // Both objects exist, so there is nothing to move: the sources were exchanged.
        "give each mirror an address that does not depend on its index in a list (`for_each` over a map \
         or a set of the sources), and move the objects there with `moved` blocks"
            .to_owned()
    } else {
        format!(
            "add a `moved` block, so that both are the same object: `from = {}` and `to = {}`",
            deleted.address, created.address
        )
    };
    RULE.finding_about_change(created, &what)
        .at_change(input, created, "created here")
        .related(deleted.span, "deleted here")
        .note(format!(
            "{} does not order the two actions, and the OCM API rejects a second mirror for the same source",
            input.engine
        ))
        .help(help)
}

/// Reports a mirror that is created again while the one that Terraform forgets still exists.
fn report_forgotten(
    input: &Input,
    created: &MirrorChange,
    forgotten: &MirrorChange,
    source: &str,
) -> Diagnostic {
    let what = format!(
        "the mirror of {source} is forgotten at {}, so it still exists, and created again",
        forgotten.address
    );
    let help = if created.address == forgotten.address {
        "remove `destroy = false` from the `lifecycle` of this resource, so that the mirror is deleted first"
            .to_owned()
    } else {
        format!(
            "instead of the `removed` block, add a `moved` block: `from = {}` and `to = {}`",
            forgotten.address, created.address
        )
    };
    RULE.finding_about_change(created, &what)
        .at_change(input, created, "created here")
        .related(forgotten.span, "forgotten here")
        .note("the OCM API rejects a second mirror for the same source (HTTP 400): the apply fails")
        .help(help)
}

fn shown_source(values: &MirrorValues) -> String {
    values.source.describe()
}
