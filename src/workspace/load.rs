//! Loads inputs: has every file read, and adds the inputs to the project in a fixed order.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::diagnostic::Diagnostic;
use crate::model::{Coverage, FileRole, Input, Project, ReadFile, SkipReason, Skipped};
use crate::readers::configuration::{RootModule, RootModuleModel, evaluate_roots, syntax_error_findings};
use crate::workspace::discovery::{ConfigurationDirectory, discover};
use crate::workspace::input_files::InputFiles;
use crate::workspace::loaded::{LoadError, Loaded};
use crate::workspace::loaded_modules::LoadedModules;
use crate::workspace::loaded_plan::LoadedPlan;
use crate::workspace::manifest_files::Manifests;
use crate::workspace::name_kind::{NameKind, is_yaml};
use crate::workspace::named_files::{NamedFiles, OtherFile};
use crate::workspace::options::{InputPaths, Options};
use crate::workspace::other_files::{report_other_files, unopened_template};
use crate::workspace::plan_configuration::PlanJoiner;
use crate::workspace::selection::Selection;
use terraform_eval::modules::ModuleId;
use terraform_eval::source::{FileId, OverlayFiles, Span, display_name};

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

/// Reads every path: directories of configuration with the modules below them, plans, states, manifests.
#[must_use]
pub fn load(paths: &[PathBuf], options: &Options) -> Loaded {
    let mut loader = Loader::new(options);
    let InputFiles {
        configs,
        sources,
        trees,
        ..
    } = &mut loader.files;
    let mut discovery = discover(paths, trees, &*options.files, &mut |path| {
        configs.excludes(path, sources)
    });
    loader.files.skipped.append(&mut discovery.skipped);
    let directories = std::mem::take(&mut discovery.directories);
    let candidates = std::mem::take(&mut discovery.candidates);
    let found_others = std::mem::take(&mut discovery.others);
    let mut named = NamedFiles::default();
    let mut selection = Selection::new(discovery, &mut named, &mut loader.files);
    loader.errors.append(&mut selection.errors);
    let NamedFiles {
        mut plans,
        mut manifests,
        others,
    } = named;
    let modules = loader.load_modules(&selection.directories, options);
    let joined = loader.join_plans(&mut plans, &modules, options);
    loader.add_plans(plans);
    let roots = modules.roots.iter().filter(|root| !joined.contains(&root.module));
    let roots = loader.evaluate_roots(&modules, &roots.collect::<Vec<_>>(), &joined, selection, others);
    // What the configuration reads is its data and not an input of its own.
    let candidates = candidates.iter().filter(|path| !roots.accessed.contains(*path));
    manifests.read_candidates(candidates, &mut loader.files);
    report_other_files(&found_others, &roots.accessed, &mut loader.files);
    loader.add_manifests(manifests);
    for (directory, model) in roots.models {
        loader.add(directory, model.input, model.sensitive);
    }
    let syntax_errors = syntax_error_findings(&modules.tree, &modules.syntax_errors, &loader.files.sources);
    loader.files.diagnostics.extend(syntax_errors);
    loader.report_empty(&directories);
    loader.finish()
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
                others,
            } = named;
            let modules = loader.load_modules(&[], options);
            loader.join_plans(&mut plans, &modules, options);
            loader.add_plans(plans);
            loader.add_manifests(manifests);
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
    /// The models, with the directories of the root modules.
    models: Vec<(PathBuf, RootModuleModel)>,
    /// The paths that their functions looked up.
    accessed: BTreeSet<PathBuf>,
}

/// Named files that functions of the configuration may read.
struct NamedPaths {
    /// By the directory that holds them: a function may list it.
    by_directory: BTreeMap<PathBuf, Vec<PathBuf>>,
    all: BTreeSet<PathBuf>,
    /// The files that were read or listed.
    read: BTreeSet<PathBuf>,
}

