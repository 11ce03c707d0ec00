//! Reads the resources that apply manifests to a cluster: `kubernetes_manifest`, `kubectl_manifest` and the like. They are
//! read on their own, because a root module may have them and nothing else.

use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

use crate::model::{Attribute, AttributeValue, UnknownReason};
use crate::readers::configuration::editability::{ArgumentRef, EditabilityQuery};
use crate::readers::configuration::manifest_node::NodeBuilder;
use crate::readers::configuration::placeholders::{Place, PlaceholderEvaluator, call_of};
use crate::readers::configuration::root_module::carrier_words::{has_carrier_words, has_manifests};
use crate::readers::configuration::root_module::enclosing_context::EnclosingContext;
use crate::readers::configuration::root_module::instances::expand;
use crate::readers::configuration::root_module::reader::RootModuleReader;
use crate::readers::configuration::trace::TraceBuilder;
use crate::readers::manifest::{
    ApplyingResource, EvaluatedValues, ManifestDocument, ManifestForm, ManifestResourceType, ManifestText,
    Texts, manifest_type_of, names_mirror_set, splits_documents,
};
use terraform_eval::address::{Address, Subject};
use terraform_eval::cty::{Marks, Value};
use terraform_eval::eval::{self, EvalError, Expansion, InstanceId, RepetitionData, Scope};
use terraform_eval::modules::{ModuleId, Resource, literal, references};
use terraform_eval::syntax::tree::{Block, Expression, ExpressionKind, ObjectKey};

/// How many parts the value of one manifest may have.
const MAX_MANIFEST_PARTS: usize = 1 << 18;

/// How many bytes of a text cost as much as a part of a value.
const BYTES_OF_A_PART: usize = 64;

/// How many local values are followed from an argument.
const MAX_FOLLOWED_LOCALS: usize = 16;

impl<'a> RootModuleReader<'a> {
    /// Whether a module or one that it calls has blocks that apply manifests, or may contain some.
    pub(crate) fn has_manifests(&mut self, module: ModuleId) -> bool {
        if let Some(has_manifests) = self.modules_with_manifests.get(&module) {
            return *has_manifests;
        }
        let declared = self.tree.module(module);
        let has_words = || {
            let mut files = declared.files.iter();
            files.any(|file| has_carrier_words(self.context.sources.text(*file)))
        };
        let mut resources = declared.resources.iter();
        let has_blocks = declared.resources.types().any(has_manifests)
            || (has_words() && resources.any(|resource| self.may_carry_manifests(resource)));
        // The calls have no cycle, so this ends.
        let mut calls = self.tree.calls_of(module).into_iter();
        let has_manifests = has_blocks || calls.any(|(_, callee, _)| self.has_manifests(callee));
        self.modules_with_manifests.insert(module, has_manifests);
        has_manifests
    }

    /// Reads the manifests of a module instance, then those of the modules that it calls.
    pub(crate) fn visit_manifests(&mut self, instance: InstanceId, enclosing: &EnclosingContext) {
        let module = self.context.evaluator.module(instance);
        for resource in &module.resources {
            if let Some(resource_type) = manifest_type_of(&resource.name) {
                self.read_manifest(instance, resource, resource_type, enclosing);
            }
        }
        let id = self.context.evaluator.module_id(instance);
        for resource in &module.resources {
            let is_read = self.read_data_sources.contains(&(id, resource.name.clone()));
            if !is_read && self.may_carry_manifests(resource) {
                self.carriers.push((instance, resource, enclosing.clone()));
            }
        }
        for (call, callee, _) in self.tree.calls_of(id) {
            if !self.has_manifests(callee) {
                continue;
            }
            if self.is_at_limit(instance) {
                return;
            }
            let expansion = self.context.evaluator.call_expansion(instance, &call);
            if let Err(error) = &expansion {
                self.issues.note_limit(error, None);
            }
            let (repetitions, enclosing) = expand(expansion, enclosing);
            for repetition in repetitions {
                if self.is_at_limit(instance) {
                    return;
                }
                if let Some(child) = self.context.evaluator.child(instance, &call, &repetition) {
                    self.visit_manifests(child, &enclosing);
                }
            }
        }
    }

