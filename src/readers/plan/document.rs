//! The parts of a plan and of a state that are read; everything else is skipped.
//!
//! Terraform's `internal/command/jsonplan`, `jsonstate` and `jsonconfig` define it.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::parallel::Threads;
use crate::readers::manifest::names_mirrors;
use crate::readers::plan::error::PlanError;
use crate::readers::plan::json_cursor::JsonCursor;
use crate::readers::plan::plan_text::{JsonMembers, PlanText};
use crate::readers::plan::resource_index::{ResourceIndex, Signs, is_relevant_type};

/// The outermost object of a plan or a state.
#[derive(Debug, Default)]
pub(super) struct PlanDocument<'a> {
    pub(super) format_version: Option<&'a RawValue>,
    pub(super) terraform_version: Option<&'a RawValue>,
    pub(super) variables: Option<JsonMembers<'a, &'a RawValue>>,
    pub(super) planned_values: Option<StateValues<'a>>,
    /// The values of the state before the plan, a state document inside the plan.
    pub(super) prior_state: Option<StateValues<'a>>,
    pub(super) values: Option<StateValues<'a>>,
    pub(super) resource_changes: Option<Vec<ResourceChange<'a>>>,
    pub(super) resource_drift: Option<Vec<ResourceChange<'a>>>,
    pub(super) output_changes: Option<JsonMembers<'a, Change<'a>>>,
    pub(super) deferred_changes: Option<Vec<DeferredChange<'a>>>,
    pub(super) configuration: Option<RecordedConfiguration<'a>>,
    pub(super) applyable: Option<&'a RawValue>,
    pub(super) complete: Option<&'a RawValue>,
    pub(super) errored: Option<&'a RawValue>,
}

/// The value of a variable of the root module.
#[derive(Debug, Deserialize)]
pub(super) struct VariableValue<'a> {
    #[serde(borrow)]
    pub(super) value: Option<&'a RawValue>,
}

/// Resources with their values: `planned_values`, or the `values` of a state.
#[derive(Debug, Default)]
pub(super) struct StateValues<'a> {
    pub(super) outputs: Option<JsonMembers<'a, OutputValue<'a>>>,
    pub(super) root_module: Option<ModuleValues<'a>>,
}

/// The value of an output of the root module.
#[derive(Debug, Deserialize)]
pub(super) struct OutputValue<'a> {
    pub(super) sensitive: Option<bool>,
    #[serde(borrow)]
    pub(super) value: Option<&'a RawValue>,
}

/// A module instance.
#[derive(Debug, Default)]
pub(super) struct ModuleValues<'a> {
    pub(super) address: Option<Cow<'a, str>>,
    pub(super) resources: Vec<ResourceValues<'a>>,
    pub(super) child_modules: Vec<ModuleValues<'a>>,
}

/// A resource instance with its values.
#[derive(Debug, Deserialize)]
pub(super) struct ResourceValues<'a> {
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
    pub(super) provider_name: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(super) values: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) sensitive_values: Option<&'a RawValue>,
}

impl Relevant for ResourceValues<'_> {
    fn is_relevant(&self) -> bool {
        self.kind.as_deref().is_some_and(is_relevant_type)
            || has_marks(self.sensitive_values)
            || self.values.is_some_and(|values| names_mirrors(values.get()))
    }

    fn may_be_relevant(signs: Signs) -> bool {
        signs.of_type || signs.of_marks || signs.of_mirrors
    }
}

/// An entry of `resource_changes` or `resource_drift`.
#[derive(Debug, Deserialize)]
pub(super) struct ResourceChange<'a> {
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
    #[serde(borrow)]
    pub(super) change: Option<Change<'a>>,
}

impl Relevant for ResourceChange<'_> {
    fn is_relevant(&self) -> bool {
        self.kind.as_deref().is_some_and(is_relevant_type)
            || self
                .change
                .as_ref()
                .is_some_and(|change| has_marks(change.before_sensitive) || has_marks(change.after_sensitive))
    }

    /// Texts about mirrors are read in the values of the resource, not in their changes.
    fn may_be_relevant(signs: Signs) -> bool {
        signs.of_type || signs.of_marks
    }
}

