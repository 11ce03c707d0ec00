//! From paths to a project: finds what is to be read, has it read, and joins it.

mod directory;
mod discovery;
mod expressions;
mod installed_modules;
mod manifest_files;
pub(crate) mod module_tree;
mod plan_configuration;
mod variables;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::config::ConfigFiles;
use crate::model::Project;
use crate::readers::configuration::root_module;
use crate::readers::plan;
use crate::rules::{SYNTAX_ERROR, UNSUPPORTED_INPUT};
use terraform_eval::source::{FileId, ReadError, Sources, display_name};

pub use expressions::evaluate;
use manifest_files::{Manifests, is_manifest};
use module_tree::LoadedModules;
use plan_configuration::Planned;

pub use variables::{Options, PlanConfiguration, VariableArg};

/// What was loaded.
#[derive(Debug, Default)]
pub struct Loaded {
    /// The model.
    pub project: Project,
    /// The files behind it.
    pub sources: Sources,
    /// Paths that could not be read at all, and why. The tool could not do its whole job.
    pub errors: Vec<LoadError>,
    /// What was passed over, and why that does no harm.
    pub warnings: Vec<String>,
    /// The configuration files.
    pub configs: ConfigFiles,
    /// The directory that each configuration of the project was made in, in the same order.
    pub directories: Vec<PathBuf>,
    /// Files that were looked at on the way and belong to nothing that was asked for.
    pub unrelated_files: BTreeSet<FileId>,
}

/// A path that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadError {
    /// The path as it was given, and what is wrong: `a/b: no such file or directory`.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

/// The inputs that a user names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InputPaths {
    /// Files and directories.
    Paths(Vec<PathBuf>),
    /// Standard input.
    Stdin {
        /// The name that findings show for it.
        name: String,
    },
}

impl InputPaths {
    /// Loads the inputs.
    #[must_use]
    pub fn load(&self, options: &Options) -> Loaded {
        match self {
            Self::Paths(paths) => load(paths, options),
            Self::Stdin { name } => load_stdin(name, options),
        }
    }
}

/// Reads every path: directories of configuration with the modules below them, plans, states, manifests.
#[must_use]
pub fn load(paths: &[PathBuf], options: &Options) -> Loaded {
    let mut loaded = Loaded::with(options);
    let Loaded { configs, sources, .. } = &mut loaded;
    let found = discovery::discover(paths, &*options.files, &mut |path| {
        configs.excludes(path, sources)
    });
    for (path, message) in found.failures {
        loaded.fail(&path, &message, None);
    }
    for (path, message) in found.warnings {
        loaded
            .warnings
            .push(format!("{}: {message}", display_name(&path)));
    }
    let mut plans = Vec::new();
    let mut manifests = Manifests::default();
    for path in &found.files {
        plans.extend(loaded.read_file(path, &mut manifests));
    }
    for directory in &found.without_terraform {
        manifests.read_directory(directory, &mut loaded);
    }
    manifests.assemble(&mut loaded);
    let forest = LoadedModules::read(&found.directories, options, &mut loaded);
    let joined = plan_configuration::join(&plans, &forest, options, &mut loaded);
    let others = forest.roots.iter().filter(|root| !joined.contains(&root.module));
    root_module::read_roots(&forest, others, &mut loaded);
    root_module::report_problems(&forest, &mut loaded);
    loaded
}

/// Reads one input from standard input: a plan, a state or manifests.
#[must_use]
pub fn load_stdin(name: &str, options: &Options) -> Loaded {
    let mut loaded = Loaded::with(options);
    match loaded.sources.read_stdin(name) {
        Ok(file) => {
            let mut manifests = Manifests::default();
            let plans: Vec<Planned> = loaded.read_text(file, name, &mut manifests).into_iter().collect();
            manifests.assemble(&mut loaded);
            let forest = LoadedModules::read(&[], options, &mut loaded);
            plan_configuration::join(&plans, &forest, options, &mut loaded);
        }
        Err(error) => loaded.refuse(Path::new(name), &error),
    }
    loaded
}

impl Loaded {
    /// Whether everything could be read.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.errors.is_empty() && self.project.unreadable == 0
    }

    /// Nothing yet.
    fn with(options: &Options) -> Self {
        Self {
            configs: ConfigFiles::new(options.config.clone()),
            sources: Sources::with_files(options.files.clone()),
            ..Self::default()
        }
    }

    pub(crate) fn fail(&mut self, path: &Path, message: &str, help: Option<&str>) {
        let message = format!("{}: {message}", display_name(path));
        self.errors.push(LoadError {
            message,
            help: help.map(str::to_owned),
        });
    }

    /// A file that is not what it should be: a finding, and one file less that was read.
    fn refuse(&mut self, path: &Path, error: &ReadError) {
        self.project.unreadable += 1;
        let rule = match error {
            ReadError::Gzip | ReadError::Zip | ReadError::Binary => &UNSUPPORTED_INPUT,
            _ => &SYNTAX_ERROR,
        };
        let message = format!("{}: {error}", display_name(path));
        let mut finding = rule.diagnostic(message);
        finding.help = error.help().map(str::to_owned);
        self.project.diagnostics.push(finding);
    }

    /// Reads a file that was given by name, for what its content says it is.
    fn read_file(&mut self, path: &Path, manifests: &mut Manifests) -> Option<Planned> {
        let name = display_name(path);
        let ends = self.sources.files().read_ends(path, &plan::PLAN_MARKERS);
        if let Some(reading) = ends.and_then(|ends| plan::read_from_ends(&name, &ends.head, &ends.tail)) {
            self.sources.add_unread(path);
            return Some(self.take(reading, Some(path)));
        }
        match self.sources.read(path) {
            Ok(file) => self.read_text(file, &display_name(path), manifests),
            Err(error) => {
                self.refuse(path, &error);
                None
            }
        }
    }

    fn take(&mut self, reading: plan::PlanContents, path: Option<&Path>) -> Planned {
        self.project.files += 1;
        let directory = path.and_then(Path::parent).unwrap_or(Path::new(""));
        self.directories.push(directory.to_owned());
        self.project.sensitive.extend(reading.sensitive);
        Planned {
            configuration: self.project.add(reading.input),
            declared: reading.declared,
            variables: reading.variables,
        }
    }

    fn read_text(&mut self, file: FileId, name: &str, manifests: &mut Manifests) -> Option<Planned> {
        let source = self.sources.file(file);
        if is_manifest(source.path(), source.text()) {
            manifests.read(file, name, self);
            return None;
        }
        match plan::read_plan(file, name, self.sources.text(file)) {
            Ok(reading) => {
                let path = self.sources.file(file).path().map(Path::to_owned);
                Some(self.take(reading, path.as_deref()))
            }
            Err(error) => {
                self.project.unreadable += 1;
                let rule = if error.is_unsupported_input() {
                    &UNSUPPORTED_INPUT
                } else {
                    &SYNTAX_ERROR
                };
                let message = format!("{name}: {error}");
                let mut finding = rule.diagnostic(message);
                if let Some(span) = error.span {
                    finding = finding.at(span, "");
                }
                finding.help = error.help().map(str::to_owned);
                self.project.diagnostics.push(finding);
                None
            }
        }
    }
}
