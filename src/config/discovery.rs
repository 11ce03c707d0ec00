//! Finds the configuration file of a directory.

use std::path::{Path, PathBuf};

use crate::diagnostic::{Code, Diagnostic, Severity};
use terraform_eval::hashing::HashMap;
use terraform_eval::source::{Files, Sources, display_name};

use super::file::{Config, FILE_NAME};
use super::read;

/// Which configuration files to read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum ConfigSource {
    /// For each directory, the nearest one in its parent directories.
    #[default]
    Nearest,
    /// The same one for all directories.
    File(PathBuf),
    /// No configuration file.
    Isolated,
}

/// The configuration files of a run. Each is read once, when it is first needed.
#[derive(Debug, Default)]
pub struct ConfigFiles {
    source: ConfigSource,
    /// The position in `all` of the nearest file, by canonical directory.
    by_directory: HashMap<PathBuf, Option<usize>>,
    /// The position in `all` of each file that was read, by canonical path. `None` if it could not be read.
    by_path: HashMap<PathBuf, Option<usize>>,
    all: Vec<Config>,
    /// The canonical paths of the files that were read, and the links that are not followed, in this order.
    pub(crate) consulted: Vec<PathBuf>,
    /// Links with the name of a configuration file that are not followed.
    pub(crate) unread_links: Vec<PathBuf>,
    /// The errors in the files.
    pub diagnostics: Vec<Diagnostic>,
}

impl ConfigFiles {
    /// Creates an empty collection. No file is read yet.
    #[must_use]
    pub fn new(source: ConfigSource) -> Self {
        Self {
            source,
            ..Self::default()
        }
    }

    /// The configuration file of a directory.
    pub fn nearest(&mut self, directory: &Path, sources: &mut Sources) -> Option<&Config> {
        let index = match &self.source {
            ConfigSource::Isolated => None,
            ConfigSource::File(path) => {
                let path = path.clone();
                self.read(&path, sources)
            }
            ConfigSource::Nearest => self.read_nearest(&sources.files().canonical_path(directory), sources),
        };
        self.all.get(index?)
    }

    /// Whether a configuration file excludes a path, whose directory is canonical. A link is excluded where it lies: the
    /// configuration file beside its target could be anybody's.
    pub fn excludes(&mut self, path: &Path, sources: &mut Sources) -> bool {
        let parent = path.parent().unwrap_or(path);
        let config = match &self.source {
            ConfigSource::Nearest => {
                let index = self.read_nearest(parent, sources);
                index.and_then(|index| self.all.get(index))
            }
            _ => self.nearest(parent, sources),
        };
        config.is_some_and(|config| config.excludes(path))
    }

    /// Reads the nearest file in a directory or its parent directories, and returns its position.
    fn read_nearest(&mut self, directory: &Path, sources: &mut Sources) -> Option<usize> {
        let mut without_file = Vec::new();
        let mut nearest = None;
        for ancestor in directory.ancestors() {
            if let Some(known) = self.by_directory.get(ancestor) {
                nearest = *known;
                break;
            }
            without_file.push(ancestor);
            let path = ancestor.join(FILE_NAME);
            match find_config_file(&path, sources.files()) {
                Candidate::File => {
                    nearest = self.read(&path, sources);
                    break;
                }
                Candidate::UnreadLink => {
                    self.consulted.push(path.clone());
                    self.unread_links.push(path);
                }
                Candidate::None => {}
            }
        }
        for directory in without_file {
            self.by_directory.insert(directory.to_owned(), nearest);
        }
        nearest
    }

    /// Reads a file, and returns its position. `None` if it cannot be read.
    fn read(&mut self, path: &Path, sources: &mut Sources) -> Option<usize> {
        let canonical = sources.files().canonical_path(path);
        if let Some(known) = self.by_path.get(&canonical) {
            return *known;
        }
        let current = sources.files().canonicalize(Path::new("."));
        let relative = current
            .ok()
            .and_then(|current| canonical.strip_prefix(current).ok().map(Path::to_owned));
        let displayed = relative.unwrap_or_else(|| path.to_owned());
        let position = match sources.read(&displayed) {
            Ok(file) => {
                let base = canonical.parent().unwrap_or(&canonical).to_owned();
                let (config, errors) = read::parse_config(file, sources.text(file), base);
                self.diagnostics.extend(errors);
                self.all.push(config);
                Some(self.all.len() - 1)
            }
            Err(error) => {
                let message = format!("{}: {error}", display_name(&displayed));
                self.diagnostics
                    .push(Diagnostic::new(Code::Configuration, Severity::Error, message));
                None
            }
        };
        self.consulted.push(canonical.clone());
        self.by_path.insert(canonical, position);
        position
    }
}

/// What has the name of a configuration file.
enum Candidate {
    None,
    /// A configuration file.
    File,
    /// A link that is not followed.
    UnreadLink,
}

/// Whether a path is a configuration file. A link is followed only to another file of that name in the same repository or,
/// outside of a repository, directory: in a pull request, it could lead to any file, whose text an error would show.
fn find_config_file(path: &Path, files: &dyn Files) -> Candidate {
    if !files.is_link(path) {
        return if files.is_file(path) {
            Candidate::File
        } else {
            Candidate::None
        };
    }
    let directory = path.parent().unwrap_or(path);
    let mut ancestors = directory.ancestors();
    let top = ancestors.find(|ancestor| files.exists(&ancestor.join(".git")));
    let top = files.canonical_path(top.unwrap_or(directory));
    let target = files.canonicalize(path).ok().filter(|target| {
        target.file_name() == path.file_name() && target.starts_with(&top) && files.is_file(target)
    });
    match target {
        Some(_) => Candidate::File,
        None => Candidate::UnreadLink,
    }
}
