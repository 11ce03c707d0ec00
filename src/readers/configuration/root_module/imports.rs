//! Reads `import` blocks of mirrors.

use std::collections::BTreeSet;
use std::rc::Rc;

use crate::diagnostic::Subject;
use crate::model::{
    Attribute, AttributeValue, ConfigurationIssue, ConfigurationIssueKind, Import, UnknownReason,
    UnknownReasons,
};
use crate::provider::{IMAGE_MIRROR, is_provider_type};
use crate::readers::configuration::block_reader::BlockReader;
use crate::readers::configuration::evaluation_context::EvaluationContext;
use crate::readers::configuration::root_module::instances::unknown_until_apply;
use crate::readers::configuration::root_module::reader::RootModuleReader;
use crate::untrusted::expression_text;
use terraform_eval::address::{InstanceKey, Mode};
use terraform_eval::cty::ValueRef;
use terraform_eval::eval::{EvalError, Expansion, InstanceId, RepetitionData, Scope};
use terraform_eval::modules::{Module, literal, references, references::Traversal};
use terraform_eval::source::Span;
use terraform_eval::syntax::document::Format;
use terraform_eval::syntax::tree::{Block, Expression, ExpressionKind, Step};

/// The arguments of an `import` block.
const ARGUMENTS: [&str; 3] = ["to", "id", "for_each"];

