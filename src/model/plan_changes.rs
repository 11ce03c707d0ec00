//! Planned changes to mirrors, and drift.
//!
//! Only a plan records them. Terraform's package `internal/command/jsonplan` defines the terms.

use std::collections::BTreeMap;

use terraform_eval::address::Address;
use terraform_eval::source::Span;

use crate::model::attribute::Attribute;

/// Planned changes and drift.
#[derive(Debug, Default, Clone)]
pub struct PlanChanges {
    /// The changes to mirrors, including no-ops, sorted by address.
    pub mirrors: Vec<MirrorChange>,
    /// The mirrors that were changed outside of Terraform, sorted by address.
    pub drift: Vec<MirrorChange>,
    /// The clusters whose id is known before or after the change, by id.
    pub clusters: BTreeMap<String, ClusterChange>,
    /// The span of `errored`, if an error interrupted planning.
    pub errored: Option<Span>,
    /// The span of `complete` or of the first deferred change, if another plan has to follow this one.
    pub incomplete: Option<Span>,
    /// The number of changes that Terraform defers to a later plan.
    pub deferred: usize,
    /// The span of `applyable`, if Terraform does not apply the plan.
    pub not_applyable: Option<Span>,
}

/// A planned change of a mirror, or its drift.
#[derive(Debug, Clone)]
pub struct MirrorChange {
    /// The address of the mirror.
    pub address: Address,
    /// The previous address. `None` if the mirror keeps its address.
    pub previous_address: Option<String>,
    /// Whether this is a deposed object, which an interrupted replacement left: the address has another object already.
    pub deposed: bool,
    /// The span of the address in the plan.
    pub span: Span,
    pub action: Action,
    /// The values before the change. `None` if the mirror is created.
    pub before: Option<MirrorValues>,
    /// The values after the change. `None` if the mirror is deleted.
    pub after: Option<MirrorValues>,
    /// The arguments that force a replacement.
    pub replaced_for: Vec<String>,
    /// Whether Terraform generates its block for an import, so that no configuration has it yet.
    pub is_generated: bool,
    /// The `action_reason`, if there is one: `delete_because_each_key`.
    pub reason: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    NoOp,
    Create,
    /// Change the object in place.
    Update,
    Delete,
    /// Replace the object: delete it first.
    DeleteThenCreate,
    /// Replace the object: create the new one first.
    CreateThenDelete,
    /// Remove the object from the state without deleting it.
    Forget,
    /// Remove the object from the state without deleting it, and create another one: `lifecycle` with `destroy = false`.
    ForgetThenCreate,
    /// The same in the other order.
    CreateThenForget,
    /// Any other action, which mirrors do not have.
    Other,
}

impl Action {
    /// Whether the action creates an object.
    #[must_use]
    pub fn creates(self) -> bool {
        matches!(
            self,
            Self::Create
                | Self::DeleteThenCreate
                | Self::CreateThenDelete
                | Self::ForgetThenCreate
                | Self::CreateThenForget
        )
    }

    /// Whether the action deletes an object.
    #[must_use]
    pub fn deletes(self) -> bool {
        matches!(
            self,
            Self::Delete | Self::DeleteThenCreate | Self::CreateThenDelete
        )
    }

    /// Whether the action removes an object from the state that continues to exist.
    #[must_use]
    pub fn forgets(self) -> bool {
        matches!(
            self,
            Self::Forget | Self::ForgetThenCreate | Self::CreateThenForget
        )
    }

    /// Whether the action replaces an object.
    #[must_use]
    pub fn replaces(self) -> bool {
        self.creates() && (self.deletes() || self.forgets())
    }
}

/// The arguments of a mirror before or after a change.
#[derive(Debug, Clone, PartialEq)]
pub struct MirrorValues {
    pub cluster_id: Attribute<String>,
    pub source: Attribute<String>,
    /// `mirrors`, in order.
    pub mirrors: Attribute<Vec<Attribute<String>>>,
    pub mirror_type: Attribute<String>,
}

impl MirrorValues {
    /// The mirrors, if all of them are known.
    #[must_use]
    pub fn known_mirrors(&self) -> Option<Vec<&str>> {
        let list = self.mirrors.value()?;
        list.iter()
            .map(|mirror| mirror.value().map(String::as_str))
            .collect()
    }
}

/// A cluster in a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClusterChange {
    /// The address of the cluster.
    pub address: Address,
    /// Whether the plan deletes the cluster, and with it all its mirrors.
    pub deleted: bool,
    /// Why the nodes may not reach public registries. `None` if they do, or if that is not recorded.
    pub egress_restriction: Option<EgressRestriction>,
}

/// Why a cluster may depend on its mirrors for all images.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EgressRestriction {
    /// `private = true`.
    Private,
    /// The property `zero_egress`.
    ZeroEgress,
}
