//! Which root modules the named paths stand for.
//!
//! A directory stands for the modules in it, and a configuration file, a file of variables or a lock file for the module
//! that it belongs to. A module stands for the root modules that call it. Any other file stands for the root modules
//! that read it: which ones do is known only after they are evaluated. A directory without configuration stands for the
//! root modules that read or load a file in it.
//!
//! Where manifests are checked, one stands for the manifests of its directory: they belong to one cluster, on which two
//! of them may contradict each other. Where they are converted or compared, a file stands for itself.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::model::{Choice, Skipped};
use crate::workspace::callers::Callers;
use crate::workspace::configuration_names::is_variables;
use crate::workspace::discovery::{Discovery, NamedFile};
use crate::workspace::input_files::InputFiles;
use crate::workspace::load_error::LoadError;
use crate::workspace::name_kind::NameKind;
use crate::workspace::named_files::NamedFiles;
use crate::workspace::options::Options;
use crate::workspace::other_files::skipped_file;
use crate::workspace::project_tree::ConfigurationDirectory;
use crate::workspace::terraform_files::configuration_files;
use terraform_eval::hashing::IndexMap;
use terraform_eval::source::display_name;

/// The modules to read for the named paths.
#[derive(Debug, Default)]
pub(crate) struct Selection {
    /// The modules to read, with their callers.
    pub(crate) directories: Vec<ConfigurationDirectory>,
    /// The modules that the named paths stand for, by canonical directory. Root modules that lead to none of them are
    /// read only because they may read a file of `data_files`.
    pub(crate) modules: BTreeSet<PathBuf>,
    /// Named files that stand for the root modules that read them.
    pub(crate) data_files: BTreeMap<PathBuf, NamedFile>,
    /// Named files with manifests. If a root module reads one, it is data of the root module.
    pub(crate) manifests: BTreeSet<PathBuf>,
    /// Named directories without configuration. They stand for the root modules that read files in them.
    pub(crate) data_directories: BTreeSet<PathBuf>,
    /// Files that may be manifests, in the directories of named manifests.
    pub(crate) neighbors: BTreeSet<PathBuf>,
    /// Named files of variables that Terraform loads automatically if their modules are root modules.
    pub(crate) automatic_variables: BTreeSet<PathBuf>,
    /// Named paths that do not exist.
    pub(crate) errors: Vec<LoadError>,
}

/// Modules by their paths.
type FoundModules<'d> = IndexMap<&'d Path, &'d ConfigurationDirectory>;

/// All modules that were found.
fn modules_by_path(discovery: &Discovery) -> FoundModules<'_> {
    let modules = discovery.modules.iter().chain(&discovery.other_modules);
    modules.map(|module| (module.path.as_path(), module)).collect()
}

/// The modules that the configuration file in a directory is for; those below the directory if the file is gone.
fn modules_of_settings<'m>(
    directory: &Path,
    exists: bool,
    known: impl Iterator<Item = &'m Path>,
    files: &mut InputFiles,
) -> Vec<PathBuf> {
    // Its errors are reported even if there is no module below it.
    files.configs.nearest(directory, &mut files.sources);
    let below = known.filter(|module| module.starts_with(directory));
    let is_used = |module: &&Path| {
        let config = files.configs.nearest(module, &mut files.sources);
        !exists || config.is_some_and(|config| config.directory() == directory)
    };
    below.filter(is_used).map(Path::to_owned).collect()
}

