//! Which types are clusters, pass the id of a cluster on, or wait for a cluster.
//!
//! The tables are those of the provider: the type names that its resources register, their `cluster` argument, and
//! which of them call `WaitForClusterToBeReady` in create.

use terraform_eval::address::{Mode, ResourceName};

use super::types::{is_image_mirror, is_image_mirrors_data_source};

/// The registries that ROSA allows in addition to `allowed_registries` (openshift-docs, `images-configuration-parameters-hcp.adoc`).
pub(crate) const ALWAYS_ALLOWED_REGISTRIES: [&str; 3] = [
    "image-registry.openshift-image-registry.svc:5000",
    "quay.io",
    "registry.redhat.io",
];

/// What the provider does with a `registry_config` that has no `registry_sources`: it converts the null to a structure.
pub(crate) const NO_REGISTRY_SOURCES: &str = "the plan succeeds; the provider fails when it creates the cluster: \
                                              `Value Conversion Error` at `registry_config.registry_sources`";

/// What a cluster runs as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ClusterKind {
    /// ROSA with hosted control planes: the only kind that has image mirrors.
    Hosted,
    /// ROSA classic or OpenShift Dedicated.
    Classic,
}

/// What a resource type has to do with clusters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ClusterRole {
    /// It is a cluster of this kind.
    Cluster(ClusterKind),
    /// Its `cluster` argument passes a cluster's id on. With a kind if only clusters of that kind have such a resource.
    PassesIdOn(Option<ClusterKind>),
}

/// What a resource or data source has to do with clusters; `None` if it has nothing to do with them.
#[must_use]
pub(crate) fn cluster_role(resource: &ResourceName) -> Option<ClusterRole> {
    use ClusterKind::{Classic, Hosted};
    let role = match (resource.mode, &*resource.kind) {
        (_, "rhcs_cluster_rosa_hcp") => ClusterRole::Cluster(Hosted),
        (_, "rhcs_cluster_rosa_classic") | (Mode::Managed, "rhcs_cluster") => ClusterRole::Cluster(Classic),
        (_, "rhcs_machine_pool") | (Mode::Managed, "rhcs_default_ingress" | "rhcs_cluster_autoscaler") => {
            ClusterRole::PassesIdOn(Some(Classic))
        }
        (_, "rhcs_hcp_machine_pool")
        | (
            Mode::Managed,
            "rhcs_hcp_default_ingress"
            | "rhcs_hcp_cluster_autoscaler"
            | "rhcs_log_forwarder"
            | "rhcs_image_mirror",
        )
        | (Mode::Data, "rhcs_log_forwarders" | "rhcs_image_mirrors") => ClusterRole::PassesIdOn(Some(Hosted)),
        (
            Mode::Managed,
            "rhcs_cluster_wait"
            | "rhcs_kubeletconfig"
            | "rhcs_tuning_config"
            | "rhcs_identity_provider"
            | "rhcs_group_membership"
            | "rhcs_break_glass_credential",
        )
        | (Mode::Data, "rhcs_groups") => ClusterRole::PassesIdOn(None),
        _ => return None,
    };
    Some(role)
}

/// Whether a resource waits in its own creation until the cluster is ready
/// (`grep WaitForClusterToBeReady provider/`).
#[must_use]
pub(crate) fn waits_for_cluster(resource: &ResourceName) -> bool {
    let waiting = [
        "rhcs_cluster_wait",
        "rhcs_hcp_machine_pool",
        "rhcs_kubeletconfig",
        "rhcs_tuning_config",
        "rhcs_hcp_cluster_autoscaler",
        "rhcs_hcp_default_ingress",
        "rhcs_log_forwarder",
        "rhcs_group_membership",
        "rhcs_machine_pool",
        "rhcs_cluster_autoscaler",
        "rhcs_default_ingress",
    ];
    resource.mode == Mode::Managed && waiting.contains(&&*resource.kind)
}

/// The kind of a cluster; `None` for what is not a cluster.
#[must_use]
pub(crate) fn cluster_kind(resource: &ResourceName) -> Option<ClusterKind> {
    match cluster_role(resource)? {
        ClusterRole::Cluster(kind) => Some(kind),
        ClusterRole::PassesIdOn(_) => None,
    }
}

/// Whether a resource does nothing but wait for a cluster.
#[must_use]
pub(crate) fn is_cluster_wait(resource: &ResourceName) -> bool {
    resource.mode == Mode::Managed && &*resource.kind == "rhcs_cluster_wait"
}

/// Whether the provider can import a mirror by this id: `CLUSTER_ID:IMAGE_MIRROR_ID` (`ImportState` in
/// `provider/imagemirror/image_mirror_resource.go`). Both are a part of the path of a request.
#[must_use]
pub(crate) fn is_import_id(id: &str) -> bool {
    id.split_once(':')
        .is_some_and(|(cluster, mirror)| is_cluster_id(cluster) && is_cluster_id(mirror))
}

/// Whether a text may be the id of a cluster. Ids are a part of the paths of the OCM API.
#[must_use]
pub(crate) fn is_cluster_id(id: &str) -> bool {
    !id.is_empty() && !id.contains(|character: char| character.is_whitespace() || "/?#%:".contains(character))
}

/// The argument whose value an attribute passes on: `cluster` of a resource that passes a cluster's id on, `id` of a
/// cluster that is read by it. `None` for the attribute stands for the whole object.
#[must_use]
pub(crate) fn passed_id_argument(resource: &ResourceName, attribute: Option<&str>) -> Option<&'static str> {
    let argument = match (cluster_role(resource)?, resource.mode) {
        (ClusterRole::PassesIdOn(_), _) => cluster_id_argument(resource),
        (ClusterRole::Cluster(_), Mode::Data) => "id",
        (ClusterRole::Cluster(_), Mode::Managed) => return None,
    };
    attribute
        .is_none_or(|attribute| attribute == argument)
        .then_some(argument)
}

/// The name of the argument with the cluster's id, of a type that passes it on.
#[must_use]
pub(crate) fn cluster_id_argument(resource: &ResourceName) -> &'static str {
    if is_image_mirror(resource) || is_image_mirrors_data_source(resource) {
        "cluster_id"
    } else {
        "cluster"
    }
}

/// Whether a computed attribute passes the cluster's id on as well: each of the `items` of `rhcs_log_forwarders` has it.
#[must_use]
pub(crate) fn passes_id_on(resource: &ResourceName, attribute: &str) -> bool {
    resource.mode == Mode::Data && &*resource.kind == "rhcs_log_forwarders" && attribute == "items"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_deprecated_cluster_is_classic_and_its_data_source_does_not_exist() {
        let managed = ResourceName::managed("rhcs_cluster", "a");
        assert_eq!(
            cluster_role(&managed),
            Some(ClusterRole::Cluster(ClusterKind::Classic))
        );
        assert_eq!(cluster_role(&ResourceName::data("rhcs_cluster", "a")), None);
    }

    #[test]
    fn an_import_id_has_two_parts() {
        assert!(is_import_id("cluster:mirror"));
        for id in [
            "", "cluster", "cluster:", ":mirror", "a:b:c", "a: b", "a/b:c", "a:b/c",
        ] {
            assert!(!is_import_id(id), "{id}");
        }
    }
}
