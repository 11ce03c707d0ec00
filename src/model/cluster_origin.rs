//! Where a cluster id comes from.

use terraform_eval::address::{Address, InstanceKey, ResourcePath};
use terraform_eval::source::Span;

use super::attribute::{Attribute, AttributeValue, UnknownReason};
use super::trace::TraceStep;

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

/// What tells a cluster from the others of one configuration, as `Mirror::cluster_key` does.
#[must_use]
pub fn cluster_key(cluster_id: &Attribute<String>, leads: &ClusterOrigin) -> Option<String> {
    match &cluster_id.content {
        AttributeValue::Known(id) => Some(id.clone()),
        AttributeValue::Absent => None,
        AttributeValue::Unknown(_) => named_cluster(cluster_id, leads),
    }
}

/// What a cluster's id is read from, if that is one thing.
pub(super) fn named_cluster(cluster_id: &Attribute<String>, leads: &ClusterOrigin) -> Option<String> {
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
