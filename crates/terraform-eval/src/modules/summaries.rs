//! What each node of a module depends on, in terms of that module alone.
//!
//! A module that several calls lead to has one summary of each node, which each caller translates to its own terms. So
//! the work is in proportion to the configuration and not to the number of paths through it, of which there may be
//! exponentially many.

use std::rc::Rc;
use std::sync::Arc;

use crate::address::ModulePath;
use crate::hashing::{HashMap, IndexMap};
use crate::reference_graph::Node;

use super::edges::Edges;
use super::id_set::IdSet;
use super::module_tree::{Callee, ModuleId};
use super::numbers::{EXPANSION, ResourceNumbers};

/// What a node depends on, numbered as its module numbers it.
#[derive(Debug, Clone, Default)]
pub(super) struct Summary {
    pub(super) ids: IdSet,
    /// Whether the node is part of a cycle or depends on one.
    pub(super) has_cycle: bool,
}

impl Summary {
    /// Adds what another node depends on.
    fn extend(&mut self, other: &Self) {
        self.has_cycle |= other.has_cycle;
        if !self.ids.is_superset(&other.ids) {
            self.ids.extend(&other.ids);
        }
    }
}

/// A node whose dependencies are being followed.
struct Frame {
    /// The position of the node among those of its module.
    position: usize,
    pending: Vec<Node>,
    summary: Summary,
}

/// The summaries that have been made so far.
#[derive(Debug)]
pub(super) struct Summaries<'a> {
    numbers: Arc<ResourceNumbers<'a>>,
    /// Those of each module. `None` while the node is being followed.
    known: HashMap<ModuleId, IndexMap<Node, Option<Rc<Summary>>>>,
}

impl<'a> Summaries<'a> {
    pub(super) fn new(numbers: Arc<ResourceNumbers<'a>>) -> Self {
        Self {
            numbers,
            known: HashMap::default(),
        }
    }

    /// What a node depends on: one of the module itself, or of the calls in it.
    pub(super) fn summary(&mut self, module: ModuleId, start: &Node) -> Rc<Summary> {
        if let Some(Some(known)) = self.known(module, start) {
            return known.clone();
        }
        let mut result = Rc::default();
        let mut stack = vec![self.begin(module, start.clone())];
        while let Some(frame) = stack.last_mut() {
            let Some(next) = frame.pending.pop() else {
                if let Some(Frame {
                    position, summary, ..
                }) = stack.pop()
                {
                    if let Some(referrer) = stack.last_mut() {
                        referrer.summary.extend(&summary);
                    }
                    result = Rc::new(summary);
                    let nodes = self.known.get_mut(&module);
                    if let Some((_, known)) = nodes.and_then(|nodes| nodes.get_index_mut(position)) {
                        *known = Some(result.clone());
                    }
                }
                continue;
            };
            match self.known(module, &next) {
                Some(Some(known)) => frame.summary.extend(known),
                Some(None) => frame.summary.has_cycle = true,
                None => {
                    let frame = self.begin(module, next);
                    stack.push(frame);
                }
            }
        }
        result
    }

    fn known(&self, module: ModuleId, node: &Node) -> Option<&Option<Rc<Summary>>> {
        self.known.get(&module)?.get(node)
    }

    /// Begins to follow a node.
    fn begin(&mut self, module: ModuleId, node: Node) -> Frame {
        let (pending, summary) = self.open(module, &node);
        let nodes = self.known.entry(module).or_default();
        let (position, _) = nodes.insert_full(node, None);
        Frame {
            position,
            pending,
            summary,
        }
    }

    /// What a node refers to, and what it depends on without that.
    fn open(&mut self, module: ModuleId, node: &Node) -> (Vec<Node>, Summary) {
        let (mut pending, mut summary) = (Vec::new(), Summary::default());
        // The expansion of a module is what everything in it depends on.
        summary.ids.insert(EXPANSION);
        let edges = Edges {
            root: module,
            ..self.numbers.edges
        };
        let numbers = self.numbers.clone();
        let layout = numbers.layout(module);
        let is_own = node.module().is_root();
        match node {
            Node::Variable(_, name) if is_own => {
                let variables = layout.map(|layout| layout.variables.binary_search(name));
                if let Some(Ok(position)) = variables {
                    summary.ids.insert(1 + position);
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
                        self.add_called(module, &call, callee, &inner, &mut pending, &mut summary);
                    }
                    _ => pending = edges.of(node),
                }
            }
            Node::ModuleCall(path, call) => {
                pending = edges.arguments(path, call);
                if let Some(Callee::Module(callee)) = edges.tree.callee(module, call) {
                    let inner = Node::ModuleClose(ModulePath::root());
                    self.add_called(module, call, *callee, &inner, &mut pending, &mut summary);
                }
            }
            node => {
                if let Node::Resource(path) = node
                    && let Some(layout) = layout
                    && !numbers.is_too_large()
                    && let Some(number) = layout.number_of(edges.tree.module(module), &path.resource)
                {
                    summary.ids.insert(number);
                }
                pending = edges.of(node);
            }
        }
        (pending, summary)
    }

    /// Adds what a node of a called module depends on, in terms of the calling module.
    fn add_called(
        &mut self,
        caller: ModuleId,
        call: &str,
        callee: ModuleId,
        inner: &Node,
        pending: &mut Vec<Node>,
        summary: &mut Summary,
    ) {
        let called = self.summary(callee, inner);
        summary.has_cycle |= called.has_cycle;
        let (inputs, resources) = self.numbers.split(callee, &called.ids, call);
        pending.extend(inputs);
        let first = self
            .numbers
            .layout(caller)
            .and_then(|layout| layout.call(call))
            .map(|call| call.2);
        for resource in resources {
            summary.ids.insert(first.unwrap_or_default() + resource);
        }
    }
}
