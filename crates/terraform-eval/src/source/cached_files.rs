//! Files whose directories are listed once. What a path leads to is then known without a call of the system.

use std::borrow::Cow;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crate::hashing::HashMap;

use super::disk_file::FileEnds;
use super::files::{DirectoryEntry, DiskFiles, FileKind, Files};
use super::listings::Listings;
use super::read_error::ReadError;
use super::stamp::Stamp;

/// Other files, with the directories that were listed and texts that were read ahead.
///
/// A directory that is listed by its canonical path is listed once: from then on, what lies in it is known. All other
/// questions go to the other files.
#[derive(Debug)]
pub struct CachedFiles {
    lower: Arc<dyn Files>,
    /// The canonical path of the current directory.
    current: PathBuf,
    listings: Arc<Listings>,
    /// Texts that were read ahead, by canonical path. Each is given once.
    texts: Mutex<HashMap<PathBuf, String>>,
}

impl CachedFiles {
    /// Nothing is listed yet.
    #[must_use]
    pub fn new(lower: Arc<dyn Files>) -> Self {
        Self::with_listings(lower, Arc::default())
    }

    /// Some directories may be listed already.
    #[must_use]
    pub fn with_listings(lower: Arc<dyn Files>, listings: Arc<Listings>) -> Self {
        Self {
            current: lower.canonical_path(Path::new(".")),
            lower,
            listings,
            texts: Mutex::default(),
        }
    }

    /// The entries of a directory that is given by its canonical path, sorted by name.
    pub fn entries(&self, directory: &Path) -> io::Result<Arc<[DirectoryEntry]>> {
        self.listings.entries(directory, &*self.lower)
    }

    /// Whether the entries of its directory tell what a path leads to.
    #[must_use]
    pub fn is_listed(&self, path: &Path) -> bool {
        self.entry(path)
            .is_some_and(|entry| entry.map_or(true, |entry| !entry.is_link))
    }

    /// Keeps the text of a file, given by the canonical path of its directory and its name, for the next one who reads it.
    pub fn read_ahead(&self, path: PathBuf, text: String) {
        let mut texts = self.texts.lock().unwrap_or_else(PoisonError::into_inner);
        texts.insert(path, text);
    }

    /// Forgets all texts that were read ahead.
    pub fn forget_texts(&self) {
        let mut texts = self.texts.lock().unwrap_or_else(PoisonError::into_inner);
        texts.clear();
    }

    /// The absolute path, if it can be told from the text alone.
    fn absolute<'p>(&self, path: &'p Path) -> Option<Cow<'p, Path>> {
        let has_two_dots = || {
            path.as_os_str()
                .as_encoded_bytes()
                .windows(2)
                .any(|pair| pair == b"..")
        };
        if has_two_dots() && path.components().any(|part| part == Component::ParentDir) {
            return None;
        }
        Some(if path.is_absolute() {
            Cow::Borrowed(path)
        } else {
            Cow::Owned(self.current.join(path))
        })
    }

    /// The entry that a path names. `None` if its directory is not listed; `Some(Err)` if there is no such entry.
    fn entry(&self, path: &Path) -> Option<io::Result<DirectoryEntry>> {
        let path = self.absolute(path)?;
        let entries = self.listings.known(path.parent()?)?;
        let name = path.file_name()?;
        let found = entries.binary_search_by(|entry| (*entry.name).cmp(name));
        match found.ok().and_then(|index| entries.get(index)) {
            Some(entry) => Some(Ok(entry.clone())),
            // The system may find it by a name with other cases.
            None if cfg!(any(windows, target_os = "macos")) => None,
            None => Some(Err(io::ErrorKind::NotFound.into())),
        }
    }

    fn take_text(&self, path: &Path) -> Option<String> {
        let path = self.absolute(path)?;
        let mut texts = self.texts.lock().unwrap_or_else(PoisonError::into_inner);
        texts.remove(&*path)
    }
}

/// Whether an absolute path certainly has nothing that its components leave out: a `.`, or a second separator.
fn is_plain(path: &Path) -> bool {
    let bytes = path.as_os_str().as_encoded_bytes();
    let mut pairs = bytes.windows(2);
    cfg!(unix) && bytes.last() != Some(&b'/') && !pairs.any(|pair| pair == b"//" || pair == b"/.")
}

impl Default for CachedFiles {
    fn default() -> Self {
        Self::new(Arc::new(DiskFiles::default()))
    }
}

