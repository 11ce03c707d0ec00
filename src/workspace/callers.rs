//! Who calls a module: the local calls of all modules in a project tree, read before the modules themselves are.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::workspace::discovery::ConfigurationDirectory;
use crate::workspace::project_tree::holds;
use crate::workspace::terraform_files::configuration_files;
use memchr::memmem::Finder;
use terraform_eval::modules::ModuleCall;
use terraform_eval::source::{Files, Sources, clean_path};
use terraform_eval::syntax::document::{Format, parse_file};
use terraform_eval::syntax::tree::ExpressionKind;

/// The calls between the modules of a tree, by canonical directory.
#[derive(Debug, Default)]
pub(crate) struct Callers {
    /// The directories whose modules call the module of a directory.
    callers: BTreeMap<PathBuf, BTreeSet<PathBuf>>,
    /// Directories whose configuration calls functions that read files.
    readers: BTreeSet<PathBuf>,
}

impl Callers {
    /// Searches these directories.
    pub(crate) fn read<'d>(
        directories: impl IntoIterator<Item = &'d ConfigurationDirectory>,
        files: &dyn Files,
    ) -> Self {
        let mut callers = Self::default();
        let (module, file) = (Finder::new("module"), Finder::new("file"));
        for directory in directories {
            for path in configuration_files(&directory.path, files) {
                let is_inside = files
                    .canonicalize(&path)
                    .is_ok_and(|path| holds(&directory.tree, &path));
                let bytes = is_inside.then(|| files.read(&path));
                let Some(Ok(bytes)) = bytes else { continue };
                if file.find(&bytes).is_some() {
                    callers.readers.insert(directory.path.clone());
                }
                if module.find(&bytes).is_some() {
                    let text = String::from_utf8_lossy(&bytes).into_owned();
                    callers.add_calls(&directory.path, &path, text, files);
                }
            }
        }
        callers
    }

    fn add_calls(&mut self, caller: &Path, path: &Path, text: String, files: &dyn Files) {
        let mut sources = Sources::new();
        let file = sources.add("", text);
        let document = parse_file(file, sources.text(file), Format::from_path(path));
        for block in document.items {
            if &*block.kind.text != "module" {
                continue;
            }
            let (parsed, _) = block.parse(sources.text(file));
            let source = parsed.and_then(|block| match &block.body.attribute("source")?.value.kind {
                ExpressionKind::String(source) => ModuleCall::local_directory(source, caller),
                _ => None,
            });
            if let Some(directory) = source {
                // The module may be gone: then the callers of the path are those that are concerned.
                let callee = files.canonical_path(&clean_path(&directory));
                self.callers.entry(callee).or_default().insert(caller.to_owned());
            }
        }
    }

    /// These directories and those whose modules call theirs, directly or through others.
    pub(crate) fn with_callers(&self, directories: impl IntoIterator<Item = PathBuf>) -> BTreeSet<PathBuf> {
        let mut pending: Vec<PathBuf> = directories.into_iter().collect();
        let mut found = BTreeSet::new();
        while let Some(directory) = pending.pop() {
            if let Some(callers) = self.callers.get(&directory) {
                pending.extend(callers.iter().filter(|caller| !found.contains(*caller)).cloned());
            }
            found.insert(directory);
        }
        found
    }

    /// Whether some module calls the module of this directory.
    pub(crate) fn is_called(&self, directory: &Path) -> bool {
        self.callers.contains_key(directory)
    }

    /// The directories whose configuration calls functions that read files.
    pub(crate) fn readers(&self) -> impl Iterator<Item = &PathBuf> {
        self.readers.iter()
    }
}
