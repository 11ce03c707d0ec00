//! A configuration without a plan, as OpenTofu prints it (`tofu show -json -config`): blocks, constants and references.
//! No expression is evaluated.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::model::{
    Attribute, Cluster, ClusterInstance, Input, Mirror, MirrorValues, RegistrySources, UnknownReason,
    UnknownReasons,
};
use terraform_eval::address::{Address, InstanceKey, ModulePath, ResourceName, ResourcePath};

use crate::provider;
use crate::readers::plan::clusters::collect_waiters;
use crate::readers::plan::configuration::{Block, Modules};
use crate::readers::plan::document::{MirrorFields, ModuleConfiguration, RecordedConfiguration};
use crate::readers::plan::error::PlanError;
use crate::readers::plan::mirrors::MirrorReader;
use crate::readers::plan::plan_text::elements;

/// An expression: a constant, or its references.
#[derive(Debug, Default, Deserialize)]
struct Expression<'a> {
    #[serde(borrow)]
    constant_value: Option<&'a RawValue>,
    #[serde(borrow)]
    references: Option<&'a RawValue>,
}

/// Reads the mirrors and clusters that the modules declare into `input`.
pub(super) fn read_config_json<'a>(
    reader: &MirrorReader<'_, 'a>,
    configuration: &RecordedConfiguration<'a>,
    input: &mut Input,
) -> Result<(), PlanError> {
    let mut pending: Vec<_> = configuration
        .root_module
        .iter()
        .map(|root| (ModulePath::root(), root))
        .collect();
    while let Some((path, module)) = pending.pop() {
        read_mirrors(reader, &path, module, input)?;
        for (name, call) in module.module_calls.iter().flat_map(|calls| &calls.0) {
            if let Some(called) = &call.module {
                let is_repeated = call.count_expression.is_some() || call.for_each_expression.is_some();
                let key = is_repeated.then_some(InstanceKey::Unknown);
                pending.push((path.child(&**name, key), called));
            }
        }
    }
    input.clusters = collect_clusters(reader.modules).into_iter().collect();
    input.waiters = collect_waiters(reader.modules, reader.graph, |_| true);
    input.mirrors.sort_by(|a, b| a.address.cmp(&b.address));
    Ok(())
}

fn collect_clusters(modules: &Modules<'_>) -> Vec<Cluster> {
    let mut clusters = Vec::new();
    for (path, module) in &modules.0 {
        for (name, block) in &module.resources {
            if let Some(kind) = provider::cluster_kind(name) {
                clusters.push(Cluster {
                    path: ResourcePath {
                        module: path.clone(),
                        resource: name.clone(),
                    },
                    kind,
                    instances: vec![cluster_instance(path, name, block)],
                    span: block.span,
                    argument_insertion: None,
                });
            }
        }
    }
    clusters
}

/// One instance that represents all instances of a cluster. Its arguments are absent or unknown.
fn cluster_instance(module: &ModulePath, name: &ResourceName, block: &Block<'_>) -> ClusterInstance {
    let key = block.repetition.is_some().then_some(InstanceKey::Unknown);
    let module = module.steps().iter().fold(ModulePath::root(), |path, step| {
        path.child(step.call.clone(), Some(InstanceKey::Unknown))
    });
    ClusterInstance {
        address: Address::new(module, name.clone(), key),
        id: None,
        wait_for_create_complete: cluster_argument(block, name, "wait_for_create_complete"),
        registry_sources: RegistrySources::all(&cluster_argument(block, name, "registry_config")).into(),
        incomplete_registry_config: None,
    }
}

fn cluster_argument<T>(block: &Block<'_>, resource: &ResourceName, name: &str) -> Attribute<T> {
    if block.arguments.contains_key(name) {
        let reason = UnknownReason::NotRecorded(format!("{resource}.{name}"));
        Attribute::unknown(UnknownReasons::new(reason), None)
    } else {
        Attribute::absent()
    }
}

fn read_mirrors<'a>(
    reader: &MirrorReader<'_, 'a>,
    path: &ModulePath,
    module: &ModuleConfiguration<'a>,
    input: &mut Input,
) -> Result<(), PlanError> {
    let Some(blocks) = reader.modules.module(path).map(|module| &module.resources) else {
        return Ok(());
    };
    for resource in module.resources.iter().flatten() {
        let entry = blocks.iter().find(|(name, _)| {
            provider::is_image_mirror(name)
                && resource.kind.as_deref() == Some(&*name.kind)
                && resource.name.as_deref() == Some(&*name.name)
        });
        let Some((name, block)) = entry else {
            continue;
        };
        let key = block.repetition.is_some().then_some(InstanceKey::Unknown);
        let address = Address::new(path.clone(), name.clone(), key);
        let fields: MirrorFields<'a> = resource
            .expressions
            .map(|raw| reader.text.parse_raw(raw))
            .transpose()?
            .unwrap_or_default();
        input.mirrors.push(read_mirror(reader, &address, block, &fields)?);
    }
    Ok(())
}

fn read_mirror<'p, 'a>(
    reader: &MirrorReader<'p, 'a>,
    address: &Address,
    block: &'p Block<'a>,
    fields: &MirrorFields<'a>,
) -> Result<Box<Mirror>, PlanError> {
    let text = |raw: &'a RawValue| {
        let text = reader.text.parse_string(raw, "an argument of a mirror")?;
        Ok(text.into_owned())
    };
    let string = |name: &str, raw: Option<&'a RawValue>| read_argument(reader, block, name, raw, text);
    let element = |raw: &'a RawValue| Ok(Attribute::known(text(raw)?, Some(reader.text.span_of(raw))));
    let values = MirrorValues {
        cluster_id: string("cluster_id", fields.cluster_id)?,
        source: string("source", fields.source)?,
        mirror_type: string("type", fields.kind)?,
        mirrors: read_argument(reader, block, "mirrors", fields.mirrors, |list| {
            elements(Some(list)).into_iter().map(element).collect()
        })?,
    };
    let unknown_instances = address
        .has_unknown_key()
        .then(|| UnknownReasons::new(UnknownReason::ExpansionNeedsPlan));
    Ok(reader.mirror(address, block.span, values, Some(block), unknown_instances))
}

/// Reads an argument: its constant, parsed by `parse_constant`, or its references, which only a plan evaluates.
fn read_argument<'a, T>(
    reader: &MirrorReader<'_, 'a>,
    block: &Block<'_>,
    name: &str,
    raw: Option<&'a RawValue>,
    parse_constant: impl FnOnce(&'a RawValue) -> Result<T, PlanError>,
) -> Result<Attribute<T>, PlanError> {
    let Some(raw) = raw else {
        return Ok(Attribute::absent());
    };
    let expression: Expression<'a> = reader.text.parse_raw(raw)?;
    Ok(match (expression.constant_value, expression.references) {
        (Some(value), _) => Attribute::known(parse_constant(value)?, Some(reader.text.span_of(value))),
        (None, Some(_)) => {
            let references = block.arguments.get(name).into_iter().flatten();
            let reasons = references
                .map(|reference| UnknownReason::NeedsPlan(reference.text.to_string()))
                .collect();
            Attribute::unknown(
                UnknownReasons::from_reasons(reasons),
                Some(reader.text.span_of(raw)),
            )
        }
        (None, None) => Attribute::absent(),
    })
}