impl NamedPaths {
    fn new<'p>(paths: impl Iterator<Item = &'p PathBuf>) -> Self {
        let all: BTreeSet<PathBuf> = paths.cloned().collect();
        let mut by_directory: BTreeMap<PathBuf, Vec<PathBuf>> = BTreeMap::new();
        for path in &all {
            let directory = path.parent().unwrap_or(path).to_owned();
            by_directory.entry(directory).or_default().push(path.clone());
        }
        Self {
            by_directory,
            all,
            read: BTreeSet::new(),
        }
    }

    /// Notes which files are among the accessed paths, or in accessed directories. Returns whether there are any.
    fn note_reads(&mut self, accessed: &BTreeSet<PathBuf>) -> bool {
        let mut is_reader = false;
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
    project: Project,
    directories: Vec<PathBuf>,
    errors: Vec<LoadError>,
    unrelated_files: BTreeSet<FileId>,
    data_files: BTreeSet<ReadFile>,
}

impl Loader {
    fn new(options: &Options) -> Self {
        Self {
            files: InputFiles::new(options),
            project: Project::default(),
            directories: Vec::new(),
            errors: Vec::new(),
            unrelated_files: BTreeSet::new(),
            data_files: BTreeSet::new(),
        }
    }

    fn load_modules(&mut self, directories: &[ConfigurationDirectory], options: &Options) -> LoadedModules {
        let mut modules = LoadedModules::read(directories, options, &mut self.files);
        self.errors.append(&mut modules.errors);
        modules
    }

    /// Joins plans with their configuration; returns the root modules that a plan stands for now.
    fn join_plans(
        &mut self,
        plans: &mut [LoadedPlan],
        modules: &LoadedModules,
        options: &Options,
    ) -> BTreeSet<ModuleId> {
        let mut joiner = PlanJoiner::new(options, &mut self.files);
        let joined = joiner.join(plans, modules);
        self.errors.append(&mut joiner.errors);
        self.unrelated_files.append(&mut joiner.unrelated_files);
        joined
    }

    fn add_plans(&mut self, plans: Vec<LoadedPlan>) {
        for plan in plans {
            self.add(plan.directory, plan.input, plan.sensitive);
        }
    }

    fn add_manifests(&mut self, mut manifests: Manifests) {
        self.unrelated_files.append(&mut manifests.unrelated_files);
        for (directory, input) in manifests.into_inputs() {
            self.add(directory, input, Vec::new());
        }
    }

