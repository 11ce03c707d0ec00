//! `.gitignore`: which paths of a git work tree are not looked at. The file of the deepest directory that has a pattern
//! for a path decides.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use terraform_eval::source::Files;

/// A longer ignore file is not read.
const MAX_BYTES: u64 = 1 << 20;

/// The `.gitignore` files of a run, each read once.
#[derive(Debug, Default)]
pub(crate) struct IgnoreFiles {
    by_directory: BTreeMap<PathBuf, Gitignore>,
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
        for directory in path.ancestors().skip(1) {
            if !directory.starts_with(tree) {
                break;
            }
            match self
                .of_directory(directory, tree, files)
                .matched(path, is_directory)
            {
                Match::Ignore(_) => return true,
                Match::Whitelist(_) => return false,
                Match::None => {}
            }
        }
        false
    }

    fn of_directory(&mut self, directory: &Path, tree: &Path, files: &dyn Files) -> &Gitignore {
        self.by_directory.entry(directory.to_owned()).or_insert_with(|| {
            let mut builder = GitignoreBuilder::new(directory);
            let mut names = vec![".gitignore"];
            if directory == tree {
                names.push(".git/info/exclude");
            }
            for name in names {
                let path = directory.join(name);
                // A link could lead outside of the tree, and git does not follow it either.
                if files.is_link(&path) || !files.is_file(&path) {
                    continue;
                }
                let Ok(Some(bytes)) = files.read_bounded(&path, MAX_BYTES) else {
                    continue;
                };
                for line in String::from_utf8_lossy(&bytes).lines() {
                    // git ignores a pattern that it cannot read, too.
                    let _ = builder.add_line(None, line);
                }
            }
            builder.build().unwrap_or_else(|_| Gitignore::empty())
        })
    }
}
