//! The result of applying fixes in memory.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// A file that fixes change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileChange {
    /// The name of the file in messages.
    pub name: String,
    /// The original text.
    pub before: String,
    /// The text with all fixes.
    pub after: String,
}

/// The result of applying fixes in memory.
#[derive(Debug, Default)]
pub struct FixOutcome {
    /// The files that change, by canonical path.
    pub changes: BTreeMap<PathBuf, FileChange>,
    /// How many findings were fixed.
    pub fixed: usize,
    /// Fixes that were skipped because they introduce a new error, as `file:line: rule`.
    pub skipped: BTreeSet<String>,
    /// Whether fixes were left after the last round.
    pub has_more: bool,
}
