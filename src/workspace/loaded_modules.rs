//! From directories to modules, and from modules to the modules that they call.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::config::Config;
use crate::model::{FileRole, Hides, SkipReason, Skipped};
use crate::progress::Stage;
use crate::provider;
use crate::provider::modules::{self, ModuleStub};
use crate::readers::configuration::RootModule;
use crate::workspace::call_cycles::cut_call_cycles;
use crate::workspace::configuration_names::is_override;
use crate::workspace::dialects::{Candidate, DialectChoice, Evidence, Pins};
use crate::workspace::input_files::InputFiles;
use crate::workspace::installed_modules::InstalledModules;
use crate::workspace::load_error::LoadError;
use crate::workspace::lock_file::locked_provider_version;
use crate::workspace::options::Options;
use crate::workspace::project_tree::{ConfigurationDirectory, holds};
use crate::workspace::survey::ModuleFacts;
use crate::workspace::terraform_files::{EngineFiles, read_automatic_variables, read_variables};
use crate::workspace::variables::{FileValues, FileValuesId, OwnValues, UndeclaredValues, VariableValues};
use terraform_eval::dialect::Engine;
use terraform_eval::eval::{self, Evaluator, InstanceId, RepetitionData};
use terraform_eval::hashing::HashMap;
use terraform_eval::modules::{Callee, FileBlock, Module, ModuleCall, ModuleId, ModuleTree, literal};
use terraform_eval::source::{FileId, Files, Sources, Span, clean_path, display_name};
use terraform_eval::syntax::document::{Format, parse_file};
use terraform_eval::syntax::syntax_error::SyntaxError;

/// The files that `--var-file` names.
const NAMED_FILES: FileValuesId = FileValuesId(0);

/// The modules below some directories, with everything that they call.
#[derive(Debug)]
pub(crate) struct LoadedModules {
    pub(crate) tree: ModuleTree,
    /// Modules that no other module calls, with the values for their variables.
    pub(crate) roots: Vec<RootModule>,
    /// What is wrong with files of variables and with calls of modules. Each module has its own syntax errors.
    pub(crate) syntax_errors: Vec<SyntaxError>,
    /// Options that apply to none of the root modules.
    pub(crate) errors: Vec<LoadError>,
    /// The canonical directory and the tree of each module on disk.
    locations: BTreeMap<ModuleId, ConfigurationDirectory>,
    /// The modules on disk as each program reads them.
    by_key: BTreeMap<ModuleKey, ModuleId>,
    /// The root modules whose installed copies of modules a module calls if there are several.
    installations: BTreeMap<ModuleId, PathBuf>,
    engines: BTreeMap<ModuleId, Engine>,
    /// The configuration files that were read, for any program; `None` if one cannot be read.
    read_files: HashMap<PathBuf, Option<FileId>>,
    /// The dialects of the root modules, and what is known of those of directories.
    pub(crate) choices: BTreeMap<ModuleId, DialectChoice>,
    evidence: HashMap<PathBuf, Evidence>,
    /// The configuration files that a module's program does not read.
    pub(crate) unread: BTreeMap<ModuleId, Vec<Skipped>>,
    /// The calls of modules that were read, until they are connected.
    unconnected: HashMap<ModuleId, Vec<CalledModule>>,
    /// Calls whose sources are not literals, and which no installed module answers.
    computed: BTreeMap<(ModuleId, Arc<str>), CalledModule>,
    values: VariableValues,
    /// The values of files of variables. Those that `--var-file` names come first.
    file_values: Vec<FileValues>,
    /// The files of variables that are a root module's own, in the order in which they are read.
    given_files: BTreeMap<ModuleId, Vec<FileValuesId>>,
    /// The root modules without anything to check to which the settings give files of variables.
    idle_roots: Vec<(Arc<ModuleFacts>, FileValuesId)>,
    installed: InstalledModules,
    /// The files of variables that `TF_CLI_ARGS` names and that a root module has.
    found_files_of_roots: BTreeSet<PathBuf>,
    /// The files of variables that are found by their paths: several root modules may share one.
    shared_files: BTreeMap<PathBuf, FileValuesId>,
    /// The files of variables that settings name, by the directory and the project tree of the settings.
    files_of_settings: BTreeMap<(PathBuf, PathBuf), FileValuesId>,
}

/// What makes a module on disk another one than those that are read already.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct ModuleKey {
    path: PathBuf,
    engine: Engine,
    /// The root module that calls it, if it has copies of its own of what the module calls.
    installation: Option<PathBuf>,
}

