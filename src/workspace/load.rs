//! Loads inputs: has every file read, and adds the inputs to the project in a fixed order.

use std::cell::LazyCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::diagnostic::Diagnostic;
use crate::model::{
    Coverage, FileRole, Input, InputKind, Project, ReadFile, SharedFiles, SkipReason, Skipped,
};
use crate::progress::Stage;
use crate::readers::configuration::{
    RootModule, RootModuleModel, RunBudget, evaluate_roots, syntax_error_findings,
};
use crate::readers::manifest::AppliedManifests;
use crate::workspace::configuration_names::is_automatic_variables;
use crate::workspace::dialects::{Candidate, DialectChoice};
use crate::workspace::discovery::discover;
use crate::workspace::input_files::InputFiles;
use crate::workspace::load_error::LoadError;
use crate::workspace::loaded::Loaded;
use crate::workspace::loaded_modules::LoadedModules;
use crate::workspace::loaded_plan::LoadedPlan;
use crate::workspace::manifest_files::Manifests;
use crate::workspace::name_kind::{NameKind, is_yaml};
use crate::workspace::named_files::{NamedFiles, OtherFile};
use crate::workspace::node_files::NodeFiles;
use crate::workspace::older_versions::with_older_versions;
use crate::workspace::options::{InputPaths, Options};
use crate::workspace::other_files::{report_other_files, unopened_text};
use crate::workspace::plan_configuration::PlanJoiner;
use crate::workspace::project_tree::ConfigurationDirectory;
use crate::workspace::relevance::{IdleModule, Relevance};
use crate::workspace::selection::Selection;
use crate::workspace::variables::FileValuesId;
use terraform_eval::modules::ModuleId;
use terraform_eval::source::{FileId, OverlayFiles, Span, display_name};
use terraform_eval::syntax::syntax_error::SyntaxError;

impl InputPaths {
    /// Loads the inputs.
    #[must_use]
    pub(crate) fn load(&self, options: &Options) -> Loaded {
        match self {
            Self::Paths(paths) => load(paths, options),
            Self::Stdin { name } => load_stdin(name, options),
        }
    }
}

/// The modules of more root modules than this are let go, as their memory is needed. To free the many small pieces of a few takes
/// time, and a program that checks once ends before anything needs their memory.
const MAX_KEPT_ROOTS: usize = 32;

/// Reads every path: directories of configuration with the modules below them, plans, states, manifests.
#[must_use]
pub fn load(paths: &[PathBuf], options: &Options) -> Loaded {
    let mut loader = Loader::new(options);
    let mut discovery = discover(paths, &mut loader.files);
    loader.files.skipped.append(&mut discovery.skipped);
    let directories = discovery.directories.clone();
    let links = std::mem::take(&mut discovery.links);
    let candidates: BTreeSet<PathBuf> = std::mem::take(&mut discovery.candidates).into_iter().collect();
    let mut others_in_directories: BTreeSet<PathBuf> = discovery.others.iter().cloned().collect();
    let found_node_files = std::mem::take(&mut discovery.node_files);
    let mut named = NamedFiles::default();
    let mut selection = Selection::new(discovery, options, &mut named, &mut loader.files);
    loader.errors.append(&mut selection.errors);
    let neighbors = std::mem::take(&mut selection.neighbors);
    others_in_directories.append(&mut selection.automatic_variables);
    let NamedFiles {
        mut plans,
        mut manifests,
        mut nodes,
        others,
    } = named;
    let relevance = loader.divide(&mut selection, options);
    let mut modules = loader.load_modules(&relevance.read, options);
    loader.budget = RunBudget::new(&loader.files.sources);
    let joined = loader.join_plans(&mut plans, &mut modules, options);
    loader.add_plans(plans);
    let evaluated = loader.evaluate_roots(&mut modules, &joined, options);
    let mut roots = loader.select_roots(&modules, evaluated, &joined, selection, others);
    loader.add_idle(relevance.idle, &mut modules, &mut roots);
    let undeclared = modules.undeclared_values(&roots.ids, &loader.files.sources);
    loader.files.skipped.extend(undeclared);
    let syntax_errors = syntax_error_findings(&modules.tree, &modules.syntax_errors, &loader.files.sources);
    let is_kept = loader.files.known.is_kept() || roots.ids.len() <= MAX_KEPT_ROOTS;
    let modules = is_kept.then_some(modules);
    // What the configuration reads is its data and not an input of its own.
    let is_input = |path: &&PathBuf| !roots.accessed.contains(*path);
    manifests.read_candidates(candidates.iter().filter(is_input), &mut loader.files);
    nodes.find(found_node_files.iter().filter(is_input));
    let neighbors = neighbors.iter().filter(|path| !candidates.contains(*path));
    manifests.read_neighbors(neighbors.filter(is_input), &mut loader.files);
    let is_used = |path: &Path| roots.uses(path);
    report_other_files(&others_in_directories, &is_used, &mut loader.files);
    // A manifest that a resource applies is one of the resource and not one of its directory.
    let models = roots.by_directory.values().flat_map(|root| &root.model);
    let applied = models.flat_map(|model| model.manifests.files());
    loader.applied_files = manifests.remove(&applied.chain(roots.accessed.iter().cloned()).collect());
    let applied_files = loader.applied_files.values();
    (loader.files.roles).extend(applied_files.map(|file| (*file, FileRole::Data)));
    loader.add_manifests(manifests);
    loader.add_nodes(nodes, options.reads_neighbors);
    loader.add_roots(roots.by_directory);
    loader.files.diagnostics.extend(syntax_errors);
    loader.report_empty(&directories, &links);
    Loaded {
        modules,
        ..loader.finish()
    }
}

