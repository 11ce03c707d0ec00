//! The conversion targets: one file for each, and one line in the table.

mod hcl;
mod hosted_cluster;
mod icsp;
mod idms;
mod itms;
mod json;
mod node_pool;
mod oc_image_mirror;
mod oc_mirror;
mod registries_conf;
mod regsync;
mod rosa;
mod skopeo_copy;

use super::target::TargetSpec;

/// Every target, in the order of `--help`. The first one is the default.
pub static TARGETS: &[&TargetSpec] = &[
    &idms::TARGET,
    &itms::TARGET,
    &icsp::TARGET,
    &hosted_cluster::TARGET,
    &node_pool::TARGET,
    &registries_conf::TARGET,
    &rosa::TARGET,
    &skopeo_copy::TARGET,
    &oc_mirror::TARGET,
    &oc_image_mirror::TARGET,
    &regsync::TARGET,
    &hcl::TARGET,
    &json::TARGET,
];

/// The target with this `--to` value.
#[must_use]
pub fn find_target(flag: &str) -> Option<&'static TargetSpec> {
    TARGETS.iter().copied().find(|target| target.flag == flag)
}
