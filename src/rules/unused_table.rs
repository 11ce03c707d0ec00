//! `unused-table`: a table of `registries.conf` of which another one takes the place.

use crate::cluster_mirrors::{UNUSED_TABLE, unused_tables};
use crate::diagnostic::Severity;
use crate::model::InputKinds;

use super::{Check, Fixability, Rule};

pub(super) static RULE: Rule = Rule {
    name: UNUSED_TABLE,
    severity: Severity::Warning,
    inputs: InputKinds::REGISTRIES_CONF,
    fix: Fixability::None,
    page: include_str!("unused_table.md"),
    check: Check::Input(unused_tables),
};
