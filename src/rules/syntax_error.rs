//! `syntax-error`: a file that cannot be parsed. Reported by the readers.

use crate::diagnostic::Severity;
use crate::model::InputKinds;

use super::{Check, Fixability, Rule};

pub(crate) static RULE: Rule = Rule {
    name: "syntax-error",
    severity: Severity::Error,
    inputs: InputKinds::ALL,
    fix: Fixability::None,
    page: include_str!("syntax_error.md"),
    check: Check::External,
};
