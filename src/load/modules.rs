//! From directories to modules, and from modules to the ones they call.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use crate::source::{FileId, Span};
use crate::syntax::document::{Format, document, variables};
use crate::syntax::problem::Problem;
use crate::syntax::tree::Attribute;
use crate::terraform::{Callee, Module, ModuleCall, ModuleId, Tree};

use super::Loaded;
use super::discover::is_configuration;

/// The modules of a run.
#[derive(Debug)]
pub(super) struct Forest {
    pub(super) tree: Tree,
    /// Modules that no other module of the walk calls, with the values for their variables.
    pub(super) roots: Vec<Root>,
    /// What is wrong with the way modules are put together.
    pub(super) problems: Vec<Problem>,
}

/// A root module.
#[derive(Debug)]
pub(super) struct Root {
    pub(super) module: ModuleId,
    /// The arguments of its tfvars files, in Terraform's order: later ones win.
    pub(super) values: Vec<Attribute>,
}

impl Forest {
    /// Reads the modules in `directories` and everything that they call by a local path.
    pub(super) fn read(directories: &[PathBuf], loaded: &mut Loaded) -> Self {
        let mut forest = Self {
            tree: Tree::new(),
            roots: Vec::new(),
            problems: Vec::new(),
        };
        let mut found = Vec::new();
        for directory in directories {
            found.extend(forest.module(&clean(directory), loaded));
        }
        let mut pending = found.clone();
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
        for module in found {
            // A module that calls nothing but itself is still a root.
            let only_itself = !called.contains(&module) || forest.calls_itself(module);
            if only_itself && !forest.roots.iter().any(|root| root.module == module) {
                let values = read_values(
                    &forest.tree.module(module).directory,
                    loaded,
                    &mut forest.problems,
                );
                forest.roots.push(Root { module, values });
            }
        }
        forest
    }

    /// The module of a directory, read now unless it is known.
    fn module(&mut self, directory: &Path, loaded: &mut Loaded) -> Option<ModuleId> {
        let key = std::fs::canonicalize(directory).ok()?;
        if let Some(known) = self.tree.find(&key) {
            return Some(known);
        }
        let mut files = Vec::new();
        let mut blocks = Vec::new();
        for path in configuration_files(directory) {
            let Some(file) = read(&path, loaded) else { continue };
            let document = document(file, loaded.sources.text(file), Format::of(&path));
            files.push(file);
            blocks.extend(document.items);
            self.problems.extend(document.problems);
        }
        Some(self.tree.add(key, Module::new(directory, files, blocks)))
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
        let calls: Vec<(Arc<str>, Option<(String, Span)>)> = module.calls.values().map(source).collect();
        let mut callees = Vec::new();
        for (name, source) in calls {
            let Some((text, span)) = source else {
                self.tree.connect(
                    caller,
                    name,
                    Callee::Missing {
                        source: String::new(),
                    },
                    None,
                );
                continue;
            };
            let local = ModuleCall::local_directory(&text, &directory);
            let leads_to = match local.as_ref().map(|path| self.module(&clean(path), loaded)) {
                Some(Some(module)) => {
                    callees.push(module);
                    Callee::Module(module)
                }
                Some(None) => {
                    let message = format!("there is no module in {text:?}");
                    let problem =
                        Problem::new(span, message).help("the path counts from the directory of this file");
                    self.problems.push(problem);
                    Callee::Missing { source: text }
                }
                None => Callee::Missing { source: text },
            };
            self.tree.connect(caller, name, leads_to, Some(span));
        }
        callees
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
                            self.problems.push(Problem::new(
                                span,
                                "this module calls itself, here or further down",
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

fn read(path: &Path, loaded: &mut Loaded) -> Option<FileId> {
    match loaded.sources.read(path) {
        Ok(file) => {
            loaded.project.files += 1;
            Some(file)
        }
        Err(error) => {
            loaded.refuse(path, &error);
            None
        }
    }
}

/// The configuration files of a directory, by name. Where `main.tofu` and `main.tf` are both there, the
/// first one counts, as it does for OpenTofu.
fn configuration_files(directory: &Path) -> Vec<PathBuf> {
    let files = files_of(directory, is_configuration);
    let names: BTreeSet<String> = files.iter().map(|path| name_of(path)).collect();
    let replaced = |path: &PathBuf| {
        let name = name_of(path);
        let other = match name.strip_suffix(".tf.json") {
            Some(stem) => format!("{stem}.tofu.json"),
            None => format!("{}.tofu", name.strip_suffix(".tf").unwrap_or(&name)),
        };
        other != name && names.contains(&other)
    };
    files.into_iter().filter(|path| !replaced(path)).collect()
}

/// The arguments of the tfvars files that Terraform reads on its own, in its order.
fn read_values(directory: &Path, loaded: &mut Loaded, problems: &mut Vec<Problem>) -> Vec<Attribute> {
    let ends = |path: &Path, endings: [&str; 2]| endings.iter().any(|ending| name_of(path).ends_with(ending));
    let mut files = Vec::new();
    for name in ["terraform.tfvars", "terraform.tfvars.json"] {
        files.extend(files_of(directory, |path| name_of(path) == name));
    }
    files.extend(files_of(directory, |path| {
        ends(path, [".auto.tfvars", ".auto.tfvars.json"])
    }));
    let mut values = Vec::new();
    for path in files {
        let Some(file) = read(&path, loaded) else { continue };
        let (attributes, found) = variables(file, loaded.sources.text(file), Format::of(&path));
        values.extend(attributes);
        problems.extend(found);
    }
    values
}

fn files_of(directory: &Path, wanted: impl Fn(&Path) -> bool) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries
        .map(|entry| directory.join(entry.file_name()))
        .filter(|path| wanted(path) && !path.is_dir())
        .collect();
    files.sort();
    files
}

fn name_of(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

/// A path without the steps that lead nowhere: `a/./b/../c` is `a/c`.
fn clean(path: &Path) -> PathBuf {
    let mut cleaned = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir
                if matches!(cleaned.components().next_back(), Some(Component::Normal(_))) =>
            {
                cleaned.pop();
            }
            other => cleaned.push(other),
        }
    }
    if cleaned.as_os_str().is_empty() {
        PathBuf::from(".")
    } else {
        cleaned
    }
}
