//! Which resource types are clusters, echo a cluster's id, or wait for a cluster.
//!
//! The table is that of the provider terraform-redhat/rhcs at v1.7.7 (the type names its resources
//! register, their `cluster` attribute, and which of them call `WaitForClusterToBeReady` in create).

use terraform_eval::address::{Address, Mode, ResourceName, ResourcePath};
use terraform_eval::source::Span;

use super::attribute::Attribute;
use super::block::ArgumentInsertion;
use super::cluster_origin::OriginTarget;

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
pub enum ClusterRole {
    /// It is a cluster of this kind.
    Cluster(ClusterKind),
    /// Its `cluster` argument holds a cluster's id. With a kind where only such clusters have one.
    IdCarrier(Option<ClusterKind>),
}

/// What a resource or data source has to do with clusters; none where it has nothing to do with one.
#[must_use]
pub fn cluster_role(resource: &ResourceName) -> Option<ClusterRole> {
    use ClusterKind::{Classic, Hosted};
    let role = match (resource.mode, &*resource.kind) {
        (_, "rhcs_cluster_rosa_hcp") => ClusterRole::Cluster(Hosted),
        (_, "rhcs_cluster_rosa_classic") | (Mode::Managed, "rhcs_cluster") => ClusterRole::Cluster(Classic),
        (_, "rhcs_machine_pool") | (Mode::Managed, "rhcs_default_ingress" | "rhcs_cluster_autoscaler") => {
            ClusterRole::IdCarrier(Some(Classic))
        }
        (_, "rhcs_hcp_machine_pool")
        | (
            Mode::Managed,
            "rhcs_hcp_default_ingress"
            | "rhcs_hcp_cluster_autoscaler"
            | "rhcs_log_forwarder"
            | "rhcs_image_mirror",
        )
        | (Mode::Data, "rhcs_log_forwarders" | "rhcs_image_mirrors") => ClusterRole::IdCarrier(Some(Hosted)),
        (
            Mode::Managed,
            "rhcs_cluster_wait"
            | "rhcs_kubeletconfig"
            | "rhcs_tuning_config"
            | "rhcs_identity_provider"
            | "rhcs_group_membership"
            | "rhcs_break_glass_credential",
        )
        | (Mode::Data, "rhcs_groups") => ClusterRole::IdCarrier(None),
        _ => return None,
    };
    Some(role)
}

/// Whether a resource waits in its own creation until the cluster is ready
/// (`grep WaitForClusterToBeReady provider/`).
#[must_use]
pub fn waits_for_cluster(resource: &ResourceName) -> bool {
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

/// The argument whose value an attribute repeats: `cluster` of what echoes a cluster's id, `id` of a
/// cluster that is read by it. `None` for the attribute stands for the whole object.
#[must_use]
pub fn id_argument_echoed_by(resource: &ResourceName, attribute: Option<&str>) -> Option<&'static str> {
    let argument = match (cluster_role(resource)?, resource.mode) {
        (ClusterRole::IdCarrier(_), _) => cluster_id_argument(resource),
        (ClusterRole::Cluster(_), Mode::Data) => "id",
        (ClusterRole::Cluster(_), Mode::Managed) => return None,
    };
    attribute
        .is_none_or(|attribute| attribute == argument)
        .then_some(argument)
}

/// The name of the argument by which an echoing type holds the cluster's id.
#[must_use]
pub fn cluster_id_argument(resource: &ResourceName) -> &'static str {
    match &*resource.kind {
        "rhcs_image_mirror" | "rhcs_image_mirrors" => "cluster_id",
        _ => "cluster",
    }
}

/// Whether a registry module's `cluster_id` output is a cluster's id, and of which kind.
#[must_use]
pub fn registry_module_cluster_kind(source: &str) -> Option<ClusterKind> {
    let source = source.strip_prefix("registry.terraform.io/").unwrap_or(source);
    let package = source.split("//").next().unwrap_or(source);
    match package {
        "terraform-redhat/rosa-hcp/rhcs" => Some(ClusterKind::Hosted),
        "terraform-redhat/rosa-classic/rhcs" => Some(ClusterKind::Classic),
        _ => None,
    }
}

/// A cluster that a configuration creates or reads.
#[derive(Debug, Clone)]
pub struct Cluster {
    /// The block, its module without instance keys.
    pub path: ResourcePath,
    /// The kind.
    pub kind: ClusterKind,
    /// Its instances, in all instances of its module.
    pub instances: Vec<ClusterInstance>,
    /// The block.
    pub span: Span,
    /// Where an argument can be added to the block.
    pub argument_insertion: Option<ArgumentInsertion>,
}

/// One instance of a cluster.
#[derive(Debug, Clone)]
pub struct ClusterInstance {
    /// Its address; an instance key `[*]` where the expansion is unknown.
    pub address: Address,
    /// Its id, where it is known: then the cluster is there already.
    pub id: Option<String>,
    /// `wait_for_create_complete`; the provider takes null for false.
    pub wait_for_create_complete: Attribute<bool>,
    /// `registry_config.registry_sources`.
    pub registry_sources: RegistrySources,
}

/// What ROSA allows besides `allowed_registries` (openshift-docs, `images-configuration-parameters-hcp.adoc`).
pub const ALWAYS_ALLOWED: [&str; 3] = [
    "image-registry.openshift-image-registry.svc:5000",
    "quay.io",
    "registry.redhat.io",
];

/// The registries that a cluster allows, blocks and trusts without TLS, by the names of their arguments.
#[derive(Debug, Clone)]
pub struct RegistrySources {
    /// The only ones that images are pulled from, besides Red Hat's own.
    pub allowed_registries: Attribute<Vec<Attribute<String>>>,
    /// Those that no image is pulled from.
    pub blocked_registries: Attribute<Vec<Attribute<String>>>,
    /// Those without TLS, or without a certificate to trust.
    pub insecure_registries: Attribute<Vec<Attribute<String>>>,
}

impl RegistrySources {
    /// All three lists with this content.
    #[must_use]
    pub fn all(list: &Attribute<Vec<Attribute<String>>>) -> Self {
        Self {
            allowed_registries: list.clone(),
            blocked_registries: list.clone(),
            insecure_registries: list.clone(),
        }
    }
}

impl Cluster {
    /// Whether this configuration creates it, rather than reads it.
    #[must_use]
    pub fn is_created(&self) -> bool {
        self.path.resource.mode == Mode::Managed
    }

    /// The instances that a target can be; none where it is another object.
    pub fn instances_matching<'c>(
        &'c self,
        target: &'c OriginTarget,
    ) -> impl Iterator<Item = &'c ClusterInstance> {
        self.instances
            .iter()
            .filter(move |instance| target.may_refer_to(&instance.address))
    }
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
    fn module_sources_are_known_with_host_and_submodule() {
        assert_eq!(
            registry_module_cluster_kind(
                "registry.terraform.io/terraform-redhat/rosa-hcp/rhcs//modules/rosa-cluster-hcp"
            ),
            Some(ClusterKind::Hosted)
        );
        assert_eq!(
            registry_module_cluster_kind("terraform-redhat/rosa-classic/rhcs"),
            Some(ClusterKind::Classic)
        );
        assert_eq!(registry_module_cluster_kind("./modules/rosa-hcp"), None);
    }
}