    /// Reads the manifests that the instances of a resource apply.
    fn read_manifest(
        &mut self,
        instance: InstanceId,
        resource: &'a Resource,
        resource_type: &'static ManifestResourceType,
        enclosing: &EnclosingContext,
    ) {
        let sources = self.context.sources;
        let Some(block) = resource.block.parse(sources) else {
            return;
        };
        // Without the argument, Terraform rejects the block, or reports its syntax errors.
        let Some(argument) = block.body.attribute(resource_type.argument) else {
            return;
        };
        let expansion = self.expansion_of(instance, resource);
        let is_unknown = matches!(expansion.as_deref(), Ok(Expansion::Unknown { .. }));
        let documents = self
            .documents_of_data_source(instance, block, &argument.value)
            .filter(|_| is_unknown);
        let (repetitions, enclosing) = expand(expansion, enclosing);
        let provider = self.provider_of(instance, resource, block);
        let calls = self.enclosing_calls(instance);
        let module = self.context.evaluator.path(instance);
        for repetition in repetitions {
            let key = repetition.key.clone().filter(|_| documents.is_none());
            let address = Address::new(module.clone(), resource.name.clone(), key);
            let instances = match &documents {
                // Their number is that of the documents.
                Some(_) => None,
                None => enclosing.unknown_instances.clone(),
            };
            let applying = Arc::new(ApplyingResource {
                address: address.to_string().into(),
                calls: calls.clone(),
                instances,
            });
            let repetition = Rc::new(match &documents {
                Some(_) => RepetitionData::single(),
                None => repetition,
            });
            self.context.evaluator.grant_reserve_budget();
            let argument = match &documents {
                Some((block, expression)) => ManifestArgument {
                    instance,
                    repetition: &repetition,
                    block,
                    expression,
                    form: ManifestForm::Documents,
                },
                None => ManifestArgument {
                    instance,
                    repetition: &repetition,
                    block,
                    expression: &argument.value,
                    form: resource_type.form,
                },
            };
            let rejection = enclosing.rejection.as_ref();
            let is_sensitive = resource_type
                .sensitive_fields
                .is_some_and(|name| self.has_elements(instance, &repetition, block, name));
            let marks = if is_sensitive {
                Marks::sensitive()
            } else {
                Marks::new()
            };
            self.read_argument(argument, &marks, &applying, provider.as_ref(), rejection);
        }
    }

    /// Whether an argument is a list with elements, or may be one.
    fn has_elements(
        &self,
        instance: InstanceId,
        repetition: &Rc<RepetitionData>,
        block: &Block,
        name: &str,
    ) -> bool {
        let Some(argument) = block.body.attribute(name) else {
            return false;
        };
        let scope = Scope::module(instance).with_repetition(repetition);
        match self.context.evaluator.evaluate(&argument.value, scope) {
            Ok(value) => !value.is_null() && value.as_slice().is_none_or(|elements| !elements.is_empty()),
            Err(_) => true,
        }
    }

    /// Reads the manifest in the argument of a resource instance. `marks` are those of the argument.
    fn read_argument(
        &mut self,
        argument: ManifestArgument<'_>,
        marks: &Marks,
        applying: &Arc<ApplyingResource>,
        provider: Option<&Arc<str>>,
        rejection: Option<&UnknownReason>,
    ) {
        let argument = decoded_argument(&argument).unwrap_or(argument);
        let evaluated = match (self.budget.memory_limit(), rejection) {
            (Some(limit), _) => Err(limit),
            (None, Some(reason)) => Err(EvalError::uncatchable(reason.to_string())),
            (None, None) => self.evaluate_manifest(&argument),
        };
        let evaluated = match evaluated {
            Ok(evaluated) => evaluated,
            Err(error) => {
                let names_it = self.names_mirror_set(&argument);
                let is_any_object = argument.form.is_any_object() && !has_literal_kind(argument.expression);
                if is_any_object || names_it {
                    let span = argument.expression.span;
                    self.issues.note_limit(&error, Some(span));
                    self.manifests
                        .skip_manifest(&applying.address, span, &error.to_string(), names_it);
                }
                return;
            }
        };
        let EvaluatedManifest {
            mut value,
            mut values,
        } = evaluated;
        if !argument.form.is_any_object() && !value.is_known() && !self.names_mirror_set(&argument) {
            return;
        }
        if value.is_wholly_known()
            && !value.marks_deep().union(marks).is_sensitive()
            && let Some((path, form)) = self.file_of(&argument)
        {
            if self.has_room(&value, &argument, applying) {
                self.manifests
                    .add_file(provider, path, form, Arc::clone(applying));
            }
            return;
        }
        // The argument of a function that encodes or decodes the manifest has the same manifest, and its texts.
        let mut inner = argument;
        if let Some(coded) = coded_argument(&argument)
            && let Ok(evaluated) = self.evaluate_manifest(&coded)
        {
            inner = coded;
            EvaluatedManifest { value, values } = evaluated;
        }
        if !self.has_room(&value, &argument, applying) {
            return;
        }
        let is_known = value.is_wholly_known() && values.is_empty();
        let mut builder = NodeBuilder {
            values: &mut values,
            argument: inner.expression.span,
            sensitive: Vec::new(),
        };
        let node = builder.node(&value, inner.expression, marks);
        let sensitive = builder.sensitive;
        let text = ManifestText::evaluated(Texts::All(self.context.sources), &values);
        let names_it = !is_known && self.names_mirror_set(&argument);
        let mut documents = self.manifests.read(inner.form, node, text, applying, names_it);
        self.add_places(&mut documents, &inner);
        if !documents.is_empty() {
            self.sensitive.extend(sensitive);
        }
        self.manifests.add(provider, documents);
    }