/// Reads one input from standard input: a plan, a state, manifests, or configuration, which is laid over the file of
/// that name.
#[must_use]
pub(crate) fn load_stdin(name: &str, options: &Options) -> Loaded {
    let path = Path::new(name);
    if !matches!(
        NameKind::of(path),
        NameKind::Content | NameKind::Manifest | NameKind::State
    ) || is_yaml(path)
    {
        return load_over_file(path, options);
    }
    let mut loader = Loader::new(options);
    match loader.files.sources.read_stdin(name) {
        Ok(file) => {
            let mut named = NamedFiles::default();
            named.read_text(file, name, &mut loader.files);
            let NamedFiles {
                mut plans,
                manifests,
                nodes,
                others,
            } = named;
            let mut modules = loader.load_modules(&[], options);
            loader.join_plans(&mut plans, &mut modules, options);
            loader.add_plans(plans);
            loader.add_manifests(manifests);
            loader.add_nodes(nodes, false);
            for other in others {
                other.report_as_input(&mut loader.files);
            }
        }
        Err(error) => loader.files.report_unreadable(Path::new(name), &error),
    }
    loader.finish()
}

/// Lays standard input over the file of a name.
fn load_over_file(path: &Path, options: &Options) -> Loaded {
    let mut options = options.clone();
    match options.files.read_stdin() {
        Ok(text) => {
            let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
            let directory = options.files.canonical_path(parent.unwrap_or(Path::new(".")));
            let canonical = directory.join(path.file_name().unwrap_or_default());
            let texts = [(canonical, text)].into_iter().collect();
            options.files = Arc::new(OverlayFiles::new(texts, options.files));
            load(&[path.to_owned()], &options)
        }
        Err(error) => {
            let mut loader = Loader::new(&options);
            loader.files.report_unreadable(path, &error);
            loader.finish()
        }
    }
}

/// The root modules that the named paths stand for.
#[derive(Default)]
struct SelectedRoots {
    /// By canonical directory.
    by_directory: BTreeMap<PathBuf, SelectedRoot>,
    /// Those that were evaluated.
    ids: BTreeSet<ModuleId>,
    /// The paths that their functions looked up.
    accessed: BTreeSet<PathBuf>,
}

/// A root module.
struct SelectedRoot {
    /// The directory, as findings show it.
    shown: PathBuf,
    /// `None` if it has nothing to check.
    model: Option<Box<RootModuleModel>>,
}

