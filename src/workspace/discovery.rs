//! From paths to what is to be read: directories of configuration, and single files.
//!
//! Directories are walked, each one once however many links lead to it. Hidden directories are passed
//! over, `.terraform` and `.git` among them; a path that is given by name is always read.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use terraform_eval::source::{FileKind, Files};
use walkdir::WalkDir;

/// What was found under the given paths.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// Directories that hold configuration files, each once, in the order in which they were met.
    pub(crate) directories: Vec<Directory>,
    /// Other files that were given by name: plans, states.
    pub(crate) files: Vec<PathBuf>,
    /// Directories that were given and hold no configuration files.
    pub(crate) without_terraform: Vec<WithoutTerraform>,
    /// Paths that lead nowhere.
    pub(crate) failures: Vec<(PathBuf, String)>,
    /// What was passed over, and why that does no harm.
    pub(crate) warnings: Vec<(PathBuf, String)>,
}

/// A directory that holds configuration files.
#[derive(Debug, Clone)]
pub(crate) struct Directory {
    pub(crate) path: PathBuf,
    /// The directory that was given, and under which it was found: functions may read files there.
    pub(crate) tree: PathBuf,
}

/// A directory that was given and holds no configuration files.
#[derive(Debug)]
pub(crate) struct WithoutTerraform {
    pub(crate) root: PathBuf,
    /// The files in and below it that may be manifests, by their names.
    pub(crate) candidates: Vec<PathBuf>,
}

/// Whether a file is YAML, by its name.
pub(crate) fn is_yaml(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension == "yaml" || extension == "yml")
}

/// Whether a file in a directory without Terraform may be a manifest, by its name.
fn may_be_manifest(path: &Path) -> bool {
    is_yaml(path) || path.extension().is_some_and(|extension| extension == "json")
}

/// Looks at every path. What is `excluded` is passed over below a directory that was given, and where a
/// configuration file is given for its module; a directory or plan that is given itself is meant.
pub(crate) fn discover(
    paths: &[PathBuf],
    files: &dyn Files,
    excluded: &mut dyn FnMut(&Path) -> bool,
) -> Found {
    let mut found = Found::default();
    let mut seen = Seen::new(files);
    for path in paths {
        match files.kind(path) {
            Ok(FileKind::Directory) => walk(path, &mut seen, &mut found, excluded),
            Ok(_) if is_configuration(path) && excluded(path) => {}
            Ok(_) if is_configuration(path) => {
                let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
                let directory = directory.unwrap_or(Path::new("."));
                seen.list(directory, directory, &mut found);
            }
            Ok(_) => found.files.push(path.clone()),
            Err(error) => found.failures.push((path.clone(), explain(&error))),
        }
    }
    found
}

/// Directories by their canonical path: those that were entered, and those that contain configuration.
struct Seen<'f> {
    files: &'f dyn Files,
    entered: BTreeSet<PathBuf>,
    listed: BTreeSet<PathBuf>,
}

impl<'f> Seen<'f> {
    fn new(files: &'f dyn Files) -> Self {
        Self {
            files,
            entered: BTreeSet::new(),
            listed: BTreeSet::new(),
        }
    }

    fn enter(&mut self, directory: &Path) -> bool {
        self.entered.insert(self.files.canonical_path(directory))
    }

    fn list(&mut self, directory: &Path, tree: &Path, found: &mut Found) {
        if self.listed.insert(self.files.canonical_path(directory)) {
            found.directories.push(Directory {
                path: directory.to_owned(),
                tree: tree.to_owned(),
            });
        }
    }
}

fn walk(root: &Path, seen: &mut Seen<'_>, found: &mut Found, excluded: &mut dyn FnMut(&Path) -> bool) {
    let mut holds_configuration = false;
    let mut current = None;
    let mut candidates = Vec::new();
    let mut entries = WalkDir::new(root)
        .follow_links(true)
        .sort_by_file_name()
        .into_iter();
    while let Some(entry) = entries.next() {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                report(root, &error, seen.files, found);
                continue;
            }
        };
        let hidden = entry.depth() > 0 && entry.file_name().to_string_lossy().starts_with('.');
        if entry.file_type().is_dir() {
            if hidden {
                entries.skip_current_dir();
            } else if entry.depth() > 0 && excluded(entry.path()) {
                // Somebody knows that it is there.
                holds_configuration = true;
                entries.skip_current_dir();
            } else if !seen.enter(entry.path()) {
                // It was walked before, on another way; what it holds is known.
                holds_configuration = true;
                entries.skip_current_dir();
            }
        } else if !hidden && is_configuration(entry.path()) {
            holds_configuration = true;
            let directory = entry.path().parent().unwrap_or(root);
            if current.as_deref() != Some(directory) {
                seen.list(directory, root, found);
                current = Some(directory.to_owned());
            }
        } else if !hidden && !holds_configuration && may_be_manifest(entry.path()) && !excluded(entry.path())
        {
            candidates.push(entry.into_path());
        }
    }
    if !holds_configuration {
        found.without_terraform.push(WithoutTerraform {
            root: root.to_owned(),
            candidates,
        });
    }
}

