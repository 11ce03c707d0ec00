//! The shape of a plan and of a state, as far as it is read: everything else is passed over.
//!
//! Terraform's `internal/command/jsonplan`, `jsonstate` and `jsonconfig` define it.

use std::borrow::Cow;

use memchr::memmem::{self, Finder};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::provider::{is_provider_type, types::QUOTED_TYPE_PREFIX};
use crate::readers::plan::error::PlanError;
use crate::readers::plan::json::{Pairs, Text};
use crate::readers::plan::json_cursor::Skim;

/// The outermost object of either.
#[derive(Debug, Default)]
pub(super) struct Document<'a> {
    pub(super) format_version: Option<&'a RawValue>,
    pub(super) variables: Option<Pairs<'a, &'a RawValue>>,
    pub(super) planned_values: Option<Values<'a>>,
    /// The values of the state before the plan, a state document inside the plan.
    pub(super) prior_state: Option<Values<'a>>,
    pub(super) values: Option<Values<'a>>,
    pub(super) resource_changes: Option<Vec<Change<'a>>>,
    pub(super) resource_drift: Option<Vec<Change<'a>>>,
    pub(super) output_changes: Option<Pairs<'a, ChangeBody<'a>>>,
    pub(super) deferred_changes: Option<Vec<Deferred<'a>>>,
    pub(super) configuration: Option<Configuration<'a>>,
    pub(super) complete: Option<&'a RawValue>,
    pub(super) errored: Option<&'a RawValue>,
}

/// The value that a variable of the root module has.
#[derive(Debug, Deserialize)]
pub(super) struct VariableValue<'a> {
    #[serde(borrow)]
    pub(super) value: Option<&'a RawValue>,
}

/// Resources with their values.
#[derive(Debug, Default)]
pub(super) struct Values<'a> {
    pub(super) outputs: Option<Pairs<'a, Output<'a>>>,
    pub(super) root_module: Option<Module<'a>>,
}

/// The value of an output of the root module.
#[derive(Debug, Deserialize)]
pub(super) struct Output<'a> {
    pub(super) sensitive: Option<bool>,
    #[serde(borrow)]
    pub(super) value: Option<&'a RawValue>,
}

/// A module instance.
#[derive(Debug, Default)]
pub(super) struct Module<'a> {
    pub(super) address: Option<Cow<'a, str>>,
    pub(super) resources: Vec<Resource<'a>>,
    pub(super) child_modules: Vec<Module<'a>>,
}

/// A resource instance with its values.
#[derive(Debug, Deserialize)]
pub(super) struct Resource<'a> {
    #[serde(borrow)]
    pub(super) address: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) mode: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "type")]
    pub(super) kind: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(super) name: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(super) index: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) values: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) sensitive_values: Option<&'a RawValue>,
}

impl Wanted for Resource<'_> {
    fn is_wanted(&self) -> bool {
        self.kind.as_deref().is_some_and(is_provider_type) || has_marks(self.sensitive_values)
    }
}

/// What is planned for a resource instance.
#[derive(Debug, Deserialize)]
pub(super) struct Change<'a> {
    #[serde(borrow)]
    pub(super) address: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) module_address: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(super) mode: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "type")]
    pub(super) kind: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(super) name: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(super) index: Option<&'a RawValue>,
    pub(super) index_unknown: Option<bool>,
    #[serde(borrow)]
    pub(super) deposed: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) previous_address: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(super) action_reason: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "change")]
    pub(super) body: Option<ChangeBody<'a>>,
}

impl Wanted for Change<'_> {
    fn is_wanted(&self) -> bool {
        self.kind.as_deref().is_some_and(is_provider_type)
            || self
                .body
                .as_ref()
                .is_some_and(|change| has_marks(change.before_sensitive) || has_marks(change.after_sensitive))
    }
}

/// A value before and after.
#[derive(Debug, Deserialize)]
pub(super) struct ChangeBody<'a> {
    #[serde(borrow)]
    pub(super) actions: Option<Vec<Cow<'a, str>>>,
    #[serde(borrow)]
    pub(super) before: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) after: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) after_unknown: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) before_sensitive: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) after_sensitive: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) replace_paths: Option<&'a RawValue>,
}

/// A change that Terraform puts off to a later plan.
#[derive(Debug, Deserialize)]
pub(super) struct Deferred<'a> {
    #[serde(borrow)]
    pub(super) resource_change: Option<Change<'a>>,
}

/// The arguments of a mirror, or the marks of the same shape.
#[derive(Debug, Default, Clone, Copy, Deserialize)]
pub(super) struct MirrorFields<'a> {
    #[serde(borrow)]
    pub(super) cluster_id: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) source: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) mirrors: Option<&'a RawValue>,
    #[serde(borrow, rename = "type")]
    pub(super) kind: Option<&'a RawValue>,
}

/// What is read of a cluster's values.
#[derive(Debug, Default, Deserialize)]
pub(super) struct ClusterFields<'a> {
    #[serde(borrow)]
    pub(super) id: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) private: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) properties: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) wait_for_create_complete: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) registry_config: Option<&'a RawValue>,
}

/// The configuration that the plan was made of.
#[derive(Debug, Deserialize)]
pub(super) struct Configuration<'a> {
    #[serde(borrow)]
    pub(super) root_module: Option<ModuleConfiguration<'a>>,
}

