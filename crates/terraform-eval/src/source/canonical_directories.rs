//! Canonical paths, for which the system resolves each directory once.

use std::ffi::OsString;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crate::hashing::HashMap;

/// The canonical paths of directories that were resolved. A path of many levels would otherwise take time in proportion to
/// the square of their number, and again for each file.
#[derive(Debug, Clone, Default)]
pub(super) struct CanonicalDirectories(Arc<Mutex<HashMap<PathBuf, PathBuf>>>);

impl CanonicalDirectories {
    /// The path without links, `.` and `..`.
    pub(super) fn canonicalize(&self, path: &Path) -> io::Result<PathBuf> {
        let path = if path.as_os_str().is_empty() {
            Path::new(".")
        } else {
            path
        };
        if path
            .components()
            .any(|component| component == Component::ParentDir)
        {
            return std::fs::canonicalize(path);
        }
        let absolute = std::path::absolute(path)?;
        let (Some(parent), Some(name)) = (absolute.parent(), absolute.file_name()) else {
            return std::fs::canonicalize(path);
        };
        resolve(self.directory(parent)?.join(name))
    }

    /// The canonical path of an absolute path to a directory.
    fn directory(&self, path: &Path) -> io::Result<PathBuf> {
        let mut names: Vec<(&Path, OsString)> = Vec::new();
        let mut at = path;
        let mut canonical = loop {
            if let Some(known) = self.known(at) {
                break known;
            }
            let (Some(parent), Some(name)) = (at.parent(), at.file_name()) else {
                break std::fs::canonicalize(at)?;
            };
            names.push((at, name.to_owned()));
            at = parent;
        };
        for (directory, name) in names.into_iter().rev() {
            canonical = resolve(canonical.join(name))?;
            let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            known.insert(directory.to_owned(), canonical.clone());
        }
        Ok(canonical)
    }

    fn known(&self, directory: &Path) -> Option<PathBuf> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(directory).cloned()
    }
}

/// The canonical path of a name in a canonical directory.
fn resolve(path: PathBuf) -> io::Result<PathBuf> {
    if path.symlink_metadata()?.is_symlink() {
        return std::fs::canonicalize(path);
    }
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_those_of_the_system() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path();
        std::fs::create_dir_all(root.join("a/b")).unwrap();
        std::fs::write(root.join("a/b/file"), "").unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink("a/b", root.join("link")).unwrap();
        let directories = CanonicalDirectories::default();
        for _ in 0..2 {
            for name in [
                "",
                "a",
                "a/b",
                "a/b/file",
                "a/./b/",
                "a/../a/b",
                "link/file",
                "link",
                "a/b/link",
            ] {
                let path = root.join(name);
                let expected = std::fs::canonicalize(&path).ok();
                assert_eq!(directories.canonicalize(&path).ok(), expected, "{name}");
            }
        }
    }
}
