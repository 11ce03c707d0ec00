//! `non-canonical-mirror`: a mirror that the runtime cannot rewrite to.

use crate::diagnostic::{Diagnostic, Severity};
use crate::model::{Attribute, AttributeValue, Input, Mirror};
use registries_conf::{AffectedImages, RewriteIssue, SuggestedName, UnrewritableReason, find_rewrite_issue};

use super::offer::Offer as _;
use super::{AtAttribute as _, Check, Documentation, Fixability, Inputs, Outcome, Rule, names};

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "non-canonical-mirror",
    severity: Severity::Error,
    inputs: Inputs::All,
    fix: Fixability::SafeOrUnsafe,
    summary: "the runtime cannot rewrite image names to this mirror, and every pull by digest fails",
    documentation: Documentation {
        what: "Looks for an element of `mirrors` behind which no full image name can stand: a host without a \
               dot or a port (`mirror/org`, `22`), `docker.io/nginx` without `library/`, the old host \
               `index.docker.io`, `docker.io` alone for a namespace, a host alone for a repository.",
        why: "The runtime makes the names at all mirrors before it asks the first one, and each has to be a \
              full one. One mirror for which that fails, anywhere in the list, fails every pull by digest of the \
              source with `repository name must be canonical`; neither another mirror nor the source is tried \
              (containers/image, `PullSourcesFromReference`, `ParseNamed`). Mirrors of an \
              ImageTagMirrorSet do the same to pulls by tag. The service accepts such mirrors, and so does the \
              schema of the manifests.",
        failing: r#"
resource "rhcs_image_mirror" "nginx" {
  cluster_id = "2lbbrpgkocgajphhqee7vku1pgd4qsge"
  source     = "docker.io/library/nginx"
  mirrors    = ["mirror/library/nginx"]
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
    let source = match &mirror.source.content {
        AttributeValue::Known(source) => names::meant_source(source).map(|repair| repair.name),
        AttributeValue::Unknown(_) | AttributeValue::Absent => None,
    };
    names::each_mirror(mirror, |_, element, text| {
        let Some(source) = &source else {
            return for_any_source(mirror, element, text);
        };
        // What is only too long is `rewritten-too-long`'s.
        match find_rewrite_issue(source, text).filter(|found| found.reason != UnrewritableReason::TooLong) {
            Some(found) => Outcome::found(report(mirror, element, &found, found.suggestion.as_ref())),
            None => Outcome::clean(),
        }
    })
}

/// Decides without the source, where every source gives the same answer. What a mirror is for decides how
/// much has to stand behind its host: a registry needs the least, a repository the most.
fn for_any_source(mirror: &Mirror, element: &Attribute<String>, text: &str) -> Outcome {
    let least = find_rewrite_issue("registry.example.com", text);
    let most = find_rewrite_issue("registry.example.com/namespace/repository", text);
    match (least, most, &mirror.source.content) {
        (Some(found), _, _) if found.reason != UnrewritableReason::TooLong => {
            Outcome::found(report(mirror, element, &found, None))
        }
        (_, Some(found), AttributeValue::Unknown(unknown)) if found.reason != UnrewritableReason::TooLong => {
            Outcome::undecided(unknown.clone())
        }
        _ => Outcome::clean(),
    }
}

fn report(
    mirror: &Mirror,
    element: &Attribute<String>,
    found: &RewriteIssue,
    repair: Option<&SuggestedName>,
) -> Diagnostic {
    let label = match found.affected {
        AffectedImages::All => "no image can be rewritten to it",
        AffectedImages::UpToOneLevelBelow => "no image of the namespace can be rewritten to it",
        AffectedImages::SourceItself => "the image cannot be rewritten to it",
    };
    RULE.finding(mirror, &format!("mirror {} {}", element.shown(), found.reason))
        .at_attribute(mirror, element, label)
        .note(format!(
            "every pull {} of the source fails: the runtime tries no other mirror, and not the source",
            names::pulls(mirror)
        ))
        .offer(
            element,
            repair,
            "write the full name, from a host with a dot or a port on",
        )
}
