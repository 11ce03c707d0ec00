//! From directories to modules, and from modules to the modules that they call.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::config::Config;
use crate::model::{FileRole, Hides, SkipReason, Skipped};
use crate::provider;
use crate::provider::modules::{self, ModuleStub};
use crate::readers::configuration::RootModule;
use crate::workspace::call_cycles::cut_call_cycles;
use crate::workspace::discovery::ConfigurationDirectory;
use crate::workspace::input_files::InputFiles;
use crate::workspace::installed_modules::InstalledModules;
use crate::workspace::loaded::LoadError;
use crate::workspace::lock_file::locked_provider_version;
use crate::workspace::options::Options;
use crate::workspace::terraform_files::{
    configuration_files, is_override, read_automatic_variables, read_variables,
};
use crate::workspace::variables::VariableValues;
use terraform_eval::modules::{Callee, Module, ModuleCall, ModuleId, ModuleTree};
use terraform_eval::source::{Files, Sources, Span, clean_path, display_name};
use terraform_eval::syntax::document::{Format, parse_file};
use terraform_eval::syntax::syntax_error::SyntaxError;
use terraform_eval::syntax::tree::Attribute;

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
    installed: InstalledModules,
    /// The arguments of tfvars files that configuration files name: several roots may share one.
    shared_variables: BTreeMap<PathBuf, Vec<Attribute>>,
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
            installed: InstalledModules::default(),
            shared_variables: BTreeMap::new(),
        };
        let mut discovered = Vec::new();
        for directory in directories {
            loaded
                .installed
                .read(&directory.path, options.data_directory(), files.sources.files());
            discovered.push(loaded.read_module(directory, files));
        }
        loaded.connect_calls(discovered.clone(), options, files);
        loaded.syntax_errors.extend(cut_call_cycles(&mut loaded.tree));
        let called = loaded.called_modules();
        let mut seen = BTreeSet::new();
        let values = VariableValues::read(options, files, &mut loaded.syntax_errors);
        for module in discovered {
            // A module that only calls itself is still a root: its calls are disconnected.
            if !called.contains(&module) && seen.insert(module) {
                loaded.add_root(module, &values, options, files);
            }
        }
        if !loaded.roots.is_empty() {
            loaded.errors = loaded.undeclared_variables(&values);
        }
        loaded
    }

    /// A module and all that it calls, directly or through others.
    pub(crate) fn reachable(&self, module: ModuleId) -> BTreeSet<ModuleId> {
        let mut found = BTreeSet::from([module]);
        let mut pending = vec![module];
        while let Some(caller) = pending.pop() {
            for (_, callee, _) in self.tree.calls_of(caller) {
                if found.insert(callee) {
                    pending.push(callee);
                }
            }
        }
        found
    }

    /// The directory of a module; `None` for a stub.
    pub(crate) fn location(&self, module: ModuleId) -> Option<&ConfigurationDirectory> {
        self.locations.get(&module)
    }

    /// Takes the module of a directory out of the roots.
    pub(crate) fn take_root(&mut self, directory: &Path, files: &dyn Files) -> Option<RootModule> {
        let canonical = files.canonicalize(directory).ok()?;
        let module = self.tree.find(&canonical)?;
        let index = self.roots.iter().position(|root| root.module == module)?;
        Some(self.roots.swap_remove(index))
    }

    fn add_root(
        &mut self,
        module: ModuleId,
        values: &VariableValues,
        options: &Options,
        files: &mut InputFiles,
    ) {
        let directory = self.tree.module(module).directory.clone();
        let location = self.locations.get(&module);
        let tree = location.map_or_else(|| directory.clone(), |location| location.tree.clone());
        let mut tfvars = read_automatic_variables(&directory, &tree, files, &mut self.syntax_errors);
        let config = files.configs.nearest(&directory, &mut files.sources);
        for path in config.map(Config::var_files).unwrap_or_default() {
            tfvars.extend(self.read_shared_variables(path, &tree, files));
        }
        let declarations = self.tree.module(module);
        let mut inputs = values.inputs(declarations, &tfvars, &files.sources, &mut self.syntax_errors);
        inputs.workspace = workspace_name(&directory, &tree, options, files);
        inputs.readable = vec![tree.clone()];
        inputs
            .readable
            .extend(options.data_directory.as_ref().map(|data| directory.join(data)));
        self.roots.push(RootModule {
            module,
            inputs,
            locked_version: locked_provider_version(&directory, &tree, files),
        });
    }

    fn undeclared_variables(&self, values: &VariableValues) -> Vec<LoadError> {
        let is_declared = |name: &str| {
            let mut modules = self.roots.iter().map(|root| self.tree.module(root.module));
            modules.any(|module| module.variables.contains_key(name))
        };
        let undeclared = values.undeclared(is_declared);
        undeclared
            .map(|name| LoadError::new(format!("--var {name}: no root module declares this variable")))
            .collect()
    }

    fn read_shared_variables(
        &mut self,
        path: PathBuf,
        tree: &Path,
        files: &mut InputFiles,
    ) -> Vec<Attribute> {
        if let Some(attributes) = self.shared_variables.get(&path) {
            return attributes.clone();
        }
        let canonical = files.sources.files().canonical_path(&path);
        if !canonical.starts_with(tree) {
            let name = display_name(&files.trees.shown_path(&canonical));
            let message = "the file of variables is outside of the project tree";
            files
                .skipped
                .push(Skipped::new(name, SkipReason::OutsideTree, message));
            return Vec::new();
        }
        let shown = files.trees.shown_path(&canonical);
        let attributes = read_variables(&shown, Some(tree), files, &mut self.syntax_errors);
        self.shared_variables.insert(path, attributes.clone());
        attributes
    }

    /// The module of a directory, read once.
    fn read_module(&mut self, location: &ConfigurationDirectory, files: &mut InputFiles) -> ModuleId {
        if let Some(module) = self.tree.find(&location.path) {
            return module;
        }
        let directory = &files.trees.shown_path(&location.path);
        let mut file_ids = Vec::new();
        let (mut blocks, mut overrides) = (Vec::new(), Vec::new());
        for path in configuration_files(directory, files.sources.files()) {
            let Some(file) = files.read_in_tree(&path, &location.tree, FileRole::Configuration) else {
                continue;
            };
            let document = parse_file(file, files.sources.text(file), Format::from_path(&path));
            file_ids.push(file);
            self.syntax_errors.extend(document.syntax_errors);
            if is_override(&path) {
                overrides.extend(document.items);
            } else {
                blocks.extend(document.items);
            }
        }
        let module = Module::new(directory, file_ids, blocks, overrides, self.tree.schemas());
        let module = self.tree.add(location.path.clone(), module);
        self.locations.insert(module, location.clone());
        module
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
        let schemas = self.tree.schemas();
        let module = Module::new(&directory, vec![file], document.items, Vec::new(), schemas);
        self.tree.add(directory, module)
    }

    /// The modules that another one calls.
    fn called_modules(&self) -> BTreeSet<ModuleId> {
        let calls = self.tree.modules().flat_map(|(id, _)| self.tree.calls_of(id));
        calls.map(|(_, callee, _)| callee).collect()
    }

    /// Follows all calls from these modules.
    fn connect_calls(&mut self, mut pending: Vec<ModuleId>, options: &Options, files: &mut InputFiles) {
        let mut connected = BTreeSet::new();
        while let Some(caller) = pending.pop() {
            if connected.insert(caller) {
                pending.extend(self.connect_calls_of(caller, options, files));
            }
        }
    }

    fn connect_calls_of(
        &mut self,
        caller: ModuleId,
        options: &Options,
        files: &mut InputFiles,
    ) -> Vec<ModuleId> {
        let calls = self.tree.module(caller).calls.values();
        let calls: Vec<CalledModule> = calls
            .map(|call| CalledModule::new(call, &files.sources))
            .collect();
        let mut callees = Vec::new();
        for call in calls {
            let module = match self.find_callee(caller, &call, options, files) {
                Ok(module) => module,
                Err(skipped) => {
                    files.skipped.push(*skipped);
                    None
                }
            };
            callees.extend(module);
            let CalledModule {
                name, source, span, ..
            } = call;
            let source = source.unwrap_or_default();
            let callee = module.map_or(Callee::Missing { source }, Callee::Module);
            self.tree.connect(caller, name, callee, span);
        }
        callees
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
                    self.syntax_errors
                        .push(error.help("the path is relative to the directory of this file"));
                }
                return Ok(None);
            };
            if !canonical.starts_with(&location.tree) {
                return Err(Box::new(call.outside_tree()));
            }
            let callee = ConfigurationDirectory {
                path: canonical,
                tree: location.tree,
            };
            return Ok(Some(self.read_module(&callee, files)));
        }
        if let Some(directory) = self.installed.find(&location.path, &call.name, disk)
            && let Ok(canonical) = disk.canonicalize(&clean_path(directory))
        {
            let data_directory = options.data_directory.as_ref();
            let data_directory = data_directory.map(|data| disk.canonical_path(&location.path.join(data)));
            let is_inside = canonical.starts_with(&location.tree)
                || data_directory.is_some_and(|data| canonical.starts_with(data));
            if !is_inside {
                return Err(Box::new(call.outside_tree()));
            }
            let tree = if canonical.starts_with(&location.tree) {
                location.tree
            } else {
                canonical.clone()
            };
            let callee = ConfigurationDirectory {
                path: canonical,
                tree,
            };
            return Ok(Some(self.read_module(&callee, files)));
        }
        let Some(source) = &call.source else {
            return Err(Box::new(call.computed()));
        };
        if let Some(stub) = modules::find(source) {
            return Ok(Some(self.add_stub(stub, files)));
        }
        // Terraform copies an absolute path; any other path without `./` is the address of a registry or a server.
        let is_directory = Path::new(source).is_relative() && disk.is_directory(&location.path.join(source));
        Err(Box::new(call.not_installed(source, is_directory)))
    }
}

