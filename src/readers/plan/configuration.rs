//! The configuration inside a plan: which block refers to what, by module and by name.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::value::RawValue;

use terraform_eval::address::{Mode, ModulePath, ResourceName};
use terraform_eval::source::Span;

use crate::readers::plan::address_parser::is_part;
use crate::readers::plan::document::{Call, ModuleConfiguration, ResourceConfiguration};
use crate::readers::plan::error::{PlanError, Problem};
use crate::readers::plan::json::{Pairs, Text};

/// How deep an expression's blocks are followed. Terraform's own nest a handful deep.
const MAX_DEPTH: usize = 64;

/// A reference as the plan records it.
#[derive(Debug, Clone)]
pub(super) struct Written<'a> {
    pub(super) text: Cow<'a, str>,
    pub(super) span: Span,
}

/// The references of one expression: each as it is written, without the wholes that it is a part of.
pub(super) type References<'a> = Vec<Written<'a>>;

/// All modules of the configuration, by path without instance keys.
pub(super) type Modules<'a> = BTreeMap<ModulePath, Module<'a>>;

/// A module.
#[derive(Debug, Default)]
pub(super) struct Module<'a> {
    pub(super) resources: BTreeMap<ResourceName, Block<'a>>,
    pub(super) calls: BTreeMap<Arc<str>, ModuleCall<'a>>,
    pub(super) outputs: BTreeMap<Arc<str>, References<'a>>,
    /// What outputs wait for besides the references of their values.
    pub(super) output_depends_on: BTreeMap<Arc<str>, References<'a>>,
    pub(super) variables: Vec<Arc<str>>,
}

/// A resource or data source.
#[derive(Debug)]
pub(super) struct Block<'a> {
    pub(super) span: Span,
    /// The references of each argument and nested block.
    pub(super) arguments: BTreeMap<Arc<str>, References<'a>>,
    pub(super) repetition: Repetition<'a>,
    pub(super) depends_on: References<'a>,
    pub(super) depends_on_span: Option<Span>,
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

/// `count` or `for_each`.
#[derive(Debug, Default)]
pub(super) struct Repetition<'a> {
    pub(super) count: Option<References<'a>>,
    pub(super) for_each: Option<References<'a>>,
}

impl<'a> Repetition<'a> {
    /// Whether there is more than the one instance without a key.
    pub(super) fn is_some(&self) -> bool {
        self.count.is_some() || self.for_each.is_some()
    }

    pub(super) fn references(&self) -> impl Iterator<Item = &Written<'a>> {
        self.count.iter().chain(&self.for_each).flatten()
    }
}

/// Reads the modules of a configuration.
pub(super) fn read<'a>(text: Text<'a>, root: &ModuleConfiguration<'a>) -> Result<Modules<'a>, PlanError> {
    let mut modules = Modules::new();
    let mut pending = vec![(ModulePath::root(), root)];
    while let Some((path, written)) = pending.pop() {
        let mut module = Module::default();
        for resource in written.resources.iter().flatten() {
            let (name, block) = block(text, resource)?;
            let span = block.span;
            if module.resources.insert(name, block).is_some() {
                return Err(PlanError::new(
                    Problem::Twice("a resource".to_owned()),
                    Some(span),
                ));
            }
        }
        for (name, call) in written.module_calls.iter().flat_map(|calls| &calls.0) {
            let name: Arc<str> = Arc::from(&**name);
            module.calls.insert(name.clone(), module_call(text, call)?);
            if let Some(called) = &call.module {
                pending.push((path.child(name, None), called));
            }
        }
        for (name, output) in written.outputs.iter().flat_map(|outputs| &outputs.0) {
            let name: Arc<str> = Arc::from(&**name);
            module
                .outputs
                .insert(name.clone(), references(text, output.expression)?);
            module
                .output_depends_on
                .insert(name, strings(text, output.depends_on)?);
        }
        module.variables = written
            .variables
            .iter()
            .flat_map(|variables| &variables.0)
            .map(|(name, _)| Arc::from(&**name))
            .collect();
        modules.insert(path, module);
    }
    Ok(modules)
}

