//! `wrong-argument-type`: a value that cannot be converted to the type of the argument.

use crate::diagnostic::{Diagnostic, Severity};
use crate::model::{
    Attribute, ConfigurationIssueKind, Input, InputKinds, Mirror, MirrorLabels as _, ResourceDeclaration,
    UnknownReason,
};

use super::{Check, Fixability, Rule, RuleOutcome};

pub(super) static RULE: Rule = Rule {
    name: "wrong-argument-type",
    severity: Severity::Error,
    inputs: InputKinds::CONFIGURATION,
    fix: Fixability::None,
    page: include_str!("wrong_argument_type.md"),
    check: Check::ResourceAndInput(check, |input| {
        RULE.report_issues(input, ConfigurationIssueKind::WrongType)
    }),
};

fn check(input: &Input, mirror: &Mirror, resource: &ResourceDeclaration) -> RuleOutcome {
    let mut findings = Vec::new();
    check_argument(input, mirror, &resource.cluster_id, &mut findings);
    check_argument(input, mirror, &mirror.source, &mut findings);
    check_argument(input, mirror, &resource.mirror_type, &mut findings);
    check_argument(input, mirror, &mirror.mirrors, &mut findings);
    RuleOutcome::from_findings(findings)
}

fn check_argument<T>(
    input: &Input,
    mirror: &Mirror,
    attribute: &Attribute<T>,
    findings: &mut Vec<Diagnostic>,
) {
    let mut reasons = attribute
        .as_unknown()
        .into_iter()
        .flat_map(|unknown| &unknown.reasons);
    let message = reasons.find_map(|reason| match reason {
        UnknownReason::WrongType(message) => Some(message),
        _ => None,
    });
    if let Some(message) = message {
        let finding = RULE
            .finding(mirror, message)
            .at_attribute(mirror, attribute, "wrong type");
        findings.push(finding.note(format!("{} rejects the configuration", input.engine)));
    }
}
