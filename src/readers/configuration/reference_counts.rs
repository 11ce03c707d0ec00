//! How often a name is referred to: what tells whether a text serves one thing or several.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use terraform_eval::address::{InstanceKey, Subject};
use terraform_eval::modules::references::{self, Traversal};
use terraform_eval::modules::{Module, ModuleId};
use terraform_eval::source::Sources;
use terraform_eval::syntax::tree::Body;

/// How often the names of each module are referred to. Counted when first asked for.
#[derive(Debug, Default)]
pub(crate) struct Uses {
    modules: RefCell<BTreeMap<ModuleId, Rc<Counts>>>,
}

/// By name, then by the steps behind it, as far as they are literal.
type Counts = BTreeMap<Subject, BTreeMap<Vec<String>, usize>>;

impl Uses {
    /// Whether something else in the module refers to the same as one of its references.
    pub(crate) fn shares(
        &self,
        id: ModuleId,
        module: &Module,
        traversal: &Traversal,
        sources: &Sources,
    ) -> bool {
        let known = self.modules.borrow().get(&id).cloned();
        let counts = known.unwrap_or_else(|| {
            let counts = Rc::new(of_module(module, sources));
            self.modules.borrow_mut().insert(id, counts.clone());
            counts
        });
        uses(&counts, traversal) > 1
    }
}

/// Whether something else in a block's body refers to the same as one of its references.
pub(crate) fn shares_in(body: &Body, traversal: &Traversal) -> bool {
    let mut counts = Counts::new();
    count(&mut counts, references::in_body(body));
    uses(&counts, traversal) > 1
}

fn of_module(module: &Module, sources: &Sources) -> Counts {
    let mut counts = Counts::new();
    let blocks = module
        .resources
        .values()
        .map(|resource| &resource.block)
        .chain(module.calls.values().map(|call| &call.block))
        .chain(module.outputs.values())
        .chain(module.imports())
        .chain(module.others());
    for block in blocks.filter_map(|block| block.parse(sources)) {
        count(&mut counts, references::in_body(&block.body));
    }
    for local in module.locals(sources).values() {
        count(&mut counts, references::in_expression(&local.value));
    }
    counts
}

fn count(counts: &mut Counts, found: Vec<Traversal>) {
    for traversal in found {
        let path = path(&traversal);
        *counts
            .entry(traversal.subject)
            .or_default()
            .entry(path)
            .or_default() += 1;
    }
}

/// The steps behind a name, as far as a traversal keeps them.
fn path(traversal: &Traversal) -> Vec<String> {
    let key = traversal.key.as_ref().map(|key| match key {
        InstanceKey::Key(text) => text.to_string(),
        other => other.to_string(),
    });
    key.into_iter()
        .chain(traversal.attribute.as_deref().map(str::to_owned))
        .collect()
}

/// How many references there are to the same, to what it is a part of, or to a part of it.
fn uses(counts: &Counts, traversal: &Traversal) -> usize {
    let Some(of_name) = counts.get(&traversal.subject) else {
        return 0;
    };
    let path = path(traversal);
    let around: usize = (0..path.len())
        .filter_map(|length| of_name.get(&path[..length]))
        .sum();
    let below = of_name.range(path.clone()..);
    let below: usize = below
        .take_while(|(other, _)| other.starts_with(&path))
        .map(|(_, count)| *count)
        .take(2)
        .sum();
    around + below
}
