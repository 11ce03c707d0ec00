//! One module: what the files of a directory declare.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::Hash;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use indexmap::map::Entry;

use crate::address::{Mode, ResourceName};
use crate::hashing::{IndexMap, RandomState};
use crate::schema::ProviderSchemas;
use crate::source::{FileId, Sources, Span};
use crate::syntax::document::{Format, parse_file};
use crate::syntax::syntax_error::SyntaxError;
use crate::syntax::tree::{Attribute, Expression, literal};

use super::lazy_block::{FileBlock, LazyBlock};
use super::providers::Providers;

/// A module, with its blocks by what they declare.
#[derive(Debug)]
pub struct Module {
    /// The directory, as the user or the calling module spells it.
    pub directory: PathBuf,
    /// The configuration files, by name.
    pub files: Vec<FileId>,
    /// The `variable` blocks, by name.
    pub variables: IndexMap<Arc<str>, LazyBlock>,
    /// The `output` blocks, by name.
    pub outputs: IndexMap<Arc<str>, LazyBlock>,
    /// The `module` blocks, by name.
    pub calls: IndexMap<Arc<str>, ModuleCall>,
    /// The `resource` and `data` blocks.
    pub resources: IndexMap<ResourceName, Resource>,
    /// Errors in the declarations. [`all_syntax_errors`](Self::all_syntax_errors) has those in parsed blocks too.
    pub syntax_errors: Vec<SyntaxError>,
    /// The `terraform` blocks.
    settings: Vec<LazyBlock>,
    imports: Vec<LazyBlock>,
    others: Vec<LazyBlock>,
    locals_blocks: Vec<LazyBlock>,
    locals_overrides: Vec<LazyBlock>,
    locals: OnceLock<Locals>,
    /// The errors in the declarations of local values.
    local_errors: OnceLock<Vec<SyntaxError>>,
    providers: OnceLock<Providers>,
    is_checked: OnceLock<()>,
    /// Those of the files that override blocks of others, sorted.
    override_files: Box<[FileId]>,
    /// Whether the blocks were let go.
    is_forgotten: bool,
    /// The errors in the blocks when they were let go.
    earlier_errors: Vec<SyntaxError>,
}

/// Calls a function for each of some blocks, in any order: also on several threads at the same time.
pub type ForEachBlock<'f> = dyn Fn(&[&LazyBlock], &BlockWork<'_>) + 'f;

/// What is done with one of these blocks.
pub type BlockWork<'w> = dyn Fn(&LazyBlock) + Sync + 'w;

/// The local values of a module.
type Locals = BTreeMap<Arc<str>, Declaration>;

/// The declaration of a local value.
#[derive(Debug)]
pub struct Declaration {
    /// The span of the name.
    pub name: Span,
    /// The expression after the `=`.
    pub value: Expression,
}

/// A `module` block.
#[derive(Debug)]
pub struct ModuleCall {
    /// The label of the block.
    pub name: Arc<str>,
    /// The block itself.
    pub block: LazyBlock,
}

/// A `resource` or `data` block.
#[derive(Debug)]
pub struct Resource {
    /// The name inside the module, with mode and type.
    pub name: ResourceName,
    /// The block itself.
    pub block: LazyBlock,
}

