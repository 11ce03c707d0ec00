//! What the rules need to know of the blocks beside mirrors and clusters: waiters, reads, imports, and the
//! versions of the provider.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::model::{Attribute, ClusterWaiter, Import, ProviderVersions};
use terraform_eval::address::ResourcePath;
use terraform_eval::eval::{Evaluator, InstanceId, RepetitionData, VariableInputs};
use terraform_eval::modules::{GraphBuilder, Module, requirements};
use terraform_eval::reference_graph::Node;
use terraform_eval::source::{Sources, Span};
use terraform_eval::syntax::tree::{Block, Expression, ExpressionKind};

use crate::provider::{IMAGE_MIRROR, is_provider_source};
use crate::readers::configuration::block_reader::Site;
use crate::readers::configuration::reference_counts::Uses;

/// Adds a waiter with an instance, or with one that stands for all that there may be.
pub(crate) fn add_waiter(waiters: &mut BTreeMap<ResourcePath, ClusterWaiter>, waiter: ClusterWaiter) {
    match waiters.entry(waiter.path.clone()) {
        std::collections::btree_map::Entry::Vacant(entry) => _ = entry.insert(waiter),
        // In another instance of its module it may be there for sure.
        std::collections::btree_map::Entry::Occupied(mut entry) if waiter.instances.is_none() => {
            entry.get_mut().instances = None;
        }
        std::collections::btree_map::Entry::Occupied(_) => {}
    }
}

/// What comes before a block.
pub(crate) fn before(graph: &mut GraphBuilder<'_>, path: &ResourcePath) -> BTreeSet<ResourcePath> {
    let node = Node::Resource(path.clone());
    let mut before = (*graph.dependencies(&node)).clone();
    before.remove(path);
    before
}

/// The imports of mirrors that a root module asks for.
pub(crate) fn imports(
    evaluator: &Evaluator<'_>,
    sources: &Sources,
    module: &Module,
    inputs: &VariableInputs,
    uses: &Uses,
) -> Vec<Import> {
    let blocks = module.imports().iter().filter_map(|block| block.parse(sources));
    // What `for_each` gives is another value for each instance; such ids are left to Terraform.
    let single = blocks.filter(|block| block.body.attribute("for_each").is_none());
    single
        .filter_map(|block| import(evaluator, sources, block, inputs, uses))
        .collect()
}

fn import(
    evaluator: &Evaluator<'_>,
    sources: &Sources,
    block: &Block,
    inputs: &VariableInputs,
    uses: &Uses,
) -> Option<Import> {
    let to = &block.body.attribute("to")?.value;
    if !names_a_mirror(to) {
        return None;
    }
    let mut site = Site {
        evaluator,
        sources,
        instance: InstanceId::ROOT,
        repetition: &Rc::new(RepetitionData::single()),
        block,
        broken: false,
        refused: None,
        inputs,
        uses,
        secrets: Vec::new(),
    };
    Some(Import {
        to: sources.slice(to.span).to_owned(),
        id: site.string("id"),
    })
}

/// Whether the address in `to` is that of a mirror, in the root module or in another one.
fn names_a_mirror(to: &Expression) -> bool {
    match &to.kind {
        ExpressionKind::Variable(word) => &**word == IMAGE_MIRROR,
        ExpressionKind::GetAttr { base, name } => &*name.text == IMAGE_MIRROR || names_a_mirror(base),
        ExpressionKind::Index { base, .. } => names_a_mirror(base),
        _ => false,
    }
}

/// The versions of the provider that modules admit, and the one that is locked.
pub(crate) fn provider<'m>(
    modules: impl Iterator<Item = &'m Module>,
    locked: Option<&(String, Span)>,
    sources: &Sources,
) -> ProviderVersions {
    let constraints = modules.flat_map(|module| requirements::required_providers(module, sources));
    ProviderVersions {
        constraints: constraints
            .filter(|required| is_provider_source(&required.source))
            .filter_map(|required| required.version)
            .map(|(text, span)| Attribute::known(text, Some(span)))
            .collect(),
        locked: locked.map(|(version, span)| Attribute::known(version.clone(), Some(*span))),
    }
}
