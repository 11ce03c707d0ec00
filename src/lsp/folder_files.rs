//! Files as a program sees them that runs in a folder.

use std::borrow::Cow;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use terraform_eval::source::{DirectoryEntry, FileEnds, FileKind, Files, ReadError, Stamp, clean_path};

/// Files whose relative paths are relative to a folder. A process has one current directory, and a client may open several
/// folders.
#[derive(Debug)]
pub(super) struct FolderFiles {
    folder: PathBuf,
    files: Arc<dyn Files>,
}

impl FolderFiles {
    /// The files as seen in a folder, whose path is canonical.
    pub(super) fn new(folder: &Path, files: Arc<dyn Files>) -> Self {
        Self {
            folder: folder.to_owned(),
            files,
        }
    }

    fn absolute<'p>(&self, path: &'p Path) -> Cow<'p, Path> {
        if path.is_absolute() {
            Cow::Borrowed(path)
        } else {
            Cow::Owned(self.folder.join(path))
        }
    }
}

impl Files for FolderFiles {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.files.read(&self.absolute(path))
    }

    fn read_input(&self, path: &Path) -> Result<String, ReadError> {
        self.files.read_input(&self.absolute(path))
    }

    fn read_bounded(&self, path: &Path, max_bytes: u64) -> io::Result<Option<Vec<u8>>> {
        self.files.read_bounded(&self.absolute(path), max_bytes)
    }

    fn read_resolved(&self, canonical: &Path, max_bytes: u64) -> io::Result<Option<Vec<u8>>> {
        self.files.read_resolved(canonical, max_bytes)
    }

    fn read_ends(&self, path: &Path, words: &[&[u8]]) -> Option<FileEnds> {
        self.files.read_ends(&self.absolute(path), words)
    }

    fn list<'f>(&'f self, directory: &Path) -> io::Result<Box<dyn Iterator<Item = DirectoryEntry> + 'f>> {
        self.files.list(&self.absolute(directory))
    }

    fn canonicalize(&self, path: &Path) -> io::Result<PathBuf> {
        self.files.canonicalize(&self.absolute(path))
    }

    fn kind(&self, path: &Path) -> io::Result<FileKind> {
        self.files.kind(&self.absolute(path))
    }

    fn is_link(&self, path: &Path) -> bool {
        self.files.is_link(&self.absolute(path))
    }

    fn stamp(&self, path: &Path) -> Stamp {
        self.files.stamp(&self.absolute(path))
    }

    fn budget(&self) -> u64 {
        self.files.budget()
    }

    fn set_budget(&self, bytes: u64) {
        self.files.set_budget(bytes);
    }

    fn canonical_path(&self, path: &Path) -> PathBuf {
        self.canonicalize(path)
            .unwrap_or_else(|_| clean_path(&self.absolute(path)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use terraform_eval::source::MemoryFiles;

    #[test]
    fn relative_paths_start_in_the_folder() {
        let files = MemoryFiles::new([("/a/main.tf", "of a"), ("/b/main.tf", "of b")]);
        let files = FolderFiles::new(Path::new("/b"), Arc::new(files));
        assert_eq!(files.read_text(Path::new("main.tf")).unwrap(), "of b");
        assert_eq!(files.read_text(Path::new("/a/main.tf")).unwrap(), "of a");
        assert_eq!(files.canonical_path(Path::new(".")), Path::new("/b"));
        assert_eq!(
            files.canonical_path(Path::new("missing.tf")),
            Path::new("/b/missing.tf")
        );
    }
}
