//! From the paths that a user names to what lies there: directories of configuration, candidates for manifests, and
//! single files, with what is skipped.
//!
//! Hidden directories, `.gitignore` and `exclude` decide where to look, but not for a path that a user names. A
//! directory is looked at once, under its real path, however many links and arguments lead to it. Where a user names
//! less than the project tree, the rest of the tree is looked at as well if it may call the named modules.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::config::{self, ConfigFiles};
use crate::model::{Choice, SkipReason, Skipped};
use crate::parallel::Threads;
use crate::progress::{Progress, Stage};
use crate::workspace::configuration_names::is_configuration;
use crate::workspace::ignore_files::{EXCLUDE_FILE, IgnoreFiles};
use crate::workspace::input_files::InputFiles;
use crate::workspace::load_error::LoadError;
use crate::workspace::name_kind::{NameKind, is_compressed, may_be_text};
use crate::workspace::project_tree::{ConfigurationDirectory, ProjectTrees, holds};

use terraform_eval::hashing::{HashMap, HashSet};
use terraform_eval::source::{CachedFiles, DirectoryEntry, FileKind, Files as _, Sources, display_name};

/// What lies at and below the paths that a user names, and in the rest of their project trees. All paths are canonical.
#[derive(Debug, Default)]
pub(crate) struct Discovery {
    /// Directories with configuration files in the directories that the user names.
    pub(crate) modules: Vec<ConfigurationDirectory>,
    /// Directories with configuration files in the rest of the project trees, once they are searched.
    pub(crate) other_modules: Vec<ConfigurationDirectory>,
    /// Files that may be manifests, in the directories that the user names.
    pub(crate) candidates: Vec<PathBuf>,
    /// Files of nodes, in the directories that the user names.
    pub(crate) node_files: Vec<PathBuf>,
    /// Files of other kinds that may have to do with mirrors, in the directories that the user names.
    pub(crate) others: Vec<PathBuf>,
    /// Files that the user names.
    pub(crate) files: Vec<NamedFile>,
    /// Directories that the user names.
    pub(crate) directories: Vec<PathBuf>,
    /// The project trees of those directories.
    pub(crate) trees: BTreeSet<PathBuf>,
    /// The links in those directories that lead to directories, with these.
    pub(crate) links: BTreeMap<PathBuf, PathBuf>,
    pub(crate) skipped: Vec<Skipped>,
    pub(crate) errors: Vec<LoadError>,
    walked: Walked,
}

/// What a walk must know of the walks before it.
#[derive(Debug, Default)]
struct Walked {
    /// Directories that were entered.
    visited: HashSet<PathBuf>,
    /// Directories that the user names, and directories to which links in those lead.
    named: Subtrees,
    /// Directories that the user names although a configuration file excludes them: it excludes nothing in them.
    named_exclusions: Subtrees,
}

/// Directories with everything below them.
#[derive(Debug, Default)]
struct Subtrees {
    directories: BTreeSet<PathBuf>,
    /// Whether a directory is in one of them, as far as that was asked.
    known: RefCell<HashMap<PathBuf, bool>>,
}

impl Subtrees {
    fn insert(&mut self, directory: PathBuf) {
        self.known.borrow_mut().clear();
        self.directories.insert(directory);
    }

    /// Whether a path is one of the directories or below one.
    fn contain(&self, path: &Path) -> bool {
        if self.directories.is_empty() || self.directories.contains(path) {
            return !self.directories.is_empty();
        }
        let mut known = self.known.borrow_mut();
        let mut unknown = Vec::new();
        let mut is_below = false;
        for ancestor in path.ancestors().skip(1) {
            let answer = known
                .get(ancestor)
                .copied()
                .or_else(|| self.directories.contains(ancestor).then_some(true));
            if let Some(answer) = answer {
                is_below = answer;
                break;
            }
            unknown.push(ancestor.to_owned());
        }
        known.extend(unknown.into_iter().map(|ancestor| (ancestor, is_below)));
        is_below
    }
}

impl ConfigurationDirectory {
    /// The directory of a root module that a user names.
    pub(crate) fn of(directory: &Path, files: &mut InputFiles) -> Self {
        let path = files.sources.files().canonical_path(directory);
        let tree = files.trees.of_directory(&path, files.sources.files());
        Self { path, tree }
    }
}

