//! `removed-mirror`: a plan that deletes a mirror.

use std::collections::BTreeSet;

use crate::diagnostic::{Diagnostic, Severity};
use crate::model::{Action, EgressRestriction, Input, InputKinds, MirrorChange};
use terraform_eval::address::Address;

use super::support::plan_changes::ChangeLabels as _;
use super::{Check, Fixability, Rule, recreated_mirror};

pub(super) static RULE: Rule = Rule {
    name: "removed-mirror",
    severity: Severity::Warning,
    inputs: InputKinds::PLAN,
    fix: Fixability::None,
    page: include_str!("removed_mirror.md"),
    check: Check::PlanChanges(check),
};

fn check(input: &Input) -> Vec<Diagnostic> {
    let recreated: BTreeSet<&Address> = recreated_mirror::recreated_pairs(input)
        .into_iter()
        .map(|(_, deleted)| &deleted.address)
        .collect();
    let mirrored = mirrored_clusters(input);
    let changes = input.changes().mirrors.iter();
    changes
        .filter(|change| change.action == Action::Delete && !change.deposed)
        .filter(|change| !recreated.contains(&change.address))
        .filter_map(|change| report(input, &mirrored, change))
        .collect()
}

fn report(input: &Input, mirrored: &BTreeSet<&str>, change: &MirrorChange) -> Option<Diagnostic> {
    let before = change.before.as_ref();
    let id = before.and_then(|before| before.cluster_id.value());
    let cluster = id.and_then(|id| input.changes().clusters.get(id));
    if cluster.is_some_and(|cluster| cluster.deleted) {
        return None;
    }
    let source = before.map(|before| before.source.describe());
    let what = match &source {
        Some(source) => format!("the plan deletes the mirror of {source}"),
        None => "the plan deletes this mirror".to_owned(),
    };
    let seclusion = cluster
        .and_then(|cluster| cluster.egress_restriction)
        .filter(|_| id.is_some_and(|id| !mirrored.contains(id.as_str())));
    let mut finding = match seclusion {
        Some(seclusion) => {
            let kind = match seclusion {
                EgressRestriction::Private => "a private cluster",
                EgressRestriction::ZeroEgress => "a zero-egress cluster",
            };
            let mut finding = RULE.finding_about_change(change, &format!("{what}, the last one of {kind}"));
            finding.severity = Severity::Error;
            finding.note(
                "its nodes may not reach any other registry with these images: pods can no longer \
                 start",
            )
        }
        None => RULE
            .finding_about_change(change, &what)
            .note("after the apply, these images are pulled from the source itself"),
    };
    finding = finding.at_change(input, change, "deleted");
    Some(match help_for_reason(change.reason.as_deref()) {
        Some(help) => finding.help(help),
        None => finding,
    })
}

/// Returns the ids of the clusters that have a mirror after the plan.
fn mirrored_clusters(input: &Input) -> BTreeSet<&str> {
    let changes = input.changes().mirrors.iter();
    let after = changes.flat_map(|change| {
        let is_kept = change.action != Action::Delete;
        let after = change.after.as_ref().filter(|_| is_kept);
        let forgotten = change.before.as_ref().filter(|_| change.action.forgets());
        after.into_iter().chain(forgotten)
    });
    after
        .filter_map(|values| values.cluster_id.value())
        .map(String::as_str)
        .collect()
}

/// Returns the help for Terraform's reason for a deletion.
fn help_for_reason(reason: Option<&str>) -> Option<&'static str> {
    match reason? {
        "delete_because_no_resource_config" => Some(
            "its block was removed: if it was renamed, add a `moved` block; to keep the mirror, add a \
             `removed` block with `destroy = false`",
        ),
        "delete_because_no_module" => Some("its module was removed: if it was renamed, add a `moved` block"),
        "delete_because_no_move_target" => Some(
            "a `moved` block moves it to an address that the configuration does not declare: correct `to`",
        ),
        "delete_because_each_key" => {
            Some("its key was removed from `for_each`: restore the key if that was not intended")
        }
        "delete_because_count_index" => {
            Some("`count` decreased: restore the element if that was not intended")
        }
        "delete_because_wrong_repetition" => Some(
            "`count` or `for_each` was added to or removed from its block: add a `moved` block for its \
             new address",
        ),
        _ => None,
    }
}