impl SelectedRoots {
    /// Whether a root module reads a file, given by its canonical path, with a function or for itself.
    fn uses(&self, path: &Path) -> bool {
        let is_of_root = || {
            path.parent()
                .is_some_and(|parent| self.by_directory.contains_key(parent))
        };
        self.accessed.contains(path) || (is_automatic_variables(path) && is_of_root())
    }
}

/// A root module that the chosen program rejects.
struct RejectedRoot {
    /// Its position among the root modules.
    position: usize,
    root: ModuleId,
    choice: DialectChoice,
    /// What is to be tried.
    candidates: std::vec::IntoIter<Candidate>,
}

/// A rejected root module as a candidate reads it.
struct Attempt {
    rejected: RejectedRoot,
    alternative: RootModule,
    /// What was found when it was read.
    skipped: Vec<Skipped>,
    syntax_errors: Vec<SyntaxError>,
}

/// Named files that functions of the configuration may read.
struct NamedPaths {
    /// By the directory that holds them: a function may list it.
    by_directory: BTreeMap<PathBuf, Vec<PathBuf>>,
    all: BTreeSet<PathBuf>,
    /// Directories in which every file counts as named.
    directories: BTreeSet<PathBuf>,
    /// The files that were read or listed.
    read: BTreeSet<PathBuf>,
}

impl NamedPaths {
    fn new<'p>(paths: impl Iterator<Item = &'p PathBuf>, directories: BTreeSet<PathBuf>) -> Self {
        let all: BTreeSet<PathBuf> = paths.cloned().collect();
        let mut by_directory: BTreeMap<PathBuf, Vec<PathBuf>> = BTreeMap::new();
        for path in &all {
            let directory = path.parent().unwrap_or(path).to_owned();
            by_directory.entry(directory).or_default().push(path.clone());
        }
        Self {
            by_directory,
            all,
            directories,
            read: BTreeSet::new(),
        }
    }

    /// Notes which files are among the accessed paths, or in accessed directories. Returns whether there are any.
    fn note_reads(&mut self, accessed: &BTreeSet<PathBuf>) -> bool {
        let is_below = |directory: &PathBuf| {
            let first = accessed.range(directory.clone()..).next();
            first.is_some_and(|path| path.starts_with(directory))
        };
        let mut is_reader = self.directories.iter().any(is_below);
        for path in accessed {
            let listed = self.by_directory.get(path).into_iter().flatten();
            for file in self.all.get(path).into_iter().chain(listed) {
                is_reader = true;
                self.read.insert(file.clone());
            }
        }
        is_reader
    }
}

/// The project while its inputs are read.
struct Loader {
    files: InputFiles,
    /// What remains for the evaluation of root modules.
    budget: RunBudget,
    project: Project,
    directories: Vec<PathBuf>,
    errors: Vec<LoadError>,
    unrelated_files: BTreeSet<FileId>,
    /// Files that were read and of which no text is kept.
    data_files: Vec<ReadFile>,
    /// The canonical directories of modules that have nothing to check.
    idle_directories: Vec<PathBuf>,
    dialects: BTreeMap<PathBuf, DialectChoice>,
    /// The files with manifests that resources apply, by canonical path.
    applied_files: BTreeMap<PathBuf, FileId>,
    /// Whether the given directories may hold nothing to check.
    may_be_empty: bool,
}

impl Loader {
    fn new(options: &Options) -> Self {
        let files = InputFiles::new(options);
        Self {
            budget: RunBudget::new(&files.sources),
            files,
            project: Project::default(),
            directories: Vec::new(),
            errors: Vec::new(),
            unrelated_files: BTreeSet::new(),
            data_files: Vec::new(),
            idle_directories: Vec::new(),
            dialects: BTreeMap::new(),
            applied_files: BTreeMap::new(),
            may_be_empty: options.may_be_empty,
        }
    }

    fn load_modules(&mut self, directories: &[ConfigurationDirectory], options: &Options) -> LoadedModules {
        let mut modules = LoadedModules::read(directories, options, &mut self.files);
        self.files.known.survey().outlines.forget();
        self.errors.append(&mut modules.errors);
        modules
    }

