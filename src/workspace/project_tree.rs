//! The project tree: the directory that holds a path and in which files are read, whatever path a user names.
//!
//! For a path, the tree is what `--project-root` says, else the top level of the git work tree that holds it, else the
//! directory of the nearest `mirrorset.toml`, else the current directory if it holds the path, else the path itself.
//! It does not contain `.git`, states, and `.terraform` without the installed modules, which may hold credentials.

use std::path::{Component, Path, PathBuf};

use crate::config;
use terraform_eval::hashing::HashMap;
use terraform_eval::source::{Files, clean_path, is_tool_data};

/// A directory that has configuration files.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ConfigurationDirectory {
    /// Its canonical path.
    pub(crate) path: PathBuf,
    /// The canonical path of its project tree.
    pub(crate) tree: PathBuf,
}

/// Whether a tree holds a path; both are canonical. What git and Terraform keep for themselves is not part of it.
pub(crate) fn holds(tree: &Path, path: &Path) -> bool {
    path.strip_prefix(tree).is_ok_and(|below| !is_tool_data(below))
}

/// Finds the tree of each path, and the names under which findings show paths.
#[derive(Debug, Default)]
pub(crate) struct ProjectTrees {
    /// The canonical path of `--project-root`.
    root: Option<PathBuf>,
    /// The canonical path of the current directory.
    current: PathBuf,
    /// The git top level or the directory of `mirrorset.toml` by canonical directory.
    marked: HashMap<PathBuf, Option<PathBuf>>,
}

impl ProjectTrees {
    pub(crate) fn new(root: Option<&Path>, files: &dyn Files) -> Self {
        Self {
            root: root.map(|root| files.canonical_path(root)),
            current: files.canonical_path(Path::new(".")),
            marked: HashMap::default(),
        }
    }

    /// The canonical path of the tree of a directory, given by its canonical path.
    pub(crate) fn of_directory(&mut self, directory: &Path, files: &dyn Files) -> PathBuf {
        if let Some(root) = &self.root {
            return root.clone();
        }
        if let Some(marked) = self.marked(directory, files) {
            return marked;
        }
        // Containers start programs in the root of the file system, which is not a project.
        if directory.starts_with(&self.current) && self.current.parent().is_some() {
            self.current.clone()
        } else {
            directory.to_owned()
        }
    }

    /// Whether a person has said what the tree of a directory is: by an option, `.git` or `mirrorset.toml`. Any other tree
    /// may be large and have little to do with the path.
    pub(crate) fn is_marked(&mut self, directory: &Path, files: &dyn Files) -> bool {
        self.root.is_some() || self.marked(directory, files).is_some()
    }

    fn marked(&mut self, directory: &Path, files: &dyn Files) -> Option<PathBuf> {
        if let Some(known) = self.marked.get(directory) {
            return known.clone();
        }
        let holds = |name: &str| {
            let mut ancestors = directory.ancestors();
            ancestors.find(|ancestor| files.exists(&ancestor.join(name)))
        };
        let marked = holds(".git")
            .or_else(|| holds(config::FILE_NAME))
            .map(Path::to_owned);
        self.marked.insert(directory.to_owned(), marked.clone());
        marked
    }

    /// The absolute path of a path that findings show.
    pub(crate) fn absolute(&self, shown: &str) -> PathBuf {
        clean_path(&self.current.join(shown))
    }

    /// The path that findings show for a canonical path: relative to the current directory, unless the two have
    /// nothing in common.
    pub(crate) fn shown_path(&self, canonical: &Path) -> PathBuf {
        let common = canonical
            .components()
            .zip(self.current.components())
            .take_while(|(a, b)| a == b)
            .count();
        let is_only_root = self
            .current
            .components()
            .take(common)
            .all(|component| matches!(component, Component::RootDir | Component::Prefix(_)));
        if is_only_root && canonical != self.current {
            return canonical.to_owned();
        }
        let up = self
            .current
            .components()
            .skip(common)
            .map(|_| Component::ParentDir);
        let path: PathBuf = up.chain(canonical.components().skip(common)).collect();
        if path.as_os_str().is_empty() {
            PathBuf::from(".")
        } else {
            path
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use terraform_eval::source::MemoryFiles;

    fn trees(files: &MemoryFiles) -> ProjectTrees {
        ProjectTrees::new(None, files)
    }

    #[test]
    fn the_git_top_level_comes_before_the_nearest_configuration_file() {
        let files = MemoryFiles::new([
            ("/repo/.git/HEAD", ""),
            ("/repo/live/mirrorset.toml", ""),
            ("/repo/live/prod/main.tf", ""),
            ("/plain/mirrorset.toml", ""),
            ("/plain/a/main.tf", ""),
        ]);
        let mut trees = trees(&files);
        assert_eq!(
            trees.of_directory(Path::new("/repo/live/prod"), &files),
            Path::new("/repo")
        );
        assert_eq!(
            trees.of_directory(Path::new("/plain/a"), &files),
            Path::new("/plain")
        );
    }

    #[test]
    fn an_explicit_root_is_the_tree_of_every_path() {
        let files = MemoryFiles::new([("/repo/.git/HEAD", ""), ("/repo/a/main.tf", "")]);
        let mut trees = ProjectTrees::new(Some(Path::new("/repo/a")), &files);
        assert_eq!(
            trees.of_directory(Path::new("/repo"), &files),
            Path::new("/repo/a")
        );
    }

    #[test]
    fn paths_are_shown_relative_to_the_current_directory() {
        let shown = |current: &str, path: &str| {
            let trees = ProjectTrees {
                current: current.into(),
                ..ProjectTrees::default()
            };
            trees.shown_path(Path::new(path)).display().to_string()
        };
        assert_eq!(shown("/repo", "/repo/a/main.tf"), "a/main.tf");
        assert_eq!(shown("/repo/live", "/repo/modules/x"), "../modules/x");
        assert_eq!(shown("/repo", "/repo"), ".");
        assert_eq!(shown("/repo", "/tmp/x"), "/tmp/x");
    }
}