impl Module {
    /// Sorts the blocks of a module's files by what they declare. A duplicate declaration is an error, as in Terraform;
    /// the first one is used.
    #[must_use]
    pub fn new(
        directory: &Path,
        files: Vec<FileId>,
        blocks: Vec<Arc<FileBlock>>,
        overrides: Vec<Arc<FileBlock>>,
        schemas: &ProviderSchemas,
    ) -> Self {
        let override_files: BTreeSet<FileId> = overrides.iter().map(|block| block.file()).collect();
        let mut declared = Declared::default();
        for block in blocks {
            declared.add(block);
        }
        let Declared {
            settings,
            imports,
            others,
            locals_blocks,
            mut syntax_errors,
            ..
        } = declared;
        let mut report_duplicate = |block: &FileBlock| {
            let message = "duplicate declaration; each name can be declared only once in a module";
            syntax_errors.push(SyntaxError::new(block.header(), message));
        };
        let value = |_: &Arc<str>, block| LazyBlock::new(block);
        let mut module = Self {
            directory: directory.to_owned(),
            files,
            variables: by_name(declared.variables, value, |_, block| report_duplicate(block)),
            outputs: by_name(declared.outputs, value, |_, block| report_duplicate(block)),
            calls: by_name(declared.calls, ModuleCall::new, |_, block| {
                report_duplicate(block);
            }),
            resources: by_name(declared.resources, Resource::new, |name, block| {
                // Duplicate names in resources of other providers are not reported.
                if schemas.get(name).is_some() {
                    report_duplicate(block);
                }
            }),
            syntax_errors,
            settings,
            imports,
            others,
            locals_blocks,
            override_files: override_files.into_iter().collect(),
            ..Self::empty()
        };
        for block in overrides {
            module.override_with(block);
        }
        module
    }

    /// A module without blocks.
    fn empty() -> Self {
        Self {
            directory: PathBuf::new(),
            files: Vec::new(),
            variables: IndexMap::default(),
            outputs: IndexMap::default(),
            calls: IndexMap::default(),
            resources: IndexMap::default(),
            syntax_errors: Vec::new(),
            settings: Vec::new(),
            imports: Vec::new(),
            others: Vec::new(),
            locals_blocks: Vec::new(),
            locals_overrides: Vec::new(),
            locals: OnceLock::new(),
            local_errors: OnceLock::new(),
            providers: OnceLock::new(),
            is_checked: OnceLock::new(),
            override_files: Box::default(),
            is_forgotten: false,
            earlier_errors: Vec::new(),
        }
    }

    /// Merges a block of an override file into the one that it overrides.
    fn override_with(&mut self, block: Arc<FileBlock>) {
        let label = |position: usize| block.labels().get(position).map(|label| label.text.clone());
        let base = match (block.kind(), label(0), label(1)) {
            ("locals", ..) => {
                self.locals_overrides.push(LazyBlock::new(block));
                return;
            }
            ("variable", Some(name), None) => self.variables.get_mut(&name),
            ("output", Some(name), None) => self.outputs.get_mut(&name),
            ("module", Some(name), None) => self.calls.get_mut(&name).map(|call| &mut call.block),
            (kind @ ("resource" | "data"), Some(type_name), Some(name)) => {
                let name = resource_name(kind, type_name, name);
                self.resources.get_mut(&name).map(|resource| &mut resource.block)
            }
            _ => return,
        };
        match base {
            Some(base) => base.overlay(block),
            None => {
                let message = "no other file declares the block that this one overrides";
                self.syntax_errors.push(SyntaxError::new(block.header(), message));
            }
        }
    }

    /// The local values, parsed on the first call.
    pub fn locals(&self, sources: &Sources) -> &BTreeMap<Arc<str>, Declaration> {
        self.locals.get_or_init(|| self.read_locals(sources))
    }

    fn read_locals(&self, sources: &Sources) -> Locals {
        let mut locals = BTreeMap::new();
        let mut syntax_errors = Vec::new();
        for block in &self.locals_blocks {
            let Some(parsed) = block.parse(sources) else {
                continue;
            };
            for Attribute { name, value, .. } in &parsed.body.attributes {
                let declaration = Declaration {
                    name: name.span,
                    value: value.clone(),
                };
                if !insert(&mut locals, name.text.clone(), declaration) {
                    syntax_errors.push(SyntaxError::new(
                        name.span,
                        "duplicate local value; each name can be declared only once in a module",
                    ));
                }
            }
        }
        for block in &self.locals_overrides {
            let Some(parsed) = block.parse(sources) else {
                continue;
            };
            for Attribute { name, value, .. } in &parsed.body.attributes {
                let declaration = Declaration {
                    name: name.span,
                    value: value.clone(),
                };
                locals.insert(name.text.clone(), declaration);
            }
        }
        self.local_errors.get_or_init(|| syntax_errors);
        locals
    }