impl ModuleKey {
    fn new(path: &Path, engine: Engine) -> Self {
        Self {
            path: path.to_owned(),
            engine,
            installation: None,
        }
    }
}

impl LoadedModules {
    /// Reads the modules in `directories` and everything that they call.
    pub(crate) fn read(
        directories: &[ConfigurationDirectory],
        options: &Options,
        files: &mut InputFiles,
    ) -> Self {
        let mut loaded = Self {
            tree: ModuleTree::new(provider::schemas()),
            roots: Vec::new(),
            syntax_errors: Vec::new(),
            errors: Vec::new(),
            locations: BTreeMap::new(),
            by_key: BTreeMap::new(),
            installations: BTreeMap::new(),
            engines: BTreeMap::new(),
            read_files: HashMap::default(),
            choices: BTreeMap::new(),
            evidence: HashMap::default(),
            unread: BTreeMap::new(),
            unconnected: HashMap::default(),
            computed: BTreeMap::new(),
            values: VariableValues::default(),
            file_values: Vec::new(),
            given_files: BTreeMap::new(),
            idle_roots: Vec::new(),
            installed: InstalledModules::default(),
            found_files_of_roots: BTreeSet::new(),
            shared_files: BTreeMap::new(),
            files_of_settings: BTreeMap::new(),
        };
        let (values, named) = VariableValues::read(options, files, &mut loaded.syntax_errors);
        loaded.values = values;
        loaded.add_values(named);
        let mut pins = Pins::default();
        let disk = files.sources.files();
        let data_directories = directories.iter().filter_map(|directory| {
            let data = data_directory(&directory.path, &directory.tree, options, disk)?;
            Some((directory.path.as_path(), data))
        });
        loaded.installed = InstalledModules::read(data_directories, disk);
        for directory in directories {
            let evidence = Evidence::of(&directory.path, &directory.tree, options, &mut pins, files);
            loaded.evidence.insert(directory.path.clone(), evidence);
        }
        files.progress.begin(Stage::Read, directories.len());
        loaded.read_discovered(directories, options, files);
        let modules: Vec<ModuleId> = loaded.tree.modules().map(|(id, _)| id).collect();
        loaded
            .syntax_errors
            .extend(cut_call_cycles(&mut loaded.tree, modules));
        let called = loaded.called_directories();
        let mut seen = BTreeSet::new();
        for directory in directories {
            // A module that only calls itself is still a root: its calls are disconnected.
            if called.contains(&directory.path) {
                continue;
            }
            let Some(module) = loaded.discovered_module(directory) else {
                continue;
            };
            if seen.insert(module) {
                loaded.add_root(module, options, files);
            }
        }
        if loaded.connect_computed_calls(0, options, files) {
            let called = loaded.called_directories();
            loaded.roots.retain(|root| {
                let location = loaded.locations.get(&root.module);
                location.is_none_or(|location| !called.contains(&location.path))
            });
        }
        let unconnected = loaded.computed.values();
        files.skipped.extend(unconnected.map(CalledModule::computed));
        if !loaded.roots.is_empty() {
            loaded.errors = loaded.undeclared_variables(&files.sources);
            files.skipped.extend(loaded.missing_files_of_roots());
        }
        loaded
    }

    /// Reads the blocks of all modules, for what asks for any of them.
    pub(crate) fn restore_all(&mut self, sources: &Sources) {
        let modules: Vec<ModuleId> = self.tree.modules().map(|(id, _)| id).collect();
        self.tree.restore_blocks(modules, sources);
    }

    /// The modules of a directory, as each program reads it.
    pub(crate) fn of_directory<'m>(&'m self, directory: &'m Path) -> impl Iterator<Item = ModuleId> + 'm {
        let keys = Engine::ALL
            .into_iter()
            .map(|engine| ModuleKey::new(directory, engine));
        keys.filter_map(|key| self.by_key.get(&key).copied())
    }

    /// Reads the root module of a directory as a candidate does, and chooses its dialect.
    pub(crate) fn read_alternative(
        &mut self,
        root: ModuleId,
        candidate: &Candidate,
        options: &Options,
        files: &mut InputFiles,
    ) -> Option<RootModule> {
        let location = self.locations.get(&root)?.clone();
        let evidence = self.evidence.get(&location.path).cloned().unwrap_or_default();
        self.evidence
            .insert(location.path.clone(), evidence.of_candidate(candidate));
        let key = ModuleKey::new(&location.path, candidate.engine);
        let is_new = !self.by_key.contains_key(&key);
        let module = self.read_module(&location, key, files);
        if is_new {
            self.connect_calls(vec![module], options, files);
            self.syntax_errors
                .extend(cut_call_cycles(&mut self.tree, [module]));
        }
        self.add_root(module, options, files);
        self.connect_computed_calls(self.roots.len() - 1, options, files);
        let alternative = self.roots.pop();
        self.evidence.insert(location.path, evidence);
        alternative
    }

