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
    let found = [
        find(input, mirror, &resource.cluster_id),
        find(input, mirror, &mirror.source),
        find(input, mirror, &resource.mirror_type),
        find(input, mirror, &mirror.mirrors),
    ];
    RuleOutcome::from_findings(found.into_iter().flatten().collect())
}

fn find<T>(input: &Input, mirror: &Mirror, attribute: &Attribute<T>) -> Option<Diagnostic> {
    let message = attribute
        .as_unknown()?
        .reasons
        .iter()
        .find_map(|cause| match cause {
            UnknownReason::WrongType(message) => Some(message),
            _ => None,
        })?;
    let finding = RULE
        .finding(mirror, message)
        .at_attribute(mirror, attribute, "wrong type");
    Some(finding.note(format!("{} rejects the configuration", input.engine)))
}
