//! Checks what Terraform rejects whatever the values are: in all modules that the root module reaches, also in blocks
//! and modules without instances.

use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

use crate::diagnostic::{Subject, keys_near, nearest_of};
use crate::model::{ConfigurationIssue, ConfigurationIssueKind};
use crate::provider;
use crate::provider::modules::is_stub;
use crate::readers::configuration::block_checks::{ValueChecks, condition_failure};
use crate::readers::configuration::issues::{IssueSubject, Issues};
use crate::readers::configuration::meta_arguments::{MetaArguments, not_a_bool};
use crate::readers::configuration::root_module::enclosing_context::EnclosingContext;
use crate::readers::configuration::root_module::instances::{expand, unknown_until_apply};
use crate::readers::configuration::root_module::reader::RootModuleReader;
use crate::readers::configuration::root_module::resource_checks::BlockChecks;
use terraform_eval::address::{ModulePath, ResourceName};
use terraform_eval::dialect::Feature;
use terraform_eval::eval::{
    self, Evaluator, Expansion, InstanceId, MAX_MODULE_DEPTH, RepetitionData, Scope, enabled_argument,
};
use terraform_eval::hashing::HashMap;
use terraform_eval::modules::{Module, ModuleId, Resource, literal, references};
use terraform_eval::schema::Schema;
use terraform_eval::source::{Sources, Span};
use terraform_eval::syntax::tree::{Block, Body, ExpressionKind};

/// The arguments of every `module` block. `check_dialect` reports those that the version does not have.
const CALL_ARGUMENTS: [&str; 7] = [
    "source",
    "version",
    "providers",
    "count",
    "for_each",
    "depends_on",
    "ignore_nested_deprecations",
];

/// The blocks of a `module` block: `lifecycle` is OpenTofu's.
const CALL_BLOCKS: [&str; 2] = ["lifecycle", "_"];

/// The arguments of a `variable` block. `check_dialect` reports those that the version does not have.
const VARIABLE_ARGUMENTS: [&str; 8] = [
    "type",
    "default",
    "description",
    "sensitive",
    "nullable",
    "ephemeral",
    "deprecated",
    "const",
];

impl<'a> RootModuleReader<'a> {
    /// The instances of a resource block; reports why Terraform rejects `count` or `for_each`.
    pub(crate) fn expand_resource(
        &mut self,
        instance: InstanceId,
        resource: &Resource,
        enclosing: &EnclosingContext,
    ) -> (Vec<RepetitionData>, EnclosingContext) {
        let evaluator = &self.context.evaluator;
        let expansion = evaluator.resource_expansion(instance, resource);
        let expansion = self.with_room(expansion);
        let block = resource.block.parse(self.context.sources);
        let module = evaluator.path(instance).without_keys();
        let subject = IssueSubject::Resource(&module, &resource.name);
        self.report_expansion(instance, subject, block, &expansion, enclosing);
        if let Err(error) = &expansion {
            self.issues.note_limit(error, Some(resource.block.header()));
        }
        let (repetitions, enclosing) = expand(expansion, enclosing);
        if !repetitions.is_empty() {
            let module = self.context.evaluator.module_id(instance);
            self.instantiated.insert((module, resource.name.clone()));
        }
        (repetitions, enclosing)
    }

    /// The instances of a module call; reports why Terraform rejects `count` or `for_each`.
    pub(crate) fn expand_call(
        &mut self,
        instance: InstanceId,
        call: &Arc<str>,
        enclosing: &EnclosingContext,
    ) -> (Vec<RepetitionData>, EnclosingContext) {
        let evaluator = &self.context.evaluator;
        let expansion = evaluator.call_expansion(instance, call);
        let declared = evaluator.module(instance).calls.get(call);
        let block = declared.and_then(|call| call.block.parse(self.context.sources));
        let path = evaluator.path(instance).without_keys();
        let subject = Subject::Other(path.child(call.clone(), None).to_string());
        self.report_expansion(instance, (&subject).into(), block, &expansion, enclosing);
        let (repetitions, enclosing) = expand(expansion, enclosing);
        if !repetitions.is_empty() {
            let module = self.context.evaluator.module_id(instance);
            self.called.insert((module, call.clone()));
        }
        (repetitions, enclosing)
    }

