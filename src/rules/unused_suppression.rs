//! `unused-suppression`: a suppression without effect. Reported where suppressions are read.

use crate::diagnostic::Severity;
use crate::model::InputKinds;

use super::{Check, Fixability, Rule};

pub(crate) static RULE: Rule = Rule {
    name: "unused-suppression",
    severity: Severity::Warning,
    inputs: InputKinds::CONFIGURATION.union(InputKinds::MANIFEST),
    fix: Fixability::Safe,
    page: include_str!("unused_suppression.md"),
    check: Check::External,
};
