//! Writes fixed texts: each to a temporary file in the same directory, which then replaces the old file atomically.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::outcome::FixOutcome;

/// Writes the changed files. A file that cannot be written stays unchanged.
///
/// # Errors
///
/// The first file that could not be written, and why. The files before it are written.
pub(crate) fn write(outcome: &FixOutcome) -> Result<(), (PathBuf, io::Error)> {
    for (path, change) in &outcome.changes {
        if change.after != change.before {
            replace(path, &change.after).map_err(|error| (path.clone(), error))?;
        }
    }
    Ok(())
}

fn replace(path: &Path, text: &str) -> io::Result<()> {
    let permissions = std::fs::metadata(path)?.permissions();
    if permissions.readonly() {
        return Err(io::Error::new(
            io::ErrorKind::PermissionDenied,
            "the file is read-only",
        ));
    }
    let directory = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(directory)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    file.as_file().set_permissions(permissions)?;
    file.persist(path)?;
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn permissions_stay_and_no_temporary_file_is_left() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("main.tf");
        std::fs::write(&path, "old").unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        replace(&path, "new").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(
            std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o640
        );
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1);
    }
}
