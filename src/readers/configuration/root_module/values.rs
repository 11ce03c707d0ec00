//! Checks what refers to blocks of the provider: outputs, local values, the assertions of `check` blocks, and the blocks of
//! other providers. Terraform evaluates them whether or not a mirror needs them.

use std::sync::{Arc, LazyLock};

use memchr::memmem::Finder;

use crate::diagnostic::Subject;
use crate::model::{ConfigurationIssue, ConfigurationIssueKind};
use crate::provider::is_provider_type;
use crate::provider::modules::is_stub;
use crate::provider::types::TYPE_PREFIX;
use crate::readers::configuration::block_checks::condition_failure;
use crate::readers::configuration::root_module::reader::RootModuleReader;
use terraform_eval::address::{self, ModulePath, ResourceName};
use terraform_eval::cty::Value;
use terraform_eval::eval::{InstanceId, Scope};
use terraform_eval::modules::{Callee, LazyBlock, ModuleId, references, references::Traversal};
use terraform_eval::syntax::tree::{Block, Expression, ExpressionKind};

/// Whether a text names a type of the provider.
fn names_provider(text: &str) -> bool {
    static PREFIX: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(TYPE_PREFIX));
    PREFIX.find(text.as_bytes()).is_some()
}

impl RootModuleReader<'_> {
    /// Checks the values of a module instance that refer to blocks of the provider.
    pub(crate) fn check_values(&mut self, instance: InstanceId) {
        let sources = self.context.sources;
        let module = self.context.evaluator.module(instance);
        let path = self.context.evaluator.path(instance).without_keys();
        for (name, local) in module.locals(sources) {
            if names_provider(sources.slice(local.value.span)) {
                let subject = subject(&path, &format!("local.{name}"));
                self.evaluate_value(instance, &subject, "value", &local.value);
            }
        }
        for (name, output) in &module.outputs {
            if output.any_text(sources, names_provider)
                && let Some(block) = output.parse(sources)
            {
                self.check_output(instance, &path, name, block);
            }
        }
        for check in module.others().iter().filter(|block| block.kind() == "check") {
            if check.any_text(sources, names_provider) {
                self.check_assertions(instance, &path, check);
            }
        }
    }

    /// Checks what blocks that are not evaluated refer to: blocks of other providers, and calls of modules without mirrors.
    pub(crate) fn check_references(&mut self, id: ModuleId, path: &ModulePath) {
        let sources = self.context.sources;
        let module = self.tree.module(id);
        let others = module.resources.of_types(|name| !is_provider_type(&name.kind));
        for resource in others {
            if resource.block.any_text(sources, names_provider)
                && let Some(block) = resource.block.parse(sources)
            {
                let subject = subject(path, &resource.name.to_string());
                self.check_references_of(id, &subject, references::in_body(&block.body));
            }
        }
        for call in module.calls.values() {
            let is_evaluated = match self.tree.callee(id, &call.name) {
                Some(Callee::Module(callee)) => self.is_relevant(*callee),
                _ => false,
            };
            if !is_evaluated
                && call.block.any_text(sources, names_provider)
                && let Some(block) = call.block.parse(sources)
            {
                let subject = subject(path, &format!("module.{}", call.name));
                self.check_references_of(id, &subject, references::in_body(&block.body));
            }
        }
        for (name, output) in &module.outputs {
            let value = output
                .parse(sources)
                .and_then(|block| block.body.attribute("value"));
            if let Some(value) = value {
                let mut found = references::in_expression(&value.value);
                // The others are evaluated.
                found.retain(|reference| matches!(reference.subject, address::Subject::Module(_)));
                self.check_references_of(id, &subject(path, &format!("output.{name}")), found);
            }
        }
    }

    fn check_references_of(&mut self, id: ModuleId, subject: &Subject, references: Vec<Traversal>) {
        for reference in references {
            if let Some(problem) = self.reference_problem(id, &reference) {
                let kind = ConfigurationIssueKind::Other;
                let issue = ConfigurationIssue::rejected(kind, subject.clone(), problem, reference.span);
                self.issues.add(issue.label("not there"));
            }
        }
    }

    /// Why Terraform rejects a reference to a block of the provider, or to a module that has some.
    fn reference_problem(&mut self, id: ModuleId, reference: &Traversal) -> Option<String> {
        let module = self.tree.module(id);
        match &reference.subject {
            address::Subject::Resource(name) => {
                let schema = self.tree.schemas().get(name)?;
                if !is_provider_type(&name.kind) {
                    return None;
                }
                if !module.resources.contains(name) {
                    return Some(format!("the module declares no resource {name}"));
                }
                let attribute = reference.attribute.as_ref()?;
                (!schema.contains_key(attribute)).then(|| format!("{name} has no attribute {attribute:?}"))
            }
            address::Subject::Module(call) => {
                let Some(Callee::Module(callee)) = self.tree.callee(id, call) else {
                    return None;
                };
                let outputs = &self.tree.module(*callee).outputs;
                let output = reference.attribute.as_ref()?;
                let is_missing =
                    !outputs.contains_key(output) && !is_stub(&self.tree.module(*callee).directory);
                let block = module.calls.get(call)?.block.parse(self.context.sources)?;
                let has_instances = ["count", "for_each"]
                    .iter()
                    .any(|name| block.body.attribute(name).is_some());
                let names_instance = has_instances == reference.key.is_some();
                (is_missing && names_instance && self.is_relevant(*callee))
                    .then(|| format!("module.{call} has no output {output:?}"))
            }
            _ => None,
        }
    }

    fn evaluate_value(
        &mut self,
        instance: InstanceId,
        subject: &Subject,
        what: &str,
        expression: &Expression,
    ) -> Option<Value> {
        match self
            .context
            .evaluator
            .evaluate(expression, Scope::module(instance))
        {
            Ok(value) => Some(value),
            Err(error) => {
                self.issues.add_error(subject, what, &error, expression.span);
                None
            }
        }
    }

    fn check_output(&mut self, instance: InstanceId, path: &ModulePath, name: &Arc<str>, block: &Block) {
        let subject = subject(path, &format!("output.{name}"));
        if let Some(value) = block.body.attribute("value").map(|value| &value.value)
            && let Some(evaluated) = self.evaluate_value(instance, &subject, "value", value)
            && path.is_root()
            && evaluated.marks_deep().is_sensitive()
            && block.body.attribute("sensitive").is_none()
        {
            let kind = ConfigurationIssueKind::Other;
            let message = "the value is sensitive, and the output is not";
            let issue = ConfigurationIssue::rejected(kind, subject.clone(), message, value.span);
            self.issues
                .add(issue.label("sensitive").help("add `sensitive = true`"));
        }
        for condition in block.body.blocks("precondition") {
            let Some(condition) = condition.body.attribute("condition").map(|value| &value.value) else {
                continue;
            };
            let value = self.evaluate_value(instance, &subject, "precondition", condition);
            if let Some(failure) = value.as_ref().and_then(condition_failure) {
                let kind = ConfigurationIssueKind::Other;
                let message = format!("the precondition {failure}");
                let issue = ConfigurationIssue::rejected(kind, subject.clone(), message, condition.span);
                self.issues.add(issue.label("the condition"));
            }
        }
    }

    /// Checks what the assertions of a `check` block refer to. An assertion that fails is a warning of Terraform.
    fn check_assertions(&mut self, instance: InstanceId, path: &ModulePath, check: &LazyBlock) {
        let Some(block) = check.parse(self.context.sources) else {
            return;
        };
        // A data source in the block is known in the block alone.
        let own: Vec<ResourceName> = block
            .body
            .blocks("data")
            .filter_map(|data| match &*data.labels {
                [kind, name] => Some(ResourceName::data(&*kind.text, &*name.text)),
                _ => None,
            })
            .collect();
        let name = check.labels().first().map_or("", |label| &*label.text);
        let subject = subject(path, &format!("check.{name}"));
        for assertion in block.body.blocks("assert") {
            for argument in ["condition", "error_message"] {
                let Some(value) = assertion.body.attribute(argument).map(|argument| &argument.value) else {
                    continue;
                };
                let refers_to_own = references::in_expression(value).iter().any(|reference| {
                    matches!(&reference.subject, address::Subject::Resource(name) if own.contains(name))
                });
                if !refers_to_own && !matches!(value.kind, ExpressionKind::Null) {
                    self.evaluate_value(instance, &subject, argument, value);
                }
            }
        }
    }
}

fn subject(path: &ModulePath, name: &str) -> Subject {
    if path.is_root() {
        Subject::Other(name.to_owned())
    } else {
        Subject::Other(format!("{path}.{name}"))
    }
}