fn report(root: &Path, error: &walkdir::Error, files: &dyn Files, found: &mut Found) {
    let path = error.path().unwrap_or(root).to_owned();
    if let Some(ancestor) = error.loop_ancestor() {
        let message = format!("symbolic link skipped: points back to {}", ancestor.display());
        found.warnings.push((path, message));
        return;
    }
    let message = error.io_error().map_or_else(|| error.to_string(), explain);
    // A broken link that is no configuration file keeps nothing from being read.
    let harmless = !is_configuration(&path) && files.is_link(&path);
    if harmless {
        found
            .warnings
            .push((path, format!("symbolic link skipped: {message}")));
    } else {
        found.failures.push((path, message));
    }
}

fn explain(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "no such file or directory".to_owned(),
        std::io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string(),
    }
}

/// Whether Terraform or OpenTofu reads a file of this name as configuration. Editors' backup files are
/// passed over as Terraform passes them over.
pub(crate) fn is_configuration(path: &Path) -> bool {
    let Some(name) = path.file_name().map(|name| name.to_string_lossy()) else {
        return false;
    };
    let ignored =
        name.starts_with('.') || name.ends_with('~') || (name.starts_with('#') && name.ends_with('#'));
    !ignored
        && [".tf", ".tf.json", ".tofu", ".tofu.json"]
            .iter()
            .any(|ending| name.ends_with(ending))
}

#[cfg(test)]
mod tests {
    use super::*;
    use terraform_eval::source::DiskFiles;

    fn tree(files: &[&str]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for file in files {
            let path = root.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        }
        root
    }

    fn names(root: &Path, found: &Found) -> Vec<String> {
        let name = |directory: &Directory| {
            directory
                .path
                .strip_prefix(root)
                .unwrap()
                .to_string_lossy()
                .into_owned()
        };
        found.directories.iter().map(name).collect()
    }

    #[test]
    fn hidden_directories_are_skipped_unless_they_are_named() {
        let root = tree(&[
            "a/main.tf",
            "a/.terraform/modules/x/main.tf",
            ".hidden/main.tf",
            "b/x.tofu.json",
        ]);
        let found = discover(&[root.path().to_owned()], &DiskFiles, &mut |_| false);
        assert_eq!(names(root.path(), &found), ["a", "b"]);
        let found = discover(&[root.path().join(".hidden")], &DiskFiles, &mut |_| false);
        assert_eq!(names(root.path(), &found), [".hidden"]);
    }

    #[test]
    fn a_file_selects_its_module_and_a_module_is_found_once() {
        let root = tree(&["a/main.tf", "a/other.tf", "a/plan.json"]);
        let paths = ["a/main.tf", "a/other.tf", "a", "a/plan.json"].map(|path| root.path().join(path));
        let found = discover(&paths, &DiskFiles, &mut |_| false);
        assert_eq!(names(root.path(), &found), ["a"]);
        assert_eq!(found.files, [root.path().join("a/plan.json")]);
        assert!(found.failures.is_empty(), "{:?}", found.failures);
    }

    #[test]
    fn directories_without_input_are_reported() {
        let root = tree(&["readme.md"]);
        let found = discover(
            &[root.path().to_owned(), root.path().join("absent")],
            &DiskFiles,
            &mut |_| false,
        );
        assert_eq!(found.failures.len(), 1, "{:?}", found.failures);
        assert_eq!(found.without_terraform.len(), 1);
        assert_eq!(found.without_terraform[0].root, root.path());
        assert!(found.failures[0].1.contains("no such file"));
    }

    #[cfg(unix)]
    #[test]
    fn links_to_a_parent_are_reported_and_not_followed() {
        let root = tree(&["a/main.tf"]);
        std::os::unix::fs::symlink(root.path(), root.path().join("a/loop")).unwrap();
        std::os::unix::fs::symlink("self", root.path().join("self")).unwrap();
        std::os::unix::fs::symlink("nowhere", root.path().join("a/gone.tf")).unwrap();
        let found = discover(&[root.path().to_owned()], &DiskFiles, &mut |_| false);
        assert_eq!(names(root.path(), &found), ["a"]);
        assert_eq!(found.warnings.len(), 2, "{:?}", found.warnings);
        assert_eq!(found.failures.len(), 1, "{:?}", found.failures);
    }
}
