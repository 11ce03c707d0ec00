//! The numbers of the resources of a root module and what it calls, by which sets of them are small.

use std::sync::Arc;

use crate::address::{ModulePath, ResourceName, ResourcePath};
use crate::hashing::HashMap;
use crate::reference_graph::Node;
use crate::source::Sources;

use super::edges::Edges;
use super::id_set::IdSet;
use super::module::Module;
use super::module_tree::{ModuleId, ModuleTree};

/// The maximum number of relevant resources of a root module, each counted at every path that leads to it.
const MAX_RESOURCES: usize = 100_000;

/// How a module numbers what its nodes depend on: its own expansion, its variables, its relevant resources, and those of
/// each call.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) variables: Vec<Arc<str>>,
    /// The positions of the relevant resources among those of the module, in ascending order.
    resources: Vec<usize>,
    /// The calls, the modules that they call, and the number of the first resource of each.
    calls: Vec<(Arc<str>, ModuleId, usize)>,
    /// The number after the last one.
    end: usize,
}

/// The number of a module's own expansion.
pub(super) const EXPANSION: usize = 0;

impl Layout {
    pub(super) fn first_resource(&self) -> usize {
        1 + self.variables.len()
    }

    /// The number of a resource of the module, if it is relevant.
    pub(super) fn number_of(&self, module: &Module, name: &ResourceName) -> Option<usize> {
        let position = module.resources.get_index_of(name)?;
        let among_relevant = self.resources.binary_search(&position).ok()?;
        Some(self.first_resource() + among_relevant)
    }

    /// The relevant resources of the module, in the order of their numbers.
    fn names<'m>(&self, module: &'m Module) -> impl Iterator<Item = &'m ResourceName> {
        let resources = self.resources.iter();
        resources.filter_map(|position| Some(module.resources.get_index(*position)?.0))
    }

    pub(super) fn call(&self, name: &str) -> Option<&(Arc<str>, ModuleId, usize)> {
        let position = self
            .calls
            .binary_search_by(|(call, ..)| (**call).cmp(name))
            .ok()?;
        self.calls.get(position)
    }
}

/// The relevant resources that one question is about, as [`ResourceNumbers::filter`] made it.
#[derive(Debug, Clone, Copy)]
pub struct ResourceFilter(usize);

/// Whether a resource is one of those in question.
type Selects = fn(&ResourceName) -> bool;

/// The relevant resources of a root module and what it calls. Several [graphs](super::GraphBuilder) can share them.
#[derive(Debug)]
pub struct ResourceNumbers<'a> {
    pub(super) edges: Edges<'a>,
    is_relevant: Selects,
    layouts: HashMap<ModuleId, Arc<Layout>>,
    is_too_large: bool,
    filters: Vec<(Selects, IdSet)>,
}

impl<'a> ResourceNumbers<'a> {
    /// The relevant resources of the module `root` and what it calls.
    #[must_use]
    pub fn new(tree: &'a ModuleTree, sources: &'a Sources, root: ModuleId, is_relevant: Selects) -> Self {
        let mut numbers = Self {
            edges: Edges { tree, sources, root },
            is_relevant,
            layouts: HashMap::default(),
            is_too_large: false,
            filters: Vec::new(),
        };
        let root = numbers.add_layout(root);
        numbers.is_too_large = root.end - root.first_resource() > MAX_RESOURCES;
        numbers
    }

    /// A filter for some of the relevant resources.
    pub fn filter(&mut self, is_kept: Selects) -> ResourceFilter {
        let ids = self.ids_of(is_kept);
        self.filters.push((is_kept, ids));
        ResourceFilter(self.filters.len() - 1)
    }

    /// The numbers in the root module of the resources of a filter.
    pub(super) fn ids_of_filter(&self, filter: ResourceFilter) -> Option<&IdSet> {
        self.filters.get(filter.0).map(|(_, ids)| ids)
    }

    /// Whether a resource is relevant, and one of a filter.
    pub(super) fn is_kept(&self, filter: ResourceFilter, name: &ResourceName) -> bool {
        let filter = self.filters.get(filter.0);
        (self.is_relevant)(name) && filter.is_some_and(|(is_kept, _)| is_kept(name))
    }

    /// Whether there are too many resources to number them.
    pub(super) fn is_too_large(&self) -> bool {
        self.is_too_large
    }

    /// The limit because of which resources are not numbered, in words.
    pub(super) fn limit(&self) -> Option<String> {
        self.is_too_large.then(|| {
            format!("more than {MAX_RESOURCES} clusters, mirrors and resources that wait for clusters")
        })
    }

