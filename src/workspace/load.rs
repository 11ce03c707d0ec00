//! Loads inputs: has every file read, and adds the inputs to the project in a fixed order.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::model::{Input, Project};
use crate::readers::configuration::{RootModule, evaluate_roots, syntax_error_findings};
use crate::workspace::discovery::{ConfigurationDirectory, discover};
use crate::workspace::input_files::InputFiles;
use crate::workspace::loaded::{LoadError, Loaded};
use crate::workspace::loaded_modules::LoadedModules;
use crate::workspace::loaded_plan::LoadedPlan;
use crate::workspace::manifest_files::Manifests;
use crate::workspace::named_files::NamedFiles;
use crate::workspace::options::{InputPaths, Options};
use crate::workspace::plan_configuration::PlanJoiner;
use terraform_eval::modules::ModuleId;
use terraform_eval::source::{FileId, Span};

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
    let InputFiles { configs, sources, .. } = &mut loader.files;
    let discovery = discover(paths, &*options.files, &mut |path| {
        configs.excludes(path, sources)
    });
    loader.errors.extend(discovery.errors);
    let mut named = NamedFiles::default();
    for path in &discovery.files {
        named.read_path(path, &mut loader.files);
    }
    for directory in &discovery.without_terraform {
        let result = named.manifests.read_directory(directory, &mut loader.files);
        loader.errors.extend(result.err());
    }
    let NamedFiles { mut plans, manifests } = named;
    let modules = loader.load_modules(&discovery.directories, options);
    let joined = loader.join_plans(&mut plans, &modules, options);
    loader.add_plans(plans);
    loader.add_manifests(manifests);
    let roots = modules.roots.iter().filter(|root| !joined.contains(&root.module));
    loader.add_roots(&modules, &roots.collect::<Vec<_>>());
    let syntax_errors = syntax_error_findings(&modules.tree, &modules.syntax_errors, &loader.files.sources);
    loader.files.diagnostics.extend(syntax_errors);
    Loaded {
        warnings: discovery.warnings,
        ..loader.finish()
    }
}

/// Reads one input from standard input: a plan, a state or manifests.
#[must_use]
pub(crate) fn load_stdin(name: &str, options: &Options) -> Loaded {
    let mut loader = Loader::new(options);
    match loader.files.sources.read_stdin(name) {
        Ok(file) => {
            let mut named = NamedFiles::default();
            named.read_text(file, name, &mut loader.files);
            let NamedFiles { mut plans, manifests } = named;
            let modules = loader.load_modules(&[], options);
            loader.join_plans(&mut plans, &modules, options);
            loader.add_plans(plans);
            loader.add_manifests(manifests);
        }
        Err(error) => loader.files.report_unreadable(Path::new(name), &error),
    }
    loader.finish()
}

/// The project while its inputs are read.
struct Loader {
    files: InputFiles,
    project: Project,
    directories: Vec<PathBuf>,
    errors: Vec<LoadError>,
    unrelated_files: BTreeSet<FileId>,
}

impl Loader {
    fn new(options: &Options) -> Self {
        Self {
            files: InputFiles::new(options),
            project: Project::default(),
            directories: Vec::new(),
            errors: Vec::new(),
            unrelated_files: BTreeSet::new(),
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

    fn add_roots(&mut self, modules: &LoadedModules, roots: &[&RootModule]) {
        let Some(models) = evaluate_roots(&modules.tree, &self.files.sources, roots) else {
            self.errors.push(LoadError::out_of_memory());
            return;
        };
        for (model, root) in models.into_iter().zip(roots) {
            let directory = modules.tree.module(root.module).directory.clone();
            self.add(directory, model.input, model.sensitive);
            self.files.diagnostics.extend(model.diagnostic);
        }
    }

    fn add(&mut self, directory: PathBuf, input: Input, sensitive: Vec<Span>) {
        self.directories.push(directory);
        self.project.add(input);
        self.project.sensitive.extend(sensitive);
    }

    fn finish(self) -> Loaded {
        let mut project = self.project;
        project.diagnostics = self.files.diagnostics;
        project.files = self.files.read;
        project.unreadable = self.files.unreadable;
        Loaded {
            project,
            sources: self.files.sources,
            errors: self.errors,
            warnings: Vec::new(),
            configs: self.files.configs,
            directories: self.directories,
            unrelated_files: self.unrelated_files,
        }
    }
}