    /// Divides the selected modules into those that are read and those that have nothing to check.
    fn divide(&mut self, selection: &mut Selection, options: &Options) -> Relevance {
        self.files.progress.begin(Stage::Read, 0);
        let directories = std::mem::take(&mut selection.directories);
        // Values for variables apply to every root module that declares them.
        if options.reads_all_modules || !options.variables.is_empty() {
            return Relevance {
                read: directories,
                ..Relevance::default()
            };
        }
        let InputFiles {
            known,
            cached,
            threads,
            ..
        } = &self.files;
        let relevance = Relevance::divide(directories, &selection.modules, known.survey(), cached, *threads);
        known.survey().end_load();
        relevance
    }

    /// Adds modules that have nothing to check: their files count as read, and the roots are inputs without mirrors.
    fn add_idle(&mut self, idle: Vec<IdleModule>, modules: &mut LoadedModules, selected: &mut SelectedRoots) {
        let trees = &self.files.trees;
        let named = self.files.threads.map(&idle, |module| {
            let shown = trees.shown_path(&module.directory.path);
            let files = module.facts.files.iter().map(|(name, role)| ReadFile {
                name: display_name(&shown.join(&**name)).into(),
                role: *role,
            });
            let files: Vec<ReadFile> = files.collect();
            (shown, files)
        });
        let files = idle.iter().map(|module| module.facts.files.len());
        self.data_files.reserve(files.sum());
        let mut roots = Vec::new();
        for (module, (shown, files)) in idle.into_iter().zip(named) {
            let IdleModule {
                directory,
                facts,
                is_root,
            } = module;
            self.data_files.extend(files);
            if is_root {
                modules.add_idle_root(&facts, &shown, &directory.tree, &mut self.files);
                let root = SelectedRoot { shown, model: None };
                roots.push((directory.path.clone(), root));
            }
            self.idle_directories.push(directory.path);
        }
        // They are in order, so all together are added faster than one by one.
        selected.by_directory.append(&mut roots.into_iter().collect());
        self.idle_directories.sort();
    }

    /// Joins plans with their configuration; returns the root modules that a plan stands for now.
    fn join_plans(
        &mut self,
        plans: &mut [LoadedPlan],
        modules: &mut LoadedModules,
        options: &Options,
    ) -> BTreeSet<ModuleId> {
        if !plans.is_empty() {
            modules.restore_all(&self.files.sources);
        }
        let mut joiner = PlanJoiner::new(options, &mut self.files, &self.budget);
        let joined = joiner.join(plans, modules);
        self.errors.append(&mut joiner.errors);
        self.unrelated_files.append(&mut joiner.unrelated_files);
        joined
    }

    fn add_plans(&mut self, plans: Vec<LoadedPlan>) {
        for mut plan in plans {
            let name = plan.input.name.clone();
            if let Some(choice) = &plan.choice {
                plan.input.engine = choice.dialect.engine();
            }
            self.dialects
                .extend(plan.choice.map(|choice| (plan.directory.clone(), choice)));
            self.add(plan.directory.clone(), plan.input, plan.sensitive);
            self.add_applied(&plan.directory, &name, plan.manifests);
        }
    }

    fn add_manifests(&mut self, mut manifests: Manifests) {
        self.unrelated_files.append(&mut manifests.unrelated_files);
        for (directory, input) in manifests.into_inputs() {
            self.add(directory, input, Vec::new());
        }
    }

    fn add_nodes(&mut self, nodes: NodeFiles, with_neighbors: bool) {
        for (directory, input) in nodes.into_inputs(with_neighbors, &mut self.files) {
            self.add(directory, input, Vec::new());
        }
    }

