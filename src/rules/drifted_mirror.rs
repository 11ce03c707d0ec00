//! `drifted-mirror`: a mirror that was changed by somebody else.

use crate::diagnostic::{Diagnostic, Severity};
use crate::model::{Action, Input, MirrorChange};

use super::changed::{ChangeFinding as _, listed};
use super::{Check, Documentation, Fixability, Inputs, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "drifted-mirror",
    severity: Severity::Info,
    inputs: Inputs::Plan,
    fix: Fixability::None,
    summary: "a mirror was changed outside of Terraform",
    documentation: Documentation {
        what: "Looks in a plan for mirrors that Terraform found to be different from its state: changed or deleted \
               by the `rosa` command line, by the console or by another configuration.",
        why: "The plan is about to undo what somebody did, or it builds on it. Either is worth a question before \
               the apply (`resource_drift` in the plan).",
        failing: r#"
{"format_version":"1.2",
  "planned_values":{"root_module":{"resources":[
    {"address":"rhcs_image_mirror.nginx","mode":"managed","type":"rhcs_image_mirror","name":"nginx",
      "values":{"cluster_id":"2lbbrpgkocgajphhqee7vku1pgd4qsge","id":"1a","mirrors":["mirror.example.com/library/nginx"],"source":"docker.io/library/nginx","type":"digest"}}]}},
  "resource_drift":[
    {"address":"rhcs_image_mirror.nginx","mode":"managed","type":"rhcs_image_mirror","name":"nginx","change":{
      "actions":["update"],
      "before":{"cluster_id":"2lbbrpgkocgajphhqee7vku1pgd4qsge","id":"1a","mirrors":["mirror.example.com/library/nginx"],"source":"docker.io/library/nginx","type":"digest"},
      "after":{"cluster_id":"2lbbrpgkocgajphhqee7vku1pgd4qsge","id":"1a","mirrors":["mirror.example.com/library/nginx","backup.example.com/library/nginx"],"source":"docker.io/library/nginx","type":"digest"}}}]}
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
    let drift = configuration.changes.drift.iter();
    drift
        .filter(|change| matches!(change.action, Action::Update | Action::Delete) && !change.deposed)
        .map(|change| {
            RULE.of_change(change, &what(change))
                .at_change(configuration, change, "differs from the state")
                .related(change.span, "recorded here")
        })
        .collect()
}

/// What was different from the state.
fn what(change: &MirrorChange) -> String {
    let (Some(before), Some(after)) = (&change.before, &change.after) else {
        return "it was deleted outside of Terraform".to_owned();
    };
    let mut differences = Vec::new();
    for (name, old, new) in [
        ("cluster_id", &before.cluster_id, &after.cluster_id),
        ("source", &before.source, &after.source),
        ("type", &before.mirror_type, &after.mirror_type),
    ] {
        if old.content_differs(new) {
            differences.push(format!("`{name}` from {} to {}", old.shown(), new.shown()));
        }
    }
    let (old, new) = (listed(&before.mirrors), listed(&after.mirrors));
    if old != new {
        differences.push(format!("`mirrors` from {old} to {new}"));
    }
    if differences.is_empty() {
        return "it was updated outside of Terraform; its arguments are what they were".to_owned();
    }
    format!("outside of Terraform, {} was changed", differences.join(" and "))
}
