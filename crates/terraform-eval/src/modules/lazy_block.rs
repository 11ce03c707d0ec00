//! A top-level block that is parsed on demand.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::OnceLock;

use crate::source::{Sources, Span};
use crate::syntax::document::TopLevel;
use crate::syntax::syntax_error::SyntaxError;
use crate::syntax::tree::{Block, Body, Name};

/// A top-level block of a file. Most blocks of a configuration are never needed, and those are not parsed.
#[derive(Debug)]
pub struct LazyBlock {
    item: TopLevel,
    overrides: Vec<TopLevel>,
    parsed: OnceLock<(Option<Block>, Vec<SyntaxError>)>,
    /// The syntax errors of a block that nothing needed when it was looked at.
    checked: OnceLock<Vec<SyntaxError>>,
}

impl LazyBlock {
    /// A block of a file's outline.
    #[must_use]
    pub fn new(item: TopLevel) -> Self {
        Self {
            item,
            overrides: Vec::new(),
            parsed: OnceLock::new(),
            checked: OnceLock::new(),
        }
    }

    /// The block type, which is the word before the labels: `resource`.
    #[must_use]
    pub fn kind(&self) -> &str {
        &self.item.kind.text
    }

    /// The labels of the block, decoded.
    #[must_use]
    pub fn labels(&self) -> &[Name] {
        &self.item.labels
    }

    /// The span of the whole block in its file.
    #[must_use]
    pub fn span(&self) -> Span {
        self.item.span
    }

    /// The span of the block type and the labels.
    #[must_use]
    pub fn header(&self) -> Span {
        self.item.header()
    }

    /// Merges a block of an override file into this one when it is parsed, so this has to precede the first parse.
    pub(super) fn overlay(&mut self, item: TopLevel) {
        self.overrides.push(item);
    }

    /// Parses the block as far as possible; [`syntax_errors`](Self::syntax_errors) has what is wrong with it.
    pub fn parse(&self, sources: &Sources) -> Option<&Block> {
        self.parsed.get_or_init(|| self.read(sources)).0.as_ref()
    }

    fn read(&self, sources: &Sources) -> (Option<Block>, Vec<SyntaxError>) {
        let (mut block, mut syntax_errors) = self.item.parse(sources.text(self.item.span.file));
        for item in &self.overrides {
            let (overriding, further) = item.parse(sources.text(item.span.file));
            syntax_errors.extend(further);
            if let (Some(block), Some(overriding)) = (&mut block, overriding) {
                merge(&mut block.body, overriding.body);
            }
        }
        (block, syntax_errors)
    }

    /// The block for one look at it: what nothing needed before is parsed and not kept, apart from its syntax errors.
    pub(crate) fn look(&self, sources: &Sources) -> Option<Cow<'_, Block>> {
        if let Some((block, _)) = self.parsed.get() {
            return block.as_ref().map(Cow::Borrowed);
        }
        let (block, syntax_errors) = self.read(sources);
        self.checked.get_or_init(|| syntax_errors);
        block.map(Cow::Owned)
    }

    /// The syntax errors in the block; empty until it is parsed or looked at.
    #[must_use]
    pub fn syntax_errors(&self) -> &[SyntaxError] {
        match self.parsed.get() {
            Some((_, syntax_errors)) => syntax_errors,
            None => self.checked.get().map_or(&[], Vec::as_slice),
        }
    }
}

/// Merges a body of an override file: arguments replace those of the same name, and blocks of one type replace all
/// blocks of that type, except that `lifecycle` blocks are merged (`module_merge.go` in Terraform's
/// `internal/configs`).
fn merge(base: &mut Body, overriding: Body) {
    for attribute in overriding.attributes {
        base.attributes.set(attribute);
    }
    let (lifecycles, blocks): (Vec<Block>, Vec<Block>) = overriding
        .blocks
        .into_iter()
        .partition(|block| &*block.kind.text == "lifecycle");
    let kinds: BTreeSet<&str> = blocks.iter().map(|block| &*block.kind.text).collect();
    base.blocks
        .retain(|existing| !kinds.contains(&*existing.kind.text));
    base.blocks.extend(blocks);
    for lifecycle in lifecycles {
        match base
            .blocks
            .iter_mut()
            .find(|existing| &*existing.kind.text == "lifecycle")
        {
            Some(existing) => merge(&mut existing.body, lifecycle.body),
            None => base.blocks.push(lifecycle),
        }
    }
}
