//! An image mirror, and the resource block that declares it, if one does.

use std::collections::BTreeSet;

use registries_conf::{PullKind, SourcePolicy};
use terraform_eval::address::{Address, ResourcePath};
use terraform_eval::source::Span;

use crate::provider;

use super::attribute::{Attribute, AttributeValue, UnknownReason, UnknownReasons};
use super::block::MirrorBlock;
use super::cluster_origin::{ClusterOrigin, cluster_key, named_cluster};
use super::ids::MirrorId;
use super::mirror_address::{EntryAddress, MirrorAddress};
use super::trace::TraceStep;

/// One planned instance of `rhcs_image_mirror`, or one entry of a manifest.
#[derive(Debug, Clone)]
pub struct Mirror {
    /// Its number in the project; 0 until [`Project::add`](super::Project::add) assigns it.
    pub id: MirrorId,
    /// Its address; an instance key `[*]` where the expansion is unknown.
    pub address: MirrorAddress,
    /// The resource block's header; in a plan, the address; in a manifest, the entry.
    pub span: Span,
    /// `source`.
    pub source: Attribute<String>,
    /// `mirrors`, in order.
    pub mirrors: Attribute<Vec<Attribute<String>>>,
    /// Which pulls the mirrors serve; a resource has mirrors for pulls by digest alone.
    pub pull: PullKind,
    /// `mirrorSourcePolicy`, which a resource cannot set; absent, the source is asked last.
    pub policy: Attribute<SourcePolicy>,
    /// What declares it.
    pub declaration: Declaration,
}

/// What declares a mirror.
#[derive(Debug, Clone)]
pub enum Declaration {
    /// A resource block.
    Resource(Box<ResourceDeclaration>),
    /// An entry of a manifest, which says nothing beyond source, mirrors and policy.
    ManifestEntry,
}

/// What only a resource block says of a mirror.
#[derive(Debug, Clone)]
pub struct ResourceDeclaration {
    /// The module calls around the block, outermost first; empty if the input records no places for them.
    pub calls: Vec<TraceStep>,
    /// Why it is not known how many instances there are: then this one stands for all.
    pub instances: Option<UnknownReasons>,
    /// `cluster_id`.
    pub cluster_id: Attribute<String>,
    /// Where `cluster_id` comes from.
    pub cluster_origin: ClusterOrigin,
    /// `type`; the provider's default if the block does not set it.
    pub mirror_type: Attribute<String>,
    /// The entries of `depends_on`; `None` if the input does not record them.
    pub depends_on: Option<Vec<Dependency>>,
    /// The `depends_on` argument as written.
    pub depends_on_span: Option<Span>,
    /// What is created before this mirror, by any reference in its block or around its module.
    pub dependencies: BTreeSet<ResourcePath>,
    /// Why there may be more than these: a plan records no locals, and they may lead on.
    pub unresolved_dependencies: Vec<UnknownReason>,
    /// What else the block says.
    pub block: MirrorBlock,
}

/// An entry of `depends_on`.
#[derive(Debug, Clone, PartialEq)]
pub struct Dependency {
    /// As it is written: `rhcs_cluster_rosa_hcp.main`, `module.cluster`.
    pub text: String,
    /// The resources that come before it, itself included; modules without instance keys.
    pub resources: BTreeSet<ResourcePath>,
    /// Why there may be more than these.
    pub unresolved: Vec<UnknownReason>,
}

impl Mirror {
    /// An instance of `rhcs_image_mirror`.
    #[must_use]
    pub fn from_resource(
        address: Address,
        span: Span,
        source: Attribute<String>,
        mirrors: Attribute<Vec<Attribute<String>>>,
        declaration: ResourceDeclaration,
    ) -> Self {
        Self {
            id: MirrorId::default(),
            address: MirrorAddress::Resource(address),
            span,
            source,
            mirrors,
            pull: PullKind::DigestOnly,
            policy: Attribute::absent(),
            declaration: Declaration::Resource(Box::new(declaration)),
        }
    }

