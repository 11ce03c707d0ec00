//! The configuration that a plan was created from: finds it, evaluates it with the plan's variables, and joins the
//! two.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::diagnostic::Diagnostic;
use crate::model::Input;
use crate::provider;
use crate::readers::configuration::{RootModule, evaluate_roots, syntax_error_findings};
use crate::readers::plan::PlanContents;
use crate::readers::plan_with_configuration;
use crate::rules::PLAN_MISMATCH;
use crate::workspace::discovery::ConfigurationDirectory;
use crate::workspace::input_files::InputFiles;
use crate::workspace::loaded::LoadError;
use crate::workspace::module_tree::LoadedModules;
use crate::workspace::options::{Options, PlanConfiguration};
use crate::workspace::terraform_files::configuration_files;
use terraform_eval::address::{ModulePath, ResourcePath};
use terraform_eval::eval::{self, Evaluator, InstanceId, VariableInputs};
use terraform_eval::modules::{ModuleId, ModuleTree};
use terraform_eval::source::{FileId, Sources, Span, display_name};
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
    /// What its configuration declares, modules without instance keys.
    declared: BTreeSet<ResourcePath>,
    /// The values of the root module's variables.
    variables: Vec<(String, Span)>,
}

impl LoadedPlan {
    pub(crate) fn new(contents: PlanContents, path: Option<&Path>) -> Self {
        Self {
            input: contents.input,
            directory: path.and_then(Path::parent).unwrap_or(Path::new("")).to_owned(),
            sensitive: contents.sensitive,
            declared: contents.declared,
            variables: contents.variables,
        }
    }

    /// The mirror blocks of its configuration.
    fn mirrors(&self) -> impl Iterator<Item = &ResourcePath> {
        mirrors_of(&self.declared)
    }

    /// Whether the plan has exactly the mirror blocks of a root module.
    fn has_mirrors_of(&self, tree: &ModuleTree, root: &RootModule) -> bool {
        self.mirrors()
            .eq(mirrors_of(&declared_resources(tree, root.module)))
    }

    fn accept(&mut self, candidate: JoinedPlan, files: &mut InputFiles) {
        self.input = candidate.input;
        self.directory = candidate.directory;
        self.sensitive.extend(candidate.sensitive);
        files.diagnostics.extend(candidate.differences);
    }

    /// The plan's values for the variables of a root module. Where a file of the configuration has the same value,
    /// the file's expression stays, because a person can change that text.
    fn variable_inputs(&self, tree: &ModuleTree, sources: &Sources, root: &RootModule) -> VariableInputs {
        let module = tree.module(root.module);
        let planned: BTreeMap<Arc<str>, Expression> = self
            .variables
            .iter()
            .filter(|(name, _)| module.variables.contains_key(name.as_str()))
            .filter_map(|(name, span)| {
                let value = parse_json_value(sources.text(span.file), *span)?;
                Some((Arc::from(name.as_str()), value))
            })
            .collect();
        let planned = VariableInputs {
            expressions: planned,
            tree: root.inputs.tree.clone(),
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
        VariableInputs {
            expressions,
            tree: planned.tree.clone(),
        }
    }

    fn report_mismatch(&self, message: &str, files: &mut InputFiles) {
        let message = format!("{}: {message}", self.input.name);
        let finding = PLAN_MISMATCH.diagnostic(message);
        files.diagnostics.push(finding);
    }

    fn report_ambiguity(&self, directories: &[String], files: &mut InputFiles) {
        let message = format!(
            "{} declare the same mirrors, so the findings point at the plan; choose one with `--plan-config DIR`",
            directories.join(" and ")
        );
        self.report_mismatch(&message, files);
    }
}

/// A plan joined with a root module that it may have been created from.
struct JoinedPlan {
    input: Input,
    directory: PathBuf,
    sensitive: Vec<Span>,
    differences: Vec<Diagnostic>,
}

/// The root modules that a plan may have been created from.
enum Candidates<'m> {
    None,
    One(&'m RootModule, Box<JoinedPlan>),
    Several(Vec<String>),
}

/// The current directory, read when the first plan needs it.
enum WorkingDirectory {
    NotRead,
    /// The directory has no root module that can be read.
    WithoutRoot,
    Read(Box<LoadedModules>, Box<RootModule>),
}

/// Joins plans with their configurations.
pub(crate) struct PlanJoiner<'f> {
    options: &'f Options,
    files: &'f mut InputFiles,
    pub(crate) errors: Vec<LoadError>,
    /// Files of the current directory, if no plan was created from it.
    pub(crate) unrelated_files: BTreeSet<FileId>,
}

