//! `invalid-configuration`: what Terraform rejects for a reason that no other rule reports.

use crate::diagnostic::Severity;
use crate::model::{ConfigurationIssueKind, InputKinds};

use super::{Check, Fixability, Rule};

pub(super) static RULE: Rule = Rule {
    name: "invalid-configuration",
    severity: Severity::Error,
    inputs: InputKinds::CONFIGURATION,
    fix: Fixability::None,
    page: include_str!("invalid_configuration.md"),
    check: Check::Input(|input| RULE.report_issues(input, ConfigurationIssueKind::Other)),
};