    /// An entry of a manifest.
    #[must_use]
    pub fn from_manifest_entry(
        address: EntryAddress,
        span: Span,
        source: Attribute<String>,
        mirrors: Attribute<Vec<Attribute<String>>>,
        policy: Attribute<SourcePolicy>,
    ) -> Self {
        Self {
            id: MirrorId::default(),
            pull: address.document.kind.pull(),
            address: MirrorAddress::Entry(address),
            span,
            source,
            mirrors,
            policy,
            declaration: Declaration::ManifestEntry,
        }
    }

    /// The resource block's part; `None` for an entry of a manifest.
    #[must_use]
    pub fn resource(&self) -> Option<&ResourceDeclaration> {
        match &self.declaration {
            Declaration::Resource(resource) => Some(resource),
            Declaration::ManifestEntry => None,
        }
    }

    /// The resource block's part, to be changed.
    pub fn resource_mut(&mut self) -> Option<&mut ResourceDeclaration> {
        match &mut self.declaration {
            Declaration::Resource(resource) => Some(resource),
            Declaration::ManifestEntry => None,
        }
    }

    /// Why it is not known how many instances there are, if that is not known.
    #[must_use]
    pub fn unknown_instances(&self) -> Option<&UnknownReasons> {
        self.resource()?.instances.as_ref()
    }

    /// A key that mirrors of one cluster share inside one input, and mirrors of two clusters never do. It may
    /// be a sensitive id, so it must not be printed. `None` if the cluster is not known.
    #[must_use]
    pub fn cluster_key(&self) -> Option<String> {
        match &self.address {
            MirrorAddress::Entry(entry) => Some(entry.document.cluster.to_string()),
            MirrorAddress::Resource(_) => {
                let resource = self.resource()?;
                cluster_key(&resource.cluster_id, &resource.cluster_origin)
            }
        }
    }

    /// The name of its cluster: the id, or what the id is read from.
    ///
    /// Mirrors of one cluster share this name inside one configuration, mirrors of two never do.
    #[must_use]
    pub fn cluster_name(&self) -> String {
        if let MirrorAddress::Entry(entry) = &self.address {
            return entry.document.cluster.to_string();
        }
        let name = self
            .resource()
            .and_then(|resource| match &resource.cluster_id.content {
                AttributeValue::Known(id) if !resource.cluster_id.sensitive => Some(id.clone()),
                AttributeValue::Absent => Some("(no cluster)".to_owned()),
                AttributeValue::Known(_) | AttributeValue::Unknown(_) => {
                    named_cluster(&resource.cluster_id, &resource.cluster_origin)
                }
            });
        name.unwrap_or_else(|| format!("(cluster of {})", self.address))
    }

    /// The block that it is an instance of, its module without instance keys; `None` for an entry of a manifest.
    #[must_use]
    pub fn path(&self) -> Option<ResourcePath> {
        let address = self.address.resource()?;
        Some(ResourcePath {
            module: address.module().without_keys(),
            resource: address.resource().clone(),
        })
    }
}

impl ResourceDeclaration {
    /// A block with these arguments and nothing else. An absent `type` gets the provider's default.
    #[must_use]
    pub fn new(cluster_id: Attribute<String>, mirror_type: Attribute<String>) -> Self {
        let mirror_type = match mirror_type.content {
            AttributeValue::Absent => Attribute::known(provider::DEFAULT_MIRROR_TYPE.to_owned(), None),
            AttributeValue::Known(_) | AttributeValue::Unknown(_) => mirror_type,
        };
        Self {
            calls: Vec::new(),
            instances: None,
            cluster_id,
            cluster_origin: ClusterOrigin::default(),
            mirror_type,
            depends_on: None,
            depends_on_span: None,
            dependencies: BTreeSet::new(),
            unresolved_dependencies: Vec::new(),
            block: MirrorBlock::default(),
        }
    }
}
