//! The changes in a plan: the entries of `resource_changes` and `resource_drift`.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::value::RawValue;

use crate::model::{Action, ClusterChange, EgressRestriction, MirrorChange};
use terraform_eval::address::{Address, Mode};
use terraform_eval::source::Span;

use crate::provider::{self, ClusterKind, cluster_kind, is_provider_type};
use crate::readers::plan::document::{Change, ClusterFields, ResourceChange};
use crate::readers::plan::error::{PlanError, PlanErrorKind};
use crate::readers::plan::instance_address::change_address;
use crate::readers::plan::instances::Instances;
use crate::readers::plan::mirrors::MirrorReader;
use crate::readers::plan::plan_text::{JsonMembers, PlanText};

/// The changes to the provider's resources.
#[derive(Debug, Default)]
pub(super) struct Changes<'d, 'a> {
    current: BTreeMap<Address, &'d ResourceChange<'a>>,
    /// Changes to deposed objects, which an interrupted replacement left at an address.
    deposed: Vec<(Address, &'d ResourceChange<'a>)>,
}

impl<'d, 'a> Changes<'d, 'a> {
    /// Reads the entries of one of the lists.
    pub(super) fn read(
        text: PlanText<'a>,
        entries: impl IntoIterator<Item = &'d ResourceChange<'a>>,
    ) -> Result<Self, PlanError> {
        let mut changes = Self::default();
        for entry in entries {
            if !entry.kind.as_deref().is_some_and(is_provider_type) {
                continue;
            }
            let (address, span) = change_address(text, entry)?;
            if entry.deposed.is_some() {
                changes.deposed.push((address, entry));
            } else if changes.current.insert(address.clone(), entry).is_some() {
                let kind = PlanErrorKind::Duplicate(format!("the change of {address}"));
                return Err(PlanError::new(kind, Some(span)));
            }
        }
        Ok(changes)
    }

    /// The change to an instance, deposed objects excluded.
    pub(super) fn of_instance(&self, address: &Address) -> Option<&'d Change<'a>> {
        self.current.get(address)?.change.as_ref()
    }

    /// The changes to mirrors, by address.
    pub(super) fn mirror_changes(
        &self,
        reader: &MirrorReader<'_, 'a>,
    ) -> Result<Vec<MirrorChange>, PlanError> {
        let current = self.current.iter().map(|(address, entry)| (address, *entry));
        let deposed = self.deposed.iter().map(|(address, entry)| (address, *entry));
        let mut changes = Vec::new();
        for (address, entry) in current.chain(deposed) {
            if provider::is_image_mirror(address.resource()) {
                changes.extend(mirror_change(reader, address, entry)?);
            }
        }
        changes.sort_by(|a, b| (&a.address, a.deposed).cmp(&(&b.address, b.deposed)));
        Ok(changes)
    }

    /// The data sources that Terraform reads during apply, with the spans of their addresses. They have changes,
    /// but no planned values.
    pub(super) fn data_sources_read_later(
        &self,
        text: PlanText<'a>,
    ) -> impl Iterator<Item = (Address, Span)> {
        self.current
            .iter()
            .filter(|(address, entry)| {
                let is_removed = matches!(action(entry.change.as_ref()), Action::Delete | Action::Forget);
                address.resource().mode == Mode::Data && !is_removed
            })
            .filter_map(move |(address, entry)| Some((address.clone(), text.span_of(entry.address?))))
    }

