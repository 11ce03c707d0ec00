//! Access to files: one trait, the disk, texts in memory, and texts laid over other files.
//!
//! Everything that reads a file, lists a directory or resolves a path does so through [`Files`], so that an editor's
//! unsaved texts, fixes that are not written yet, and the texts of tests are read in the same way as files on disk.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fmt;
use std::fs;
use std::io::{self, Read as _};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use super::canonical_directories::CanonicalDirectories;
use super::clean_path;
use super::disk_file::{self, FileEnds, MIN_LARGE_BYTES};
use super::read_error::{ReadError, decode};
use super::read_limits::{MAX_TEXT_BYTES, ReadLimits};
use super::stamp::Stamp;

/// What a path leads to, after links are followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FileKind {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A device, a pipe, a socket, or a link that leads nowhere.
    Other,
}

impl From<fs::FileType> for FileKind {
    fn from(file_type: fs::FileType) -> Self {
        if file_type.is_file() {
            Self::File
        } else if file_type.is_dir() {
            Self::Directory
        } else {
            Self::Other
        }
    }
}

/// An entry of a directory.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct DirectoryEntry {
    /// Its file name, without the directory.
    pub name: Arc<OsStr>,
    /// What it leads to.
    pub kind: FileKind,
    /// Whether the entry itself is a link.
    pub is_link: bool,
}

/// The files that a run can see.
///
/// Paths are as the user spells them, relative to the current directory or absolute.
pub trait Files: fmt::Debug + Send + Sync {
    /// Reads the bytes of a file. It is an error of the kind `FileTooLarge` or `QuotaExceeded` if there are more than are
    /// to be read.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;

    /// Reads an input that a user names as text. JSON may be as large as a plan.
    fn read_input(&self, path: &Path) -> Result<String, ReadError> {
        self.read_text(path)
    }

    /// Reads standard input to its end, as an input that a user names.
    fn read_stdin(&self) -> Result<String, ReadError> {
        Err(ReadError::Io(io::ErrorKind::Unsupported.into()))
    }

    /// Reads the bytes of a file; `None` if it has more than `max_bytes`.
    fn read_bounded(&self, path: &Path, max_bytes: u64) -> io::Result<Option<Vec<u8>>>;

    /// Reads the bytes of a file at a canonical path, after it was checked that the file may be read: not if the path leads
    /// somewhere else by then. `None` if it has more than `max_bytes`.
    fn read_resolved(&self, canonical: &Path, max_bytes: u64) -> io::Result<Option<Vec<u8>>> {
        self.read_bounded(canonical, max_bytes)
    }

    /// Searches a large file for `words` without holding it in memory, and returns its ends if it has none of them.
    ///
    /// `None` for a small file, one that contains a word, and one that cannot be searched this way: such a file has
    /// to be read.
    fn read_ends(&self, path: &Path, words: &[&[u8]]) -> Option<FileEnds>;

    /// Lists a directory, in no particular order. Entries that the system does not let us see are skipped.
    fn list<'f>(&'f self, directory: &Path) -> io::Result<Box<dyn Iterator<Item = DirectoryEntry> + 'f>>;

    /// The canonical path of an existing file or directory: absolute, with links resolved. The empty path stands for
    /// the current directory.
    fn canonicalize(&self, path: &Path) -> io::Result<PathBuf>;

    /// What a path leads to.
    fn kind(&self, path: &Path) -> io::Result<FileKind>;

    /// Whether the path itself is a link, wherever it leads.
    fn is_link(&self, path: &Path) -> bool;

    /// What tells whether a file or directory has changed, as far as it lies on disk.
    fn stamp(&self, _: &Path) -> Stamp {
        Stamp::Unknown
    }

    /// How many bytes may still be read, if there is a limit for all files together.
    fn budget(&self) -> u64 {
        u64::MAX
    }

    /// Sets how many bytes may still be read.
    fn set_budget(&self, _: u64) {}

    /// Reads a file as text.
    fn read_text(&self, path: &Path) -> Result<String, ReadError> {
        decode(self.read(path).map_err(ReadError::Io)?)
    }

    /// The canonical path where the path exists, else the absolute path.
    fn canonical_path(&self, path: &Path) -> PathBuf {
        self.canonicalize(path)
            .or_else(|_| std::path::absolute(path))
            .unwrap_or_else(|_| path.to_owned())
    }

    /// Where a path lies: the canonical path of its directory and its name, so that a link at the end is not followed.
    fn location(&self, path: &Path) -> PathBuf {
        match (path.parent(), path.file_name()) {
            (Some(parent), Some(name)) => self.canonical_path(parent).join(name),
            _ => self.canonical_path(path),
        }
    }

    /// Whether the path leads to a regular file.
    fn is_file(&self, path: &Path) -> bool {
        self.kind(path).is_ok_and(|kind| kind == FileKind::File)
    }

    /// Whether the path leads to a directory.
    fn is_directory(&self, path: &Path) -> bool {
        self.kind(path).is_ok_and(|kind| kind == FileKind::Directory)
    }

    /// Whether the path leads to anything.
    fn exists(&self, path: &Path) -> bool {
        self.kind(path).is_ok()
    }
}

