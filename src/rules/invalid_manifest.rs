//! `invalid-manifest`: what the API server rejects in a manifest, or drops from it.

use crate::cluster_mirrors::{INVALID_MANIFEST, input_manifest_issues};
use crate::diagnostic::Severity;
use crate::model::InputKinds;

use super::{Check, Fixability, Rule};

pub(super) static RULE: Rule = Rule {
    name: INVALID_MANIFEST,
    severity: Severity::Error,
    inputs: InputKinds::MANIFEST,
    fix: Fixability::None,
    page: include_str!("invalid_manifest.md"),
    check: Check::Input(input_manifest_issues),
};
