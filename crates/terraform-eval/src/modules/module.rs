//! One module: what the files of a directory declare.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use crate::address::{Mode, ResourceName};
use crate::schema::ProviderSchemas;
use crate::source::{FileId, Sources, Span};
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
    pub variables: BTreeMap<Arc<str>, LazyBlock>,
    /// The `output` blocks, by name.
    pub outputs: BTreeMap<Arc<str>, LazyBlock>,
    /// The `module` blocks, by name.
    pub calls: BTreeMap<Arc<str>, ModuleCall>,
    /// The `resource` and `data` blocks.
    pub resources: BTreeMap<ResourceName, Resource>,
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
}

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
        let mut module = Self {
            directory: directory.to_owned(),
            files,
            variables: BTreeMap::new(),
            outputs: BTreeMap::new(),
            calls: BTreeMap::new(),
            resources: BTreeMap::new(),
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
        };
        for block in blocks {
            module.declare(LazyBlock::new(block), schemas);
        }
        for block in overrides {
            module.override_with(block);
        }
        module
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
                let mode = if kind == "data" { Mode::Data } else { Mode::Managed };
                let name = ResourceName {
                    mode,
                    kind: type_name,
                    name,
                };
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

    fn declare(&mut self, block: LazyBlock, schemas: &ProviderSchemas) {
        let label = |position: usize| block.labels().get(position).map(|label| label.text.clone());
        let header = block.header();
        let is_new = match (block.kind(), label(0), label(1)) {
            ("variable", Some(name), None) => insert(&mut self.variables, name, block),
            ("output", Some(name), None) => insert(&mut self.outputs, name, block),
            ("module", Some(name), None) => insert(&mut self.calls, name.clone(), ModuleCall { name, block }),
            (kind @ ("resource" | "data"), Some(type_name), Some(name)) => {
                let mode = if kind == "data" { Mode::Data } else { Mode::Managed };
                let name = ResourceName {
                    mode,
                    kind: type_name,
                    name,
                };
                // Duplicate names in resources of other providers are not reported.
                let is_known = schemas.get(&name).is_some();
                insert(&mut self.resources, name.clone(), Resource { name, block }) || !is_known
            }
            ("locals", None, None) => {
                self.locals_blocks.push(block);
                true
            }
            ("terraform", None, None) => {
                self.settings.push(block);
                true
            }
            ("import", None, None) => {
                self.imports.push(block);
                true
            }
            (kind @ ("resource" | "data" | "variable" | "output" | "module" | "locals"), ..) => {
                let labels = match kind {
                    "resource" | "data" => "a type and a name",
                    "locals" => "no label",
                    _ => "a name",
                };
                self.syntax_errors
                    .push(SyntaxError::new(header, format!("a {kind} block has {labels}")));
                return;
            }
            _ => {
                self.others.push(block);
                true
            }
        };
        if !is_new {
            let message = "duplicate declaration; each name can be declared only once in a module";
            self.syntax_errors.push(SyntaxError::new(header, message));
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

    /// Parses everything that is always evaluated: values, module calls, and the resources of known providers. Other
    /// resources are parsed only if something refers to them.
    pub fn parse(&self, sources: &Sources, schemas: &ProviderSchemas) {
        self.locals(sources);
        let values = self.variables.values().chain(self.outputs.values());
        let calls = self.calls.values().map(|call| &call.block);
        let resources = self
            .resources
            .values()
            .filter(|resource| schemas.get(&resource.name).is_some());
        for block in values
            .chain(calls)
            .chain(resources.map(|resource| &resource.block))
        {
            block.parse(sources);
        }
    }

    /// Looks for syntax errors in every block, also in those that nothing needs.
    pub fn check_syntax(&self, sources: &Sources) {
        self.is_checked.get_or_init(|| {
            self.locals(sources);
            for block in self.blocks() {
                block.check(sources);
            }
        });
    }

    /// Lets the syntax trees go. What still needs them parses the blocks again; the syntax errors stay known.
    pub(super) fn forget_trees(&mut self) {
        self.locals.take();
        let values = self.variables.values_mut().chain(self.outputs.values_mut());
        let locals = self.locals_blocks.iter_mut().chain(&mut self.locals_overrides);
        let calls = self.calls.values_mut().map(|call| &mut call.block);
        let resources = self.resources.values_mut().map(|resource| &mut resource.block);
        let others = self
            .settings
            .iter_mut()
            .chain(&mut self.imports)
            .chain(&mut self.others);
        for block in values.chain(locals).chain(calls).chain(resources).chain(others) {
            block.forget_tree();
        }
    }

    fn blocks(&self) -> impl Iterator<Item = &LazyBlock> {
        let values = self.variables.values().chain(self.outputs.values());
        let locals = self.locals_blocks.iter().chain(&self.locals_overrides);
        let objects = self.calls.values().map(|call| &call.block);
        let objects = objects.chain(self.resources.values().map(|resource| &resource.block));
        let others = self.settings.iter().chain(&self.imports).chain(&self.others);
        values.chain(locals).chain(objects).chain(others)
    }

    /// The errors in everything that has been parsed or checked so far.
    pub fn all_syntax_errors(&self) -> impl Iterator<Item = &SyntaxError> {
        self.syntax_errors
            .iter()
            .chain(self.local_errors.get().into_iter().flatten())
            .chain(self.blocks().flat_map(LazyBlock::syntax_errors))
    }
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
