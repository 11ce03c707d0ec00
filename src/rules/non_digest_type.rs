//! `non-digest-type`: a type that the provider rejects.

use crate::diagnostic::{Applicability, Severity};
use crate::model::{
    AttributeValue, ConfigurationIssueKind, Input, InputKinds, Mirror, MirrorLabels as _, ResourceDeclaration,
};
use crate::provider::DEFAULT_MIRROR_TYPE;

use super::support::fixes::SuggestFix as _;
use super::{Check, Fixability, Rule, RuleOutcome};

pub(super) static RULE: Rule = Rule {
    name: "non-digest-type",
    severity: Severity::Error,
    inputs: InputKinds::TERRAFORM,
    fix: Fixability::Safe,
    page: include_str!("non_digest_type.md"),
    check: Check::ResourceAndInput(check, |input| {
        RULE.report_issues(input, ConfigurationIssueKind::NonDigestType)
    }),
};

fn check(_: &Input, mirror: &Mirror, resource: &ResourceDeclaration) -> RuleOutcome {
    match &resource.mirror_type.content {
        AttributeValue::Known(kind) if kind != DEFAULT_MIRROR_TYPE => RuleOutcome::finding(
            RULE.finding(
                mirror,
                &format!("type {} is not supported", resource.mirror_type.describe()),
            )
            .at_attribute(mirror, &resource.mirror_type, "only \"digest\" is supported")
            .note("the provider and the OCM API reject any other type")
            .fix_replace(
                &resource.mirror_type,
                DEFAULT_MIRROR_TYPE,
                Applicability::Safe,
                "write \"digest\", or omit `type`: \"digest\" is the default",
            ),
        ),
        AttributeValue::Known(_) | AttributeValue::Absent => RuleOutcome::clean(),
        AttributeValue::Unknown(unknown) => RuleOutcome::undecided(unknown.clone()),
    }
}