    /// Reads the modules in `directories` and everything that they call. Directories whose program is known come first, so
    /// that others are read as their callers are.
    fn read_discovered(
        &mut self,
        directories: &[ConfigurationDirectory],
        options: &Options,
        files: &mut InputFiles,
    ) {
        for is_known in [true, false] {
            let mut read = Vec::new();
            for directory in directories {
                let engine = self.evidence.get(&directory.path).and_then(Evidence::engine);
                if engine.is_some() != is_known || self.discovered_module(directory).is_some() {
                    continue;
                }
                let key = ModuleKey::new(&directory.path, engine.unwrap_or(Engine::Terraform));
                read.push(self.read_module(directory, key, files));
                files.progress.advance(1);
            }
            self.connect_calls(read, options, files);
        }
    }

    /// The module of a directory, as the program reads it that is known to evaluate it, or else any program.
    fn discovered_module(&self, directory: &ConfigurationDirectory) -> Option<ModuleId> {
        match self.evidence.get(&directory.path).and_then(Evidence::engine) {
            Some(engine) => {
                let key = ModuleKey::new(&directory.path, engine);
                self.by_key.get(&key).copied()
            }
            None => self.of_directory(&directory.path).next(),
        }
    }

    /// The configuration files of modules.
    pub(crate) fn configuration_files_of(&self, modules: &BTreeSet<ModuleId>) -> BTreeSet<FileId> {
        let files = modules.iter().flat_map(|module| &self.tree.module(*module).files);
        files.copied().collect()
    }

    /// The files of variables that are a root module's own, without those of `--var-file`, in the order in which they are
    /// read. Root modules may share them.
    pub(crate) fn given_files(&self, root: ModuleId) -> &[FileValuesId] {
        self.given_files.get(&root).map(Vec::as_slice).unwrap_or_default()
    }

    /// The files of variables with an id.
    pub(crate) fn file_values(&self, id: FileValuesId) -> &FileValues {
        &self.file_values[id.0]
    }

    fn add_values(&mut self, values: FileValues) -> FileValuesId {
        self.file_values.push(values);
        FileValuesId(self.file_values.len() - 1)
    }

    /// The directories of the modules that a module calls, directly or through others.
    pub(crate) fn directories_below(&self, module: ModuleId) -> BTreeSet<PathBuf> {
        let called = self
            .tree
            .reachable(module)
            .into_iter()
            .filter(|called| *called != module);
        let locations = called.filter_map(|called| self.locations.get(&called));
        locations.map(|location| location.path.clone()).collect()
    }

    /// The directory of a module; `None` for a stub.
    pub(crate) fn location(&self, module: ModuleId) -> Option<&ConfigurationDirectory> {
        self.locations.get(&module)
    }

    /// Takes the module of a directory out of the roots.
    pub(crate) fn take_root(&mut self, directory: &Path, files: &dyn Files) -> Option<RootModule> {
        let canonical = files.canonicalize(directory).ok()?;
        let is_wanted = |root: &RootModule| {
            let location = self.locations.get(&root.module);
            location.is_some_and(|location| location.path == canonical)
        };
        let index = self.roots.iter().position(is_wanted)?;
        Some(self.roots.swap_remove(index))
    }

    fn add_root(&mut self, module: ModuleId, options: &Options, files: &mut InputFiles) {
        let directory = self.tree.module(module).directory.clone();
        let location = self.locations.get(&module).cloned();
        let location = location.unwrap_or_else(|| ConfigurationDirectory {
            path: directory.clone(),
            tree: directory.clone(),
        });
        let ConfigurationDirectory { path, tree } = location;
        let automatic = read_automatic_variables(&directory, &tree, files, &mut self.syntax_errors);
        let automatic = self.add_values(FileValues::new(automatic, &files.sources));
        let of_settings = self.read_variables_of_settings(&directory, &tree, files);
        let of_root = self.read_variables_of_root(&directory, &tree, files);
        let modules = self.tree.reachable(module);
        self.tree.restore_blocks(modules.iter().copied(), &files.sources);
        let own = OwnValues {
            files: vec![self.file_values(automatic), self.file_values(of_settings)],
            files_of_roots: of_root.iter().map(|id| Some(self.file_values((*id)?))).collect(),
        };
        let declarations = self.tree.module(module);
        let (mut inputs, errors) = self.values.inputs(declarations, &own, &files.sources);
        self.syntax_errors.extend(errors);
        let given = [automatic, of_settings]
            .into_iter()
            .chain(of_root.into_iter().flatten());
        self.given_files.insert(module, given.collect());
        let evidence = self.evidence.get(&path).cloned().unwrap_or_default();
        let modules: Vec<&Module> = modules.into_iter().map(|id| self.tree.module(id)).collect();
        let choice = evidence.choose(&modules, &files.sources);
        inputs.dialect = choice.dialect;
        // What it calls stays: other root modules may call it as well.
        self.tree.release_blocks(module);
        self.choices.insert(module, choice);
        inputs.workspace = workspace_name(&directory, &tree, options, files);
        inputs.readable = vec![tree.clone()];
        inputs
            .readable
            .extend(data_directory(&directory, &tree, options, files.sources.files()));
        self.roots.push(RootModule {
            module,
            inputs,
            locked_version: locked_provider_version(&directory, &tree, files),
        });
    }