impl Selection {
    /// Selects modules, and reads the named plans, states and manifests.
    pub(crate) fn new(
        mut discovery: Discovery,
        options: &Options,
        named: &mut NamedFiles,
        files: &mut InputFiles,
    ) -> Self {
        let mut selection = Self {
            errors: std::mem::take(&mut discovery.errors),
            data_directories: discovery.data_directories(),
            ..Self::default()
        };
        let (of_configuration, manifests) = read_inputs(&mut discovery, named, files);
        if options.reads_neighbors {
            selection.neighbors = neighbors_of(&manifests, &mut discovery, files);
        }
        selection.manifests = manifests;
        let known = modules_by_path(&discovery);
        let mut modules: BTreeSet<PathBuf> = discovery
            .modules
            .iter()
            .map(|module| module.path.clone())
            .collect();
        let mut missing = Vec::new();
        let mut users = None;
        for (kind, file) in of_configuration {
            let directory = file.path.parent().unwrap_or(&file.path).to_owned();
            let kind = selection.note_automatic_variables(kind, &file, &directory, files);
            match kind {
                NameKind::Configuration | NameKind::AutomaticVariables | NameKind::LockFile => {
                    let InputFiles { configs, sources, .. } = &mut *files;
                    if configs.excludes(&file.path, sources) {
                        let name = display_name(&files.trees.shown_path(&file.path));
                        files.skipped.push(Skipped::by_choice(name, Choice::Excluded));
                    } else {
                        if !file.exists {
                            missing.push((directory.clone(), file.given));
                        }
                        modules.insert(directory);
                    }
                }
                NameKind::Settings => {
                    let known = known.keys().copied();
                    modules.extend(modules_of_settings(&directory, file.exists, known, files));
                }
                NameKind::Variables => {
                    let users =
                        users.get_or_insert_with(|| VariableUsers::find(known.keys().copied(), files));
                    modules.extend(users.take(&file.path));
                    if !users.by_file.contains_key(&file.path) && file.exists {
                        files.skipped.extend(skipped_file(&file.path, kind, files));
                    }
                }
                NameKind::Other(_) => {
                    files.skipped.extend(skipped_file(&file.path, kind, files));
                }
                NameKind::Content
                | NameKind::Manifest
                | NameKind::RegistriesConf
                | NameKind::Template
                | NameKind::Script
                | NameKind::State
                | NameKind::Data => {
                    selection.data_files.insert(file.path.clone(), file);
                }
            }
        }
        let is_data = |path: &Path| {
            path.ancestors()
                .any(|path| selection.data_directories.contains(path))
        };
        for path in discovery.others.iter().filter(|path| is_data(path)) {
            if is_variables(path) {
                let users = users.get_or_insert_with(|| VariableUsers::find(known.keys().copied(), files));
                modules.extend(users.take(path));
            }
        }
        let is_searched = !discovery.other_modules.is_empty() || !missing.is_empty();
        let needs_readers = !selection.data_files.is_empty()
            || !selection.data_directories.is_empty()
            || !named.others.is_empty()
            || !selection.manifests.is_empty();
        let callers = if is_searched || needs_readers {
            let directories: Vec<&ConfigurationDirectory> = known.values().copied().collect();
            files.known.callers(&directories, &files.cached, files.threads)
        } else {
            Arc::new(Callers::default())
        };
        for (directory, given) in missing {
            let is_module = !configuration_files(&directory, files.sources.files()).is_empty();
            if !is_module && !callers.is_called(&directory) {
                modules.remove(&directory);
                selection.errors.push(LoadError::missing(&given));
            }
        }
        let mut directories = callers.with_callers(modules.iter().cloned());
        if needs_readers {
            directories.extend(callers.with_callers(callers.readers().cloned()));
        }
        selection.add_directories(directories, &known, files);
        selection.modules = modules;
        selection
    }

    /// The kind of a named file, of which values that Terraform loads automatically are noted: it loads them in a module
    /// alone.
    fn note_automatic_variables(
        &mut self,
        kind: NameKind,
        file: &NamedFile,
        directory: &Path,
        files: &InputFiles,
    ) -> NameKind {
        if kind != NameKind::AutomaticVariables || !file.exists {
            return kind;
        }
        if configuration_files(directory, files.sources.files()).is_empty() {
            return NameKind::Variables;
        }
        self.automatic_variables.insert(file.path.clone());
        kind
    }

    /// Adds the directories that have configuration.
    fn add_directories(
        &mut self,
        directories: BTreeSet<PathBuf>,
        known: &FoundModules<'_>,
        files: &mut InputFiles,
    ) {
        for directory in directories {
            match known.get(directory.as_path()) {
                Some(module) => self.directories.push((*module).clone()),
                // It is hidden or excluded, or known in memory alone.
                None if !configuration_files(&directory, files.sources.files()).is_empty() => {
                    self.directories
                        .push(ConfigurationDirectory::of(&directory, files));
                }
                None => {}
            }
        }
    }
}

