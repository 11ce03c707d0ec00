//! What several rules have in common.

pub(super) mod cluster_index;
pub(super) mod configuration_issues;
pub(super) mod findings;
pub(super) mod fixes;
pub(super) mod plan_changes;
pub(super) mod source_names;
