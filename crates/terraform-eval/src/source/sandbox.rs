//! Files that a configuration reads by name during evaluation: only those inside of the directories that its inputs
//! allow.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::clean_path;
use super::files::{DirectoryEntry, FileKind, Files};
use super::tool_data::is_tool_data;

/// Larger files are not read. The values of functions may hold their text several times.
const MAX_BYTES: u64 = 16 << 20;

/// Directories with more entries are not listed.
const MAX_ENTRIES: usize = 100_000;

/// Access to the files inside of some directories.
#[derive(Debug)]
pub(crate) struct FileSandbox {
    files: Arc<dyn Files>,
    /// Canonical paths, none of them inside of another one.
    roots: Vec<PathBuf>,
    /// What was looked up and is inside.
    accessed: RefCell<BTreeSet<PathBuf>>,
}

/// Why a path is not to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// It is outside; whether it exists is not looked up.
    Outside,
    /// It is data of git or Terraform.
    ToolData,
}

/// What the sandbox says of a path.
#[derive(Debug)]
pub(crate) enum SandboxResult<T> {
    /// The path is inside, and this is its content.
    Found(T),
    /// The path is inside, and does not exist.
    Missing,
    /// The path is not to be read.
    Refused(Refusal),
    /// The file or directory exceeds a limit.
    TooLarge,
    /// The path is not a file, or the system reports this error.
    Failed(String),
}

impl<T> SandboxResult<T> {
    fn and_then<U>(self, then: impl FnOnce(T) -> SandboxResult<U>) -> SandboxResult<U> {
        match self {
            Self::Found(content) => then(content),
            Self::Missing => SandboxResult::Missing,
            Self::Refused(refusal) => SandboxResult::Refused(refusal),
            Self::TooLarge => SandboxResult::TooLarge,
            Self::Failed(reason) => SandboxResult::Failed(reason),
        }
    }
}

