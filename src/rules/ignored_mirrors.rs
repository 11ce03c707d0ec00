//! `ignored-mirrors`: changes to mirrors that Terraform ignores.

use crate::diagnostic::Severity;
use crate::model::{Input, InputKinds, Mirror, ResourceDeclaration, TraceStep};

use super::{Check, Fixability, Rule, RuleOutcome};

pub(super) static RULE: Rule = Rule {
    name: "ignored-mirrors",
    severity: Severity::Warning,
    inputs: InputKinds::CONFIGURATION,
    fix: Fixability::None,
    page: include_str!("ignored_mirrors.md"),
    check: Check::Resource(check),
};

fn check(input: &Input, mirror: &Mirror, resource: &ResourceDeclaration) -> RuleOutcome {
    let ignored = resource.block.ignore_changes.iter().filter(|entry| covers(entry));
    let report = |entry: &TraceStep| {
        let text = &entry.text;
        RULE.finding_in_block(mirror, &format!("changes are ignored: {text}"))
            .at(entry.span, "changes to this have no effect")
            .note(format!(
                "{} uses the value when it creates the mirror and ignores later changes",
                input.engine
            ))
            .help(format!(
                "remove it; if the mirror was changed outside of {}, update the configuration instead",
                input.engine
            ))
    };
    RuleOutcome::from_findings(ignored.map(report).collect())
}

/// Whether an entry of `ignore_changes` covers a value of a mirror: `mirrors`, `mirrors[0]`, `type`, `all`.
fn covers(entry: &TraceStep) -> bool {
    let name = entry.text.split(['[', '.']).next().unwrap_or_default().trim();
    matches!(name, "mirrors" | "type" | "all")
}
