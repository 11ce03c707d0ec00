//! Many root modules are evaluated in batches. Syntax trees take ten times the memory of their texts and outlines twice as much,
//! so the blocks of modules are in memory for as long as a batch needs them.

use std::collections::BTreeSet;

use terraform_eval::modules::{ModuleId, ModuleTree};
use terraform_eval::source::Sources;

use crate::parallel::Threads;

/// How many root modules of a batch a thread evaluates. At the end of a batch, it waits for the other threads.
const ROOTS_OF_THREAD: usize = 16;

/// The most root modules in a batch.
const MAX_ROOTS: usize = 64;

/// Root modules in batches, and what becomes of their modules.
pub(super) struct Batches {
    roots: Vec<ModuleId>,
    size: usize,
    threads: Threads,
    /// How many batches have begun.
    begun: usize,
    /// The modules that no later batch reaches, by batch.
    done_after: Vec<Vec<ModuleId>>,
}

impl Batches {
    /// Divides root modules for a number of threads. If there are several batches, the blocks for which there is no room are let
    /// go, those of the last batches first. Each batch reads again what it needs of them.
    pub(super) fn new(roots: Vec<ModuleId>, threads: Threads, tree: &mut ModuleTree) -> Self {
        let size = (ROOTS_OF_THREAD * threads.count()).min(MAX_ROOTS);
        let mut seen = BTreeSet::new();
        let batches = roots.chunks(size).rev();
        let mut done_after: Vec<Vec<ModuleId>> = batches
            .map(|batch| tree.reachable_from(batch.iter().copied(), &mut seen))
            .collect();
        done_after.reverse();
        if done_after.len() > 1 {
            for module in done_after.iter().rev().flatten() {
                tree.release_blocks(*module);
            }
        }
        Self {
            roots,
            size,
            threads,
            begun: 0,
            done_after,
        }
    }

    /// The number of root modules in a batch.
    pub(super) fn size(&self) -> usize {
        self.size
    }

    /// Reads the blocks of the next batch again, as far as they were let go.
    pub(super) fn begin_next(&mut self, tree: &mut ModuleTree, sources: &Sources) {
        if let Some(batch) = self.roots.chunks(self.size).nth(self.begun) {
            let modules = tree.reachable_from(batch.iter().copied(), &mut BTreeSet::new());
            tree.restore_blocks_by(modules, sources, &|ids, restore| self.threads.map(ids, restore));
        }
        self.begun += 1;
    }

    /// Ends a batch: what no later one needs is let go.
    pub(super) fn end(&self, batch: usize, tree: &mut ModuleTree) {
        for module in self.done_after.get(batch).into_iter().flatten() {
            tree.forget_trees(*module);
            tree.forget_blocks(*module);
        }
    }

    /// Ends the last batch. Syntax trees that a session keeps stay, and so do those of the only batch: nothing else needs the
    /// room, and to free each of many small pieces takes time.
    pub(super) fn end_last(&self, tree: &mut ModuleTree) {
        let last = self.done_after.last().filter(|_| self.done_after.len() > 1);
        for module in last.into_iter().flatten() {
            tree.forget_blocks(*module);
        }
    }
}