    /// Adds the manifests that the resources of a root module or a plan apply, with the files that they are in.
    fn add_applied(&mut self, directory: &Path, name: &str, mut manifests: AppliedManifests) {
        let mut read = BTreeMap::new();
        for path in manifests.files() {
            let known = self.applied_files.get(&path).copied();
            let shown = self.files.trees.shown_path(&path);
            let file = known.or_else(|| self.files.read(&shown, FileRole::Data));
            if let Some(file) = file {
                self.applied_files.insert(path.clone(), file);
                read.insert(path, file);
            }
        }
        let text = |file: FileId| (file, self.files.sources.text(file));
        let texts = read.into_iter().map(|(path, file)| (path, text(file)));
        manifests.read_files(&texts.collect());
        self.files.skipped.append(&mut manifests.skipped);
        for input in manifests.into_inputs(name) {
            self.add(directory.to_owned(), input, Vec::new());
        }
    }

    /// Evaluates the root modules that no plan stands for. Where nothing says which program evaluates one and Terraform
    /// rejects it, OpenTofu does if it accepts it.
    fn evaluate_roots(
        &mut self,
        modules: &mut LoadedModules,
        joined: &BTreeSet<ModuleId>,
        options: &Options,
    ) -> Vec<(ModuleId, RootModuleModel)> {
        let roots = modules.roots.iter().filter(|root| !joined.contains(&root.module));
        let roots: Vec<&RootModule> = roots.collect();
        let (sources, threads, budget) = (&self.files.sources, self.files.threads, &self.budget);
        let progress = &self.files.progress;
        let tree = &mut modules.tree;
        let Some(models) = evaluate_roots(tree, sources, &roots, threads, budget, progress) else {
            self.errors.push(LoadError::out_of_memory());
            return Vec::new();
        };
        let models = models.into_iter().zip(&roots);
        let models = models.map(|(model, root)| with_older_versions(tree, sources, root, model, budget));
        let models: Vec<RootModuleModel> = models.collect();
        let ids: Vec<ModuleId> = roots.iter().map(|root| root.module).collect();
        let mut evaluated: Vec<(ModuleId, RootModuleModel)> = ids.into_iter().zip(models).collect();
        let alternatives = self.evaluate_alternatives(modules, &mut evaluated, options);
        let called = alternatives.into_iter();
        let called: BTreeSet<PathBuf> = called
            .flat_map(|alternative| modules.directories_below(alternative))
            .collect();
        // Modules that OpenTofu alone finds are roots no more.
        evaluated.retain(|(root, _)| {
            let location = modules.location(*root);
            location.is_none_or(|location| !called.contains(&location.path))
        });
        evaluated
    }

    /// Replaces root modules that the chosen program rejects, although nothing says that it is that one, by what another program
    /// or version makes of them, if that accepts them. Returns the modules that it reads instead.
    fn evaluate_alternatives(
        &mut self,
        modules: &mut LoadedModules,
        evaluated: &mut [(ModuleId, RootModuleModel)],
        options: &Options,
    ) -> Vec<ModuleId> {
        let is_rejected = |(position, (root, model)): (usize, &(ModuleId, RootModuleModel))| {
            let choice = modules.choices.get(root).filter(|_| model.is_rejected)?.clone();
            let candidates = choice.candidates().into_iter();
            Some(RejectedRoot {
                position,
                root: *root,
                choice,
                candidates,
            })
        };
        let mut rejected: Vec<RejectedRoot> = evaluated.iter().enumerate().filter_map(is_rejected).collect();
        let mut accepted = Vec::new();
        while !rejected.is_empty() {
            let attempts = rejected.into_iter();
            let attempts: Vec<Attempt> = attempts
                .filter_map(|root| self.read_alternative(modules, root, options))
                .collect();
            let InputFiles {
                sources,
                threads,
                progress,
                ..
            } = &self.files;
            let roots: Vec<&RootModule> = attempts.iter().map(|attempt| &attempt.alternative).collect();
            let models = evaluate_roots(
                &mut modules.tree,
                sources,
                &roots,
                *threads,
                &self.budget,
                progress,
            );
            rejected = Vec::new();
            for (attempt, model) in attempts.into_iter().zip(models.into_iter().flatten()) {
                let place = evaluated.get_mut(attempt.rejected.position);
                let Some(place) = place.filter(|_| !model.is_rejected) else {
                    let RejectedRoot { root, choice, .. } = &attempt.rejected;
                    modules.choices.insert(*root, choice.clone());
                    rejected.push(attempt.rejected);
                    continue;
                };
                self.files.skipped.extend(attempt.skipped);
                modules.syntax_errors.extend(attempt.syntax_errors);
                accepted.push(attempt.alternative.module);
                *place = (attempt.alternative.module, model);
            }
        }
        accepted
    }

