//! `invalid-source`: a source that is no name.

use crate::diagnostic::Severity;
use crate::model::{Input, Mirror};
use registries_conf::{self, NameIssueKind};

use super::offer::Offer as _;
use super::{AtAttribute as _, Check, Documentation, Fixability, Inputs, Outcome, Rule, names};

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "invalid-source",
    severity: Severity::Error,
    inputs: Inputs::All,
    fix: Fixability::SafeOrUnsafe,
    summary: "`source` is no registry, namespace or repository: a scheme, a tag, a slash too many",
    documentation: Documentation {
        what: "Looks for a `source` that is neither `host[:port][/path]` nor `*.host`: with a scheme, a tag \
               or a digest, a slash at an end or two in a row, an upper-case letter in its path, white space, an \
               empty one, or one of more than 255 characters.",
        why: "Neither Terraform nor the provider nor the service looks at the text. The cluster then makes \
              an ImageDigestMirrorSet of it, whose schema refuses it, and the machine config operator makes no \
              configuration for new nodes, so that workers which are added or replaced do not join (openshift/api, \
              `types_image_digest_mirror_set.go`; machine-config-operator, `validateRegistriesConfScopes`).",
        failing: r#"
resource "rhcs_image_mirror" "org" {
  cluster_id = "2lbbrpgkocgajphhqee7vku1pgd4qsge"
  source     = "https://quay.io/org"
  mirrors    = ["mirror.example.com/org"]
}
"#,
        passing: r#"
resource "rhcs_image_mirror" "org" {
  cluster_id = "2lbbrpgkocgajphhqee7vku1pgd4qsge"
  source     = "quay.io/org"
  mirrors    = ["mirror.example.com/org"]
}
"#,
    },
    check: Check::Mirror(check),
};

fn check(_: &Input, mirror: &Mirror) -> Outcome {
    let source = match names::source(mirror) {
        Ok(source) => source,
        Err(outcome) => return outcome,
    };
    let faults = faults(source);
    if faults.is_empty() {
        return Outcome::clean();
    }
    let finding = RULE
        .finding(
            mirror,
            &format!("source {} {}", mirror.source.shown(), names::listed(faults)),
        )
        .at_attribute(mirror, &mirror.source, "not a registry, namespace or repository")
        .note(names::refusal(mirror));
    Outcome::found(finding.offer(
        &mirror.source,
        names::meant_source(source).as_ref(),
        "write `host[:port][/path]`, or `*.host` for all subdomains of a host",
    ))
}

/// Space around a short name is a mistake of its own, which its diagnosis in full does not have.
fn faults(source: &str) -> Vec<NameIssueKind> {
    let padded = registries_conf::is_short_name(source) && source.trim() != source;
    let diagnosis = names::diagnose_source(source);
    let mistakes = diagnosis.issues.iter().map(|mistake| mistake.kind);
    padded
        .then_some(NameIssueKind::Whitespace)
        .into_iter()
        .chain(mistakes)
        .collect()
}
