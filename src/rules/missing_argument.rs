//! `missing-argument`: what a mirror, or the module for mirrors, cannot do without.

use crate::diagnostic::{Diagnostic, Severity};
use crate::model::{AttributeValue, Input, InputKind, Mirror, MissingInputs, ResourceDeclaration};
use terraform_eval::source::Span;

use super::{Check, Documentation, Fixability, Inputs, Outcome, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "missing-argument",
    severity: Severity::Error,
    inputs: Inputs::Configuration,
    fix: Fixability::None,
    summary: "`cluster_id`, `source` or `mirrors` is missing, or an input of the module that has the mirror",
    documentation: Documentation {
        what: "Looks for mirrors without `cluster_id`, `source` or `mirrors`, or with null for one of them, and for \
               module calls around mirrors that leave out an input which has no default, as that of \
               `terraform-redhat/rosa-hcp/rhcs//modules/image-mirrors` without `type`.",
        why: "Terraform refuses it: `Missing required argument`, or for null `Missing Configuration for Required \
              Attribute` (terraform-provider-rhcs, `provider/imagemirror/image_mirror_resource.go`; \
              terraform-rhcs-rosa-hcp, `modules/image-mirrors/variables.tf`).",
        failing: r#"
resource "rhcs_image_mirror" "nginx" {
  cluster_id = "2lbbrpgkocgajphhqee7vku1pgd4qsge"
  source     = "docker.io/library/nginx"
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

fn check(configuration: &Input, mirror: &Mirror) -> Outcome {
    // A plan is made of configuration that has them, and a state holds what the service said.
    if configuration.kind != InputKind::Configuration {
        return Outcome::clean();
    }
    let Some(resource) = mirror.resource() else {
        return Outcome::clean();
    };
    let mut findings: Vec<Diagnostic> = resource.block.missing_inputs.iter().map(input).collect();
    let (id, source, mirrors) = (&resource.cluster_id, &mirror.source, &mirror.mirrors);
    let arguments: [(&str, bool, Option<Span>); 3] = [
        ("cluster_id", id.content == AttributeValue::Absent, id.span),
        ("source", source.content == AttributeValue::Absent, source.span),
        ("mirrors", mirrors.content == AttributeValue::Absent, mirrors.span),
    ];
    let absent = arguments.into_iter().filter(|(_, absent, _)| *absent);
    findings.extend(absent.filter_map(|(name, _, span)| argument(mirror, resource, name, span)));
    Outcome {
        findings,
        undecided: None,
    }
}

fn argument(
    mirror: &Mirror,
    resource: &ResourceDeclaration,
    name: &str,
    span: Option<Span>,
) -> Option<Diagnostic> {
    // Of an argument that is there under nearly this name, the rule about that one speaks.
    let mut unsupported = resource.block.unsupported.iter();
    if span.is_none() && unsupported.any(|written| written.suggestion == Some(name)) {
        return None;
    }
    let finding = match span {
        Some(span) => RULE
            .finding(mirror, &format!("{name} is null, and has to be set"))
            .at(span, "null"),
        None => RULE
            .finding_in_block(mirror, &format!("{name} is missing"))
            .at(mirror.span, format!("has no `{name}`")),
    };
    Some(
        finding
            .note("Terraform refuses the configuration")
            .help(format!("write `{name} = …`")),
    )
}

fn input(missing: &MissingInputs) -> Diagnostic {
    let call = &missing.call;
    let names: Vec<String> = missing.names.iter().map(|name| format!("`{name}`")).collect();
    let names = names.join(", ");
    Diagnostic::new(
        RULE.name,
        RULE.severity,
        format!("{call}: the module needs {names}"),
    )
    .at_address(call.clone())
    .at(missing.span, "leaves this out")
    .note("Terraform refuses the configuration: these inputs have no default")
    .help(format!("set {names} in the module call"))
}
