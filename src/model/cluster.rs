//! The clusters that an input creates or reads.

use terraform_eval::address::{Address, Mode, ResourcePath};
use terraform_eval::source::Span;

use crate::provider::ClusterKind;

use super::attribute::Attribute;
use super::block::ArgumentInsertion;
use super::cluster_origin::OriginTarget;

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
