//! A plan that was read, and what it says about the configuration that it was created from.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::diagnostic::Diagnostic;
use crate::model::Input;
use crate::provider;
use crate::readers::configuration::RootModule;
use crate::readers::manifest::AppliedManifests;
use crate::readers::plan::PlanContents;
use crate::rules::PLAN_MISMATCH;
use crate::workspace::dialects::DialectChoice;
use crate::workspace::input_files::InputFiles;
use terraform_eval::address::{ModulePath, ResourcePath};
use terraform_eval::dialect::Dialect;
use terraform_eval::eval::{Evaluator, InstanceId, RootInputs};
use terraform_eval::modules::{Module, ModuleId, ModuleTree};
use terraform_eval::source::{Sources, Span};
use terraform_eval::syntax::document::parse_json_value;
use terraform_eval::syntax::tree::Expression;

/// A plan or state that was read.
#[derive(Debug)]
pub(crate) struct LoadedPlan {
    pub(crate) input: Input,
    /// The directory of the plan or, once joined, of its configuration.
    pub(crate) directory: PathBuf,
    /// The source text of sensitive values.
    pub(crate) sensitive: Vec<Span>,
    /// The manifests that its resources apply.
    pub(crate) manifests: AppliedManifests,
    /// What its configuration declares, modules without instance keys.
    declared: BTreeSet<ResourcePath>,
    /// The values of the root module's variables.
    variables: Vec<(String, Span)>,
    /// The program and version that created it.
    dialect: Option<Dialect>,
    /// The dialect of the configuration that it is joined with.
    pub(crate) choice: Option<DialectChoice>,
}

impl LoadedPlan {
    pub(crate) fn new(contents: PlanContents, path: Option<&Path>) -> Self {
        Self {
            input: contents.input,
            directory: path.and_then(Path::parent).unwrap_or(Path::new("")).to_owned(),
            sensitive: contents.sensitive,
            manifests: contents.manifests,
            declared: contents.declared,
            variables: contents.variables,
            dialect: contents.dialect,
            choice: None,
        }
    }

    /// The mirror blocks of its configuration.
    pub(crate) fn mirrors(&self) -> impl Iterator<Item = &ResourcePath> {
        mirrors_of(&self.declared)
    }

    /// Whether the plan has a value for a variable that a root module declares.
    pub(crate) fn has_values_for(&self, module: &Module) -> bool {
        let mut names = self.variables.iter().map(|(name, _)| name.as_str());
        names.any(|name| module.variables.contains_key(name))
    }

    /// Whether the plan has the mirrors of a configuration, and not only those of its targets, or none because it destroys
    /// them.
    pub(crate) fn has_all_mirrors(&self, configuration: &Input) -> bool {
        let changes = &self.input.changes();
        let is_whole = changes.incomplete.is_none() && changes.errored.is_none();
        is_whole && (!self.input.mirrors.is_empty() || configuration.mirrors.is_empty())
    }

    /// Replaces the plan by its join with a root module.
    pub(crate) fn accept(&mut self, candidate: JoinedPlan, files: &mut InputFiles) {
        self.input = candidate.input;
        self.directory = candidate.directory;
        self.choice = candidate.choice;
        self.sensitive.extend(candidate.sensitive);
        files.diagnostics.extend(candidate.differences);
    }

    /// The plan's values for the variables of a root module. Where a file of the configuration has the same value,
    /// the file's expression stays, because a person can change that text.
    pub(crate) fn variable_inputs(
        &self,
        tree: &ModuleTree,
        sources: &Sources,
        root: &RootModule,
    ) -> RootInputs {
        let module = tree.module(root.module);
        let planned: BTreeMap<Arc<str>, Arc<Expression>> = self
            .variables
            .iter()
            .filter(|(name, _)| module.variables.contains_key(name.as_str()))
            .filter_map(|(name, span)| {
                let value = parse_json_value(sources.text(span.file), *span)?;
                Some((Arc::from(name.as_str()), Arc::new(value)))
            })
            .collect();
        let planned = RootInputs {
            expressions: planned,
            ..root.inputs.clone()
        };
        let with_files = Evaluator::new(tree, sources, &root.inputs, root.module);
        let with_plan = Evaluator::new(tree, sources, &planned, root.module);
        let differs = |name: &Arc<str>| {
            let configured = with_files.variable(InstanceId::ROOT, name);
            let planned = with_plan.variable(InstanceId::ROOT, name);
            match (configured, planned) {
                (Ok(configured), Ok(planned)) => !configured.is_wholly_known() || configured != planned,
                _ => true,
            }
        };
        let mut expressions = root.inputs.expressions.clone();
        for (name, value) in &planned.expressions {
            if differs(name) {
                expressions.insert(name.clone(), value.clone());
            }
        }
        RootInputs {
            expressions,
            ..planned
        }
    }