    /// Evaluates root modules, and keeps those that the named paths stand for.
    fn evaluate_roots(
        &mut self,
        modules: &LoadedModules,
        roots: &[&RootModule],
        joined: &BTreeSet<ModuleId>,
        selection: Selection,
        others: Vec<OtherFile>,
    ) -> SelectedRoots {
        let mut selected = SelectedRoots::default();
        let Some(models) = evaluate_roots(&modules.tree, &self.files.sources, roots) else {
            self.errors.push(LoadError::out_of_memory());
            return selected;
        };
        let mut unread = selection.data_files;
        let mut others: BTreeMap<PathBuf, OtherFile> = others
            .into_iter()
            .filter_map(|other| {
                let path = other.path(&self.files)?;
                Some((self.files.sources.files().canonical_path(path), other))
            })
            .collect();
        let mut named = NamedPaths::new(unread.keys().chain(others.keys()));
        // A root module that is joined with a plan is part of the project, and so is a module that only a cycle calls.
        let mut related: BTreeSet<ModuleId> =
            joined.iter().flat_map(|root| modules.reachable(*root)).collect();
        related.extend(
            selection
                .modules
                .iter()
                .filter_map(|path| modules.tree.find(path)),
        );
        for (model, root) in models.into_iter().zip(roots) {
            let called = modules.reachable(root.module);
            let is_selected = called.iter().any(|module| {
                let location = modules.location(*module);
                location.is_some_and(|location| selection.modules.contains(&location.path))
            });
            if !named.note_reads(&model.accessed) && !is_selected {
                continue;
            }
            related.extend(called);
            selected.accessed.extend(model.accessed.iter().cloned());
            self.files.diagnostics.extend(model.diagnostics.iter().cloned());
            let directory = modules.tree.module(root.module).directory.clone();
            selected.models.push((directory, model));
        }
        unread.retain(|path, _| !named.read.contains(path));
        others.retain(|path, _| !named.read.contains(path));
        self.forget_unrelated(modules, &related);
        let is_file = |path: &Path| self.files.sources.files().is_file(path);
        let read = selected
            .accessed
            .iter()
            .filter(|path| is_file(path))
            .map(|path| ReadFile {
                name: display_name(&self.files.trees.shown_path(path)),
                role: FileRole::Data,
            });
        self.data_files = read.collect();
        for other in others.into_values() {
            other.report(&mut self.files);
        }
        for file in unread.into_values() {
            if file.exists {
                let name = display_name(&self.files.trees.shown_path(&file.path));
                let message = "no configuration reads the file";
                let skipped = unopened_template(&file.path, &self.files)
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
        let unrelated: BTreeSet<FileId> = unrelated
            .flat_map(|(_, module)| module.files.iter().copied())
            .filter(|file| self.files.roles.get(file) == Some(&FileRole::Configuration))
            .collect();
        self.files.roles.retain(|file, _| !unrelated.contains(file));
        self.files
            .skipped
            .retain(|skipped| skipped.span.is_none_or(|span| !unrelated.contains(&span.file)));
        self.unrelated_files.extend(unrelated);
    }

    /// Reports the directories that a user named and in which nothing was read or skipped.
    fn report_empty(&mut self, directories: &[PathBuf]) {
        let InputFiles {
            sources,
            roles,
            unreadable,
            skipped,
            trees,
            ..
        } = &self.files;
        let mut names: BTreeSet<String> = roles
            .keys()
            .chain(unreadable)
            .map(|file| sources.file(*file).name().to_owned())
            .collect();
        names.extend(skipped.iter().map(|skipped| skipped.name.clone()));
        names.extend(self.errors.iter().map(|error| error.path.clone()));
        let is_empty = |directory: &PathBuf| {
            let name = display_name(&trees.shown_path(directory));
            let below = format!("{name}/");
            let mut following = names.range(below.clone()..);
            let has_content = following.next().is_some_and(|name| name.starts_with(&below));
            !has_content && !names.contains(&name) && (name != "." || names.is_empty())
        };
        let message = "no Terraform configuration in this directory (no .tf, .tf.json, .tofu or .tofu.json file), and \
                       no manifest that declares mirrors";
        let empty = directories.iter().filter(|directory| is_empty(directory));
        let errors = empty.map(|directory| LoadError::from_path(&trees.shown_path(directory), message));
        let errors: Vec<LoadError> = errors.collect();
        self.errors.extend(errors);
    }

    fn add(&mut self, directory: PathBuf, input: Input, sensitive: Vec<Span>) {
        self.directories.push(directory);
        self.project.add(input);
        self.project.sensitive.extend(sensitive);
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
            let path = sources.files().canonical_path(path);
            let config = configs.nearest(path.parent().unwrap_or(&path), sources);
            skipped.is_known =
                config.is_some_and(|config| config.is_known_gap(skipped.source.as_deref(), &path));
        }
    }

    fn finish(mut self) -> Loaded {
        self.mark_known_gaps();
        let InputFiles {
            sources,
            configs,
            diagnostics,
            roles,
            skipped,
            unreadable,
            ..
        } = self.files;
        let mut read = self.data_files;
        read.extend(roles.into_iter().map(|(file, role)| ReadFile {
            name: sources.file(file).name().to_owned(),
            role,
        }));
        let mut project = self.project;
        let unrelated = &self.unrelated_files;
        let is_related = |finding: &Diagnostic| {
            let label = finding.primary.as_ref();
            label.is_none_or(|label| !unrelated.contains(&label.span.file))
        };
        project.diagnostics = diagnostics.into_iter().filter(is_related).collect();
        project.unreadable = unreadable.iter().filter(|file| !unrelated.contains(file)).count();
        project.coverage = Coverage {
            read: read.into_iter().collect(),
            skipped,
        };
        Loaded {
            project,
            sources,
            errors: self.errors,
            configs,
            directories: self.directories,
            unrelated_files: self.unrelated_files,
        }
    }
}
