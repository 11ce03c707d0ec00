//! What each node of a module depends on, in terms of that module alone.
//!
//! A module that several calls lead to has one summary of each node, which each caller translates to its own terms. So
//! the work is in proportion to the configuration and not to the number of paths through it, of which there may be
//! exponentially many.

use std::rc::Rc;
use std::sync::Arc;

use crate::address::{ModulePath, ResourceName, ResourcePath};
use crate::hashing::HashMap;
use crate::reference_graph::Node;

use super::edges::Edges;
use super::id_set::IdSet;
use super::module_tree::{Callee, ModuleId};

/// The maximum number of relevant resources of a root module, each counted at every path that leads to it.
const MAX_RESOURCES: usize = 100_000;

/// What a node depends on, numbered as its module numbers it.
#[derive(Debug, Clone, Default)]
pub(super) struct Summary {
    pub(super) ids: Rc<IdSet>,
    /// Whether the node is part of a cycle or depends on one.
    pub(super) has_cycle: bool,
}

impl Summary {
    /// Adds what another node depends on.
    fn extend(&mut self, other: &Self) {
        self.has_cycle |= other.has_cycle;
        if self.ids.is_empty() {
            self.ids = other.ids.clone();
        } else if !Rc::ptr_eq(&self.ids, &other.ids) && !self.ids.is_superset(&other.ids) {
            Rc::make_mut(&mut self.ids).extend(&other.ids);
        }
    }
}

/// How a module numbers what its nodes depend on: its own expansion, its variables, its relevant resources, and those of
/// each call.
#[derive(Debug)]
struct Layout {
    variables: Vec<Arc<str>>,
    resources: Vec<ResourceName>,
    /// The calls, the modules that they call, and the number of the first resource of each.
    calls: Vec<(Arc<str>, ModuleId, usize)>,
    /// The number after the last one.
    end: usize,
}

/// The number of a module's own expansion.
const EXPANSION: usize = 0;

impl Layout {
    fn first_resource(&self) -> usize {
        1 + self.variables.len()
    }

    fn call(&self, name: &str) -> Option<&(Arc<str>, ModuleId, usize)> {
        let position = self
            .calls
            .binary_search_by(|(call, ..)| (**call).cmp(name))
            .ok()?;
        self.calls.get(position)
    }
}

/// A node whose dependencies are being followed.
struct Frame {
    node: Node,
    pending: Vec<Node>,
    summary: Summary,
}

/// The summaries that have been made so far.
#[derive(Debug)]
pub(super) struct Summaries<'a> {
    edges: Edges<'a>,
    is_relevant: fn(&ResourceName) -> bool,
    layouts: HashMap<ModuleId, Rc<Layout>>,
    /// Those of each module. `None` while the node is being followed.
    known: HashMap<ModuleId, HashMap<Node, Option<Rc<Summary>>>>,
    is_too_large: bool,
}

impl<'a> Summaries<'a> {
    pub(super) fn new(edges: Edges<'a>, is_relevant: fn(&ResourceName) -> bool) -> Self {
        let mut summaries = Self {
            edges,
            is_relevant,
            layouts: HashMap::default(),
            known: HashMap::default(),
            is_too_large: false,
        };
        let root = summaries.add_layout(edges.root);
        summaries.is_too_large = root.end - root.first_resource() > MAX_RESOURCES;
        summaries
    }

    /// The limit because of which resources are not numbered, in words.
    pub(super) fn limit(&self) -> Option<String> {
        let message =
            format!("more than {MAX_RESOURCES} clusters, mirrors and resources that wait for clusters");
        self.is_too_large.then_some(message)
    }

    /// Numbers a module and all that it calls. The calls have no cycle, so this ends.
    fn add_layout(&mut self, module: ModuleId) -> Rc<Layout> {
        if let Some(known) = self.layouts.get(&module) {
            return known.clone();
        }
        let declared = self.edges.tree.module(module);
        let relevant = declared.resources.keys().filter(|name| (self.is_relevant)(name));
        let mut layout = Layout {
            variables: declared.variables.keys().cloned().collect(),
            resources: relevant.cloned().collect(),
            calls: Vec::new(),
            end: 0,
        };
        layout.end = layout.first_resource() + layout.resources.len();
        for (call, callee, _) in self.edges.tree.calls_of(module) {
            let called = self.add_layout(callee);
            layout.calls.push((call, callee, layout.end));
            layout.end = layout.end.saturating_add(called.end - called.first_resource());
        }
        let layout = Rc::new(layout);
        self.layouts.insert(module, layout.clone());
        layout
    }

    fn layout(&self, module: ModuleId) -> Option<&Rc<Layout>> {
        self.layouts.get(&module)
    }