impl RootModuleReader<'_> {
    /// Reads the imports of mirrors in the root module.
    pub(crate) fn read_imports(&mut self, module: &Module) -> Vec<Import> {
        let sources = self.context.sources;
        let mut imports = Vec::new();
        let mut targets = BTreeSet::new();
        for block in module.imports() {
            let Some(block) = block.parse(sources) else {
                continue;
            };
            let Some(to) = block.body.attribute("to").map(|to| &to.value) else {
                if self.is_relevant(self.context.evaluator.module_id(InstanceId::ROOT)) {
                    let subject = Subject::Other("import".to_owned());
                    self.reject(&subject, "the import has no `to`".to_owned(), block.header);
                }
                continue;
            };
            for inner in block.body.blocks.iter().filter(|_| has_step(to, is_mirror_type)) {
                let message = format!("unsupported block {:?} in import", inner.kind.text);
                let subject = Subject::Other("import".to_owned());
                self.reject(&subject, message, inner.header);
            }
            if let ExpressionKind::Splat { base, .. } = &to.kind
                && has_step(base, is_mirror_type)
            {
                let message = "`to` is not the address of one instance".to_owned();
                self.reject(&Subject::Other("import".to_owned()), message, to.span);
            }
            if let Some(text) = self.quoted_address(to) {
                let message = "`to` is a string, and not an address".to_owned();
                self.reject(&Subject::Other(text), message, to.span);
            } else if has_step(to, is_provider_type) && !has_step(to, is_mirror_type) {
                let text = expression_text(sources.slice(to.span)).to_owned();
                let subject = Subject::Other(text);
                if has_step(to, |name| name == "rhcs_cluster_wait") {
                    let message = "the provider cannot import a waiter".to_owned();
                    self.reject(&subject, message, to.span);
                }
                self.check_target(to, &subject);
            } else if has_step(to, is_mirror_type) {
                let text = expression_text(sources.slice(to.span));
                if !targets.insert(text) && block.body.attribute("for_each").is_none() {
                    let subject = Subject::Other(text.to_owned());
                    self.reject(
                        &subject,
                        "a second import to the same resource".to_owned(),
                        to.span,
                    );
                }
                self.read_import(block, to, &mut imports);
            }
        }
        imports
    }

    fn read_import(&mut self, block: &Block, to: &Expression, imports: &mut Vec<Import>) {
        let to_text = expression_text(self.context.sources.slice(to.span)).to_owned();
        let subject = Subject::Other(to_text.clone());
        self.check_arguments(block, to, &subject);
        let Some(id) = block.body.attribute("id").map(|id| &id.value) else {
            if block.body.attribute("identity").is_none() {
                self.invalid_id(&subject, "the import has no id", block.header, "no `id`");
            }
            return;
        };
        self.check_target(to, &subject);
        if let Some(for_each) = block.body.attribute("for_each")
            && self.reports_unknown_instances(&subject, block, for_each.value.span)
        {
            return;
        }
        let repetitions = self.context.evaluator.import_instances(&block.body);
        let repetitions = repetitions.and_then(|repetitions| {
            self.budget.charge_instances(repetitions.len())?;
            Ok(repetitions)
        });
        let repetitions = match repetitions {
            Ok(repetitions) => repetitions,
            Err(error) => {
                let for_each = block.body.attribute("for_each");
                let span = for_each.map_or(block.header, |for_each| for_each.value.span);
                let reason = if error.is_rejection() {
                    UnknownReason::Rejected(error.to_string())
                } else {
                    UnknownReason::EvaluationFailed(error.to_string())
                };
                self.issues.add_error(&subject, "for_each", &error, span);
                return imports.push(Import {
                    to: to_text,
                    id: Attribute::unknown(UnknownReasons::new(reason), Some(span)),
                });
            }
        };
        for repetition in repetitions {
            let repetition = Rc::new(repetition);
            self.context.evaluator.grant_reserve_budget();
            let address = instance_address(&self.context, &repetition, to);
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
                        UnknownReason::WrongType(message) => Some(message.clone()),
                        _ => None,
                    });
                    let until_apply = value
                        .and_then(Result::ok)
                        .and_then(|value| unknown_until_apply(&value, self.tree.schemas()));
                    if let Some(message) = wrong_type {
                        self.invalid_id(&subject, message, id.span, "a string is required");
                    } else if let Some(reference) = until_apply {
                        let message = format!("the import id is known only after apply: {reference}");
                        self.invalid_id(&subject, message, id.span, "not known in the plan");
                    } else {
                        imports.push(Import {
                            to: address.unwrap_or_else(|| to_text.clone()),
                            id: attribute,
                        });
                    }
                }
                AttributeValue::Known(_) => imports.push(Import {
                    to: address.unwrap_or_else(|| to_text.clone()),
                    id: attribute,
                }),
            }
        }
    }

    /// The text of `to` if it is a string with the address of a mirror. In JSON, addresses are strings.
    fn quoted_address(&self, to: &Expression) -> Option<String> {
        let is_native = Format::of(self.context.sources.file(to.span.file)) == Format::Native;
        let text = literal(to).filter(|text| is_native && text.contains(IMAGE_MIRROR))?;
        Some(expression_text(text).to_owned())
    }

    /// Reports that Terraform does not know the instances of an import until it applies; whether it does.
    fn reports_unknown_instances(&mut self, subject: &Subject, block: &Block, span: Span) -> bool {
        let single = Rc::new(RepetitionData::single());
        let reader = BlockReader::new(&self.context, InstanceId::ROOT, &single, block);
        let value = reader.value("for_each").and_then(Result::ok);
        let unknown = value.filter(|value| !value.is_wholly_known());
        let reference = unknown.and_then(|value| unknown_until_apply(&value, self.tree.schemas()));
        let Some(reference) = reference else {
            return false;
        };
        self.reject(
            subject,
            format!("for_each is known only after apply: {reference}"),
            span,
        );
        true
    }

    /// Reports the arguments that an import does not have.
    fn check_arguments(&mut self, block: &Block, to: &Expression, subject: &Subject) {
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
            } else if name == "provider" {
                if self.is_target_missing(to) {
                    continue;
                }
                ("only for an import that generates configuration", "remove it")
            } else {
                ("not an argument of an import", "remove it")
            };
            self.issues.add(issue.label(label).help(help));
        }
    }

    /// Reports an import to a mirror of the root module that no block declares, or to an instance that the block cannot
    /// have.
    fn check_target(&mut self, to: &Expression, subject: &Subject) {
        let Some(target) = target(to) else {
            return;
        };
        match &target.subject {
            terraform_eval::address::Subject::Module(call) => {
                let module = self.context.evaluator.module(InstanceId::ROOT);
                if !module.calls.contains_key(call) {
                    let message = format!("the module declares no module call named {call:?}");
                    return self.reject(subject, message, to.span);
                }
                let expansion = self.context.evaluator.call_expansion(InstanceId::ROOT, call);
                if let (Some(key), Ok(expansion)) = (&target.key, expansion)
                    && !may_have_instance(&expansion, key)
                {
                    let message =
                        format!("module.{call} has no such instance, so an import to it is rejected");
                    self.reject(subject, message, to.span);
                }
            }
            terraform_eval::address::Subject::Resource(name) if name.mode == Mode::Data => {
                self.reject(subject, "an import is to a managed resource".to_owned(), to.span);
            }
            terraform_eval::address::Subject::Resource(name) => {
                let module = self.context.evaluator.module(InstanceId::ROOT);
                let block = module.resources.get(name);
                let Some(block) = block else {
                    self.reject(
                        subject,
                        format!("the module declares no resource {name}"),
                        to.span,
                    );
                    return;
                };
                let instances = self
                    .context
                    .evaluator
                    .resource_expansion(InstanceId::ROOT, block)
                    .ok();
                let Some(block) = block.block.parse(self.context.sources) else {
                    return;
                };
                let has = |argument: &str| block.body.attribute(argument).is_some();
                let may_exist = |key| {
                    let instances = instances.as_deref();
                    instances.is_none_or(|instances| may_have_instance(instances, key))
                };
                let problem = match &target.key {
                    Some(InstanceKey::Index(_)) if !has("count") => Some("has no `count`"),
                    Some(InstanceKey::Key(_)) if !has("for_each") => Some("has no `for_each`"),
                    Some(key) if !may_exist(key) => Some("has no such instance"),
                    None if target.attribute.is_some() => Some("is named with an attribute"),
                    None if (has("count") || has("for_each")) && !ends_in_key(to) => {
                        Some("has instances, and none of them is named")
                    }
                    _ => None,
                };
                if let Some(problem) = problem {
                    self.reject(
                        subject,
                        format!("{name} {problem}, so an import to this is rejected"),
                        to.span,
                    );
                }
            }
            _ => {}
        }
    }

    /// Whether no block declares the resource that an import is to: then Terraform can generate one.
    fn is_target_missing(&self, to: &Expression) -> bool {
        let module = self.context.evaluator.module(InstanceId::ROOT);
        match target(to).map(|target| target.subject) {
            Some(terraform_eval::address::Subject::Resource(name)) => !module.resources.contains(&name),
            _ => false,
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

/// Whether a block may have an instance: it has, or its instances are unknown.
fn may_have_instance(expansion: &Expansion, key: &InstanceKey) -> bool {
    let is_unknown = matches!(
        expansion,
        Expansion::Unknown { .. } | Expansion::MaybeEnabled { .. }
    );
    let mut instances = expansion.instances().into_iter();
    is_unknown || instances.any(|instance| instance.key.as_ref() == Some(key))
}

/// The reference that `to` is, apart from those in its keys.
fn target(to: &Expression) -> Option<Traversal> {
    let mut references = references::in_expression(to).into_iter();
    references.find(|reference| reference.span == to.span)
}

/// The address that `to` has in an instance of the block. `None` if an instance key in it is not known.
fn instance_address(
    context: &EvaluationContext<'_>,
    repetition: &Rc<RepetitionData>,
    to: &Expression,
) -> Option<String> {
    let (root, steps) = match &to.kind {
        ExpressionKind::Traversal { base, steps } => (&**base, &**steps),
        _ => (to, &[][..]),
    };
    let ExpressionKind::Variable(word) = &root.kind else {
        return None;
    };
    let mut address = word.to_string();
    for step in steps {
        match step {
            Step::Attribute(name) => address.extend([".", &*name.text]),
            Step::Index { key, .. } => {
                let scope = Scope::module(InstanceId::ROOT).with_repetition(repetition);
                let key = context.evaluator.evaluate(key, scope).ok()?;
                let key = match key.view() {
                    _ if key.marks_deep().hides_value() => return None,
                    ValueRef::String(text) => InstanceKey::Key(text.clone()),
                    ValueRef::Number(number) => InstanceKey::Index(u64::try_from(number.to_index()?).ok()?),
                    _ => return None,
                };
                address += &key.to_string();
            }
        }
    }
    Some(address)
}

/// Whether a step of an address satisfies a test: the type of the resource is one of them.
fn has_step(to: &Expression, test: fn(&str) -> bool) -> bool {
    match &to.kind {
        ExpressionKind::Variable(word) => test(word),
        ExpressionKind::Traversal { base, steps } => {
            let is_named = |step: &Step| matches!(step, Step::Attribute(name) if test(&name.text));
            has_step(base, test) || steps.iter().any(is_named)
        }
        _ => false,
    }
}

fn is_mirror_type(name: &str) -> bool {
    name == IMAGE_MIRROR
}

/// Whether the last step of an address is an instance key.
fn ends_in_key(to: &Expression) -> bool {
    match &to.kind {
        ExpressionKind::Traversal { steps, .. } => matches!(steps.last(), Some(Step::Index { .. })),
        _ => false,
    }
}
