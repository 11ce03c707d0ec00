//! What the files of a directory of configuration say at a glance: which modules they call, and whether anything in them
//! can have to do with mirrors.
//!
//! Most modules of a large repository have nothing to check. They are looked at here, each file once and on all cores,
//! and no more is kept of them than their calls.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

use crate::model::FileRole;
use crate::parallel::Threads;
use crate::provider;
use crate::readers::configuration::{may_carry_manifests, may_have_inputs, may_pass_mirrors};
use crate::readers::manifest::has_mirror_word;
use crate::suppress;
use crate::workspace::configuration_names::{
    LOCK_FILE, is_automatic_variables, is_configuration, is_for_opentofu, is_override,
};
use crate::workspace::known_outlines::KnownOutlines;
use crate::workspace::project_tree::{ConfigurationDirectory, holds};
use memchr::memmem::Finder;
use terraform_eval::hashing::HashMap;
use terraform_eval::modules::{FileBlock, Module, ModuleCall};
use terraform_eval::source::{
    CachedFiles, DirectoryEntry, FileId, FileKind, Files, Listings, ReadError, Stamp,
};
use terraform_eval::syntax::document::{
    Document, Format, LiteralArgument, TopLevel, parse_file_in_parts, parse_variables,
};

/// What the files of one directory say.
#[derive(Debug, Default)]
pub(crate) struct ModuleFacts {
    /// Whether its files have to be read into the module tree: they declare something that is checked or name a type of the
    /// provider, call a module that is not a local one, have an error, or suppress findings.
    pub(crate) matters: bool,
    /// The local sources of its calls, sorted.
    pub(crate) calls: Box<[Box<str>]>,
    /// Whether a function may read other files.
    pub(crate) reads_files: bool,
    /// The variables that it declares.
    pub(crate) variables: Names,
    /// The names of the files that were read, with what they are.
    pub(crate) files: Box<[(Arc<OsStr>, FileRole)]>,
}

/// Names in one text, as facts are kept of many modules.
#[derive(Debug, Default)]
pub(crate) struct Names {
    text: Box<str>,
    ends: Box<[usize]>,
}

impl<N: AsRef<str>> FromIterator<N> for Names {
    fn from_iter<I: IntoIterator<Item = N>>(names: I) -> Self {
        let mut text = String::new();
        let ends = names.into_iter().map(|name| {
            text.push_str(name.as_ref());
            text.len()
        });
        Self {
            ends: ends.collect(),
            text: text.into_boxed_str(),
        }
    }
}

impl Names {
    /// The names, in their order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        let starts = [0].into_iter().chain(self.ends.iter().copied());
        let ranges = starts.zip(&self.ends);
        ranges.filter_map(|(start, end)| self.text.get(start..*end))
    }
}

impl ModuleFacts {
    /// Whether other facts have the same calls and the same readers of files.
    pub(crate) fn has_calls_of(&self, other: &Self) -> bool {
        self.reads_files == other.reads_files && self.calls == other.calls
    }
}

/// The blocks of shorter parts of a file are found in less time than it takes to start a thread.
const MIN_PART_BYTES: usize = 1 << 16;

/// In the name of each function that reads a file.
static FILE: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("file"));

static TYPE_PREFIX: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(provider::types::TYPE_PREFIX));

/// The outlines of more directories than this are not kept.
const MAX_OUTLINED_DIRECTORIES: usize = 4_096;

/// The facts of directories, each found once.
#[derive(Debug, Default)]
pub(crate) struct Survey {
    known: RwLock<HashMap<PathBuf, KnownFacts>>,
    /// The outlines of files that are read after it, unless the survey is kept: then the documents are, too.
    pub(crate) outlines: KnownOutlines,
    is_kept: bool,
}

/// The facts of a directory, with what tells whether they have changed.
#[derive(Debug)]
struct KnownFacts {
    facts: Arc<ModuleFacts>,
    /// The files that were read, if the survey is kept longer than a run.
    stamps: Vec<(PathBuf, Stamp)>,
    /// What links among them lead to: it changes without a change of the directory.
    links: Vec<PathBuf>,
}

