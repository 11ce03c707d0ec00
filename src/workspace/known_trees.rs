//! What is known of project trees between two loads: which names their directories have, what the modules in them say,
//! where modules lie, and who calls whom.
//!
//! A run of the command line knows nothing at its start, and looks at everything once. A session that goes on keeps what it
//! found, and looks again where it may have changed: at a text that the session changes and at what it is told of changes on
//! disk ([`changed`](KnownTrees::changed), [`text_changed`](KnownTrees::text_changed)), and wherever changes are not told,
//! if the system has other times or sizes for a file ([`verify`](KnownTrees::verify)).

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::parallel::Threads;
use crate::workspace::callers::Callers;
use crate::workspace::known_documents::KnownDocuments;
use crate::workspace::project_tree::ConfigurationDirectory;
use crate::workspace::survey::{ModuleFacts, Survey};
use terraform_eval::source::{CachedFiles, FileIds, Files, Listings, Sources, Stamp};

/// What is known of project trees.
#[derive(Debug, Default)]
pub struct KnownTrees {
    listings: Arc<Listings>,
    survey: Survey,
    file_ids: Arc<FileIds>,
    documents: KnownDocuments,
    search: Mutex<Option<Arc<TreeSearch>>>,
    calls: Mutex<Option<KnownCalls>>,
    /// Whether it is kept between loads.
    is_kept: bool,
    /// The canonical directories below which changes are told.
    told: Vec<PathBuf>,
}

/// What a search of project trees found in which no path is named.
#[derive(Debug)]
pub(crate) struct TreeSearch {
    trees: BTreeSet<PathBuf>,
    /// The modules in them.
    pub(crate) modules: Vec<ConfigurationDirectory>,
    /// The files of settings that were read, in this order.
    pub(crate) settings: Vec<PathBuf>,
    /// The files that decided where to look, whether they exist or not.
    files: Vec<(PathBuf, Stamp)>,
    /// The revision of the listings.
    revision: u64,
}

/// Who calls whom, with what that was found from.
#[derive(Debug)]
struct KnownCalls {
    callers: Arc<Callers>,
    directories: Vec<PathBuf>,
    facts: Vec<Arc<ModuleFacts>>,
    /// The revision of the listings.
    revision: u64,
}

impl KnownTrees {
    /// Nothing is known yet, and what is found is kept between loads. `told` are the canonical directories below which each
    /// change is told.
    #[must_use]
    pub fn kept(told: Vec<PathBuf>) -> Self {
        Self {
            listings: Arc::new(Listings::kept()),
            survey: Survey::kept(),
            documents: KnownDocuments::kept(),
            is_kept: true,
            told,
            ..Self::default()
        }
    }

    /// The entries of directories.
    pub(crate) fn listings(&self) -> Arc<Listings> {
        self.listings.clone()
    }

    /// What modules say.
    pub(crate) fn survey(&self) -> &Survey {
        &self.survey
    }

    /// The syntax of configuration files.
    pub(crate) fn documents(&self) -> &KnownDocuments {
        &self.documents
    }

    /// Whether another load may follow.
    pub(crate) fn is_kept(&self) -> bool {
        self.is_kept
    }

    /// The sources of a load, in which files have the ids that they had in earlier loads.
    pub(crate) fn sources(&self, files: Arc<dyn Files>) -> Sources {
        if self.is_kept {
            Sources::with_ids(files, self.file_ids.clone())
        } else {
            Sources::with_files(files)
        }
    }

    /// Notes that something may have appeared, changed or vanished at a path, given with the canonical path of its directory.
    pub fn changed(&self, path: &Path) {
        if !self.listings.doubt(path) {
            self.survey.forget_below(path);
        }
        self.text_changed(path);
    }

    /// Notes that the text of a file has changed, and nothing else.
    pub fn text_changed(&self, path: &Path) {
        self.survey.forget_file(path);
        let mut search = lock(&self.search);
        let depends_on_it = |search: &Arc<TreeSearch>| search.files.iter().any(|(file, _)| file == path);
        if search.as_ref().is_some_and(depends_on_it) {
            *search = None;
        }
    }

