//! A configuration as OpenTofu prints it without a plan (`tofu show -json -config`): which blocks there
//! are, their constants, and what everything else refers to. No expression is evaluated.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::model::{
    Attribute, Cluster, ClusterInstance, Input, Mirror, MirrorValues, RegistrySources, UnknownReason,
    UnknownReasons,
};
use terraform_eval::address::{Address, InstanceKey, ModulePath, ResourceName, ResourcePath};

use crate::provider;
use crate::readers::plan::configuration::{Block, Modules};
use crate::readers::plan::document::{self, MirrorFields, ModuleConfiguration};
use crate::readers::plan::error::PlanError;
use crate::readers::plan::json::elements;
use crate::readers::plan::mirrors::Reader;

/// An expression: its value where it is constant, or what it refers to.
#[derive(Debug, Default, Deserialize)]
struct Written<'a> {
    #[serde(borrow)]
    constant_value: Option<&'a RawValue>,
    #[serde(borrow)]
    references: Option<&'a RawValue>,
}

/// Fills in the mirrors and clusters that the modules declare.
pub(super) fn read<'a>(
    reader: &Reader<'_, 'a>,
    written: &document::Configuration<'a>,
    into: &mut Input,
) -> Result<(), PlanError> {
    let mut pending: Vec<_> = written
        .root_module
        .iter()
        .map(|root| (ModulePath::root(), root))
        .collect();
    while let Some((path, module)) = pending.pop() {
        mirrors(reader, &path, module, into)?;
        for (name, call) in module.module_calls.iter().flat_map(|calls| &calls.0) {
            if let Some(called) = &call.module {
                let repeated = call.count_expression.is_some() || call.for_each_expression.is_some();
                pending.push((
                    path.child(&**name, repeated.then_some(InstanceKey::Unknown)),
                    called,
                ));
            }
        }
    }
    clusters(reader.modules, into);
    into.waiters = crate::readers::plan::clusters::waiters(reader.modules, reader.graph, |_| true);
    into.mirrors.sort_by(|a, b| a.address.cmp(&b.address));
    Ok(())
}

fn clusters(modules: &Modules<'_>, into: &mut Input) {
    for (module, declared) in modules {
        for (name, block) in &declared.resources {
            if let Some(kind) = provider::cluster_kind(name) {
                into.clusters.push(Cluster {
                    path: ResourcePath {
                        module: module.clone(),
                        resource: name.clone(),
                    },
                    kind,
                    instances: vec![instance(module, name, block)],
                    span: block.span,
                    argument_insertion: None,
                });
            }
        }
    }
}

/// One instance stands for all. What its arguments are worth is not looked at, only whether they are there.
fn instance(module: &ModulePath, name: &ResourceName, block: &Block<'_>) -> ClusterInstance {
    let key = block.repetition.is_some().then_some(InstanceKey::Unknown);
    let steps = module.steps().iter();
    let module = steps.fold(ModulePath::root(), |path, step| {
        path.child(step.call.clone(), Some(InstanceKey::Unknown))
    });
    ClusterInstance {
        address: Address::new(module, name.clone(), key),
        id: None,
        wait_for_create_complete: cluster_argument(block, name, "wait_for_create_complete"),
        registry_sources: RegistrySources::all(&cluster_argument(block, name, "registry_config")),
    }
}

fn cluster_argument<T>(block: &Block<'_>, resource: &ResourceName, name: &str) -> Attribute<T> {
    if block.arguments.contains_key(name) {
        Attribute::unknown(
            UnknownReasons::new(UnknownReason::NotRecorded(format!("{resource}.{name}"))),
            None,
        )
    } else {
        Attribute::absent()
    }
}

fn mirrors<'a>(
    reader: &Reader<'_, 'a>,
    path: &ModulePath,
    module: &ModuleConfiguration<'a>,
    into: &mut Input,
) -> Result<(), PlanError> {
    let Some(declared) = reader.modules.get(&path.without_keys()) else {
        return Ok(());
    };
    for resource in module.resources.iter().flatten() {
        let name = declared.resources.keys().find(|name| {
            provider::is_image_mirror(name)
                && resource.kind.as_deref() == Some(&*name.kind)
                && resource.name.as_deref() == Some(&*name.name)
        });
        let Some((name, block)) = name.and_then(|name| declared.resources.get_key_value(name)) else {
            continue;
        };
        let key = block.repetition.is_some().then_some(InstanceKey::Unknown);
        let address = Address::new(path.clone(), name.clone(), key);
        let fields: MirrorFields<'a> = resource
            .expressions
            .map(|raw| reader.text.piece(raw))
            .transpose()?
            .unwrap_or_default();
        into.mirrors.push(mirror(reader, &address, block, &fields)?);
    }
    Ok(())
}

fn mirror<'p, 'a>(
    reader: &Reader<'p, 'a>,
    address: &Address,
    block: &'p Block<'a>,
    fields: &MirrorFields<'a>,
) -> Result<Mirror, PlanError> {
    let text = |raw: &'a RawValue| Ok(reader.text.string(raw, "an argument of a mirror")?.into_owned());
    let string = |name: &str, raw: Option<&'a RawValue>| argument(reader, block, name, raw, text);
    let element = |raw: &'a RawValue| Ok(Attribute::known(text(raw)?, Some(reader.text.span(raw.get()))));
    let values = MirrorValues {
        cluster_id: string("cluster_id", fields.cluster_id)?,
        source: string("source", fields.source)?,
        mirror_type: string("type", fields.kind)?,
        mirrors: argument(reader, block, "mirrors", fields.mirrors, |list| {
            elements(Some(list)).into_iter().map(element).collect()
        })?,
    };
    let unknown_instances = address
        .to_string()
        .contains(&InstanceKey::Unknown.to_string())
        .then(|| UnknownReasons::new(UnknownReason::ExpansionNeedsPlan));
    Ok(reader.with_values(address, block.span, values, Some(block), unknown_instances))
}

/// What an expression refers to, which would have to be evaluated.
fn open<T>(reader: &Reader<'_, '_>, block: &Block<'_>, name: &str, raw: &RawValue) -> Attribute<T> {
    let references = block.arguments.get(name).into_iter().flatten();
    let causes = references
        .map(|written| UnknownReason::NeedsPlan(written.text.to_string()))
        .collect();
    Attribute::unknown(
        UnknownReasons::from_reasons(causes),
        Some(reader.text.span(raw.get())),
    )
}

/// An argument: its constant, read by `known`, or what would have to be evaluated.
fn argument<'a, T>(
    reader: &Reader<'_, 'a>,
    block: &Block<'_>,
    name: &str,
    raw: Option<&'a RawValue>,
    known: impl FnOnce(&'a RawValue) -> Result<T, PlanError>,
) -> Result<Attribute<T>, PlanError> {
    let Some(raw) = raw else {
        return Ok(Attribute::absent());
    };
    let written: Written<'a> = reader.text.piece(raw)?;
    Ok(match (written.constant_value, written.references) {
        (Some(value), _) => Attribute::known(known(value)?, Some(reader.text.span(value.get()))),
        (None, Some(_)) => open(reader, block, name, raw),
        (None, None) => Attribute::absent(),
    })
}