    fn report_expansion(
        &mut self,
        instance: InstanceId,
        subject: IssueSubject<'_>,
        block: Option<&Block>,
        expansion: &eval::Result<Rc<Expansion>>,
        enclosing: &EnclosingContext,
    ) {
        let module = self.context.evaluator.module(instance);
        let (Some(block), false) = (block, is_stub(&module.directory)) else {
            return;
        };
        // An enclosing call that Terraform rejects is reported alone.
        if enclosing.rejection.is_some() {
            return;
        }
        let enabled = enabled_argument(&block.body)
            .filter(|_| self.context.inputs.dialect.has(Feature::LifecycleEnabled));
        let arguments = ["count", "for_each"].map(|name| block.body.attribute(name));
        let Some(argument) = enabled.or_else(|| arguments.into_iter().flatten().next()) else {
            return;
        };
        let (name, value) = (&*argument.name.text, &argument.value);
        match expansion.as_deref() {
            Err(error) => self.issues.add_error(subject, name, error, value.span),
            Ok(expansion) => {
                let unknown = expansion.unknown_value();
                let reference = unknown.and_then(|value| unknown_until_apply(value, self.tree.schemas()));
                let Some(reference) = reference else {
                    return;
                };
                let kind = ConfigurationIssueKind::Other;
                let message = format!("{name} is known only after apply: {reference}");
                let issue = ConfigurationIssue::rejected(kind, subject.to_subject(), message, value.span);
                self.issues.add(
                    issue
                        .label("not known in the plan")
                        .help("use keys that are in the configuration, such as the names of sources"),
                );
            }
        }
    }

    /// Checks the values of one instance of a cluster, a waiter or a data source.
    pub(crate) fn check_instance(
        &mut self,
        instance: InstanceId,
        resource: &Resource,
        repetition: &RepetitionData,
        enclosing: &EnclosingContext,
        block: &Block,
    ) {
        let module = self.context.evaluator.module(instance);
        let schema = self.tree.schemas().get(&resource.name);
        let (Some(schema), None, false) = (schema, &enclosing.rejection, is_stub(&module.directory)) else {
            return;
        };
        let path = self.context.evaluator.path(instance).without_keys();
        let mut checks = ValueChecks {
            evaluator: &self.context.evaluator,
            instance,
            repetition,
            resource: &resource.name,
            schema,
            subject: IssueSubject::Resource(&path, &resource.name),
            issues: &mut self.issues,
        };
        // The rules check the values of mirrors.
        if !provider::is_image_mirror(&resource.name) {
            checks.check_arguments(block);
        }
        checks.check_conditions(block);
        checks.check_provisioners(block);
    }

    /// Checks the variables of a module instance: the values that are assigned to them, and their validations.
    pub(crate) fn check_variables(&mut self, instance: InstanceId) {
        let evaluator = &self.context.evaluator;
        let sources = self.context.sources;
        let module = evaluator.module(instance);
        let called = evaluator.called_from(instance).and_then(|(caller, call, _)| {
            let declared = evaluator.module(caller).calls.get(&call)?;
            Some((
                declared.block.parse(sources)?,
                evaluator.path(instance).without_keys(),
            ))
        });
        for (name, variable) in &module.variables {
            let Some(block) = variable.parse(sources).filter(|_| !variable.has_syntax_errors()) else {
                continue;
            };
            let (expression, subject) = match &called {
                // A required variable that a call does not set is reported with the call.
                Some((call, path)) => {
                    let argument = call.body.attribute(name);
                    if argument.is_none() && block.body.attribute("default").is_none() {
                        continue;
                    }
                    (argument.map(|argument| &argument.value), path.to_string())
                }
                None => {
                    let given = self.context.inputs.expressions.get(name);
                    (given.map(|value| &**value), format!("var.{name}"))
                }
            };
            let span = expression
                .map(|expression| expression.span)
                .or_else(|| block.body.attribute("default").map(|default| default.value.span))
                .unwrap_or(block.header);
            let subject = Subject::Other(subject);
            let what = format!("variable {name:?}");
            check_declaration(
                name,
                block,
                &Subject::Other(format!("var.{name}")),
                &mut self.issues,
            );
            match evaluator.variable(instance, name) {
                Err(error) => self.issues.add_error(&subject, &what, &error, span),
                Ok(_) => check_validations(
                    evaluator,
                    instance,
                    block,
                    &subject,
                    (&what, span),
                    &mut self.issues,
                ),
            }
        }
    }

