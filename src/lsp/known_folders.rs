//! What is kept of the project trees of folders between checks, and what makes it be looked at again.
//!
//! The server notes each change of a text. A client that watches files tells what changes on disk below its folders; of
//! everything else, the state on disk is compared before each check.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::documents::real_path;
use crate::workspace::KnownTrees;
use terraform_eval::source::{DiskFiles, Files as _};

/// What is known of the trees of folders.
#[derive(Debug)]
pub(super) struct KnownFolders {
    /// Whether the client says what changes on disk.
    is_told: bool,
    kept: BTreeMap<PathBuf, Arc<KnownTrees>>,
}

impl KnownFolders {
    pub(super) fn new(is_told: bool) -> Self {
        Self {
            is_told,
            kept: BTreeMap::new(),
        }
    }

    /// What is known of the trees of a folder. `folders` are those of the client.
    pub(super) fn of_folder(&mut self, folder: &Path, folders: &[PathBuf]) -> Arc<KnownTrees> {
        let create = || {
            let disk = DiskFiles::default();
            let watched = folders.iter().filter(|_| self.is_told);
            let watched = watched.filter_map(|folder| disk.canonicalize(folder).ok());
            Arc::new(KnownTrees::kept(watched.collect()))
        };
        self.kept.entry(folder.to_owned()).or_insert_with(create).clone()
    }

    /// Keeps what is known of these folders and no others.
    pub(super) fn retain(&mut self, folders: &BTreeSet<PathBuf>) {
        self.kept.retain(|folder, _| folders.contains(folder));
    }

    /// Forgets everything: the client has other folders.
    pub(super) fn clear(&mut self) {
        self.kept.clear();
    }

    /// Notes that the text of a file has changed in the client.
    pub(super) fn text_changed(&self, path: &Path) {
        self.note(path, KnownTrees::text_changed);
    }

    /// Notes that something may have appeared, changed or vanished at a path, on disk or in the client.
    pub(super) fn changed(&self, path: &Path) {
        self.note(path, KnownTrees::changed);
    }

    fn note(&self, path: &Path, note: impl Fn(&KnownTrees, &Path)) {
        let paths = BTreeSet::from([location(path), real_path(path, &DiskFiles::default())]);
        for known in self.kept.values() {
            for path in &paths {
                note(known, path);
            }
        }
    }
}

/// The path with the canonical path of its directory, or of what is left of it.
fn location(path: &Path) -> PathBuf {
    let disk = DiskFiles::default();
    let mut ancestors = path.ancestors().skip(1);
    let found = ancestors.find_map(|ancestor| {
        let below = path.strip_prefix(ancestor).ok()?;
        Some(disk.canonicalize(ancestor).ok()?.join(below))
    });
    found.unwrap_or_else(|| path.to_owned())
}
