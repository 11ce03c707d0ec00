//! `image-policy-on-mirror`: a policy for signatures that names a mirror instead of its source.

use crate::cluster_mirrors::{IMAGE_POLICY_ON_MIRROR, image_policies_on_mirrors};
use crate::diagnostic::Severity;
use crate::model::InputKinds;

use super::{Check, Fixability, Rule};

pub(super) static RULE: Rule = Rule {
    name: IMAGE_POLICY_ON_MIRROR,
    severity: Severity::Warning,
    inputs: InputKinds::MANIFEST,
    fix: Fixability::None,
    page: include_str!("image_policy_on_mirror.md"),
    check: Check::Input(image_policies_on_mirrors),
};
