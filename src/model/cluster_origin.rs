//! Where a cluster id comes from.

use terraform_eval::address::{Address, InstanceKey, ResourcePath};
use terraform_eval::source::Span;

use super::attribute::{Attribute, AttributeValue, UnknownReason};
use super::trace::TraceStep;

/// The origin of a cluster id.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ClusterOrigin {
    /// The resources and modules that the id comes from, outermost first: a resource that passes an id on precedes the one
    /// that it gets the id from.
    pub candidates: Vec<OriginCandidate>,
    /// Why there may be more candidates.
    pub unresolved: Vec<UnknownReason>,
    /// The only cluster of the configuration, if the id is unknown and its origin could not be traced.
    pub sole_candidate: Option<OriginTarget>,
    /// The module and the expression of the id, if the expression cannot be evaluated because it refers to something that
    /// was not found. Equal expressions in one module have equal values.
    pub expression: Option<String>,
}

impl ClusterOrigin {
    /// Whether the id certainly comes from no resource: a literal, or a variable of the root module.
    #[must_use]
    pub fn is_literal(&self) -> bool {
        self.candidates.is_empty() && self.unresolved.is_empty()
    }
}

/// A resource or module that a cluster id may come from.
#[derive(Debug, Clone, PartialEq)]
pub struct OriginCandidate {
    /// The resource or module.
    pub target: OriginTarget,
    /// Whether the id certainly comes from it. A conditional may select something else.
    pub is_certain: bool,
    /// The span of the target's block.
    pub span: Option<Span>,
    /// The trace from the target to the mirror. The last step is last.
    pub trace: Vec<TraceStep>,
}

/// A resource or module output that a cluster id may come from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum OriginTarget {
    /// A resource or data source.
    Resource {
        /// The path of the block, with the instance keys of modules as far as they are known.
        path: ResourcePath,
        /// The instance key, if it is known.
        key: Option<InstanceKey>,
        /// The attribute that the expression reads.
        attribute: Option<String>,
    },
    /// An output of a module that was not found.
    Module {
        /// The address of the module call.
        call: String,
        /// The `source` of the module, as spelled.
        source: String,
        /// The name of the output.
        output: Option<String>,
    },
}

impl OriginTarget {
    /// Whether it is a single object: no instance key in its address is unknown.
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

    /// Whether it may be the object at an address. The instance key `[*]` matches any key.
    #[must_use]
    pub fn may_refer_to(&self, address: &Address) -> bool {
        let Self::Resource { path, key, .. } = self else {
            return false;
        };
        let (steps, other_steps) = (path.module.steps(), address.module().steps());
        let may_be_equal = |key: &Option<InstanceKey>, other: &Option<InstanceKey>| {
            key == other || [key, other].contains(&&Some(InstanceKey::Unknown))
        };
        path.resource == *address.resource()
            && steps.len() == other_steps.len()
            && (steps.iter().zip(other_steps))
                .all(|(step, other)| step.call == other.call && may_be_equal(&step.key, &other.key))
            && may_be_equal(key, &address.key)
    }

    /// The address of the object, without the attribute.
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

/// What identifies a cluster in one input: the same for all its mirrors, and another for each cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ClusterKey<'m> {
    /// The id. It may be sensitive, so it must not be printed.
    Id(&'m str),
    /// The resource instance that the id is read from.
    Resource(&'m ResourcePath, Option<&'m InstanceKey>),
    /// The call of a module that was not found, from which the id is read.
    Call(&'m str),
    /// A variable, or another expression without a value.
    Expression(&'m str),
    /// The name of the cluster that manifests belong to.
    Manifests(&'m str),
}

impl<'m> ClusterKey<'m> {
    /// The key of the cluster with an id that comes from an origin. `None` if the cluster is unknown.
    #[must_use]
    pub(crate) fn of(cluster_id: &'m Attribute<String>, origin: &'m ClusterOrigin) -> Option<Self> {
        match &cluster_id.content {
            AttributeValue::Known(id) => Some(Self::Id(id)),
            AttributeValue::Absent => None,
            AttributeValue::Unknown(_) => Some(match named_cluster(cluster_id, origin)? {
                NamedCluster::Target(OriginTarget::Resource { path, key, .. }) => {
                    Self::Resource(path, key.as_ref())
                }
                NamedCluster::Target(OriginTarget::Module { call, .. }) => Self::Call(call),
                NamedCluster::Expression(expression) => Self::Expression(expression),
            }),
        }
    }
}

/// The object that a cluster's id is read from.
pub(super) enum NamedCluster<'o> {
    Target(&'o OriginTarget),
    /// A variable, or another expression without a value.
    Expression(&'o str),
}

impl NamedCluster<'_> {
    pub(super) fn name(&self) -> String {
        match self {
            Self::Target(target) => target.name(),
            Self::Expression(name) => (*name).to_owned(),
        }
    }
}

/// The object that a cluster's id is read from, if that is a single object.
pub(super) fn named_cluster<'o>(
    cluster_id: &'o Attribute<String>,
    origin: &'o ClusterOrigin,
) -> Option<NamedCluster<'o>> {
    // The last candidate is the innermost one: the cluster itself, after all resources that pass its id on.
    let is_certain =
        origin.unresolved.is_empty() && origin.candidates.iter().all(|candidate| candidate.is_certain);
    let innermost = origin.candidates.last().map(|candidate| &candidate.target);
    let target = innermost.filter(|target| is_certain && target.is_single_object());
    if let Some(target) = target.or(origin.sole_candidate.as_ref()) {
        return Some(NamedCluster::Target(target));
    }
    let expression = match cluster_id.as_unknown()?.reasons.as_slice() {
        [UnknownReason::NoValue(name)] => Some(name),
        _ => origin.expression.as_ref(),
    };
    expression.map(|name| NamedCluster::Expression(name))
}