/// A value before and after the change, with marks of the same shape.
#[derive(Debug, Deserialize)]
pub(super) struct Change<'a> {
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
    #[serde(borrow)]
    pub(super) generated_config: Option<&'a RawValue>,
}

/// A change that Terraform defers to a later plan.
#[derive(Debug, Deserialize)]
pub(super) struct DeferredChange<'a> {
    #[serde(borrow)]
    pub(super) resource_change: Option<ResourceChange<'a>>,
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

/// The attributes of a cluster that are read.
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

/// The configuration from which the plan was created.
#[derive(Debug, Deserialize)]
pub(super) struct RecordedConfiguration<'a> {
    #[serde(borrow)]
    pub(super) provider_config: Option<JsonMembers<'a, ProviderConfiguration<'a>>>,
    #[serde(borrow)]
    pub(super) root_module: Option<ModuleConfiguration<'a>>,
}

/// A provider that the configuration uses.
#[derive(Debug, Deserialize)]
pub(super) struct ProviderConfiguration<'a> {
    /// Its source address with the host.
    #[serde(borrow)]
    pub(super) full_name: Option<Cow<'a, str>>,
}

/// A module as the configuration declares it.
#[derive(Debug, Default, Deserialize)]
pub(super) struct ModuleConfiguration<'a> {
    #[serde(borrow)]
    pub(super) outputs: Option<JsonMembers<'a, OutputConfiguration<'a>>>,
    #[serde(borrow)]
    pub(super) resources: Option<Vec<ResourceConfiguration<'a>>>,
    #[serde(borrow)]
    pub(super) module_calls: Option<JsonMembers<'a, CallConfiguration<'a>>>,
    #[serde(borrow)]
    pub(super) variables: Option<JsonMembers<'a, VariableConfiguration<'a>>>,
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
pub(super) struct VariableConfiguration<'a> {
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
    #[serde(borrow)]
    pub(super) provider_config_key: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(super) provisioners: Option<&'a RawValue>,
}

/// A `module` block and the module that it calls.
#[derive(Debug, Deserialize)]
pub(super) struct CallConfiguration<'a> {
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

/// Whether marks may contain a `true`.
fn has_marks(marks: Option<&RawValue>) -> bool {
    marks.is_some_and(|marks| marks.get().contains("true"))
}

/// An entry of a list of resources, of which few are needed.
trait Relevant {
    /// Whether a rule needs the entry, or an excerpt must know which values in it are sensitive.
    fn is_relevant(&self) -> bool;

    /// Whether an entry with these signs may be relevant.
    fn may_be_relevant(signs: Signs) -> bool;
}

impl StateValues<'_> {
    /// Whether there are no resources, as far as they are kept.
    pub(super) fn is_empty(&self) -> bool {
        self.root_module.as_ref().is_none_or(ModuleValues::is_empty)
    }

    /// The source addresses of the providers of the resources that are kept.
    pub(super) fn provider_names(&self) -> impl Iterator<Item = &str> {
        let mut modules: Vec<&ModuleValues<'_>> = self.root_module.iter().collect();
        std::iter::from_fn(move || {
            let module = modules.pop()?;
            modules.extend(&module.child_modules);
            Some(&module.resources)
        })
        .flatten()
        .filter_map(|resource| resource.provider_name.as_deref())
    }
}

impl ModuleValues<'_> {
    fn is_empty(&self) -> bool {
        self.resources.is_empty() && self.child_modules.iter().all(Self::is_empty)
    }
}

impl<'a> PlanDocument<'a> {
    /// Whether there are changes of resources, as far as they are kept.
    pub(super) fn has_changes(&self) -> bool {
        self.resource_changes
            .as_ref()
            .is_some_and(|changes| !changes.is_empty())
    }

