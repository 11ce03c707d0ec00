//! The resource instances of a plan or state, under their addresses.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::value::RawValue;

use terraform_eval::address::{Address, InstanceKey, ModulePath, ResourceName, ResourcePath};
use terraform_eval::source::Span;

use crate::provider::is_provider_type;
use crate::readers::plan::address_parser;
use crate::readers::plan::configuration::mode;
use crate::readers::plan::document::{Resource, Values};
use crate::readers::plan::error::{PlanError, Problem};
use crate::readers::plan::json::Text;

/// An instance with its values.
#[derive(Debug, Clone, Copy)]
pub(super) struct Instance<'a> {
    /// The address as written.
    pub(super) span: Span,
    pub(super) values: Option<&'a RawValue>,
    pub(super) sensitive: Option<&'a RawValue>,
}

/// The provider's instances by address, and all module instances.
#[derive(Debug, Default)]
pub(super) struct Instances<'a> {
    pub(super) resources: BTreeMap<Address, Instance<'a>>,
    pub(super) modules: BTreeSet<ModulePath>,
    /// The addresses of each block's instances; the block's module without instance keys.
    by_block: BTreeMap<ResourcePath, Vec<Address>>,
}

/// Reads the instances of `planned_values`, of a state, or of the state before a plan.
pub(super) fn read<'a>(text: Text<'a>, values: &Values<'a>) -> Result<Instances<'a>, PlanError> {
    let mut instances = Instances::default();
    let mut pending: Vec<_> = values.root_module.iter().collect();
    while let Some(module) = pending.pop() {
        let path = module_path(module.address.as_deref(), None)?;
        for resource in &module.resources {
            if !resource.kind.as_deref().is_some_and(is_provider_type) {
                continue;
            }
            let (address, instance) = instance(text, &path, resource)?;
            let span = instance.span;
            if instances.resources.insert(address.clone(), instance).is_some() {
                return Err(PlanError::new(Problem::Twice(address.to_string()), Some(span)));
            }
        }
        instances.modules.insert(path);
        pending.extend(&module.child_modules);
    }
    for address in instances.resources.keys() {
        let block = ResourcePath {
            module: address.path.module.without_keys(),
            resource: address.path.resource.clone(),
        };
        instances.by_block.entry(block).or_default().push(address.clone());
    }
    Ok(instances)
}

fn instance<'a>(
    text: Text<'a>,
    module: &ModulePath,
    resource: &Resource<'a>,
) -> Result<(Address, Instance<'a>), PlanError> {
    let identity = Identity {
        address: resource.address,
        mode: resource.mode.as_deref(),
        kind: resource.kind.as_ref(),
        name: resource.name.as_ref(),
        index: resource.index,
    };
    let (address, span) = identity.address(text, module)?;
    Ok((
        address,
        Instance {
            span,
            values: resource.values,
            sensitive: resource.sensitive_values,
        },
    ))
}

/// What names an instance inside its module.
pub(super) struct Identity<'r, 'a> {
    pub(super) address: Option<&'a RawValue>,
    pub(super) mode: Option<&'r str>,
    pub(super) kind: Option<&'r Cow<'a, str>>,
    pub(super) name: Option<&'r Cow<'a, str>>,
    pub(super) index: Option<&'a RawValue>,
}

impl<'a> Identity<'_, 'a> {
    pub(super) fn address(&self, text: Text<'a>, module: &ModulePath) -> Result<(Address, Span), PlanError> {
        let (Some(address), Some(kind), Some(name)) = (self.address, self.kind, self.name) else {
            let what = "a resource has no address or name".to_owned();
            let span = self.address.map(|raw| text.span(raw.get()));
            return Err(PlanError::new(Problem::Shape(what), span));
        };
        let resource = ResourceName {
            mode: mode(self.mode),
            kind: Arc::from(&**kind),
            name: Arc::from(&**name),
        };
        let key = self.index.map(|raw| key(text, raw)).transpose()?;
        Ok((
            Address::new(module.clone(), resource, key),
            text.span(address.get()),
        ))
    }
}

fn key<'a>(text: Text<'a>, raw: &'a RawValue) -> Result<InstanceKey, PlanError> {
    if raw.get().starts_with('"') {
        return Ok(InstanceKey::Key(Arc::from(
            &*text.string(raw, "an instance key")?,
        )));
    }
    serde_json::from_str(raw.get())
        .map(InstanceKey::Index)
        .map_err(|_| {
            text.shape(
                raw,
                "an instance key is neither a string nor a whole number".to_owned(),
            )
        })
}

pub(super) fn module_path(address: Option<&str>, span: Option<Span>) -> Result<ModulePath, PlanError> {
    let address = address.unwrap_or_default();
    address_parser::module_path(address)
        .ok_or_else(|| PlanError::new(Problem::Shape(format!("invalid module address {address}")), span))
}

impl Instances<'_> {
    /// The keys of a block's instances in a module instance, where a key `[*]` of the module stands for any.
    pub(super) fn keys(&self, path: &ResourcePath) -> BTreeSet<Option<InstanceKey>> {
        let block = ResourcePath {
            module: path.module.without_keys(),
            resource: path.resource.clone(),
        };
        self.of_block(&block)
            .iter()
            .filter(|address| same(path.module.steps(), address.path.module.steps()))
            .map(|address| address.key.clone())
            .collect()
    }

    /// The keys of a module call's instances in a module instance.
    pub(super) fn module_keys(&self, parent: &ModulePath, call: &str) -> BTreeSet<Option<InstanceKey>> {
        let depth = parent.steps().len();
        self.modules
            .iter()
            .filter_map(|path| {
                let step = path.steps().get(depth)?;
                let above = path.steps().get(..depth)?;
                (*step.call == *call && same(parent.steps(), above)).then(|| step.key.clone())
            })
            .collect()
    }

    /// The instances of a block in all instances of its module, which is given without keys.
    pub(super) fn of_block(&self, block: &ResourcePath) -> &[Address] {
        self.by_block.get(block).map(Vec::as_slice).unwrap_or_default()
    }
}

fn same(
    pattern: &[terraform_eval::address::ModuleStep],
    steps: &[terraform_eval::address::ModuleStep],
) -> bool {
    pattern.iter().zip(steps).all(|(pattern, step)| {
        pattern.call == step.call && (pattern.key == step.key || pattern.key == Some(InstanceKey::Unknown))
    })
}
