//! Writes files: each one whole and in one step, never through a link, and never over what another program wrote.

use std::fmt;
use std::fs::{self, Metadata, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

/// What may be replaced.
#[derive(Clone, Copy)]
pub(crate) enum Replace<'a> {
    /// A file that still has this text.
    Text(&'a str),
    /// A file whose text fulfills a condition. There may also be no file.
    If(&'a dyn Fn(&str) -> bool),
    /// Any regular file. There may also be no file.
    AnyFile,
}

/// Why a file is not written: the predicate of a sentence about it.
#[derive(Debug)]
pub(crate) enum WriteError {
    /// There is a link, which could lead anywhere.
    Link,
    /// There is a directory, a device or the like.
    NotRegular,
    /// The file is read-only.
    ReadOnly,
    /// The file has another text than when it was read.
    Changed,
    /// The file may not be replaced.
    Foreign,
    /// The system reports an error.
    Io(io::Error),
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Link => f.write_str("exists and is a link, and nothing is written through links"),
            Self::NotRegular => f.write_str("exists and is not a regular file"),
            Self::ReadOnly => f.write_str("is read-only"),
            Self::Changed => f.write_str("has changed since it was read; run the command again"),
            Self::Foreign => f.write_str("exists, and this command did not write it; `--force` replaces it"),
            Self::Io(error) => write!(f, "cannot be written: {error}"),
        }
    }
}

impl std::error::Error for WriteError {}

impl From<io::Error> for WriteError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Whether a file can be written. Writes nothing.
pub(crate) fn verify(path: &Path, replace: Replace<'_>) -> Result<(), WriteError> {
    find(path, replace).map(|_| ())
}

/// Writes a file. If it exists, its permissions, its owner and its hard links stay.
pub(crate) fn write(path: &Path, text: &str, replace: Replace<'_>) -> Result<(), WriteError> {
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    let directory = directory.unwrap_or(Path::new("."));
    let Some(metadata) = find(path, replace)? else {
        let mut file = new_file_in(directory)?;
        file.write_all(text.as_bytes())?;
        file.persist_noclobber(path).map_err(|error| error.error)?;
        return Ok(());
    };
    let mut file = tempfile::NamedTempFile::new_in(directory)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    file.as_file().set_permissions(metadata.permissions())?;
    if has_other_names(&metadata) || set_owner(file.path(), &metadata).is_err() {
        // Another file in its place would leave the other names with the old text, or have another owner.
        let mut existing = OpenOptions::new().write(true).truncate(true).open(path)?;
        existing.write_all(text.as_bytes())?;
        return Ok(());
    }
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// The file that is to be replaced, if there is one.
fn find(path: &Path, replace: Replace<'_>) -> Result<Option<Metadata>, WriteError> {
    let metadata = match fs::symlink_metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return match replace {
                Replace::Text(_) => Err(WriteError::Changed),
                Replace::If(_) | Replace::AnyFile => Ok(None),
            };
        }
        Err(error) => return Err(error.into()),
    };
    if metadata.is_symlink() {
        return Err(WriteError::Link);
    }
    if !metadata.is_file() {
        return Err(WriteError::NotRegular);
    }
    if metadata.permissions().readonly() {
        return Err(WriteError::ReadOnly);
    }
    let text = || fs::read(path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    match replace {
        Replace::Text(expected) if fs::read(path)? != expected.as_bytes() => Err(WriteError::Changed),
        Replace::If(condition) if !condition(&text()?) => Err(WriteError::Foreign),
        _ => Ok(Some(metadata)),
    }
}

/// A temporary file with the permissions of an ordinary new file: all that the umask of the process allows.
#[cfg(unix)]
fn new_file_in(directory: &Path) -> io::Result<tempfile::NamedTempFile> {
    use std::os::unix::fs::PermissionsExt as _;
    tempfile::Builder::new()
        .permissions(fs::Permissions::from_mode(0o666))
        .tempfile_in(directory)
}

#[cfg(not(unix))]
fn new_file_in(directory: &Path) -> io::Result<tempfile::NamedTempFile> {
    tempfile::NamedTempFile::new_in(directory)
}

#[cfg(unix)]
fn has_other_names(metadata: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    metadata.nlink() > 1
}

/// Gives a new file the owner of the old one.
#[cfg(unix)]
fn set_owner(path: &Path, metadata: &Metadata) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt as _, chown};
    let new = fs::symlink_metadata(path)?;
    if (new.uid(), new.gid()) == (metadata.uid(), metadata.gid()) {
        return Ok(());
    }
    chown(path, Some(metadata.uid()), Some(metadata.gid()))
}

#[cfg(not(unix))]
fn has_other_names(_: &Metadata) -> bool {
    false
}

#[cfg(not(unix))]
fn set_owner(_: &Path, _: &Metadata) -> io::Result<()> {
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};

    #[test]
    fn permissions_and_names_stay_and_no_temporary_file_is_left() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("main.tf");
        fs::write(&path, "old").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        write(&path, "new", Replace::Text("old")).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o640);
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
        let other = directory.path().join("other.tf");
        fs::hard_link(&path, &other).unwrap();
        write(&path, "newer", Replace::Text("new")).unwrap();
        assert_eq!(fs::read_to_string(&other).unwrap(), "newer");
    }

    #[test]
    fn a_file_that_another_program_wrote_is_not_replaced() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a");
        let is_ours = |text: &str| text.starts_with("ours");
        assert!(matches!(
            write(&path, "x", Replace::Text("old")),
            Err(WriteError::Changed)
        ));
        write(&path, "ours 1", Replace::If(&is_ours)).unwrap();
        write(&path, "theirs", Replace::If(&is_ours)).unwrap();
        assert!(matches!(
            write(&path, "ours 2", Replace::If(&is_ours)),
            Err(WriteError::Foreign)
        ));
        assert!(matches!(
            write(&path, "x", Replace::Text("old")),
            Err(WriteError::Changed)
        ));
        assert_eq!(fs::read_to_string(&path).unwrap(), "theirs");
        write(&path, "ours 2", Replace::AnyFile).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "ours 2");
    }

    #[test]
    fn nothing_is_written_through_a_link() {
        let directory = tempfile::tempdir().unwrap();
        let (victim, link) = (directory.path().join("victim"), directory.path().join("link"));
        fs::write(&victim, "old").unwrap();
        symlink("victim", &link).unwrap();
        assert!(matches!(
            write(&link, "new", Replace::AnyFile),
            Err(WriteError::Link)
        ));
        assert!(matches!(
            write(directory.path(), "new", Replace::AnyFile),
            Err(WriteError::NotRegular)
        ));
        assert_eq!(fs::read_to_string(&victim).unwrap(), "old");
    }
}