/// A file that a user names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct NamedFile {
    /// The path: a canonical directory and the name.
    pub(crate) path: PathBuf,
    /// The canonical path of its project tree.
    pub(crate) tree: PathBuf,
    /// The path as it was given.
    pub(crate) given: PathBuf,
    pub(crate) exists: bool,
}

/// Looks at every path.
pub(crate) fn discover(paths: &[PathBuf], files: &mut InputFiles) -> Discovery {
    files.progress.begin(Stage::Search, 0);
    let mut walker = Walker::new(files, Walked::default());
    let mut named_files = BTreeSet::new();
    let mut walks = BTreeSet::new();
    for path in paths {
        walks.extend(walker.name(path, &mut named_files));
    }
    let (directories, trees): (BTreeSet<PathBuf>, BTreeSet<PathBuf>) = walks.iter().cloned().unzip();
    // In the order of the paths, a directory comes before what lies in it.
    walker.walk_all(walks);
    let directories = directories.into_iter().collect();
    Discovery {
        directories,
        trees,
        ..walker.into_discovery(named_files)
    }
}

impl Discovery {
    /// The directories that the user names without any configuration in them. Those in other directories that the user names
    /// are parts of those.
    pub(crate) fn data_directories(&self) -> BTreeSet<PathBuf> {
        let modules: BTreeSet<&Path> = self.modules.iter().map(|module| module.path.as_path()).collect();
        let mut found: BTreeSet<PathBuf> = BTreeSet::new();
        let mut outer: Option<&Path> = None;
        // In the order of the paths, a directory comes before what lies in it.
        for directory in &self.directories {
            if outer.is_some_and(|outer| directory.starts_with(outer)) {
                continue;
            }
            outer = Some(directory);
            let first = modules.range(directory.as_path()..).next();
            if !first.is_some_and(|module| module.starts_with(directory)) {
                found.insert(directory.clone());
            }
        }
        found
    }

    /// Lists the files that may be manifests in directories, without those below.
    pub(crate) fn list_candidates(
        &mut self,
        directories: impl IntoIterator<Item = PathBuf>,
        files: &mut InputFiles,
    ) -> BTreeSet<PathBuf> {
        let walked = Walked {
            named_exclusions: std::mem::take(&mut self.walked.named_exclusions),
            ..Walked::default()
        };
        let mut walker = Walker::new(files, walked);
        for directory in directories {
            let tree = walker.trees.of_directory(&directory, walker.files);
            walker.walked.named.insert(directory.clone());
            let Ok(entries) = walker.files.entries(&directory) else {
                continue;
            };
            // What lies below is not looked at.
            walker.walked.visited.insert(directory.clone());
            walker.look_into(&directory, &entries, &tree, &mut Vec::new());
        }
        self.walked.named_exclusions = walker.walked.named_exclusions;
        walker.candidates
    }

    /// Looks at the rest of project trees.
    pub(crate) fn search_trees(&mut self, searched: &BTreeSet<PathBuf>, files: &mut InputFiles) {
        let known = files.known.clone();
        // What a walk finds depends on what was named before.
        let is_first = self.walked.visited.is_empty() && self.walked.named_exclusions.directories.is_empty();
        if let Some(search) = known.search(searched).filter(|_| is_first) {
            for path in &search.settings {
                let directory = path.parent().unwrap_or(path);
                files.configs.nearest(directory, &mut files.sources);
            }
            self.other_modules.extend_from_slice(&search.modules);
            return;
        }
        let consulted_before = files.configs.consulted.len();
        let mut walker = Walker::new(files, std::mem::take(&mut self.walked));
        walker.walk_all(searched.iter().map(|tree| (tree.clone(), tree.clone())));
        let modules = walker.modules();
        let Walker {
            walked,
            ignore_files,
            is_complete,
            ..
        } = walker;
        if is_first && is_complete {
            let consulted = &files.configs.consulted;
            let settings = consulted.get(consulted_before..).unwrap_or_default().to_owned();
            let decisive = decisive_files(searched);
            let decisive = decisive.chain(consulted.iter().cloned()).chain(ignore_files.read);
            known.keep_search(searched.clone(), &modules, settings, decisive, &*files.cached);
        }
        self.other_modules.extend(modules);
        self.walked = walked;
    }
}

