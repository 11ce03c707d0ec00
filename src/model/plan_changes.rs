//! What a plan does to mirrors, and what it found changed.
//!
//! Only a plan records this. Terraform's `internal/command/jsonplan` says what the words mean.

use std::collections::BTreeMap;

use terraform_eval::address::Address;
use terraform_eval::source::Span;

use crate::model::attribute::Attribute;

/// The part of a plan that no configuration has.
#[derive(Debug, Default, Clone)]
pub struct PlanChanges {
    /// The changes to mirrors, those without an effect included, by address.
    pub mirrors: Vec<MirrorChange>,
    /// The mirrors that were changed outside of Terraform, by address.
    pub drift: Vec<MirrorChange>,
    /// The clusters whose id is known, before or after the plan, by id.
    pub clusters: BTreeMap<String, ClusterChange>,
    /// Where the plan says that Terraform met an error while it made it.
    pub errored: Option<Span>,
    /// Where the plan says that another one has to follow it.
    pub incomplete: Option<Span>,
}

/// What happens to one mirror, or what had happened to it.
#[derive(Debug, Clone)]
pub struct MirrorChange {
    /// Its address.
    pub address: Address,
    /// The address that it had before; none where it keeps its address.
    pub previous_address: Option<String>,
    /// Whether it is what an interrupted replacement left over: the address has another object by now.
    pub deposed: bool,
    /// The address in the plan.
    pub span: Span,
    /// What happens.
    pub action: Action,
    /// The mirror as it is; none if it is created.
    pub before: Option<MirrorValues>,
    /// The mirror as it is going to be; none if it is deleted.
    pub after: Option<MirrorValues>,
    /// The arguments that cannot change in place, where the mirror is replaced because of them.
    pub replaced_for: Vec<String>,
    /// Terraform's own word for why, where it gives one: `delete_because_each_key`.
    pub reason: Option<String>,
}

/// What a plan does to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Nothing.
    NoOp,
    /// It is created.
    Create,
    /// It changes in place.
    Update,
    /// It is deleted.
    Delete,
    /// It is deleted, then created anew.
    DeleteThenCreate,
    /// Its successor is created before it is deleted.
    CreateThenDelete,
    /// Terraform forgets it, and it stays what it is.
    Forget,
    /// Something else, which no mirror knows.
    Other,
}

impl Action {
    /// Whether an object comes to be.
    #[must_use]
    pub fn creates(self) -> bool {
        matches!(
            self,
            Self::Create | Self::DeleteThenCreate | Self::CreateThenDelete
        )
    }

    /// Whether an object ceases to be.
    #[must_use]
    pub fn deletes(self) -> bool {
        matches!(
            self,
            Self::Delete | Self::DeleteThenCreate | Self::CreateThenDelete
        )
    }

    /// Whether it is one object for another.
    #[must_use]
    pub fn replaces(self) -> bool {
        self.creates() && self.deletes()
    }
}

/// The arguments of a mirror on one side of a change.
#[derive(Debug, Clone, PartialEq)]
pub struct MirrorValues {
    /// `cluster_id`.
    pub cluster_id: Attribute<String>,
    /// `source`.
    pub source: Attribute<String>,
    /// `mirrors`, in order.
    pub mirrors: Attribute<Vec<Attribute<String>>>,
    /// `type`.
    pub mirror_type: Attribute<String>,
}

impl MirrorValues {
    /// The mirrors, where every one is known.
    #[must_use]
    pub fn known_mirrors(&self) -> Option<Vec<&str>> {
        let list = self.mirrors.value()?;
        list.iter()
            .map(|mirror| mirror.value().map(String::as_str))
            .collect()
    }
}

/// A cluster of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClusterChange {
    /// Its address.
    pub address: Address,
    /// Whether the plan deletes it, with all that it holds.
    pub deleted: bool,
    /// Why its nodes may have no way to a public registry; none where they have one, or it is not recorded.
    pub egress_restriction: Option<EgressRestriction>,
}

/// Why a cluster may depend on its mirrors for every image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EgressRestriction {
    /// `private = true`.
    Private,
    /// The property `zero_egress`.
    ZeroEgress,
}