    /// Looks again at what may have changed, before a load.
    pub(crate) fn verify(&self, files: &dyn Files, threads: Threads) {
        if !self.is_kept {
            return;
        }
        self.documents.begin_load();
        let is_told = |directory: &Path| self.is_told(directory);
        let in_doubt = self.listings.in_doubt(is_told);
        let look_again = |directory: &PathBuf| self.listings.look_again(directory, files);
        for changed in threads.map(&in_doubt, look_again).into_iter().flatten() {
            self.survey.forget(changed.path());
            for forgotten in self.listings.replace(changed) {
                self.survey.forget(&forgotten);
            }
        }
        self.survey.verify(&self.listings, is_told, files, threads);
        let mut search = lock(&self.search);
        if search
            .as_ref()
            .is_some_and(|search| !self.is_current(search, files))
        {
            *search = None;
        }
    }

    fn is_current(&self, search: &TreeSearch, files: &dyn Files) -> bool {
        let mut decisive = search.files.iter();
        search.revision == self.listings.revision()
            && decisive.all(|(file, stamp)| files.stamp(file).is_same(*stamp))
    }

    /// Whether each change in a directory is told. What is hidden is often not watched.
    fn is_told(&self, directory: &Path) -> bool {
        let is_hidden = |path: &Path| {
            let mut names = path.components();
            names.any(|name| name.as_os_str().as_encoded_bytes().starts_with(b"."))
        };
        let mut told = self.told.iter();
        told.any(|told| directory.strip_prefix(told).is_ok_and(|below| !is_hidden(below)))
    }

    /// What a search of these trees found, if it would find the same again.
    pub(crate) fn search(&self, trees: &BTreeSet<PathBuf>) -> Option<Arc<TreeSearch>> {
        lock(&self.search).clone().filter(|search| search.trees == *trees)
    }

    /// Keeps what a search of trees found. `settings` are the files of settings that it read, and `decisive` all files that
    /// decided where to look.
    pub(crate) fn keep_search(
        &self,
        trees: BTreeSet<PathBuf>,
        modules: &[ConfigurationDirectory],
        settings: Vec<PathBuf>,
        decisive: impl IntoIterator<Item = PathBuf>,
        files: &dyn Files,
    ) {
        if !self.is_kept {
            return;
        }
        let decisive = decisive.into_iter().map(|file| {
            let stamp = files.stamp(&file);
            (file, stamp)
        });
        *lock(&self.search) = Some(Arc::new(TreeSearch {
            trees,
            modules: modules.to_owned(),
            settings,
            files: decisive.collect(),
            revision: self.listings.revision(),
        }));
    }

    /// Who calls whom among the modules of these directories.
    pub(crate) fn callers(
        &self,
        directories: &[&ConfigurationDirectory],
        files: &CachedFiles,
        threads: Threads,
    ) -> Arc<Callers> {
        let facts = self.survey.of_directories(directories, files, threads);
        if !self.is_kept {
            return Arc::new(Callers::of(directories, &facts, files));
        }
        let mut calls = lock(&self.calls);
        let revision = self.listings.revision();
        if let Some(calls) = &*calls
            && calls.revision == revision
            && calls.has(directories, &facts)
            && calls.callers.are_current(files)
        {
            return calls.callers.clone();
        }
        let callers = Arc::new(Callers::of(directories, &facts, files));
        *calls = Some(KnownCalls {
            callers: callers.clone(),
            directories: directories
                .iter()
                .map(|directory| directory.path.clone())
                .collect(),
            facts,
            revision,
        });
        callers
    }
}

impl KnownCalls {
    /// Whether they are the calls of these directories, whose modules say this.
    fn has(&self, directories: &[&ConfigurationDirectory], facts: &[Arc<ModuleFacts>]) -> bool {
        let same_paths = || {
            let mut pairs = self.directories.iter().zip(directories);
            pairs.all(|(known, directory)| *known == directory.path)
        };
        let same_calls = || {
            let mut pairs = self.facts.iter().zip(facts);
            pairs.all(|(known, facts)| Arc::ptr_eq(known, facts) || known.has_calls_of(facts))
        };
        self.directories.len() == directories.len() && same_paths() && same_calls()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
