//! `unfilled-mirror`: a mirror to which nothing copies images.

use crate::cluster_mirrors::{UNFILLED_MIRROR, unfilled_mirrors};
use crate::diagnostic::Severity;
use crate::model::InputKinds;

use super::{Check, Fixability, Rule};

pub(super) static RULE: Rule = Rule {
    name: UNFILLED_MIRROR,
    severity: Severity::Warning,
    inputs: InputKinds::ALL,
    fix: Fixability::None,
    page: include_str!("unfilled_mirror.md"),
    check: Check::Input(|input| unfilled_mirrors(input, &input.requirements.image_sets)),
};
