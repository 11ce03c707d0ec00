//! What tells whether a file has changed, without reading it.

use std::fs::Metadata;
use std::io;
use std::path::Path;
use std::time::{Duration, SystemTime};

/// A file that changed less than this time ago may change again and look the same: file systems record times in steps, of
/// two seconds at most.
const STEP: Duration = Duration::from_secs(2);

/// What the system tells about a file or directory, taken before it is read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Stamp {
    /// Nothing that could tell whether it has changed.
    #[default]
    Unknown,
    /// There is no such file.
    Missing,
    /// It exists.
    Of(Signs),
}

/// What differs when a file has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signs {
    length: u64,
    modified: SystemTime,
    /// The file that it is, and when its metadata changed, where the system tells.
    identity: [i128; 3],
}

impl Stamp {
    /// The stamp of what a path leads to.
    pub(super) fn of(path: &Path) -> Self {
        match std::fs::metadata(path) {
            Ok(metadata) => Self::of_metadata(&metadata).unwrap_or_default(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Self::Missing,
            Err(_) => Self::Unknown,
        }
    }

    fn of_metadata(metadata: &Metadata) -> Option<Self> {
        let signs = Signs {
            length: metadata.len(),
            modified: metadata.modified().ok()?,
            identity: identity(metadata),
        };
        let [_, _, changed] = signs.identity;
        let changed = Duration::from_nanos(u64::try_from(changed).unwrap_or_default());
        let last = signs.modified.max(SystemTime::UNIX_EPOCH.checked_add(changed)?);
        let is_settled = SystemTime::now().duration_since(last).is_ok_and(|age| age > STEP);
        is_settled.then_some(Self::Of(signs))
    }

    /// Whether the file is the same as when the other stamp was taken.
    #[must_use]
    pub fn is_same(self, other: Self) -> bool {
        self == other && self != Self::Unknown
    }
}

#[cfg(unix)]
fn identity(metadata: &Metadata) -> [i128; 3] {
    use std::os::unix::fs::MetadataExt as _;
    let changed = i128::from(metadata.ctime()) * 1_000_000_000 + i128::from(metadata.ctime_nsec());
    [metadata.dev().into(), metadata.ino().into(), changed]
}

#[cfg(not(unix))]
fn identity(_: &Metadata) -> [i128; 3] {
    [0; 3]
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::{File, FileTimes};

    fn write(path: &Path, text: &str, age: Duration) {
        std::fs::write(path, text).unwrap();
        let file = File::options().write(true).open(path).unwrap();
        let modified = SystemTime::now() - age;
        file.set_times(FileTimes::new().set_modified(modified)).unwrap();
    }

    #[test]
    fn a_file_that_has_just_changed_may_change_again() {
        let scratch = tempfile::tempdir().unwrap();
        let path = scratch.path().join("a");
        assert!(Stamp::of(&path).is_same(Stamp::of(&path)));
        write(&path, "text", Duration::ZERO);
        assert_eq!(Stamp::of(&path), Stamp::Unknown);
        assert!(!Stamp::of(&path).is_same(Stamp::of(&path)));
    }

    #[test]
    fn a_file_that_another_one_replaces_has_changed() {
        let signs = |length, changed| {
            Stamp::Of(Signs {
                length,
                modified: SystemTime::UNIX_EPOCH,
                identity: [1, 1, changed],
            })
        };
        assert!(signs(4, 1).is_same(signs(4, 1)));
        for other in [signs(5, 1), signs(4, 2), Stamp::Missing, Stamp::Unknown] {
            assert!(!signs(4, 1).is_same(other), "{other:?}");
        }
    }
}
