//! One module: what the files of a directory declare.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use crate::address::{Mode, ResourceName};
use crate::hashing::IndexMap;
use crate::schema::ProviderSchemas;
use crate::source::{FileId, Sources, Span};
use crate::syntax::document::{Format, parse_file};
use crate::syntax::syntax_error::SyntaxError;
use crate::syntax::tree::{Attribute, Expression, literal};

use super::lazy_block::{FileBlock, LazyBlock};
use super::providers::Providers;
use super::resources::{Resource, Resources};

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
    pub resources: Resources,
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
        let variables = by_name::<Arc<str>>(declared.variables, &mut report_duplicate).into_iter();
        let outputs = by_name::<Arc<str>>(declared.outputs, &mut report_duplicate).into_iter();
        let calls = by_name::<Arc<str>>(declared.calls, &mut report_duplicate).into_iter();
        let resources = by_name::<ResourceName>(declared.resources, &mut |block| {
            // Duplicate names in resources of other providers are not reported.
            if schemas.get(&ResourceName::of(block)).is_some() {
                report_duplicate(block);
            }
        });
        let named = |block: Arc<FileBlock>| (<Arc<str>>::of(&block), LazyBlock::new(block));
        let resource = |block: Arc<FileBlock>| Resource {
            name: ResourceName::of(&block),
            block: LazyBlock::new(block),
        };
        let mut module = Self {
            directory: directory.to_owned(),
            files,
            variables: variables.map(named).collect(),
            outputs: outputs.map(named).collect(),
            calls: calls
                .map(ModuleCall::new)
                .map(|call| (call.name.clone(), call))
                .collect(),
            resources: Resources::from_sorted(resources.into_iter().map(resource)),
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
            resources: Resources::default(),
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
        let base = match (block.kind(), block.label(0), block.label(1)) {
            ("locals", ..) => {
                self.locals_overrides.push(LazyBlock::new(block));
                return;
            }
            ("variable", Some(name), None) => self.variables.get_mut(name),
            ("output", Some(name), None) => self.outputs.get_mut(name),
            ("module", Some(name), None) => self.calls.get_mut(name).map(|call| &mut call.block),
            ("resource" | "data", Some(_), Some(_)) => {
                let resource = self.resources.get_mut(&ResourceName::of(&block));
                resource.map(|resource| &mut resource.block)
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
            let blocks = self.blocks().filter(|block| !block.is_needed());
            let blocks: Vec<&LazyBlock> = blocks.collect();
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
        let others = self
            .settings
            .iter_mut()
            .chain(&mut self.imports)
            .chain(&mut self.others);
        for block in values.chain(locals).chain(calls).chain(others) {
            block.forget_tree();
        }
        self.resources
            .for_each_mut(|resource| resource.block.forget_tree());
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

    /// Whether the blocks were let go.
    pub(super) fn is_forgotten(&self) -> bool {
        self.is_forgotten
    }

    /// The module with its blocks, which were let go.
    pub(super) fn restored(&self, sources: &Sources, schemas: &ProviderSchemas) -> Self {
        let (mut blocks, mut overrides) = (Vec::new(), Vec::new());
        for file in &self.files {
            let source = sources.file(*file);
            let document = parse_file(*file, source.text(), Format::of(source));
            let items = document.items.into_iter().map(FileBlock::new);
            if self.override_files.binary_search(file).is_ok() {
                overrides.extend(items);
            } else {
                blocks.extend(items);
            }
        }
        Self {
            earlier_errors: self.earlier_errors.clone(),
            ..Self::new(&self.directory, self.files.clone(), blocks, overrides, schemas)
        }
    }

    /// The number of blocks that are in memory.
    pub(super) fn block_count(&self) -> usize {
        self.blocks().count()
    }

    fn blocks(&self) -> impl Iterator<Item = &LazyBlock> {
        let values = self.variables.values().chain(self.outputs.values());
        let locals = self.locals_blocks.iter().chain(&self.locals_overrides);
        let objects = self.calls.values().map(|call| &call.block);
        let objects = objects.chain(self.resources.iter().map(|resource| &resource.block));
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
    variables: Vec<Arc<FileBlock>>,
    outputs: Vec<Arc<FileBlock>>,
    calls: Vec<Arc<FileBlock>>,
    resources: Vec<Arc<FileBlock>>,
    settings: Vec<LazyBlock>,
    imports: Vec<LazyBlock>,
    others: Vec<LazyBlock>,
    locals_blocks: Vec<LazyBlock>,
    syntax_errors: Vec<SyntaxError>,
}

impl Declared {
    fn add(&mut self, block: Arc<FileBlock>) {
        match (block.kind(), block.label(0), block.label(1)) {
            ("variable", Some(_), None) => self.variables.push(block),
            ("output", Some(_), None) => self.outputs.push(block),
            ("module", Some(_), None) => self.calls.push(block),
            ("resource" | "data", Some(_), Some(_)) => self.resources.push(block),
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

/// Declarations in the order of their names. Of several with one name, the first one is kept and the others are reported.
fn by_name<N: Name>(
    declared: Vec<Arc<FileBlock>>,
    report: &mut impl FnMut(&FileBlock),
) -> Vec<Arc<FileBlock>> {
    // Positions are sorted, because they are smaller than names, and by the first bytes, because most names differ in them.
    let mut groups: BTreeMap<N::Group<'_>, Vec<(u64, usize)>> = BTreeMap::new();
    for (position, block) in declared.iter().enumerate() {
        let (group, text) = N::parts(block);
        let order = (first_bytes(text), position);
        groups.entry(group).or_default().push(order);
    }
    let name = |position: usize| declared.get(position).map(|block| N::parts(block).1);
    let mut order = Vec::with_capacity(declared.len());
    for (_, mut positions) in groups {
        positions.sort_unstable_by(|(first, position), (second, other)| {
            let full = || name(*position).cmp(&name(*other)).then(position.cmp(other));
            first.cmp(second).then_with(full)
        });
        let equal = positions.chunk_by(|(first, position), (second, other)| {
            first == second && name(*position) == name(*other)
        });
        for positions in equal {
            let mut positions = positions.iter().map(|(_, position)| *position);
            order.extend(positions.next());
            for duplicate in positions {
                report(&declared[duplicate]);
            }
        }
    }
    let mut declared: Vec<Option<Arc<FileBlock>>> = declared.into_iter().map(Some).collect();
    let in_order = order.into_iter();
    in_order
        .filter_map(|position| declared.get_mut(position)?.take())
        .collect()
}

/// The name of what a block declares, by the labels of the block.
trait Name: Ord {
    /// What names are sorted by first, of which there are few.
    type Group<'n>: Ord;

    /// The group, and the text that names of one group are sorted by.
    fn parts(block: &FileBlock) -> (Self::Group<'_>, &str);

    fn of(block: &FileBlock) -> Self;
}

impl Name for Arc<str> {
    type Group<'n> = ();

    fn parts(block: &FileBlock) -> ((), &str) {
        ((), block.label(0).map_or("", |name| name))
    }

    fn of(block: &FileBlock) -> Self {
        block.label(0).cloned().unwrap_or_default()
    }
}

impl Name for ResourceName {
    type Group<'n> = (Mode, &'n str);

    fn parts(block: &FileBlock) -> ((Mode, &str), &str) {
        let [kind, name] = [0, 1].map(|position| block.label(position).map_or("", |label| label));
        ((mode_of(block.kind()), kind), name)
    }

    fn of(block: &FileBlock) -> Self {
        let [kind, name] = [0, 1].map(|position| block.label(position).cloned().unwrap_or_default());
        let mode = mode_of(block.kind());
        Self { mode, kind, name }
    }
}

/// The mode of a `resource` or `data` block.
fn mode_of(kind: &str) -> Mode {
    if kind == "data" { Mode::Data } else { Mode::Managed }
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

impl ModuleCall {
    fn new(block: Arc<FileBlock>) -> Self {
        Self {
            name: <Arc<str>>::of(&block),
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
            let header = |(kind, name, is_data): &(String, String, bool)| {
                let mode = if *is_data { "data" } else { "resource" };
                format!("{mode} \"{kind}\" \"{}\" {{}}\n", name.replace('\0', r"\u0000"))
            };
            let text: String = names.iter().map(header).collect();
            let document = parse_file(FileId::DETACHED, &text, Format::Native);
            let declared: Vec<_> = document.items.into_iter().map(FileBlock::new).collect();
            prop_assert_eq!(declared.len(), names.len());
            let mut first = BTreeMap::new();
            for block in &declared {
                first.entry(ResourceName::of(block)).or_insert(block.header());
            }
            let mut reported = 0;
            let sorted = by_name::<ResourceName>(declared.clone(), &mut |_| reported += 1);
            prop_assert_eq!(reported, declared.len() - first.len());
            let headers: Vec<Span> = sorted.iter().map(|block| block.header()).collect();
            prop_assert_eq!(headers, first.into_values().collect::<Vec<_>>());
        }
    }
}
