//! From directories to modules, and from modules to the ones they call.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::config::Config;
use crate::provider;
use terraform_eval::eval::VariableInputs;
use terraform_eval::modules::{Callee, Module, ModuleCall, ModuleId, ModuleTree, requirements};
use terraform_eval::source::{Files, Span, clean_path};
use terraform_eval::syntax::document::{Format, parse_file, parse_variables};
use terraform_eval::syntax::syntax_error::SyntaxError;
use terraform_eval::syntax::tree::Attribute;

use crate::provider::modules::{self, ModuleStub};
use crate::workspace::directory::{configuration_files, is_override, read, read_values};
use crate::workspace::discovery::Directory;
use crate::workspace::installed_modules::Installed;
use crate::workspace::variables::VariableValues;
use crate::workspace::{Loaded, Options};

/// The modules of a run.
#[derive(Debug)]
pub(crate) struct LoadedModules {
    pub(crate) tree: ModuleTree,
    /// Modules that no other module of the walk calls, with the values for their variables.
    pub(crate) roots: Vec<Root>,
    /// What is wrong with the way modules are put together.
    pub(crate) problems: Vec<SyntaxError>,
    installed: Installed,
    /// Files of values that configuration files name.
    shared: BTreeMap<PathBuf, Vec<Attribute>>,
}

/// The dependency lock file, in native syntax whatever the configuration is written in.
const LOCK_FILE: &str = ".terraform.lock.hcl";

/// The version of Red Hat's provider in a lock file. Terraform writes that file, so what is wrong with it is
/// nobody's concern here.
fn locked(path: &Path, loaded: &mut Loaded) -> Option<(String, Span)> {
    if !loaded.sources.files().is_file(path) {
        return None;
    }
    let file = loaded.sources.read(path).ok()?;
    let text = loaded.sources.text(file);
    let blocks = parse_file(file, text, Format::Native).items;
    let entry = blocks.iter().find(|block| {
        &*block.kind.text == "provider"
            && block
                .labels
                .first()
                .is_some_and(|label| provider::is_provider_source(&label.text))
    })?;
    requirements::locked_version(&entry.parse(text).0?.body)
}

/// A root module.
#[derive(Debug)]
pub(crate) struct Root {
    pub(crate) module: ModuleId,
    /// The values for its variables.
    pub(crate) inputs: VariableInputs,
    /// The version of the provider in its dependency lock file.
    pub(crate) locked: Option<(String, Span)>,
}

impl LoadedModules {
    /// Reads the modules in `directories` and everything that they call by a local path.
    pub(crate) fn read(directories: &[Directory], options: &Options, loaded: &mut Loaded) -> Self {
        let mut forest = Self {
            tree: ModuleTree::new(provider::schemas()),
            roots: Vec::new(),
            problems: Vec::new(),
            installed: Installed::default(),
            shared: BTreeMap::new(),
        };
        let mut found = Vec::new();
        for directory in directories {
            forest
                .installed
                .read(&clean_path(&directory.path), loaded.sources.files());
            let module = forest.module(&clean_path(&directory.path), loaded);
            found.extend(module.map(|module| (module, &directory.tree)));
        }
        let mut pending: Vec<ModuleId> = found.iter().map(|(module, _)| *module).collect();
        let mut connected = BTreeSet::new();
        let mut called = BTreeSet::new();
        while let Some(caller) = pending.pop() {
            if connected.insert(caller) {
                let callees = forest.connect(caller, loaded);
                called.extend(callees.iter().copied());
                pending.extend(callees);
            }
        }
        forest.cut_circles();
        let given = VariableValues::read(options, loaded, &mut forest.problems);
        for (module, tree) in found {
            // A module that calls nothing but itself is still a root.
            let is_root = !called.contains(&module) || forest.calls_itself(module);
            if is_root && !forest.roots.iter().any(|root| root.module == module) {
                forest.add_root(module, tree, &given, loaded);
            }
        }
        let declared = |name: &str| {
            let mut roots = forest.roots.iter().map(|root| forest.tree.module(root.module));
            roots.any(|module| module.variables.contains_key(name))
        };
        if !forest.roots.is_empty() {
            given.undeclared(declared, loaded);
        }
        forest
    }

    /// The module of a directory as a root, whoever calls it in the walk.
    pub(crate) fn take_root(&mut self, directory: &Path, files: &dyn Files) -> Option<Root> {
        let key = files.canonicalize(directory).ok()?;
        let module = self.tree.find(&key)?;
        let at = self.roots.iter().position(|root| root.module == module)?;
        Some(self.roots.swap_remove(at))
    }

    fn add_root(&mut self, module: ModuleId, tree: &Path, given: &VariableValues, loaded: &mut Loaded) {
        let directory = self.tree.module(module).directory.clone();
        let mut own = read_values(&directory, loaded, &mut self.problems);
        let config = loaded.configs.nearest(&directory, &mut loaded.sources);
        for path in config.map(Config::var_files).unwrap_or_default() {
            own.extend(self.shared_values(path, loaded));
        }
        let mut inputs = given.inputs(self.tree.module(module), &own, loaded, &mut self.problems);
        inputs.tree = Some(tree.to_owned());
        let directory = &self.tree.module(module).directory;
        let locked = locked(&directory.join(LOCK_FILE), loaded);
        self.roots.push(Root {
            module,
            inputs,
            locked,
        });
    }