/// The files on disk. Only regular files are read.
#[derive(Debug, Clone, Default)]
pub struct DiskFiles {
    limits: ReadLimits,
    directories: CanonicalDirectories,
    before_large_file: Option<fn()>,
}

impl DiskFiles {
    /// The files on disk, as far as the limits allow.
    #[must_use]
    pub fn new(limits: ReadLimits) -> Self {
        Self {
            limits,
            ..Self::default()
        }
    }

    /// Calls this before a file of at least 2 MB is read, and during an input that comes through a pipe once it has so much. What
    /// is made of such a text may take several times its memory, so that a program may want to prepare for it.
    #[must_use]
    pub fn before_large_file(mut self, prepare: fn()) -> Self {
        self.before_large_file = Some(prepare);
        self
    }

    fn read_up_to(&self, path: &Path, limit: u64) -> io::Result<Vec<u8>> {
        disk_file::read(path, limit, || self.prepare_for_large_file())
    }

    fn prepare_for_large_file(&self) {
        if let Some(prepare) = self.before_large_file {
            prepare();
        }
    }

    /// Reads an input from a stream to its end.
    fn read_stream(&self, mut stream: impl io::Read) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        stream.by_ref().take(MIN_LARGE_BYTES).read_to_end(&mut bytes)?;
        let limit = limit_of_input(&bytes, &self.limits);
        if bytes.len() as u64 == MIN_LARGE_BYTES {
            self.prepare_for_large_file();
        }
        disk_file::append_stream(bytes, stream, limit)
    }

    fn charge(&self, bytes: Vec<u8>) -> io::Result<Vec<u8>> {
        self.limits.charge(bytes.len() as u64)?;
        Ok(bytes)
    }

    /// Charges for what was read; `None` if that is too much for a limit of its own.
    fn charge_bounded(&self, read: io::Result<Vec<u8>>) -> io::Result<Option<Vec<u8>>> {
        match read {
            Ok(bytes) => self.charge(bytes).map(Some),
            Err(error) if error.kind() == io::ErrorKind::FileTooLarge => Ok(None),
            Err(error) => Err(error),
        }
    }
}