    /// Reads a root module as the next candidate does. `None` if there is no other one.
    fn read_alternative(
        &mut self,
        modules: &mut LoadedModules,
        mut rejected: RejectedRoot,
        options: &Options,
    ) -> Option<Attempt> {
        let candidate = rejected.candidates.next()?;
        let (skipped, syntax_errors) = (self.files.skipped.len(), modules.syntax_errors.len());
        let alternative = modules.read_alternative(rejected.root, &candidate, options, &mut self.files)?;
        Some(Attempt {
            alternative,
            skipped: self.files.skipped.split_off(skipped),
            syntax_errors: modules.syntax_errors.split_off(syntax_errors),
            rejected,
        })
    }

    /// Keeps the root modules that the named paths stand for.
    fn select_roots(
        &mut self,
        modules: &LoadedModules,
        evaluated: Vec<(ModuleId, RootModuleModel)>,
        joined: &BTreeSet<ModuleId>,
        selection: Selection,
        others: Vec<OtherFile>,
    ) -> SelectedRoots {
        let mut selected = SelectedRoots::default();
        let mut unread = selection.data_files;
        let mut others: BTreeMap<PathBuf, OtherFile> = others
            .into_iter()
            .filter_map(|other| {
                let path = other.path(&self.files)?;
                Some((self.files.sources.files().canonical_path(path), other))
            })
            .collect();
        let paths = unread.keys().chain(others.keys()).chain(&selection.manifests);
        let mut named = NamedPaths::new(paths, selection.data_directories);
        let mut kept: BTreeSet<ModuleId> = BTreeSet::new();
        let mut kept_roots: BTreeSet<ModuleId> = BTreeSet::new();
        // A root module that is joined with a plan is part of the project, and so is a module that only a cycle calls.
        let mut related: BTreeSet<ModuleId> = joined
            .iter()
            .flat_map(|root| modules.tree.reachable(*root))
            .collect();
        related.extend(
            selection
                .modules
                .iter()
                .flat_map(|path| modules.of_directory(path)),
        );
        let mut shared_files: BTreeMap<FileValuesId, Vec<usize>> = BTreeMap::new();
        for (root, model) in evaluated {
            let called = modules.tree.reachable(root);
            let is_selected = called.iter().any(|module| {
                let location = modules.location(*module);
                location.is_some_and(|location| selection.modules.contains(&location.path))
            });
            if !named.note_reads(&model.accessed) && !is_selected {
                continue;
            }
            let hidden = &mut self.project.sensitive.root_modules;
            for id in modules.given_files(root) {
                shared_files.entry(*id).or_default().push(hidden.len());
            }
            hidden.push(modules.configuration_files_of(&called));
            kept_roots.insert(root);
            kept.extend(called.iter().copied());
            related.extend(called);
            selected.accessed.extend(model.accessed.iter().cloned());
            self.files.diagnostics.extend(model.diagnostics.iter().cloned());
            let directory = modules.tree.module(root).directory.clone();
            if let Some(choice) = modules.choices.get(&root) {
                self.dialects.insert(directory.clone(), choice.clone());
            }
            let path = modules
                .location(root)
                .map_or(&directory, |location| &location.path)
                .clone();
            let root = SelectedRoot {
                shown: directory,
                model: Some(Box::new(model)),
            };
            selected.by_directory.insert(path, root);
        }
        let shared_files = shared_files.into_iter().map(|(id, root_modules)| SharedFiles {
            files: modules.file_values(id).files.clone(),
            root_modules,
        });
        self.project.sensitive.shared_files.extend(shared_files);
        for module in &kept {
            let skipped = modules.unread.get(module).into_iter().flatten();
            self.files.skipped.extend(skipped.cloned());
        }
        selected.ids = kept_roots;
        unread.retain(|path, _| !named.read.contains(path));
        others.retain(|path, _| !named.read.contains(path));
        self.forget_unrelated(modules, &related);
        let is_file = |path: &Path| self.files.sources.files().is_file(path);
        let read = selected
            .accessed
            .iter()
            .filter(|path| is_file(path))
            .map(|path| ReadFile {
                name: display_name(&self.files.trees.shown_path(path)).into(),
                role: FileRole::Data,
            });
        self.data_files.extend(read);
        for other in others.into_values() {
            other.report(&mut self.files);
        }
        for file in unread.into_values() {
            if file.exists {
                let name = display_name(&self.files.trees.shown_path(&file.path));
                let message = "no configuration reads the file";
                let skipped = unopened_text(&file.path, &self.files)
                    .unwrap_or_else(|| Skipped::new(name, SkipReason::UnknownKind, message));
                self.files.skipped.push(skipped);
            } else {
                self.errors.push(LoadError::missing(&file.given));
            }
        }
        selected
    }

