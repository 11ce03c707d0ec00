//! What a block depends on: the reference graph of a configuration, built as far as the blocks in question reach.

use std::rc::Rc;
use std::sync::Arc;

use crate::address::{ModulePath, ResourceName, ResourcePath};
use crate::hashing::HashMap;
use crate::reference_graph::Node;
use crate::resource_set::ResourceSet;
use crate::source::Sources;

use super::cycles::{Cycles, reachable_resources};
use super::edges::Edges;
use super::id_set::IdSet;
use super::module_tree::{ModuleId, ModuleTree};
use super::summaries::{Summaries, Summary};

/// The relevant resources that one question is about, as [`GraphBuilder::filter`] made it.
#[derive(Debug, Clone, Copy)]
pub struct ResourceFilter(usize);

/// Whether a resource is one of those in question.
type Selects = fn(&ResourceName) -> bool;

/// Builds the graph of a root module and its child modules on demand: a block that is not reached is not parsed, and each
/// module is looked at once, however many calls lead to it.
#[derive(Debug)]
pub struct GraphBuilder<'a> {
    edges: Edges<'a>,
    is_relevant: Selects,
    summaries: Summaries<'a>,
    /// What each node of a called module depends on, numbered as in the root module.
    resolved: HashMap<Node, Rc<Summary>>,
    filters: Vec<(Selects, IdSet)>,
    /// The resources of each set, so that equal sets are made once.
    resources: HashMap<IdSet, ResourceSet>,
    cycles: Cycles,
}

impl<'a> GraphBuilder<'a> {
    /// An empty graph of the module `root` and what it calls. Only dependencies on relevant resources are recorded.
    #[must_use]
    pub fn new(
        tree: &'a ModuleTree,
        sources: &'a Sources,
        root: ModuleId,
        is_relevant: fn(&ResourceName) -> bool,
    ) -> Self {
        let edges = Edges { tree, sources, root };
        Self {
            edges,
            is_relevant,
            summaries: Summaries::new(edges, is_relevant),
            resolved: HashMap::default(),
            filters: Vec::new(),
            resources: HashMap::default(),
            cycles: Cycles::default(),
        }
    }

    /// The limit because of which dependencies are not recorded, in words.
    #[must_use]
    pub fn limit(&self) -> Option<String> {
        self.summaries.limit()
    }

    /// A filter for some of the relevant resources.
    pub fn filter(&mut self, is_kept: fn(&ResourceName) -> bool) -> ResourceFilter {
        let ids = self.summaries.ids_of(is_kept);
        self.filters.push((is_kept, ids));
        ResourceFilter(self.filters.len() - 1)
    }

    /// The names of a cycle that `start` is part of or depends on; `None` if there is no such cycle. Terraform rejects
    /// a configuration with a cycle even if no value depends on itself.
    pub fn find_cycle(&mut self, start: &Node) -> Option<Arc<str>> {
        if !self.resolve(start).has_cycle {
            return None;
        }
        let names = self.cycles.find(start, self.edges);
        Some(names.unwrap_or_else(|| start.to_string().into()))
    }

    /// The resources of a filter that `start` depends on, directly or not, and itself. Nodes with the same dependencies
    /// share one set.
    pub fn dependencies(&mut self, start: &Node, filter: ResourceFilter) -> ResourceSet {
        let summary = self.resolve(start);
        let Some((is_kept, kept)) = self.filters.get(filter.0) else {
            return ResourceSet::default();
        };
        if summary.has_cycle {
            let mut resources = reachable_resources(start, self.edges);
            resources.retain(|path| (self.is_relevant)(&path.resource) && is_kept(&path.resource));
            return resources.into_iter().collect();
        }
        let ids = summary.ids.intersection(kept);
        if let Some(known) = self.resources.get(&ids) {
            return known.clone();
        }
        let resources = ids.iter().filter_map(|id| self.summaries.resource(id));
        let resources: ResourceSet = resources.collect();
        self.resources.insert(ids, resources.clone());
        resources
    }

    /// What a node depends on, numbered as in the root module.
    fn resolve(&mut self, node: &Node) -> Rc<Summary> {
        let path = node.module();
        if path.is_root() {
            return self.summaries.summary(self.edges.root, node);
        }
        if let Some(module) = self.edges.module_at(path) {
            return self.resolve_in(node, path, module, &with_module(node, ModulePath::root()));
        }
        // The module is not installed, so the node is one of the call.
        let (Some(caller), Some(step)) = (path.parent(), path.steps().last()) else {
            return Rc::default();
        };
        match self.edges.module_at(&caller) {
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
        let (inputs, resources) = self.summaries.split(module, &summary.ids, &step.call);
        let mut ids = self.summaries.ids_at(path, resources);
        let caller_module = self.edges.module_at(&caller);
        for input in inputs {
            let Some(caller_module) = caller_module else {
                continue;
            };
            let outer = with_module(&input, path.clone());
            let outer = self.resolve_in(&outer, &caller, caller_module, &input);
            has_cycle |= outer.has_cycle;
            ids.extend(&outer.ids);
        }
        let resolved = Rc::new(Summary {
            ids: Rc::new(ids),
            has_cycle,
        });
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
