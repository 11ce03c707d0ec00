//! The outlines of files that a survey has found, for the one who reads the files after it.

use std::hash::BuildHasher;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use terraform_eval::hashing::{HashMap, RandomState};
use terraform_eval::source::FileId;
use terraform_eval::syntax::document::{Document, TopLevel};

/// The number of blocks that are remembered: they take twice the memory of their texts.
const MAX_BLOCKS: usize = 1 << 15;

/// Outlines by the paths of their files, each for one reader.
#[derive(Debug, Default)]
pub(crate) struct KnownOutlines {
    state: RandomState,
    outlines: Mutex<Outlines>,
}

#[derive(Debug, Default)]
struct Outlines {
    by_path: HashMap<PathBuf, Outline>,
    blocks: usize,
}

/// The outline of a text without errors.
#[derive(Debug)]
struct Outline {
    /// The hash of the text.
    text: u64,
    blocks: Vec<TopLevel>,
}

impl KnownOutlines {
    /// Remembers the blocks of a text, if there is room.
    pub(crate) fn add(&self, path: PathBuf, text: &str, blocks: Vec<TopLevel>) {
        let text = self.state.hash_one(text);
        let mut outlines = self.outlines();
        if outlines.blocks + blocks.len() <= MAX_BLOCKS {
            outlines.blocks += blocks.len();
            let earlier = outlines.by_path.insert(path, Outline { text, blocks });
            outlines.blocks -= earlier.map_or(0, |earlier| earlier.blocks.len());
        }
    }

    /// Takes the outline of a file, if it is that of its text.
    pub(crate) fn take(&self, path: &Path, text: &str, file: FileId) -> Option<Document> {
        let outline = {
            let mut outlines = self.outlines();
            let outline = outlines.by_path.remove(path)?;
            outlines.blocks -= outline.blocks.len();
            outline
        };
        if outline.text != self.state.hash_one(text) {
            return None;
        }
        let blocks = outline.blocks.into_iter();
        Some(Document {
            items: blocks.map(|block| block.in_file(file)).collect::<Option<_>>()?,
            syntax_errors: Vec::new(),
        })
    }

    /// Forgets the outlines that were not taken.
    pub(crate) fn forget(&self) {
        *self.outlines() = Outlines::default();
    }

    fn outlines(&self) -> MutexGuard<'_, Outlines> {
        self.outlines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use terraform_eval::source::Sources;
    use terraform_eval::syntax::document::{Format, parse_file};

    use super::*;

    #[test]
    fn an_outline_is_that_of_the_same_text_and_taken_once() {
        let text = "resource \"a\" \"b\" {\n  c = 1\n}\nlocals {}\n";
        let file = Sources::new().add("main.tf", text);
        let outline = parse_file(FileId::DETACHED, text, Format::Native);
        let outlines = KnownOutlines::default();
        let path = Path::new("/main.tf");
        outlines.add(path.to_owned(), text, outline.items.clone());
        assert_eq!(
            outlines.take(path, text, file),
            Some(parse_file(file, text, Format::Native))
        );
        assert_eq!(outlines.take(path, text, file), None);
        outlines.add(path.to_owned(), text, outline.items);
        assert_eq!(outlines.take(path, &text.replace('1', "2"), file), None);
    }
}