    /// The `terraform` blocks.
    #[must_use]
    pub fn settings(&self) -> &[LazyBlock] {
        &self.settings
    }

    /// The providers that the module requires and configures, read on the first call.
    pub fn providers(&self, sources: &Sources) -> &Providers {
        let blocks = || self.others.iter().filter(|block| block.kind() == "provider");
        self.providers
            .get_or_init(|| Providers::read(&self.settings, blocks(), sources))
    }

    /// The `import` blocks.
    #[must_use]
    pub fn imports(&self) -> &[LazyBlock] {
        &self.imports
    }

    /// Blocks that are not evaluated but can contain references: `provider`, `check`, `removed`.
    #[must_use]
    pub fn others(&self) -> &[LazyBlock] {
        &self.others
    }

    /// Looks for syntax errors in every block, also in those that nothing needs.
    pub fn check_syntax(&self, sources: &Sources, for_each: &ForEachBlock<'_>) {
        self.is_checked.get_or_init(|| {
            self.locals(sources);
            let blocks: Vec<&LazyBlock> = self.blocks().collect();
            for_each(&blocks, &|block| block.check(sources));
        });
    }

    /// Lets the syntax trees go. What still needs them parses the blocks again; the syntax errors stay known.
    pub(super) fn forget_trees(&mut self) {
        self.locals.take();
        let values = self.variables.iter_mut().chain(self.outputs.iter_mut());
        let values = values.map(|(_, block)| block);
        let locals = self.locals_blocks.iter_mut().chain(&mut self.locals_overrides);
        let calls = self.calls.iter_mut().map(|(_, call)| &mut call.block);
        let resources = self.resources.iter_mut();
        let resources = resources.map(|(_, resource)| &mut resource.block);
        let others = self
            .settings
            .iter_mut()
            .chain(&mut self.imports)
            .chain(&mut self.others);
        for block in values.chain(locals).chain(calls).chain(resources).chain(others) {
            block.forget_tree();
        }
    }

    /// Lets the blocks go, unless later runs need them.
    pub(super) fn forget_blocks(&mut self) {
        if self.is_forgotten || self.blocks().any(LazyBlock::is_kept) {
            return;
        }
        self.earlier_errors = self.all_syntax_errors().cloned().collect();
        *self = Self {
            directory: std::mem::take(&mut self.directory),
            files: std::mem::take(&mut self.files),
            override_files: std::mem::take(&mut self.override_files),
            earlier_errors: std::mem::take(&mut self.earlier_errors),
            is_forgotten: true,
            ..Self::empty()
        };
    }

    /// Reads the blocks again if they were let go.
    pub(super) fn restore_blocks(&mut self, sources: &Sources, schemas: &ProviderSchemas) {
        if !self.is_forgotten {
            return;
        }
        let (mut blocks, mut overrides) = (Vec::new(), Vec::new());
        for file in &self.files {
            let source = sources.file(*file);
            let path = source.path().unwrap_or_else(|| Path::new(source.name()));
            let document = parse_file(*file, source.text(), Format::from_path(path));
            let items = document.items.into_iter().map(FileBlock::new);
            if self.override_files.binary_search(file).is_ok() {
                overrides.extend(items);
            } else {
                blocks.extend(items);
            }
        }
        let files = std::mem::take(&mut self.files);
        let restored = Self::new(&self.directory, files, blocks, overrides, schemas);
        *self = Self {
            earlier_errors: std::mem::take(&mut self.earlier_errors),
            ..restored
        };
    }

    /// The number of blocks that are in memory.
    pub(super) fn block_count(&self) -> usize {
        self.blocks().count()
    }

    fn blocks(&self) -> impl Iterator<Item = &LazyBlock> {
        let values = self.variables.values().chain(self.outputs.values());
        let locals = self.locals_blocks.iter().chain(&self.locals_overrides);
        let objects = self.calls.values().map(|call| &call.block);
        let objects = objects.chain(self.resources.values().map(|resource| &resource.block));
        let others = self.settings.iter().chain(&self.imports).chain(&self.others);
        values.chain(locals).chain(objects).chain(others)
    }

