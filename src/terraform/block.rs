//! A top-level block that is parsed when somebody first asks for it.

use std::sync::OnceLock;

use crate::source::{Sources, Span};
use crate::syntax::document::TopLevel;
use crate::syntax::problem::Problem;
use crate::syntax::tree::{Block, Name};

/// A top-level block of a file. Most blocks of a configuration are of no interest here, and those are
/// never parsed.
#[derive(Debug)]
pub struct LazyBlock {
    item: TopLevel,
    parsed: OnceLock<(Option<Block>, Vec<Problem>)>,
}

impl LazyBlock {
    /// A block that was cut out of a file.
    #[must_use]
    pub fn new(item: TopLevel) -> Self {
        Self {
            item,
            parsed: OnceLock::new(),
        }
    }

    /// The word before the labels.
    #[must_use]
    pub fn kind(&self) -> &str {
        &self.item.kind.text
    }

    /// The labels.
    #[must_use]
    pub fn labels(&self) -> &[Name] {
        &self.item.labels
    }

    /// The kind and the labels.
    #[must_use]
    pub fn header(&self) -> Span {
        self.item.header()
    }

    /// The block, as far as it can be parsed.
    pub fn parse(&self, sources: &Sources) -> Option<&Block> {
        self.parsed
            .get_or_init(|| self.item.parse(sources.text(self.item.span.file)))
            .0
            .as_ref()
    }

    /// What was wrong with it; nothing as long as nobody asked for the block.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        self.parsed.get().map_or(&[], |(_, problems)| problems)
    }
}
