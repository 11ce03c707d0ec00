//! The resource instances of a plan or state, by address.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::value::RawValue;

use terraform_eval::address::{Address, InstanceKey, ModulePath, ModuleStep, ResourcePath};
use terraform_eval::source::Span;

use crate::provider::is_provider_type;
use crate::readers::plan::document::StateValues;
use crate::readers::plan::error::{PlanError, PlanErrorKind};
use crate::readers::plan::instance_address::{module_path, resource_address};
use crate::readers::plan::plan_text::PlanText;

/// An instance with its values.
#[derive(Debug, Clone, Copy)]
pub(super) struct Instance<'a> {
    /// The address in the text.
    pub(super) span: Span,
    pub(super) values: Option<&'a RawValue>,
    /// The marks of sensitive values, of the shape of `values`.
    pub(super) sensitive: Option<&'a RawValue>,
}

/// The instances of the provider's resources by address, and all module instances.
#[derive(Debug, Default)]
pub(super) struct Instances<'a> {
    pub(super) resources: BTreeMap<Address, Instance<'a>>,
    /// Whether every planned instance of a managed resource is listed, so that a block without any has none.
    pub(super) are_complete: bool,
    modules: BTreeSet<ModulePath>,
    /// The addresses of each block's instances, by the path of the block without instance keys.
    by_block: BTreeMap<ResourcePath, Vec<Address>>,
}

/// Reads the instances of `planned_values`, of a state, or of the state before a plan.
pub(super) fn read_instances<'a>(
    text: PlanText<'a>,
    values: &StateValues<'a>,
) -> Result<Instances<'a>, PlanError> {
    let mut instances = Instances::default();
    let mut pending: Vec<_> = values.root_module.iter().collect();
    while let Some(module) = pending.pop() {
        let path = module_path(module.address.as_deref(), None)?;
        for resource in &module.resources {
            if !resource.kind.as_deref().is_some_and(is_provider_type) {
                continue;
            }
            let (address, span) = resource_address(text, &path, resource)?;
            let instance = Instance {
                span,
                values: resource.values,
                sensitive: resource.sensitive_values,
            };
            if instances.resources.insert(address.clone(), instance).is_some() {
                let kind = PlanErrorKind::Duplicate(address.to_string());
                return Err(PlanError::new(kind, Some(span)));
            }
        }
        instances.modules.insert(path);
        pending.extend(&module.child_modules);
    }
    for address in instances.resources.keys() {
        let block = address.path.without_keys();
        instances.by_block.entry(block).or_default().push(address.clone());
    }
    Ok(instances)
}

impl Instances<'_> {
    /// The keys of a block's instances in a module instance. An unknown key in the path matches any key.
    pub(super) fn resource_keys(&self, path: &ResourcePath) -> BTreeSet<Option<InstanceKey>> {
        self.of_block(&path.without_keys())
            .iter()
            .filter(|address| matches_steps(path.module.steps(), address.module().steps()))
            .map(|address| address.key.clone())
            .collect()
    }

    /// The keys of a module call's instances in a module instance. An unknown key in the path matches any key.
    pub(super) fn module_keys(&self, parent: &ModulePath, call: &str) -> BTreeSet<Option<InstanceKey>> {
        let depth = parent.steps().len();
        self.modules
            .iter()
            .filter_map(|path| {
                let step = path.steps().get(depth)?;
                let ancestors = path.steps().get(..depth)?;
                (*step.call == *call && matches_steps(parent.steps(), ancestors)).then(|| step.key.clone())
            })
            .collect()
    }

    /// The instances of a block, given without instance keys, in all instances of its module.
    pub(super) fn of_block(&self, block: &ResourcePath) -> &[Address] {
        self.by_block.get(block).map(Vec::as_slice).unwrap_or_default()
    }
}

fn matches_steps(pattern: &[ModuleStep], steps: &[ModuleStep]) -> bool {
    pattern.iter().zip(steps).all(|(pattern, step)| {
        pattern.call == step.call && (pattern.key == step.key || pattern.key == Some(InstanceKey::Unknown))
    })
}
