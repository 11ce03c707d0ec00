//! `undecided`: what the rules could not decide, and why. Reported where the outcomes are counted.

use crate::diagnostic::{Diagnostic, Severity};
use crate::model::{AttributeValue, Input, Mirror, UnknownReasons};
use terraform_eval::source::Span;

use super::{Check, Documentation, Fixability, Inputs, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "undecided",
    severity: Severity::Info,
    inputs: Inputs::Both,
    fix: Fixability::None,
    summary: "a value is unknown, so some rules could not decide",
    documentation: Documentation {
        what: "Says which rules could not decide about a mirror, and which unknown value kept them from it: a \
               variable without a value, or something that Terraform itself learns at apply only.",
        why: "A mirror that could not be checked is not a clean one. Give the variable a value, or check the plan, \
              where most values are known.",
        failing: r#"
variable "source_registry" {
  type = string
}

resource "rhcs_image_mirror" "nginx" {
  cluster_id = "2lbbrpgkocgajphhqee7vku1pgd4qsge"
  source     = var.source_registry
  mirrors    = ["mirror.example.com/library/nginx"]
}
"#,
        passing: r#"
variable "source_registry" {
  type    = string
  default = "docker.io/library/nginx"
}

resource "rhcs_image_mirror" "nginx" {
  cluster_id = "2lbbrpgkocgajphhqee7vku1pgd4qsge"
  source     = var.source_registry
  mirrors    = ["mirror.example.com/library/nginx"]
}
"#,
    },
    check: Check::Elsewhere,
};

/// The finding about a mirror that some rules could not decide on; none where all could.
///
/// A mirror whose `mirrors` are not wholly known is undecided whichever rules there are: nobody can
/// say of it that it is right.
#[must_use]
pub fn report(mirror: &Mirror, rules: &[(&'static str, UnknownReasons)]) -> Option<Diagnostic> {
    let open = open_values(mirror);
    let causes = rules
        .iter()
        .map(|(_, unknown)| unknown)
        .chain(mirror.unknown_instances())
        .chain(open.iter().map(|(_, unknown, _)| *unknown));
    let causes: Vec<_> = causes
        .flat_map(|unknown| unknown.reasons.iter().cloned())
        .collect();
    if causes.is_empty() {
        return None;
    }
    let unknown = UnknownReasons::from_reasons(causes);
    let values: Vec<&str> = open.iter().map(|(name, ..)| name.as_str()).collect();
    let what = if values.is_empty() && mirror.unknown_instances().is_some() {
        format!("how many instances there are is not known: {unknown}")
    } else if values.is_empty() {
        format!("not decided: {unknown}")
    } else {
        let verb = if values.len() == 1 { "is" } else { "are" };
        format!("{} {verb} not known: {unknown}", listed(&values))
    };
    let span = open
        .iter()
        .find_map(|(.., span)| *span)
        .or_else(|| match mirror.resource() {
            Some(resource) if resource.instances.is_none() => resource.cluster_id.span,
            _ => None,
        })
        .unwrap_or(mirror.span);
    let mut finding = RULE.finding(mirror, &what).at(span, "not known yet");
    if !rules.is_empty() {
        let names: Vec<&str> = rules.iter().map(|(name, _)| *name).collect();
        finding = finding.note(format!("could not decide: {}", names.join(", ")));
    }
    Some(finding)
}

/// The finding about a plan that does not say everything.
#[must_use]
pub fn of_plan(configuration: &Input) -> Option<Diagnostic> {
    let name = &configuration.name;
    let changes = &configuration.changes;
    if let Some(span) = changes.errored {
        let message = format!(
            "{name}: Terraform met an error while it made this plan, so mirrors may be missing from it"
        );
        let mut finding = Diagnostic::new(RULE.name, RULE.severity, message)
            .at(span, "the plan cannot be applied")
            .help("mend what `terraform plan` reports, and check the plan that it makes then");
        // A gate that is green for such a plan would say more than it knows.
        finding.severity = Severity::Warning;
        return Some(finding);
    }
    changes.incomplete.map(|span| {
        let message =
            format!("{name}: this plan is a part of the work (`-target`, or changes that are put off)");
        Diagnostic::new(RULE.name, RULE.severity, message)
            .at(span, "another plan has to follow")
            .help("check the plan that is made after this one as well")
    })
}

/// The values of the mirror itself that are unknown. An unknown cluster id is none: what matters is
/// where it leads, and the rules about it say whether they could follow it.
fn open_values(mirror: &Mirror) -> Vec<(String, &UnknownReasons, Option<Span>)> {
    let mut open = Vec::new();
    let mirror_type = mirror.resource().map(|resource| ("type", &resource.mirror_type));
    for (name, attribute) in std::iter::once(("source", &mirror.source)).chain(mirror_type) {
        if let Some(unknown) = attribute.as_unknown() {
            open.push((name.to_owned(), unknown, attribute.span));
        }
    }
    match &mirror.mirrors.content {
        AttributeValue::Unknown(unknown) => open.push(("mirrors".to_owned(), unknown, mirror.mirrors.span)),
        AttributeValue::Known(elements) => {
            for (index, element) in elements.iter().enumerate() {
                if let Some(unknown) = element.as_unknown() {
                    open.push((format!("mirrors[{index}]"), unknown, element.span));
                }
            }
        }
        AttributeValue::Absent => {}
    }
    // What Terraform refuses is no open question.
    open.retain(|(_, unknown, _)| !unknown.is_refused());
    open
}

/// `a`, `a and b`, `a, b and c`.
fn listed(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [word] => (*word).to_owned(),
        [words @ .., last] => format!("{} and {last}", words.join(", ")),
    }
}