/// Files in no listed directory that decide, if they exist, where to look in trees.
fn decisive_files(trees: &BTreeSet<PathBuf>) -> impl Iterator<Item = PathBuf> {
    trees.iter().flat_map(|tree| {
        let outer = tree.ancestors().skip(1);
        let settings = outer.map(|directory| directory.join(config::FILE_NAME));
        settings.chain([tree.join(EXCLUDE_FILE)])
    })
}

struct Walker<'a> {
    trees: &'a mut ProjectTrees,
    files: &'a CachedFiles,
    threads: Threads,
    progress: Progress,
    /// The configuration files, which exclude paths, and the files that they are read into.
    configs: &'a mut ConfigFiles,
    sources: &'a mut Sources,
    ignore_files: IgnoreFiles,
    walked: Walked,
    /// Directories to which links lead, with their trees.
    pending: Vec<(PathBuf, PathBuf)>,
    /// The links in directories that the user names.
    links: BTreeMap<PathBuf, PathBuf>,
    /// Directories with configuration files, with their trees.
    modules: HashMap<PathBuf, PathBuf>,
    /// The last one of them. A module has several files.
    last_module: PathBuf,
    /// Configuration files that do not make their directory a module.
    set_aside: Vec<(PathBuf, Choice)>,
    candidates: BTreeSet<PathBuf>,
    node_files: BTreeSet<PathBuf>,
    others: BTreeSet<PathBuf>,
    skipped: BTreeMap<PathBuf, Skipped>,
    errors: Vec<LoadError>,
    /// Whether all directories could be listed.
    is_complete: bool,
}

impl<'a> Walker<'a> {
    fn new(files: &'a mut InputFiles, walked: Walked) -> Self {
        Self {
            trees: &mut files.trees,
            files: &files.cached,
            threads: files.threads,
            progress: files.progress.clone(),
            configs: &mut files.configs,
            sources: &mut files.sources,
            walked,
            ignore_files: IgnoreFiles::default(),
            pending: Vec::new(),
            links: BTreeMap::new(),
            modules: HashMap::default(),
            last_module: PathBuf::new(),
            set_aside: Vec::new(),
            candidates: BTreeSet::new(),
            node_files: BTreeSet::new(),
            others: BTreeSet::new(),
            skipped: BTreeMap::new(),
            errors: Vec::new(),
            is_complete: true,
        }
    }

    /// Walks directories, given with their trees, and those to which links in them lead.
    fn walk_all(&mut self, walks: impl IntoIterator<Item = (PathBuf, PathBuf)>) {
        for (directory, tree) in walks {
            self.walk(&directory, &tree);
        }
        while let Some((directory, tree)) = self.pending.pop() {
            self.walk(&directory, &tree);
        }
    }

    /// The directories with configuration files, in the order of their paths.
    fn modules(&mut self) -> Vec<ConfigurationDirectory> {
        let modules = std::mem::take(&mut self.modules).into_iter();
        let mut modules: Vec<ConfigurationDirectory> = modules
            .map(|(path, tree)| ConfigurationDirectory { path, tree })
            .collect();
        modules.sort_by(|a, b| a.path.cmp(&b.path));
        modules
    }

    /// Takes a path that a user names. Returns the directory that it is, with its tree.
    fn name(&mut self, path: &Path, named_files: &mut BTreeSet<NamedFile>) -> Option<(PathBuf, PathBuf)> {
        let kind = self.files.kind(path);
        if matches!(kind, Ok(FileKind::Directory)) {
            let directory = self.files.canonical_path(path);
            let tree = self.trees.of_directory(&directory, self.files);
            if !directory.starts_with(&tree) {
                self.report_outside(path, &tree);
                return None;
            }
            if self.configs.excludes(&directory, self.sources) {
                self.walked.named_exclusions.insert(directory.clone());
            }
            self.walked.named.insert(directory.clone());
            return Some((directory, tree));
        }
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        let parent = self.files.canonical_path(parent.unwrap_or(Path::new(".")));
        let tree = self.trees.of_directory(&parent, self.files);
        // A link to a file is known by the file's real path, but a module has the links that lie in its directory.
        let leads_to = self.files.canonicalize(path).ok().filter(|_| kind.is_ok());
        let joined = parent.join(path.file_name().unwrap_or_default());
        let is_inside = |path: &Path| path.starts_with(&tree);
        let is_regular = matches!(kind, Ok(FileKind::File));
        if !is_inside(&joined) || (is_regular && leads_to.as_deref().is_some_and(|path| !is_inside(path))) {
            self.report_outside(path, &tree);
            return None;
        }
        let real = match leads_to {
            Some(real) if is_regular && !is_configuration(path) => real,
            Some(_) if !is_regular => path.to_owned(),
            _ => joined,
        };
        named_files.insert(NamedFile {
            path: real,
            tree,
            given: path.to_owned(),
            exists: kind.is_ok(),
        });
        None
    }

