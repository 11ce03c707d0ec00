//! The reference graph of a configuration, as far as it is reached from given blocks.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

use crate::address::{ModulePath, ResourceName, ResourcePath};
use crate::reference_graph::{Node, ReferenceGraph};
use crate::source::Sources;

use super::module_tree::{Callee, ModuleId, ModuleTree};
use super::references::{self, Traversal};

/// What is known of the ways that start at a node.
#[derive(Debug, Clone)]
enum Ways {
    /// They are being followed.
    Open,
    /// They all end.
    End,
    /// One of them leads into this circle.
    Circle(Arc<str>),
}

/// Builds the graph of the modules below one root, by need: blocks that nothing leads to stay unread.
#[derive(Debug)]
pub struct GraphBuilder<'a> {
    tree: &'a ModuleTree,
    sources: &'a Sources,
    root: ModuleId,
    /// Resources that `before` does not gather: those that nothing waits for. With them, a long chain of such
    /// resources would take the square of its length in memory.
    pub(super) leave_out: fn(&ResourceName) -> bool,
    graph: ReferenceGraph,
    declared: BTreeSet<Node>,
    modules: BTreeMap<ModulePath, Option<ModuleId>>,
    ways: BTreeMap<Node, Ways>,
    /// What comes before a node, where that is known.
    pub(super) before: BTreeMap<Node, Rc<BTreeSet<ResourcePath>>>,
}

impl<'a> GraphBuilder<'a> {
    /// An empty graph below `root`.
    #[must_use]
    pub fn new(
        tree: &'a ModuleTree,
        sources: &'a Sources,
        root: ModuleId,
        leave_out: fn(&ResourceName) -> bool,
    ) -> Self {
        Self {
            tree,
            sources,
            root,
            leave_out,
            graph: ReferenceGraph::new(),
            declared: BTreeSet::new(),
            modules: BTreeMap::new(),
            ways: BTreeMap::new(),
            before: BTreeMap::new(),
        }
    }

    /// The graph with everything that `start` leads to.
    pub(super) fn graph(&mut self, start: Node) -> &ReferenceGraph {
        let mut pending = vec![start];
        while let Some(node) = pending.pop() {
            if self.declared.insert(node.clone()) {
                let edges = self.edges(&node);
                pending.extend(edges.iter().cloned());
                self.graph.declare(node, edges);
            }
        }
        &self.graph
    }

    /// The names in a circle that `start` is part of or leads to; none where all its ways end. Terraform
    /// refuses such a configuration even where no value depends on itself.
    pub fn circle(&mut self, start: &Node) -> Option<Arc<str>> {
        if let Some(ways) = self.ways.get(start) {
            return ways.circle();
        }
        self.ways.insert(start.clone(), Ways::Open);
        let mut stack = vec![(start.clone(), self.edges(start))];
        while let Some((node, pending)) = stack.last_mut() {
            let Some(next) = pending.pop() else {
                self.ways.insert(node.clone(), Ways::End);
                stack.pop();
                continue;
            };
            let circle = match self.ways.get(&next) {
                None => {
                    let further = self.edges(&next);
                    self.ways.insert(next.clone(), Ways::Open);
                    stack.push((next, further));
                    continue;
                }
                Some(Ways::End) => continue,
                Some(Ways::Circle(names)) => names.clone(),
                Some(Ways::Open) => {
                    let nodes = stack.iter().map(|(node, _)| node);
                    let nodes: Vec<&Node> = nodes.skip_while(|node| **node != next).collect();
                    let mut names: Vec<String> =
                        nodes.iter().take(MOST_NAMES).map(ToString::to_string).collect();
                    if nodes.len() > MOST_NAMES {
                        names.push("…".to_owned());
                    }
                    names.push(next.to_string());
                    names.join(" → ").into()
                }
            };
            for (node, _) in stack.drain(..) {
                self.ways.insert(node, Ways::Circle(circle.clone()));
            }
        }
        self.ways.get(start).and_then(Ways::circle)
    }

    /// The module at a path without instance keys.
    pub fn module_at(&mut self, path: &ModulePath) -> Option<ModuleId> {
        if let Some(known) = self.modules.get(path) {
            return *known;
        }
        let mut at = Some(self.root);
        for step in path.steps() {
            at = at.and_then(|id| match self.tree.callee(id, &step.call) {
                Some(Callee::Module(child)) => Some(*child),
                _ => None,
            });
        }
        self.modules.insert(path.clone(), at);
        at
    }

