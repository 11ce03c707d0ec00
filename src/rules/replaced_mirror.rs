//! `replaced-mirror`: a plan that replaces a mirror.

use crate::diagnostic::{Diagnostic, Severity};
use crate::model::{Action, Input, InputKinds, Mirror, MirrorChange};

use super::support::plan_changes::{ChangeLabels as _, is_same_mirror};
use super::{Check, Fixability, Rule};

pub(super) static RULE: Rule = Rule {
    name: "replaced-mirror",
    severity: Severity::Warning,
    inputs: InputKinds::PLAN,
    fix: Fixability::None,
    page: include_str!("replaced_mirror.md"),
    check: Check::PlanChanges(check),
};

fn check(input: &Input) -> Vec<Diagnostic> {
    let changes = input.changes().mirrors.iter();
    changes
        .filter(|change| change.action.replaces() && !change.deposed)
        .map(|change| report(input, change))
        .collect()
}

fn report(input: &Input, change: &MirrorChange) -> Diagnostic {
    let why = match change.replaced_for.as_slice() {
        [] => describe_reason(change.reason.as_deref()),
        names => format!(" because `{}` changes", names.join("` and `")),
    };
    let finding = RULE.finding_about_change(change, &format!("the plan replaces this mirror{why}"));
    let mirror = input.mirror(&change.address);
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
            let label = was.map(|was| format!("was {}", was.describe()));
            finding.at(span, label.unwrap_or_default())
        }
        None => finding.at_change(input, change, "replaced"),
    };
    if change.action == Action::CreateThenDelete
        && is_same_mirror(change.before.as_ref(), change.after.as_ref())
    {
        let mut finding = finding;
        finding.severity = Severity::Error;
        return finding
            .note(
                "the new mirror is created first, and the OCM API rejects a second one for the same \
                 source: the apply fails",
            )
            .help(
                "remove `create_before_destroy` from the `lifecycle` of this resource and of the \
                 resources that depend on it",
            );
    }
    if change.action.forgets() {
        return finding
            .note(format!(
                "{} forgets the old mirror and does not delete it: the cluster keeps it, and no configuration has it",
                input.engine
            ))
            .help(
                "remove `destroy = false` from the `lifecycle` of this resource, or delete the old mirror with `rosa \
                 delete image-mirror`",
            );
    }
    if change.action == Action::CreateThenDelete {
        return finding
            .note(
                "the new mirror is created first; both steps replace the workers of the cluster, one after \
                 the other",
            )
            .help("to keep the old mirror, add a resource for the new one and remove the old one later");
    }
    finding
        .note(
            "until the new mirror exists, pulls go to the source itself; both steps replace the workers \
             of the cluster, one after the other",
        )
        .help(
            "to have a mirror at all times, add one for the new source first, and remove the old one in a \
             later plan",
        )
}

/// Describes Terraform's reason for a replacement.
fn describe_reason(reason: Option<&str>) -> String {
    let text = match reason {
        Some("replace_because_tainted") => "because it is tainted",
        Some("replace_by_request") => "as requested by `-replace`",
        Some("replace_by_triggers") => "because of `replace_triggered_by`",
        _ => return String::new(),
    };
    format!(" {text}")
}
