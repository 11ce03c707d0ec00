//! The clusters that an input creates or reads.

use std::sync::{Arc, LazyLock};

use terraform_eval::address::{Address, Mode, ResourcePath};
use terraform_eval::source::Span;

use crate::provider::ClusterKind;

use super::attribute::{Attribute, AttributeValue};
use super::block::ArgumentInsertion;
use super::registry_list::RegistryList;

/// A cluster that a configuration creates or reads.
#[derive(Debug, Clone)]
pub struct Cluster {
    /// The path of the block, without the instance keys of modules.
    pub path: ResourcePath,
    /// The kind of the cluster: with or without hosted control planes.
    pub kind: ClusterKind,
    /// The instances of the block, in all instances of its module.
    pub instances: Vec<ClusterInstance>,
    /// The span of the block.
    pub span: Span,
    /// Where an argument can be added to the block.
    pub argument_insertion: Option<ArgumentInsertion>,
}

/// One instance of a cluster.
#[derive(Debug, Clone)]
pub struct ClusterInstance {
    /// The address, with the instance key `[*]` if the expansion is unknown.
    pub address: Address,
    /// The id, if it is known: then the cluster exists already.
    pub id: Option<String>,
    /// `wait_for_create_complete`. The provider treats null as false.
    pub wait_for_create_complete: Attribute<bool>,
    /// `registry_config.registry_sources`.
    pub registry_sources: Arc<RegistrySources>,
    /// The `registry_config` of a cluster to be created, if a plan has one without `registry_sources`. Configuration has
    /// an issue in its place.
    pub incomplete_registry_config: Option<Span>,
}

/// The registries that a cluster allows, blocks, and uses without TLS. The fields have the names of the arguments.
#[derive(Debug, Clone)]
#[expect(
    clippy::struct_field_names,
    reason = "the fields have the names of the arguments"
)]
pub struct RegistrySources {
    /// The only registries that images are pulled from, in addition to Red Hat's own.
    pub allowed_registries: RegistryList,
    /// Registries that no image is pulled from.
    pub blocked_registries: RegistryList,
    /// Registries without TLS, or with an untrusted certificate.
    pub insecure_registries: RegistryList,
    /// Registries that are tried for an image without a registry: `containerRuntimeSearchRegistries` of manifests.
    /// Terraform has no such argument.
    pub search_registries: RegistryList,
}

impl RegistrySources {
    /// Those of a cluster that sets none, which all such clusters share.
    #[must_use]
    pub fn absent() -> Arc<Self> {
        static ABSENT: LazyLock<Arc<RegistrySources>> =
            LazyLock::new(|| Arc::new(RegistrySources::all(&Attribute::absent())));
        ABSENT.clone()
    }

    /// Whether a list that Terraform has is there, known or not.
    #[must_use]
    pub fn has_lists(&self) -> bool {
        let lists = [
            &self.allowed_registries,
            &self.blocked_registries,
            &self.insecure_registries,
        ];
        lists
            .iter()
            .any(|list| !matches!(list.content, AttributeValue::Absent))
    }

    /// Creates registry sources in which the three lists that Terraform has are the same.
    #[must_use]
    pub fn all(list: &Attribute<Vec<Attribute<String>>>) -> Self {
        Self {
            allowed_registries: list.clone().into(),
            blocked_registries: list.clone().into(),
            insecure_registries: list.clone().into(),
            search_registries: Attribute::absent().into(),
        }
    }
}

impl Cluster {
    /// Whether the configuration creates the cluster, and does not just read it.
    #[must_use]
    pub fn is_created(&self) -> bool {
        self.path.resource.mode == Mode::Managed
    }
}
