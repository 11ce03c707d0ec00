//! `skipped-input`: something that was not read and that may hold mirrors. The readers say what was skipped.

use crate::diagnostic::{Diagnostic, Severity};
use crate::model::{Hides, InputKinds, Skipped};

use super::{Check, Fixability, Rule};

pub(crate) static RULE: Rule = Rule {
    name: "skipped-input",
    severity: Severity::Info,
    inputs: InputKinds::ALL,
    fix: Fixability::None,
    page: include_str!("skipped_input.md"),
    check: Check::External,
};

/// The finding about something that was skipped; `None` if it hides nothing.
pub(crate) fn report(skipped: &Skipped) -> Option<Diagnostic> {
    if !skipped.is_gap() {
        return None;
    }
    let mut finding = RULE
        .diagnostic(skipped.message.clone())
        .about(skipped.name.clone());
    if skipped.hides == Hides::Certainly {
        finding.severity = Severity::Warning;
    }
    if let Some(span) = skipped.span {
        finding = finding.at(span, "");
    }
    finding.help.clone_from(&skipped.help);
    Some(finding)
}