    /// The values about mirrors that root modules are given and do not declare.
    pub(crate) fn undeclared_values(
        &mut self,
        roots: &BTreeSet<ModuleId>,
        sources: &Sources,
    ) -> Vec<Skipped> {
        let given = |root: &ModuleId| {
            let files = self.given_files.get(root)?.iter().chain([&NAMED_FILES]);
            let files = files.filter(|id| self.file_values(**id).has_mirrors());
            Some((*root, files.copied().collect()))
        };
        let given: Vec<(ModuleId, Vec<FileValuesId>)> = roots.iter().filter_map(given).collect();
        let with_values = given.iter().filter(|(_, files)| !files.is_empty());
        self.tree
            .restore_blocks(with_values.map(|(root, _)| *root), sources);
        let mut undeclared = UndeclaredValues::default();
        for (root, files) in &given {
            for id in files {
                let declared = self.tree.module(*root).variables.keys();
                undeclared.add_root(*id, self.file_values(*id), declared.map(|name| &**name));
            }
        }
        for (facts, id) in &self.idle_roots {
            undeclared.add_root(*id, self.file_values(*id), facts.variables.iter());
        }
        undeclared.skipped()
    }

    /// Reads the files of variables that the settings give to a root module without anything to check.
    pub(crate) fn add_idle_root(
        &mut self,
        facts: &Arc<ModuleFacts>,
        directory: &Path,
        tree: &Path,
        files: &mut InputFiles,
    ) {
        let given = self.read_variables_of_settings(directory, tree, files);
        if self.file_values(given).has_mirrors() {
            self.idle_roots.push((facts.clone(), given));
        }
    }

    fn undeclared_variables(&mut self, sources: &Sources) -> Vec<LoadError> {
        if self.values.has_names() {
            self.tree
                .restore_blocks(self.roots.iter().map(|root| root.module), sources);
        }
        let roots = self.roots.iter().map(|root| self.tree.module(root.module));
        let undeclared = self.values.undeclared(roots).into_iter();
        undeclared
            .map(|name| LoadError::new(format!("--var {name}: no root module declares this variable")))
            .collect()
    }

    /// The files of variables that the settings of a directory name.
    fn read_variables_of_settings(
        &mut self,
        directory: &Path,
        tree: &Path,
        files: &mut InputFiles,
    ) -> FileValuesId {
        let config = files.configs.nearest(directory, &mut files.sources);
        let settings = config
            .map(|config| config.directory().to_owned())
            .unwrap_or_default();
        let key = (settings, tree.to_owned());
        if let Some(read) = self.files_of_settings.get(&key) {
            return *read;
        }
        let paths = config.map(Config::var_files).unwrap_or_default();
        let ids: Vec<FileValuesId> = paths
            .into_iter()
            .filter_map(|path| self.read_shared_file(path, tree, files))
            .collect();
        let merged = FileValues::merge(ids.into_iter().map(|id| self.file_values(id)));
        let merged = self.add_values(merged);
        self.files_of_settings.insert(key, merged);
        merged
    }

    /// The files of variables that `TF_CLI_ARGS` names, as Terraform finds them in a root module.
    fn read_variables_of_root(
        &mut self,
        directory: &Path,
        tree: &Path,
        files: &mut InputFiles,
    ) -> Vec<Option<FileValuesId>> {
        let paths: Vec<PathBuf> = self.values.files_of_roots().map(Path::to_owned).collect();
        let mut read = Vec::new();
        for path in paths {
            let joined = clean_path(&directory.join(&path));
            if files.sources.files().is_file(&joined) {
                self.found_files_of_roots.insert(path);
                read.push(self.read_shared_file(joined, tree, files));
            } else {
                read.push(None);
            }
        }
        read
    }