impl Files for DiskFiles {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.charge(self.read_up_to(path, self.limits.file())?)
    }

    fn read_input(&self, path: &Path) -> Result<String, ReadError> {
        let read = || {
            let (mut file, metadata) = disk_file::open(path)?;
            if !metadata.is_file() {
                return self.read_stream(file);
            }
            let mut head = Vec::new();
            file.by_ref().take(HEAD_BYTES).read_to_end(&mut head)?;
            self.read_up_to(path, limit_of_input(&head, &self.limits))
        };
        decode(read().map_err(ReadError::Io)?)
    }

    fn read_stdin(&self) -> Result<String, ReadError> {
        decode(self.read_stream(io::stdin().lock()).map_err(ReadError::Io)?)
    }

    fn read_bounded(&self, path: &Path, max_bytes: u64) -> io::Result<Option<Vec<u8>>> {
        self.charge_bounded(self.read_up_to(path, max_bytes))
    }

    fn read_resolved(&self, canonical: &Path, max_bytes: u64) -> io::Result<Option<Vec<u8>>> {
        self.charge_bounded(disk_file::read_resolved(canonical, max_bytes))
    }

    fn read_ends(&self, path: &Path, words: &[&[u8]]) -> Option<FileEnds> {
        disk_file::read_ends(path, words)
    }

    fn list<'f>(&'f self, directory: &Path) -> io::Result<Box<dyn Iterator<Item = DirectoryEntry> + 'f>> {
        let entries = fs::read_dir(directory)?.flatten().map(|entry| {
            let (kind, is_link) = match entry.file_type() {
                Ok(file_type) if !file_type.is_symlink() => (file_type.into(), false),
                _ => (self.kind(&entry.path()).unwrap_or(FileKind::Other), true),
            };
            let name = entry.file_name().into();
            DirectoryEntry { name, kind, is_link }
        });
        Ok(Box::new(entries))
    }

    fn canonicalize(&self, path: &Path) -> io::Result<PathBuf> {
        self.directories.canonicalize(path)
    }

    fn kind(&self, path: &Path) -> io::Result<FileKind> {
        Ok(fs::metadata(path)?.file_type().into())
    }

    fn is_link(&self, path: &Path) -> bool {
        path.is_symlink()
    }

    fn stamp(&self, path: &Path) -> Stamp {
        Stamp::of(path)
    }

    fn budget(&self) -> u64 {
        self.limits.budget()
    }

    fn set_budget(&self, bytes: u64) {
        self.limits.set_budget(bytes);
    }
}

/// How much of a file is read to see whether it is JSON.
const HEAD_BYTES: u64 = 8 << 10;

/// How many bytes an input may have that begins like this.
fn limit_of_input(head: &[u8], limits: &ReadLimits) -> u64 {
    if disk_file::begins_like_json(head) {
        MAX_TEXT_BYTES
    } else {
        limits.file()
    }
}

/// Texts in memory and nothing else. The current directory is the root, `/`; directories exist where a file lies in
/// or below them.
#[derive(Debug, Clone, Default)]
pub struct MemoryFiles {
    /// By canonical path.
    texts: BTreeMap<PathBuf, String>,
}

impl MemoryFiles {
    /// Files with these paths and texts.
    #[must_use]
    pub fn new<P: AsRef<Path>, T: Into<String>>(files: impl IntoIterator<Item = (P, T)>) -> Self {
        let files = files.into_iter();
        Self {
            texts: files
                .map(|(path, text)| (Self::absolute(path.as_ref()), text.into()))
                .collect(),
        }
    }

    fn absolute(path: &Path) -> PathBuf {
        clean_path(&Path::new("/").join(path))
    }

    fn kind_of(&self, canonical: &Path) -> io::Result<FileKind> {
        if self.texts.contains_key(canonical) {
            return Ok(FileKind::File);
        }
        let mut following = self.texts.range(canonical.to_owned()..);
        match following.next() {
            Some((path, _)) if path.starts_with(canonical) => Ok(FileKind::Directory),
            _ => Err(io::ErrorKind::NotFound.into()),
        }
    }

    /// The entries of a directory, sorted by name.
    fn entries_of(&self, canonical: &Path) -> Vec<DirectoryEntry> {
        let mut entries: Vec<DirectoryEntry> = Vec::new();
        for path in self.texts.range(canonical.to_owned()..).map(|(path, _)| path) {
            let Ok(relative) = path.strip_prefix(canonical) else {
                break;
            };
            let mut components = relative.components();
            let Some(name) = components.next() else { continue };
            let name = name.as_os_str();
            if entries.last().is_some_and(|last| *last.name == *name) {
                continue;
            }
            let kind = match components.next() {
                Some(_) => FileKind::Directory,
                None => FileKind::File,
            };
            entries.push(DirectoryEntry {
                name: name.into(),
                kind,
                is_link: false,
            });
        }
        entries
    }
}

