//! Data outside of the repository that may be absent.

use std::path::{Path, PathBuf};

/// A file or directory of the shared data. If there is none, prints that the test is skipped.
pub(crate) fn shared(path: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared").join(path);
    if path.exists() {
        return Some(path);
    }
    println!("skipped: {}: no such file or directory", path.display());
    None
}
