//! Checks what refers to blocks of the provider: outputs, local values, the assertions of `check` blocks, and the blocks of
//! other providers. Terraform evaluates them whether or not a mirror needs them.

use std::sync::Arc;

use crate::diagnostic::Subject;
use crate::model::{ConfigurationIssue, ConfigurationIssueKind};
use crate::provider::types::TYPE_PREFIX;
use crate::readers::configuration::block_checks::condition_failure;
use crate::readers::configuration::root_module::reader::RootModuleReader;
use terraform_eval::address::{self, ModulePath, ResourceName};
use terraform_eval::cty::Value;
use terraform_eval::eval::{InstanceId, Scope};
use terraform_eval::modules::{LazyBlock, references};
use terraform_eval::source::Span;
use terraform_eval::syntax::tree::{Block, Expression, ExpressionKind};

impl RootModuleReader<'_> {
    /// Checks the values of a module instance that refer to blocks of the provider.
    pub(crate) fn check_values(&mut self, instance: InstanceId) {
        let sources = self.context.sources;
        let module = self.context.evaluator.module(instance);
        let path = self.context.evaluator.path(instance).without_keys();
        for (name, local) in module.locals(sources) {
            if self.names_provider(local.value.span) {
                let subject = subject(&path, &format!("local.{name}"));
                self.evaluate_value(instance, &subject, "value", &local.value);
            }
        }
        for (name, output) in &module.outputs {
            if self.names_provider(output.span())
                && let Some(block) = output.parse(sources)
            {
                self.check_output(instance, &path, name, block);
            }
        }
        for check in module.others().iter().filter(|block| block.kind() == "check") {
            if self.names_provider(check.span()) {
                self.check_assertions(instance, &path, check);
            }
        }
    }

    fn names_provider(&self, span: Span) -> bool {
        let text = self.context.sources.slice(span);
        memchr::memmem::find(text.as_bytes(), TYPE_PREFIX.as_bytes()).is_some()
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
            .filter_map(|data| match data.labels.as_slice() {
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
