//! `reordered-mirrors`: an update that changes the order alone.

use crate::diagnostic::{Diagnostic, Severity};
use crate::model::{Action, Input, MirrorChange};

use super::changed::{ChangeFinding as _, listed};
use super::{Check, Documentation, Fixability, Inputs, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "reordered-mirrors",
    severity: Severity::Info,
    inputs: Inputs::Plan,
    fix: Fixability::None,
    summary: "an update that changes only the order of the mirrors",
    documentation: Documentation {
        what: "Looks in a plan for updates after which `mirrors` has the same elements in another order, and \
               nothing else is different.",
        why: "The order is the order in which they are tried, so it can be what was meant. If it comes from a set \
               or from keys that were renamed it is not, and it costs a replacement of the workers all the same.",
        failing: r#"
{"format_version":"1.2",
  "planned_values":{"root_module":{"resources":[
    {"address":"rhcs_image_mirror.nginx","mode":"managed","type":"rhcs_image_mirror","name":"nginx",
      "values":{"cluster_id":"2lbbrpgkocgajphhqee7vku1pgd4qsge","id":"1a","mirrors":["mirror.example.com/library/nginx","backup.example.com/library/nginx"],"source":"docker.io/library/nginx","type":"digest"}}]}},
  "resource_changes":[
    {"address":"rhcs_image_mirror.nginx","mode":"managed","type":"rhcs_image_mirror","name":"nginx","change":{
      "actions":["update"],
      "before":{"cluster_id":"2lbbrpgkocgajphhqee7vku1pgd4qsge","id":"1a","mirrors":["backup.example.com/library/nginx","mirror.example.com/library/nginx"],"source":"docker.io/library/nginx","type":"digest"},
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
    let changes = configuration.changes.mirrors.iter();
    changes
        .filter(|change| change.action == Action::Update && is_reordered(change))
        .map(|change| report(configuration, change))
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

fn report(configuration: &Input, change: &MirrorChange) -> Diagnostic {
    let before = change.before.as_ref().map(|before| listed(&before.mirrors));
    let mirror = configuration.mirror(&change.address);
    let finding = RULE.of_change(
        change,
        "the plan changes the order of its mirrors, and nothing else",
    );
    let label = format!("was {}", before.unwrap_or_default());
    let finding = match mirror.and_then(|mirror| mirror.mirrors.span) {
        Some(span) => finding.at(span, label),
        None => finding.at_change(configuration, change, &label),
    };
    finding.note("mirrors are tried in this order; the change replaces the workers of the cluster")
}
