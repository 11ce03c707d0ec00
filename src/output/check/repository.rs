//! Paths of files as the programs that show findings beside the code look for them: from the top of the repository.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use terraform_eval::source::{clean_path, display_name};

/// The repository that a CI system checked out, and the current directory. Both are empty if no CI system says where it is:
/// paths count from the current directory then.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Repository {
    top: PathBuf,
    current: PathBuf,
}

impl Repository {
    /// A repository by the canonical paths of its top and of the current directory. Without effect if the current directory
    /// is outside of it.
    #[must_use]
    pub(crate) fn new(top: &Path, current: &Path) -> Self {
        if current.starts_with(top) {
            Self {
                top: top.to_owned(),
                current: current.to_owned(),
            }
        } else {
            Self::default()
        }
    }

    /// The path of a file from the top of the repository, by the name that findings print. A file outside of the repository
    /// keeps its name.
    pub(super) fn path(&self, name: &str) -> String {
        let path = clean_path(&self.current.join(name));
        match path.strip_prefix(&self.top) {
            Ok(relative) => display_name(relative),
            Err(_) => name.to_owned(),
        }
    }
}

/// A path as a reference of a URI: relative, unless the path is absolute.
pub(super) fn uri(path: &str) -> String {
    let scheme = if path.starts_with('/') { "file://" } else { "" };
    let mut uri = String::from(scheme);
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'/') {
            uri.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_count_from_the_top_of_the_repository() {
        let repository = Repository::new(Path::new("/r"), Path::new("/r/envs/prod"));
        assert_eq!(repository.path("main.tf"), "envs/prod/main.tf");
        assert_eq!(repository.path("../../a.tf"), "a.tf");
        assert_eq!(repository.path("/r/modules/a.tf"), "modules/a.tf");
        assert_eq!(repository.path("../../../elsewhere.tf"), "../../../elsewhere.tf");
        let elsewhere = Repository::new(Path::new("/r"), Path::new("/s"));
        assert_eq!(elsewhere.path("./a.tf"), "a.tf");
    }

    #[test]
    fn a_path_is_a_reference_of_a_uri() {
        assert_eq!(uri("a/b.tf"), "a/b.tf");
        assert_eq!(uri("::x é.tf"), "%3A%3Ax%20%C3%A9.tf");
        assert_eq!(uri("/a/b.tf"), "file:///a/b.tf");
    }
}
