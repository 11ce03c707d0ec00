//! `invalid-mirror`: a mirror that is not a valid name.

use crate::diagnostic::Severity;
use crate::model::{Input, InputKinds, Mirror, MirrorLabels as _};
use registries_conf::{Diagnosis, Fault, Repair, Role, diagnose, is_local, unrewritable};

use super::support::fixes::SuggestFix as _;
use super::support::source_names;
use super::{Check, Fixability, Rule, RuleOutcome};

pub(super) static RULE: Rule = Rule {
    name: "invalid-mirror",
    severity: Severity::Error,
    inputs: InputKinds::ALL,
    fix: Fixability::SafeOrUnsafe,
    page: include_str!("invalid_mirror.md"),
    check: Check::Mirror(check),
};

/// Checks one mirror.
#[must_use]
pub fn check(_: &Input, mirror: &Mirror) -> RuleOutcome {
    source_names::each_mirror(mirror, |_, element, text| {
        // `empty-mirrors` reports an empty string.
        if text.is_empty() {
            return RuleOutcome::clean();
        }
        let diagnosis = diagnose(text, Role::Mirror);
        let faults = || diagnosis.mistakes.iter().map(|mistake| mistake.fault);
        // `local-mirror` reports an IPv6 address of the node itself.
        if diagnosis.mistakes.is_empty() || (is_local(text) && faults().all(|fault| fault == Fault::Host)) {
            return RuleOutcome::clean();
        }
        let finding = RULE
            .finding(
                mirror,
                &format!(
                    "mirror {} {}",
                    element.shown(),
                    source_names::list_faults(faults())
                ),
            )
            .at_attribute(mirror, element, "not a registry, namespace or repository")
            .note(source_names::rejection_note(mirror));
        RuleOutcome::finding(finding.suggest_name(
            element,
            suggested_mirror(mirror, &diagnosis).as_ref(),
            "write `host[:port][/path]`",
        ))
    })
}

/// Returns the repaired name, in a form that the container runtime can rewrite to.
fn suggested_mirror(mirror: &Mirror, diagnosis: &Diagnosis) -> Option<Repair> {
    let valid = diagnosis.repair()?;
    let source = mirror
        .source
        .value()
        .and_then(|source| source_names::suggested_source(source));
    let found = source.and_then(|source| unrewritable(&source.name, &valid.name));
    match found {
        None => Some(valid),
        Some(found) => found.repair.map(|repair| Repair {
            name: repair.name,
            safety: repair.safety.max(valid.safety),
        }),
    }
}
