//! `recreated-mirror`: a mirror that moves to another address without a `moved` block.

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, Severity};
use crate::model::{Input, MirrorChange, MirrorValues};

use super::changed::{ChangeFinding as _, place};
use super::{Check, Documentation, Fixability, Inputs, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "recreated-mirror",
    severity: Severity::Error,
    inputs: Inputs::Plan,
    fix: Fixability::None,
    summary: "a mirror is deleted at one address and created at another, in one plan",
    documentation: Documentation {
        what: "Looks in a plan for a mirror that is deleted at one address and created at another one, with the \
               same source, on the same cluster: a resource that was renamed, moved into a module, or went from \
               `count` to `for_each`.",
        why: "Terraform knows no order between the two. Where it creates first, the service answers \
               `CLUSTERS-MGMT-400 ... Image mirror for source ... already exists`, and the apply stops half-way; where it \
               deletes first, there is no mirror for a while. A `moved` block tells Terraform that both are one \
               object, and nothing happens to the cluster at all.",
        failing: r#"
{"format_version":"1.2",
  "planned_values":{"root_module":{"resources":[
    {"address":"rhcs_image_mirror.web","mode":"managed","type":"rhcs_image_mirror","name":"web",
      "values":{"cluster_id":"2lbbrpgkocgajphhqee7vku1pgd4qsge","mirrors":["mirror.example.com/library/nginx"],"source":"docker.io/library/nginx","type":"digest"}}]}},
  "resource_changes":[
    {"address":"rhcs_image_mirror.nginx","mode":"managed","type":"rhcs_image_mirror","name":"nginx","change":{
      "actions":["delete"],
      "before":{"cluster_id":"2lbbrpgkocgajphhqee7vku1pgd4qsge","id":"1a","mirrors":["mirror.example.com/library/nginx"],"source":"docker.io/library/nginx","type":"digest"},
      "after":null}},
    {"address":"rhcs_image_mirror.web","mode":"managed","type":"rhcs_image_mirror","name":"web","change":{
      "actions":["create"],
      "before":null,
      "after":{"cluster_id":"2lbbrpgkocgajphhqee7vku1pgd4qsge","mirrors":["mirror.example.com/library/nginx"],"source":"docker.io/library/nginx","type":"digest"}}}]}
"#,
        passing: r#"
{"format_version":"1.2",
  "planned_values":{"root_module":{"resources":[
    {"address":"rhcs_image_mirror.web","mode":"managed","type":"rhcs_image_mirror","name":"web",
      "values":{"cluster_id":"2lbbrpgkocgajphhqee7vku1pgd4qsge","id":"1a","mirrors":["mirror.example.com/library/nginx"],"source":"docker.io/library/nginx","type":"digest"}}]}},
  "resource_changes":[
    {"address":"rhcs_image_mirror.web","mode":"managed","type":"rhcs_image_mirror","name":"web","previous_address":"rhcs_image_mirror.nginx","change":{
      "actions":["no-op"],
      "before":{"cluster_id":"2lbbrpgkocgajphhqee7vku1pgd4qsge","id":"1a","mirrors":["mirror.example.com/library/nginx"],"source":"docker.io/library/nginx","type":"digest"},
      "after":{"cluster_id":"2lbbrpgkocgajphhqee7vku1pgd4qsge","id":"1a","mirrors":["mirror.example.com/library/nginx"],"source":"docker.io/library/nginx","type":"digest"}}}]}
"#,
    },
    check: Check::Changes(check),
};

/// The changes of a plan that create a mirror which another one deletes, each with that other one.
pub(super) fn pairs(configuration: &Input) -> Vec<(&MirrorChange, &MirrorChange)> {
    let changes = &configuration.changes.mirrors;
    let mut deleted: BTreeMap<(&str, String), Vec<&MirrorChange>> = BTreeMap::new();
    for change in changes.iter().filter(|change| change.action.deletes()) {
        if let Some(place) = change.before.as_ref().and_then(place) {
            deleted.entry(place).or_default().push(change);
        }
    }
    let mut pairs = Vec::new();
    for change in changes.iter().filter(|change| change.action.creates()) {
        let place = change.after.as_ref().and_then(place);
        let others = place.and_then(|place| deleted.get(&place)).into_iter().flatten();
        let other = others
            .filter(|other| other.address != change.address)
            .copied()
            .next();
        pairs.extend(other.map(|other| (change, other)));
    }
    pairs
}

fn check(configuration: &Input) -> Vec<Diagnostic> {
    pairs(configuration)
        .into_iter()
        .map(|(created, deleted)| report(configuration, created, deleted))
        .collect()
}

fn report(configuration: &Input, created: &MirrorChange, deleted: &MirrorChange) -> Diagnostic {
    let source = created.after.as_ref().map_or_else(String::new, shown);
    let what = format!(
        "the mirror of {source} is deleted as {} and created anew",
        deleted.address
    );
    let help = if created.action.replaces() || deleted.action.replaces() {
        // Both objects exist, so there is nothing to move: the sources have changed their places.
        "give each mirror an address of its own that does not depend on its place in a list (`for_each` over a \
         map or a set of the sources), and move the objects there with `moved` blocks"
            .to_owned()
    } else {
        format!(
            "say that both are one object, with a `moved` block: `from = {}` and `to = {}`",
            deleted.address, created.address
        )
    };
    RULE.of_change(created, &what)
        .at_change(configuration, created, "created here")
        .related(deleted.span, "deleted here")
        .note(
            "Terraform does not wait for the one before it does the other, and the service refuses a second mirror \
             for the same source",
        )
        .help(help)
}

fn shown(values: &MirrorValues) -> String {
    values.source.shown()
}
