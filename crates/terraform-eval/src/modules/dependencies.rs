//! What a block depends on: the reference graph of a configuration, built as far as the blocks in question reach.

use std::rc::Rc;
use std::sync::Arc;

use crate::address::{ModulePath, ResourcePath};
use crate::hashing::HashMap;
use crate::reference_graph::Node;
use crate::resource_set::ResourceSet;

use super::cycles::{Cycles, reachable_resources};
use super::id_set::IdSet;
use super::module_tree::ModuleId;
use super::numbers::{ResourceFilter, ResourceNumbers};
use super::summaries::{Summaries, Summary};

/// Builds the graph of a root module and its child modules on demand: a block that is not reached is not parsed, and each
/// module is looked at once, however many calls lead to it.
#[derive(Debug)]
pub struct GraphBuilder<'a> {
    numbers: Arc<ResourceNumbers<'a>>,
    summaries: Summaries<'a>,
    /// What each node of a called module depends on, numbered as in the root module.
    resolved: HashMap<Node, Rc<Summary>>,
    /// The resources of each set, so that equal sets are made once.
    resources: HashMap<IdSet, ResourceSet>,
    cycles: Cycles,
}

impl<'a> GraphBuilder<'a> {
    /// An empty graph of a root module and what it calls. Only dependencies on relevant resources are recorded.
    #[must_use]
    pub fn new(numbers: Arc<ResourceNumbers<'a>>) -> Self {
        Self {
            summaries: Summaries::new(numbers.clone()),
            numbers,
            resolved: HashMap::default(),
            resources: HashMap::default(),
            cycles: Cycles::default(),
        }
    }

    /// The limit because of which dependencies are not recorded, in words.
    #[must_use]
    pub fn limit(&self) -> Option<String> {
        self.numbers.limit()
    }

    /// As [`Self::dependencies`], and the names of a cycle that `start` is part of or depends on, if there is one. Terraform
    /// rejects a configuration with a cycle even if no value depends on itself.
    pub fn cycle_and_dependencies(
        &mut self,
        start: &Node,
        filter: ResourceFilter,
    ) -> (Option<Arc<str>>, ResourceSet) {
        let summary = self.resolve(start);
        let cycle = summary.has_cycle.then(|| {
            let names = self.cycles.find(start, self.numbers.edges);
            names.unwrap_or_else(|| start.to_string().into())
        });
        (cycle, self.resources_of(start, &summary, filter))
    }

    /// The resources of a filter that `start` depends on, directly or not, and itself. Nodes with the same dependencies
    /// share one set.
    pub fn dependencies(&mut self, start: &Node, filter: ResourceFilter) -> ResourceSet {
        let summary = self.resolve(start);
        self.resources_of(start, &summary, filter)
    }

    fn resources_of(&mut self, start: &Node, summary: &Summary, filter: ResourceFilter) -> ResourceSet {
        if summary.has_cycle {
            let mut resources = reachable_resources(start, self.numbers.edges);
            resources.retain(|path| self.numbers.is_kept(filter, &path.resource));
            return resources.into_iter().collect();
        }
        let ids = self.numbers.kept(filter, &summary.ids);
        if let Some(known) = self.resources.get(&ids) {
            return known.clone();
        }
        let resources = ids.iter().filter_map(|id| self.numbers.resource(id));
        let resources: ResourceSet = resources.collect();
        self.resources.insert(ids, resources.clone());
        resources
    }

    /// What a node depends on, numbered as in the root module.
    fn resolve(&mut self, node: &Node) -> Rc<Summary> {
        let path = node.module();
        if path.is_root() {
            return self.summaries.summary(self.numbers.edges.root, node);
        }
        if let Some(module) = self.numbers.edges.module_at(path) {
            return self.resolve_in(node, path, module, &with_module(node, ModulePath::root()));
        }
        // The module is not installed, so the node is one of the call.
        let (Some(caller), Some(step)) = (path.parent(), path.steps().last()) else {
            return Rc::default();
        };
        match self.numbers.edges.module_at(&caller) {
            Some(module) => {
                let called = ModulePath::root().child(step.call.clone(), None);
                self.resolve_in(node, &caller, module, &with_module(node, called))
            }
            None => Rc::default(),
        }
    }

    /// What a node depends on that is `local` in the module at a path.
    fn resolve_in(&mut self, node: &Node, path: &ModulePath, module: ModuleId, local: &Node) -> Rc<Summary> {
        let (Some(caller), Some(step)) = (path.parent(), path.steps().last()) else {
            return self.summaries.summary(module, local);
        };
        if let Some(known) = self.resolved.get(node) {
            return known.clone();
        }
        let summary = self.summaries.summary(module, local);
        let mut has_cycle = summary.has_cycle;
        let (inputs, resources) = self.numbers.split(module, &summary.ids, &step.call);
        let mut ids = self.numbers.ids_at(path, resources);
        let caller_module = self.numbers.edges.module_at(&caller);
        for input in inputs {
            let Some(caller_module) = caller_module else {
                continue;
            };
            let outer = with_module(&input, path.clone());
            let outer = self.resolve_in(&outer, &caller, caller_module, &input);
            has_cycle |= outer.has_cycle;
            ids.extend(&outer.ids);
        }
        let resolved = Rc::new(Summary { ids, has_cycle });
        self.resolved.insert(node.clone(), resolved.clone());
        resolved
    }
}

/// The node of the same name in another module.
fn with_module(node: &Node, module: ModulePath) -> Node {
    match node {
        Node::Resource(path) => Node::Resource(ResourcePath {
            module,
            resource: path.resource.clone(),
        }),
        Node::Variable(_, name) => Node::Variable(module, name.clone()),
        Node::Local(_, name) => Node::Local(module, name.clone()),
        Node::ModuleCall(_, name) => Node::ModuleCall(module, name.clone()),
        Node::Output(_, name) => Node::Output(module, name.clone()),
        Node::ModuleExpand(_) => Node::ModuleExpand(module),
        Node::ModuleClose(_) => Node::ModuleClose(module),
    }
}