    /// What a node depends on: one of the module itself, or of the calls in it.
    pub(super) fn summary(&mut self, module: ModuleId, start: &Node) -> Rc<Summary> {
        if let Some(Some(known)) = self.known(module, start) {
            return known.clone();
        }
        let mut result = Rc::default();
        let mut stack = vec![self.open(module, start.clone())];
        while let Some(frame) = stack.last_mut() {
            let Some(next) = frame.pending.pop() else {
                if let Some(Frame { node, summary, .. }) = stack.pop() {
                    if let Some(referrer) = stack.last_mut() {
                        referrer.summary.extend(&summary);
                    }
                    result = Rc::new(summary);
                    self.note(module, node, Some(result.clone()));
                }
                continue;
            };
            match self.known(module, &next) {
                Some(Some(known)) => frame.summary.extend(known),
                Some(None) => frame.summary.has_cycle = true,
                None => {
                    let frame = self.open(module, next);
                    stack.push(frame);
                }
            }
        }
        result
    }

    fn known(&self, module: ModuleId, node: &Node) -> Option<&Option<Rc<Summary>>> {
        self.known.get(&module)?.get(node)
    }

    fn note(&mut self, module: ModuleId, node: Node, summary: Option<Rc<Summary>>) {
        self.known.entry(module).or_default().insert(node, summary);
    }

    /// Begins to follow a node.
    fn open(&mut self, module: ModuleId, node: Node) -> Frame {
        self.note(module, node.clone(), None);
        let mut frame = Frame {
            pending: Vec::new(),
            summary: Summary::default(),
            node,
        };
        let mut ids = IdSet::default();
        // The expansion of a module is what everything in it depends on.
        ids.insert(EXPANSION);
        let edges = Edges {
            root: module,
            ..self.edges
        };
        let layout = self.layout(module).cloned();
        let is_own = frame.node.module().is_root();
        match &frame.node {
            Node::Variable(_, name) if is_own => {
                let variables = layout.map(|layout| layout.variables.binary_search(name));
                if let Some(Ok(position)) = variables {
                    ids.insert(1 + position);
                }
            }
            Node::ModuleExpand(_) if is_own => {}
            Node::Output(path, output) if !is_own => {
                let call = path.steps().last().map(|step| step.call.clone());
                let callee = call
                    .clone()
                    .and_then(|call| match edges.tree.callee(module, &call) {
                        Some(Callee::Module(callee)) => Some(*callee),
                        _ => None,
                    });
                match (call, callee) {
                    (Some(call), Some(callee)) => {
                        let inner = Node::Output(ModulePath::root(), output.clone());
                        self.add_called(module, &call, callee, &inner, &mut frame, &mut ids);
                    }
                    _ => frame.pending = edges.of(&frame.node),
                }
            }
            Node::ModuleCall(path, call) => {
                frame.pending = edges.arguments(path, call);
                let call = call.clone();
                if let Some(Callee::Module(callee)) = edges.tree.callee(module, &call) {
                    let inner = Node::ModuleClose(ModulePath::root());
                    self.add_called(module, &call, *callee, &inner, &mut frame, &mut ids);
                }
            }
            node => {
                if let Node::Resource(path) = node
                    && let Some(layout) = layout
                    && !self.is_too_large
                    && let Ok(position) = layout.resources.binary_search(&path.resource)
                {
                    ids.insert(layout.first_resource() + position);
                }
                frame.pending = edges.of(node);
            }
        }
        frame.summary.ids = Rc::new(ids);
        frame
    }

    /// Adds what a node of a called module depends on, in terms of the calling module.
    fn add_called(
        &mut self,
        caller: ModuleId,
        call: &str,
        callee: ModuleId,
        inner: &Node,
        frame: &mut Frame,
        ids: &mut IdSet,
    ) {
        let summary = self.summary(callee, inner);
        frame.summary.has_cycle |= summary.has_cycle;
        let (inputs, resources) = self.split(callee, &summary.ids, call);
        frame.pending.extend(inputs);
        let first = self
            .layout(caller)
            .and_then(|layout| layout.call(call))
            .map(|call| call.2);
        for resource in resources {
            ids.insert(first.unwrap_or_default() + resource);
        }
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
        let mut layout = self.layout(self.edges.root)?;
        let mut position = id.checked_sub(layout.first_resource())?;
        let mut module = ModulePath::root();
        loop {
            if let Some(resource) = layout.resources.get(position) {
                let resource = resource.clone();
                return Some(ResourcePath { module, resource });
            }
            let id = layout.first_resource() + position;
            let following = layout.calls.partition_point(|(.., start)| *start <= id);
            let (call, callee, start) = layout.calls.get(following.checked_sub(1)?)?;
            module = module.child(call.clone(), None);
            position = id - start;
            layout = self.layout(*callee)?;
        }
    }

    /// The numbers in the root module of the resources that a filter keeps.
    pub(super) fn ids_of(&self, is_kept: fn(&ResourceName) -> bool) -> IdSet {
        let mut ids = IdSet::default();
        let Some(root) = self.layout(self.edges.root).filter(|_| !self.is_too_large) else {
            return ids;
        };
        let mut pending = vec![(root, root.first_resource())];
        while let Some((layout, first)) = pending.pop() {
            for (position, name) in layout.resources.iter().enumerate() {
                if is_kept(name) {
                    ids.insert(first + position);
                }
            }
            for (_, callee, start) in &layout.calls {
                let called = self
                    .layout(*callee)
                    .filter(|called| called.end > called.first_resource());
                pending.extend(called.map(|called| (called, first + start - layout.first_resource())));
            }
        }
        ids
    }
}
