//! From paths to what to read: directories of configuration, and single files.
//!
//! Each directory is walked once, however many links point to it. Hidden directories are skipped, `.terraform` and
//! `.git` among them; a path that a user names is always read.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::workspace::loaded::LoadError;
use crate::workspace::terraform_files::is_configuration;
use terraform_eval::source::{FileKind, Files, display_name};
use walkdir::WalkDir;

/// What to read of the paths that a user names.
#[derive(Debug, Default)]
pub(crate) struct Discovery {
    /// Directories with configuration files, each once, in the order of the walk.
    pub(crate) directories: Vec<ConfigurationDirectory>,
    /// Other files that the user names: plans, states, manifests.
    pub(crate) files: Vec<PathBuf>,
    /// Directories that the user names and that have no configuration files in or below them.
    pub(crate) without_terraform: Vec<DirectoryWithoutTerraform>,
    pub(crate) errors: Vec<LoadError>,
    /// What was skipped without harm, and why.
    pub(crate) warnings: Vec<String>,
}

/// A directory that has configuration files.
#[derive(Debug, Clone)]
pub(crate) struct ConfigurationDirectory {
    pub(crate) path: PathBuf,
    /// The directory that the user names, this one or one above it: functions may read files there.
    pub(crate) tree: PathBuf,
}

impl ConfigurationDirectory {
    /// A directory that the user names.
    pub(crate) fn from_root(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            tree: path.to_owned(),
        }
    }
}

/// A directory that the user names and that has no configuration files in or below it.
#[derive(Debug)]
pub(crate) struct DirectoryWithoutTerraform {
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

/// Looks at every path. Exclusion applies to paths below a directory that the user names, and to configuration files,
/// which stand for their module; a directory or plan that the user names is always read.
pub(crate) fn discover(
    paths: &[PathBuf],
    files: &dyn Files,
    is_excluded: &mut dyn FnMut(&Path) -> bool,
) -> Discovery {
    let mut discovery = Discovery::default();
    let mut visited = VisitedDirectories::new(files);
    for path in paths {
        match files.kind(path) {
            Ok(FileKind::Directory) => walk(path, &mut visited, &mut discovery, is_excluded),
            Ok(_) if is_configuration(path) && is_excluded(path) => {}
            Ok(_) if is_configuration(path) => {
                let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
                let directory = directory.unwrap_or(Path::new("."));
                visited.list(directory, directory, &mut discovery);
            }
            Ok(_) => discovery.files.push(path.clone()),
            Err(error) => {
                let error = LoadError::from_path(path, &io_message(&error));
                discovery.errors.push(error);
            }
        }
    }
    discovery
}

/// Directories by their canonical path: those that were entered, and those that have configuration files.
struct VisitedDirectories<'f> {
    files: &'f dyn Files,
    entered: BTreeSet<PathBuf>,
    listed: BTreeSet<PathBuf>,
}

impl<'f> VisitedDirectories<'f> {
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

    fn list(&mut self, directory: &Path, tree: &Path, discovery: &mut Discovery) {
        if self.listed.insert(self.files.canonical_path(directory)) {
            discovery.directories.push(ConfigurationDirectory {
                path: directory.to_owned(),
                tree: tree.to_owned(),
            });
        }
    }
}

fn walk(
    root: &Path,
    visited: &mut VisitedDirectories<'_>,
    discovery: &mut Discovery,
    is_excluded: &mut dyn FnMut(&Path) -> bool,
) {
    let mut has_configuration = false;
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
                report_walk_error(root, &error, visited.files, discovery);
                continue;
            }
        };
        let is_hidden = entry.depth() > 0 && entry.file_name().to_string_lossy().starts_with('.');
        if entry.file_type().is_dir() {
            if is_hidden {
                entries.skip_current_dir();
            } else if entry.depth() > 0 && is_excluded(entry.path()) {
                // An excluded directory counts as configuration: its author knows that it is there.
                has_configuration = true;
                entries.skip_current_dir();
            } else if !visited.enter(entry.path()) {
                // The directory was walked under another path, so it was discovered or reported there.
                has_configuration = true;
                entries.skip_current_dir();
            }
        } else if is_hidden {
            // Neither Terraform nor a directory of manifests has hidden files.
        } else if is_configuration(entry.path()) {
            has_configuration = true;
            let directory = entry.path().parent().unwrap_or(root);
            if current.as_deref() != Some(directory) {
                visited.list(directory, root, discovery);
                current = Some(directory.to_owned());
            }
        } else if !has_configuration && may_be_manifest(entry.path()) && !is_excluded(entry.path()) {
            candidates.push(entry.into_path());
        }
    }
    if !has_configuration {
        discovery.without_terraform.push(DirectoryWithoutTerraform {
            root: root.to_owned(),
            candidates,
        });
    }
}

