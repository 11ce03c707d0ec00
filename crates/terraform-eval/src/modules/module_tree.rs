//! Modules and who calls whom.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::schema::ProviderSchemas;
use crate::source::Span;

use super::module::Module;

/// A module of a [`ModuleTree`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ModuleId(usize);

/// What a module call leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Callee {
    /// A module of the tree.
    Module(ModuleId),
    /// A module whose files are not here.
    Missing {
        /// Where it comes from, as written; empty where that is no plain string.
        source: String,
    },
}

/// All modules of a run, each directory once however many calls lead to it.
#[derive(Debug)]
pub struct ModuleTree {
    schemas: &'static ProviderSchemas,
    modules: Vec<Module>,
    by_directory: BTreeMap<PathBuf, ModuleId>,
    calls: BTreeMap<(ModuleId, Arc<str>), (Callee, Option<Span>)>,
}

impl ModuleTree {
    /// A tree without modules, whose resources have the attributes that these schemas say.
    #[must_use]
    pub fn new(schemas: &'static ProviderSchemas) -> Self {
        Self {
            schemas,
            modules: Vec::new(),
            by_directory: BTreeMap::new(),
            calls: BTreeMap::new(),
        }
    }

    /// The schemas of the providers that are known.
    #[must_use]
    pub fn schemas(&self) -> &'static ProviderSchemas {
        self.schemas
    }

    /// The module of a directory, by its true path.
    #[must_use]
    pub fn find(&self, directory: &Path) -> Option<ModuleId> {
        self.by_directory.get(directory).copied()
    }

    /// Adds a module under the true path of its directory.
    pub fn add(&mut self, directory: PathBuf, module: Module) -> ModuleId {
        let id = ModuleId(self.modules.len());
        self.modules.push(module);
        self.by_directory.insert(directory, id);
        id
    }

    /// Says what a call leads to, and where its source is written.
    pub fn connect(&mut self, caller: ModuleId, call: Arc<str>, leads_to: Callee, source: Option<Span>) {
        self.calls.insert((caller, call), (leads_to, source));
    }

    /// A module.
    ///
    /// # Panics
    ///
    /// On an id of another tree.
    #[must_use]
    pub fn module(&self, id: ModuleId) -> &Module {
        &self.modules[id.0]
    }

    /// What a call leads to; none where it has not been looked up.
    #[must_use]
    pub fn callee(&self, caller: ModuleId, call: &str) -> Option<&Callee> {
        self.calls
            .get(&(caller, Arc::from(call)))
            .map(|(callee, _)| callee)
    }

    /// The calls of a module to modules whose files are here, and where their source is written.
    #[must_use]
    pub fn calls_of(&self, caller: ModuleId) -> Vec<(Arc<str>, ModuleId, Option<Span>)> {
        let from = (caller, Arc::from(""));
        let calls = self
            .calls
            .range(from..)
            .take_while(|((module, _), _)| *module == caller);
        let found = calls.filter_map(|((_, call), (callee, span))| match callee {
            Callee::Module(id) => Some((call.clone(), *id, *span)),
            Callee::Missing { .. } => None,
        });
        found.collect()
    }

    /// All modules.
    pub fn modules(&self) -> impl Iterator<Item = (ModuleId, &Module)> {
        self.modules
            .iter()
            .enumerate()
            .map(|(index, module)| (ModuleId(index), module))
    }
}