fn block<'a>(
    text: Text<'a>,
    written: &ResourceConfiguration<'a>,
) -> Result<(ResourceName, Block<'a>), PlanError> {
    let (Some(kind), Some(name), Some(address)) = (&written.kind, &written.name, written.address) else {
        let what = "a resource in the configuration has no address, type or name".to_owned();
        return Err(PlanError::new(
            Problem::Shape(what),
            written.address.map(|raw| text.span(raw.get())),
        ));
    };
    let name = ResourceName {
        mode: mode(written.mode.as_deref()),
        kind: Arc::from(&**kind),
        name: Arc::from(&**name),
    };
    let block = Block {
        span: text.span(address.get()),
        arguments: arguments(text, written.expressions)?,
        repetition: Repetition {
            count: written
                .count_expression
                .map(|raw| references(text, Some(raw)))
                .transpose()?,
            for_each: written
                .for_each_expression
                .map(|raw| references(text, Some(raw)))
                .transpose()?,
        },
        depends_on: strings(text, written.depends_on)?,
        depends_on_span: written.depends_on.map(|raw| text.span(raw.get())),
    };
    Ok((name, block))
}

fn module_call<'a>(text: Text<'a>, call: &Call<'a>) -> Result<ModuleCall<'a>, PlanError> {
    Ok(ModuleCall {
        source: call.source.clone().unwrap_or_default(),
        has_body: call.module.is_some(),
        inputs: arguments(text, call.expressions)?,
        repetition: Repetition {
            count: call
                .count_expression
                .map(|raw| references(text, Some(raw)))
                .transpose()?,
            for_each: call
                .for_each_expression
                .map(|raw| references(text, Some(raw)))
                .transpose()?,
        },
        depends_on: strings(text, call.depends_on)?,
    })
}

/// The mode of a resource by the word that plans use.
pub(super) fn mode(word: Option<&str>) -> Mode {
    match word {
        Some("data") => Mode::Data,
        _ => Mode::Managed,
    }
}

fn arguments<'a>(
    text: Text<'a>,
    raw: Option<&'a RawValue>,
) -> Result<BTreeMap<Arc<str>, References<'a>>, PlanError> {
    let Some(raw) = raw else {
        return Ok(BTreeMap::new());
    };
    let pairs: Pairs<'a, &'a RawValue> = text.piece(raw)?;
    pairs
        .0
        .into_iter()
        .map(|(name, raw)| Ok((Arc::from(&*name), references(text, Some(raw))?)))
        .collect()
}

/// The strings of a list.
fn strings<'a>(text: Text<'a>, raw: Option<&'a RawValue>) -> Result<References<'a>, PlanError> {
    let Some(raw) = raw else {
        return Ok(Vec::new());
    };
    let list: Vec<&'a RawValue> = text.piece(raw)?;
    list.into_iter()
        .map(|raw| {
            Ok(Written {
                text: text.string(raw, "a reference")?,
                span: text.span(raw.get()),
            })
        })
        .collect()
}

/// The references of an expression, or of a block with all that is nested in it.
fn references<'a>(text: Text<'a>, raw: Option<&'a RawValue>) -> Result<References<'a>, PlanError> {
    let mut found = Vec::new();
    let mut pending: Vec<(&'a RawValue, usize)> = raw.map(|raw| (raw, 0)).into_iter().collect();
    while let Some((raw, depth)) = pending.pop() {
        // What has no references is not worth taking apart, and most expressions are constants.
        if !raw.get().contains("\"references\"") {
            continue;
        }
        if depth > MAX_DEPTH {
            return Err(PlanError::new(Problem::TooDeep, Some(text.span(raw.get()))));
        }
        if raw.get().starts_with('[') {
            let list: Vec<&'a RawValue> = text.piece(raw)?;
            pending.extend(list.into_iter().rev().map(|raw| (raw, depth + 1)));
        } else if raw.get().starts_with('{') {
            let pairs: Pairs<'a, &'a RawValue> = text.piece(raw)?;
            for (key, raw) in pairs.0.into_iter().rev() {
                match &*key {
                    "constant_value" => {}
                    "references" if raw.get().starts_with('[') && !raw.get().contains('{') => {
                        found.extend(most_specific(strings(text, Some(raw))?));
                    }
                    _ => pending.push((raw, depth + 1)),
                }
            }
        }
    }
    Ok(found)
}

/// Terraform follows each reference with the wholes that it is a part of: `a.b[0].id`, `a.b[0]`, `a.b`.
/// A whole that does not follow its part is a reference of its own.
fn most_specific(list: References<'_>) -> References<'_> {
    let mut kept: References<'_> = Vec::new();
    let mut before: Option<Cow<'_, str>> = None;
    for written in list {
        let whole = before
            .as_ref()
            .is_some_and(|before| is_part(before, &written.text));
        before = Some(written.text.clone());
        if !whole && !kept.iter().any(|other| other.text == written.text) {
            kept.push(written);
        }
    }
    kept
}
