//! An image mirror, where its cluster id leads, and what it depends on.

use std::collections::BTreeSet;

use registries_conf::{PullKind, SourcePolicy};
use terraform_eval::address::{Address, InstanceKey, ResourcePath};
use terraform_eval::source::Span;

use super::attribute::{Attribute, AttributeValue, UnknownReason, UnknownReasons};
use super::block::MirrorBlock;
use super::mirror_address::MirrorAddress;

/// One planned instance of `rhcs_image_mirror`, or one entry of a manifest. An entry has no cluster id, no
/// `type`, and nothing of what stands in a block of Terraform.
#[derive(Debug, Clone)]
pub struct Mirror {
    /// Its address; an instance key `[*]` where the expansion is unknown.
    pub address: MirrorAddress,
    /// The resource block's header; in a plan, the address; in a manifest, the entry.
    pub span: Span,
    /// The module calls around the block, outermost first; none where the input records no places for them.
    pub calls: Vec<TraceStep>,
    /// Why it is not known how many instances there are: then this one stands for all.
    pub instances: Option<UnknownReasons>,
    /// `cluster_id`.
    pub cluster_id: Attribute<String>,
    /// Where `cluster_id` leads.
    pub cluster_origin: ClusterOrigin,
    /// `source`.
    pub source: Attribute<String>,
    /// `mirrors`, in order.
    pub mirrors: Attribute<Vec<Attribute<String>>>,
    /// `type`; the provider's default `digest` where it is not written.
    pub mirror_type: Attribute<String>,
    /// Which pulls the mirrors serve; a resource has mirrors for pulls by digest alone.
    pub pull: PullKind,
    /// `mirrorSourcePolicy`, which a resource cannot set; absent, the source is asked last.
    pub policy: Attribute<SourcePolicy>,
    /// The entries of `depends_on`; none where the input does not record them.
    pub depends_on: Option<Vec<Dependency>>,
    /// The `depends_on` argument as written.
    pub depends_on_span: Option<Span>,
    /// What is created before this mirror, by any reference in its block or around its module.
    pub dependencies: BTreeSet<ResourcePath>,
    /// Why there may be more than these: a plan records no locals, and they may lead on.
    pub unresolved_dependencies: Vec<UnknownReason>,
    /// What else stands in its block.
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

/// Where a cluster id leads.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ClusterOrigin {
    /// The resources and modules that it comes from, outermost first: an echo, then what feeds it.
    pub candidates: Vec<OriginCandidate>,
    /// Why there may be more than these.
    pub unresolved: Vec<UnknownReason>,
    /// What it can only be, where the way to it could not be seen: the id is not known yet, and the
    /// configuration has this one cluster and no other.
    pub sole_candidate: Option<OriginTarget>,
    /// How the id is written, with the module, where that cannot be evaluated: a part of a module that refers
    /// to what is not among the files. Ids that are written alike in one module are alike.
    pub expression: Option<String>,
}

impl ClusterOrigin {
    /// Whether the id surely comes from no resource: a literal, or a variable of the root module.
    #[must_use]
    pub fn is_literal(&self) -> bool {
        self.candidates.is_empty() && self.unresolved.is_empty()
    }
}

/// One thing that a cluster id comes from.
#[derive(Debug, Clone, PartialEq)]
pub struct OriginCandidate {
    /// What it comes from.
    pub target: OriginTarget,
    /// Whether it surely does; a conditional may choose something else.
    pub is_certain: bool,
    /// The block of the target.
    pub span: Option<Span>,
    /// The way from the target to the mirror, last step last.
    pub trace: Vec<TraceStep>,
}

/// What a cluster id may come from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum OriginTarget {
    /// A resource or data source.
    Resource {
        /// The block, its module with the instance keys that are known.
        path: ResourcePath,
        /// The instance, where it is known.
        key: Option<InstanceKey>,
        /// The attribute that is read.
        attribute: Option<String>,
    },
    /// An output of a module that is not among the files.
    Module {
        /// The module call's address.
        call: String,
        /// Where the module comes from, as written.
        source: String,
        /// The output.
        output: Option<String>,
    },
}

