//! A top-level block that is parsed when somebody first asks for it.

use std::sync::OnceLock;

use crate::source::{Sources, Span};
use crate::syntax::document::TopLevel;
use crate::syntax::problem::Problem;
use crate::syntax::tree::{Block, Body, Name};

/// A top-level block of a file. Most blocks of a configuration are of no interest here, and those are
/// never parsed.
#[derive(Debug)]
pub struct LazyBlock {
    item: TopLevel,
    overrides: Vec<TopLevel>,
    parsed: OnceLock<(Option<Block>, Vec<Problem>)>,
}

impl LazyBlock {
    /// A block that was cut out of a file.
    #[must_use]
    pub fn new(item: TopLevel) -> Self {
        Self {
            item,
            overrides: Vec::new(),
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

    /// Lays a block of an override file over this one. What has been parsed before does not see it.
    pub(super) fn overlay(&mut self, item: TopLevel) {
        self.overrides.push(item);
    }

    /// The block, as far as it can be parsed.
    pub fn parse(&self, sources: &Sources) -> Option<&Block> {
        self.parsed.get_or_init(|| self.read(sources)).0.as_ref()
    }

    fn read(&self, sources: &Sources) -> (Option<Block>, Vec<Problem>) {
        let (mut block, mut problems) = self.item.parse(sources.text(self.item.span.file));
        for item in &self.overrides {
            let (over, found) = item.parse(sources.text(item.span.file));
            problems.extend(found);
            if let (Some(block), Some(over)) = (&mut block, over) {
                merge(&mut block.body, over.body);
            }
        }
        (block, problems)
    }

    /// What was wrong with it; nothing as long as nobody asked for the block.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        self.parsed.get().map_or(&[], |(_, problems)| problems)
    }
}

/// Merges a body of an override file: arguments replace those of their name, and blocks of one kind
/// replace all blocks of that kind; only `lifecycle` is merged in its turn (`module_merge.go` in
/// Terraform's `internal/configs`).
fn merge(base: &mut Body, over: Body) {
    for attribute in over.attributes {
        match base
            .attributes
            .iter_mut()
            .find(|known| known.name.text == attribute.name.text)
        {
            Some(known) => *known = attribute,
            None => base.attributes.push(attribute),
        }
    }
    let (lifecycles, blocks): (Vec<Block>, Vec<Block>) = over
        .blocks
        .into_iter()
        .partition(|block| &*block.kind.text == "lifecycle");
    base.blocks
        .retain(|known| !blocks.iter().any(|block| block.kind.text == known.kind.text));
    base.blocks.extend(blocks);
    for lifecycle in lifecycles {
        match base
            .blocks
            .iter_mut()
            .find(|known| &*known.kind.text == "lifecycle")
        {
            Some(known) => merge(&mut known.body, lifecycle.body),
            None => base.blocks.push(lifecycle),
        }
    }
}
