//! An image mirror, and the resource block that declares it, if one does.

use std::sync::{Arc, LazyLock};

use registries_conf::{PullKind, SourcePolicy};
use terraform_eval::address::{Address, ResourcePath};
use terraform_eval::resource_set::ResourceSet;
use terraform_eval::source::Span;

use crate::provider;

use super::attribute::{Attribute, AttributeValue, UnknownReason, UnknownReasons};
use super::block::MirrorBlock;
use super::cluster_origin::{ClusterKey, ClusterOrigin, named_cluster};
use super::ids::MirrorId;
use super::manifest_kind::ManifestKind;
use super::mirror_address::{EntryAddress, MirrorAddress};
use super::trace::TraceStep;

/// One planned instance of `rhcs_image_mirror`, or one entry of a manifest.
#[derive(Debug, Clone)]
pub struct Mirror {
    /// The number in the project; 0 until `Project::add` assigns it.
    pub id: MirrorId,
    /// The address, with the instance key `[*]` if the expansion is unknown.
    pub address: MirrorAddress,
    /// The header of the resource block. In a plan, the address; in a manifest, the entry.
    pub span: Span,
    /// `source`.
    pub source: Attribute<String>,
    /// `mirrors`, in order.
    pub mirrors: Attribute<Vec<Attribute<String>>>,
    /// The pulls that the mirrors serve. Those of a resource serve pulls by digest only.
    pub pull: PullKind,
    /// The block or entry that declares the mirror.
    pub declaration: Declaration,
}

/// The mirrors of an input. There may be many, which are joined and sorted, so each is in a box.
pub(crate) type MirrorList = Vec<Box<Mirror>>;

/// What declares a mirror.
#[derive(Debug, Clone)]
#[expect(
    clippy::large_enum_variant,
    reason = "an input has each mirror in a box of its own, so another box for what nearly all of them are would only take memory"
)]
pub enum Declaration {
    /// A resource block.
    Resource(ResourceDeclaration),
    /// An entry of a manifest, which has nothing but a source, mirrors and a policy.
    ManifestEntry(Box<ManifestDeclaration>),
}

/// What an entry has from its manifest.
#[derive(Debug, Clone, Default)]
pub struct ManifestDeclaration {
    /// `mirrorSourcePolicy`. If absent, the source is the last pull source.
    pub policy: Attribute<SourcePolicy>,
    /// Whether a later document replaces the entry's, so that the entry has no effect.
    pub is_overwritten: bool,
    /// The module calls that enclose the Terraform resource of the manifest, outermost first. Empty if there are none.
    pub calls: Arc<[TraceStep]>,
    /// Why the number of instances of the Terraform resource is unknown. In that case, the entry represents those of all
    /// instances.
    pub instances: Option<UnknownReasons>,
}

/// The part of a mirror that only resource blocks have.
#[derive(Debug, Clone)]
pub struct ResourceDeclaration {
    /// The enclosing module calls, outermost first. Empty if the input does not record their spans.
    pub calls: Arc<[TraceStep]>,
    /// Why the number of instances is unknown. In that case, this instance represents all of them.
    pub instances: Option<UnknownReasons>,
    /// `cluster_id`.
    pub cluster_id: Attribute<String>,
    /// Where `cluster_id` comes from.
    pub cluster_origin: ClusterOrigin,
    /// `type`, or the provider's default if the block does not set it.
    pub mirror_type: Attribute<String>,
    /// The entries of `depends_on`. `None` if the input does not record them.
    pub depends_on: Option<Arc<[Dependency]>>,
    /// The span of the `depends_on` argument.
    pub depends_on_span: Option<Span>,
    /// The resources that precede the mirror, through references in its block or in enclosing module calls.
    pub dependencies: ResourceSet,
    /// Why there may be more dependencies: a plan does not record locals, which may refer to other resources.
    pub unresolved_dependencies: Vec<UnknownReason>,
    /// Other facts about the block.
    pub block: Arc<MirrorBlock>,
}