impl Survey {
    /// A survey that is kept longer than a run.
    pub(crate) fn kept() -> Self {
        Self {
            is_kept: true,
            ..Self::default()
        }
    }

    /// The facts of directories, in their order. The texts of those that matter are read ahead.
    pub(crate) fn of_directories(
        &self,
        directories: &[&ConfigurationDirectory],
        files: &CachedFiles,
        threads: Threads,
    ) -> Vec<Arc<ModuleFacts>> {
        let budget = files.budget();
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let unknown = directories.iter().copied();
        let unknown = unknown.filter(|directory| !known.contains_key(&directory.path));
        let unknown: Vec<&ConfigurationDirectory> = unknown.collect();
        drop(known);
        // Of many directories, the memory is needed for what they declare.
        let keeps_outlines = !self.is_kept && directories.len() <= MAX_OUTLINED_DIRECTORIES;
        let share = threads.shared_by(unknown.len());
        let look =
            |directory: &&ConfigurationDirectory| self.look_at(directory, files, keeps_outlines, share);
        if threads.map(&unknown, look).contains(&true) {
            // Which file is one too many is decided in the order of the paths.
            files.set_budget(budget);
            files.forget_texts();
            for directory in directories {
                self.look_at(directory, files, keeps_outlines, Threads::ONE);
            }
        }
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let facts = |directory: &&ConfigurationDirectory| match known.get(&directory.path) {
            Some(known) => known.facts.clone(),
            None => Arc::default(),
        };
        directories.iter().map(facts).collect()
    }

    /// Ends a load: facts that no other load needs are forgotten.
    pub(crate) fn end_load(&self) {
        if !self.is_kept {
            let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
            *known = HashMap::default();
        }
    }

    /// Forgets the facts that the text of a file is part of.
    pub(crate) fn forget_file(&self, path: &Path) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.remove(path.parent().unwrap_or(path));
        known.retain(|_, known| !known.links.iter().any(|target| target == path));
    }

    /// Forgets the facts of a directory.
    pub(crate) fn forget(&self, directory: &Path) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.remove(directory);
    }

    /// Forgets the facts of a directory and of those below it.
    pub(crate) fn forget_below(&self, directory: &Path) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.retain(|path, _| !path.starts_with(directory));
    }

    /// Forgets the facts of directories that are listed no more, and of those whose files have changed. In directories for
    /// which `is_told` holds, only links can lead to files that have changed.
    pub(crate) fn verify(
        &self,
        listings: &Listings,
        is_told: impl Fn(&Path) -> bool + Sync,
        files: &dyn Files,
        threads: Threads,
    ) {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let doubted = known.iter().filter(|(directory, known)| {
            !known.links.is_empty() || !is_told(directory) || !listings.is_known(directory)
        });
        let doubted: Vec<(&PathBuf, &KnownFacts)> = doubted.collect();
        let has_changed = |(directory, known): &(&PathBuf, &KnownFacts)| {
            let mut stamps = known.stamps.iter();
            !listings.is_known(directory) || !stamps.all(|(path, stamp)| files.stamp(path).is_same(*stamp))
        };
        let have_changed = threads.map(&doubted, has_changed);
        let changed = doubted.into_iter().zip(have_changed);
        let changed = changed.filter(|(_, has_changed)| *has_changed);
        let changed: Vec<PathBuf> = changed.map(|((directory, _), _)| directory.clone()).collect();
        drop(known);
        for directory in changed {
            self.forget(&directory);
        }
    }

    /// Finds the facts of a directory. Returns whether the limit for all files together is reached.
    fn look_at(
        &self,
        directory: &ConfigurationDirectory,
        files: &CachedFiles,
        keeps_outlines: bool,
        threads: Threads,
    ) -> bool {
        let mut surveyor = Surveyor {
            directory,
            files,
            threads,
            facts: ModuleFacts::default(),
            calls: BTreeSet::new(),
            read: Vec::new(),
            is_over_budget: false,
            texts: Vec::new(),
            outlines: keeps_outlines.then_some(&self.outlines),
            documents: Vec::new(),
            is_kept: self.is_kept,
            stamps: Vec::new(),
            links: Vec::new(),
        };
        surveyor.look();
        let facts = KnownFacts {
            facts: Arc::new(surveyor.facts),
            stamps: surveyor.stamps,
            links: surveyor.links,
        };
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.insert(directory.path.clone(), facts);
        surveyor.is_over_budget
    }
}

