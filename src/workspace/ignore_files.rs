//! `.gitignore`: which paths of a git work tree are not looked at. The file of the deepest directory that has a pattern
//! for a path decides.

use std::path::{Path, PathBuf};
use std::rc::Rc;

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use terraform_eval::hashing::HashMap;
use terraform_eval::source::Files;

/// A longer ignore file is not read.
const MAX_BYTES: u64 = 1 << 20;

/// What git ignores in one work tree and no other.
pub(crate) const EXCLUDE_FILE: &str = ".git/info/exclude";

/// The `.gitignore` files of a run, each read once.
#[derive(Debug, Default)]
pub(crate) struct IgnoreFiles {
    /// The deepest ignore file of each directory.
    by_directory: HashMap<PathBuf, Option<Rc<IgnoreFile>>>,
    /// The files that were read.
    pub(crate) read: Vec<PathBuf>,
}

/// An ignore file that has patterns.
#[derive(Debug)]
struct IgnoreFile {
    patterns: Gitignore,
    /// The deepest one of the directories that hold its directory.
    outer: Option<Rc<IgnoreFile>>,
}

impl IgnoreFiles {
    /// Whether an ignore file in `tree` or a directory between it and the path ignores the path. All paths are
    /// canonical, and the directories that hold the path are not ignored themselves.
    pub(crate) fn ignores(
        &mut self,
        path: &Path,
        is_directory: bool,
        tree: &Path,
        files: &dyn Files,
    ) -> bool {
        let mut file = path
            .parent()
            .and_then(|directory| self.deepest(directory, tree, files));
        while let Some(IgnoreFile { patterns, outer }) = file.as_deref() {
            match patterns.matched(path, is_directory) {
                Match::Ignore(_) => return true,
                Match::Whitelist(_) => return false,
                Match::None => {}
            }
            file = outer.clone();
        }
        false
    }

    /// The deepest ignore file of a directory and those that hold it, up to the tree.
    fn deepest(&mut self, directory: &Path, tree: &Path, files: &dyn Files) -> Option<Rc<IgnoreFile>> {
        let mut unknown = Vec::new();
        let mut deepest = None;
        for directory in directory.ancestors() {
            if let Some(known) = self.by_directory.get(directory) {
                deepest.clone_from(known);
                break;
            }
            if !directory.starts_with(tree) {
                break;
            }
            unknown.push(directory);
        }
        for directory in unknown.into_iter().rev() {
            let patterns = self.read_patterns(directory, tree, files);
            if !patterns.is_empty() {
                deepest = Some(Rc::new(IgnoreFile {
                    patterns,
                    outer: deepest,
                }));
            }
            self.by_directory.insert(directory.to_owned(), deepest.clone());
        }
        deepest
    }

    fn read_patterns(&mut self, directory: &Path, tree: &Path, files: &dyn Files) -> Gitignore {
        let mut builder = GitignoreBuilder::new(directory);
        let mut names = vec![".gitignore"];
        if directory == tree {
            names.push(EXCLUDE_FILE);
        }
        for name in names {
            let path = directory.join(name);
            // A link could lead outside of the tree, and git does not follow it either.
            if files.is_link(&path) || !files.is_file(&path) {
                continue;
            }
            self.read.push(path.clone());
            let Ok(Some(bytes)) = files.read_bounded(&path, MAX_BYTES) else {
                continue;
            };
            for line in String::from_utf8_lossy(&bytes).lines() {
                // git ignores a pattern that it cannot read, too.
                let _ = builder.add_line(None, line);
            }
        }
        builder.build().unwrap_or_else(|_| Gitignore::empty())
    }
}