    /// Checks all modules that the root module reaches.
    pub(crate) fn check_modules(&mut self, root: ModuleId) {
        let mut pending = vec![(root, ModulePath::root())];
        let mut seen = BTreeSet::new();
        while let Some((id, path)) = pending.pop() {
            let is_visited = path.steps().len() <= MAX_MODULE_DEPTH;
            if !is_visited || !seen.insert(id) || is_stub(&self.tree.module(id).directory) {
                continue;
            }
            self.check_dialect(id, &path);
            let is_relevant = self.is_relevant(id);
            if is_relevant {
                self.check_module(id, &path);
                self.check_forms(id, &path);
                self.check_providers(id, &path);
                self.check_references(id, &path);
                self.check_moves(id);
                self.check_provider_source(id);
                for call in self.tree.module(id).calls.values() {
                    let address = path.child(call.name.clone(), None).to_string();
                    self.check_module_release(id, call, &address);
                }
            }
            for (call, callee, _) in self.tree.calls_of(id) {
                let path = path.child(call.clone(), None);
                // Terraform rejects mirrors for a module that takes none.
                if self.is_relevant(callee) || self.passes_mirrors(id, &call) {
                    self.check_call(id, &call, callee, &path);
                }
                pending.push((callee, path));
            }
        }
    }

    fn check_module(&mut self, id: ModuleId, path: &ModulePath) {
        let tree = self.tree;
        let are_checked = path.is_root() && self.is_divided;
        let resources = &tree.module(id).resources;
        let unchecked = resources.of_types(|name| !(are_checked && provider::is_relevant_type(name)));
        let unchecked: Vec<&Resource> = unchecked.collect();
        let (checks, instantiated) = (self.block_checks(id, path), &self.instantiated);
        let checked = self.threads.map(&unchecked, |resource| {
            checks.check(resource, instantiated.contains(&(id, resource.name.clone())))
        });
        let mut found = if path.is_root() {
            std::mem::take(&mut self.checked)
        } else {
            HashMap::default()
        };
        for (resource, checked) in unchecked.into_iter().zip(checked) {
            found.extend(checked.map(|checked| (resource.name.clone(), checked)));
        }
        let mut evaluator = None;
        for resource in resources {
            if found.is_empty() {
                return;
            }
            let Some(checked) = found.remove(&resource.name) else {
                continue;
            };
            self.issues.add_all(checked.issues);
            let Some((block, schema)) = checked.unevaluated else {
                continue;
            };
            let evaluator = evaluator.get_or_insert_with(|| self.context.evaluator_of(tree, id).validating());
            let subject = IssueSubject::Resource(path, &resource.name);
            validate(evaluator, resource, block, (schema, subject), &mut self.issues);
        }
    }

