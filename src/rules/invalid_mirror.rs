//! `invalid-mirror`: a mirror that is no name.

use crate::diagnostic::Severity;
use crate::model::{Input, Mirror};
use registries_conf::{
    Diagnosis, NameIssueKind, Role, SuggestedName, diagnose, find_rewrite_issue, is_loopback,
};

use super::offer::Offer as _;
use super::{AtAttribute as _, Check, Documentation, Fixability, Inputs, Outcome, Rule, names};

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "invalid-mirror",
    severity: Severity::Error,
    inputs: Inputs::All,
    fix: Fixability::SafeOrUnsafe,
    summary: "an element of `mirrors` is no registry, namespace or repository, or a wildcard",
    documentation: Documentation {
        what: "Looks for an element of `mirrors` that is not `host[:port][/path]`: with a scheme, a tag or a \
               digest, a slash at an end or two in a row, an upper-case letter in its path, white space, a `*`, or \
               one of more than 255 characters.",
        why: "Neither Terraform nor the provider nor the service looks at the text. The cluster then makes \
              an ImageDigestMirrorSet of it, whose schema refuses it, and the machine config operator makes no \
              configuration for new nodes, so that workers which are added or replaced do not join (openshift/api, \
              `types_image_digest_mirror_set.go`; machine-config-operator, `validateRegistriesConfScopes`).",
        failing: r#"
resource "rhcs_image_mirror" "nginx" {
  cluster_id = "2lbbrpgkocgajphhqee7vku1pgd4qsge"
  source     = "docker.io/library/nginx"
  mirrors    = ["https://mirror.example.com/library/nginx"]
}
"#,
        passing: r#"
resource "rhcs_image_mirror" "nginx" {
  cluster_id = "2lbbrpgkocgajphhqee7vku1pgd4qsge"
  source     = "docker.io/library/nginx"
  mirrors    = ["mirror.example.com/library/nginx"]
}
"#,
    },
    check: Check::Mirror(check),
};

fn check(_: &Input, mirror: &Mirror) -> Outcome {
    names::each_mirror(mirror, |_, element, text| {
        // An empty one is `empty-mirrors`'.
        if text.is_empty() {
            return Outcome::clean();
        }
        let diagnosis = diagnose(text, Role::Mirror);
        let faults = || diagnosis.issues.iter().map(|mistake| mistake.kind);
        // An IPv6 address of the node itself is `local-mirror`'s, and has to go for that.
        if diagnosis.issues.is_empty()
            || (is_loopback(text) && faults().all(|fault| fault == NameIssueKind::InvalidHost))
        {
            return Outcome::clean();
        }
        let finding = RULE
            .finding(
                mirror,
                &format!("mirror {} {}", element.shown(), names::listed(faults())),
            )
            .at_attribute(mirror, element, "not a registry, namespace or repository")
            .note(names::refusal(mirror));
        Outcome::found(finding.offer(
            element,
            meant(mirror, &diagnosis).as_ref(),
            "write `host[:port][/path]`",
        ))
    })
}

/// The repair, in a form that the runtime can rewrite to.
fn meant(mirror: &Mirror, diagnosis: &Diagnosis) -> Option<SuggestedName> {
    let valid = diagnosis.suggest_name()?;
    let source = mirror
        .source
        .value()
        .and_then(|source| names::meant_source(source));
    let found = source.and_then(|source| find_rewrite_issue(&source.name, &valid.name));
    match found {
        None => Some(valid),
        Some(found) => found.suggestion.map(|repair| SuggestedName {
            name: repair.name,
            applicability: repair.applicability.max(valid.applicability),
        }),
    }
}