    /// Numbers a module and all that it calls. The calls have no cycle, so this ends.
    fn add_layout(&mut self, module: ModuleId) -> Arc<Layout> {
        if let Some(known) = self.layouts.get(&module) {
            return known.clone();
        }
        let declared = self.edges.tree.module(module);
        let names = declared.resources.keys().enumerate();
        let relevant = names.filter(|(_, name)| (self.is_relevant)(name));
        let mut layout = Layout {
            variables: declared.variables.keys().cloned().collect(),
            resources: relevant.map(|(position, _)| position).collect(),
            calls: Vec::new(),
            end: 0,
        };
        layout.end = layout.first_resource() + layout.resources.len();
        for (call, callee, _) in self.edges.tree.calls_of(module) {
            let called = self.add_layout(callee);
            layout.calls.push((call, callee, layout.end));
            layout.end = layout.end.saturating_add(called.end - called.first_resource());
        }
        let layout = Arc::new(layout);
        self.layouts.insert(module, layout.clone());
        layout
    }

    pub(super) fn layout(&self, module: ModuleId) -> Option<&Arc<Layout>> {
        self.layouts.get(&module)
    }

    /// Splits the dependencies of a node in a called module: what the caller passes to it, as nodes of the caller, and the
    /// resources, counted from the first one of the called module.
    pub(super) fn split(&self, callee: ModuleId, ids: &IdSet, call: &str) -> (Vec<Node>, Vec<usize>) {
        let Some(layout) = self.layout(callee) else {
            return (Vec::new(), Vec::new());
        };
        let path = ModulePath::root().child(call, None);
        let (mut inputs, mut resources) = (Vec::new(), Vec::new());
        for id in ids.iter() {
            if id == EXPANSION {
                inputs.push(Node::ModuleExpand(path.clone()));
            } else if let Some(name) = layout.variables.get(id - 1) {
                inputs.push(Node::Variable(path.clone(), name.clone()));
            } else {
                resources.push(id - layout.first_resource());
            }
        }
        (inputs, resources)
    }

    /// The numbers in the root module of resources of the module at a path.
    pub(super) fn ids_at(&self, path: &ModulePath, resources: Vec<usize>) -> IdSet {
        let mut first = 0;
        let mut layout = self.layout(self.edges.root);
        for (depth, step) in path.steps().iter().enumerate() {
            let Some(outer) = layout else { break };
            let Some((_, callee, start)) = outer.call(&step.call) else {
                break;
            };
            first += if depth == 0 {
                *start
            } else {
                *start - outer.first_resource()
            };
            layout = self.layout(*callee);
        }
        let mut ids = IdSet::default();
        for resource in resources {
            ids.insert(first + resource);
        }
        ids
    }

    /// The resource with a number in the root module.
    pub(super) fn resource(&self, id: usize) -> Option<ResourcePath> {
        let mut id_of_module = self.edges.root;
        let mut layout = self.layout(id_of_module)?;
        let mut position = id.checked_sub(layout.first_resource())?;
        let mut module = ModulePath::root();
        loop {
            if let Some(position) = layout.resources.get(position) {
                let (resource, _) = self
                    .edges
                    .tree
                    .module(id_of_module)
                    .resources
                    .get_index(*position)?;
                let resource = resource.clone();
                return Some(ResourcePath { module, resource });
            }
            let id = layout.first_resource() + position;
            let following = layout.calls.partition_point(|(.., start)| *start <= id);
            let (call, callee, start) = layout.calls.get(following.checked_sub(1)?)?;
            module = module.child(call.clone(), None);
            position = id - start;
            id_of_module = *callee;
            layout = self.layout(id_of_module)?;
        }
    }

    /// The numbers in the root module of the resources that a filter keeps.
    fn ids_of(&self, is_kept: fn(&ResourceName) -> bool) -> IdSet {
        let mut ids = IdSet::default();
        let Some(root) = self.layout(self.edges.root).filter(|_| !self.is_too_large) else {
            return ids;
        };
        let mut pending = vec![(self.edges.root, root, root.first_resource())];
        while let Some((module, layout, first)) = pending.pop() {
            for (position, name) in layout.names(self.edges.tree.module(module)).enumerate() {
                if is_kept(name) {
                    ids.insert(first + position);
                }
            }
            for (_, callee, start) in &layout.calls {
                let called = self
                    .layout(*callee)
                    .filter(|called| called.end > called.first_resource());
                let start = first + start - layout.first_resource();
                pending.extend(called.map(|called| (*callee, called, start)));
            }
        }
        ids
    }
}
