//! Directories that were listed, with what tells whether they have changed since.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use crate::hashing::HashMap;

use super::files::{DirectoryEntry, FileKind, Files};
use super::stamp::Stamp;

/// The entries of directories, by canonical path.
///
/// They are known for one run, or longer: then whoever keeps them says which ones are in doubt, and has those looked at
/// again.
#[derive(Debug, Default)]
pub struct Listings {
    known: RwLock<HashMap<PathBuf, Listing>>,
    is_kept: bool,
    revision: AtomicU64,
}

/// The entries of one directory.
#[derive(Debug, Clone)]
struct Listing {
    /// Sorted by name.
    entries: Arc<[DirectoryEntry]>,
    /// Whether one of them is a link, which may lead to something else without a change of the directory.
    has_links: bool,
    stamp: Stamp,
}

impl Listing {
    fn new(directory: &Path, files: &dyn Files, is_kept: bool) -> io::Result<Self> {
        let stamp = if is_kept {
            files.stamp(directory)
        } else {
            Stamp::Unknown
        };
        let mut entries: Vec<DirectoryEntry> = files.list(directory)?.collect();
        entries.sort();
        Ok(Self {
            has_links: entries.iter().any(|entry| entry.is_link),
            entries: entries.into(),
            stamp,
        })
    }
}

/// A directory that is not as it was listed before.
#[derive(Debug)]
pub struct ChangedDirectory {
    path: PathBuf,
    listing: io::Result<Listing>,
}

impl ChangedDirectory {
    /// The canonical path.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Listings {
    /// Listings that are kept longer than a run.
    #[must_use]
    pub fn kept() -> Self {
        Self {
            is_kept: true,
            ..Self::default()
        }
    }

    /// The entries of a directory, sorted by name.
    pub(super) fn entries(&self, directory: &Path, files: &dyn Files) -> io::Result<Arc<[DirectoryEntry]>> {
        if let Some(known) = self.known(directory) {
            return Ok(known);
        }
        let listing = Listing::new(directory, files, self.is_kept)?;
        let entries = listing.entries.clone();
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.insert(directory.to_owned(), listing);
        Ok(entries)
    }

    pub(super) fn known(&self, directory: &Path) -> Option<Arc<[DirectoryEntry]>> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.get(directory).map(|listing| listing.entries.clone())
    }

    /// Whether a directory was listed.
    #[must_use]
    pub fn is_known(&self, directory: &Path) -> bool {
        self.known(directory).is_some()
    }

    /// A number that differs once a known directory has changed.
    #[must_use]
    pub fn revision(&self) -> u64 {
        self.revision.load(Ordering::Relaxed)
    }

    /// Puts the directories in doubt that hold a path, and those at and below it. Returns whether the path is known to be a
    /// file, so that nothing is below it.
    pub fn doubt(&self, path: &Path) -> bool {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        for directory in path.ancestors().skip(1) {
            if let Some(listing) = known.get_mut(directory) {
                listing.stamp = Stamp::Unknown;
            }
        }
        let is_file = |listing: &Listing| {
            let name = path.file_name().unwrap_or_default();
            let found = listing.entries.binary_search_by(|entry| (*entry.name).cmp(name));
            let entry = found.ok().and_then(|index| listing.entries.get(index));
            entry.is_some_and(|entry| entry.kind == FileKind::File && !entry.is_link)
        };
        let parent = path.parent().and_then(|parent| known.get(parent));
        if parent.is_some_and(is_file) {
            return true;
        }
        for (directory, listing) in known.iter_mut() {
            if directory.starts_with(path) {
                listing.stamp = Stamp::Unknown;
            }
        }
        false
    }

    /// The directories in doubt: those that were put in doubt, those with links, and those for which `is_told` does not hold.
    pub fn in_doubt(&self, is_told: impl Fn(&Path) -> bool) -> Vec<PathBuf> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let is_in_doubt = |directory: &Path, listing: &Listing| {
            listing.stamp == Stamp::Unknown || listing.has_links || !is_told(directory)
        };
        let found = known
            .iter()
            .filter(|(directory, listing)| is_in_doubt(directory, listing));
        found.map(|(directory, _)| directory.clone()).collect()
    }

    /// Looks at a directory again. `None` if it is as it was listed before.
    #[must_use]
    pub fn look_again(&self, directory: &Path, files: &dyn Files) -> Option<ChangedDirectory> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let old = known.get(directory)?.clone();
        drop(known);
        let is_same = files.stamp(directory).is_same(old.stamp);
        if is_same && !old.has_links {
            return None;
        }
        let listing = Listing::new(directory, files, self.is_kept);
        if let Ok(new) = &listing
            && new.entries == old.entries
            && (is_same || !new.has_links)
        {
            let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
            known.insert(directory.to_owned(), new.clone());
            return None;
        }
        Some(ChangedDirectory {
            path: directory.to_owned(),
            listing,
        })
    }

    /// Takes what was found in a directory. What lay below names that stand for something else now is forgotten. Returns
    /// the directories that are forgotten.
    pub fn replace(&self, changed: ChangedDirectory) -> Vec<PathBuf> {
        self.revision.fetch_add(1, Ordering::Relaxed);
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        let new = changed.listing.ok();
        let old = known.remove(&changed.path);
        let old = old.iter().flat_map(|old| old.entries.iter());
        let remains = |entry: &DirectoryEntry| {
            new.as_ref()
                .is_some_and(|new| new.entries.binary_search(entry).is_ok())
        };
        let gone = old.filter(|entry| entry.kind == FileKind::Directory && !remains(entry));
        let gone: Vec<PathBuf> = gone.map(|entry| changed.path.join(&*entry.name)).collect();
        let mut forgotten = Vec::new();
        if !gone.is_empty() {
            known.retain(|directory, _| {
                let is_gone = gone.iter().any(|gone| directory.starts_with(gone));
                if is_gone {
                    forgotten.push(directory.clone());
                }
                !is_gone
            });
        }
        if let Some(new) = new {
            known.insert(changed.path, new);
        }
        forgotten
    }
}