    fn report_outside(&mut self, path: &Path, tree: &Path) {
        let tree = display_name(&self.trees.shown_path(tree));
        let error = LoadError::from_path(path, &format!("outside of the project tree {tree}"));
        let error = error.with_help("set `--project-root` to a directory that holds everything");
        self.errors.push(error);
    }

    fn is_named(&self, path: &Path) -> bool {
        self.walked.named.contain(path)
    }

    fn skip(&mut self, path: &Path, reason: SkipReason, message: &str) {
        self.add_skipped(path, |name| Skipped::new(name, reason, message));
    }

    fn skip_by_choice(&mut self, path: &Path, choice: Choice) {
        self.add_skipped(path, |name| Skipped::by_choice(name, choice));
    }

    fn add_skipped(&mut self, path: &Path, skipped: impl FnOnce(String) -> Skipped) {
        if self.is_named(path) {
            let name = display_name(&self.trees.shown_path(path));
            self.skipped.insert(path.to_owned(), skipped(name));
        }
    }

    /// Whose choice it is that a path below the start of a walk is not looked at.
    fn choice_to_skip(&mut self, path: &Path, is_directory: bool, tree: &Path) -> Option<Choice> {
        let in_named_exclusion = self.walked.named_exclusions.contain(path);
        if !in_named_exclusion && self.configs.excludes(path, self.sources) {
            return Some(Choice::Excluded);
        }
        let is_ignored = self.ignore_files.ignores(path, is_directory, tree, self.files);
        is_ignored.then_some(Choice::Ignored)
    }

    /// Walks a directory level by level. The directories of one level are listed at the same time.
    fn walk(&mut self, start: &Path, tree: &Path) {
        let mut level = Vec::new();
        if self.walked.visited.insert(start.to_owned()) {
            level.push(start.to_owned());
        }
        while !level.is_empty() {
            let files = self.files;
            let listed = self.threads.map(&level, |directory| files.entries(directory));
            self.progress.advance(level.len());
            let mut next = Vec::new();
            for (directory, entries) in level.iter().zip(listed) {
                match entries {
                    Ok(entries) => self.look_into(directory, &entries, tree, &mut next),
                    Err(error) => self.report_unlisted(directory, &error),
                }
            }
            level = next;
        }
    }

    /// Looks at the entries of a directory, and adds the directories in it to the next level.
    fn look_into(
        &mut self,
        directory: &Path,
        entries: &[DirectoryEntry],
        tree: &Path,
        next: &mut Vec<PathBuf>,
    ) {
        for entry in entries {
            let is_hidden = entry.name.as_encoded_bytes().starts_with(b".");
            let is_directory = entry.kind == FileKind::Directory && !entry.is_link;
            if is_directory {
                let path = directory.join(&*entry.name);
                if self.enters(&path, is_hidden, tree) {
                    next.push(path);
                }
            } else if !is_hidden || NameKind::of(Path::new(&*entry.name)) == NameKind::Manifest {
                // Terraform ignores hidden files, and `oc apply` does not.
                self.look_at(&directory.join(&*entry.name), entry.is_link, tree);
            }
        }
    }

    /// Whether to look into a directory that another one has.
    fn enters(&mut self, path: &Path, is_hidden: bool, tree: &Path) -> bool {
        if is_hidden {
            // The tree does not contain what git and Terraform keep for themselves.
            let name = path.file_name().unwrap_or_default();
            if name != ".git" && name != ".terraform" {
                self.skip_by_choice(path, Choice::Hidden);
            }
            return false;
        }
        if let Some(choice) = self.choice_to_skip(path, true, tree) {
            self.skip_by_choice(path, choice);
            return false;
        }
        self.walked.visited.insert(path.to_owned())
    }

