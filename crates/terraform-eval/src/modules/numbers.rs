//! The numbers of the resources of a root module and what it calls, by which sets of them are small.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

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
    /// The positions of the relevant resources among those of the module, one range for each of their types, in ascending
    /// order, and how many precede each range.
    resources: Vec<(Range<usize>, usize)>,
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
        let position = module.resources.position(name)?;
        let mut ranges = self.resources.iter();
        let (range, before) = ranges.find(|(range, _)| range.contains(&position))?;
        Some(self.first_resource() + before + (position - range.start))
    }

    /// The number of relevant resources of the module.
    fn resource_count(&self) -> usize {
        let last = self.resources.last();
        last.map_or(0, |(range, before)| before + range.len())
    }

    /// The position of a relevant resource among those of the module.
    fn position(&self, among_relevant: usize) -> Option<usize> {
        let following = self
            .resources
            .partition_point(|(_, before)| *before <= among_relevant);
        let (range, before) = self.resources.get(following.checked_sub(1)?)?;
        let position = range.start + (among_relevant - before);
        range.contains(&position).then_some(position)
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

/// Whether a resource is one of those in question. The answer depends on mode and type.
type Selects = fn(&ResourceName) -> bool;

/// The relevant resources of a root module and what it calls. Several [graphs](super::GraphBuilder) can share them.
#[derive(Debug)]
pub struct ResourceNumbers<'a> {
    pub(super) edges: Edges<'a>,
    is_relevant: Selects,
    layouts: HashMap<ModuleId, Arc<Layout>>,
    is_too_large: bool,
    /// With the numbers in the root module that each filter keeps, if a large set was asked for.
    filters: Vec<(Selects, OnceLock<IdSet>)>,
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
        self.filters.push((is_kept, OnceLock::new()));
        ResourceFilter(self.filters.len() - 1)
    }

    /// The numbers in the root module that are those of resources of a filter.
    pub(super) fn kept(&self, filter: ResourceFilter, ids: &IdSet) -> IdSet {
        let Some((is_kept, all)) = self.filters.get(filter.0).filter(|_| !self.is_too_large) else {
            return IdSet::default();
        };
        if ids.is_small() {
            let is_kept = |id: &usize| self.resource(*id).is_some_and(|path| is_kept(&path.resource));
            ids.iter().filter(is_kept).collect()
        } else {
            ids.intersection(all.get_or_init(|| self.ids_of(*is_kept)))
        }
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
        let relevant = declared
            .resources
            .ranges()
            .filter(|(name, _)| (self.is_relevant)(name));
        let mut count = 0;
        let relevant = relevant.map(|(_, range)| {
            let before = count;
            count += range.len();
            (range, before)
        });
        let mut layout = Layout {
            variables: declared.variables.keys().cloned().collect(),
            resources: relevant.collect(),
            calls: Vec::new(),
            end: 0,
        };
        layout.end = layout.first_resource() + layout.resource_count();
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
            if let Some(position) = layout.position(position) {
                let resources = &self.edges.tree.module(id_of_module).resources;
                let resource = resources.at(position)?.name.clone();
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
        let Some(root) = self.layout(self.edges.root) else {
            return ids;
        };
        let mut pending = vec![(self.edges.root, root, root.first_resource())];
        while let Some((module, layout, first)) = pending.pop() {
            let resources = &self.edges.tree.module(module).resources;
            for (range, before) in &layout.resources {
                let name = resources.at(range.start).map(|resource| &resource.name);
                if name.is_some_and(is_kept) {
                    (0..range.len()).for_each(|number| ids.insert(first + before + number));
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