    /// The files of variables that `TF_CLI_ARGS` names and that no root module has.
    fn missing_files_of_roots(&self) -> Vec<Skipped> {
        let paths = self.values.files_of_roots();
        let missing = paths.filter(|path| !self.found_files_of_roots.contains(*path));
        let skipped = missing.map(|path| {
            let message = "TF_CLI_ARGS names this file of variables, which none of the root modules has";
            let mut skipped = Skipped::new(display_name(path), SkipReason::UnusedVariables, message);
            skipped.help = Some("give the file with `--var-file`, or unset TF_CLI_ARGS".to_owned());
            skipped.hides = Hides::Possibly;
            skipped
        });
        skipped.collect()
    }

    /// The values of a file of variables, read once. `None` outside of the project tree.
    fn read_shared_file(
        &mut self,
        path: PathBuf,
        tree: &Path,
        files: &mut InputFiles,
    ) -> Option<FileValuesId> {
        if let Some(read) = self.shared_files.get(&path) {
            return Some(*read);
        }
        let canonical = files.sources.files().canonical_path(&path);
        if !holds(tree, &canonical) {
            let name = display_name(&files.trees.shown_path(&canonical));
            let message = "the file of variables is outside of the project tree";
            files
                .skipped
                .push(Skipped::new(name, SkipReason::OutsideTree, message));
            return None;
        }
        let shown = files.trees.shown_path(&canonical);
        let attributes = read_variables(&shown, Some(tree), files, &mut self.syntax_errors);
        let read = self.add_values(FileValues::new(attributes, &files.sources));
        self.shared_files.insert(path, read);
        Some(read)
    }

    /// The module of a directory as a program reads it, read once.
    fn read_module(
        &mut self,
        location: &ConfigurationDirectory,
        key: ModuleKey,
        files: &mut InputFiles,
    ) -> ModuleId {
        if let Some(module) = self.by_key.get(&key) {
            return *module;
        }
        let engine = key.engine;
        let directory = &files.trees.shown_path(&location.path);
        let mut file_ids = Vec::new();
        let (mut blocks, mut overrides) = (Vec::new(), Vec::new());
        let EngineFiles { read, skipped } = EngineFiles::of(directory, engine, files.sources.files());
        for path in read {
            let read = || files.read_in_tree(&path, &location.tree, FileRole::Configuration);
            let Some(file) = *self.read_files.entry(path.clone()).or_insert_with(read) else {
                continue;
            };
            let document = files.known.documents().of_file(file, &path, &files.sources, || {
                let canonical = location.path.join(path.file_name()?);
                let outlines = &files.known.survey().outlines;
                outlines.take(&canonical, files.sources.text(file), file)
            });
            file_ids.push(file);
            self.syntax_errors.extend(document.syntax_errors.iter().cloned());
            if is_override(&path) {
                overrides.extend(document.blocks.iter().cloned());
            } else {
                blocks.extend(document.blocks.iter().cloned());
            }
        }
        let module = Module::new(directory, file_ids, blocks, overrides, self.tree.schemas());
        let module = self.add_module(location.path.clone(), module, files);
        self.locations.insert(module, location.clone());
        let installation = key.installation.as_ref().unwrap_or(&location.path);
        self.installations.insert(module, installation.clone());
        self.by_key.insert(key, module);
        self.engines.insert(module, engine);
        let skip = |(path, reason): (PathBuf, String)| {
            Skipped::new(display_name(&path), SkipReason::OtherEngine, reason)
        };
        self.unread
            .insert(module, skipped.into_iter().map(skip).collect());
        module
    }

    /// The module of a directory as another module calls it.
    fn read_callee(
        &mut self,
        caller: ModuleId,
        callee: &ConfigurationDirectory,
        engine: Engine,
        files: &mut InputFiles,
    ) -> ModuleId {
        let installation = self.installations.get(&caller);
        let key = ModuleKey {
            path: callee.path.clone(),
            engine,
            installation: installation
                .filter(|root| self.installed.has_own_copies(root, &callee.path))
                .cloned(),
        };
        self.read_module(callee, key, files)
    }