impl Files for MemoryFiles {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let text = self.texts.get(&Self::absolute(path));
        let text = text.ok_or(io::ErrorKind::NotFound)?;
        Ok(text.as_bytes().to_vec())
    }

    fn read_bounded(&self, path: &Path, max_bytes: u64) -> io::Result<Option<Vec<u8>>> {
        let bytes = self.read(path)?;
        let fits = u64::try_from(bytes.len()).is_ok_and(|length| length <= max_bytes);
        Ok(fits.then_some(bytes))
    }

    fn read_ends(&self, _: &Path, _: &[&[u8]]) -> Option<FileEnds> {
        None
    }

    fn list<'f>(&'f self, directory: &Path) -> io::Result<Box<dyn Iterator<Item = DirectoryEntry> + 'f>> {
        let canonical = Self::absolute(directory);
        match self.kind_of(&canonical)? {
            FileKind::Directory => Ok(Box::new(self.entries_of(&canonical).into_iter())),
            FileKind::File | FileKind::Other => Err(io::ErrorKind::NotADirectory.into()),
        }
    }

    fn canonicalize(&self, path: &Path) -> io::Result<PathBuf> {
        let canonical = Self::absolute(path);
        self.kind_of(&canonical).map(|_| canonical)
    }

    fn kind(&self, path: &Path) -> io::Result<FileKind> {
        self.kind_of(&Self::absolute(path))
    }

    fn is_link(&self, _: &Path) -> bool {
        false
    }
}

/// Texts laid over other files: what an editor has not saved, or fixes that are not written yet.
#[derive(Debug, Clone)]
pub struct OverlayFiles {
    texts: MemoryFiles,
    lower: Arc<dyn Files>,
}

impl OverlayFiles {
    /// Lays texts, by canonical path, over the files in `lower`.
    #[must_use]
    pub fn new(texts: BTreeMap<PathBuf, String>, lower: Arc<dyn Files>) -> Self {
        Self {
            texts: MemoryFiles { texts },
            lower,
        }
    }

    /// The text that is laid over a path.
    fn text(&self, path: &Path) -> Option<&str> {
        let text = self.texts.texts.get(&self.canonicalize(path).ok()?)?;
        Some(text)
    }

    /// The path by which the other files know a path. They cannot go up from a directory that is in memory alone.
    fn below<'p>(&self, path: &'p Path) -> Cow<'p, Path> {
        let mut components = path.components();
        if !components.any(|component| component == Component::ParentDir) || self.lower.kind(path).is_ok() {
            return Cow::Borrowed(path);
        }
        let mut below = PathBuf::new();
        for component in path.components() {
            let is_left = component == Component::ParentDir
                && below.file_name().is_some()
                && self.lower.kind(&below).is_err()
                && self.is_directory(&below);
            if is_left {
                below.pop();
            } else {
                below.push(component);
            }
        }
        Cow::Owned(below)
    }
}