impl Files for CachedFiles {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        match self.take_text(path) {
            Some(text) => Ok(text.into_bytes()),
            None => self.lower.read(path),
        }
    }

    fn read_input(&self, path: &Path) -> Result<String, ReadError> {
        match self.take_text(path) {
            Some(text) => Ok(text),
            None => self.lower.read_input(path),
        }
    }

    fn read_text(&self, path: &Path) -> Result<String, ReadError> {
        match self.take_text(path) {
            Some(text) => Ok(text),
            None => self.lower.read_text(path),
        }
    }

    fn read_stdin(&self) -> Result<String, ReadError> {
        self.lower.read_stdin()
    }

    fn read_bounded(&self, path: &Path, max_bytes: u64) -> io::Result<Option<Vec<u8>>> {
        self.lower.read_bounded(path, max_bytes)
    }

    fn read_resolved(&self, canonical: &Path, max_bytes: u64) -> io::Result<Option<Vec<u8>>> {
        self.lower.read_resolved(canonical, max_bytes)
    }

    fn read_ends(&self, path: &Path, words: &[&[u8]]) -> Option<FileEnds> {
        self.lower.read_ends(path, words)
    }

    fn list<'f>(&'f self, directory: &Path) -> io::Result<Box<dyn Iterator<Item = DirectoryEntry> + 'f>> {
        let known = self
            .absolute(directory)
            .and_then(|directory| self.listings.known(&directory));
        match known {
            Some(entries) => Ok(Box::new(
                (0..entries.len()).filter_map(move |index| entries.get(index).cloned()),
            )),
            None => self.lower.list(directory),
        }
    }

    fn canonicalize(&self, path: &Path) -> io::Result<PathBuf> {
        match self.entry(path) {
            // The directory is canonical, and the name is not a link.
            Some(Ok(entry)) if !entry.is_link => {
                let path = self.absolute(path).map(Cow::into_owned).unwrap_or_default();
                Ok(if is_plain(&path) {
                    path
                } else {
                    path.components().collect()
                })
            }
            Some(Err(error)) => Err(error),
            _ => self.lower.canonicalize(path),
        }
    }

    fn kind(&self, path: &Path) -> io::Result<FileKind> {
        match self.entry(path) {
            // The kind of a link that leads nowhere is an error.
            Some(Ok(entry)) if !entry.is_link || entry.kind != FileKind::Other => Ok(entry.kind),
            Some(Err(error)) => Err(error),
            _ => self.lower.kind(path),
        }
    }

    fn is_link(&self, path: &Path) -> bool {
        match self.entry(path) {
            Some(entry) => entry.is_ok_and(|entry| entry.is_link),
            None => self.lower.is_link(path),
        }
    }

    fn stamp(&self, path: &Path) -> Stamp {
        self.lower.stamp(path)
    }

    fn budget(&self) -> u64 {
        self.lower.budget()
    }

    fn set_budget(&self, bytes: u64) {
        self.lower.set_budget(bytes);
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::super::OverlayFiles;
    use super::*;

    /// The answers about a path.
    fn answers(files: &dyn Files, path: &Path) -> String {
        format!(
            "{:?} {:?} {} {:?}",
            files.canonicalize(path).map_err(|error| error.kind()),
            files.kind(path).map_err(|error| error.kind()),
            files.is_link(path),
            files.read_text(path).ok(),
        )
    }

    #[test]
    fn a_listed_directory_answers_as_the_disk_does() {
        let scratch = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(scratch.path()).unwrap();
        fs::create_dir_all(root.join("a/b")).unwrap();
        fs::write(root.join("a/main.tf"), "text").unwrap();
        #[cfg(unix)]
        for (target, link) in [("a/main.tf", "link.tf"), ("a", "to"), ("nowhere", "gone")] {
            std::os::unix::fs::symlink(target, root.join(link)).unwrap();
        }
        let disk = DiskFiles::default();
        let cached = CachedFiles::new(Arc::new(disk.clone()));
        let paths = [
            "",
            "a",
            "a/b",
            "a/./main.tf",
            "a/b/..",
            "a/none",
            "none",
            "none/x",
            "link.tf",
            "to",
            "to/main.tf",
            "gone",
            "a/main.tf/x",
        ];
        for is_listed in [false, true] {
            if is_listed {
                for directory in ["", "a", "a/b"] {
                    cached.entries(&root.join(directory)).unwrap();
                }
            }
            for path in paths {
                let path = root.join(path);
                assert_eq!(
                    answers(&cached, &path),
                    answers(&disk, &path),
                    "{}",
                    path.display()
                );
            }
        }
    }

    #[test]
    fn a_directory_is_listed_once_until_it_is_in_doubt() {
        let scratch = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(scratch.path()).unwrap();
        let listings = Arc::new(Listings::kept());
        let cached = CachedFiles::with_listings(Arc::new(DiskFiles::default()), listings.clone());
        let look_again = || {
            let in_doubt = listings.in_doubt(|_| true);
            let changed = in_doubt
                .iter()
                .filter_map(|directory| listings.look_again(directory, &*cached.lower));
            for changed in changed.collect::<Vec<_>>() {
                listings.replace(changed);
            }
        };
        assert!(cached.entries(&root).unwrap().is_empty());
        fs::create_dir_all(root.join("new/below")).unwrap();
        assert!(!cached.exists(&root.join("new")));
        assert_eq!(cached.list(&root).unwrap().count(), 0);
        let revision = listings.revision();
        listings.doubt(&root.join("new"));
        look_again();
        assert_ne!(listings.revision(), revision);
        assert_eq!(cached.entries(&root).unwrap().len(), 1);
        assert!(cached.exists(&root.join("new")));

        // What lies below a directory that is gone is forgotten with it.
        cached.entries(&root.join("new")).unwrap();
        cached.entries(&root.join("new/below")).unwrap();
        fs::remove_dir_all(root.join("new")).unwrap();
        listings.doubt(&root.join("new"));
        look_again();
        assert!(!listings.is_known(&root.join("new")) && !listings.is_known(&root.join("new/below")));
        assert!(!cached.exists(&root.join("new/below")));
    }

    #[test]
    fn a_text_that_was_read_ahead_is_given_once() {
        let overlay = OverlayFiles::new(
            [("/a.tf".into(), "later".to_owned())].into(),
            Arc::new(DiskFiles::default()),
        );
        let cached = CachedFiles::new(Arc::new(overlay));
        cached.read_ahead("/a.tf".into(), "ahead".to_owned());
        let read = || cached.read_text(Path::new("/a.tf")).unwrap();
        assert_eq!((read(), read()), ("ahead".to_owned(), "later".to_owned()));
    }
}