/// Reads the named plans, states and manifests, and looks at the project trees of everything else: their modules may
/// call the named ones, or read the named files. Returns the other files, and the manifests that may be data.
fn read_inputs(
    discovery: &mut Discovery,
    named: &mut NamedFiles,
    files: &mut InputFiles,
) -> (Vec<(NameKind, NamedFile)>, BTreeSet<PathBuf>) {
    let mut searched = discovery.trees.clone();
    let mut others = Vec::new();
    for file in std::mem::take(&mut discovery.files) {
        let kind = NameKind::of(&file.path);
        if kind.is_read_by_content() && file.exists {
            if !named.read_path(&files.trees.shown_path(&file.path), files) {
                searched.insert(file.tree);
            }
        } else {
            if !matches!(kind, NameKind::Other(_)) {
                searched.insert(file.tree.clone());
            }
            others.push((kind, file));
        }
    }
    let manifests = manifests_of_projects(named, files);
    searched.extend(manifests.iter().map(|path| {
        let directory = path.parent().unwrap_or(path);
        files.trees.of_directory(directory, &*files.cached)
    }));
    discovery.search_trees(&searched, files);
    (others, manifests)
}

/// The named files with manifests that lie in a project, whose configuration may read them.
fn manifests_of_projects(named: &NamedFiles, files: &mut InputFiles) -> BTreeSet<PathBuf> {
    let InputFiles { sources, trees, .. } = files;
    let is_in_project =
        |path: &&PathBuf| trees.is_marked(path.parent().unwrap_or(path.as_path()), sources.files());
    named.manifests.paths().filter(is_in_project).cloned().collect()
}

/// The files that may be manifests, in the directories of named manifests.
fn neighbors_of(
    manifests: &BTreeSet<PathBuf>,
    discovery: &mut Discovery,
    files: &mut InputFiles,
) -> BTreeSet<PathBuf> {
    let directories = manifests
        .iter()
        .filter_map(|path| path.parent().map(Path::to_owned));
    let directories: BTreeSet<PathBuf> = directories.collect();
    let mut neighbors = discovery.list_candidates(directories, files);
    neighbors.retain(|path| !manifests.contains(path));
    neighbors
}

/// The modules whose settings list files of variables.
struct VariableUsers {
    /// The modules that share their settings, and with them the files.
    groups: Vec<Vec<PathBuf>>,
    /// The positions of the groups, by the canonical path of the file.
    by_file: BTreeMap<PathBuf, BTreeSet<usize>>,
}

impl VariableUsers {
    fn find<'m>(modules: impl Iterator<Item = &'m Path>, files: &mut InputFiles) -> Self {
        let InputFiles { configs, sources, .. } = files;
        let mut by_settings: BTreeMap<PathBuf, (Vec<PathBuf>, Vec<PathBuf>)> = BTreeMap::new();
        for module in modules {
            let Some(config) = configs.nearest(module, sources) else {
                continue;
            };
            let known = by_settings.entry(config.directory().to_owned());
            let (_, modules) = known.or_insert_with(|| (config.var_files(), Vec::new()));
            modules.push(module.to_owned());
        }
        let mut users = Self {
            groups: Vec::new(),
            by_file: BTreeMap::new(),
        };
        for (paths, modules) in by_settings.into_values() {
            for path in paths {
                let path = sources.files().canonical_path(&path);
                users.by_file.entry(path).or_default().insert(users.groups.len());
            }
            users.groups.push(modules);
        }
        users
    }

    /// The modules that use a file, without those that were taken for another file.
    fn take(&mut self, file: &Path) -> Vec<PathBuf> {
        let groups = self.by_file.get(file).into_iter().flatten();
        let mut taken = Vec::new();
        for group in groups {
            if let Some(modules) = self.groups.get_mut(*group) {
                taken.append(modules);
            }
        }
        taken
    }
}
