//! `plan-mismatch`: a plan and the configuration that it should have been created from. Reported where the two
//! are joined.

use crate::diagnostic::Severity;
use crate::model::InputKinds;

use super::{Check, Fixability, Rule};

pub(crate) static RULE: Rule = Rule {
    name: "plan-mismatch",
    severity: Severity::Info,
    inputs: InputKinds::PLAN,
    fix: Fixability::None,
    page: include_str!("plan_mismatch.md"),
    check: Check::External,
};
