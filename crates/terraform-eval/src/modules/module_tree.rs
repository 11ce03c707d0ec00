//! The modules of a run, and which module calls which.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::hashing::HashMap;
use crate::schema::ProviderSchemas;
use crate::source::{Sources, Span};

use super::module::Module;

/// A module of a [`ModuleTree`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ModuleId(usize);

/// The module that a call resolves to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Callee {
    /// A module of the tree.
    Module(ModuleId),
    /// A module that is not installed.
    Missing {
        /// The `source` argument; empty if it is not a literal string.
        source: String,
    },
}

/// What the calls of a module resolve to, by name, with the spans of their `source` arguments.
type Calls = BTreeMap<Arc<str>, (Callee, Option<Span>)>;

/// Calls a function for each of some modules, also on several threads, and returns the results in the order of the modules.
pub type MapModules<'m> = dyn Fn(&[ModuleId], &RestoreModule<'_>) -> Vec<Module> + 'm;

/// Reads the blocks of a module again.
pub type RestoreModule<'r> = dyn Fn(&ModuleId) -> Module + Sync + 'r;

/// All modules of a run, each directory once however many calls resolve to it.
#[derive(Debug)]
pub struct ModuleTree {
    schemas: &'static ProviderSchemas,
    modules: Vec<Module>,
    by_directory: HashMap<PathBuf, ModuleId>,
    /// The calls of each module.
    calls: Vec<Calls>,
    idle: IdleModules,
}

/// Modules whose blocks nothing reads for now.
#[derive(Debug, Default)]
struct IdleModules {
    /// In the order in which they became idle, with the numbers of their blocks. A module is here once for each time.
    queue: VecDeque<(ModuleId, u64, usize)>,
    /// The number of blocks in the queue.
    blocks: usize,
    /// When each module became idle that still is.
    since: HashMap<ModuleId, u64>,
    now: u64,
}

/// How much of idle modules stays in memory.
#[derive(Debug, Clone, Copy)]
struct Room {
    /// The number of blocks.
    blocks: usize,
    /// The number of modules, however many blocks they have.
    modules: usize,
}

impl Room {
    /// The blocks of a small repository are read once. In debug builds, and so in the tests, none stays: what reads blocks too late
    /// then fails.
    const OF_BUILD: Self = if cfg!(debug_assertions) {
        Self {
            blocks: 0,
            modules: 0,
        }
    } else {
        Self {
            blocks: 1 << 14,
            modules: 1,
        }
    };
}

impl IdleModules {
    /// Adds a module. Returns those for which there is no room any more: the ones that have been idle for the longest time.
    fn add(&mut self, id: ModuleId, blocks: usize, room: Room) -> Vec<ModuleId> {
        self.now += 1;
        self.queue.push_back((id, self.now, blocks));
        self.blocks += blocks;
        self.since.insert(id, self.now);
        let mut surplus = Vec::new();
        while self.blocks > room.blocks
            && self.queue.len() > room.modules
            && let Some((id, since, blocks)) = self.queue.pop_front()
        {
            self.blocks -= blocks;
            if self.since.get(&id) == Some(&since) {
                self.since.remove(&id);
                surplus.push(id);
            }
        }
        surplus
    }
}

impl ModuleTree {
    /// An empty tree, for resources with these schemas.
    #[must_use]
    pub fn new(schemas: &'static ProviderSchemas) -> Self {
        Self {
            schemas,
            modules: Vec::new(),
            by_directory: HashMap::default(),
            calls: Vec::new(),
            idle: IdleModules::default(),
        }
    }