/// A configuration file of the directory.
struct SurveyedFile {
    /// The position of its text in [`Surveyor::texts`].
    text: usize,
    is_override: bool,
    document: Document,
}

/// Looks at the files of one directory.
struct Surveyor<'s> {
    directory: &'s ConfigurationDirectory,
    files: &'s CachedFiles,
    /// The threads that work on this directory.
    threads: Threads,
    facts: ModuleFacts,
    calls: BTreeSet<String>,
    read: Vec<(Arc<OsStr>, FileRole)>,
    is_over_budget: bool,
    texts: Vec<(PathBuf, String)>,
    /// Where outlines are kept, if they are.
    outlines: Option<&'s KnownOutlines>,
    documents: Vec<SurveyedFile>,
    is_kept: bool,
    stamps: Vec<(PathBuf, Stamp)>,
    links: Vec<PathBuf>,
}

impl Surveyor<'_> {
    fn look(&mut self) {
        let Ok(entries) = self.files.entries(&self.directory.path) else {
            self.facts.matters = true;
            return;
        };
        let entries = entries.iter().filter(|entry| entry.kind != FileKind::Directory);
        for entry in entries {
            let name = Path::new(&*entry.name);
            if is_configuration(name) {
                self.look_at_configuration(entry);
            } else if is_automatic_variables(name) {
                self.look_at_variables(entry);
            } else if name == Path::new(LOCK_FILE) {
                self.look_at_lock_file(entry);
            }
        }
        if self.facts.matters {
            self.facts.variables = self.declared_variables();
            self.keep_outlines();
        } else {
            let module = self.module();
            self.facts.matters |= !module.syntax_errors.is_empty() || may_have_inputs(&module);
            self.facts.variables = module.variables.keys().collect();
        }
        let calls = std::mem::take(&mut self.calls).into_iter();
        self.facts.calls = calls.map(String::into_boxed_str).collect();
        self.facts.files = std::mem::take(&mut self.read).into();
        if self.facts.matters {
            for (path, text) in self.texts.drain(..) {
                self.files.read_ahead(path, text);
            }
        }
    }

    /// The module, whose declarations tell whether it matters.
    fn module(&mut self) -> Module {
        let (mut blocks, mut overrides) = (Vec::new(), Vec::new());
        for file in self.documents.drain(..) {
            let into = if file.is_override {
                &mut overrides
            } else {
                &mut blocks
            };
            into.extend(file.document.items.into_iter().map(FileBlock::new));
        }
        Module::new(
            &self.directory.path,
            Vec::new(),
            blocks,
            overrides,
            provider::schemas(),
        )
    }

    /// The variables of a module that is read in any case.
    fn declared_variables(&self) -> Names {
        let files = self.documents.iter().filter(|file| !file.is_override);
        let blocks = files.flat_map(|file| &file.document.items);
        let names = blocks.filter_map(|block| match (&*block.kind.text, &*block.labels) {
            ("variable", [name]) => Some(&*name.text),
            _ => None,
        });
        names.collect::<BTreeSet<&str>>().into_iter().collect()
    }

    fn keep_outlines(&mut self) {
        let Some(outlines) = self.outlines else {
            return;
        };
        let valid = |file: &SurveyedFile| file.document.syntax_errors.is_empty();
        for file in self.documents.drain(..).filter(valid) {
            if let Some((path, text)) = self.texts.get(file.text) {
                outlines.add(path.clone(), text, file.document.items);
            }
        }
    }

    fn look_at_configuration(&mut self, entry: &DirectoryEntry) {
        let Some((path, text)) = self.read(entry, FileRole::Configuration) else {
            return;
        };
        let has = |word: &Finder<'_>| word.find(text.as_bytes()).is_some();
        self.facts.reads_files |= has(&FILE);
        let format = Format::from_path(&path);
        let parts = (text.len() / MIN_PART_BYTES).min(self.threads.count());
        let document = parse_file_in_parts(FileId::DETACHED, &text, format, parts, |parts, find| {
            let documents = (self.threads).map_in_batches(parts, parts.len(), &|share| share(), find, |_| ());
            documents.unwrap_or_default()
        });
        self.facts.matters |= !document.syntax_errors.is_empty()
            || format == Format::Json
            || is_for_opentofu(&path)
            || has(&TYPE_PREFIX)
            || may_carry_manifests(&text)
            // Mirrors that a call passes on, and suppressions, have this word, too.
            || (has_mirror_word(&text) && (may_pass_mirrors(&text) || has_suppressions(&text)));
        for block in document
            .items
            .iter()
            .filter(|block| &*block.kind.text == "module")
        {
            self.look_at_call(block, &text);
        }
        self.documents.push(SurveyedFile {
            text: self.texts.len(),
            is_override: is_override(&path),
            document,
        });
        self.texts.push((path, text));
    }

    fn look_at_call(&mut self, call: &TopLevel, text: &str) {
        match call.literal_argument(text, "source") {
            LiteralArgument::Text(source)
                if ModuleCall::local_directory(&source, Path::new("")).is_some() =>
            {
                self.calls.insert(source);
            }
            _ => self.facts.matters = true,
        }
    }

    fn look_at_variables(&mut self, entry: &DirectoryEntry) {
        if let Some((path, text)) = self.read(entry, FileRole::Variables) {
            let (_, syntax_errors) = parse_variables(FileId::DETACHED, &text, Format::from_path(&path));
            // A value about mirrors has to go to a variable. Suppressions have the word, too.
            self.facts.matters |= !syntax_errors.is_empty() || has_mirror_word(&text);
            self.texts.push((path, text));
        }
    }

    fn look_at_lock_file(&mut self, entry: &DirectoryEntry) {
        if let Some((path, text)) = self.read(entry, FileRole::LockFile) {
            self.facts.matters |= Finder::new(provider::types::PROVIDER_NAME)
                .find(text.as_bytes())
                .is_some();
            self.texts.push((path, text));
        }
    }

    /// The text of a file. A link that leads out of the tree, and a file that cannot be read, are for those to report who
    /// read the module.
    fn read(&mut self, entry: &DirectoryEntry, role: FileRole) -> Option<(PathBuf, String)> {
        let path = self.directory.path.join(&*entry.name);
        if self.is_kept {
            self.stamps.push((path.clone(), self.files.stamp(&path)));
        }
        if entry.is_link {
            self.facts.matters = true;
            let target = self.files.canonicalize(&path).ok();
            let target = target.unwrap_or_else(|| path.clone());
            self.links.push(target.clone());
            if !holds(&self.directory.tree, &target) {
                return None;
            }
        }
        match self.files.read_text(&path) {
            Ok(text) => {
                self.read.push((entry.name.clone(), role));
                Some((path, text))
            }
            Err(error) => {
                self.facts.matters = true;
                self.is_over_budget |=
                    matches!(&error, ReadError::Io(error) if error.kind() == ErrorKind::QuotaExceeded);
                None
            }
        }
    }
}

fn has_suppressions(text: &str) -> bool {
    memchr::memmem::find(text.as_bytes(), suppress::MARKER.as_bytes()).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::modules::IMAGE_MIRRORS_INPUT;

    #[test]
    fn suppressions_and_inputs_of_mirrors_have_the_word_that_is_looked_for_first() {
        assert!(has_mirror_word(suppress::MARKER));
        assert!(has_mirror_word(IMAGE_MIRRORS_INPUT));
    }

    #[test]
    fn names_are_those_that_were_given() {
        let given = ["a", "", "größe", "b"];
        assert!(Names::from_iter(given).iter().eq(given));
        assert_eq!(Names::default().iter().next(), None);
    }
}