    /// Whether there is room for the mirrors of a manifest: a few lines of configuration can make values of any size, and any
    /// number of them. A manifest without room is skipped.
    fn has_room(
        &mut self,
        value: &Value,
        argument: &ManifestArgument<'_>,
        applying: &ApplyingResource,
    ) -> bool {
        let bytes = value.as_str().map_or(0, |text| text.len());
        let is_too_large = value.size() + bytes / BYTES_OF_A_PART > MAX_MANIFEST_PARTS;
        let span = argument.expression.span;
        let reason = if is_too_large {
            "the value is too large".to_owned()
        } else if let Err(error) = self.budget.charge_manifest(value.size(), bytes) {
            self.issues.note_limit(&error, Some(span));
            error.to_string()
        } else {
            return true;
        };
        let names_it = self.names_mirror_set(argument);
        self.manifests
            .skip_manifest(&applying.address, span, &reason, names_it);
        false
    }

    /// The content of a data source that splits a text into documents, if a resource applies each of them, and the block
    /// of the data source.
    fn documents_of_data_source(
        &mut self,
        instance: InstanceId,
        block: &Block,
        argument: &Expression,
    ) -> Option<(&'a Block, &'a Expression)> {
        let arguments = ["for_each", "count"].map(|name| block.body.attribute(name));
        let repetition = arguments.into_iter().flatten().next()?;
        let [traversal] = &*references::in_expression(&repetition.value) else {
            return None;
        };
        let Subject::Resource(name) = &traversal.subject else {
            return None;
        };
        let has_documents = matches!(traversal.attribute.as_deref(), Some("manifests" | "documents"));
        if !splits_documents(name) || !has_documents {
            return None;
        }
        let is_element = references::in_expression(argument)
            .iter()
            .all(|used| match &used.subject {
                Subject::Each(_) | Subject::Count => true,
                subject => *subject == traversal.subject,
            });
        let is_passed_on = match &argument.kind {
            ExpressionKind::Traversal { .. } => true,
            ExpressionKind::Call(call) => &*call.name.text == "element",
            _ => false,
        };
        if !is_element || !is_passed_on {
            return None;
        }
        let module = self.context.evaluator.module(instance);
        let data_source = module.resources.get(name)?.block.parse(self.context.sources)?;
        let is_repeated = ["count", "for_each"]
            .iter()
            .any(|name| data_source.body.attribute(name).is_some());
        let content = data_source.body.attribute("content").filter(|_| !is_repeated)?;
        let id = self.context.evaluator.module_id(instance);
        self.read_data_sources.insert((id, name.clone()));
        Some((data_source, &content.value))
    }

    /// The file that an argument consists of, as `file` reads it, and the form of the manifests in it.
    fn file_of(&self, argument: &ManifestArgument<'_>) -> Option<(PathBuf, ManifestForm)> {
        let sources = self.context.sources;
        let module = self.context.evaluator.module(argument.instance);
        let mut expression = argument.expression;
        let mut form = argument.form;
        for _ in 0..MAX_FOLLOWED_LOCALS {
            expression = match &expression.kind {
                ExpressionKind::Parenthesis(inner) => inner,
                ExpressionKind::Call(call) => match (&*call.name.text, form, &*call.arguments) {
                    ("yamldecode" | "jsondecode", ManifestForm::Object, [inner]) => {
                        form = ManifestForm::FirstDocument;
                        inner
                    }
                    ("file", ManifestForm::FirstDocument | ManifestForm::Documents, [path]) => {
                        let scope = Scope::module(argument.instance).with_repetition(argument.repetition);
                        let path = self.context.evaluator.evaluate(path, scope).ok()?;
                        let root = &self.context.evaluator.module(InstanceId::ROOT).directory;
                        let path = root.join(&**path.as_str()?);
                        return Some((sources.files().canonicalize(&path).ok()?, form));
                    }
                    _ => return None,
                },
                _ => {
                    let [traversal] = &*references::in_expression(expression) else {
                        return None;
                    };
                    let is_whole = traversal.span == expression.span && traversal.attribute.is_none();
                    match &traversal.subject {
                        Subject::Local(name) if is_whole => &module.locals(sources).get(name)?.value,
                        _ => return None,
                    }
                }
            };
        }
        None
    }

