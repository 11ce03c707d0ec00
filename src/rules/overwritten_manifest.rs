//! `overwritten-manifest`: a manifest that a later one with the same kind and name replaces.

use crate::cluster_mirrors::{OVERWRITTEN_MANIFEST, overwritten_manifests};
use crate::diagnostic::Severity;
use crate::model::InputKinds;

use super::{Check, Fixability, Rule};

pub(super) static RULE: Rule = Rule {
    name: OVERWRITTEN_MANIFEST,
    severity: Severity::Error,
    inputs: InputKinds::MANIFEST,
    fix: Fixability::None,
    page: include_str!("overwritten_manifest.md"),
    check: Check::Input(overwritten_manifests),
};
