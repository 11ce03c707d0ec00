//! `unsupported-input`: a valid file of a kind that mirrorset does not read. Reported by the readers.

use crate::diagnostic::Severity;
use crate::model::InputKinds;

use super::{Check, Fixability, Rule};

pub(crate) static RULE: Rule = Rule {
    name: "unsupported-input",
    severity: Severity::Error,
    inputs: InputKinds::ALL,
    fix: Fixability::None,
    page: include_str!("unsupported_input.md"),
    check: Check::External,
};
