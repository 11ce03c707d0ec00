//! What a plan changes, and what it found changed: the entries of `resource_changes` and `resource_drift`.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::value::RawValue;

use crate::model::{Action, ClusterChange, EgressRestriction, MirrorChange};
use terraform_eval::address::{Address, Mode};
use terraform_eval::source::Span;

use crate::provider::{self, ClusterKind, cluster_kind, is_provider_type};
use crate::readers::plan::document::{Change, ChangeBody, ClusterFields};
use crate::readers::plan::error::{PlanError, Problem};
use crate::readers::plan::instances::{self, Identity, Instances};
use crate::readers::plan::json::{Pairs, Text};
use crate::readers::plan::mirrors::Reader;

/// The changes to the provider's objects.
#[derive(Debug, Default)]
pub(super) struct Changes<'d, 'a> {
    /// Those to the instances themselves.
    pub(super) current: BTreeMap<Address, &'d Change<'a>>,
    /// Those to what an interrupted replacement left over at an address.
    deposed: Vec<(Address, &'d Change<'a>)>,
}

impl<'d, 'a> Changes<'d, 'a> {
    /// Reads the entries of one of the lists.
    pub(super) fn read(
        text: Text<'a>,
        entries: impl IntoIterator<Item = &'d Change<'a>>,
    ) -> Result<Self, PlanError> {
        let mut changes = Self::default();
        for change in entries {
            if !change.kind.as_deref().is_some_and(is_provider_type) {
                continue;
            }
            let (address, span) = address(text, change)?;
            if change.deposed.is_some() {
                changes.deposed.push((address, change));
            } else if changes.current.insert(address.clone(), change).is_some() {
                let what = Problem::Twice(format!("the change of {address}"));
                return Err(PlanError::new(what, Some(span)));
            }
        }
        Ok(changes)
    }

    /// What happens to mirrors, by address.
    pub(super) fn mirrors(&self, reader: &Reader<'_, 'a>) -> Result<Vec<MirrorChange>, PlanError> {
        let current = self.current.iter().map(|(address, change)| (address, *change));
        let deposed = self.deposed.iter().map(|(address, change)| (address, *change));
        let mut found = Vec::new();
        for (address, change) in current.chain(deposed) {
            if provider::is_image_mirror(address.resource()) {
                found.extend(mirror(reader, address, change)?);
            }
        }
        found.sort_by(|a, b| (&a.address, a.deposed).cmp(&(&b.address, b.deposed)));
        Ok(found)
    }

    /// Data sources that are read during apply: they are among the changes, and not among the planned values.
    pub(super) fn read_later(&self, text: Text<'a>) -> impl Iterator<Item = (Address, Span)> {
        self.current
            .iter()
            .filter(|(address, change)| {
                let gone = matches!(action(change.body.as_ref()), Action::Delete | Action::Forget);
                address.resource().mode == Mode::Data && !gone
            })
            .filter_map(move |(address, change)| Some((address.clone(), text.span(change.address?.get()))))
    }

    /// The clusters whose id is known, by id: as they were before, or else as they are planned.
    pub(super) fn clusters(
        &self,
        text: Text<'a>,
        planned: &Instances<'a>,
        prior: &Instances<'a>,
    ) -> Result<BTreeMap<String, ClusterChange>, PlanError> {
        let mut found: BTreeMap<String, ClusterChange> = BTreeMap::new();
        for (address, instance) in planned.resources.iter().chain(&prior.resources) {
            let is_hosted = cluster_kind(address.resource()) == Some(ClusterKind::Hosted);
            let (true, Some(values)) = (is_hosted, instance.values) else {
                continue;
            };
            let fields: ClusterFields<'a> = text.piece(values)?;
            let Some(raw) = fields.id else { continue };
            let id = text.string(raw, "a cluster's id")?.into_owned();
            let change = self.current.get(address).and_then(|change| change.body.as_ref());
            let cluster = ClusterChange {
                address: address.clone(),
                deleted: action(change).deletes(),
                egress_restriction: seclusion(&fields),
            };
            // A data source may read what is created here: what is managed says more.
            let managed = address.resource().mode == Mode::Managed;
            if managed || !found.contains_key(&id) {
                found.insert(id, cluster);
            }
        }
        Ok(found)
    }
}

/// The address of a change, and where it is written.
pub(super) fn address<'a>(text: Text<'a>, change: &Change<'a>) -> Result<(Address, Span), PlanError> {
    let span = change.address.map(|raw| text.span(raw.get()));
    let module = instances::module_path(change.module_address.as_deref(), span)?;
    let identity = Identity {
        address: change.address,
        mode: change.mode.as_deref(),
        kind: change.kind.as_ref(),
        name: change.name.as_ref(),
        index: change.index,
    };
    identity.address(text, &module)
}

fn mirror<'a>(
    reader: &Reader<'_, 'a>,
    address: &Address,
    change: &Change<'a>,
) -> Result<Option<MirrorChange>, PlanError> {
    let (Some(raw), Some(body)) = (change.address, &change.body) else {
        return Ok(None);
    };
    let sides = reader.sides(address, body)?;
    Ok(Some(MirrorChange {
        address: address.clone(),
        previous_address: change.previous_address.as_deref().map(str::to_owned),
        deposed: change.deposed.is_some(),
        span: reader.text.span(raw.get()),
        action: action(Some(body)),
        before: sides.before,
        after: sides.after,
        replaced_for: body.replace_paths.map(arguments).unwrap_or_default(),
        reason: change.action_reason.as_deref().map(str::to_owned),
    }))
}

fn action(change: Option<&ChangeBody<'_>>) -> Action {
    let words: Vec<&str> = change
        .and_then(|change| change.actions.as_ref())
        .into_iter()
        .flatten()
        .map(|word| &**word)
        .collect();
    match words.as_slice() {
        [] | ["no-op"] => Action::NoOp,
        ["create"] => Action::Create,
        ["update"] => Action::Update,
        ["delete"] => Action::Delete,
        ["delete", "create"] => Action::DeleteThenCreate,
        ["create", "delete"] => Action::CreateThenDelete,
        ["forget"] => Action::Forget,
        _ => Action::Other,
    }
}

/// The arguments that paths such as `["mirrors", 0]` begin with, each once.
fn arguments(paths: &RawValue) -> Vec<String> {
    let paths: Vec<Vec<serde_json::Value>> = serde_json::from_str(paths.get()).unwrap_or_default();
    let mut names: Vec<String> = Vec::new();
    let mut seen: BTreeSet<String> = BTreeSet::new();
    for path in paths {
        if let Some(serde_json::Value::String(name)) = path.into_iter().next()
            && seen.insert(name.clone())
        {
            names.push(name);
        }
    }
    names
}

/// Why the nodes of a cluster may have no way to a public registry.
fn seclusion(fields: &ClusterFields<'_>) -> Option<EgressRestriction> {
    let properties = fields
        .properties
        .and_then(|raw| serde_json::from_str::<Pairs<'_, &RawValue>>(raw.get()).ok());
    let is_yes = |raw: &RawValue| {
        serde_json::from_str::<Cow<'_, str>>(raw.get()).map_or(raw.get() == "true", |word| word == "true")
    };
    let zero_egress = properties
        .iter()
        .flat_map(|properties| &properties.0)
        .any(|(name, value)| name == "zero_egress" && is_yes(value));
    if zero_egress {
        Some(EgressRestriction::ZeroEgress)
    } else if fields.private.is_some_and(is_yes) {
        Some(EgressRestriction::Private)
    } else {
        None
    }
}
