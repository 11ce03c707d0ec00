//! The loaded project and its files.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use crate::config::ConfigFiles;
use crate::model::{ImageSet, Project};
use crate::workspace::dialects::DialectChoice;
use crate::workspace::load_error::LoadError;
use crate::workspace::loaded_modules::LoadedModules;
use terraform_eval::source::{FileId, Sources};

/// The project that was loaded, with the files that it came from.
#[derive(Debug, Default)]
pub struct Loaded {
    /// The model.
    pub project: Project,
    /// The texts of all files that were read.
    pub sources: Sources,
    /// Paths that could not be read at all, and why: the result is incomplete.
    pub errors: Vec<LoadError>,
    /// What named files have copied to mirrors.
    pub image_sets: Vec<ImageSet>,
    /// The configuration files.
    pub configs: ConfigFiles,
    /// The directory of each input of the project, in the same order.
    pub directories: Vec<PathBuf>,
    /// The dialect of each root module, by the directories of `directories`.
    pub dialects: BTreeMap<PathBuf, DialectChoice>,
    /// The modules of the configuration, as they were evaluated.
    pub(crate) modules: Option<LoadedModules>,
    /// Files that were read in search of inputs and belong to none of them.
    pub unrelated_files: BTreeSet<FileId>,
}

impl Loaded {
    /// Whether everything could be read.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.errors.is_empty() && self.project.unreadable == 0
    }
}
