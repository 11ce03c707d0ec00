//! `node-rollout`: what a plan means for the nodes of a cluster.

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, Severity, count};
use crate::model::{Action, Input, MirrorChange};

use super::changed::ChangeFinding as _;
use super::{Check, Documentation, Fixability, Inputs, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "node-rollout",
    severity: Severity::Info,
    inputs: Inputs::Plan,
    fix: Fixability::None,
    summary: "how many mirrors of a cluster the plan changes, which replaces its workers",
    documentation: Documentation {
        what: "Counts for each cluster the mirrors that a plan creates, updates, replaces or deletes.",
        why: "Every change to the mirrors of a hosted cluster rolls out to all of its node pools: each worker is \
               drained and replaced, by default one at a time (hypershift, \
               `HostedCluster.spec.imageContentSources`). Whoever applies the plan should know that, and may want \
               to put several changes into one plan.",
        failing: r#"
{"format_version":"1.2",
  "planned_values":{"root_module":{"resources":[
    {"address":"rhcs_image_mirror.nginx","mode":"managed","type":"rhcs_image_mirror","name":"nginx",
      "values":{"cluster_id":"2lbbrpgkocgajphhqee7vku1pgd4qsge","mirrors":["mirror.example.com/library/nginx"],"source":"docker.io/library/nginx","type":"digest"}}]}},
  "resource_changes":[
    {"address":"rhcs_image_mirror.nginx","mode":"managed","type":"rhcs_image_mirror","name":"nginx","change":{
      "actions":["create"],
      "before":null,
      "after":{"cluster_id":"2lbbrpgkocgajphhqee7vku1pgd4qsge","mirrors":["mirror.example.com/library/nginx"],"source":"docker.io/library/nginx","type":"digest"}}}]}
"#,
        passing: r#"
{"format_version":"1.2",
  "planned_values":{"root_module":{"resources":[
    {"address":"rhcs_image_mirror.nginx","mode":"managed","type":"rhcs_image_mirror","name":"nginx",
      "values":{"cluster_id":"2lbbrpgkocgajphhqee7vku1pgd4qsge","id":"1a","mirrors":["mirror.example.com/library/nginx"],"source":"docker.io/library/nginx","type":"digest"}}]}},
  "resource_changes":[
    {"address":"rhcs_image_mirror.nginx","mode":"managed","type":"rhcs_image_mirror","name":"nginx","change":{
      "actions":["no-op"],
      "before":{"cluster_id":"2lbbrpgkocgajphhqee7vku1pgd4qsge","id":"1a","mirrors":["mirror.example.com/library/nginx"],"source":"docker.io/library/nginx","type":"digest"},
      "after":{"cluster_id":"2lbbrpgkocgajphhqee7vku1pgd4qsge","id":"1a","mirrors":["mirror.example.com/library/nginx"],"source":"docker.io/library/nginx","type":"digest"}}}]}
"#,
    },
    check: Check::Changes(check),
};

fn check(configuration: &Input) -> Vec<Diagnostic> {
    let mut clusters: BTreeMap<String, Vec<&MirrorChange>> = BTreeMap::new();
    for change in &configuration.changes.mirrors {
        let counts = matches!(
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
        let gone = id
            .and_then(|id| configuration.changes.clusters.get(id))
            .is_some_and(|cluster| cluster.deleted);
        if counts && !(gone && change.action == Action::Delete) {
            clusters
                .entry(cluster_of(configuration, change))
                .or_default()
                .push(change);
        }
    }
    clusters
        .into_iter()
        .filter_map(|(cluster, changes)| report(configuration, &cluster, &changes))
        .collect()
}

/// The cluster for people: its address where the plan has it, or else its id.
fn cluster_of(configuration: &Input, change: &MirrorChange) -> String {
    let sides = [&change.after, &change.before];
    let id = sides.iter().find_map(|side| {
        let id = &side.as_ref()?.cluster_id;
        id.value().filter(|_| !id.sensitive)
    });
    match (id, configuration.mirror(&change.address)) {
        (Some(id), _) => match configuration.changes.clusters.get(id) {
            Some(cluster) => cluster.address.to_string(),
            None => id.clone(),
        },
        (None, Some(mirror)) => mirror.cluster_name(),
        (None, None) => "a cluster".to_owned(),
    }
}

fn report(configuration: &Input, cluster: &str, changes: &[&MirrorChange]) -> Option<Diagnostic> {
    let first = changes.first()?;
    let part = |word: &str, wanted: &dyn Fn(Action) -> bool| {
        let number = changes.iter().filter(|change| wanted(change.action)).count();
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
        "{cluster}: the plan changes {} ({}), which replaces its workers",
        count(changes.len(), "image mirror"),
        parts.join(", ")
    );
    let label = if changes.len() == 1 {
        "changed"
    } else {
        "the first one"
    };
    let finding = Diagnostic::new(RULE.name, RULE.severity, message);
    Some(finding.at_change(configuration, first, label))
}
