//! Who calls a module: the local calls of all modules in a project tree, known before the modules are read.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::workspace::project_tree::ConfigurationDirectory;
use crate::workspace::survey::ModuleFacts;
use terraform_eval::modules::ModuleCall;
use terraform_eval::source::{CachedFiles, Files as _, clean_path};

/// The calls between the modules of a tree, by canonical directory.
#[derive(Debug, Default)]
pub(crate) struct Callers {
    /// The directories whose modules call the module of a directory.
    by_callee: BTreeMap<PathBuf, BTreeSet<PathBuf>>,
    /// Directories whose configuration calls functions that read files.
    readers: BTreeSet<PathBuf>,
    /// Called paths that no listing explains, with their canonical paths.
    unlisted: Vec<(PathBuf, PathBuf)>,
}

impl Callers {
    /// The calls of the modules of these directories, which say these facts.
    pub(crate) fn of(
        directories: &[&ConfigurationDirectory],
        facts: &[Arc<ModuleFacts>],
        files: &CachedFiles,
    ) -> Self {
        let mut callers = Self::default();
        for (directory, facts) in directories.iter().zip(facts) {
            if facts.reads_files {
                callers.readers.insert(directory.path.clone());
            }
            let called = facts
                .calls
                .iter()
                .filter_map(|source| ModuleCall::local_directory(source, &directory.path));
            for called in called {
                let called = clean_path(&called);
                // The module may be gone: then the callers of the path are those that are concerned.
                let callee = files.canonical_path(&called);
                if !files.is_listed(&called) {
                    callers.unlisted.push((called, callee.clone()));
                }
                callers
                    .by_callee
                    .entry(callee)
                    .or_default()
                    .insert(directory.path.clone());
            }
        }
        callers
    }

    /// Whether the called paths lead where they led, as long as no listing has changed.
    pub(crate) fn are_current(&self, files: &CachedFiles) -> bool {
        let mut unlisted = self.unlisted.iter();
        unlisted.all(|(path, canonical)| files.canonical_path(path) == *canonical)
    }

    /// These directories and those whose modules call theirs, directly or through others.
    pub(crate) fn with_callers(&self, directories: impl IntoIterator<Item = PathBuf>) -> BTreeSet<PathBuf> {
        let mut pending: Vec<PathBuf> = directories.into_iter().collect();
        let mut found = BTreeSet::new();
        while let Some(directory) = pending.pop() {
            if let Some(callers) = self.by_callee.get(&directory) {
                pending.extend(callers.iter().filter(|caller| !found.contains(*caller)).cloned());
            }
            found.insert(directory);
        }
        found
    }

    /// Whether some module calls the module of this directory.
    pub(crate) fn is_called(&self, directory: &Path) -> bool {
        self.by_callee.contains_key(directory)
    }

    /// The directories whose configuration calls functions that read files.
    pub(crate) fn readers(&self) -> impl Iterator<Item = &PathBuf> {
        self.readers.iter()
    }
}
