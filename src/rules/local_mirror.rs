//! `local-mirror`: a mirror that is the node itself.

use crate::diagnostic::Severity;
use crate::model::{Input, InputKinds, Mirror, MirrorLabels as _};
use registries_conf::{Role, SuggestionApplicability, diagnose, is_loopback};

use super::{Check, Fixability, Rule, RuleOutcome};

pub(super) static RULE: Rule = Rule {
    name: "local-mirror",
    severity: Severity::Error,
    inputs: InputKinds::ALL,
    fix: Fixability::None,
    page: include_str!("local_mirror.md"),
    check: Check::Mirror(check),
};

fn check(_: &Input, mirror: &Mirror) -> RuleOutcome {
    RuleOutcome::of_each_mirror(mirror, |_, element, text| {
        // With a scheme in front, it is the node as well.
        let suggest = || diagnose(text, Role::Mirror).suggest_name_up_to(SuggestionApplicability::Unsafe);
        if !is_loopback(text) && !suggest().is_some_and(|suggestion| is_loopback(&suggestion.name)) {
            return RuleOutcome::clean();
        }
        RuleOutcome::finding(
            RULE.finding(
                mirror,
                &format!("mirror {} is the node itself", element.describe()),
            )
            .at_attribute(mirror, element, "each worker would contact itself")
            .note("workers do not run a registry")
            .help("use the host name by which workers reach the registry"),
        )
    })
}
