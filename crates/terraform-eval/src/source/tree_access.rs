//! Files that a configuration reads by name while it is evaluated: only those inside the directory
//! tree that was given.

use std::ffi::OsString;
use std::fs;
use std::io::{self, Read as _};
use std::path::{Component, Path, PathBuf};

/// A file larger than this is not read.
const MAX_BYTES: u64 = 32 << 20;

/// More entries than this in one directory are not listed.
const MAX_ENTRIES: usize = 100_000;

/// The directories inside of which files may be read.
#[derive(Debug, Default)]
pub struct TreeAccess {
    roots: Vec<PathBuf>,
}

/// What is at a path.
#[derive(Debug)]
pub enum Found<T> {
    /// This.
    Here(T),
    /// Nothing.
    Missing,
    /// Nobody looked: it lies outside of the tree.
    Outside,
    /// More than is read.
    TooLarge,
    /// Something that is no file, or the system refused.
    Refused(String),
}

/// An entry of a directory.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// Its name.
    pub name: OsString,
    /// Whether it is a directory, or a link to one.
    pub is_directory: bool,
}

impl TreeAccess {
    /// Access to what lies below these directories.
    #[must_use]
    pub fn new<'p>(directories: impl IntoIterator<Item = &'p Path>) -> Self {
        let mut roots: Vec<PathBuf> = directories
            .into_iter()
            .filter_map(|directory| {
                let directory = if directory.as_os_str().is_empty() {
                    Path::new(".")
                } else {
                    directory
                };
                directory.canonicalize().ok()
            })
            .collect();
        roots.sort();
        // What lies below another root is covered by that.
        roots.dedup_by(|next, kept| next.starts_with(&*kept));
        Self { roots }
    }

    /// The true path, links resolved, where it lies inside the tree. Of what does not exist, the nearest
    /// directory above that does decides.
    fn resolve(&self, path: &Path) -> Found<PathBuf> {
        let inside = |true_path: &Path| self.roots.iter().any(|root| true_path.starts_with(root));
        let mut ancestor = path;
        let mut below_a_file = false;
        loop {
            let start = if ancestor.as_os_str().is_empty() {
                Path::new(".")
            } else {
                ancestor
            };
            match start.canonicalize() {
                Ok(true_path) if !inside(&true_path) => return Found::Outside,
                Ok(true_path) if ancestor == path => return Found::Here(true_path),
                Ok(_) if below_a_file => {
                    return Found::Refused("is below a file, not a directory".to_owned());
                }
                Ok(_) => return Found::Missing,
                Err(error)
                    if matches!(
                        error.kind(),
                        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
                    ) =>
                {
                    below_a_file |= error.kind() == io::ErrorKind::NotADirectory;
                    // A link that leads nowhere could lead anywhere.
                    if ancestor.is_symlink() {
                        return Found::Outside;
                    }
                    match ancestor.parent() {
                        Some(parent) if parent != ancestor => ancestor = parent,
                        _ => return Found::Outside,
                    }
                }
                Err(error) => return Found::Refused(error.to_string()),
            }
        }
    }

    /// The bytes of a file.
    #[must_use]
    pub fn read(&self, path: &Path) -> Found<Vec<u8>> {
        match self.file(path) {
            Found::Here(true_path) => match read_bounded(&true_path) {
                Ok(Some(bytes)) => Found::Here(bytes),
                Ok(None) => Found::TooLarge,
                Err(error) => Found::Refused(error.to_string()),
            },
            Found::Missing => Found::Missing,
            Found::Outside => Found::Outside,
            Found::TooLarge => Found::TooLarge,
            Found::Refused(why) => Found::Refused(why),
        }
    }

    /// The true path of a file; anything else that is there is refused.
    #[must_use]
    pub fn file(&self, path: &Path) -> Found<PathBuf> {
        let true_path = match self.resolve(path) {
            Found::Here(true_path) => true_path,
            other => return other,
        };
        match fs::metadata(&true_path) {
            Ok(metadata) if metadata.is_file() => Found::Here(true_path),
            Ok(metadata) if metadata.is_dir() => Found::Refused("is a directory, not a file".to_owned()),
            Ok(_) => Found::Refused("is not a regular file".to_owned()),
            Err(error) => Found::Refused(error.to_string()),
        }
    }

    /// What a directory holds, sorted by name.
    #[must_use]
    pub fn list(&self, path: &Path) -> Found<Vec<Entry>> {
        let true_path = match self.resolve(path) {
            Found::Here(true_path) => true_path,
            Found::Missing => return Found::Missing,
            Found::Outside => return Found::Outside,
            Found::TooLarge => return Found::TooLarge,
            Found::Refused(why) => return Found::Refused(why),
        };
        if !true_path.is_dir() {
            return Found::Missing;
        }
        let entries = match fs::read_dir(true_path) {
            Ok(entries) => entries,
            Err(error) => return Found::Refused(error.to_string()),
        };
        let mut found = Vec::new();
        for entry in entries.flatten() {
            if found.len() >= MAX_ENTRIES {
                return Found::TooLarge;
            }
            found.push(Entry {
                name: entry.file_name(),
                is_directory: entry.path().is_dir(),
            });
        }
        found.sort();
        Found::Here(found)
    }
}