    /// What is checked of the resource blocks of a module.
    pub(crate) fn block_checks<'p>(&self, id: ModuleId, path: &'p ModulePath) -> BlockChecks<'a, 'p> {
        BlockChecks {
            tree: self.tree,
            sources: self.context.sources,
            id,
            path,
            declares_source: self.declares_source,
            dialect: self.context.inputs.dialect,
        }
    }

    /// Checks the arguments of a module call.
    fn check_call(&mut self, caller: ModuleId, call: &Arc<str>, callee: ModuleId, path: &ModulePath) {
        let sources = self.context.sources;
        let declared = self.tree.module(caller).calls.get(call);
        let Some((declared, block)) = declared.and_then(|call| Some((call, call.block.parse(sources)?)))
        else {
            return;
        };
        if let Some(missing) = self.missing_inputs_of(path, declared, callee) {
            self.missing_inputs.push(missing);
        }
        let subject = Subject::Other(path.to_string());
        let (tree, inputs) = (self.tree, self.context.inputs);
        let mut meta_arguments = MetaArguments {
            module: tree.module(caller),
            sources,
            resource: &ResourceName::managed("module", &**call),
            is_root: false,
            schema: &Schema::default(),
            subject: (&subject).into(),
            issues: &mut self.issues,
            dialect: inputs.dialect,
        };
        meta_arguments.check_depends_on(block);
        let is_local = declared
            .source(sources)
            .is_some_and(|(source, _)| source.starts_with('.'));
        if let Some(version) = block.body.attribute("version").filter(|_| is_local) {
            let kind = ConfigurationIssueKind::Other;
            let message = "a module with a local source has a version";
            let issue = ConfigurationIssue::rejected(kind, subject.clone(), message, version.name.span);
            self.issues
                .add(issue.label("only for modules of a registry").help("remove it"));
        }
        let callee = tree.module(callee);
        if is_stub(&callee.directory) {
            return;
        }
        let unknown_blocks = block
            .body
            .blocks
            .iter()
            .filter(|block| !CALL_BLOCKS.contains(&&*block.kind.text));
        for block in unknown_blocks {
            let kind = ConfigurationIssueKind::UnsupportedArgument;
            let message = format!("unsupported block {:?}", block.kind.text);
            let issue = ConfigurationIssue::rejected(kind, subject.clone(), message, block.header);
            self.issues
                .add(issue.label("not a block of a module call").help("remove it"));
        }
        if !self.called.contains(&(caller, call.clone())) {
            let evaluator = self.context.evaluator_of(tree, caller).validating();
            validate_call(&evaluator, block, callee, sources, &subject, &mut self.issues);
        }
        for attribute in &block.body.attributes {
            let name = &attribute.name.text;
            if callee.variables.contains_key(name) || CALL_ARGUMENTS.contains(&&**name) {
                continue;
            }
            let names = keys_near(&callee.variables, name).map(|name| &**name);
            let suggestion =
                nearest_of(name, names).filter(|suggestion| block.body.attribute(suggestion).is_none());
            let issue = ConfigurationIssue::rejected(
                ConfigurationIssueKind::UnsupportedArgument,
                Subject::Other(path.to_string()),
                format!("unsupported argument {name:?}"),
                attribute.name.span,
            );
            let issue = issue.label("the module declares no such variable");
            self.issues.add(match suggestion {
                Some(suggestion) => issue.help(format!("did you mean `{suggestion}`?")),
                None => issue.help("remove it, or declare the variable"),
            });
        }
    }
}

/// Checks a block as `terraform validate` does, which needs no instances.
fn validate(
    evaluator: &Evaluator<'_>,
    resource: &Resource,
    block: &Block,
    (schema, subject): (&terraform_eval::schema::Schema, IssueSubject<'_>),
    issues: &mut Issues,
) {
    evaluator.grant_reserve_budget();
    if let Err(error) = evaluator.resource_expansion(InstanceId::ROOT, resource) {
        issues.add_error(subject, expansion_argument(&block.body), &error, block.header);
    }
    let repetition = RepetitionData::of_validation(&block.body);
    let mut checks = ValueChecks {
        evaluator,
        instance: InstanceId::ROOT,
        repetition: &repetition,
        resource: &resource.name,
        schema,
        subject,
        issues,
    };
    checks.check_arguments(block);
}

/// Checks the arguments of a module call without instances.
fn validate_call(
    evaluator: &Evaluator<'_>,
    block: &Block,
    callee: &Module,
    sources: &Sources,
    subject: &Subject,
    issues: &mut Issues,
) {
    let repetition = RepetitionData::of_validation(&block.body);
    for attribute in &block.body.attributes {
        let Some(variable) = callee.variables.get(&attribute.name.text) else {
            continue;
        };
        let Some(variable) = variable.parse(sources) else {
            continue;
        };
        let scope = Scope::module(InstanceId::ROOT).with_repetition(&repetition);
        let value = evaluator.evaluate(&attribute.value, scope);
        let converted = value.and_then(|value| evaluator.convert_to_variable(&variable.body, &value));
        if let Err(error) = converted {
            let what = format!("variable {:?}", attribute.name.text);
            issues.add_error(subject, &what, &error, attribute.value.span);
        }
    }
}

fn expansion_argument(body: &Body) -> &'static str {
    if body.attribute("count").is_some() {
        "count"
    } else {
        "for_each"
    }
}

