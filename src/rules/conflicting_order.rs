//! `conflicting-order`: lists for one source that no order of its mirrors satisfies.

use crate::cluster_mirrors::{CONFLICTING_ORDER, order_conflicts};
use crate::diagnostic::Severity;
use crate::model::InputKinds;

use super::{Check, Fixability, Rule};

pub(super) static RULE: Rule = Rule {
    name: CONFLICTING_ORDER,
    severity: Severity::Warning,
    inputs: InputKinds::MANIFEST,
    fix: Fixability::None,
    page: include_str!("conflicting_order.md"),
    check: Check::Input(|input| order_conflicts(input.effective_mirrors())),
};
