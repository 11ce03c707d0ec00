//! The configuration that a plan was created from: finds it, evaluates it with the plan's variables, and joins the
//! two.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::readers::configuration::{
    RootModule, RootModuleModel, RunBudget, evaluate_root, syntax_error_findings,
};
use crate::readers::plan_with_configuration;
use crate::workspace::dialects::DialectChoice;
use crate::workspace::input_files::InputFiles;
use crate::workspace::load_error::LoadError;
use crate::workspace::loaded_modules::LoadedModules;
use crate::workspace::loaded_plan::{JoinedPlan, LoadedPlan, declared_mirrors};
use crate::workspace::options::{Options, PlanConfiguration};
use crate::workspace::project_tree::ConfigurationDirectory;
use crate::workspace::terraform_files::configuration_files;
use terraform_eval::address::ResourcePath;
use terraform_eval::dialect::Dialect;
use terraform_eval::eval::{self, RootInputs};
use terraform_eval::hashing::HashMap;
use terraform_eval::modules::ModuleId;
use terraform_eval::source::{FileId, display_name};

/// The root modules that a plan may have been created from.
enum Candidates<'m> {
    None,
    One(&'m RootModule, Box<JoinedPlan>),
    Several(Vec<String>),
}

/// The maximum number of root modules that agree with one plan: from the second one on, they are only named.
const MAX_CANDIDATES: usize = 6;

/// The root modules by the mirrors that they declare, and what they evaluate to.
struct RootIndex<'m> {
    by_mirrors: BTreeMap<BTreeSet<ResourcePath>, Vec<&'m RootModule>>,
    /// The models without the values of a plan, for each dialect that a plan has.
    evaluated: HashMap<(ModuleId, Dialect), Option<RootModuleModel>>,
}

impl<'m> RootIndex<'m> {
    fn new(modules: &'m LoadedModules) -> Self {
        let mut by_mirrors: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for root in &modules.roots {
            if let Some(mirrors) = declared_mirrors(&modules.tree, root.module) {
                by_mirrors.entry(mirrors).or_default().push(root);
            }
        }
        Self {
            by_mirrors,
            evaluated: HashMap::default(),
        }
    }
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
    budget: &'f RunBudget,
    pub(crate) errors: Vec<LoadError>,
    /// Files of the current directory, if no plan was created from it.
    pub(crate) unrelated_files: BTreeSet<FileId>,
}

impl<'f> PlanJoiner<'f> {
    pub(crate) fn new(options: &'f Options, files: &'f mut InputFiles, budget: &'f RunBudget) -> Self {
        Self {
            options,
            files,
            budget,
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
                let mut roots = None;
                for plan in plans {
                    let roots = roots.get_or_insert_with(|| RootIndex::new(modules));
                    match self.find_candidates(plan, modules, roots) {
                        Candidates::One(root, candidate) => {
                            if candidate.has_all_mirrors {
                                joined.insert(root.module);
                            }
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
            .map(|directory| ConfigurationDirectory::of(directory, self.files));
        let mut modules = LoadedModules::read(&roots_of_input.collect::<Vec<_>>(), self.options, self.files);
        modules.restore_all(&self.files.sources);
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
            let declared = declared_mirrors(&modules.tree, root.module).unwrap_or_default();
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
    fn find_candidates<'m>(
        &mut self,
        plan: &LoadedPlan,
        modules: &'m LoadedModules,
        roots: &mut RootIndex<'m>,
    ) -> Candidates<'m> {
        let RootIndex {
            by_mirrors,
            evaluated,
        } = roots;
        let mirrors: BTreeSet<ResourcePath> = plan.mirrors().cloned().collect();
        let mut candidates: Vec<(&RootModule, JoinedPlan)> = Vec::new();
        for root in by_mirrors.get(&mirrors).into_iter().flatten().copied() {
            let candidate = if plan.has_values_for(modules.tree.module(root.module)) {
                self.join_with_root(plan, modules, root)
            } else {
                // Without values of the plan, every plan is joined with the same values.
                let planned = in_dialect_of(plan, modules, root);
                let model = evaluated.entry((root.module, planned.inputs.dialect));
                let model = model.or_insert_with(|| self.evaluate(modules, &planned)).clone();
                join_with_model(plan, modules, root, model)
            };
            if modules.roots.len() == 1 || candidate.differences.is_empty() {
                candidates.push((root, candidate));
            }
            if candidates.len() == MAX_CANDIDATES {
                break;
            }
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
            && declared_mirrors(&modules.tree, root.module)
                .is_some_and(|declared| plan.mirrors().eq(&declared))
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
            trees: std::mem::take(&mut self.files.trees),
            ..InputFiles::default()
        };
        let directories = [ConfigurationDirectory::of(directory, &mut unreported)];
        let mut modules = LoadedModules::read(&directories, self.options, &mut unreported);
        self.files.sources = unreported.sources;
        self.files.configs = unreported.configs;
        self.files.trees = unreported.trees;
        modules.restore_all(&self.files.sources);
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
        let root = &in_dialect_of(plan, modules, root);
        let inputs = eval::with_stack(|| plan.variable_inputs(&modules.tree, sources, root));
        let root = RootModule {
            module: root.module,
            inputs: inputs.unwrap_or_default(),
            locked_version: root.locked_version.clone(),
        };
        let model = self.evaluate(modules, &root);
        join_with_model(plan, modules, &root, model)
    }

    fn evaluate(&mut self, modules: &LoadedModules, root: &RootModule) -> Option<RootModuleModel> {
        let model = evaluate_root(&modules.tree, &self.files.sources, root, self.budget);
        if model.is_none() {
            self.errors.push(LoadError::out_of_memory());
        }
        model
    }
}

/// The dialect of a root module that a plan was created from.
fn choose_dialect(plan: &LoadedPlan, modules: &LoadedModules, root: &RootModule) -> Option<DialectChoice> {
    let choice = modules.choices.get(&root.module)?;
    Some(plan.choose_dialect(choice))
}

/// A root module in the dialect of a plan that was created from it.
fn in_dialect_of(plan: &LoadedPlan, modules: &LoadedModules, root: &RootModule) -> RootModule {
    let choice = choose_dialect(plan, modules, root);
    let dialect = choice.map_or(root.inputs.dialect, |choice| choice.dialect);
    RootModule {
        module: root.module,
        inputs: RootInputs {
            dialect,
            ..root.inputs.clone()
        },
        locked_version: root.locked_version.clone(),
    }
}

fn join_with_model(
    plan: &LoadedPlan,
    modules: &LoadedModules,
    root: &RootModule,
    model: Option<RootModuleModel>,
) -> JoinedPlan {
    let mut joined = JoinedPlan {
        input: plan.input.clone(),
        directory: modules.tree.module(root.module).directory.clone(),
        sensitive: Vec::new(),
        differences: Vec::new(),
        choice: choose_dialect(plan, modules, root),
        has_all_mirrors: false,
    };
    if let Some(model) = model {
        joined.has_all_mirrors = plan.has_all_mirrors(&model.input);
        joined.differences = plan_with_configuration::join(&mut joined.input, model.input);
        joined.sensitive = model.sensitive;
    }
    joined
}