/// Checks what Terraform requires of the block of a variable.
fn check_declaration(name: &Arc<str>, block: &Block, subject: &Subject, issues: &mut Issues) {
    let mut reject = |kind, message: String, span| {
        issues.add(ConfigurationIssue::rejected(kind, subject.clone(), message, span));
    };
    for attribute in &block.body.attributes {
        let argument = &*attribute.name.text;
        if !VARIABLE_ARGUMENTS.contains(&argument) {
            let message = format!("unsupported argument {argument:?} in a variable");
            reject(
                ConfigurationIssueKind::UnsupportedArgument,
                message,
                attribute.name.span,
            );
        }
    }
    for argument in ["sensitive", "nullable", "ephemeral"] {
        let flag = block.body.attribute(argument).map(|flag| &flag.value);
        if let Some((flag, found)) = flag.and_then(|flag| Some((flag, not_a_bool(flag)?))) {
            let message = format!("{argument} is {found}, but a bool is required");
            reject(ConfigurationIssueKind::Other, message, flag.span);
        }
    }
    let is_literal = |argument: &str, test: fn(&ExpressionKind) -> bool| {
        let attribute = block.body.attribute(argument);
        attribute.filter(|attribute| test(&attribute.value.kind))
    };
    let default = block.body.attribute("default").map(|default| &default.value);
    let call = default.filter(|default| matches!(default.kind, ExpressionKind::Call(_)));
    if let Some(call) = call {
        let message = format!("the default of variable {name:?} calls a function, which is not allowed");
        reject(ConfigurationIssueKind::Other, message, call.span);
    }
    let is_not_nullable =
        is_literal("nullable", |kind| matches!(kind, ExpressionKind::Bool(false))).is_some();
    let null = is_literal("default", |kind| matches!(kind, ExpressionKind::Null));
    if let Some(default) = null.filter(|_| is_not_nullable) {
        let message = format!("variable {name:?} has the default null, but is not nullable");
        reject(ConfigurationIssueKind::Other, message, default.value.span);
    }
    for validation in block.body.blocks("validation") {
        for argument in ["condition", "error_message"] {
            if validation.body.attribute(argument).is_none() {
                let message = format!("the validation of variable {name:?} has no {argument}");
                reject(
                    ConfigurationIssueKind::MissingArgument,
                    message,
                    validation.header,
                );
            }
        }
        let Some(condition) = validation.body.attribute("condition") else {
            continue;
        };
        let variable = terraform_eval::address::Subject::Variable(name.clone());
        let references = references::in_expression(&condition.value);
        if !references.iter().any(|reference| reference.subject == variable) {
            let message = format!("the validation of variable {name:?} does not refer to var.{name}");
            reject(ConfigurationIssueKind::Other, message, condition.value.span);
        }
    }
}

fn check_validations(
    evaluator: &Evaluator<'_>,
    instance: InstanceId,
    block: &Block,
    subject: &Subject,
    (what, span): (&str, Span),
    issues: &mut Issues,
) {
    for validation in block.body.blocks("validation") {
        let Some(condition) = validation.body.attribute("condition") else {
            continue;
        };
        match evaluator.evaluate(&condition.value, Scope::module(instance)) {
            Err(error) => issues.add_error(subject, what, &error, condition.value.span),
            Ok(value) => {
                let Some(failure) = condition_failure(&value) else {
                    continue;
                };
                let kind = ConfigurationIssueKind::Other;
                let message = format!("{what}: its validation {failure}");
                let issue = ConfigurationIssue::rejected(kind, subject.clone(), message, span);
                let issue = issue.label("the value");
                let text = validation.body.attribute("error_message");
                issues.add(match text.and_then(|text| literal(&text.value)) {
                    Some(text) => issue.help(crate::untrusted::one_line(text)),
                    None => issue,
                });
            }
        }
    }
}