    /// Reads a document; of lists of resources, only the relevant entries are kept.
    pub(super) fn read(text: PlanText<'a>, document: &'a str, threads: Threads) -> Result<Self, PlanError> {
        let index = ResourceIndex::new(document, threads);
        let mut cursor = JsonCursor::new(text, document);
        let mut document = Self::default();
        cursor.read_object("the document", &mut |key, cursor| {
            match key {
                "format_version" => document.format_version = parse_value(text, cursor)?,
                "terraform_version" => document.terraform_version = parse_value(text, cursor)?,
                "variables" => document.variables = parse_value(text, cursor)?,
                "planned_values" => document.planned_values = read_values(text, cursor, &index, key)?,
                "prior_state" => {
                    cursor.read_object("`prior_state`", &mut |key, cursor| {
                        if key == "values" {
                            document.prior_state = read_values(text, cursor, &index, key)?;
                        }
                        Ok(())
                    })?;
                }
                "values" => document.values = read_values(text, cursor, &index, key)?,
                "resource_changes" => document.resource_changes = read_relevant(text, cursor, &index, key)?,
                "resource_drift" => document.resource_drift = read_relevant(text, cursor, &index, key)?,
                "output_changes" => document.output_changes = parse_value(text, cursor)?,
                "deferred_changes" => document.deferred_changes = parse_value(text, cursor)?,
                "configuration" => document.configuration = parse_value(text, cursor)?,
                "applyable" => document.applyable = parse_value(text, cursor)?,
                "complete" => document.complete = parse_value(text, cursor)?,
                "errored" => document.errored = parse_value(text, cursor)?,
                _ => {}
            }
            Ok(())
        })?;
        cursor.expect_end()?;
        Ok(document)
    }
}

fn parse_value<'a, T: Deserialize<'a>>(
    text: PlanText<'a>,
    cursor: &mut JsonCursor<'a>,
) -> Result<Option<T>, PlanError> {
    text.parse(cursor.skip_value()?)
}

fn read_values<'a>(
    text: PlanText<'a>,
    cursor: &mut JsonCursor<'a>,
    index: &ResourceIndex,
    name: &str,
) -> Result<Option<StateValues<'a>>, PlanError> {
    let mut values = StateValues::default();
    let is_present = cursor.read_object(&format!("`{name}`"), &mut |key, cursor| {
        match key {
            "outputs" => values.outputs = parse_value(text, cursor)?,
            "root_module" => values.root_module = read_module(text, cursor, index)?,
            _ => {}
        }
        Ok(())
    })?;
    Ok(is_present.then_some(values))
}

fn read_module<'a>(
    text: PlanText<'a>,
    cursor: &mut JsonCursor<'a>,
    index: &ResourceIndex,
) -> Result<Option<ModuleValues<'a>>, PlanError> {
    let mut module = ModuleValues::default();
    let is_present = cursor.read_object("a module", &mut |key, cursor| {
        match key {
            "address" => {
                let address = cursor.skip_value()?;
                module.address = text.parse(address)?;
            }
            "resources" => module.resources = read_relevant(text, cursor, index, key)?.unwrap_or_default(),
            "child_modules" => {
                cursor.read_list("`child_modules`", &mut |cursor| {
                    module.child_modules.extend(read_module(text, cursor, index)?);
                    Ok(())
                })?;
            }
            _ => {}
        }
        Ok(())
    })?;
    Ok(is_present.then_some(module))
}

/// Reads the relevant elements of a list of resources. A search for bytes decides which elements are parsed at all.
fn read_relevant<'a, T: Deserialize<'a> + Relevant>(
    text: PlanText<'a>,
    cursor: &mut JsonCursor<'a>,
    index: &ResourceIndex,
    name: &str,
) -> Result<Option<Vec<T>>, PlanError> {
    let mut relevant = Vec::new();
    let is_present = cursor.read_list(&format!("`{name}`"), &mut |cursor| {
        let (element, signs) = index.skip_resource(cursor)?;
        if T::may_be_relevant(signs) || !element.starts_with('{') {
            let element: T = text.parse(element)?;
            if element.is_relevant() {
                relevant.push(element);
            }
        }
        Ok(())
    })?;
    Ok(is_present.then_some(relevant))
}