    /// The stub of a well-known module whose files are not available.
    fn add_stub(&mut self, stub: ModuleStub, files: &mut InputFiles) -> ModuleId {
        let directory = stub.directory();
        if let Some(module) = self.tree.find(&directory) {
            return module;
        }
        let name = format!("{}/main.tf", directory.display());
        let file = files.sources.add(name, stub.text);
        let document = parse_file(file, stub.text, Format::Native);
        let blocks = document.items.into_iter().map(FileBlock::new).collect();
        let schemas = self.tree.schemas();
        let module = Module::new(&directory, vec![file], blocks, Vec::new(), schemas);
        self.add_module(directory, module, files)
    }

    /// Adds a module that was read. Its calls are noted now, so that its blocks are not read again to connect them.
    fn add_module(&mut self, directory: PathBuf, module: Module, files: &InputFiles) -> ModuleId {
        let calls = module.calls.values();
        let calls = calls
            .map(|call| CalledModule::new(call, &files.sources))
            .collect();
        let module = self.tree.add(directory, module);
        self.tree.release_blocks(module);
        self.unconnected.insert(module, calls);
        module
    }

    /// The directories of the modules that another one calls.
    fn called_directories(&self) -> BTreeSet<PathBuf> {
        let calls = self.tree.modules().flat_map(|(id, _)| self.tree.calls_of(id));
        let locations = calls.filter_map(|(_, callee, _)| self.locations.get(&callee));
        locations.map(|location| location.path.clone()).collect()
    }

    /// Follows all calls from these modules.
    fn connect_calls(&mut self, mut pending: Vec<ModuleId>, options: &Options, files: &mut InputFiles) {
        while let Some(caller) = pending.pop() {
            for call in self.unconnected.remove(&caller).unwrap_or_default() {
                pending.extend(self.connect_call(caller, call, options, files));
            }
        }
    }

    /// Connects the calls whose sources are not literals, as programs evaluate them before they install modules: those that
    /// the root modules from a position on lead to. Returns whether there was one that could be connected.
    fn connect_computed_calls(
        &mut self,
        first_root: usize,
        options: &Options,
        files: &mut InputFiles,
    ) -> bool {
        let mut is_connected = false;
        while !self.computed.is_empty() {
            let roots = self.roots.iter().skip(first_root).map(|root| root.module);
            let modules = self.tree.reachable_from(roots, &mut BTreeSet::new());
            self.tree.restore_blocks(modules, &files.sources);
            let mut sources: BTreeMap<(ModuleId, Arc<str>), BTreeSet<String>> = BTreeMap::new();
            for root in self.roots.iter().skip(first_root) {
                let wanted = |module, call: &Arc<str>| self.computed.contains_key(&(module, call.clone()));
                let found = computed_sources(&self.tree, &files.sources, root, &wanted);
                for (call, source) in found {
                    sources.entry(call).or_default().insert(source);
                }
            }
            let mut callees = Vec::new();
            for ((caller, name), sources) in sources {
                // A call with several sources, in several instances, stays unconnected.
                let mut sources = sources.into_iter();
                let (Some(source), None) = (sources.next(), sources.next()) else {
                    continue;
                };
                let Some(mut call) = self.computed.remove(&(caller, name)) else {
                    continue;
                };
                call.source = Some(source);
                callees.extend(self.connect_call(caller, call, options, files));
            }
            if callees.is_empty() {
                break;
            }
            is_connected = true;
            self.connect_calls(callees, options, files);
            let starts: Vec<ModuleId> = self
                .roots
                .iter()
                .skip(first_root)
                .map(|root| root.module)
                .collect();
            self.syntax_errors.extend(cut_call_cycles(&mut self.tree, starts));
        }
        is_connected
    }

    /// Connects a call, and returns the module that it calls. A call whose source is not a literal is set aside.
    fn connect_call(
        &mut self,
        caller: ModuleId,
        call: CalledModule,
        options: &Options,
        files: &mut InputFiles,
    ) -> Option<ModuleId> {
        let module = match self.find_callee(caller, &call, options, files) {
            Ok(module) => module,
            Err(skipped) if skipped.reason == SkipReason::ComputedModuleSource => {
                let missing = Callee::Missing {
                    source: String::new(),
                };
                self.tree.connect(caller, call.name.clone(), missing, call.span);
                self.computed.insert((caller, call.name.clone()), call);
                return None;
            }
            Err(skipped) => {
                files.skipped.push(*skipped);
                None
            }
        };
        let CalledModule {
            name, source, span, ..
        } = call;
        let source = source.unwrap_or_default();
        let callee = module.map_or(Callee::Missing { source }, Callee::Module);
        self.tree.connect(caller, name, callee, span);
        module
    }

