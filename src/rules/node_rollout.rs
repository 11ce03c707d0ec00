//! `node-rollout`: what a plan means for the nodes of a cluster.

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, Severity, pluralize};
use crate::model::{Action, Input, InputKinds, MirrorChange};

use super::support::plan_changes::ChangeLabels as _;
use super::{Check, Fixability, Rule};

pub(super) static RULE: Rule = Rule {
    name: "node-rollout",
    severity: Severity::Info,
    inputs: InputKinds::PLAN,
    fix: Fixability::None,
    page: include_str!("node_rollout.md"),
    check: Check::PlanChanges(check),
};

fn check(input: &Input) -> Vec<Diagnostic> {
    let mut clusters: BTreeMap<String, Vec<&MirrorChange>> = BTreeMap::new();
    for change in &input.changes.mirrors {
        let is_rollout = matches!(
            change.action,
            Action::Create
                | Action::Update
                | Action::Delete
                | Action::DeleteThenCreate
                | Action::CreateThenDelete
        );
        let id = change
            .before
            .as_ref()
            .and_then(|before| before.cluster_id.value());
        let is_deleted = id
            .and_then(|id| input.changes.clusters.get(id))
            .is_some_and(|cluster| cluster.deleted);
        if is_rollout && !(is_deleted && change.action == Action::Delete) {
            clusters
                .entry(cluster_name(input, change))
                .or_default()
                .push(change);
        }
    }
    clusters
        .into_iter()
        .filter_map(|(cluster, changes)| report(input, &cluster, &changes))
        .collect()
}

/// Names the cluster: by its address if it is in the plan, else by its id.
fn cluster_name(input: &Input, change: &MirrorChange) -> String {
    let sides = [&change.after, &change.before];
    let id = sides.iter().find_map(|side| {
        let id = &side.as_ref()?.cluster_id;
        id.value().filter(|_| !id.sensitive)
    });
    match (id, input.mirror(&change.address)) {
        (Some(id), _) => match input.changes.clusters.get(id) {
            Some(cluster) => cluster.address.to_string(),
            None => id.clone(),
        },
        (None, Some(mirror)) => mirror.cluster_name(),
        (None, None) => "a cluster".to_owned(),
    }
}

fn report(input: &Input, cluster: &str, changes: &[&MirrorChange]) -> Option<Diagnostic> {
    let first = changes.first()?;
    let part = |word: &str, is_part: &dyn Fn(Action) -> bool| {
        let number = changes.iter().filter(|change| is_part(change.action)).count();
        (number > 0).then(|| format!("{number} {word}"))
    };
    let parts: Vec<String> = [
        part("created", &|action| action == Action::Create),
        part("updated", &|action| action == Action::Update),
        part("replaced", &Action::replaces),
        part("deleted", &|action| action == Action::Delete),
    ]
    .into_iter()
    .flatten()
    .collect();
    let message = format!(
        "the plan changes {} ({}), which replaces its workers",
        pluralize(changes.len(), "image mirror"),
        parts.join(", ")
    );
    let label = if changes.len() == 1 {
        "changed"
    } else {
        "the first change"
    };
    let finding = RULE.diagnostic(message).about(cluster);
    Some(finding.at_change(input, first, label))
}