fn read_bounded(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    let limit = MAX_BYTES + 1;
    fs::File::open(path)?.take(limit).read_to_end(&mut bytes)?;
    let whole = u64::try_from(bytes.len()).is_ok_and(|length| length < limit);
    Ok(whole.then_some(bytes))
}

/// A path without `.` and `..`, by its text alone: links are not looked at.
#[must_use]
pub fn cleaned(path: &Path) -> PathBuf {
    let mut parts: Vec<Component<'_>> = Vec::new();
    for component in path.components() {
        match (component, parts.last()) {
            (Component::CurDir, _) | (Component::ParentDir, Some(Component::RootDir)) => {}
            (Component::ParentDir, Some(Component::Normal(_))) => _ = parts.pop(),
            (other, _) => parts.push(other),
        }
    }
    if parts.is_empty() {
        PathBuf::from(".")
    } else {
        parts.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_outside_of_the_tree_is_read() -> io::Result<()> {
        let scratch = tempfile::tempdir()?;
        let root = scratch.path().join("root");
        fs::create_dir_all(root.join("sub"))?;
        fs::write(root.join("sub/a"), "a")?;
        fs::write(scratch.path().join("secret"), "s")?;
        let tree = TreeAccess::new([root.as_path()]);
        assert!(matches!(tree.read(&root.join("sub/a")), Found::Here(bytes) if bytes == b"a"));
        assert!(matches!(tree.read(&root.join("sub/b")), Found::Missing));
        assert!(matches!(tree.read(&root.join("sub/a/b")), Found::Refused(_)));
        assert!(matches!(tree.read(&root.join("sub")), Found::Refused(_)));
        assert!(matches!(
            tree.read(&scratch.path().join("secret")),
            Found::Outside
        ));
        assert!(matches!(tree.read(&scratch.path().join("none")), Found::Outside));
        assert!(matches!(tree.read(&root.join("../secret")), Found::Outside));
        assert!(matches!(tree.list(&root), Found::Here(entries) if entries.len() == 1));
        assert!(matches!(tree.list(scratch.path()), Found::Outside));
        Ok(())
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_before_the_tree_is_asked() -> io::Result<()> {
        let scratch = tempfile::tempdir()?;
        let root = scratch.path().join("root");
        fs::create_dir_all(&root)?;
        fs::write(scratch.path().join("secret"), "s")?;
        fs::write(root.join("plain"), "p")?;
        std::os::unix::fs::symlink("../secret", root.join("out"))?;
        std::os::unix::fs::symlink("plain", root.join("in"))?;
        std::os::unix::fs::symlink("..", root.join("up"))?;
        std::os::unix::fs::symlink("../none", root.join("dangling"))?;
        let tree = TreeAccess::new([root.as_path()]);
        assert!(matches!(tree.read(&root.join("out")), Found::Outside));
        assert!(matches!(tree.read(&root.join("in")), Found::Here(_)));
        assert!(matches!(tree.read(&root.join("up/secret")), Found::Outside));
        assert!(matches!(tree.read(&root.join("dangling")), Found::Outside));
        assert!(matches!(tree.list(&root.join("up")), Found::Outside));
        Ok(())
    }

    #[test]
    fn paths_are_cleaned_by_their_text() {
        for (path, clean) in [
            ("a/../b/./c", "b/c"),
            ("../a", "../a"),
            ("a/../..", ".."),
            ("/../a", "/a"),
            ("", "."),
            ("./", "."),
        ] {
            assert_eq!(cleaned(Path::new(path)), Path::new(clean), "{path}");
        }
    }
}
