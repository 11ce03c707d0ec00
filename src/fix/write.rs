//! Writes fixed texts.

use std::path::PathBuf;

use crate::file_writer::{self, Replace, WriteError};

use super::outcome::FixOutcome;

/// Writes the changed files, unless one of them cannot be written or has changed since it was read: then none is written.
///
/// # Errors
///
/// The first file that cannot be written, and why.
pub(crate) fn write(outcome: &FixOutcome) -> Result<(), (PathBuf, WriteError)> {
    let changes = || (outcome.changes.iter()).filter(|(_, change)| change.after != change.before);
    let with_path = |path: &PathBuf| {
        let path = path.clone();
        |error| (path, error)
    };
    for (path, change) in changes() {
        file_writer::verify(path, Replace::Text(&change.before)).map_err(with_path(path))?;
    }
    for (path, change) in changes() {
        file_writer::write(path, &change.after, Replace::Text(&change.before)).map_err(with_path(path))?;
    }
    Ok(())
}
