//! `conflicting-policy`: different policies for one source, or a source that must not be contacted among its own mirrors.

use crate::cluster_mirrors::{CONFLICTING_POLICY, policy_conflicts};
use crate::diagnostic::Severity;
use crate::model::InputKinds;

use super::{Check, Fixability, Rule};

pub(super) static RULE: Rule = Rule {
    name: CONFLICTING_POLICY,
    severity: Severity::Error,
    inputs: InputKinds::MANIFEST,
    fix: Fixability::None,
    page: include_str!("conflicting_policy.md"),
    check: Check::Input(|input| policy_conflicts(input.effective_mirrors())),
};