    /// Evaluates a manifest, with placeholders for unknown parts if that is possible.
    pub(crate) fn evaluate_manifest(
        &self,
        argument: &ManifestArgument<'_>,
    ) -> Result<EvaluatedManifest, EvalError> {
        let scope = Scope::module(argument.instance).with_repetition(argument.repetition);
        let value = self.context.evaluator.evaluate(argument.expression, scope)?;
        let mut values = EvaluatedValues::default();
        let marks = value.marks_deep();
        if marks.is_ephemeral() {
            return Err(EvalError::uncatchable(
                "the value is ephemeral, so the argument cannot hold it",
            ));
        }
        if value.is_wholly_known() {
            return Ok(EvaluatedManifest { value, values });
        }
        let mut evaluator = PlaceholderEvaluator {
            context: &self.context,
            values: &mut values,
        };
        let place = Place {
            instance: argument.instance,
            repetition: argument.repetition,
        };
        let resolved = evaluator.evaluate(argument.expression, place);
        Ok(EvaluatedManifest {
            value: resolved.unwrap_or(value),
            values,
        })
    }

    /// Sets where the strings of documents come from, and whether a fix can change their texts.
    fn add_places(&self, documents: &mut [ManifestDocument], argument: &ManifestArgument<'_>) {
        let ManifestArgument {
            instance,
            repetition,
            block,
            expression,
            ..
        } = *argument;
        let add_place = &mut |attribute: &mut Attribute<String>, is_list_element: bool| {
            let (AttributeValue::Known(text), Some(span), false) =
                (&attribute.content, attribute.span, attribute.sensitive)
            else {
                return;
            };
            if !expression.span.contains(span) {
                attribute.trace = TraceBuilder::build(&self.context, span, expression, instance, block);
            }
            let query = EditabilityQuery {
                context: &self.context,
                span,
                text,
                is_list_element,
            };
            attribute.editability = query.resolve(ArgumentRef {
                expression,
                instance,
                block,
                repetition: Rc::clone(repetition),
            });
        };
        for document in documents {
            document.each_string(add_place);
        }
    }

    /// Whether the text of an expression, or of a file that it reads, names a mirror set.
    fn names_mirror_set(&self, argument: &ManifestArgument<'_>) -> bool {
        let mut pending = vec![argument.expression];
        let scope = Scope::module(argument.instance).with_repetition(argument.repetition);
        let module = self.context.evaluator.module(argument.instance);
        let locals = module.locals(self.context.sources);
        let mut followed = 0;
        while let Some(expression) = pending.pop() {
            if names_mirror_set(self.context.sources.slice(expression.span)) {
                return true;
            }
            for traversal in references::in_expression(expression) {
                if let Subject::Local(name) = &traversal.subject
                    && followed < MAX_FOLLOWED_LOCALS
                    && let Some(local) = locals.get(name)
                {
                    followed += 1;
                    pending.push(&local.value);
                }
            }
            for path in file_arguments(expression) {
                let file = call_of("file", vec![path.clone()], path.span);
                let text = self.context.evaluator.evaluate(&file, scope).ok();
                if text.is_some_and(|text| text.as_str().is_some_and(|text| names_mirror_set(text))) {
                    return true;
                }
            }
        }
        false
    }

    /// The instances of a resource. A limit that their number reaches is noted.
    pub(crate) fn expansion_of(
        &mut self,
        instance: InstanceId,
        resource: &Resource,
    ) -> eval::Result<Rc<Expansion>> {
        let expansion = self.context.evaluator.resource_expansion(instance, resource);
        let expansion = self.with_room(expansion);
        if let Err(error) = &expansion {
            self.issues.note_limit(error, Some(resource.block.header()));
        }
        expansion
    }