    /// The errors in everything that has been parsed or checked so far. Those of blocks that were let go and parsed again may
    /// come twice.
    pub fn all_syntax_errors(&self) -> impl Iterator<Item = &SyntaxError> {
        let declared = self.earlier_errors.iter().chain(&self.syntax_errors);
        declared
            .chain(self.local_errors.get().into_iter().flatten())
            .chain(self.blocks().flat_map(LazyBlock::syntax_errors))
    }
}

/// The blocks of a module, while they are sorted by what they declare.
#[derive(Default)]
struct Declared {
    variables: Vec<(Arc<str>, Arc<FileBlock>)>,
    outputs: Vec<(Arc<str>, Arc<FileBlock>)>,
    calls: Vec<(Arc<str>, Arc<FileBlock>)>,
    resources: Vec<(ResourceName, Arc<FileBlock>)>,
    settings: Vec<LazyBlock>,
    imports: Vec<LazyBlock>,
    others: Vec<LazyBlock>,
    locals_blocks: Vec<LazyBlock>,
    syntax_errors: Vec<SyntaxError>,
}

impl Declared {
    fn add(&mut self, block: Arc<FileBlock>) {
        let label = |position: usize| block.labels().get(position).map(|label| label.text.clone());
        match (block.kind(), label(0), label(1)) {
            ("variable", Some(name), None) => self.variables.push((name, block)),
            ("output", Some(name), None) => self.outputs.push((name, block)),
            ("module", Some(name), None) => self.calls.push((name, block)),
            (kind @ ("resource" | "data"), Some(type_name), Some(name)) => {
                self.resources.push((resource_name(kind, type_name, name), block));
            }
            ("locals", None, None) => self.locals_blocks.push(LazyBlock::new(block)),
            ("terraform", None, None) => self.settings.push(LazyBlock::new(block)),
            ("import", None, None) => self.imports.push(LazyBlock::new(block)),
            (kind @ ("resource" | "data" | "variable" | "output" | "module" | "locals"), ..) => {
                let labels = match kind {
                    "resource" | "data" => "a type and a name",
                    "locals" => "no label",
                    _ => "a name",
                };
                let message = format!("a {kind} block has {labels}");
                self.syntax_errors.push(SyntaxError::new(block.header(), message));
            }
            _ => self.others.push(LazyBlock::new(block)),
        }
    }
}

/// The name of a `resource` or `data` block by its block type and labels.
fn resource_name(kind: &str, type_name: Arc<str>, name: Arc<str>) -> ResourceName {
    let mode = if kind == "data" { Mode::Data } else { Mode::Managed };
    ResourceName {
        mode,
        kind: type_name,
        name,
    }
}

/// Declarations by name. Of several with one name, the first one is kept and the others are reported.
fn by_name<K: Name, B, V>(
    declared: Vec<(K, B)>,
    read: impl Fn(&K, B) -> V,
    mut report: impl FnMut(&K, &B),
) -> IndexMap<K, V> {
    // Positions are sorted, because they are smaller than names, and by the first bytes, because most names differ in them.
    let mut groups: BTreeMap<K::Group<'_>, Vec<(u64, usize)>> = BTreeMap::new();
    for (position, (name, _)) in declared.iter().enumerate() {
        let (group, text) = name.parts();
        let order = (first_bytes(text), position);
        groups.entry(group).or_default().push(order);
    }
    let name = |position: usize| declared.get(position).map(|(name, _)| name.parts().1);
    for positions in groups.values_mut() {
        positions.sort_unstable_by(|(first, position), (second, other)| {
            let full = || name(*position).cmp(&name(*other)).then(position.cmp(other));
            first.cmp(second).then_with(full)
        });
    }
    let order: Vec<usize> = groups
        .into_values()
        .flatten()
        .map(|(_, position)| position)
        .collect();
    let mut declared: Vec<Option<(K, B)>> = declared.into_iter().map(Some).collect();
    let mut sorted = IndexMap::with_capacity_and_hasher(declared.len(), RandomState::default());
    for position in order {
        let Some((name, block)) = declared.get_mut(position).and_then(Option::take) else {
            continue;
        };
        match sorted.entry(name) {
            Entry::Occupied(first) => report(first.key(), &block),
            Entry::Vacant(place) => {
                let value = read(place.key(), block);
                place.insert(value);
            }
        }
    }
    sorted
}