impl FileSandbox {
    /// Access to what lies below these directories.
    pub(crate) fn new<'p>(files: Arc<dyn Files>, directories: impl IntoIterator<Item = &'p Path>) -> Self {
        let mut roots: Vec<PathBuf> = directories
            .into_iter()
            .filter_map(|directory| files.canonicalize(directory).ok())
            .collect();
        roots.sort();
        // A directory below another root is part of that.
        roots.dedup_by(|next, root| next.starts_with(&*root));
        Self {
            files,
            roots,
            accessed: RefCell::default(),
        }
    }

    /// The paths inside that were looked up: canonical paths, and absolute paths of what does not exist.
    pub(crate) fn accessed_paths(&self) -> BTreeSet<PathBuf> {
        self.accessed.borrow().clone()
    }

    /// The canonical path, if it is inside, with a record of the look-up.
    fn resolve(&self, path: &Path) -> SandboxResult<PathBuf> {
        let result = self.find(path);
        let accessed = match &result {
            SandboxResult::Found(canonical) => Some(canonical.clone()),
            SandboxResult::Missing => std::path::absolute(path).ok().map(|path| clean_path(&path)),
            _ => None,
        };
        self.accessed.borrow_mut().extend(accessed);
        result
    }

    /// The canonical path, if it is inside. Of a path that does not exist, the nearest existing ancestor decides.
    fn find(&self, path: &Path) -> SandboxResult<PathBuf> {
        let is_inside = |canonical: &Path| self.roots.iter().any(|root| canonical.starts_with(root));
        let mut ancestor = path;
        let mut is_below_file = false;
        loop {
            match self.files.canonicalize(ancestor) {
                Ok(canonical) if !is_inside(&canonical) => return SandboxResult::Refused(Refusal::Outside),
                Ok(canonical) if ancestor == path => return SandboxResult::Found(canonical),
                Ok(_) if is_below_file => {
                    return SandboxResult::Failed("is below a file, not a directory".to_owned());
                }
                Ok(_) => return SandboxResult::Missing,
                Err(error)
                    if matches!(
                        error.kind(),
                        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
                    ) =>
                {
                    is_below_file |= error.kind() == io::ErrorKind::NotADirectory;
                    // A broken link could lead anywhere.
                    if self.files.is_link(ancestor) {
                        return SandboxResult::Refused(Refusal::Outside);
                    }
                    match ancestor.parent() {
                        Some(parent) if parent != ancestor => ancestor = parent,
                        _ => return SandboxResult::Refused(Refusal::Outside),
                    }
                }
                Err(error) => return SandboxResult::Failed(error.to_string()),
            }
        }
    }

    /// Reads the bytes of a file.
    pub(crate) fn read(&self, path: &Path) -> SandboxResult<Vec<u8>> {
        self.find_file(path).and_then(|canonical| {
            if self.is_tool_data(&canonical) {
                return SandboxResult::Refused(Refusal::ToolData);
            }
            match self.files.read_resolved(&canonical, MAX_BYTES) {
                Ok(Some(bytes)) => SandboxResult::Found(bytes),
                Ok(None) => SandboxResult::TooLarge,
                Err(error) => SandboxResult::Failed(error.to_string()),
            }
        })
    }

    fn is_tool_data(&self, canonical: &Path) -> bool {
        let mut below = self
            .roots
            .iter()
            .filter_map(|root| canonical.strip_prefix(root).ok());
        below.any(is_tool_data)
    }

    /// The canonical path of a regular file; anything else that exists is a failure.
    pub(crate) fn find_file(&self, path: &Path) -> SandboxResult<PathBuf> {
        self.resolve(path)
            .and_then(|canonical| match self.files.kind(&canonical) {
                Ok(FileKind::File) => SandboxResult::Found(canonical),
                Ok(FileKind::Directory) => SandboxResult::Failed("is a directory, not a file".to_owned()),
                Ok(FileKind::Other) => SandboxResult::Failed("is not a regular file".to_owned()),
                Err(error) => SandboxResult::Failed(error.to_string()),
            })
    }

    /// Lists a directory, sorted by name.
    pub(crate) fn list(&self, path: &Path) -> SandboxResult<Vec<DirectoryEntry>> {
        self.resolve(path).and_then(|canonical| {
            if !matches!(self.files.kind(&canonical), Ok(FileKind::Directory)) {
                return SandboxResult::Missing;
            }
            let mut entries: Vec<DirectoryEntry> = match self.files.list(&canonical) {
                Ok(entries) => entries.take(MAX_ENTRIES + 1).collect(),
                Err(error) => return SandboxResult::Failed(error.to_string()),
            };
            if entries.len() > MAX_ENTRIES {
                return SandboxResult::TooLarge;
            }
            entries.sort();
            SandboxResult::Found(entries)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::super::DiskFiles;
    use super::*;

    #[test]
    fn files_outside_of_the_roots_are_not_read() -> io::Result<()> {
        let scratch = tempfile::tempdir()?;
        let root = scratch.path().join("root");
        fs::create_dir_all(root.join("sub"))?;
        fs::write(root.join("sub/a"), "a")?;
        fs::write(scratch.path().join("secret"), "s")?;
        let sandbox = FileSandbox::new(Arc::new(DiskFiles::default()), [root.as_path()]);
        assert!(matches!(sandbox.read(&root.join("sub/a")), SandboxResult::Found(bytes) if bytes == b"a"));
        assert!(matches!(
            sandbox.read(&root.join("sub/b")),
            SandboxResult::Missing
        ));
        assert!(matches!(
            sandbox.read(&root.join("sub/a/b")),
            SandboxResult::Failed(_)
        ));
        assert!(matches!(
            sandbox.read(&root.join("sub")),
            SandboxResult::Failed(_)
        ));
        assert!(matches!(
            sandbox.read(&scratch.path().join("secret")),
            SandboxResult::Refused(Refusal::Outside)
        ));
        assert!(matches!(
            sandbox.read(&scratch.path().join("none")),
            SandboxResult::Refused(Refusal::Outside)
        ));
        assert!(matches!(
            sandbox.read(&root.join("../secret")),
            SandboxResult::Refused(Refusal::Outside)
        ));
        assert!(matches!(sandbox.list(&root), SandboxResult::Found(entries) if entries.len() == 1));
        assert!(matches!(
            sandbox.list(scratch.path()),
            SandboxResult::Refused(Refusal::Outside)
        ));
        Ok(())
    }

    #[cfg(unix)]
    #[test]
    fn links_are_resolved_before_the_roots_are_checked() -> io::Result<()> {
        let scratch = tempfile::tempdir()?;
        let root = scratch.path().join("root");
        fs::create_dir_all(&root)?;
        fs::write(scratch.path().join("secret"), "s")?;
        fs::write(root.join("plain"), "p")?;
        std::os::unix::fs::symlink("../secret", root.join("out"))?;
        std::os::unix::fs::symlink("plain", root.join("in"))?;
        std::os::unix::fs::symlink("..", root.join("up"))?;
        std::os::unix::fs::symlink("../none", root.join("dangling"))?;
        let sandbox = FileSandbox::new(Arc::new(DiskFiles::default()), [root.as_path()]);
        assert!(matches!(
            sandbox.read(&root.join("out")),
            SandboxResult::Refused(Refusal::Outside)
        ));
        assert!(matches!(sandbox.read(&root.join("in")), SandboxResult::Found(_)));
        assert!(matches!(
            sandbox.read(&root.join("up/secret")),
            SandboxResult::Refused(Refusal::Outside)
        ));
        assert!(matches!(
            sandbox.read(&root.join("dangling")),
            SandboxResult::Refused(Refusal::Outside)
        ));
        assert!(matches!(
            sandbox.list(&root.join("up")),
            SandboxResult::Refused(Refusal::Outside)
        ));
        Ok(())
    }
}
