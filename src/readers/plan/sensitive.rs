//! The spans of the sensitive values in a plan.
//!
//! An excerpt may show text next to a finding, so the values of every resource count, not only those of mirrors.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use terraform_eval::source::Span;

use crate::readers::plan::document::{Change, ModuleConfiguration, PlanDocument, StateValues};
use crate::readers::plan::plan_text::{JsonMembers, PlanText, elements, is_true};

/// The depth to which marks are followed into a value; a deeper value is sensitive as a whole.
const MAX_DEPTH: usize = 32;

/// The spans of all values that the document marks as sensitive.
pub(super) fn collect_sensitive_spans(text: PlanText<'_>, document: &PlanDocument<'_>) -> Vec<Span> {
    let mut collector = SensitiveSpans {
        text,
        spans: Vec::new(),
        changes: BTreeMap::new(),
    };
    for change in document.resource_changes.iter().flatten() {
        let address = change.address.map(RawValue::get);
        collector.changes.extend(address.zip(change.change.as_ref()));
    }
    for values in [&document.planned_values, &document.values, &document.prior_state]
        .into_iter()
        .flatten()
    {
        collector.add_values(values);
    }
    for changes in [&document.resource_changes, &document.resource_drift]
        .into_iter()
        .flatten()
    {
        for change in changes.iter().filter_map(|change| change.change.as_ref()) {
            collector.add_change(change);
        }
    }
    for (_, change) in document.output_changes.iter().flat_map(|changes| &changes.0) {
        collector.add_change(change);
    }
    if let Some(root) = document
        .configuration
        .as_ref()
        .and_then(|configuration| configuration.root_module.as_ref())
    {
        collector.add_variable_values(root, document.variables.as_ref());
        collector.add_variable_defaults(root);
    }
    collector.spans.sort();
    collector.spans.dedup();
    collector.spans
}

struct SensitiveSpans<'d, 'a> {
    text: PlanText<'a>,
    spans: Vec<Span>,
    /// The changes of resources, by address. Their marks apply to the planned and to the prior values, too.
    changes: BTreeMap<&'d str, &'d Change<'a>>,
}

impl SensitiveSpans<'_, '_> {
    fn add(&mut self, value: Option<&RawValue>) {
        if let Some(value) = value {
            self.spans.push(self.text.span_of(value));
        }
    }

    fn add_values(&mut self, values: &StateValues<'_>) {
        for (_, output) in values.outputs.iter().flat_map(|outputs| &outputs.0) {
            if output.sensitive == Some(true) {
                self.add(output.value);
            }
        }
        let mut modules: Vec<_> = values.root_module.iter().collect();
        while let Some(module) = modules.pop() {
            for resource in &module.resources {
                self.add_marked(resource.values, resource.sensitive_values);
                let change = resource
                    .address
                    .and_then(|address| self.changes.get(address.get()).copied());
                for marks in change
                    .map(|change| [change.before_sensitive, change.after_sensitive])
                    .into_iter()
                    .flatten()
                {
                    self.add_marked(resource.values, marks);
                }
            }
            modules.extend(&module.child_modules);
        }
    }

    fn add_change(&mut self, change: &Change<'_>) {
        self.add_marked(change.before, change.before_sensitive);
        self.add_marked(change.after, change.after_sensitive);
    }

    /// The values of the root module's sensitive variables.
    fn add_variable_values(
        &mut self,
        root: &ModuleConfiguration<'_>,
        values: Option<&JsonMembers<'_, &RawValue>>,
    ) {
        let Some(values) = values else { return };
        let values = values.by_name();
        for (name, variable) in root.variables.iter().flat_map(|variables| &variables.0) {
            if variable.sensitive == Some(true) {
                self.add(values.get(&**name).map(|value| **value));
            }
        }
    }

    /// Defaults of sensitive variables, and the constant arguments of module calls for them.
    fn add_variable_defaults(&mut self, root: &ModuleConfiguration<'_>) {
        let mut modules = vec![root];
        while let Some(module) = modules.pop() {
            for (_, variable) in module.variables.iter().flat_map(|variables| &variables.0) {
                if variable.sensitive == Some(true) {
                    self.add(variable.default);
                }
            }
            for (_, call) in module.module_calls.iter().flat_map(|calls| &calls.0) {
                let Some(called) = &call.module else { continue };
                let inputs = call.expressions.and_then(members).unwrap_or_default();
                let inputs = inputs.by_name();
                for (name, variable) in called.variables.iter().flat_map(|variables| &variables.0) {
                    if variable.sensitive == Some(true) {
                        self.add(inputs.get(&**name).map(|value| **value));
                    }
                }
                modules.push(called);
            }
        }
    }

    /// The parts of `value` that `marks`, a value of the same shape, marks as sensitive.
    fn add_marked(&mut self, value: Option<&RawValue>, marks: Option<&RawValue>) {
        let mut pending: Vec<_> = value
            .zip(marks)
            .map(|(value, marks)| (value, marks, 0))
            .into_iter()
            .collect();
        while let Some((value, marks, depth)) = pending.pop() {
            if !marks.get().contains("true") {
                continue;
            }
            if depth == MAX_DEPTH || is_true(Some(marks)) {
                self.add(Some(value));
            } else if marks.get().starts_with('[') {
                let parts = elements(Some(value)).into_iter().zip(elements(Some(marks)));
                pending.extend(parts.map(|(value, marks)| (value, marks, depth + 1)));
            } else {
                match members(value).zip(members(marks)) {
                    Some((values, marks)) => {
                        let values = values.by_name();
                        let parts = marks
                            .0
                            .iter()
                            .filter_map(|(name, marks)| Some((**values.get(&**name)?, *marks)));
                        pending.extend(parts.map(|(value, marks)| (value, marks, depth + 1)));
                    }
                    // A value that differs from its marks in shape is sensitive as a whole.
                    None => self.add(Some(value)),
                }
            }
        }
    }
}

fn members(raw: &RawValue) -> Option<JsonMembers<'_, &RawValue>> {
    serde_json::from_str(raw.get()).ok()
}
