//! A top-level block that is parsed on demand.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};

use crate::source::{FileId, Sources, Span};
use crate::syntax::document::TopLevel;
use crate::syntax::syntax_error::SyntaxError;
use crate::syntax::tree::{Block, Body, Name};

/// The syntax tree of a block; `None` if nothing of the text is a block. What a weak reference keeps of it is small.
type Tree = Arc<Option<Box<Block>>>;

/// A top-level block of a file, with its syntax tree as long as something needs it.
///
/// The modules that read the file share it: a file may be read for two programs, and again while its text stays the same.
#[derive(Debug)]
pub struct FileBlock {
    item: TopLevel,
    tree: Mutex<KnownTree>,
    /// The syntax errors, once the block was parsed or checked.
    syntax_errors: OnceLock<Box<[SyntaxError]>>,
    /// Whether the tree is kept longer than a module needs it.
    is_kept: bool,
}

/// The syntax tree of a block, if it is known.
#[derive(Debug)]
enum KnownTree {
    /// The modules that need the tree hold it.
    Held(Weak<Option<Box<Block>>>),
    Kept(Tree),
}

impl FileBlock {
    /// A block of a file's outline.
    #[must_use]
    pub fn new(item: TopLevel) -> Arc<Self> {
        Self::with(item, false)
    }

    /// The same for modules of several runs, each of which checks the block.
    #[must_use]
    pub fn kept(item: TopLevel) -> Arc<Self> {
        Self::with(item, true)
    }

    fn with(item: TopLevel, is_kept: bool) -> Arc<Self> {
        Arc::new(Self {
            item,
            tree: Mutex::new(KnownTree::Held(Weak::new())),
            syntax_errors: OnceLock::new(),
            is_kept,
        })
    }

    /// The span of the block type and the labels.
    pub(super) fn header(&self) -> Span {
        self.item.header()
    }

    /// The file that the block is in.
    pub(super) fn file(&self) -> FileId {
        self.item.span.file
    }

    /// The block type.
    pub(super) fn kind(&self) -> &str {
        &self.item.kind.text
    }

    /// The labels, decoded.
    pub(super) fn labels(&self) -> &[Name] {
        &self.item.labels
    }

    /// The text of a label.
    pub(super) fn label(&self, position: usize) -> Option<&Arc<str>> {
        self.labels().get(position).map(|label| &label.text)
    }

    fn parse(&self, sources: &Sources) -> Tree {
        let mut known = self.tree.lock().unwrap_or_else(PoisonError::into_inner);
        let tree = match &*known {
            KnownTree::Held(tree) => tree.upgrade(),
            KnownTree::Kept(tree) => Some(tree.clone()),
        };
        tree.unwrap_or_else(|| {
            let tree = Arc::new(self.read(sources));
            *known = if self.is_kept {
                KnownTree::Kept(tree.clone())
            } else {
                KnownTree::Held(Arc::downgrade(&tree))
            };
            tree
        })
    }

    fn read(&self, sources: &Sources) -> Option<Box<Block>> {
        let (block, syntax_errors) = self.item.parse(sources.text(self.item.span.file));
        self.syntax_errors.get_or_init(|| syntax_errors.into());
        block.map(Box::new)
    }

    /// Looks for syntax errors.
    fn check(&self, sources: &Sources) {
        if self.syntax_errors.get().is_some() {
            return;
        }
        if self.is_kept {
            self.parse(sources);
        } else {
            self.read(sources);
        }
    }

    fn syntax_errors(&self) -> &[SyntaxError] {
        self.syntax_errors.get().map_or(&[], |errors| errors)
    }
}

/// A top-level block of a module. Most blocks of a configuration are never needed, and those are not parsed.
#[derive(Debug)]
pub struct LazyBlock {
    source: Source,
    /// The block, with its overrides if there are any.
    tree: OnceLock<Tree>,
    /// Whether there are syntax errors in it, once the module has needed the block: only then they are those of the module.
    has_errors: OnceLock<bool>,
}

/// Where a block is written. A large module has many blocks, so this is small.
#[derive(Debug)]
enum Source {
    Block(Arc<FileBlock>),
    Overridden(Box<Overridden>),
}

/// A block, and those of override files.
#[derive(Debug)]
struct Overridden {
    base: Arc<FileBlock>,
    overriding: Vec<Arc<FileBlock>>,
}

