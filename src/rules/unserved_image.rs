//! `unserved-image`: an image that is copied to a mirror and that no mirror serves.

use crate::cluster_mirrors::{UNSERVED_IMAGE, unserved_images};
use crate::diagnostic::Severity;
use crate::model::InputKinds;

use super::{Check, Fixability, Rule};

pub(super) static RULE: Rule = Rule {
    name: UNSERVED_IMAGE,
    severity: Severity::Warning,
    inputs: InputKinds::ALL,
    fix: Fixability::None,
    page: include_str!("unserved_image.md"),
    check: Check::Input(|input| unserved_images(input, &input.requirements.image_sets)),
};
