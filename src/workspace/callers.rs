//! Who calls a module: the local calls of all modules in a project tree, known before the modules are read.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::parallel::Threads;
use crate::workspace::project_tree::ConfigurationDirectory;
use crate::workspace::survey::Survey;
use terraform_eval::modules::ModuleCall;
use terraform_eval::source::{CachedFiles, Files as _, clean_path};

/// The calls between the modules of a tree, by canonical directory.
#[derive(Debug, Default)]
pub(crate) struct Callers {
    /// The directories whose modules call the module of a directory.
    callers: BTreeMap<PathBuf, BTreeSet<PathBuf>>,
    /// Directories whose configuration calls functions that read files.
    readers: BTreeSet<PathBuf>,
}

impl Callers {
    /// Searches these directories.
    pub(crate) fn of(
        directories: &[&ConfigurationDirectory],
        survey: &Survey,
        files: &CachedFiles,
        threads: Threads,
    ) -> Self {
        let mut callers = Self::default();
        let facts = survey.of_directories(directories, files, threads);
        for (directory, facts) in directories.iter().zip(facts) {
            if facts.reads_files {
                callers.readers.insert(directory.path.clone());
            }
            let called = facts
                .calls
                .iter()
                .filter_map(|source| ModuleCall::local_directory(source, &directory.path));
            for called in called {
                // The module may be gone: then the callers of the path are those that are concerned.
                let callee = files.canonical_path(&clean_path(&called));
                callers
                    .callers
                    .entry(callee)
                    .or_default()
                    .insert(directory.path.clone());
            }
        }
        callers
    }

    /// These directories and those whose modules call theirs, directly or through others.
    pub(crate) fn with_callers(&self, directories: impl IntoIterator<Item = PathBuf>) -> BTreeSet<PathBuf> {
        let mut pending: Vec<PathBuf> = directories.into_iter().collect();
        let mut found = BTreeSet::new();
        while let Some(directory) = pending.pop() {
            if let Some(callers) = self.callers.get(&directory) {
                pending.extend(callers.iter().filter(|caller| !found.contains(*caller)).cloned());
            }
            found.insert(directory);
        }
        found
    }

    /// Whether some module calls the module of this directory.
    pub(crate) fn is_called(&self, directory: &Path) -> bool {
        self.callers.contains_key(directory)
    }

    /// The directories whose configuration calls functions that read files.
    pub(crate) fn readers(&self) -> impl Iterator<Item = &PathBuf> {
        self.readers.iter()
    }
}
