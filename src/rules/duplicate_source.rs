//! `duplicate-source`: two mirrors of one cluster for one source.

use crate::diagnostic::{Diagnostic, Severity};
use crate::model::Mirror;

use super::{AtAttribute as _, Check, Documentation, Entries, Fixability, Inputs, Outcome, Rule, names};

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "duplicate-source",
    severity: Severity::Error,
    inputs: Inputs::Both,
    fix: Fixability::None,
    summary: "another mirror of the same cluster has this source",
    documentation: Documentation {
        what: "Looks for mirrors of one cluster with the same `source`, in full: `nginx` and \
               `docker.io/library/nginx` are the same. Whether two mirrors have one cluster is told by `cluster_id`, \
               or by what it is read from.",
        why: "A source is unique in a cluster: the service answers 400 to the second one (`Image mirror for \
              source '…' already exists for cluster '…'`), at apply, with the first one made.",
        failing: r#"
resource "rhcs_image_mirror" "first" {
  cluster_id = "2lbbrpgkocgajphhqee7vku1pgd4qsge"
  source     = "docker.io/library/nginx"
  mirrors    = ["mirror.example.com/library/nginx"]
}

resource "rhcs_image_mirror" "second" {
  cluster_id = "2lbbrpgkocgajphhqee7vku1pgd4qsge"
  source     = "docker.io/library/nginx"
  mirrors    = ["backup.example.com/library/nginx"]
}
"#,
        passing: r#"
resource "rhcs_image_mirror" "first" {
  cluster_id = "2lbbrpgkocgajphhqee7vku1pgd4qsge"
  source     = "docker.io/library/nginx"
  mirrors    = ["mirror.example.com/library/nginx", "backup.example.com/library/nginx"]
}
"#,
    },
    check: Check::Entry(check),
};

fn check(entries: &Entries<'_>, mirror: &Mirror) -> Outcome {
    let source = match names::source(mirror) {
        Ok(source) => names::normal_source(source),
        Err(outcome) => return outcome,
    };
    if let Some(unknown) = entries.unless_told(mirror, &source) {
        return Outcome::undecided(unknown);
    }
    let same = entries.with_source(&source).iter();
    let mut before = same.take_while(|other| other.address != mirror.address);
    let certain = before.clone().find(|other| other.unknown_instances().is_none());
    match (before.next(), certain, mirror.unknown_instances()) {
        (None, ..) => Outcome::clean(),
        (Some(_), Some(first), None) => Outcome::found(report(mirror, first)),
        // Of two blocks with an unknown number of instances it may be that only one ever has any.
        (Some(first), _, own) => {
            let unknown = own.or(first.unknown_instances());
            unknown.cloned().map_or_else(Outcome::clean, Outcome::undecided)
        }
    }
}

/// What is said of the second of two mirrors with the same source, or with sources that mean the same.
#[must_use]
pub fn report(second: &Mirror, first: &Mirror) -> Diagnostic {
    let shown = second.source.shown();
    let other = if names::may_be_compared(&second.source, &first.source) {
        first.address.to_string()
    } else {
        "another mirror".to_owned()
    };
    let equal = second.source.value() == first.source.value();
    let what = if equal {
        format!("source {shown} is that of {other} as well, on the same cluster")
    } else {
        let same = first.source.shown();
        format!("source {shown} means the same as {same} of {other}, on the same cluster")
    };
    let finding = RULE
        .finding(second, &what)
        .at_attribute(second, &second.source, "the same source again")
        .compared_with(&second.source, &first.source, "first here");
    let note = if equal {
        "a source is unique in a cluster: the service answers 400 to the second one"
    } else {
        "a source is unique in a cluster: written in full, the service answers 400 to the second one"
    };
    finding.note(note).help("put all mirrors of a source in one list")
}