    /// The changes to clusters with a known id, by id. Values before the plan take precedence over planned values.
    pub(super) fn cluster_changes(
        &self,
        text: PlanText<'a>,
        planned: &Instances<'a>,
        prior: &Instances<'a>,
    ) -> Result<BTreeMap<String, ClusterChange>, PlanError> {
        let mut changes: BTreeMap<String, ClusterChange> = BTreeMap::new();
        for (address, instance) in planned.resources.iter().chain(&prior.resources) {
            let is_hosted = cluster_kind(address.resource()) == Some(ClusterKind::Hosted);
            let (true, Some(values)) = (is_hosted, instance.values) else {
                continue;
            };
            let fields: ClusterFields<'a> = text.parse_raw(values)?;
            let Some(raw) = fields.id else { continue };
            let id = text.parse_string(raw, "a cluster's id")?.into_owned();
            let change = ClusterChange {
                address: address.clone(),
                deleted: action(self.of_instance(address)).deletes(),
                egress_restriction: egress_restriction(&fields),
            };
            // A data source may read a cluster that this plan manages: the managed resource has the change.
            let is_managed = address.resource().mode == Mode::Managed;
            if is_managed || !changes.contains_key(&id) {
                changes.insert(id, change);
            }
        }
        Ok(changes)
    }
}

fn mirror_change<'a>(
    reader: &MirrorReader<'_, 'a>,
    address: &Address,
    entry: &ResourceChange<'a>,
) -> Result<Option<MirrorChange>, PlanError> {
    let (Some(raw), Some(change)) = (entry.address, &entry.change) else {
        return Ok(None);
    };
    let values = reader.read_changed_values(address, change)?;
    Ok(Some(MirrorChange {
        address: address.clone(),
        previous_address: entry.previous_address.as_deref().map(str::to_owned),
        deposed: entry.deposed.is_some(),
        span: reader.text.span_of(raw),
        action: action(Some(change)),
        before: values.before,
        after: values.after,
        is_generated: change.generated_config.is_some_and(|raw| raw.get() != "null"),
        replaced_for: change.replace_paths.map(changed_arguments).unwrap_or_default(),
        reason: entry.action_reason.as_deref().map(str::to_owned),
    }))
}

fn action(change: Option<&Change<'_>>) -> Action {
    let actions = change.and_then(|change| change.actions.as_ref());
    // OpenTofu writes the actions that its JSON format does not know by their names in its source: `ForgetThenCreate`.
    let actions: Vec<String> = actions
        .into_iter()
        .flatten()
        .flat_map(|action| {
            action
                .split("Then")
                .map(str::to_ascii_lowercase)
                .collect::<Vec<_>>()
        })
        .collect();
    let actions: Vec<&str> = actions.iter().map(String::as_str).collect();
    match actions.as_slice() {
        [] | ["no-op" | "noop"] => Action::NoOp,
        ["create"] => Action::Create,
        ["update"] => Action::Update,
        ["delete"] => Action::Delete,
        ["delete", "create"] => Action::DeleteThenCreate,
        ["create", "delete"] => Action::CreateThenDelete,
        ["forget"] => Action::Forget,
        ["forget", "create"] => Action::ForgetThenCreate,
        ["create", "forget"] => Action::CreateThenForget,
        _ => Action::Other,
    }
}

/// The unique first steps of `replace_paths`: `mirrors` for `["mirrors", 0]`.
fn changed_arguments(paths: &RawValue) -> Vec<String> {
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

/// Why the nodes of a cluster may be unable to reach a public registry.
fn egress_restriction(fields: &ClusterFields<'_>) -> Option<EgressRestriction> {
    let properties = fields
        .properties
        .and_then(|raw| serde_json::from_str::<JsonMembers<'_, &RawValue>>(raw.get()).ok());
    let is_yes = |raw: &RawValue| {
        serde_json::from_str::<Cow<'_, str>>(raw.get()).map_or(raw.get() == "true", |word| word == "true")
    };
    let has_zero_egress = properties
        .iter()
        .flat_map(|properties| &properties.0)
        .any(|(name, value)| name == "zero_egress" && is_yes(value));
    if has_zero_egress {
        Some(EgressRestriction::ZeroEgress)
    } else if fields.private.is_some_and(is_yes) {
        Some(EgressRestriction::Private)
    } else {
        None
    }
}