impl<'f> PlanJoiner<'f> {
    pub(crate) fn new(options: &'f Options, files: &'f mut InputFiles) -> Self {
        Self {
            options,
            files,
            errors: Vec::new(),
            unrelated_files: BTreeSet::new(),
        }
    }

    /// Joins plans in place; returns the root modules that a plan stands for now.
    pub(crate) fn join(&mut self, plans: &mut [LoadedPlan], modules: &LoadedModules) -> BTreeSet<ModuleId> {
        let mut joined = BTreeSet::new();
        let plans = plans.iter_mut().filter(|plan| plan.mirrors().next().is_some());
        match &self.options.plan_configuration {
            PlanConfiguration::None => {}
            PlanConfiguration::At(directories) => self.join_with_directories(plans, directories),
            PlanConfiguration::Near(directory) => {
                let mut working_directory = WorkingDirectory::NotRead;
                for plan in plans {
                    match self.find_candidates(plan, modules) {
                        Candidates::One(root, candidate) => {
                            joined.insert(root.module);
                            plan.accept(*candidate, self.files);
                        }
                        Candidates::Several(directories) => plan.report_ambiguity(&directories, self.files),
                        Candidates::None => {
                            self.join_with_working_directory(plan, directory, &mut working_directory);
                        }
                    }
                }
            }
        }
        joined
    }

