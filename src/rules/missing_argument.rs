//! `missing-argument`: a required argument of a mirror, or a required input of its module.

use crate::diagnostic::{Diagnostic, Severity};
use crate::model::{
    AttributeValue, ConfigurationIssueKind, Input, InputKind, InputKinds, Mirror, MissingInputs,
    ResourceDeclaration,
};
use terraform_eval::source::Span;

use super::{Check, Fixability, Rule, RuleOutcome};

pub(super) static RULE: Rule = Rule {
    name: "missing-argument",
    severity: Severity::Error,
    inputs: InputKinds::CONFIGURATION,
    fix: Fixability::None,
    page: include_str!("missing_argument.md"),
    check: Check::ResourceAndInput(check, check_input),
};

fn check_input(input: &Input) -> Vec<Diagnostic> {
    let mut findings: Vec<Diagnostic> = input
        .missing_inputs
        .iter()
        .map(|missing| report_input(input, missing))
        .collect();
    findings.extend(RULE.report_issues(input, ConfigurationIssueKind::MissingArgument));
    findings
}

fn check(input: &Input, mirror: &Mirror, resource: &ResourceDeclaration) -> RuleOutcome {
    // A plan is created from configuration that has them, and a state holds values from the OCM API.
    if input.kind != InputKind::Configuration {
        return RuleOutcome::clean();
    }
    let missing_inputs = resource.block.missing_inputs.iter();
    let mut findings: Vec<Diagnostic> = missing_inputs
        .map(|missing| report_input(input, missing))
        .collect();
    let (id, source, mirrors) = (&resource.cluster_id, &mirror.source, &mirror.mirrors);
    let arguments: [(&str, bool, Option<Span>); 3] = [
        ("cluster_id", id.content == AttributeValue::Absent, id.span),
        ("source", source.content == AttributeValue::Absent, source.span),
        ("mirrors", mirrors.content == AttributeValue::Absent, mirrors.span),
    ];
    let absent = arguments.into_iter().filter(|(_, absent, _)| *absent);
    findings
        .extend(absent.filter_map(|(name, _, span)| report_argument(input, mirror, resource, name, span)));
    RuleOutcome {
        findings,
        undecided: None,
    }
}

fn report_argument(
    input: &Input,
    mirror: &Mirror,
    resource: &ResourceDeclaration,
    name: &str,
    span: Option<Span>,
) -> Option<Diagnostic> {
    // `unsupported-argument` reports an argument with nearly this name.
    let mut unsupported = resource.block.unsupported.iter();
    if span.is_none() && unsupported.any(|written| written.suggestion.as_deref() == Some(name)) {
        return None;
    }
    let finding = match span {
        Some(span) => RULE
            .finding(mirror, &format!("{name} is null, but is required"))
            .at(span, "null"),
        None => RULE
            .finding_in_block(mirror, &format!("{name} is missing"))
            .at(mirror.span, format!("no `{name}`")),
    };
    Some(
        finding
            .note(format!("{} rejects the configuration", input.engine))
            .help(format!("add `{name} = …`")),
    )
}

fn report_input(input: &Input, missing: &MissingInputs) -> Diagnostic {
    let call = &missing.call;
    let names: Vec<String> = missing.names.iter().map(|name| format!("`{name}`")).collect();
    let names = names.join(", ");
    RULE.diagnostic(format!("the module requires {names}"))
        .about(call.clone())
        .at(missing.span, "required input is missing")
        .note(format!(
            "{} rejects the configuration: these inputs have no default",
            input.engine
        ))
        .help(format!("set {names} in the module call"))
}