/// One place on the way of a value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TraceStep {
    /// The place.
    pub span: Span,
    /// What is written there: `local.target`.
    pub text: String,
}

impl Mirror {
    /// What tells its cluster from the others of one configuration; nothing where that is open. Not to be
    /// shown: it may be a sensitive id.
    #[must_use]
    pub fn cluster_key(&self) -> Option<String> {
        match &self.address {
            MirrorAddress::Entry(entry) => Some(entry.document.cluster.to_string()),
            MirrorAddress::Resource(_) => cluster_key(&self.cluster_id, &self.cluster_origin),
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
        match &self.cluster_id.content {
            AttributeValue::Known(id) if !self.cluster_id.sensitive => return id.clone(),
            AttributeValue::Absent => return "(no cluster)".to_owned(),
            AttributeValue::Known(_) | AttributeValue::Unknown(_) => {}
        }
        named_cluster(&self.cluster_id, &self.cluster_origin)
            .unwrap_or_else(|| format!("(cluster of {})", self.address))
    }

    /// The block that it is an instance of, its module without instance keys; none for an entry of a manifest.
    #[must_use]
    pub fn path(&self) -> Option<ResourcePath> {
        let address = self.address.resource()?;
        Some(ResourcePath {
            module: address.module().without_keys(),
            resource: address.resource().clone(),
        })
    }
}

/// What tells a cluster from the others of one configuration, as [`ImageMirror::cluster_key`] does.
#[must_use]
pub fn cluster_key(cluster_id: &Attribute<String>, leads: &ClusterOrigin) -> Option<String> {
    match &cluster_id.content {
        AttributeValue::Known(id) => Some(id.clone()),
        AttributeValue::Absent => None,
        AttributeValue::Unknown(_) => named_cluster(cluster_id, leads),
    }
}

/// What a cluster's id is read from, if that is one thing.
fn named_cluster(cluster_id: &Attribute<String>, leads: &ClusterOrigin) -> Option<String> {
    // The last lead is the innermost: behind every echo, the cluster itself.
    let settled = leads.unresolved.is_empty() && leads.candidates.iter().all(|lead| lead.is_certain);
    let last = leads.candidates.last().map(|lead| &lead.target);
    let target = last.filter(|target| settled && target.is_single_object());
    if let Some(target) = target.or(leads.sole_candidate.as_ref()) {
        return Some(target.name());
    }
    match cluster_id.as_unknown()?.reasons.as_slice() {
        [UnknownReason::NoValue(name)] => Some(name.clone()),
        _ => leads.expression.clone(),
    }
}

impl OriginTarget {
    /// Whether it is one object: no instance key on the way to it is unknown.
    #[must_use]
    pub fn is_single_object(&self) -> bool {
        match self {
            Self::Resource { path, key, .. } => {
                let steps = path.module.steps().iter();
                let mut keys = steps.map(|step| &step.key).chain([key]);
                keys.all(|key| *key != Some(InstanceKey::Unknown))
            }
            Self::Module { call, .. } => !call.contains(&InstanceKey::Unknown.to_string()),
        }
    }

    /// Whether it can be the object at this address: an instance key `[*]` on either side stands for any.
    #[must_use]
    pub fn may_refer_to(&self, address: &Address) -> bool {
        let Self::Resource { path, key, .. } = self else {
            return false;
        };
        let (steps, others) = (path.module.steps(), address.module().steps());
        let agree = |one: &Option<InstanceKey>, other: &Option<InstanceKey>| {
            one == other || [one, other].contains(&&Some(InstanceKey::Unknown))
        };
        path.resource == *address.resource()
            && steps.len() == others.len()
            && (steps.iter().zip(others))
                .all(|(one, other)| one.call == other.call && agree(&one.key, &other.key))
            && agree(key, &address.key)
    }

    /// The object, as Terraform names it, without the attribute that is read.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Resource { path, key, .. } => match key {
                Some(key) => format!("{path}{key}"),
                None => path.to_string(),
            },
            Self::Module { call, .. } => call.clone(),
        }
    }
}