    pub(super) fn edges(&mut self, node: &Node) -> Vec<Node> {
        let mut edges = match node {
            Node::Resource(path) => self.resource(path),
            Node::Variable(module, name) => self.argument(module, name),
            Node::Local(module, name) => self.local(module, name),
            Node::ModuleCall(module, call) => self.call(module, call),
            Node::Output(module, name) => self.output(module, name),
            Node::ModuleExpand(module) => return self.expansion(module),
            // This graph has the module call in its place.
            Node::ModuleClose(_) => return Vec::new(),
        };
        let module = node.module();
        if !module.is_root() {
            edges.push(Node::ModuleExpand(module.clone()));
        }
        edges
    }

    fn output(&mut self, path: &ModulePath, name: &str) -> Vec<Node> {
        let Some(id) = self.module_at(path) else {
            return Vec::new();
        };
        let block = self
            .tree
            .module(id)
            .outputs
            .get(name)
            .and_then(|block| block.parse(self.sources));
        block
            .map(|block| nodes(path, &references::of_body(&block.body)))
            .unwrap_or_default()
    }

    fn resource(&mut self, path: &ResourcePath) -> Vec<Node> {
        let resource = self
            .module_at(&path.module)
            .and_then(|id| self.tree.module(id).resources.get(&path.resource));
        resource
            .and_then(|resource| resource.block.parse(self.sources))
            .map(|block| nodes(&path.module, &references::of_body(&block.body)))
            .unwrap_or_default()
    }

    fn local(&mut self, path: &ModulePath, name: &str) -> Vec<Node> {
        let local = self
            .module_at(path)
            .and_then(|id| self.tree.module(id).locals(self.sources).get(name));
        local
            .map(|local| nodes(path, &references::of_expression(&local.value)))
            .unwrap_or_default()
    }

    /// What a variable is given by the module call.
    fn argument(&mut self, path: &ModulePath, name: &str) -> Vec<Node> {
        let (Some(caller), Some(step)) = (path.parent(), path.steps().last()) else {
            return Vec::new();
        };
        let Some(id) = self.module_at(&caller) else {
            return Vec::new();
        };
        let call = self
            .tree
            .module(id)
            .calls
            .get(&step.call)
            .and_then(|call| call.block.parse(self.sources));
        let argument = call.and_then(|block| block.body.attribute(name));
        argument
            .map(|argument| nodes(&caller, &references::of_expression(&argument.value)))
            .unwrap_or_default()
    }

    /// What the expansion of a module waits for: `depends_on`, `count` and `for_each` of its call, and the
    /// expansion of the module around that.
    fn expansion(&mut self, path: &ModulePath) -> Vec<Node> {
        let (Some(caller), Some(step)) = (path.parent(), path.steps().last()) else {
            return Vec::new();
        };
        let mut edges = Vec::new();
        let call = self
            .module_at(&caller)
            .and_then(|id| self.tree.module(id).calls.get(&step.call));
        if let Some(block) = call.and_then(|call| call.block.parse(self.sources)) {
            for name in ["depends_on", "count", "for_each"] {
                let argument = block.body.attribute(name).into_iter();
                edges.extend(
                    argument.flat_map(|argument| nodes(&caller, &references::of_expression(&argument.value))),
                );
            }
        }
        if !caller.is_root() {
            edges.push(Node::ModuleExpand(caller));
        }
        edges
    }

    /// Everything in a module: its resources, its outputs, the modules that it calls, and its arguments.
    fn call(&mut self, path: &ModulePath, call: &str) -> Vec<Node> {
        let child = path.child(call, None);
        let block = self
            .module_at(path)
            .and_then(|id| self.tree.module(id).calls.get(call));
        let mut edges = Vec::new();
        if let Some(block) = block.and_then(|call| call.block.parse(self.sources)) {
            let arguments = block.body.attributes.iter();
            let arguments = arguments
                .filter(|argument| !matches!(&*argument.name.text, "source" | "version" | "providers"));
            edges.extend(
                arguments.flat_map(|argument| nodes(path, &references::of_expression(&argument.value))),
            );
        }
        let Some(id) = self.module_at(&child) else {
            return edges;
        };
        let module = self.tree.module(id);
        edges.extend(module.resources.keys().map(|name| {
            Node::Resource(ResourcePath {
                module: child.clone(),
                resource: name.clone(),
            })
        }));
        edges.extend(
            module
                .calls
                .keys()
                .map(|name| Node::ModuleCall(child.clone(), name.clone())),
        );
        edges.extend(
            module
                .outputs
                .keys()
                .map(|name| Node::Output(child.clone(), name.clone())),
        );
        edges
    }
}

/// More names than these show nobody where a circle can be cut.
const MOST_NAMES: usize = 8;

impl Ways {
    fn circle(&self) -> Option<Arc<str>> {
        match self {
            Self::Circle(names) => Some(names.clone()),
            Self::Open | Self::End => None,
        }
    }
}

fn nodes(path: &ModulePath, found: &[Traversal]) -> Vec<Node> {
    found
        .iter()
        .filter_map(|traversal| traversal.node(path))
        .collect()
}
