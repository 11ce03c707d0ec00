//! The configuration inside a plan: the blocks of each module, and the references of each argument.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::value::RawValue;

use terraform_eval::address::{ModulePath, ResourceName, ResourcePath};
use terraform_eval::source::Span;

use crate::readers::plan::document::{CallConfiguration, ModuleConfiguration, ResourceConfiguration};
use crate::readers::plan::error::{PlanError, PlanErrorKind};
use crate::readers::plan::instance_address::resource_mode;
use crate::readers::plan::plan_text::{JsonMembers, PlanText};

/// The depth to which nested blocks are read. Terraform's own nest a handful deep.
const MAX_DEPTH: usize = 64;

/// A reference as the plan records it.
#[derive(Debug, Clone)]
pub(super) struct RecordedReference<'a> {
    pub(super) text: Cow<'a, str>,
    pub(super) span: Span,
}

/// The references of one expression, each in its most specific form: `a.b[0].id` without `a.b[0]` and `a.b`.
pub(super) type References<'a> = Vec<RecordedReference<'a>>;

/// The modules of the configuration, by path without instance keys.
#[derive(Debug, Default)]
pub(super) struct Modules<'a>(pub(super) BTreeMap<ModulePath, Module<'a>>);

impl<'a> Modules<'a> {
    /// The block of a resource; instance keys in the path are ignored.
    pub(super) fn block(&self, path: &ResourcePath) -> Option<&Block<'a>> {
        self.module(&path.module)?.resources.get(&path.resource)
    }

    /// A module call in a module; instance keys in the path are ignored.
    pub(super) fn call(&self, module: &ModulePath, name: &str) -> Option<&ModuleCall<'a>> {
        self.module(module)?.calls.get(name)
    }

    /// The paths of all resources, without instance keys.
    pub(super) fn resource_paths(&self) -> impl Iterator<Item = ResourcePath> {
        self.0.iter().flat_map(|(path, module)| {
            module.resources.keys().map(|resource| ResourcePath {
                module: path.clone(),
                resource: resource.clone(),
            })
        })
    }

    /// A module; instance keys in the path are ignored.
    pub(super) fn module(&self, path: &ModulePath) -> Option<&Module<'a>> {
        self.0.get(&path.without_keys())
    }
}

#[derive(Debug, Default)]
pub(super) struct Module<'a> {
    pub(super) resources: BTreeMap<ResourceName, Block<'a>>,
    pub(super) calls: BTreeMap<Arc<str>, ModuleCall<'a>>,
    pub(super) outputs: BTreeMap<Arc<str>, References<'a>>,
    pub(super) output_depends_on: BTreeMap<Arc<str>, References<'a>>,
    pub(super) variables: Vec<Arc<str>>,
}

/// The block of a resource or data source.
#[derive(Debug)]
pub(super) struct Block<'a> {
    pub(super) span: Span,
    /// The references of each argument and nested block.
    pub(super) arguments: BTreeMap<Arc<str>, References<'a>>,
    pub(super) repetition: Repetition<'a>,
    pub(super) depends_on: References<'a>,
    pub(super) depends_on_span: Option<Span>,
    /// The provider that the block is applied with: `kubernetes.hub`, or `module.a:kubernetes` in a module.
    pub(super) provider: Option<Cow<'a, str>>,
}

/// A module call.
#[derive(Debug)]
pub(super) struct ModuleCall<'a> {
    pub(super) source: Cow<'a, str>,
    pub(super) has_body: bool,
    pub(super) inputs: BTreeMap<Arc<str>, References<'a>>,
    pub(super) repetition: Repetition<'a>,
    pub(super) depends_on: References<'a>,
}

/// The references of `count` or `for_each`.
#[derive(Debug, Default)]
pub(super) struct Repetition<'a> {
    count: Option<References<'a>>,
    pub(super) for_each: Option<References<'a>>,
}

impl<'a> Repetition<'a> {
    fn read(
        text: PlanText<'a>,
        count: Option<&'a RawValue>,
        for_each: Option<&'a RawValue>,
    ) -> Result<Self, PlanError> {
        let read = |raw: Option<&'a RawValue>| raw.map(|raw| read_references(text, Some(raw))).transpose();
        Ok(Self {
            count: read(count)?,
            for_each: read(for_each)?,
        })
    }

    /// Whether `count` or `for_each` is set, so that instances have keys.
    pub(super) fn is_some(&self) -> bool {
        self.count.is_some() || self.for_each.is_some()
    }

    pub(super) fn references(&self) -> impl Iterator<Item = &RecordedReference<'a>> {
        self.count.iter().chain(&self.for_each).flatten()
    }
}

/// Reads the modules of a configuration.
pub(super) fn read_modules<'a>(
    text: PlanText<'a>,
    root: &ModuleConfiguration<'a>,
) -> Result<Modules<'a>, PlanError> {
    let mut modules = Modules::default();
    let mut pending = vec![(ModulePath::root(), root)];
    while let Some((path, configuration)) = pending.pop() {
        let mut module = Module::default();
        for resource in configuration.resources.iter().flatten() {
            let (name, block) = read_block(text, resource)?;
            let span = block.span;
            if module.resources.insert(name, block).is_some() {
                let kind = PlanErrorKind::Duplicate("a resource".to_owned());
                return Err(PlanError::new(kind, Some(span)));
            }
        }
        for (name, call) in configuration.module_calls.iter().flat_map(|calls| &calls.0) {
            let name: Arc<str> = Arc::from(&**name);
            module.calls.insert(name.clone(), read_module_call(text, call)?);
            if let Some(called) = &call.module {
                pending.push((path.child(name, None), called));
            }
        }
        for (name, output) in configuration.outputs.iter().flat_map(|outputs| &outputs.0) {
            let name: Arc<str> = Arc::from(&**name);
            let references = read_references(text, output.expression)?;
            module.outputs.insert(name.clone(), references);
            let depends_on = read_reference_list(text, output.depends_on)?;
            module.output_depends_on.insert(name, depends_on);
        }
        module.variables = configuration
            .variables
            .iter()
            .flat_map(|variables| &variables.0)
            .map(|(name, _)| Arc::from(&**name))
            .collect();
        modules.0.insert(path, module);
    }
    Ok(modules)
}

