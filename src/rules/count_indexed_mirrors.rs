//! `count-indexed-mirrors`: mirrors that are identified by their index in a list.

use crate::diagnostic::Severity;
use crate::model::{Input, InputKinds, Mirror, ResourceDeclaration};

use super::{Check, Fixability, Rule, RuleOutcome};

pub(super) static RULE: Rule = Rule {
    name: "count-indexed-mirrors",
    severity: Severity::Warning,
    inputs: InputKinds::CONFIGURATION,
    fix: Fixability::None,
    page: include_str!("count_indexed_mirrors.md"),
    check: Check::Resource(check),
};

fn check(_: &Input, mirror: &Mirror, resource: &ResourceDeclaration) -> RuleOutcome {
    let Some(span) = resource.block.count_index else {
        return RuleOutcome::clean();
    };
    RuleOutcome::finding(
        RULE.finding_in_block(mirror, "the mirrors are identified by their index in a list")
            .at(span, "selected by index")
            .note("if a source is removed from the list, every mirror after it is deleted and recreated")
            .help("use `for_each = toset(…)` and `each.key`; `moved` blocks preserve existing mirrors"),
    )
}
