//! The shape of a plan and of a state, as far as it is read: everything else is skipped in passing.
//!
//! Terraform's `internal/command/jsonplan`, `jsonstate` and `jsonconfig` define it.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::json::{Pairs, Sifted, Wanted};

/// The outermost object of either.
#[derive(Debug, Deserialize)]
pub(super) struct Document<'a> {
    #[serde(borrow)]
    pub(super) format_version: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) variables: Option<Pairs<'a, &'a RawValue>>,
    #[serde(borrow)]
    pub(super) planned_values: Option<Values<'a>>,
    #[serde(borrow)]
    pub(super) prior_state: Option<PriorState<'a>>,
    #[serde(borrow)]
    pub(super) values: Option<Values<'a>>,
    #[serde(borrow)]
    pub(super) resource_changes: Option<Sifted<Change<'a>>>,
    #[serde(borrow)]
    pub(super) resource_drift: Option<Sifted<Change<'a>>>,
    #[serde(borrow)]
    pub(super) output_changes: Option<Pairs<'a, ChangeBody<'a>>>,
    #[serde(borrow)]
    pub(super) deferred_changes: Option<Vec<Deferred<'a>>>,
    #[serde(borrow)]
    pub(super) configuration: Option<Configuration<'a>>,
    #[serde(borrow)]
    pub(super) complete: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) errored: Option<&'a RawValue>,
}

/// The value that a variable of the root module has.
#[derive(Debug, Deserialize)]
pub(super) struct VariableValue<'a> {
    #[serde(borrow)]
    pub(super) value: Option<&'a RawValue>,
}

/// Only what says whether a document can be read at all.
#[derive(Debug, Deserialize)]
pub(super) struct Head<'a> {
    #[serde(borrow)]
    pub(super) format_version: Option<&'a RawValue>,
}

/// The state before the plan, a state document inside the plan.
#[derive(Debug, Deserialize)]
pub(super) struct PriorState<'a> {
    #[serde(borrow)]
    pub(super) values: Option<Values<'a>>,
}

/// Resources with their values.
#[derive(Debug, Deserialize)]
pub(super) struct Values<'a> {
    #[serde(borrow)]
    pub(super) outputs: Option<Pairs<'a, Output<'a>>>,
    #[serde(borrow)]
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
#[derive(Debug, Deserialize)]
pub(super) struct Module<'a> {
    #[serde(borrow)]
    pub(super) address: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(super) resources: Option<Sifted<Resource<'a>>>,
    #[serde(borrow)]
    pub(super) child_modules: Option<Vec<Module<'a>>>,
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
    fn wanted(&self) -> bool {
        is_ours(self.kind.as_deref()) || has_marks(self.sensitive_values)
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
    fn wanted(&self) -> bool {
        is_ours(self.kind.as_deref())
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

/// Whether a resource type is one of the provider's.
pub(super) fn is_ours(kind: Option<&str>) -> bool {
    kind.is_some_and(|kind| kind.starts_with("rhcs_"))
}

/// Whether marks may hold a `true`.
fn has_marks(marks: Option<&RawValue>) -> bool {
    marks.is_some_and(|marks| marks.get().contains("true"))
}