    /// The dialect of the configuration that the plan was created from: that of the plan, as far as nothing else says
    /// which program and version evaluates the configuration.
    pub(crate) fn choose_dialect(&self, configured: &DialectChoice) -> DialectChoice {
        let mut choice = configured.clone();
        let Some(planned) = self.dialect.filter(|_| configured.is_version_open) else {
            return choice;
        };
        let reason = format!("terraform_version of {}", self.input.name);
        if configured.is_engine_open {
            choice.engine_reason.clone_from(&reason);
            choice.is_engine_open = false;
        } else if planned.engine() != configured.dialect.engine() {
            return choice;
        }
        choice.dialect = planned;
        choice.version_reason = reason;
        choice.is_version_open = false;
        choice
    }

    pub(crate) fn report_mismatch(&self, message: &str, files: &mut InputFiles) {
        let message = format!("{}: {message}", self.input.name);
        let finding = PLAN_MISMATCH.diagnostic(message);
        files.diagnostics.push(finding);
    }

    pub(crate) fn report_ambiguity(&self, directories: &[String], files: &mut InputFiles) {
        let mut names = directories
            .get(..MAX_NAMED_DIRECTORIES)
            .unwrap_or(directories)
            .join(" and ");
        if directories.len() > MAX_NAMED_DIRECTORIES {
            names.push_str(" and others");
        }
        let message = format!(
            "{names} declare the same mirrors, so the findings point at the plan; choose one with `--plan-config DIR`"
        );
        self.report_mismatch(&message, files);
    }
}

/// The names of at most so many directories are in a message.
const MAX_NAMED_DIRECTORIES: usize = 5;

/// A plan joined with a root module that it may have been created from.
pub(crate) struct JoinedPlan {
    pub(crate) input: Input,
    pub(crate) directory: PathBuf,
    pub(crate) sensitive: Vec<Span>,
    pub(crate) differences: Vec<Diagnostic>,
    pub(crate) choice: Option<DialectChoice>,
    /// Whether the plan has every mirror that the configuration declares, so that it can stand for it.
    pub(crate) has_all_mirrors: bool,
}

fn mirrors_of(resources: &BTreeSet<ResourcePath>) -> impl Iterator<Item = &ResourcePath> {
    resources
        .iter()
        .filter(|path| provider::is_image_mirror(&path.resource))
}

/// The maximum number of mirror blocks of a configuration that is compared with plans.
const MAX_DECLARED_MIRRORS: usize = 20_000;

/// All mirrors that a root module and its descendants declare, in order. `None` if there are too many.
pub(crate) fn declared_mirrors(tree: &ModuleTree, root: ModuleId) -> Option<BTreeSet<ResourcePath>> {
    let mut declaring = DeclaringModules::default();
    let mut declared = BTreeSet::new();
    // The calls have no cycle, so this ends.
    let mut pending = vec![(root, ModulePath::root())];
    while let Some((id, path)) = pending.pop() {
        let mirrors = tree.module(id).resources.of_types(provider::is_image_mirror);
        declared.extend(mirrors.map(|resource| ResourcePath {
            module: path.clone(),
            resource: resource.name.clone(),
        }));
        if declared.len() > MAX_DECLARED_MIRRORS || path.steps().len() > MAX_DECLARED_MIRRORS {
            return None;
        }
        let calls = tree.calls_of(id).into_iter();
        let calls = calls.filter(|(_, callee, _)| declaring.contain(tree, *callee));
        pending.extend(calls.map(|(name, callee, _)| (callee, path.child(name, None))));
    }
    Some(declared)
}

/// The modules that declare a mirror or call one that does.
#[derive(Default)]
struct DeclaringModules(BTreeMap<ModuleId, bool>);

impl DeclaringModules {
    fn contain(&mut self, tree: &ModuleTree, module: ModuleId) -> bool {
        if let Some(known) = self.0.get(&module) {
            return *known;
        }
        // The calls have no cycle, so every module that is called is known before those that call it.
        let mut pending = vec![(module, false)];
        while let Some((id, are_calls_known)) = pending.pop() {
            if self.0.contains_key(&id) {
                continue;
            }
            let calls = tree.calls_of(id);
            if are_calls_known {
                let has_mirrors = tree.module(id).resources.types().any(provider::is_image_mirror);
                let mut callees = calls.iter().map(|(_, callee, _)| self.0.get(callee));
                let declares = has_mirrors || callees.any(|known| known == Some(&true));
                self.0.insert(id, declares);
            } else {
                pending.push((id, true));
                pending.extend(calls.into_iter().map(|(_, callee, _)| (callee, false)));
            }
        }
        self.0.get(&module).copied().unwrap_or_default()
    }
}