    /// Joins every plan with the root module among these directories that it was created from.
    fn join_with_directories<'p>(
        &mut self,
        plans: impl Iterator<Item = &'p mut LoadedPlan>,
        directories: &[PathBuf],
    ) {
        let roots_of_input = directories
            .iter()
            .map(|directory| ConfigurationDirectory::from_root(directory));
        let mut modules = LoadedModules::read(&roots_of_input.collect::<Vec<_>>(), self.options, self.files);
        self.errors.append(&mut modules.errors);
        let mut roots = Vec::new();
        for directory in directories {
            let disk = self.files.sources.files();
            let root = modules.take_root(directory, disk);
            let Some(root) = root.filter(|_| !configuration_files(directory, disk).is_empty()) else {
                let error = LoadError::from_path(directory, "no Terraform configuration in this directory");
                self.errors.push(
                    error.with_help("`--plan-config` takes the directory in which `terraform plan` ran"),
                );
                return;
            };
            let declared = declared_resources(&modules.tree, root.module);
            roots.push((root, declared));
        }
        let syntax_errors = syntax_error_findings(&modules.tree, &modules.syntax_errors, &self.files.sources);
        self.files.diagnostics.extend(syntax_errors);
        for plan in plans {
            let declares_a_mirror = |(_, declared): &&(RootModule, BTreeSet<ResourcePath>)| {
                plan.mirrors().any(|mirror| declared.contains(mirror))
            };
            let candidates: Vec<&RootModule> = roots
                .iter()
                .filter(declares_a_mirror)
                .map(|(root, _)| root)
                .collect();
            if candidates.is_empty() {
                let names: Vec<String> = directories.iter().map(|path| display_name(path)).collect();
                let names = names.join(" or ");
                let message = format!("none of the plan's mirrors are declared in {names}");
                plan.report_mismatch(&message, self.files);
                continue;
            }
            let mut joined: Vec<JoinedPlan> = candidates
                .iter()
                .map(|root| self.join_with_root(plan, &modules, root))
                .collect();
            if candidates.len() > 1 {
                joined.retain(|candidate| candidate.differences.is_empty());
            }
            match (joined.pop(), joined.is_empty()) {
                (Some(candidate), true) => plan.accept(candidate, self.files),
                _ => {
                    let names = candidates
                        .iter()
                        .map(|root| display_name(&modules.tree.module(root.module).directory));
                    plan.report_ambiguity(&names.collect::<Vec<_>>(), self.files);
                }
            }
        }
    }

    /// Finds the root module that declares the plan's mirrors and evaluates to the plan's values.
    ///
    /// Two roots often declare the same mirrors; then the values distinguish them. Values that differ are reported as
    /// a mismatch only if there is one root, because otherwise they mean that the plan has another root.
    fn find_candidates<'m>(&mut self, plan: &LoadedPlan, modules: &'m LoadedModules) -> Candidates<'m> {
        let mut candidates: Vec<(&RootModule, JoinedPlan)> = Vec::new();
        for root in &modules.roots {
            if plan.has_mirrors_of(&modules.tree, root) {
                candidates.push((root, self.join_with_root(plan, modules, root)));
            }
        }
        if modules.roots.len() > 1 {
            candidates.retain(|(_, candidate)| candidate.differences.is_empty());
        }
        if candidates.len() > 1 {
            let names = candidates
                .iter()
                .map(|(root, _)| display_name(&modules.tree.module(root.module).directory));
            return Candidates::Several(names.collect());
        }
        match candidates.pop() {
            Some((root, candidate)) => Candidates::One(root, Box::new(candidate)),
            None => Candidates::None,
        }
    }

    fn join_with_working_directory(
        &mut self,
        plan: &mut LoadedPlan,
        directory: &Path,
        working_directory: &mut WorkingDirectory,
    ) {
        if matches!(working_directory, WorkingDirectory::NotRead) {
            *working_directory = self.read_working_directory(directory);
        }
        if let WorkingDirectory::Read(modules, root) = working_directory
            && plan.has_mirrors_of(&modules.tree, root)
        {
            let joined = self.join_with_root(plan, modules, root);
            plan.accept(joined, self.files);
            // The directory is an input now: the plan was created from it.
            self.unrelated_files.clear();
        }
    }

    /// Reads the current directory. The user did not name it, so errors in it are not reported.
    fn read_working_directory(&mut self, directory: &Path) -> WorkingDirectory {
        if configuration_files(directory, self.files.sources.files()).is_empty() {
            return WorkingDirectory::WithoutRoot;
        }
        let known: BTreeSet<FileId> = self.files.sources.ids().collect();
        let mut unreported = InputFiles {
            sources: std::mem::take(&mut self.files.sources),
            configs: std::mem::take(&mut self.files.configs),
            ..InputFiles::default()
        };
        let directories = [ConfigurationDirectory::from_root(directory)];
        let mut modules = LoadedModules::read(&directories, self.options, &mut unreported);
        self.files.sources = unreported.sources;
        self.files.configs = unreported.configs;
        let read = self.files.sources.ids().filter(|id| !known.contains(id));
        self.unrelated_files = read.collect();
        match modules.take_root(directory, self.files.sources.files()) {
            Some(root) => WorkingDirectory::Read(Box::new(modules), Box::new(root)),
            None => WorkingDirectory::WithoutRoot,
        }
    }

    /// Evaluates a root module with the plan's variables, and joins the plan with it.
    fn join_with_root(
        &mut self,
        plan: &LoadedPlan,
        modules: &LoadedModules,
        root: &RootModule,
    ) -> JoinedPlan {
        let sources = &self.files.sources;
        let inputs = eval::with_stack(|| plan.variable_inputs(&modules.tree, sources, root));
        let root = RootModule {
            module: root.module,
            inputs: inputs.unwrap_or_default(),
            locked_version: root.locked_version.clone(),
        };
        let mut joined = JoinedPlan {
            input: plan.input.clone(),
            directory: modules.tree.module(root.module).directory.clone(),
            sensitive: Vec::new(),
            differences: Vec::new(),
        };
        match evaluate_roots(&modules.tree, sources, &[&root]) {
            Some(models) => {
                for model in models {
                    joined.differences = plan_with_configuration::join(&mut joined.input, model.input);
                    joined.sensitive = model.sensitive;
                }
            }
            None => self.errors.push(LoadError::out_of_memory()),
        }
        joined
    }
}

fn mirrors_of(resources: &BTreeSet<ResourcePath>) -> impl Iterator<Item = &ResourcePath> {
    resources
        .iter()
        .filter(|path| provider::is_image_mirror(&path.resource))
}

/// All resources that a root module and its descendants declare.
fn declared_resources(tree: &ModuleTree, root: ModuleId) -> BTreeSet<ResourcePath> {
    let mut declared = BTreeSet::new();
    // The calls have no cycle, so this ends.
    let mut pending = vec![(root, ModulePath::root())];
    while let Some((id, path)) = pending.pop() {
        let resources = tree.module(id).resources.keys();
        declared.extend(resources.map(|resource| ResourcePath {
            module: path.clone(),
            resource: resource.clone(),
        }));
        let calls = tree.calls_of(id).into_iter();
        pending.extend(calls.map(|(name, callee, _)| (callee, path.child(name, None))));
    }
    declared
}