impl Overridden {
    fn merge(&self, sources: &Sources) -> Option<Box<Block>> {
        let mut block = Option::clone(&self.base.parse(sources));
        for overriding in &self.overriding {
            if let (Some(block), Some(overriding)) = (&mut block, &*overriding.parse(sources)) {
                merge(&mut block.body, overriding.body.clone());
            }
        }
        block
    }
}

impl Source {
    /// The block, and those that override it.
    fn parts(&self) -> (&Arc<FileBlock>, &[Arc<FileBlock>]) {
        match self {
            Self::Block(block) => (block, &[]),
            Self::Overridden(overridden) => (&overridden.base, &overridden.overriding),
        }
    }
}

impl LazyBlock {
    /// A block of a file.
    #[must_use]
    pub fn new(block: Arc<FileBlock>) -> Self {
        Self {
            source: Source::Block(block),
            tree: OnceLock::new(),
            has_errors: OnceLock::new(),
        }
    }

    fn base(&self) -> &FileBlock {
        self.source.parts().0
    }

    /// The block type, which is the word before the labels: `resource`.
    #[must_use]
    pub fn kind(&self) -> &str {
        self.base().kind()
    }

    /// The labels of the block, decoded.
    #[must_use]
    pub fn labels(&self) -> &[Name] {
        self.base().labels()
    }

    /// The span of the whole block in its file.
    #[must_use]
    pub fn span(&self) -> Span {
        self.base().item.span
    }

    /// The span of the block type and the labels.
    #[must_use]
    pub fn header(&self) -> Span {
        self.base().header()
    }

    /// Merges a block of an override file into this one when it is parsed, so this has to precede the first parse.
    pub(super) fn overlay(&mut self, block: Arc<FileBlock>) {
        match &mut self.source {
            Source::Block(base) => {
                self.source = Source::Overridden(Box::new(Overridden {
                    base: base.clone(),
                    overriding: vec![block],
                }));
            }
            Source::Overridden(overridden) => overridden.overriding.push(block),
        }
    }

    /// Parses the block as far as possible; [`syntax_errors`](Self::syntax_errors) has what is wrong with it.
    pub fn parse(&self, sources: &Sources) -> Option<&Block> {
        let tree = self.tree.get_or_init(|| match &self.source {
            Source::Block(block) => block.parse(sources),
            Source::Overridden(overridden) => Arc::new(overridden.merge(sources)),
        });
        self.note_need();
        tree.as_deref()
    }

    /// Notes that the module needs the block, which has been parsed or checked.
    fn note_need(&self) {
        let has_errors = || self.parts().any(|part| !part.syntax_errors().is_empty());
        self.has_errors.get_or_init(has_errors);
    }

    /// Whether the block has been parsed or checked.
    pub(super) fn is_needed(&self) -> bool {
        self.has_errors.get().is_some()
    }

    /// Whether the block is kept for later runs.
    pub(super) fn is_kept(&self) -> bool {
        self.parts().any(|part| part.is_kept)
    }

    /// Lets the syntax tree go. It is parsed again if something needs it; its syntax errors stay known.
    pub(super) fn forget_tree(&mut self) {
        self.tree.take();
    }

    /// Looks for syntax errors in a block that nothing may need. Its syntax tree is not kept.
    pub(crate) fn check(&self, sources: &Sources) {
        for part in self.parts() {
            part.check(sources);
        }
        self.note_need();
    }

    fn parts(&self) -> impl Iterator<Item = &FileBlock> {
        let (base, overriding) = self.source.parts();
        std::iter::once(base).chain(overriding).map(|block| &**block)
    }

    /// Whether the source text of the block, or of one that overrides it, passes a test.
    pub fn any_text(&self, sources: &Sources, test: impl Fn(&str) -> bool) -> bool {
        self.parts().any(|part| test(sources.slice(part.item.span)))
    }

    /// The syntax errors in the block; none until it is parsed or checked.
    pub fn syntax_errors(&self) -> impl Iterator<Item = &SyntaxError> {
        let invalid = self.has_syntax_errors().then(|| self.parts());
        invalid.into_iter().flatten().flat_map(FileBlock::syntax_errors)
    }

    /// Whether the block has been parsed or checked, and has syntax errors.
    #[must_use]
    pub fn has_syntax_errors(&self) -> bool {
        self.has_errors.get() == Some(&true)
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
