//! `non-digest-type`: a type that the provider rejects.

use crate::diagnostic::{Applicability, Severity};
use crate::model::{Configuration, Content, ImageMirror, InputKinds};

use super::support::findings::MirrorLabels as _;
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

fn check(_: &Configuration, mirror: &ImageMirror) -> RuleOutcome {
    match &mirror.kind.content {
        Content::Known(kind) if kind != "digest" => RuleOutcome::finding(
            RULE.finding(mirror, &format!("type {} is not supported", mirror.kind.shown()))
                .at_attribute(mirror, &mirror.kind, "only \"digest\" is supported")
                .note("the provider and the OCM API reject any other type")
                .fix_replace(
                    &mirror.kind,
                    "digest",
                    Applicability::Safe,
                    "write \"digest\", or omit `type`: \"digest\" is the default",
                ),
        ),
        Content::Known(_) | Content::Absent => RuleOutcome::clean(),
        Content::Unknown(unknown) => RuleOutcome::undecided(unknown.clone()),
    }
}
