//! `chained-mirror`: a mirror that is itself mirrored.

use crate::diagnostic::Severity;
use crate::model::Mirror;

use super::{AtAttribute as _, Check, Documentation, Entries, Fixability, Inputs, Outcome, Rule, names};

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "chained-mirror",
    severity: Severity::Warning,
    inputs: Inputs::All,
    fix: Fixability::None,
    summary: "a mirror is itself the source of another entry, and mirrors are not followed",
    documentation: Documentation {
        what: "Looks for an element of `mirrors` that is the `source` of another mirror of the same cluster.",
        why: "The name that the pod gives picks the entry, once. An image that is looked for at a mirror is \
              looked for there and nowhere else, whatever entry there is for the mirror itself (containers/image, \
              `sysregistriesv2`). Who counts on the second step has one place less than he thinks.",
        failing: r#"
resource "rhcs_image_mirror" "one" {
  cluster_id = "2lbbrpgkocgajphhqee7vku1pgd4qsge"
  source     = "quay.io/org"
  mirrors    = ["mirror.example.com/org"]
}

resource "rhcs_image_mirror" "other" {
  cluster_id = "2lbbrpgkocgajphhqee7vku1pgd4qsge"
  source     = "mirror.example.com/org"
  mirrors    = ["backup.example.com/org"]
}
"#,
        passing: r#"
resource "rhcs_image_mirror" "one" {
  cluster_id = "2lbbrpgkocgajphhqee7vku1pgd4qsge"
  source     = "quay.io/org"
  mirrors    = ["mirror.example.com/org", "backup.example.com/org"]
}

resource "rhcs_image_mirror" "other" {
  cluster_id = "2lbbrpgkocgajphhqee7vku1pgd4qsge"
  source     = "ghcr.io/org"
  mirrors    = ["backup.example.com/github"]
}
"#,
    },
    check: Check::Entry(check),
};

fn check(entries: &Entries<'_>, mirror: &Mirror) -> Outcome {
    names::each_mirror(mirror, |_, element, text| {
        let own = mirror.source.value().is_some_and(|source| source == text);
        let others = entries.with_source(text).iter();
        let mut others = others.filter(|other| !own && other.address != mirror.address);
        let Some(first) = others.next() else {
            return Outcome::clean();
        };
        let other = std::iter::once(first)
            .chain(others)
            .find(|other| other.unknown_instances().is_none());
        let Some(other) = other else {
            return first
                .unknown_instances()
                .cloned()
                .map_or_else(Outcome::clean, Outcome::undecided);
        };
        let whose = if names::may_be_compared(element, &other.source) {
            other.address.to_string()
        } else {
            "another mirror".to_owned()
        };
        let finding = RULE
            .finding(
                mirror,
                &format!("mirror {} is the source of {whose}", element.shown()),
            )
            .at_attribute(
                mirror,
                element,
                "images are looked for here, and not at the mirrors of this",
            )
            .compared_with(element, &other.source, "the source of another mirror");
        Outcome::found(
            finding
                .note("mirrors are not followed: the name that the pod gives picks the entry, once")
                .help(format!(
                    "if its mirrors are to serve {} as well, name them in this list",
                    mirror.source.shown()
                )),
        )
    })
}
