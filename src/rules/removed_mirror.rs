//! `removed-mirror`: a plan that takes a mirror away.

use std::collections::BTreeSet;

use crate::diagnostic::{Diagnostic, Severity};
use crate::model::{Action, EgressRestriction, Input, MirrorChange};
use terraform_eval::address::Address;

use super::changed::ChangeFinding as _;
use super::{Check, Documentation, Fixability, Inputs, Rule, recreated_mirror};

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "removed-mirror",
    severity: Severity::Warning,
    inputs: Inputs::Plan,
    fix: Fixability::None,
    summary: "the plan deletes a mirror",
    documentation: Documentation {
        what: "Looks in a plan for mirrors that are deleted, and not created again at another address. Where the \
               mirror is the last one of a cluster that is private or has no way out (`zero_egress`), this is an \
               error. Silent where the plan deletes the cluster as well.",
        why: "From the next pull on, the images of that source come from the source itself. Where that is out of \
               reach no pod with such an image starts again, and the workers are replaced right away, so that every \
               pod has to pull (hypershift, `imageContentSources`).",
        failing: r#"
{"format_version":"1.2",
  "planned_values":{"root_module":{"resources":[]}},
  "resource_changes":[
    {"address":"rhcs_image_mirror.nginx","mode":"managed","type":"rhcs_image_mirror","name":"nginx","change":{
      "actions":["delete"],
      "before":{"cluster_id":"2lbbrpgkocgajphhqee7vku1pgd4qsge","id":"1a","mirrors":["mirror.example.com/library/nginx"],"source":"docker.io/library/nginx","type":"digest"},
      "after":null}}]}
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
    let recreated: BTreeSet<&Address> = recreated_mirror::pairs(configuration)
        .into_iter()
        .map(|(_, deleted)| &deleted.address)
        .collect();
    let mirrored = mirrored(configuration);
    let changes = configuration.changes.mirrors.iter();
    changes
        .filter(|change| change.action == Action::Delete && !change.deposed)
        .filter(|change| !recreated.contains(&change.address))
        .filter_map(|change| report(configuration, &mirrored, change))
        .collect()
}

fn report(configuration: &Input, mirrored: &BTreeSet<&str>, change: &MirrorChange) -> Option<Diagnostic> {
    let before = change.before.as_ref();
    let id = before.and_then(|before| before.cluster_id.value());
    let cluster = id.and_then(|id| configuration.changes.clusters.get(id));
    if cluster.is_some_and(|cluster| cluster.deleted) {
        return None;
    }
    let source = before.map(|before| before.source.shown());
    let what = match &source {
        Some(source) => format!("the plan deletes the mirror of {source}"),
        None => "the plan deletes it".to_owned(),
    };
    let seclusion = cluster
        .and_then(|cluster| cluster.egress_restriction)
        .filter(|_| id.is_some_and(|id| !mirrored.contains(id.as_str())));
    let mut finding = match seclusion {
        Some(seclusion) => {
            let kind = match seclusion {
                EgressRestriction::Private => "a private cluster",
                EgressRestriction::ZeroEgress => "a cluster without a way out (`zero_egress`)",
            };
            let mut finding = RULE.of_change(change, &format!("{what}, the last one of {kind}"));
            finding.severity = Severity::Error;
            finding
                .note("its nodes may reach no other place that has these images: pods do not start any more")
        }
        None => RULE
            .of_change(change, &what)
            .note("from then on these images are pulled from the source itself"),
    };
    finding = finding.at_change(configuration, change, "deleted");
    Some(match reason(change.reason.as_deref()) {
        Some(help) => finding.help(help),
        None => finding,
    })
}

/// The ids of the clusters that have a mirror after the plan.
fn mirrored(configuration: &Input) -> BTreeSet<&str> {
    let changes = configuration.changes.mirrors.iter();
    let after = changes.filter_map(|change| match change.action {
        Action::Delete => None,
        Action::Forget => change.before.as_ref(),
        _ => change.after.as_ref(),
    });
    after
        .filter_map(|values| values.cluster_id.value())
        .map(String::as_str)
        .collect()
}

/// What Terraform's word for why says about what to do.
fn reason(word: Option<&str>) -> Option<&'static str> {
    match word? {
        "delete_because_no_resource_config" => Some(
            "its block is gone: if it was renamed, add a `moved` block; if the mirror is to stay, a `removed` block \
             with `destroy = false`",
        ),
        "delete_because_no_module" => {
            Some("the module that holds it is gone: if it was renamed, add a `moved` block")
        }
        "delete_because_each_key" => {
            Some("its key is gone from `for_each`: put it back if that was not meant")
        }
        "delete_because_count_index" => {
            Some("`count` is smaller now: put the element back if that was not meant")
        }
        "delete_because_wrong_repetition" => Some(
            "its block has `count` or `for_each` now, or has it no more: add a `moved` block for its new address",
        ),
        _ => None,
    }
}
