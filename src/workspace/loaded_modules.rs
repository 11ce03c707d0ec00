//! From directories to modules, and from modules to the modules that they call.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::config::Config;
use crate::provider;
use crate::provider::modules::{self, ModuleStub};
use crate::readers::configuration::RootModule;
use crate::workspace::call_cycles::{calls_itself, cut_call_cycles};
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
use terraform_eval::source::{Files, Span, clean_path};
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
            installed: InstalledModules::default(),
            shared_variables: BTreeMap::new(),
        };
        let mut discovered = Vec::new();
        for directory in directories {
            let path = clean_path(&directory.path);
            loaded.installed.read(&path, files.sources.files());
            let module = loaded.read_module(&path, files);
            discovered.extend(module.map(|module| (module, &directory.tree)));
        }
        let called = loaded.connect_calls(discovered.iter().map(|(module, _)| *module).collect(), files);
        loaded.syntax_errors.extend(cut_call_cycles(&mut loaded.tree));
        let values = VariableValues::read(options, files, &mut loaded.syntax_errors);
        for (module, tree) in discovered {
            // A module that only calls itself is still a root.
            let is_root = !called.contains(&module) || calls_itself(&loaded.tree, module);
            if is_root && !loaded.roots.iter().any(|root| root.module == module) {
                loaded.add_root(module, tree, &values, files);
            }
        }
        if !loaded.roots.is_empty() {
            loaded.errors = loaded.undeclared_variables(&values);
        }
        loaded
    }

    /// Takes the module of a directory out of the roots.
    pub(crate) fn take_root(&mut self, directory: &Path, files: &dyn Files) -> Option<RootModule> {
        let canonical = files.canonicalize(directory).ok()?;
        let module = self.tree.find(&canonical)?;
        let index = self.roots.iter().position(|root| root.module == module)?;
        Some(self.roots.swap_remove(index))
    }

    fn add_root(&mut self, module: ModuleId, tree: &Path, values: &VariableValues, files: &mut InputFiles) {
        let directory = self.tree.module(module).directory.clone();
        let mut tfvars = read_automatic_variables(&directory, files, &mut self.syntax_errors);
        let config = files.configs.nearest(&directory, &mut files.sources);
        for path in config.map(Config::var_files).unwrap_or_default() {
            tfvars.extend(self.read_shared_variables(path, files));
        }
        let declarations = self.tree.module(module);
        let mut inputs = values.inputs(declarations, &tfvars, &files.sources, &mut self.syntax_errors);
        inputs.tree = Some(tree.to_owned());
        self.roots.push(RootModule {
            module,
            inputs,
            locked_version: locked_provider_version(&directory, &mut files.sources),
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

    fn read_shared_variables(&mut self, path: PathBuf, files: &mut InputFiles) -> Vec<Attribute> {
        if let Some(attributes) = self.shared_variables.get(&path) {
            return attributes.clone();
        }
        let attributes = read_variables(&path, files, &mut self.syntax_errors);
        self.shared_variables.insert(path, attributes.clone());
        attributes
    }

    /// The module of a directory, read once.
    fn read_module(&mut self, directory: &Path, files: &mut InputFiles) -> Option<ModuleId> {
        let canonical = files.sources.files().canonicalize(directory).ok()?;
        if let Some(module) = self.tree.find(&canonical) {
            return Some(module);
        }
        let mut file_ids = Vec::new();
        let (mut blocks, mut overrides) = (Vec::new(), Vec::new());
        for path in configuration_files(directory, files.sources.files()) {
            let Some(file) = files.read(&path) else { continue };
            let document = parse_file(file, files.sources.text(file), Format::from_path(&path));
            file_ids.push(file);
            self.syntax_errors.extend(document.problems);
            if is_override(&path) {
                overrides.extend(document.items);
            } else {
                blocks.extend(document.items);
            }
        }
        let module = Module::new(directory, file_ids, blocks, overrides, self.tree.schemas());
        Some(self.tree.add(canonical, module))
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

    /// Follows all calls from these modules; returns every module that is called.
    fn connect_calls(&mut self, mut pending: Vec<ModuleId>, files: &mut InputFiles) -> BTreeSet<ModuleId> {
        let mut connected = BTreeSet::new();
        let mut called = BTreeSet::new();
        while let Some(caller) = pending.pop() {
            if connected.insert(caller) {
                let callees = self.connect_calls_of(caller, files);
                called.extend(callees.iter().copied());
                pending.extend(callees);
            }
        }
        called
    }

    fn connect_calls_of(&mut self, caller: ModuleId, files: &mut InputFiles) -> Vec<ModuleId> {
        let module = self.tree.module(caller);
        let directory = module.directory.clone();
        let name_and_source = |call: &ModuleCall| {
            let source = call
                .source(&files.sources)
                .map(|(text, span)| (text.to_owned(), span));
            (call.name.clone(), source)
        };
        let calls: Vec<_> = module.calls.values().map(name_and_source).collect();
        let mut callees = Vec::new();
        for (name, source) in calls {
            let (source, span) = source.map_or((String::new(), None), |(text, span)| (text, Some(span)));
            let module = self.find_callee(&directory, &name, &source, span, files);
            callees.extend(module);
            let callee = module.map_or(Callee::Missing { source }, Callee::Module);
            self.tree.connect(caller, name, callee, span);
        }
        callees
    }

    /// The module that a call names: by a local path, as `terraform init` installed it, or as a well-known module.
    fn find_callee(
        &mut self,
        caller: &Path,
        call: &str,
        source: &str,
        span: Option<Span>,
        files: &mut InputFiles,
    ) -> Option<ModuleId> {
        if let Some(path) = ModuleCall::local_directory(source, caller) {
            let module = self.read_module(&clean_path(&path), files);
            if let (None, Some(span)) = (module, span) {
                let error = SyntaxError::new(span, format!("no module in {source:?}"));
                self.syntax_errors
                    .push(error.help("the path is relative to the directory of this file"));
            }
            return module;
        }
        let installed = self.installed.find(caller, call, files.sources.files());
        let installed = installed.map(clean_path);
        if let Some(module) = installed.and_then(|directory| self.read_module(&directory, files)) {
            return Some(module);
        }
        modules::find(source).map(|stub| self.add_stub(stub, files))
    }
}
