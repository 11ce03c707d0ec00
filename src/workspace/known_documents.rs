//! The syntax of configuration files. Of a session that is kept, each is found once as long as its text stays the same.

use std::mem;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use terraform_eval::hashing::HashMap;
use terraform_eval::modules::FileBlock;
use terraform_eval::source::{FileId, SourceFile, Sources};
use terraform_eval::syntax::document::{Document, Format, parse_file};
use terraform_eval::syntax::syntax_error::SyntaxError;

/// The blocks of a configuration file.
#[derive(Debug)]
pub(crate) struct FileBlocks {
    pub(crate) blocks: Box<[Arc<FileBlock>]>,
    /// The errors outside of the blocks.
    pub(crate) syntax_errors: Vec<SyntaxError>,
}

/// The blocks of files, by their ids; none if no later load needs them.
#[derive(Debug, Default)]
pub(crate) struct KnownDocuments {
    loads: Mutex<Loads>,
    is_kept: bool,
}

#[derive(Debug, Default)]
struct Loads {
    this: HashMap<FileId, KnownDocument>,
    last: HashMap<FileId, KnownDocument>,
}

/// The blocks of a text.
#[derive(Debug, Clone)]
struct KnownDocument {
    file: Arc<SourceFile>,
    blocks: Arc<FileBlocks>,
}

impl KnownDocuments {
    /// Documents that are kept for the next load.
    pub(crate) fn kept() -> Self {
        Self {
            is_kept: true,
            ..Self::default()
        }
    }

    /// Begins a load. What the last one did not need is forgotten.
    pub(crate) fn begin_load(&self) {
        let mut loads = self.loads();
        loads.last = mem::take(&mut loads.this);
    }

    /// The blocks of a configuration file that was read from a path, unless `outlined` has them.
    pub(crate) fn of_file(
        &self,
        file: FileId,
        path: &Path,
        sources: &Sources,
        outlined: impl FnOnce() -> Option<Document>,
    ) -> Arc<FileBlocks> {
        let source = sources.shared_file(file);
        let is_same = |known: &KnownDocument| source.is_some_and(|source| Arc::ptr_eq(source, &known.file));
        let mut loads = self.loads();
        let last = loads.last.remove(&file);
        let known = loads.this.get(&file).cloned().or(last).filter(is_same);
        let known = known.map(|known| known.blocks);
        let blocks = known.unwrap_or_else(|| {
            let new_block = if self.is_kept {
                FileBlock::kept
            } else {
                FileBlock::new
            };
            let parse = || parse_file(file, sources.text(file), Format::from_path(path));
            let document = outlined().unwrap_or_else(parse);
            Arc::new(FileBlocks {
                blocks: document.items.into_iter().map(new_block).collect(),
                syntax_errors: document.syntax_errors,
            })
        });
        if let Some(source) = source.filter(|_| self.is_kept) {
            let known = KnownDocument {
                file: source.clone(),
                blocks: blocks.clone(),
            };
            loads.this.insert(file, known);
        }
        blocks
    }

    fn loads(&self) -> MutexGuard<'_, Loads> {
        self.loads.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