    /// Forgets what was found in modules to which no selected root module leads.
    fn forget_unrelated(&mut self, modules: &LoadedModules, related: &BTreeSet<ModuleId>) {
        let unrelated = modules.tree.modules().filter(|(id, _)| !related.contains(id));
        let of_related: BTreeSet<FileId> = related
            .iter()
            .flat_map(|id| modules.tree.module(*id).files.iter().copied())
            .collect();
        let unrelated: BTreeSet<FileId> = unrelated
            .flat_map(|(_, module)| module.files.iter().copied())
            .filter(|file| !of_related.contains(file))
            .filter(|file| self.files.roles.get(file) == Some(&FileRole::Configuration))
            .collect();
        self.files.roles.retain(|file, _| !unrelated.contains(file));
        self.files
            .skipped
            .retain(|skipped| skipped.span.is_none_or(|span| !unrelated.contains(&span.file)));
        self.unrelated_files.extend(unrelated);
    }

    /// Reports the given directories in which nothing was read or skipped. What `links` in them lead to lies in them.
    fn report_empty(&mut self, directories: &[PathBuf], links: &BTreeMap<PathBuf, PathBuf>) {
        let InputFiles {
            sources,
            roles,
            unreadable,
            skipped,
            trees,
            ..
        } = &self.files;
        // Most directories hold a module, so that the names of all files are often not needed.
        let paths = LazyCell::new(|| {
            let inputs = roles
                .iter()
                .filter(|(_, role)| **role != FileRole::WithoutMirrors);
            let files = inputs.map(|(file, _)| file).chain(unreadable);
            let names = files
                .map(|file| sources.file(*file).name())
                .chain(self.data_files.iter().map(|read| &*read.name))
                .chain(skipped.iter().map(|skipped| &*skipped.name))
                .chain(self.errors.iter().map(|error| &*error.path));
            // A name is a path relative to the current directory, or the address of a module call.
            names
                .map(|name| trees.absolute(name))
                .collect::<BTreeSet<PathBuf>>()
        });
        let idle = &self.idle_directories;
        let holds_nothing = |directory: &PathBuf| {
            let next = idle.partition_point(|path| path < directory);
            let holds_module = idle.get(next).is_some_and(|path| path.starts_with(directory));
            let holds_file = || {
                let first = paths.range(directory.clone()..).next();
                first.is_some_and(|path| path.starts_with(directory))
            };
            !holds_module && !holds_file()
        };
        let is_empty = |directory: &PathBuf| {
            let links = links.range(directory.clone()..);
            let mut inner = links.take_while(|(link, _)| link.starts_with(directory));
            holds_nothing(directory) && inner.all(|(_, target)| holds_nothing(target))
        };
        let message = "no Terraform configuration in this directory (no .tf, .tf.json, .tofu or .tofu.json file), and \
                       no manifest that declares mirrors";
        let empty = directories.iter().filter(|directory| is_empty(directory));
        let empty: Vec<PathBuf> = empty.map(|directory| trees.shown_path(directory)).collect();
        for directory in empty {
            if self.may_be_empty {
                let message = format!("nothing to check: {message}");
                let name = display_name(&directory);
                let mut skipped = Skipped::new(name, SkipReason::NothingToCheck, message);
                skipped.help = Some("name the directories to check, if they are elsewhere".to_owned());
                self.files.skipped.push(skipped);
            } else {
                self.errors.push(LoadError::from_path(&directory, message));
            }
        }
    }