    /// The module that a call names: by a local path, as `terraform init` installed it, or as a well-known module.
    /// `Ok(None)` if an error is reported; an error says why the module is skipped.
    fn find_callee(
        &mut self,
        caller: ModuleId,
        call: &CalledModule,
        options: &Options,
        files: &mut InputFiles,
    ) -> Result<Option<ModuleId>, Box<Skipped>> {
        let Some(location) = self.locations.get(&caller).cloned() else {
            // A stub calls other stubs.
            let stub = call.source.as_deref().and_then(modules::find);
            return Ok(stub.map(|stub| self.add_stub(stub, files)));
        };
        let engine = self.engines.get(&caller).copied().unwrap_or(Engine::Terraform);
        let disk = files.sources.files();
        if let Some(source) = &call.source
            && let Some(path) = ModuleCall::local_directory(source, &location.path)
        {
            let path = clean_path(&path);
            let Some(canonical) = disk
                .canonicalize(&path)
                .ok()
                .filter(|path| disk.is_directory(path))
            else {
                if !path.starts_with(&location.tree) {
                    return Err(Box::new(call.outside_tree()));
                }
                if let Some(span) = call.span {
                    let error = SyntaxError::new(span, format!("no module in {source:?}"));
                    let help = "the path is relative to the directory of this file";
                    self.syntax_errors.push(error.help(help));
                }
                return Ok(None);
            };
            if !holds(&location.tree, &canonical) {
                return Err(Box::new(call.outside_tree()));
            }
            let callee = ConfigurationDirectory {
                path: canonical,
                tree: location.tree,
            };
            return Ok(Some(self.read_callee(caller, &callee, engine, files)));
        }
        let root = self.installations.get(&caller).map(PathBuf::as_path);
        let installed = self.installed.find(&location.path, &call.name, root);
        let difference =
            installed.and_then(|module| module.difference(call.source.as_deref(), call.version.as_deref()));
        if let (Some(module), None) = (installed, &difference)
            && let Ok(canonical) = disk.canonicalize(&clean_path(&module.directory))
        {
            let data = data_directory(&location.path, &location.tree, options, disk);
            let is_in_tree = holds(&location.tree, &canonical);
            if !is_in_tree && !data.is_some_and(|data| canonical.starts_with(data)) {
                return Err(Box::new(call.outside_tree()));
            }
            let tree = if is_in_tree {
                location.tree
            } else {
                canonical.clone()
            };
            let callee = ConfigurationDirectory {
                path: canonical,
                tree,
            };
            return Ok(Some(self.read_callee(caller, &callee, engine, files)));
        }
        let Some(source) = &call.source else {
            return Err(Box::new(call.computed()));
        };
        if let Some(stub) = modules::find(source) {
            return Ok(Some(self.add_stub(stub, files)));
        }
        if let Some(difference) = difference {
            return Err(Box::new(call.installed_otherwise(&difference, engine)));
        }
        // Terraform copies an absolute path; any other path without `./` is the address of a registry or a server.
        let is_directory = Path::new(source).is_relative() && disk.is_directory(&location.path.join(source));
        Err(Box::new(call.not_installed(source, is_directory, engine)))
    }
}

/// The sources of calls that are not literals, as a root module's program evaluates them before it installs modules. Calls
/// whose sources have an error or are unknown are left out.
fn computed_sources(
    tree: &ModuleTree,
    sources: &Sources,
    root: &RootModule,
    is_wanted: &(dyn Fn(ModuleId, &Arc<str>) -> bool + Sync),
) -> Vec<((ModuleId, Arc<str>), String)> {
    let collect = || {
        let evaluator = Evaluator::new(tree, sources, &root.inputs, root.module).initializing();
        let mut found = Vec::new();
        let mut pending = vec![InstanceId::ROOT];
        let mut visits = 0;
        while let Some(instance) = pending.pop() {
            visits += 1;
            let module = evaluator.module_id(instance);
            for call in evaluator.module(instance).calls.keys() {
                if is_wanted(module, call) {
                    let source = evaluator.module_source(instance, call).and_then(Result::ok);
                    let text = source.and_then(|source| source.as_str().map(ToString::to_string));
                    found.extend(text.map(|text| ((module, call.clone()), text)));
                }
                if visits + pending.len() < MAX_SOURCE_SCOPES {
                    pending.extend(evaluator.child(instance, call, &RepetitionData::single()));
                }
            }
        }
        found
    };
    eval::with_stack(collect).unwrap_or_default()
}

/// The number of module instances in which sources are evaluated.
const MAX_SOURCE_SCOPES: usize = 10_000;

