//! `replaced-mirror`: a plan that puts one mirror in place of another.

use crate::diagnostic::{Diagnostic, Severity};
use crate::model::{Action, Input, Mirror, MirrorChange};

use super::changed::{ChangeFinding as _, same_place};
use super::{Check, Documentation, Fixability, Inputs, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "replaced-mirror",
    severity: Severity::Warning,
    inputs: Inputs::Plan,
    fix: Fixability::None,
    summary: "the plan replaces a mirror, so for a while there is none",
    documentation: Documentation {
        what: "Looks in a plan for mirrors that are deleted and created anew: because `source` or `cluster_id` \
               changed, which cannot change in place, or because somebody asked for it (`-replace`, a tainted \
               object).",
        why: "Between the two there is no mirror, and pulls go to the source itself, which fails where that is out \
               of reach. Each of the two steps is a change of the cluster that replaces its workers, one after the \
               other (hypershift, `imageContentSources`). With `create_before_destroy` and the same source the \
               service refuses the new one, since a source is unique in a cluster.",
        failing: r#"
{"format_version":"1.2",
  "planned_values":{"root_module":{"resources":[
    {"address":"rhcs_image_mirror.nginx","mode":"managed","type":"rhcs_image_mirror","name":"nginx",
      "values":{"cluster_id":"2lbbrpgkocgajphhqee7vku1pgd4qsge","mirrors":["mirror.example.com/library/nginx"],"source":"quay.io/org/nginx","type":"digest"}}]}},
  "resource_changes":[
    {"address":"rhcs_image_mirror.nginx","mode":"managed","type":"rhcs_image_mirror","name":"nginx","change":{
      "actions":["delete","create"],
      "before":{"cluster_id":"2lbbrpgkocgajphhqee7vku1pgd4qsge","id":"1a","mirrors":["mirror.example.com/library/nginx"],"source":"docker.io/library/nginx","type":"digest"},
      "after":{"cluster_id":"2lbbrpgkocgajphhqee7vku1pgd4qsge","mirrors":["mirror.example.com/library/nginx"],"source":"quay.io/org/nginx","type":"digest"},"replace_paths":[["source"]]}}]}
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
        .filter(|change| change.action.replaces() && !change.deposed)
        .map(|change| report(configuration, change))
        .collect()
}

fn report(configuration: &Input, change: &MirrorChange) -> Diagnostic {
    let why = match change.replaced_for.as_slice() {
        [] => reason(change.reason.as_deref()),
        names => format!(", since `{}` changes", names.join("` and `")),
    };
    let finding = RULE.of_change(change, &format!("the plan replaces it{why}"));
    let mirror = configuration.mirror(&change.address);
    let before = change.before.as_ref();
    let (after, was) = match change.replaced_for.first().map(String::as_str) {
        Some("source") => (
            mirror.map(|mirror| &mirror.source),
            before.map(|before| &before.source),
        ),
        Some("cluster_id") => (
            mirror
                .and_then(Mirror::resource)
                .map(|resource| &resource.cluster_id),
            before.map(|before| &before.cluster_id),
        ),
        _ => (None, None),
    };
    let finding = match after.and_then(|argument| argument.span) {
        Some(span) => {
            let label = was.map(|was| format!("was {}", was.shown()));
            finding.at(span, label.unwrap_or_default())
        }
        None => finding.at_change(configuration, change, "replaced"),
    };
    if change.action == Action::CreateThenDelete && same_place(change.before.as_ref(), change.after.as_ref())
    {
        let mut finding = finding;
        finding.severity = Severity::Error;
        return finding
            .note(
                "the new mirror is created first, and the service refuses a second one for the same source: the \
                 apply fails",
            )
            .help("take `create_before_destroy` out of the `lifecycle` of this resource and of what depends on it");
    }
    finding
        .note(
            "until the new one is there, pulls go to the source itself; both steps replace the workers of the \
             cluster, one after the other",
        )
        .help(
            "to keep a mirror at all times, add one for the new source first, and remove the old one with a later \
             plan",
        )
}

/// Terraform's word for why, said in words.
fn reason(word: Option<&str>) -> String {
    let said = match word {
        Some("replace_because_tainted") => "since it is tainted",
        Some("replace_by_request") => "as asked for by `-replace`",
        Some("replace_by_triggers") => "since `replace_triggered_by` says so",
        _ => return String::new(),
    };
    format!(", {said}")
}
