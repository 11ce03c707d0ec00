//! `non-digest-type`: a type that the provider rejects.

use crate::diagnostic::{Applicability, Severity};
use crate::model::{AttributeValue, Input, InputKinds, Mirror, MirrorLabels as _};

use super::support::fixes::SuggestFix as _;
use super::{Check, Fixability, Rule, RuleOutcome};

pub(super) static RULE: Rule = Rule {
    name: "non-digest-type",
    severity: Severity::Error,
    inputs: InputKinds::TERRAFORM,
    fix: Fixability::Safe,
    page: include_str!("non_digest_type.md"),
    check: Check::Mirror(check),
};

fn check(_: &Input, mirror: &Mirror) -> RuleOutcome {
    match &mirror.mirror_type.content {
        AttributeValue::Known(kind) if kind != "digest" => RuleOutcome::finding(
            RULE.finding(
                mirror,
                &format!("type {} is not supported", mirror.mirror_type.shown()),
            )
            .at_attribute(mirror, &mirror.mirror_type, "only \"digest\" is supported")
            .note("the provider and the OCM API reject any other type")
            .fix_replace(
                &mirror.mirror_type,
                "digest",
                Applicability::Safe,
                "write \"digest\", or omit `type`: \"digest\" is the default",
            ),
        ),
        AttributeValue::Known(_) | AttributeValue::Absent => RuleOutcome::clean(),
        AttributeValue::Unknown(unknown) => RuleOutcome::undecided(unknown.clone()),
    }
}