    /// The schemas of the known providers.
    #[must_use]
    pub fn schemas(&self) -> &'static ProviderSchemas {
        self.schemas
    }

    /// The module of a directory, by its canonical path.
    #[must_use]
    pub fn find(&self, directory: &Path) -> Option<ModuleId> {
        self.by_directory.get(directory).copied()
    }

    /// Adds a module under the canonical path of its directory.
    pub fn add(&mut self, directory: PathBuf, module: Module) -> ModuleId {
        let id = ModuleId(self.modules.len());
        self.modules.push(module);
        self.calls.push(BTreeMap::new());
        self.by_directory.insert(directory, id);
        id
    }

    /// Records the module that a call resolves to, and the span of its `source` argument.
    pub fn connect(&mut self, caller: ModuleId, call: Arc<str>, callee: Callee, source: Option<Span>) {
        if let Some(calls) = self.calls.get_mut(caller.0) {
            calls.insert(call, (callee, source));
        }
    }

    /// The module with an id of this tree.
    ///
    /// # Panics
    ///
    /// On an id of another tree.
    #[must_use]
    pub fn module(&self, id: ModuleId) -> &Module {
        &self.modules[id.0]
    }

    /// Lets the syntax trees of a module go, for example once everything that reads it has been evaluated. What needs one of
    /// them later parses the block again.
    pub fn forget_trees(&mut self, id: ModuleId) {
        if let Some(module) = self.modules.get_mut(id.0) {
            module.forget_trees();
        }
    }

    /// Says that nothing reads the blocks of a module until [`restore_blocks`](Self::restore_blocks). They go once modules that
    /// were released later need the room.
    pub fn release_blocks(&mut self, id: ModuleId) {
        let count = self.modules.get(id.0).map_or(0, Module::block_count);
        for module in self.idle.add(id, count, Room::OF_BUILD) {
            self.forget_blocks(module);
        }
    }

    /// Lets the blocks of a module go for as long as nothing reads them, unless they are [kept](super::FileBlock::kept) for
    /// later runs. Until [`restore_blocks`](Self::restore_blocks), only the directory of the module, its files and its syntax
    /// errors are known. Its calls stay connected.
    pub fn forget_blocks(&mut self, id: ModuleId) {
        if let Some(module) = self.modules.get_mut(id.0) {
            module.forget_blocks();
        }
    }

    /// Reads the blocks of modules again that were let go.
    pub fn restore_blocks(&mut self, modules: impl IntoIterator<Item = ModuleId>, sources: &Sources) {
        self.restore_blocks_by(modules, sources, &|ids, restore| {
            ids.iter().map(restore).collect()
        });
    }

    /// The same with a function that decides on which threads the work is done.
    pub fn restore_blocks_by(
        &mut self,
        modules: impl IntoIterator<Item = ModuleId>,
        sources: &Sources,
        map: &MapModules<'_>,
    ) {
        let is_forgotten = |id: &ModuleId| self.modules.get(id.0).is_some_and(Module::is_forgotten);
        let mut forgotten = Vec::new();
        for id in modules {
            self.idle.since.remove(&id);
            forgotten.extend(Some(id).filter(is_forgotten));
        }
        let restored = map(&forgotten, &|id| self.module(*id).restored(sources, self.schemas));
        for (id, restored) in forgotten.into_iter().zip(restored) {
            if let Some(module) = self.modules.get_mut(id.0) {
                *module = restored;
            }
        }
    }

    /// A module and all that it calls, directly or through others.
    #[must_use]
    pub fn reachable(&self, module: ModuleId) -> BTreeSet<ModuleId> {
        let mut seen = BTreeSet::new();
        self.reachable_from([module], &mut seen);
        seen
    }

    /// Modules and all that they call, directly or through others, apart from those that were seen before.
    pub fn reachable_from(
        &self,
        modules: impl IntoIterator<Item = ModuleId>,
        seen: &mut BTreeSet<ModuleId>,
    ) -> Vec<ModuleId> {
        let mut found = Vec::new();
        let mut pending: Vec<ModuleId> = modules.into_iter().collect();
        while let Some(module) = pending.pop() {
            if seen.insert(module) {
                found.push(module);
                pending.extend(self.calls_of(module).into_iter().map(|(_, called, _)| called));
            }
        }
        found
    }

    /// The module that a call resolves to; `None` if that has not been recorded.
    #[must_use]
    pub fn callee(&self, caller: ModuleId, call: &str) -> Option<&Callee> {
        let (callee, _) = self.calls.get(caller.0)?.get(call)?;
        Some(callee)
    }

    /// The calls of a module to modules of this tree, with the spans of their `source` arguments.
    #[must_use]
    pub fn calls_of(&self, caller: ModuleId) -> Vec<(Arc<str>, ModuleId, Option<Span>)> {
        let calls = self.calls.get(caller.0).into_iter().flatten();
        let resolved = calls.filter_map(|(call, (callee, span))| match callee {
            Callee::Module(id) => Some((call.clone(), *id, *span)),
            Callee::Missing { .. } => None,
        });
        resolved.collect()
    }

    /// All modules, in the order in which they were added.
    pub fn modules(&self) -> impl Iterator<Item = (ModuleId, &Module)> {
        self.modules
            .iter()
            .enumerate()
            .map(|(index, module)| (ModuleId(index), module))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_modules_that_are_idle_for_the_longest_time_make_room() {
        let room = Room {
            blocks: 10,
            modules: 1,
        };
        let [a, b, c, d] = [0, 1, 2, 3].map(ModuleId);
        let mut idle = IdleModules::default();
        assert_eq!(idle.add(a, 4, room), []);
        assert_eq!(idle.add(b, 4, room), []);
        // Its blocks are read again: it is not idle, and then becomes so a second time.
        idle.since.remove(&a);
        assert_eq!(idle.add(c, 4, room), []);
        assert_eq!(idle.add(a, 4, room), [b]);
        // The last one stays, however large it is.
        assert_eq!(idle.add(d, 90, room), [c, a]);
        assert_eq!(idle.add(b, 1, room), [d]);
    }
}