/// A module call, as far as it says which module it calls.
#[derive(Debug)]
struct CalledModule {
    name: Arc<str>,
    /// The source, if it is a literal string.
    source: Option<String>,
    /// The version constraint, if it is a literal string.
    version: Option<String>,
    /// The text of the source, or of the call.
    span: Option<Span>,
    /// Whether the call has an argument that is named for image mirrors.
    has_mirrors: bool,
}

impl CalledModule {
    fn new(call: &ModuleCall, sources: &Sources) -> Self {
        let source = call.source(sources);
        let block = call.block.parse(sources);
        let source_argument = block.and_then(|block| block.body.attribute("source"));
        let version = block.and_then(|block| literal(&block.body.attribute("version")?.value));
        let has_mirrors = block.is_some_and(|block| {
            let mut arguments = block.body.attributes.iter();
            arguments.any(|argument| argument.name.text.contains(modules::IMAGE_MIRRORS_INPUT))
        });
        Self {
            name: call.name.clone(),
            span: match source {
                Some((_, span)) => Some(span),
                None => source_argument
                    .map(|argument| argument.value.span)
                    .or_else(|| block.map(|block| block.kind.span)),
            },
            source: source.map(|(text, _)| text.to_owned()),
            version: version.map(str::to_owned),
            has_mirrors,
        }
    }

    fn skipped(&self, reason: SkipReason, message: &str, help: &str) -> Skipped {
        let mut skipped = Skipped::new(format!("module.{}", self.name), reason, message);
        skipped.span = self.span;
        skipped.source.clone_from(&self.source);
        skipped.help = Some(help.to_owned());
        if self.has_mirrors {
            skipped.hides = Hides::Certainly;
        }
        skipped
    }

    fn outside_tree(&self) -> Skipped {
        self.skipped(
            SkipReason::OutsideTree,
            "the module is outside of the project tree, so nothing in it is checked",
            "set `--project-root` to a directory that holds both",
        )
    }

    fn computed(&self) -> Skipped {
        self.skipped(
            SkipReason::ComputedModuleSource,
            "the source of the module is not a literal string, so nothing in the module is checked",
            "run `terraform init` or `tofu init`, which install the module",
        )
    }

    fn installed_otherwise(&self, difference: &str, engine: Engine) -> Skipped {
        self.skipped(
            SkipReason::ModuleNotInstalled,
            &format!("{difference}, so nothing in the module is checked"),
            &engine.in_words("run `terraform init` again, as Terraform demands before it makes a plan"),
        )
    }

    fn not_installed(&self, source: &str, is_directory: bool, engine: Engine) -> Skipped {
        if is_directory {
            let help = format!("write \"./{source}\": a local path starts with `./` or `../`");
            let message = "the source is taken for an address in a registry, so the module in this directory is not checked";
            let mut skipped = self.skipped(SkipReason::InvalidModuleSource, message, &help);
            skipped.hides = Hides::Certainly;
            return skipped;
        }
        self.skipped(
            SkipReason::ModuleNotInstalled,
            "the module is not installed, so nothing in it is checked",
            &engine.in_words(
                "run `terraform init` first; if the module has no mirrors, list its source in `known-gaps`",
            ),
        )
    }
}

/// The canonical path of the directory of Terraform's own data, if it may be read: a user chose an absolute `TF_DATA_DIR`,
/// but a relative path must not lead out of the tree through links.
fn data_directory(directory: &Path, tree: &Path, options: &Options, disk: &dyn Files) -> Option<PathBuf> {
    let data = options.data_directory();
    let canonical = disk.canonicalize(&directory.join(data)).ok()?;
    (data.is_absolute() || canonical.starts_with(tree)).then_some(canonical)
}

/// The longest name that is read from `.terraform/environment`.
const MAX_WORKSPACE_NAME: u64 = 4096;

/// The workspace of a root module: as the options say, else the one that `terraform workspace select` recorded.
fn workspace_name(directory: &Path, tree: &Path, options: &Options, files: &InputFiles) -> Arc<str> {
    if let Some(name) = &options.workspace {
        return name.as_str().into();
    }
    let disk = files.sources.files();
    let data = data_directory(directory, tree, options, disk);
    let path = data.and_then(|data| {
        let path = disk.canonicalize(&data.join("environment")).ok()?;
        path.starts_with(data).then_some(path)
    });
    let bytes = path.map(|path| disk.read_bounded(&path, MAX_WORKSPACE_NAME));
    let name = match bytes {
        Some(Ok(Some(bytes))) => String::from_utf8_lossy(&bytes).trim().to_owned(),
        _ => String::new(),
    };
    if name.is_empty() {
        "default".into()
    } else {
        name.into()
    }
}
