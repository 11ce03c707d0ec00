//! `wildcard-source`: a source for all subdomains of a host.

use crate::diagnostic::Severity;
use crate::model::{Input, InputKinds, Mirror, MirrorLabels as _};
use registries_conf::{Role, is_valid_location};

use super::{Check, Fixability, Rule, RuleOutcome};

pub(super) static RULE: Rule = Rule {
    name: "wildcard-source",
    severity: Severity::Warning,
    inputs: InputKinds::ALL,
    fix: Fixability::None,
    page: include_str!("wildcard_source.md"),
    check: Check::Mirror(check),
};

fn check(_: &Input, mirror: &Mirror) -> RuleOutcome {
    let Some(source) = mirror.source.value() else {
        return RuleOutcome::without_value(&mirror.source);
    };
    if !source.starts_with("*.") || !is_valid_location(source, Role::Source) {
        return RuleOutcome::clean();
    }
    let finding = RULE
        .finding(
            mirror,
            &format!("source {} is a wildcard", mirror.source.describe()),
        )
        .at_attribute(
            mirror,
            &mirror.source,
            "matches all subdomains, and drops their names",
        )
        .note(
            "the subdomain is dropped at the mirror, so equal names in two subdomains collide; the host \
             itself does not match",
        )
        .help("declare a mirror for each host instead");
    RuleOutcome::finding(finding)
}