/// A module call, as far as it says which module it calls.
struct CalledModule {
    name: Arc<str>,
    /// The source, if it is a literal string.
    source: Option<String>,
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
        let has_mirrors = block.is_some_and(|block| {
            let mut arguments = block.body.attributes.iter();
            arguments.any(|argument| argument.name.text.contains("image_mirrors"))
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

    fn not_installed(&self, source: &str, is_directory: bool) -> Skipped {
        if is_directory {
            let help = format!("write \"./{source}\": a local path starts with `./` or `../`");
            let message = "Terraform takes the source for an address in a registry, so the module in this directory \
                           is not checked";
            let mut skipped = self.skipped(SkipReason::InvalidModuleSource, message, &help);
            skipped.hides = Hides::Certainly;
            return skipped;
        }
        self.skipped(
            SkipReason::ModuleNotInstalled,
            "the module is not installed, so nothing in it is checked",
            "run `terraform init` first; if the module has no mirrors, list its source in `known-gaps`",
        )
    }
}

/// The longest name that is read from `.terraform/environment`.
const MAX_WORKSPACE_NAME: u64 = 4096;

/// The workspace of a root module: as the options say, else the one that `terraform workspace select` recorded.
fn workspace_name(directory: &Path, tree: &Path, options: &Options, files: &InputFiles) -> Arc<str> {
    if let Some(name) = &options.workspace {
        return name.as_str().into();
    }
    let path = directory.join(options.data_directory()).join("environment");
    let disk = files.sources.files();
    let is_allowed =
        options.data_directory.is_some() || disk.canonicalize(&path).is_ok_and(|path| path.starts_with(tree));
    let bytes = is_allowed.then(|| disk.read_bounded(&path, MAX_WORKSPACE_NAME));
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