    fn look_at(&mut self, path: &Path, is_link: bool, tree: &Path) {
        if is_link && !self.follow(path, tree) {
            return;
        }
        match NameKind::of(path) {
            NameKind::Configuration => self.look_at_configuration(path, tree),
            NameKind::Manifest if self.is_named(path) => match self.choice_to_skip(path, false, tree) {
                None => _ = self.candidates.insert(path.to_owned()),
                Some(choice) => self.skip_by_choice(path, choice),
            },
            NameKind::RegistriesConf if self.is_named(path) => match self.choice_to_skip(path, false, tree) {
                None => _ = self.node_files.insert(path.to_owned()),
                Some(choice) => self.skip_by_choice(path, choice),
            },
            kind if (kind.may_hide_mirrors() || may_be_text(path) || is_compressed(path))
                && self.is_named(path)
                && self.choice_to_skip(path, false, tree).is_none() =>
            {
                self.others.insert(path.to_owned());
            }
            _ => {}
        }
    }

    fn look_at_configuration(&mut self, path: &Path, tree: &Path) {
        let directory = path.parent().unwrap_or(path);
        if self.last_module.as_os_str() == directory.as_os_str() || self.modules.contains_key(directory) {
            return;
        }
        match self.choice_to_skip(path, false, tree) {
            None => {
                self.modules.insert(directory.to_owned(), tree.to_owned());
                directory.clone_into(&mut self.last_module);
            }
            Some(choice) => self.set_aside.push((path.to_owned(), choice)),
        }
    }

    /// Whether a link leads to a file in the tree. A directory to which it leads is looked at under its real path.
    fn follow(&mut self, link: &Path, tree: &Path) -> bool {
        match self.files.canonicalize(link) {
            Ok(target) if !holds(tree, &target) => {
                if self.files.is_directory(&target) || may_be_input(link) {
                    self.skip(
                        link,
                        SkipReason::OutsideTree,
                        "the link leads out of the project tree",
                    );
                }
                false
            }
            Ok(target) if self.files.is_directory(&target) => {
                if self.choice_to_skip(link, true, tree).is_none() {
                    if self.is_named(link) {
                        self.walked.named.insert(target.clone());
                        self.links.insert(link.to_owned(), target.clone());
                    }
                    self.pending.push((target, tree.to_owned()));
                }
                false
            }
            Ok(_) => true,
            Err(error) => {
                let message = io_message(&error);
                if is_configuration(link) && self.is_named(link) {
                    let shown = self.trees.shown_path(link);
                    self.errors.push(LoadError::from_path(&shown, &message));
                } else if may_be_input(link) {
                    self.skip(
                        link,
                        SkipReason::Unreadable,
                        &format!("the link leads nowhere: {message}"),
                    );
                }
                false
            }
        }
    }

    fn report_unlisted(&mut self, directory: &Path, error: &std::io::Error) {
        self.is_complete = false;
        if self.is_named(directory) {
            let shown = self.trees.shown_path(directory);
            self.errors.push(LoadError::from_path(&shown, &io_message(error)));
        }
    }

    fn into_discovery(mut self, named_files: BTreeSet<NamedFile>) -> Discovery {
        for (path, choice) in std::mem::take(&mut self.set_aside) {
            // A module is read with all its files, whoever ignores them.
            if path
                .parent()
                .is_some_and(|directory| !self.modules.contains_key(directory))
            {
                self.skip_by_choice(&path, choice);
            }
        }
        let named_paths: BTreeSet<PathBuf> = named_files.iter().map(|file| file.path.clone()).collect();
        Discovery {
            modules: self.modules(),
            other_modules: Vec::new(),
            candidates: self.candidates.difference(&named_paths).cloned().collect(),
            node_files: self.node_files.difference(&named_paths).cloned().collect(),
            others: self.others.difference(&named_paths).cloned().collect(),
            files: named_files.into_iter().collect(),
            skipped: self.skipped.into_values().collect(),
            links: self.links,
            errors: self.errors,
            walked: self.walked,
            ..Discovery::default()
        }
    }
}