    /// The provider that a resource is applied with, as the root module names it. Each stands for a cluster. `None` for the
    /// default provider.
    fn provider_of(&self, instance: InstanceId, resource: &Resource, block: &Block) -> Option<Arc<str>> {
        let evaluator = &self.context.evaluator;
        let sources = self.context.sources;
        let kind = &*resource.name.kind;
        let default = kind.split_once('_').map_or(kind, |(prefix, _)| prefix);
        let spelled =
            |expression: &Expression| sources.slice(expression.span).trim().trim_matches('"').to_owned();
        let argument = block.body.attribute("provider");
        let mut name = argument.map_or_else(|| default.to_owned(), |argument| spelled(&argument.value));
        let mut module = instance;
        while let Some((caller, call, _)) = evaluator.called_from(module) {
            let local_name = name.split('.').next().unwrap_or_default();
            let is_configured_here = evaluator
                .module(module)
                .providers(sources)
                .is_configured(local_name);
            let declared = evaluator.module(caller).calls.get(&call);
            let call_block = declared.and_then(|call| call.block.parse(sources));
            let passed = call_block.and_then(|block| block.body.attribute("providers"));
            let passed = passed.and_then(|argument| match &argument.value.kind {
                ExpressionKind::Object(items) => items.iter().find(|item| match &item.key {
                    ObjectKey::Word(word) => *word.text == *name,
                    ObjectKey::Expression(key) => spelled(key) == name,
                }),
                _ => None,
            });
            match passed {
                Some(item) => name = spelled(&item.value),
                None if is_configured_here || name.contains('.') => {
                    let module = evaluator.path(module).without_keys();
                    return Some(format!("{module}:{name}").into());
                }
                None => {}
            }
            module = caller;
        }
        (name != default).then(|| name.into())
    }
}

/// The argument with the manifest, in one instance of a block.
#[derive(Clone, Copy)]
pub(crate) struct ManifestArgument<'s> {
    pub(crate) instance: InstanceId,
    pub(crate) repetition: &'s Rc<RepetitionData>,
    pub(crate) block: &'s Block,
    pub(crate) expression: &'s Expression,
    pub(crate) form: ManifestForm,
}

/// The value of a manifest.
pub(crate) struct EvaluatedManifest {
    pub(crate) value: Value,
    /// The reasons of the placeholders in it.
    values: EvaluatedValues,
}

/// The argument of a function that encodes or decodes a manifest: the same manifest in the other form.
fn coded_argument<'s>(argument: &ManifestArgument<'s>) -> Option<ManifestArgument<'s>> {
    let ExpressionKind::Call(call) = &argument.expression.kind else {
        return None;
    };
    let [inner] = &*call.arguments else {
        return None;
    };
    let form = match (&*call.name.text, argument.form) {
        (
            "yamlencode" | "jsonencode",
            ManifestForm::FirstDocument | ManifestForm::Documents | ManifestForm::ObjectOrText,
        ) => ManifestForm::Object,
        ("yamldecode" | "jsondecode", ManifestForm::Object) => ManifestForm::FirstDocument,
        _ => return None,
    };
    Some(ManifestArgument {
        expression: inner,
        form,
        ..*argument
    })
}

/// The argument of the provider's function that decodes a manifest, `provider::kubernetes::manifest_decode`: the same
/// manifest as a text.
fn decoded_argument<'s>(argument: &ManifestArgument<'s>) -> Option<ManifestArgument<'s>> {
    match &argument.expression.kind {
        ExpressionKind::Call(call) if call.name.text.ends_with("::manifest_decode") => {
            Some(ManifestArgument {
                expression: call.arguments.first()?,
                form: ManifestForm::FirstDocument,
                ..*argument
            })
        }
        _ => None,
    }
}

/// Whether an expression is an object whose kind is written out.
fn has_literal_kind(expression: &Expression) -> bool {
    let ExpressionKind::Object(items) = &expression.kind else {
        return false;
    };
    items.iter().any(|item| {
        let is_kind = match &item.key {
            ObjectKey::Word(name) => &*name.text == "kind",
            ObjectKey::Expression(key) => literal(key) == Some("kind"),
        };
        is_kind && literal(&item.value).is_some()
    })
}

/// The paths of the files that an expression reads.
fn file_arguments(expression: &Expression) -> Vec<&Expression> {
    let mut found = Vec::new();
    let mut pending = vec![expression];
    while let Some(expression) = pending.pop() {
        match &expression.kind {
            ExpressionKind::Call(call) => {
                if matches!(&*call.name.text, "file" | "templatefile") {
                    found.extend(call.arguments.first());
                }
                pending.extend(&call.arguments);
            }
            ExpressionKind::Parenthesis(inner) => pending.push(inner),
            ExpressionKind::Tuple(items) => pending.extend(items),
            ExpressionKind::Object(items) => pending.extend(items.iter().map(|item| &item.value)),
            ExpressionKind::Conditional { branches, otherwise } => {
                pending.extend(branches.iter().map(|branch| &branch.value));
                pending.push(otherwise);
            }
            _ => {}
        }
    }
    found
}