fn report_walk_error(root: &Path, error: &walkdir::Error, files: &dyn Files, discovery: &mut Discovery) {
    let path = error.path().unwrap_or(root);
    let name = display_name(path);
    if let Some(ancestor) = error.loop_ancestor() {
        let ancestor = ancestor.display();
        let message = format!("{name}: symbolic link skipped: points back to {ancestor}");
        discovery.warnings.push(message);
        return;
    }
    let message = error.io_error().map_or_else(|| error.to_string(), io_message);
    // A broken link that is not a configuration file hides nothing that Terraform would read.
    let is_harmless = !is_configuration(path) && files.is_link(path);
    if is_harmless {
        let message = format!("{name}: symbolic link skipped: {message}");
        discovery.warnings.push(message);
    } else {
        discovery.errors.push(LoadError::from_path(path, &message));
    }
}

fn io_message(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "no such file or directory".to_owned(),
        std::io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string(),
    }
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

    fn names(root: &Path, discovery: &Discovery) -> Vec<String> {
        let name = |directory: &ConfigurationDirectory| {
            directory
                .path
                .strip_prefix(root)
                .unwrap()
                .to_string_lossy()
                .into_owned()
        };
        discovery.directories.iter().map(name).collect()
    }

    #[test]
    fn hidden_directories_are_skipped_unless_they_are_named() {
        let root = tree(&[
            "a/main.tf",
            "a/.terraform/modules/x/main.tf",
            ".hidden/main.tf",
            "b/x.tofu.json",
        ]);
        let discovery = discover(&[root.path().to_owned()], &DiskFiles, &mut |_| false);
        assert_eq!(names(root.path(), &discovery), ["a", "b"]);
        let discovery = discover(&[root.path().join(".hidden")], &DiskFiles, &mut |_| false);
        assert_eq!(names(root.path(), &discovery), [".hidden"]);
    }

    #[test]
    fn a_file_selects_its_module_and_a_module_is_found_once() {
        let root = tree(&["a/main.tf", "a/other.tf", "a/plan.json"]);
        let paths = ["a/main.tf", "a/other.tf", "a", "a/plan.json"].map(|path| root.path().join(path));
        let discovery = discover(&paths, &DiskFiles, &mut |_| false);
        assert_eq!(names(root.path(), &discovery), ["a"]);
        assert_eq!(discovery.files, [root.path().join("a/plan.json")]);
        assert!(discovery.errors.is_empty(), "{:?}", discovery.errors);
    }

    #[test]
    fn directories_without_input_are_reported() {
        let root = tree(&["readme.md"]);
        let discovery = discover(
            &[root.path().to_owned(), root.path().join("absent")],
            &DiskFiles,
            &mut |_| false,
        );
        assert_eq!(discovery.errors.len(), 1, "{:?}", discovery.errors);
        assert_eq!(discovery.without_terraform.len(), 1);
        assert_eq!(discovery.without_terraform[0].root, root.path());
        assert!(discovery.errors[0].message.contains("no such file"));
    }

    #[cfg(unix)]
    #[test]
    fn links_to_a_parent_are_reported_and_not_followed() {
        let root = tree(&["a/main.tf"]);
        std::os::unix::fs::symlink(root.path(), root.path().join("a/loop")).unwrap();
        std::os::unix::fs::symlink("self", root.path().join("self")).unwrap();
        std::os::unix::fs::symlink("nowhere", root.path().join("a/gone.tf")).unwrap();
        let discovery = discover(&[root.path().to_owned()], &DiskFiles, &mut |_| false);
        assert_eq!(names(root.path(), &discovery), ["a"]);
        assert_eq!(discovery.warnings.len(), 2, "{:?}", discovery.warnings);
        assert_eq!(discovery.errors.len(), 1, "{:?}", discovery.errors);
    }
}