    fn add_roots(&mut self, roots: BTreeMap<PathBuf, SelectedRoot>) {
        self.project.inputs.reserve(roots.len());
        for SelectedRoot { shown, model } in roots.into_values() {
            let name = display_name(&shown);
            let Some(model) = model else {
                self.add(shown, Input::new(InputKind::Configuration, name), Vec::new());
                continue;
            };
            self.add(shown.clone(), model.input, model.sensitive);
            self.add_applied(&shown, &name, model.manifests);
        }
    }

    fn add(&mut self, directory: PathBuf, input: Input, sensitive: Vec<Span>) {
        self.directories.push(directory);
        self.project.add(input);
        self.project.sensitive.spans.extend(sensitive);
    }

    /// Forgets what was skipped in one place and read in another.
    fn forget_read(&mut self) {
        let InputFiles {
            sources,
            roles,
            skipped,
            ..
        } = &mut self.files;
        if skipped.iter().all(|skipped| skipped.held_in.is_empty()) {
            return;
        }
        let manifests = roles.iter().filter(|(_, role)| **role == FileRole::Manifest);
        let paths = manifests.filter_map(|(file, _)| sources.file(*file).path());
        let read: BTreeSet<PathBuf> = paths.map(|path| sources.files().canonical_path(path)).collect();
        skipped.retain(|skipped| {
            skipped.held_in.is_empty() || !skipped.held_in.iter().all(|path| read.contains(path))
        });
    }

    /// Marks what was skipped and is listed in `known-gaps`.
    fn mark_known_gaps(&mut self) {
        let InputFiles {
            configs,
            sources,
            skipped,
            ..
        } = &mut self.files;
        for skipped in skipped.iter_mut().filter(|skipped| skipped.is_gap()) {
            let file = skipped.span.and_then(|span| sources.file(span.file).path());
            let path = file.unwrap_or(Path::new(&skipped.name));
            let path = sources.files().location(path);
            let config = configs.nearest(path.parent().unwrap_or(&path), sources);
            skipped.is_known =
                config.is_some_and(|config| config.is_known_gap(skipped.source.as_deref(), &path));
        }
    }

    /// Counts links with the name of a configuration file that are not followed.
    fn report_unread_configurations(&mut self) {
        for link in std::mem::take(&mut self.files.configs.unread_links) {
            let name = display_name(&self.files.trees.shown_path(&link));
            let message = "the link leads to another file than the configuration file of this repository";
            let skipped = Skipped::new(name, SkipReason::OutsideTree, message);
            self.files.skipped.push(skipped);
        }
    }

    fn finish(mut self) -> Loaded {
        self.report_unread_configurations();
        self.forget_read();
        self.mark_known_gaps();
        let InputFiles {
            sources,
            configs,
            diagnostics,
            roles,
            skipped,
            unreadable,
            image_sets,
            ..
        } = self.files;
        let mut read = self.data_files;
        read.reserve_exact(roles.len());
        read.extend(roles.into_iter().map(|(file, role)| ReadFile {
            name: sources.file(file).name().into(),
            role,
        }));
        read.sort_unstable();
        read.dedup();
        let mut project = self.project;
        let unrelated = &self.unrelated_files;
        let is_related = |finding: &Diagnostic| {
            let label = finding.primary.as_ref();
            label.is_none_or(|label| !unrelated.contains(&label.span.file))
        };
        project.diagnostics = diagnostics.into_iter().filter(is_related).collect();
        project.unreadable = unreadable.iter().filter(|file| !unrelated.contains(file)).count();
        project.coverage = Coverage { read, skipped };
        Loaded {
            project,
            sources,
            errors: self.errors,
            image_sets,
            configs,
            directories: self.directories,
            dialects: self.dialects,
            unrelated_files: self.unrelated_files,
            modules: None,
        }
    }
}