    /// The arguments of a file of values that several roots may share: it is one file, and read once.
    fn shared_values(&mut self, path: PathBuf, loaded: &mut Loaded) -> Vec<Attribute> {
        if let Some(known) = self.shared.get(&path) {
            return known.clone();
        }
        let mut values = Vec::new();
        if let Some(file) = read(&path, loaded) {
            let (attributes, found) =
                parse_variables(file, loaded.sources.text(file), Format::from_path(&path));
            self.problems.extend(found);
            values = attributes;
        }
        self.shared.insert(path, values.clone());
        values
    }

    /// The module of a directory, read now unless it is known.
    fn module(&mut self, directory: &Path, loaded: &mut Loaded) -> Option<ModuleId> {
        let key = loaded.sources.files().canonicalize(directory).ok()?;
        if let Some(known) = self.tree.find(&key) {
            return Some(known);
        }
        let mut files = Vec::new();
        let (mut blocks, mut overrides) = (Vec::new(), Vec::new());
        for path in configuration_files(directory, loaded.sources.files()) {
            let Some(file) = read(&path, loaded) else { continue };
            let document = parse_file(file, loaded.sources.text(file), Format::from_path(&path));
            files.push(file);
            self.problems.extend(document.problems);
            if is_override(&path) {
                overrides.extend(document.items);
            } else {
                blocks.extend(document.items);
            }
        }
        let module = Module::new(directory, files, blocks, overrides, self.tree.schemas());
        Some(self.tree.add(key, module))
    }

    /// A module that is known without its files.
    fn known_module(&mut self, stub: ModuleStub, loaded: &mut Loaded) -> ModuleId {
        let directory = stub.directory();
        if let Some(module) = self.tree.find(&directory) {
            return module;
        }
        let file = loaded
            .sources
            .add(format!("{}/main.tf", directory.display()), stub.text);
        let document = parse_file(file, stub.text, Format::Native);
        let module = Module::new(
            &directory,
            vec![file],
            document.items,
            Vec::new(),
            self.tree.schemas(),
        );
        self.tree.add(directory, module)
    }

    /// Follows the calls of a module; gives the modules that they lead to.
    fn connect(&mut self, caller: ModuleId, loaded: &mut Loaded) -> Vec<ModuleId> {
        let module = self.tree.module(caller);
        let directory = module.directory.clone();
        let source = |call: &ModuleCall| {
            let source = call
                .source(&loaded.sources)
                .map(|(text, span)| (text.to_owned(), span));
            (call.name.clone(), source)
        };
        let calls: Vec<_> = module.calls.values().map(source).collect();
        let mut callees = Vec::new();
        for (name, source) in calls {
            let (text, span) = source.map_or((String::new(), None), |(text, span)| (text, Some(span)));
            let leads_to = self.find(&directory, &name, &text, span, loaded);
            callees.extend(leads_to);
            let leads_to = leads_to.map_or(Callee::Missing { source: text }, Callee::Module);
            self.tree.connect(caller, name, leads_to, span);
        }
        callees
    }

    /// The module that a call leads to: by its path, where `terraform init` put it, or by its name.
    fn find(
        &mut self,
        caller: &Path,
        call: &str,
        source: &str,
        span: Option<Span>,
        loaded: &mut Loaded,
    ) -> Option<ModuleId> {
        if let Some(path) = ModuleCall::local_directory(source, caller) {
            let module = self.module(&clean_path(&path), loaded);
            if let (None, Some(span)) = (module, span) {
                let problem = SyntaxError::new(span, format!("no module in {source:?}"));
                self.problems
                    .push(problem.help("the path is relative to the directory of this file"));
            }
            return module;
        }
        let installed = self
            .installed
            .find(caller, call, loaded.sources.files())
            .map(clean_path);
        if let Some(module) = installed.and_then(|directory| self.module(&directory, loaded)) {
            return Some(module);
        }
        modules::find(source).map(|stub| self.known_module(stub, loaded))
    }

    fn calls_itself(&self, module: ModuleId) -> bool {
        let mut seen = BTreeSet::new();
        let mut pending = vec![module];
        while let Some(at) = pending.pop() {
            for (_, callee, _) in self.tree.calls_of(at) {
                if callee == module {
                    return true;
                }
                if seen.insert(callee) {
                    pending.push(callee);
                }
            }
        }
        false
    }

    /// Modules that call each other in a circle have no end: the call that closes it leads nowhere.
    fn cut_circles(&mut self) {
        #[derive(Clone, Copy, PartialEq)]
        enum State {
            Open,
            Done,
        }
        let mut states: BTreeMap<ModuleId, State> = BTreeMap::new();
        let ids: Vec<ModuleId> = self.tree.modules().map(|(id, _)| id).collect();
        for start in ids {
            let mut stack = vec![(start, self.tree.calls_of(start))];
            if states.contains_key(&start) {
                continue;
            }
            states.insert(start, State::Open);
            while let Some((caller, pending)) = stack.last_mut() {
                let caller = *caller;
                let Some((name, called, span)) = pending.pop() else {
                    states.insert(caller, State::Done);
                    stack.pop();
                    continue;
                };
                match states.get(&called) {
                    Some(State::Done) => {}
                    Some(State::Open) => {
                        if let Some(span) = span {
                            self.problems.push(SyntaxError::new(
                                span,
                                "the module calls itself, directly or through other modules",
                            ));
                        }
                        self.tree.connect(
                            caller,
                            name,
                            Callee::Missing {
                                source: String::new(),
                            },
                            span,
                        );
                    }
                    None => {
                        states.insert(called, State::Open);
                        let further = self.tree.calls_of(called);
                        stack.push((called, further));
                    }
                }
            }
        }
    }
}