/// Whether a link may be meant as an input, by its name.
fn may_be_input(link: &Path) -> bool {
    matches!(
        NameKind::of(link),
        NameKind::Configuration | NameKind::Manifest | NameKind::RegistriesConf
    )
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

    fn tree(files: &[&str]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for file in files {
            let path = root.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        }
        root
    }

    fn discover_in(root: &Path, paths: &[&str]) -> Discovery {
        let paths: Vec<PathBuf> = paths.iter().map(|path| root.join(path)).collect();
        let mut files = InputFiles::default();
        files.trees = ProjectTrees::new(Some(root), &*files.cached);
        let mut discovery = discover(&paths, &mut files);
        assert!(discovery.other_modules.is_empty());
        let searched = discovery.trees.clone();
        discovery.search_trees(&searched, &mut files);
        discovery
    }

    fn names(root: &Path, modules: &[ConfigurationDirectory]) -> Vec<String> {
        let root = CachedFiles::default().canonical_path(root);
        let name = |module: &ConfigurationDirectory| {
            let path = module.path.strip_prefix(&root).unwrap();
            path.to_string_lossy().into_owned()
        };
        modules.iter().map(name).collect()
    }

    #[test]
    fn hidden_directories_are_skipped_unless_they_are_named() {
        let root = tree(&[
            "a/main.tf",
            "a/.terraform/modules/x/main.tf",
            ".hidden/main.tf",
            "b/x.tofu.json",
        ]);
        let discovery = discover_in(root.path(), &["."]);
        assert_eq!(names(root.path(), &discovery.modules), ["a", "b"]);
        let reasons: Vec<SkipReason> = discovery.skipped.iter().map(|skipped| skipped.reason).collect();
        assert_eq!(reasons, [SkipReason::Hidden]);
        let discovery = discover_in(root.path(), &[".hidden"]);
        assert_eq!(names(root.path(), &discovery.modules), [".hidden"]);
        assert_eq!(names(root.path(), &discovery.other_modules), ["a", "b"]);
    }

    #[test]
    fn the_order_of_the_paths_does_not_matter() {
        let root = tree(&["a/main.tf", "a/other.tf", "a/plan.json", "b/main.tf"]);
        let paths = ["a/main.tf", "b", "a/plan.json", "a"];
        let mut reversed = paths;
        reversed.reverse();
        let (one, other) = (
            discover_in(root.path(), &paths),
            discover_in(root.path(), &reversed),
        );
        assert_eq!(names(root.path(), &one.modules), ["a", "b"]);
        assert_eq!(one.modules, other.modules);
        assert_eq!(one.files.len(), 2);
        assert_eq!(
            one.files.iter().map(|file| &file.path).collect::<Vec<_>>(),
            other.files.iter().map(|file| &file.path).collect::<Vec<_>>()
        );
    }

    #[test]
    fn git_decides_what_is_ignored() {
        let root = tree(&["out/main.tf", "kept/out/main.tf", "a/main.tf", "a/local.yaml"]);
        std::fs::write(root.path().join(".gitignore"), "out/\n*.yaml\n").unwrap();
        std::fs::write(root.path().join("kept/.gitignore"), "!out/\n").unwrap();
        let discovery = discover_in(root.path(), &["."]);
        assert_eq!(names(root.path(), &discovery.modules), ["a", "kept/out"]);
        assert_eq!(discovery.candidates, Vec::<PathBuf>::new());
        let skipped: Vec<SkipReason> = discovery.skipped.iter().map(|skipped| skipped.reason).collect();
        assert_eq!(skipped, [SkipReason::Ignored, SkipReason::Ignored]);
        let discovery = discover_in(root.path(), &["out"]);
        assert_eq!(names(root.path(), &discovery.modules), ["out"]);
    }

    #[cfg(unix)]
    #[test]
    fn links_lead_to_real_paths_and_not_out_of_the_tree() {
        let root = tree(&["tree/a/main.tf", "outside/main.tf"]);
        let inner = root.path().join("tree");
        std::os::unix::fs::symlink(&inner, inner.join("a/loop")).unwrap();
        std::os::unix::fs::symlink("self", inner.join("self")).unwrap();
        std::os::unix::fs::symlink("nowhere", inner.join("a/gone.tf")).unwrap();
        std::os::unix::fs::symlink("../outside", inner.join("out")).unwrap();
        std::os::unix::fs::symlink("a", inner.join("again")).unwrap();
        let discovery = discover_in(&inner, &["."]);
        assert_eq!(names(&inner, &discovery.modules), ["a"]);
        let reasons: Vec<SkipReason> = discovery.skipped.iter().map(|skipped| skipped.reason).collect();
        assert_eq!(reasons, [SkipReason::OutsideTree]);
        assert_eq!(discovery.errors.len(), 1, "{:?}", discovery.errors);
    }
}
