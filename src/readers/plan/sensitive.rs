//! Which pieces of a plan may not be shown.
//!
//! An excerpt may show what stands beside a finding, so this looks at every resource, not at mirrors alone.

use serde_json::value::RawValue;

use terraform_eval::source::Span;

use crate::readers::plan::document::{ChangeBody, Document, ModuleConfiguration, Values};
use crate::readers::plan::json::{Pairs, Text, elements, is_true};

/// How deep marks are followed into a value; a value below that is taken as a whole.
const MAX_DEPTH: usize = 32;

/// The spans of all values that the document marks as sensitive.
pub(super) fn spans(text: Text<'_>, document: &Document<'_>) -> Vec<Span> {
    let mut found = Found {
        text,
        spans: Vec::new(),
    };
    for values in [&document.planned_values, &document.values, &document.prior_state]
        .into_iter()
        .flatten()
    {
        found.values(values);
    }
    for changes in [&document.resource_changes, &document.resource_drift]
        .into_iter()
        .flatten()
    {
        for change in changes.iter().filter_map(|change| change.body.as_ref()) {
            found.change(change);
        }
    }
    for (_, change) in document.output_changes.iter().flat_map(|changes| &changes.0) {
        found.change(change);
    }
    if let Some(root) = document
        .configuration
        .as_ref()
        .and_then(|configuration| configuration.root_module.as_ref())
    {
        found.variables(root, document.variables.as_ref());
        found.modules(root);
    }
    found.spans.sort();
    found.spans.dedup();
    found.spans
}

struct Found<'a> {
    text: Text<'a>,
    spans: Vec<Span>,
}

impl Found<'_> {
    fn whole(&mut self, value: Option<&RawValue>) {
        if let Some(value) = value {
            self.spans.push(self.text.span(value.get()));
        }
    }

    fn values(&mut self, values: &Values<'_>) {
        for (_, output) in values.outputs.iter().flat_map(|outputs| &outputs.0) {
            if output.sensitive == Some(true) {
                self.whole(output.value);
            }
        }
        let mut modules: Vec<_> = values.root_module.iter().collect();
        while let Some(module) = modules.pop() {
            for resource in &module.resources {
                self.marked(resource.values, resource.sensitive_values);
            }
            modules.extend(&module.child_modules);
        }
    }

    fn change(&mut self, change: &ChangeBody<'_>) {
        self.marked(change.before, change.before_sensitive);
        self.marked(change.after, change.after_sensitive);
    }

    /// The values of the root module's sensitive variables.
    fn variables(&mut self, root: &ModuleConfiguration<'_>, values: Option<&Pairs<'_, &RawValue>>) {
        let Some(values) = values else { return };
        let values = values.by_name();
        for (name, variable) in root.variables.iter().flat_map(|variables| &variables.0) {
            if variable.sensitive == Some(true) {
                self.whole(values.get(&**name).map(|value| **value));
            }
        }
    }

    /// Defaults of sensitive variables, and the constants that calls give to them.
    fn modules(&mut self, root: &ModuleConfiguration<'_>) {
        let mut modules = vec![root];
        while let Some(module) = modules.pop() {
            for (_, variable) in module.variables.iter().flat_map(|variables| &variables.0) {
                if variable.sensitive == Some(true) {
                    self.whole(variable.default);
                }
            }
            for (_, call) in module.module_calls.iter().flat_map(|calls| &calls.0) {
                let Some(called) = &call.module else { continue };
                let inputs = call.expressions.and_then(fields).unwrap_or_default();
                let inputs = inputs.by_name();
                for (name, variable) in called.variables.iter().flat_map(|variables| &variables.0) {
                    if variable.sensitive == Some(true) {
                        self.whole(inputs.get(&**name).map(|value| **value));
                    }
                }
                modules.push(called);
            }
        }
    }

    /// The parts of `value` that `marks`, of the same shape, says to be sensitive.
    fn marked(&mut self, value: Option<&RawValue>, marks: Option<&RawValue>) {
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
                self.whole(Some(value));
            } else if marks.get().starts_with('[') {
                let parts = elements(Some(value)).into_iter().zip(elements(Some(marks)));
                pending.extend(parts.map(|(value, marks)| (value, marks, depth + 1)));
            } else {
                match fields(value).zip(fields(marks)) {
                    Some((values, marks)) => {
                        let values = values.by_name();
                        let parts = marks
                            .0
                            .iter()
                            .filter_map(|(name, marks)| Some((**values.get(&**name)?, *marks)));
                        pending.extend(parts.map(|(value, marks)| (value, marks, depth + 1)));
                    }
                    // What is not of the shape of its marks is not shown at all.
                    None => self.whole(Some(value)),
                }
            }
        }
    }
}

fn fields(raw: &RawValue) -> Option<Pairs<'_, &RawValue>> {
    serde_json::from_str(raw.get()).ok()
}
