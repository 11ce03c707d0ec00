//! Files of nodes: which of them a node loads together, `registries.conf` and the drop-ins in the directory with its name
//! and `.d`.
//!
//! A node loads all of them, so that a drop-in that was found stands for all files of its node, and one that is named does
//! where it is checked. Where it is converted or compared, it stands for itself.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::model::{FileRole, Input};
use crate::readers::registries_conf::{NodeFile, node_input, parse_conf_file};
use crate::rules::SYNTAX_ERROR;
use crate::workspace::input_files::InputFiles;
use terraform_eval::source::{FileId, FileKind, Span, display_name};

/// The help for a file that cannot be read.
const REJECTED_HELP: &str =
    "the container runtime rejects the file as well, and then every pull on the node fails";

/// Files of nodes. Paths are canonical.
#[derive(Debug, Default)]
pub(crate) struct NodeFiles {
    /// The files that a user named.
    named: BTreeMap<PathBuf, FileId>,
    /// Standard input.
    stdin: Option<FileId>,
    /// The files that were found.
    found: BTreeSet<PathBuf>,
}

impl NodeFiles {
    /// Adds a file that a user named.
    pub(crate) fn add(&mut self, file: FileId, files: &mut InputFiles) {
        files.roles.insert(file, FileRole::RegistriesConf);
        let Some(path) = files.sources.file(file).path() else {
            self.stdin = Some(file);
            return;
        };
        let path = files.sources.files().canonical_path(path);
        self.named.insert(path, file);
    }

    /// Adds files that were found.
    pub(crate) fn find<'p>(&mut self, paths: impl Iterator<Item = &'p PathBuf>) {
        self.found.extend(paths.cloned());
    }

    /// The inputs with their directories, one for each node.
    pub(crate) fn into_inputs(self, with_neighbors: bool, files: &mut InputFiles) -> Vec<(PathBuf, Input)> {
        let named = self.named.keys();
        let named = named.map(|path| (path, main_of_drop_in(path).filter(|_| with_neighbors)));
        let found = self.found.iter().map(|path| (path, main_of_drop_in(path)));
        let mains: BTreeSet<PathBuf> = named
            .chain(found)
            .map(|(path, main)| main.unwrap_or_else(|| path.clone()))
            .collect();
        let stdin = self.stdin.and_then(|file| {
            let node_file = parse(file, None, files)?;
            Some((
                PathBuf::new(),
                node_input(files.sources.file(file).name(), &[node_file]),
            ))
        });
        let nodes = mains.iter().map(|main| self.read_node(main, files));
        let nodes: Vec<(PathBuf, Input)> = nodes.collect();
        stdin.into_iter().chain(nodes).collect()
    }

    /// The input of the files of a node. Its drop-ins may be there without `registries.conf`.
    fn read_node(&self, main: &Path, files: &mut InputFiles) -> (PathBuf, Input) {
        let directory = main.parent().unwrap_or(main);
        let tree = files.trees.of_directory(directory, &*files.cached);
        let drop_ins = drop_ins_directory(main);
        let mut paths = Vec::new();
        if files.sources.files().is_file(main) {
            paths.push((main.to_owned(), None));
        }
        paths.extend(drop_in_names(&drop_ins, files).into_iter().map(|name| {
            let path = drop_ins.join(&name);
            (path, Some(Arc::from(name.as_str())))
        }));
        let shown = match paths.as_slice() {
            [(path, Some(_))] => path,
            [(_, Some(_)), ..] => &drop_ins,
            _ => main,
        };
        let name = display_name(&files.trees.shown_path(shown));
        let mut node_files = Vec::new();
        for (path, drop_in) in paths {
            let known = self.named.get(&path).copied();
            let shown = files.trees.shown_path(&path);
            let file = known.or_else(|| files.read_in_tree(&shown, &tree, FileRole::RegistriesConf));
            node_files.extend(file.and_then(|file| parse(file, drop_in, files)));
        }
        (files.trees.shown_path(directory), node_input(&name, &node_files))
    }
}

/// The file that a drop-in belongs to; `None` for any other file.
fn main_of_drop_in(path: &Path) -> Option<PathBuf> {
    let main = path.parent()?.with_extension("");
    let is_drop_in = path
        .parent()?
        .extension()
        .is_some_and(|extension| extension == "d")
        && main.extension().is_some_and(|extension| extension == "conf");
    is_drop_in.then_some(main)
}

fn drop_ins_directory(main: &Path) -> PathBuf {
    let mut directory = main.as_os_str().to_owned();
    directory.push(".d");
    PathBuf::from(directory)
}

/// The names of the drop-ins in a directory, in their order. Directories in it are not read.
fn drop_in_names(directory: &Path, files: &InputFiles) -> Vec<String> {
    let Ok(entries) = files.cached.entries(directory) else {
        return Vec::new();
    };
    let is_drop_in = |name: &Path| name.extension().is_some_and(|extension| extension == "conf");
    let mut names: Vec<String> = entries
        .iter()
        .filter(|entry| entry.kind == FileKind::File && is_drop_in(Path::new(&*entry.name)))
        .filter_map(|entry| entry.name.to_str().map(str::to_owned))
        .collect();
    names.sort();
    names
}

/// Parses a file, or reports that the container runtime rejects it.
fn parse(file: FileId, drop_in: Option<Arc<str>>, files: &mut InputFiles) -> Option<NodeFile> {
    let source = files.sources.file(file);
    match parse_conf_file(source.name(), source.text()) {
        Ok(text) => Some(NodeFile { drop_in, file, text }),
        Err(error) => {
            let span = Span::new(file, error.range.start, error.range.end);
            files.report_invalid(
                &SYNTAX_ERROR,
                file,
                &error.message,
                Some(span),
                Some(REJECTED_HELP),
            );
            None
        }
    }
}