/// An entry of `depends_on`.
#[derive(Debug, Clone, PartialEq)]
pub struct Dependency {
    /// The entry as spelled: `rhcs_cluster_rosa_hcp.main`, `module.cluster`.
    pub text: String,
    /// The resource of the entry and those that precede it, without the instance keys of modules.
    pub resources: ResourceSet,
    /// Why there may be more of them.
    pub unresolved: Vec<UnknownReason>,
}

impl Mirror {
    /// Creates the mirror of an instance of `rhcs_image_mirror`.
    #[must_use]
    pub fn from_resource(
        address: Address,
        span: Span,
        source: Attribute<String>,
        mirrors: Attribute<Vec<Attribute<String>>>,
        declaration: ResourceDeclaration,
    ) -> Box<Self> {
        Box::new(Self {
            id: MirrorId::default(),
            address: MirrorAddress::Resource(address),
            span,
            source,
            mirrors,
            pull: PullKind::DigestOnly,
            declaration: Declaration::Resource(declaration),
        })
    }

    /// Creates the mirror of an entry of a manifest.
    #[must_use]
    pub fn from_manifest_entry(
        address: EntryAddress,
        span: Span,
        source: Attribute<String>,
        mirrors: Attribute<Vec<Attribute<String>>>,
        declaration: ManifestDeclaration,
    ) -> Box<Self> {
        Box::new(Self {
            id: MirrorId::default(),
            pull: address.pull,
            address: MirrorAddress::Entry(address),
            span,
            source,
            mirrors,
            declaration: Declaration::ManifestEntry(Box::new(declaration)),
        })
    }

    /// The part that only resource blocks have. `None` for an entry of a manifest.
    #[must_use]
    pub fn resource(&self) -> Option<&ResourceDeclaration> {
        match &self.declaration {
            Declaration::Resource(resource) => Some(resource),
            Declaration::ManifestEntry(_) => None,
        }
    }

    /// The part that only resource blocks have, for changes. `None` for an entry of a manifest.
    pub fn resource_mut(&mut self) -> Option<&mut ResourceDeclaration> {
        match &mut self.declaration {
            Declaration::Resource(resource) => Some(resource),
            Declaration::ManifestEntry(_) => None,
        }
    }

    /// `mirrorSourcePolicy`, which a resource cannot set.
    #[must_use]
    pub fn policy(&self) -> &Attribute<SourcePolicy> {
        static ABSENT: LazyLock<Attribute<SourcePolicy>> = LazyLock::new(Attribute::absent);
        match &self.declaration {
            Declaration::Resource(_) => &ABSENT,
            Declaration::ManifestEntry(manifest) => &manifest.policy,
        }
    }

    /// Whether it is an entry without effect, because a later document replaces its own.
    #[must_use]
    pub fn is_overwritten(&self) -> bool {
        match &self.declaration {
            Declaration::Resource(_) => false,
            Declaration::ManifestEntry(manifest) => manifest.is_overwritten,
        }
    }

    /// Whether it is a table of a node that has no mirrors: it blocks or trusts a registry.
    #[must_use]
    pub(crate) fn is_table_without_mirrors(&self) -> bool {
        self.address.manifest() == Some(ManifestKind::RegistriesConf)
            && self.mirrors.value().is_some_and(Vec::is_empty)
    }

    /// Whether both are of one table of a node: one has its mirrors for pulls by digest, the other those for pulls by tag.
    #[must_use]
    pub(crate) fn is_same_table(&self, other: &Self) -> bool {
        match (&self.address, &other.address) {
            (MirrorAddress::Entry(first), MirrorAddress::Entry(second)) => first.is_same_table(second),
            _ => false,
        }
    }

    /// The module calls that enclose the resource, outermost first.
    #[must_use]
    pub fn calls(&self) -> &[TraceStep] {
        match &self.declaration {
            Declaration::Resource(resource) => &resource.calls,
            Declaration::ManifestEntry(manifest) => &manifest.calls,
        }
    }

