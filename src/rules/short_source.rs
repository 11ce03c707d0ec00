//! `short-source`: a source without a registry host.

use crate::diagnostic::{Applicability, Severity};
use crate::model::{Input, InputKinds, Mirror, MirrorLabels as _};
use registries_conf;

use super::support::fixes::SuggestFix as _;
use super::{Check, Fixability, Rule, RuleOutcome};

pub(super) static RULE: Rule = Rule {
    name: "short-source",
    severity: Severity::Error,
    inputs: InputKinds::ALL,
    fix: Fixability::Safe,
    page: include_str!("short_source.md"),
    check: Check::Mirror(check),
};

fn check(_: &Input, mirror: &Mirror) -> RuleOutcome {
    let Some(source) = mirror.source.value() else {
        return RuleOutcome::without_value(&mirror.source);
    };
    if !registries_conf::is_short_name(source) {
        return RuleOutcome::clean();
    }
    let shown = mirror.source.describe();
    let finding = RULE
        .finding(mirror, &format!("source {shown} has no registry host"))
        .at_attribute(mirror, &mirror.source, "never matches an image reference")
        .note(
            "the container runtime expands short image names before matching but does not expand sources, \
             so this mirror is never used",
        );
    if mirror.source.sensitive {
        let help = format!(
            "write the full name, which begins with `{}/`",
            registries_conf::DOCKER_HUB
        );
        return RuleOutcome::finding(finding.help(help));
    }
    let full = registries_conf::expand_short_name(source);
    let help = format!("write the full name: {full:?}");
    RuleOutcome::finding(finding.fix_replace(&mirror.source, &full, Applicability::Safe, &help))
}