fn read_block<'a>(
    text: PlanText<'a>,
    resource: &ResourceConfiguration<'a>,
) -> Result<(ResourceName, Block<'a>), PlanError> {
    let (Some(kind), Some(name), Some(address)) = (&resource.kind, &resource.name, resource.address) else {
        let message = "a resource in the configuration has no address, type or name".to_owned();
        return Err(PlanError::new(
            PlanErrorKind::UnexpectedShape(message),
            resource.address.map(|raw| text.span_of(raw)),
        ));
    };
    let name = ResourceName {
        mode: resource_mode(resource.mode.as_deref()),
        kind: Arc::from(&**kind),
        name: Arc::from(&**name),
    };
    let block = Block {
        span: text.span_of(address),
        arguments: read_arguments(text, resource.expressions)?,
        repetition: Repetition::read(text, resource.count_expression, resource.for_each_expression)?,
        depends_on: read_reference_list(text, resource.depends_on)?,
        depends_on_span: resource.depends_on.map(|raw| text.span_of(raw)),
        provider: resource.provider_config_key.clone(),
    };
    Ok((name, block))
}

fn read_module_call<'a>(
    text: PlanText<'a>,
    call: &CallConfiguration<'a>,
) -> Result<ModuleCall<'a>, PlanError> {
    Ok(ModuleCall {
        source: call.source.clone().unwrap_or_default(),
        has_body: call.module.is_some(),
        inputs: read_arguments(text, call.expressions)?,
        repetition: Repetition::read(text, call.count_expression, call.for_each_expression)?,
        depends_on: read_reference_list(text, call.depends_on)?,
    })
}

fn read_arguments<'a>(
    text: PlanText<'a>,
    raw: Option<&'a RawValue>,
) -> Result<BTreeMap<Arc<str>, References<'a>>, PlanError> {
    let Some(raw) = raw else {
        return Ok(BTreeMap::new());
    };
    let members: JsonMembers<'a, &'a RawValue> = text.parse_raw(raw)?;
    members
        .0
        .into_iter()
        .map(|(name, raw)| Ok((Arc::from(&*name), read_references(text, Some(raw))?)))
        .collect()
}

/// The references in a list of strings, such as `depends_on`.
fn read_reference_list<'a>(
    text: PlanText<'a>,
    raw: Option<&'a RawValue>,
) -> Result<References<'a>, PlanError> {
    let Some(raw) = raw else {
        return Ok(Vec::new());
    };
    let list: Vec<&'a RawValue> = text.parse_raw(raw)?;
    list.into_iter()
        .map(|raw| {
            Ok(RecordedReference {
                text: text.parse_string(raw, "a reference")?,
                span: text.span_of(raw),
            })
        })
        .collect()
}

/// The references of an expression, or of a block and the blocks nested in it.
fn read_references<'a>(text: PlanText<'a>, raw: Option<&'a RawValue>) -> Result<References<'a>, PlanError> {
    let mut references = Vec::new();
    let mut pending: Vec<(&'a RawValue, usize)> = raw.map(|raw| (raw, 0)).into_iter().collect();
    while let Some((raw, depth)) = pending.pop() {
        // Most expressions are constants: a search for the key is faster than parsing them.
        if !raw.get().contains("\"references\"") {
            continue;
        }
        if depth > MAX_DEPTH {
            return Err(PlanError::new(PlanErrorKind::TooDeep, Some(text.span_of(raw))));
        }
        if raw.get().starts_with('[') {
            let list: Vec<&'a RawValue> = text.parse_raw(raw)?;
            pending.extend(list.into_iter().rev().map(|raw| (raw, depth + 1)));
        } else if raw.get().starts_with('{') {
            let members: JsonMembers<'a, &'a RawValue> = text.parse_raw(raw)?;
            for (key, raw) in members.0.into_iter().rev() {
                match &*key {
                    "constant_value" => {}
                    "references" if raw.get().starts_with('[') && !raw.get().contains('{') => {
                        references.extend(most_specific(read_reference_list(text, Some(raw))?));
                    }
                    _ => pending.push((raw, depth + 1)),
                }
            }
        }
    }
    Ok(references)
}

/// Removes the prefixes of references. After each reference, Terraform lists its prefixes: `a.b[0].id`, `a.b[0]`,
/// `a.b`. A prefix in another position is a reference of its own.
fn most_specific(list: References<'_>) -> References<'_> {
    let mut references: References<'_> = Vec::new();
    let mut previous: Option<Cow<'_, str>> = None;
    for reference in list {
        let is_redundant = previous
            .as_ref()
            .is_some_and(|previous| is_prefix(&reference.text, previous));
        previous = Some(reference.text.clone());
        if !is_redundant && !references.iter().any(|other| other.text == reference.text) {
            references.push(reference);
        }
    }
    references
}

/// Whether `prefix` refers to an object that `reference` reads a part of: `a.b` for `a.b[0].id`.
fn is_prefix(prefix: &str, reference: &str) -> bool {
    reference
        .strip_prefix(prefix)
        .is_some_and(|rest| rest.starts_with(['.', '[']))
}
