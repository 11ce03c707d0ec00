//! What is kept of the modules of a folder between checks: which ones call which, and which have something to check.
//!
//! The client says what has changed on disk, but only below its folders. So something is kept only for a folder that is the
//! top of a repository; in any other one, all modules are looked at again for each check.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::workspace::Survey;
use terraform_eval::source::{DiskFiles, Files as _};

/// The surveys of folders.
#[derive(Debug)]
pub(super) struct Surveys {
    /// Whether the client says what changes on disk.
    is_told: bool,
    kept: BTreeMap<PathBuf, Arc<Survey>>,
}

impl Surveys {
    pub(super) fn new(is_told: bool) -> Self {
        Self {
            is_told,
            kept: BTreeMap::new(),
        }
    }

    /// The survey of a folder, if one can be kept. `folders` are those of the client.
    pub(super) fn of_folder(&mut self, folder: &Path, folders: &[PathBuf]) -> Option<Arc<Survey>> {
        let is_told = self.is_told && folders.iter().any(|known| known == folder);
        let is_top = || DiskFiles::default().exists(&folder.join(".git"));
        if !is_told || (!self.kept.contains_key(folder) && !is_top()) {
            return None;
        }
        Some(self.kept.entry(folder.to_owned()).or_default().clone())
    }

    /// Forgets the directory of a file whose text has changed, in the client or on disk, and what the path may be itself.
    pub(super) fn forget(&self, path: &Path) {
        let path = DiskFiles::default().location(path);
        for survey in self.kept.values() {
            survey.forget(&path);
            survey.forget(path.parent().unwrap_or(&path));
        }
    }
}
