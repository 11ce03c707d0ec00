//! Reads `import` blocks of mirrors.

use std::rc::Rc;

use crate::diagnostic::Subject;
use crate::model::{AttributeValue, ConfigurationIssue, ConfigurationIssueKind, Import};
use crate::provider::IMAGE_MIRROR;
use crate::readers::configuration::block_reader::BlockReader;
use crate::readers::configuration::root_module::instances::unknown_until_apply;
use crate::readers::configuration::root_module::reader::RootModuleReader;
use terraform_eval::eval::{EvalError, Expansion, InstanceId, RepetitionData};
use terraform_eval::modules::{Module, references};
use terraform_eval::source::Span;
use terraform_eval::syntax::tree::{Block, Expression, ExpressionKind};

/// The arguments of an `import` block.
const ARGUMENTS: [&str; 4] = ["to", "id", "for_each", "provider"];

impl RootModuleReader<'_> {
    /// Reads the imports of mirrors in the root module.
    pub(crate) fn read_imports(&mut self, module: &Module) -> Vec<Import> {
        let sources = self.context.sources;
        let mut imports = Vec::new();
        for block in module.imports() {
            let Some(block) = block.parse(sources) else {
                continue;
            };
            let Some(to) = block.body.attribute("to").map(|to| &to.value) else {
                continue;
            };
            if is_mirror_address(to) {
                self.read_import(block, to, &mut imports);
            }
        }
        imports
    }

    fn read_import(&mut self, block: &Block, to: &Expression, imports: &mut Vec<Import>) {
        let to_text = self.context.sources.slice(to.span).to_owned();
        let subject = Subject::Other(to_text.clone());
        for argument in &block.body.attributes {
            let name = &*argument.name.text;
            if ARGUMENTS.contains(&name) {
                continue;
            }
            let issue = ConfigurationIssue::rejected(
                ConfigurationIssueKind::UnsupportedArgument,
                subject.clone(),
                format!("unsupported argument {name:?} in import"),
                argument.name.span,
            );
            let is_identity = name == "identity";
            let (label, help) = if is_identity {
                (
                    "mirrors have no identity in the provider",
                    "write `id = \"CLUSTER_ID:IMAGE_MIRROR_ID\"`",
                )
            } else {
                ("not an argument of an import", "remove it")
            };
            self.issues.add(issue.label(label).help(help));
        }
        let Some(id) = block.body.attribute("id").map(|id| &id.value) else {
            if block.body.attribute("identity").is_none() {
                self.invalid_id(&subject, "the import has no id", block.header, "no `id`");
            }
            return;
        };
        self.check_target(to, &subject);
        let repetitions = match block.body.attribute("for_each") {
            None => vec![RepetitionData::single()],
            Some(for_each) => {
                let expansion = self
                    .context
                    .evaluator
                    .body_expansion(InstanceId::ROOT, &block.body);
                match expansion {
                    Ok(Expansion::Unknown { value, .. }) => {
                        if let Some(reference) = unknown_until_apply(&value, self.tree.schemas()) {
                            let message = format!("for_each is known only after apply: {reference}");
                            self.reject(&subject, message, for_each.value.span);
                        }
                        return;
                    }
                    Ok(expansion) => expansion.instances(),
                    Err(error) => {
                        let span = for_each.value.span;
                        return self.issues.add_error(&subject, "for_each", &error, span);
                    }
                }
            }
        };
        for repetition in repetitions {
            let repetition = Rc::new(repetition);
            let mut reader = BlockReader::new(&self.context, InstanceId::ROOT, &repetition, block);
            let attribute = reader.string("id");
            let value = reader.value("id");
            let errors: Vec<(String, EvalError, Span)> = std::mem::take(&mut reader.errors);
            self.sensitive.extend(std::mem::take(&mut reader.sensitive));
            for (name, error, span) in errors {
                self.issues.add_error(&subject, &name, &error, span);
            }
            match &attribute.content {
                AttributeValue::Absent => {
                    self.invalid_id(&subject, "the import id is null", id.span, "null");
                }
                AttributeValue::Unknown(unknown) => {
                    let wrong_type = unknown.reasons.iter().find_map(|reason| match reason {
                        crate::model::UnknownReason::WrongType(message) => Some(message.clone()),
                        _ => None,
                    });
                    let until_apply = value
                        .and_then(Result::ok)
                        .and_then(|value| unknown_until_apply(&value, self.tree.schemas()));
                    if let Some(message) = wrong_type {
                        self.invalid_id(&subject, message, id.span, "a string is required");
                    } else if let Some(reference) = until_apply {
                        let message = format!("the import id is known only after apply: {reference}");
                        self.invalid_id(&subject, message, id.span, "not known when Terraform plans");
                    }
                }
                AttributeValue::Known(_) if attribute.sensitive => {
                    self.invalid_id(
                        &subject,
                        "the import id is sensitive",
                        id.span,
                        "a sensitive value is not allowed",
                    );
                }
                AttributeValue::Known(_) => imports.push(Import {
                    to: to_text.clone(),
                    id: attribute,
                }),
            }
        }
    }

    /// Reports an import to a mirror of the root module that no block declares.
    fn check_target(&mut self, to: &Expression, subject: &Subject) {
        let module = self.context.evaluator.module(InstanceId::ROOT);
        let targets = references::in_expression(to);
        let [target] = targets.as_slice() else {
            return;
        };
        if let terraform_eval::address::Subject::Resource(name) = &target.subject
            && !module.resources.contains_key(name)
        {
            self.reject(
                subject,
                format!("the module declares no resource {name}"),
                to.span,
            );
        }
    }

    fn reject(&mut self, subject: &Subject, message: String, span: Span) {
        let kind = ConfigurationIssueKind::Other;
        let issue = ConfigurationIssue::rejected(kind, subject.clone(), message, span);
        self.issues.add(issue);
    }

    fn invalid_id(&mut self, subject: &Subject, message: impl Into<String>, span: Span, label: &str) {
        let kind = ConfigurationIssueKind::InvalidImportId;
        let issue = ConfigurationIssue::rejected(kind, subject.clone(), message, span);
        self.issues
            .add(issue.label(label).help("write \"CLUSTER_ID:IMAGE_MIRROR_ID\""));
    }
}

/// Whether `to` is the address of a mirror, in the root module or in another one.
fn is_mirror_address(to: &Expression) -> bool {
    match &to.kind {
        ExpressionKind::Variable(word) => &**word == IMAGE_MIRROR,
        ExpressionKind::GetAttr { base, name } => &*name.text == IMAGE_MIRROR || is_mirror_address(base),
        ExpressionKind::Index { base, .. } => is_mirror_address(base),
        _ => false,
    }
}
