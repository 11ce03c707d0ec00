//! An image mirror, where its cluster id leads, and what it depends on.

use std::collections::BTreeSet;

use registries_conf::{PullKind, SourcePolicy};
use terraform_eval::address::{Address, InstanceKey, ResourcePath};
use terraform_eval::source::Span;

use super::attribute::{Attribute, Cause, Content, Unknown};
use super::block::MirrorBlock;
use super::mirror_address::MirrorAddress;

/// One planned instance of `rhcs_image_mirror`, or one entry of a manifest. An entry has no cluster id, no
/// `type`, and nothing of what stands in a block of Terraform.
#[derive(Debug, Clone)]
pub struct ImageMirror {
    /// Its address; an instance key `[*]` where the expansion is unknown.
    pub address: MirrorAddress,
    /// The resource block's header; in a plan, the address; in a manifest, the entry.
    pub span: Span,
    /// The module calls around the block, outermost first; none where the input records no places for them.
    pub calls: Vec<Step>,
    /// Why it is not known how many instances there are: then this one stands for all.
    pub instances: Option<Unknown>,
    /// `cluster_id`.
    pub cluster_id: Attribute<String>,
    /// Where `cluster_id` leads.
    pub leads: Leads,
    /// `source`.
    pub source: Attribute<String>,
    /// `mirrors`, in order.
    pub mirrors: Attribute<Vec<Attribute<String>>>,
    /// `type`; the provider's default `digest` where it is not written.
    pub kind: Attribute<String>,
    /// Which pulls the mirrors serve; a resource has mirrors for pulls by digest alone.
    pub pull: PullKind,
    /// `mirrorSourcePolicy`, which a resource cannot set; absent, the source is asked last.
    pub policy: Attribute<SourcePolicy>,
    /// The entries of `depends_on`; none where the input does not record them.
    pub depends_on: Option<Vec<Dependency>>,
    /// The `depends_on` argument as written.
    pub depends_on_span: Option<Span>,
    /// What is created before this mirror, by any reference in its block or around its module.
    pub after: BTreeSet<ResourcePath>,
    /// Why there may be more than these: a plan records no locals, and they may lead on.
    pub after_unfollowed: Vec<Cause>,
    /// What else stands in its block.
    pub block: MirrorBlock,
}

/// An entry of `depends_on`.
#[derive(Debug, Clone, PartialEq)]
pub struct Dependency {
    /// As it is written: `rhcs_cluster_rosa_hcp.main`, `module.cluster`.
    pub text: String,
    /// The resources that come before it, itself included; modules without instance keys.
    pub reaches: BTreeSet<ResourcePath>,
    /// Why there may be more than these.
    pub unfollowed: Vec<Cause>,
}

/// Where a cluster id leads.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Leads {
    /// The resources and modules that it comes from, outermost first: an echo, then what feeds it.
    pub to: Vec<Lead>,
    /// Why there may be more than these.
    pub unfollowed: Vec<Cause>,
    /// What it can only be, where the way to it could not be seen: the id is not known yet, and the
    /// configuration has this one cluster and no other.
    pub only: Option<Target>,
    /// How the id is written, with the module, where that cannot be evaluated: a part of a module that refers
    /// to what is not among the files. Ids that are written alike in one module are alike.
    pub written: Option<String>,
}

impl Leads {
    /// Whether the id surely comes from no resource: a literal, or a variable of the root module.
    #[must_use]
    pub fn nowhere(&self) -> bool {
        self.to.is_empty() && self.unfollowed.is_empty()
    }
}

/// One thing that a cluster id comes from.
#[derive(Debug, Clone, PartialEq)]
pub struct Lead {
    /// What it comes from.
    pub target: Target,
    /// Whether it surely does; a conditional may choose something else.
    pub certain: bool,
    /// The block of the target.
    pub span: Option<Span>,
    /// The way from the target to the mirror, last step last.
    pub way: Vec<Step>,
}

/// What a cluster id may come from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
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
pub struct Step {
    /// The place.
    pub span: Span,
    /// What is written there: `local.target`.
    pub text: String,
}

impl ImageMirror {
    /// What tells its cluster from the others of one configuration; nothing where that is open. Not to be
    /// shown: it may be a sensitive id.
    #[must_use]
    pub fn cluster_key(&self) -> Option<String> {
        match &self.address {
            MirrorAddress::Entry(entry) => Some(entry.document.cluster.to_string()),
            MirrorAddress::Resource(_) => cluster_key(&self.cluster_id, &self.leads),
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
            Content::Known(id) if !self.cluster_id.sensitive => return id.clone(),
            Content::Absent => return "(no cluster)".to_owned(),
            Content::Known(_) | Content::Unknown(_) => {}
        }
        named_cluster(&self.cluster_id, &self.leads)
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
pub fn cluster_key(cluster_id: &Attribute<String>, leads: &Leads) -> Option<String> {
    match &cluster_id.content {
        Content::Known(id) => Some(id.clone()),
        Content::Absent => None,
        Content::Unknown(_) => named_cluster(cluster_id, leads),
    }
}

/// What a cluster's id is read from, if that is one thing.
fn named_cluster(cluster_id: &Attribute<String>, leads: &Leads) -> Option<String> {
    // The last lead is the innermost: behind every echo, the cluster itself.
    let settled = leads.unfollowed.is_empty() && leads.to.iter().all(|lead| lead.certain);
    let last = leads.to.last().map(|lead| &lead.target);
    let target = last.filter(|target| settled && target.is_one());
    if let Some(target) = target.or(leads.only.as_ref()) {
        return Some(target.name());
    }
    match cluster_id.as_unknown()?.causes.as_slice() {
        [Cause::NoValue(name)] => Some(name.clone()),
        _ => leads.written.clone(),
    }
}

impl Target {
    /// Whether it is one object: no instance key on the way to it is unknown.
    #[must_use]
    pub fn is_one(&self) -> bool {
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
    pub fn can_be(&self, address: &Address) -> bool {
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