    /// Whether Terraform rejects an argument, or the number of instances.
    #[must_use]
    pub fn is_rejected(&self) -> bool {
        let is_rejected = |reasons: &UnknownReasons| reasons.reasons.iter().any(UnknownReason::is_rejected);
        let elements = match &self.mirrors.content {
            AttributeValue::Known(elements) => elements.as_slice(),
            _ => &[],
        };
        let reasons = [
            self.source.as_unknown(),
            self.mirrors.as_unknown(),
            self.unknown_instances(),
            self.resource()
                .and_then(|resource| resource.cluster_id.as_unknown()),
            self.resource()
                .and_then(|resource| resource.mirror_type.as_unknown()),
        ];
        let of_elements = elements.iter().filter_map(Attribute::as_unknown);
        reasons.into_iter().flatten().chain(of_elements).any(is_rejected)
    }

    /// Why the number of instances is unknown, if it is.
    #[must_use]
    pub fn unknown_instances(&self) -> Option<&UnknownReasons> {
        match &self.declaration {
            Declaration::Resource(resource) => resource.instances.as_ref(),
            Declaration::ManifestEntry(manifest) => manifest.instances.as_ref(),
        }
    }

    /// What identifies the cluster among those of the input. `None` if the cluster is unknown.
    #[must_use]
    pub fn cluster_key(&self) -> Option<ClusterKey<'_>> {
        match &self.address {
            MirrorAddress::Entry(entry) => Some(ClusterKey::Manifests(&entry.document.cluster)),
            MirrorAddress::Resource(_) => {
                let resource = self.resource()?;
                ClusterKey::of(&resource.cluster_id, &resource.cluster_origin)
            }
        }
    }

    /// The name of the cluster, for messages: the id, or the object that the id is read from.
    ///
    /// It is the same for the mirrors of one cluster of an input, and different for those of two clusters.
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
                    let cluster = named_cluster(&resource.cluster_id, &resource.cluster_origin);
                    cluster.map(|cluster| cluster.name())
                }
            });
        name.unwrap_or_else(|| format!("(cluster of {})", self.address))
    }

    /// Why it is not known to which cluster the mirror belongs, if it is not: neither its id nor the one object that the id
    /// is read from.
    #[must_use]
    pub fn unknown_cluster(&self) -> Option<UnknownReasons> {
        let resource = self.resource()?;
        let unknown = resource.cluster_id.as_unknown()?;
        let origin = &resource.cluster_origin;
        if named_cluster(&resource.cluster_id, origin).is_some() {
            return None;
        }
        let mut reasons = origin.unresolved.clone();
        if origin
            .candidates
            .iter()
            .any(|candidate| !candidate.target.is_single_object())
        {
            reasons.push(UnknownReason::AmbiguousClusterInstance);
        } else if origin.candidates.len() > 1 {
            reasons.push(UnknownReason::AmbiguousCluster);
        }
        if reasons.is_empty() {
            reasons.clone_from(&unknown.reasons);
        }
        Some(UnknownReasons::from_reasons(reasons))
    }

    /// The path of the block, without the instance keys of modules. `None` for an entry of a manifest.
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
    /// Creates a block with these arguments and nothing else. An absent `type` gets the provider's default.
    #[must_use]
    pub fn new(cluster_id: Attribute<String>, mirror_type: Attribute<String>) -> Self {
        let mirror_type = match mirror_type.content {
            AttributeValue::Absent => Attribute::known(provider::DEFAULT_MIRROR_TYPE.to_owned(), None),
            AttributeValue::Known(_) | AttributeValue::Unknown(_) => mirror_type,
        };
        Self {
            calls: Arc::default(),
            instances: None,
            cluster_id,
            cluster_origin: ClusterOrigin::default(),
            mirror_type,
            depends_on: None,
            depends_on_span: None,
            dependencies: ResourceSet::default(),
            unresolved_dependencies: Vec::new(),
            block: Arc::default(),
        }
    }
}
