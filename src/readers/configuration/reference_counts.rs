//! How many references a name has, and so whether its text serves one argument or several.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use terraform_eval::address::{InstanceKey, Subject};
use terraform_eval::modules::references::{self, Traversal};
use terraform_eval::modules::{Module, ModuleId};
use terraform_eval::source::{Sources, Span};
use terraform_eval::syntax::tree::Block;

/// The references in each module and in each block, counted when they are first needed.
#[derive(Debug, Default)]
pub(crate) struct ReferenceCounts {
    modules: RefCell<BTreeMap<ModuleId, Rc<Counts>>>,
    /// By the header of the block.
    blocks: RefCell<BTreeMap<Span, Rc<Counts>>>,
}

/// By name, then by the steps after it, as far as they are literal.
type Counts = BTreeMap<Subject, BTreeMap<Vec<String>, usize>>;

impl ReferenceCounts {
    /// Whether another reference in the module names the same value.
    pub(crate) fn is_shared(
        &self,
        id: ModuleId,
        module: &Module,
        traversal: &Traversal,
        sources: &Sources,
    ) -> bool {
        let count = || count_in_module(module, sources);
        overlapping(&counts_of(&self.modules, id, count), traversal) > 1
    }

    /// Whether another reference in a block names the same value.
    pub(crate) fn is_shared_in_block(&self, block: &Block, traversal: &Traversal) -> bool {
        let count = || {
            let mut counts = Counts::new();
            add(&mut counts, references::in_body(&block.body));
            counts
        };
        overlapping(&counts_of(&self.blocks, block.header, count), traversal) > 1
    }
}

fn counts_of<K: Ord>(
    known: &RefCell<BTreeMap<K, Rc<Counts>>>,
    key: K,
    count: impl FnOnce() -> Counts,
) -> Rc<Counts> {
    if let Some(counts) = known.borrow().get(&key) {
        return Rc::clone(counts);
    }
    let counts = Rc::new(count());
    known.borrow_mut().insert(key, Rc::clone(&counts));
    counts
}

fn count_in_module(module: &Module, sources: &Sources) -> Counts {
    let mut counts = Counts::new();
    let blocks = module
        .resources
        .iter()
        .map(|resource| &resource.block)
        .chain(module.calls.values().map(|call| &call.block))
        .chain(module.outputs.values())
        .chain(module.imports())
        .chain(module.others());
    for block in blocks.filter_map(|block| block.parse(sources)) {
        add(&mut counts, references::in_body(&block.body));
    }
    for local in module.locals(sources).values() {
        add(&mut counts, references::in_expression(&local.value));
    }
    counts
}

fn add(counts: &mut Counts, traversals: Vec<Traversal>) {
    for traversal in traversals {
        let steps = literal_steps(&traversal);
        *counts
            .entry(traversal.subject)
            .or_default()
            .entry(steps)
            .or_default() += 1;
    }
}

/// The steps after the name, as far as a traversal has them.
fn literal_steps(traversal: &Traversal) -> Vec<String> {
    let key = traversal.key.as_ref().map(|key| match key {
        InstanceKey::Key(text) => text.to_string(),
        other => other.to_string(),
    });
    key.into_iter()
        .chain(traversal.attribute.as_deref().map(str::to_owned))
        .collect()
}

/// The number of references to the same value, to one that contains it, or to a part of it. The count stops after
/// two different parts, because more than one reference is all that matters.
fn overlapping(counts: &Counts, traversal: &Traversal) -> usize {
    let Some(by_steps) = counts.get(&traversal.subject) else {
        return 0;
    };
    let steps = literal_steps(traversal);
    let containing: usize = (0..steps.len())
        .filter_map(|length| by_steps.get(&steps[..length]))
        .sum();
    let same_or_part: usize = by_steps
        .range(steps.clone()..)
        .take_while(|(other, _)| other.starts_with(&steps))
        .map(|(_, count)| *count)
        .take(2)
        .sum();
    containing + same_or_part
}