impl Files for OverlayFiles {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        match self.text(path) {
            Some(text) => Ok(text.as_bytes().to_vec()),
            None => self.lower.read(&self.below(path)),
        }
    }

    fn read_input(&self, path: &Path) -> Result<String, ReadError> {
        match self.text(path) {
            Some(text) => Ok(text.to_owned()),
            None => self.lower.read_input(&self.below(path)),
        }
    }

    fn read_stdin(&self) -> Result<String, ReadError> {
        self.lower.read_stdin()
    }

    fn read_bounded(&self, path: &Path, max_bytes: u64) -> io::Result<Option<Vec<u8>>> {
        match self.text(path) {
            Some(text) => {
                let fits = u64::try_from(text.len()).is_ok_and(|length| length <= max_bytes);
                Ok(fits.then(|| text.as_bytes().to_vec()))
            }
            None => self.lower.read_bounded(&self.below(path), max_bytes),
        }
    }

    fn read_resolved(&self, canonical: &Path, max_bytes: u64) -> io::Result<Option<Vec<u8>>> {
        match self.text(canonical) {
            Some(_) => self.read_bounded(canonical, max_bytes),
            None => self.lower.read_resolved(canonical, max_bytes),
        }
    }

    fn read_ends(&self, path: &Path, words: &[&[u8]]) -> Option<FileEnds> {
        match self.text(path) {
            Some(_) => None,
            None => self.lower.read_ends(&self.below(path), words),
        }
    }

    fn list<'f>(&'f self, directory: &Path) -> io::Result<Box<dyn Iterator<Item = DirectoryEntry> + 'f>> {
        let canonical = self.canonicalize(directory);
        let added = canonical.map(|canonical| self.texts.entries_of(&canonical));
        let mut added = added.unwrap_or_default();
        let listed: Vec<DirectoryEntry> = match self.lower.list(&self.below(directory)) {
            Ok(entries) => entries.collect(),
            Err(_) if !added.is_empty() => Vec::new(),
            Err(error) => return Err(error),
        };
        added.retain(|entry| listed.iter().all(|other| other.name != entry.name));
        Ok(Box::new(listed.into_iter().chain(added)))
    }

    fn canonicalize(&self, path: &Path) -> io::Result<PathBuf> {
        self.lower.canonicalize(&self.below(path)).or_else(|error| {
            // The path may exist in the overlay alone: then a directory above it decides what its canonical path is.
            let absolute = clean_path(&std::path::absolute(path)?);
            let mut ancestors = absolute.ancestors().skip(1);
            let canonical = ancestors.find_map(|ancestor| {
                let rest = absolute.strip_prefix(ancestor).ok()?;
                Some(self.lower.canonicalize(ancestor).ok()?.join(rest))
            });
            let canonical = canonical.unwrap_or(absolute);
            self.texts
                .kind_of(&canonical)
                .map(|_| canonical)
                .map_err(|_| error)
        })
    }

    fn kind(&self, path: &Path) -> io::Result<FileKind> {
        self.lower.kind(&self.below(path)).or_else(|error| {
            let canonical = self.canonicalize(path);
            canonical
                .and_then(|canonical| self.texts.kind_of(&canonical))
                .map_err(|_| error)
        })
    }

    fn is_link(&self, path: &Path) -> bool {
        self.lower.is_link(&self.below(path))
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
    use super::*;

    fn entry(name: &str, kind: FileKind) -> DirectoryEntry {
        DirectoryEntry {
            name: OsStr::new(name).into(),
            kind,
            is_link: false,
        }
    }

    fn listed(files: &dyn Files, directory: &Path) -> Vec<DirectoryEntry> {
        let mut entries: Vec<_> = files.list(directory).unwrap().collect();
        entries.sort();
        entries
    }

    #[test]
    fn large_files_are_prepared_for() {
        use std::sync::atomic::{AtomicUsize, Ordering};
        static LARGE: AtomicUsize = AtomicUsize::new(0);
        let files = DiskFiles::default().before_large_file(|| _ = LARGE.fetch_add(1, Ordering::Relaxed));
        let scratch = tempfile::tempdir().unwrap();
        let path = scratch.path().join("main.tf");
        let after_reading = |size: usize| {
            std::fs::write(&path, " ".repeat(size)).unwrap();
            assert_eq!(files.read(&path).unwrap().len(), size);
            LARGE.load(Ordering::Relaxed)
        };
        assert_eq!(after_reading((2 << 20) - 1), 0);
        assert_eq!(after_reading(2 << 20), 1);
        files.read_input(&path).unwrap();
        files.read_bounded(&path, 4 << 20).unwrap();
        assert_eq!(LARGE.load(Ordering::Relaxed), 3);
        let stream = |size: u64| files.read_stream(io::repeat(b' ').take(size)).unwrap().len();
        assert_eq!(stream((2 << 20) - 1), (2 << 20) - 1);
        assert_eq!(LARGE.load(Ordering::Relaxed), 3);
        assert_eq!(stream(5 << 20), 5 << 20);
        assert_eq!(LARGE.load(Ordering::Relaxed), 4);
    }

    #[test]
    fn a_stream_is_read_up_to_its_limit() {
        let files = DiskFiles::new(ReadLimits::from_megabytes(3, 100));
        let read = |size: u64| files.read_stream(io::repeat(b' ').take(size));
        assert_eq!(read(3_000_000).unwrap().len(), 3_000_000);
        assert_eq!(read(4 << 20).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
        // JSON may be a plan, which may be larger.
        let json = io::Cursor::new(b"{").chain(io::repeat(b' ').take(4 << 20));
        assert_eq!(files.read_stream(json).unwrap().len(), 1 + (4 << 20));
    }

    #[test]
    fn memory_has_the_directories_that_its_paths_imply() {
        let files = MemoryFiles::new([("main.tf", "a"), ("sub/x/b.tf", "b"), ("sub/c.tf", "c")]);
        assert_eq!(files.read_text(Path::new("./sub/../main.tf")).unwrap(), "a");
        assert_eq!(
            listed(&files, Path::new("")),
            [
                entry("main.tf", FileKind::File),
                entry("sub", FileKind::Directory)
            ]
        );
        assert_eq!(
            listed(&files, Path::new("/sub")),
            [entry("c.tf", FileKind::File), entry("x", FileKind::Directory)]
        );
        assert_eq!(files.kind(Path::new("sub/x")).unwrap(), FileKind::Directory);
        assert!(files.kind(Path::new("sub/y")).is_err());
        assert!(files.list(Path::new("main.tf")).is_err());
        assert!(files.read(Path::new("sub")).is_err());
        assert_eq!(
            files.canonicalize(Path::new("sub/x/..")).unwrap(),
            Path::new("/sub")
        );
    }

    #[test]
    fn an_overlay_replaces_texts_and_adds_files() {
        let scratch = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(scratch.path()).unwrap();
        fs::write(root.join("a.tf"), "disk a").unwrap();
        fs::write(root.join("b.tf"), "disk b").unwrap();
        let texts = ["a.tf", "new.tf", "sub/c.tf"].map(|name| (root.join(name), format!("memory {name}")));
        let files = OverlayFiles::new(texts.into(), Arc::new(DiskFiles::default()));
        let read = |name: &str| files.read_text(&root.join(name)).unwrap();
        assert_eq!(read("a.tf"), "memory a.tf");
        assert_eq!(read("b.tf"), "disk b");
        assert_eq!(read("./sub/../new.tf"), "memory new.tf");
        assert_eq!(files.read_bounded(&root.join("a.tf"), 3).unwrap(), None);
        assert_eq!(
            listed(&files, &root),
            [
                entry("a.tf", FileKind::File),
                entry("b.tf", FileKind::File),
                entry("new.tf", FileKind::File),
                entry("sub", FileKind::Directory),
            ]
        );
        assert_eq!(listed(&files, &root.join("sub")), [entry("c.tf", FileKind::File)]);
        assert!(files.is_file(&root.join("new.tf")));
        assert!(!files.exists(&root.join("other.tf")));
    }

    #[test]
    fn a_path_leads_through_a_directory_that_is_in_memory_alone() {
        let scratch = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(scratch.path()).unwrap();
        fs::create_dir(root.join("disk")).unwrap();
        fs::write(root.join("disk/a.tf"), "disk").unwrap();
        let texts = [(root.join("memory/deep/b.tf"), "memory".to_owned())];
        let files = OverlayFiles::new(texts.into(), Arc::new(DiskFiles::default()));
        let path = root.join("memory/deep/../../disk/a.tf");
        assert_eq!(files.read_text(&path).unwrap(), "disk");
        assert_eq!(files.canonicalize(&path).unwrap(), root.join("disk/a.tf"));
        assert!(files.is_file(&path));
        assert_eq!(
            listed(&files, &root.join("memory/../disk")),
            [entry("a.tf", FileKind::File)]
        );
        assert!(!files.exists(&root.join("none/../disk/a.tf")));
    }

    #[cfg(unix)]
    #[test]
    fn an_overlay_is_found_through_links() {
        let scratch = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(scratch.path()).unwrap();
        fs::write(root.join("a.tf"), "disk").unwrap();
        std::os::unix::fs::symlink("a.tf", root.join("link.tf")).unwrap();
        let texts = [(root.join("a.tf"), "memory".to_owned())];
        let files = OverlayFiles::new(texts.into(), Arc::new(DiskFiles::default()));
        assert_eq!(files.read_text(&root.join("link.tf")).unwrap(), "memory");
    }
}