/// A module as it is written.
#[derive(Debug, Default, Deserialize)]
pub(super) struct ModuleConfiguration<'a> {
    #[serde(borrow)]
    pub(super) outputs: Option<Pairs<'a, OutputConfiguration<'a>>>,
    #[serde(borrow)]
    pub(super) resources: Option<Vec<ResourceConfiguration<'a>>>,
    #[serde(borrow)]
    pub(super) module_calls: Option<Pairs<'a, Call<'a>>>,
    #[serde(borrow)]
    pub(super) variables: Option<Pairs<'a, Variable<'a>>>,
}

/// An `output` block.
#[derive(Debug, Deserialize)]
pub(super) struct OutputConfiguration<'a> {
    #[serde(borrow)]
    pub(super) expression: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) depends_on: Option<&'a RawValue>,
}

/// A `variable` block.
#[derive(Debug, Deserialize)]
pub(super) struct Variable<'a> {
    #[serde(borrow)]
    pub(super) default: Option<&'a RawValue>,
    pub(super) sensitive: Option<bool>,
}

/// A `resource` or `data` block.
#[derive(Debug, Deserialize)]
pub(super) struct ResourceConfiguration<'a> {
    #[serde(borrow)]
    pub(super) address: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) mode: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "type")]
    pub(super) kind: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(super) name: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(super) expressions: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) count_expression: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) for_each_expression: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) depends_on: Option<&'a RawValue>,
}

/// A `module` block, and the module that it calls.
#[derive(Debug, Deserialize)]
pub(super) struct Call<'a> {
    #[serde(borrow)]
    pub(super) source: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(super) expressions: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) count_expression: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) for_each_expression: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) depends_on: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) module: Option<ModuleConfiguration<'a>>,
}

/// Whether marks may hold a `true`.
fn has_marks(marks: Option<&RawValue>) -> bool {
    marks.is_some_and(|marks| marks.get().contains("true"))
}

/// An entry of a long list of which few are needed.
trait Wanted {
    /// Whether a rule needs it, or an excerpt has to know what in it may not be shown.
    fn is_wanted(&self) -> bool;
}

impl<'a> Document<'a> {
    /// Reads the outline, and of the long lists what is wanted.
    pub(super) fn read(text: Text<'a>, whole: &'a str) -> Result<Self, PlanError> {
        let mut document = Self::default();
        let mut skim = Skim::new(text, whole);
        skim.object("the document", &mut |key, skim| {
            match key {
                "format_version" => document.format_version = leaf(text, skim)?,
                "variables" => document.variables = leaf(text, skim)?,
                "planned_values" => document.planned_values = values(text, skim, key)?,
                "prior_state" => {
                    skim.object("`prior_state`", &mut |key, skim| {
                        if key == "values" {
                            document.prior_state = values(text, skim, key)?;
                        }
                        Ok(())
                    })?;
                }
                "values" => document.values = values(text, skim, key)?,
                "resource_changes" => document.resource_changes = wanted(text, skim, key)?,
                "resource_drift" => document.resource_drift = wanted(text, skim, key)?,
                "output_changes" => document.output_changes = leaf(text, skim)?,
                "deferred_changes" => document.deferred_changes = leaf(text, skim)?,
                "configuration" => document.configuration = leaf(text, skim)?,
                "complete" => document.complete = leaf(text, skim)?,
                "errored" => document.errored = leaf(text, skim)?,
                _ => {}
            }
            Ok(())
        })?;
        skim.end()?;
        Ok(document)
    }
}

fn leaf<'a, T: Deserialize<'a>>(text: Text<'a>, skim: &mut Skim<'a>) -> Result<Option<T>, PlanError> {
    text.read(skim.value()?)
}

fn values<'a>(text: Text<'a>, skim: &mut Skim<'a>, name: &str) -> Result<Option<Values<'a>>, PlanError> {
    let mut values = Values::default();
    let there = skim.object(&format!("`{name}`"), &mut |key, skim| {
        match key {
            "outputs" => values.outputs = leaf(text, skim)?,
            "root_module" => values.root_module = module(text, skim)?,
            _ => {}
        }
        Ok(())
    })?;
    Ok(there.then_some(values))
}

fn module<'a>(text: Text<'a>, skim: &mut Skim<'a>) -> Result<Option<Module<'a>>, PlanError> {
    let mut found = Module::default();
    let there = skim.object("a module", &mut |key, skim| {
        match key {
            "address" => {
                let address = skim.value()?;
                found.address = text.read(address)?;
            }
            "resources" => found.resources = wanted(text, skim, key)?.unwrap_or_default(),
            "child_modules" => {
                skim.list("`child_modules`", &mut |skim| {
                    found.child_modules.extend(module(text, skim)?);
                    Ok(())
                })?;
            }
            _ => {}
        }
        Ok(())
    })?;
    Ok(there.then_some(found))
}

/// The elements of a long list that are wanted; only what can be one is read at all.
fn wanted<'a, T: Deserialize<'a> + Wanted>(
    text: Text<'a>,
    skim: &mut Skim<'a>,
    name: &str,
) -> Result<Option<Vec<T>>, PlanError> {
    let named = Finder::new(QUOTED_TYPE_PREFIX);
    let marked = Finder::new("sensitive");
    let mut kept = Vec::new();
    let there = skim.list(&format!("`{name}`"), &mut |skim| {
        let element = skim.value()?;
        let bytes = element.as_bytes();
        let behind_marks = marked.find(bytes).and_then(|at| bytes.get(at..));
        let may_be_wanted = named.find(bytes).is_some()
            || behind_marks.is_some_and(|bytes| memmem::find(bytes, b"true").is_some());
        if may_be_wanted || !element.starts_with('{') {
            let element: T = text.read(element)?;
            if element.is_wanted() {
                kept.push(element);
            }
        }
        Ok(())
    })?;
    Ok(there.then_some(kept))
}