/// The name of a declaration.
trait Name: Hash + Ord {
    /// What names are sorted by first, of which there are few.
    type Group<'n>: Ord
    where
        Self: 'n;

    /// The group, and the text that names of one group are sorted by.
    fn parts(&self) -> (Self::Group<'_>, &str);
}

impl Name for Arc<str> {
    type Group<'n> = ();

    fn parts(&self) -> ((), &str) {
        ((), self)
    }
}

impl Name for ResourceName {
    type Group<'n> = (Mode, &'n str);

    fn parts(&self) -> ((Mode, &str), &str) {
        ((self.mode, &self.kind), &self.name)
    }
}

/// The first bytes of a text as a number in the order of texts. Texts with the same number may differ.
fn first_bytes(text: &str) -> u64 {
    let mut first = [0; 8];
    first
        .iter_mut()
        .zip(text.bytes())
        .for_each(|(first, byte)| *first = byte);
    u64::from_be_bytes(first)
}

/// Inserts a new key, and returns whether it was new. An existing value is kept.
fn insert<K: Ord, V>(into: &mut BTreeMap<K, V>, key: K, value: V) -> bool {
    match into.entry(key) {
        std::collections::btree_map::Entry::Vacant(entry) => {
            entry.insert(value);
            true
        }
        std::collections::btree_map::Entry::Occupied(_) => false,
    }
}

impl Resource {
    fn new(name: &ResourceName, block: Arc<FileBlock>) -> Self {
        Self {
            name: name.clone(),
            block: LazyBlock::new(block),
        }
    }
}

impl ModuleCall {
    fn new(name: &Arc<str>, block: Arc<FileBlock>) -> Self {
        Self {
            name: name.clone(),
            block: LazyBlock::new(block),
        }
    }

    /// The `source` argument and its span; `None` if it is not a literal string.
    pub fn source<'a>(&'a self, sources: &Sources) -> Option<(&'a str, Span)> {
        let argument = self.block.parse(sources)?.body.attribute("source")?;
        literal(&argument.value).map(|text| (text, argument.value.span))
    }

    /// The directory that a local `source` names, relative to the directory of the caller; `None` for other sources.
    #[must_use]
    pub fn local_directory(source: &str, caller: &Path) -> Option<PathBuf> {
        let is_local = ["./", "../", ".\\", "..\\"]
            .iter()
            .any(|start| source.starts_with(start));
        is_local.then(|| caller.join(source))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn declarations_are_in_the_order_of_their_names_and_the_first_of_each_name_is_kept(
            names in prop::collection::vec(("[ab]", r"(a|abcdefg|abcdefgh)?[a\x00é]{0,3}", any::<bool>()), 0..60),
        ) {
            let names = names.iter().map(|(kind, name, is_data)| {
                if *is_data {
                    ResourceName::data(&**kind, &**name)
                } else {
                    ResourceName::managed(&**kind, &**name)
                }
            });
            let declared: Vec<_> = names.enumerate().map(|(position, name)| (name, position)).collect();
            let mut first = BTreeMap::new();
            for (name, position) in &declared {
                first.entry(name.clone()).or_insert(*position);
            }
            let mut reported = 0;
            let sorted = by_name(declared.clone(), |_, position| position, |_, _| reported += 1);
            prop_assert_eq!(reported, declared.len() - first.len());
            prop_assert_eq!(sorted.into_iter().collect::<Vec<_>>(), first.into_iter().collect::<Vec<_>>());
        }
    }
}
