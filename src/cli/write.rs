//! Writes the output files of commands.

use std::fs;
use std::path::Path;

use anyhow::Context as _;

/// Writes a file, and overwrites an existing one.
pub(super) fn write_file(path: &Path, text: &str) -> anyhow::Result<()> {
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

/// Writes files, given as names and texts, into a directory, which is created if it does not exist.
pub(super) fn write_files<'d>(
    directory: &Path,
    files: impl Iterator<Item = (&'d str, &'d str)> + Clone,
) -> anyhow::Result<()> {
    fs::create_dir_all(directory).with_context(|| format!("cannot create {}", directory.display()))?;
    for (name, _) in files.clone() {
        let path = directory.join(name);
        // A link could lead out of the directory.
        let metadata = fs::symlink_metadata(&path);
        anyhow::ensure!(
            metadata.is_err() || metadata.is_ok_and(|metadata| metadata.is_file()),
            "{} exists and is not a regular file; no files were written",
            path.display()
        );
    }
    for (name, text) in files {
        write_file(&directory.join(name), text)?;
    }
    Ok(())
}
