//! `invalid-registries-conf`: files of a node that the container runtime rejects.

use crate::cluster_mirrors::{INVALID_REGISTRIES_CONF, rejected_conf};
use crate::diagnostic::Severity;
use crate::model::InputKinds;

use super::{Check, Fixability, Rule};

pub(super) static RULE: Rule = Rule {
    name: INVALID_REGISTRIES_CONF,
    severity: Severity::Error,
    inputs: InputKinds::REGISTRIES_CONF,
    fix: Fixability::None,
    page: include_str!("invalid_registries_conf.md"),
    check: Check::Input(rejected_conf),
};
