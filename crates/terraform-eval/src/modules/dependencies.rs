//! What a block depends on: the reference graph of a configuration, built as far as the blocks in question reach.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

use crate::address::{ModulePath, ResourceName, ResourcePath};
use crate::reference_graph::{Node, ReferenceGraph};
use crate::source::Sources;

use super::module_tree::{Callee, ModuleId, ModuleTree};
use super::references::{self, Traversal};

/// Whether a cycle can be reached from a node.
#[derive(Debug, Clone)]
enum Reachability {
    /// The node is on the path that is being followed.
    InProgress,
    /// No cycle can be reached.
    Acyclic,
    /// The names of the nodes of a cycle that can be reached.
    Cycle(Arc<str>),
}

impl Reachability {
    fn cycle(&self) -> Option<Arc<str>> {
        match self {
            Self::Cycle(names) => Some(names.clone()),
            Self::InProgress | Self::Acyclic => None,
        }
    }
}

/// A cycle is reported with at most so many names.
const MAX_CYCLE_NAMES: usize = 8;

/// Builds the graph of a root module and its child modules on demand: a block that is not reached is not parsed.
#[derive(Debug)]
pub struct GraphBuilder<'a> {
    tree: &'a ModuleTree,
    sources: &'a Sources,
    root: ModuleId,
    /// Resources that [`dependencies`](Self::dependencies) omits. With them, a long chain of such resources would take
    /// memory in proportion to the square of its length.
    is_omitted: fn(&ResourceName) -> bool,
    graph: ReferenceGraph,
    declared: BTreeSet<Node>,
    modules: BTreeMap<ModulePath, Option<ModuleId>>,
    reachability: BTreeMap<Node, Reachability>,
    dependencies: BTreeMap<Node, Rc<BTreeSet<ResourcePath>>>,
}

impl<'a> GraphBuilder<'a> {
    /// An empty graph of the module `root` and what it calls. [`dependencies`](Self::dependencies) omits the resources
    /// for which `is_omitted` is true.
    #[must_use]
    pub fn new(
        tree: &'a ModuleTree,
        sources: &'a Sources,
        root: ModuleId,
        is_omitted: fn(&ResourceName) -> bool,
    ) -> Self {
        Self {
            tree,
            sources,
            root,
            is_omitted,
            graph: ReferenceGraph::new(),
            declared: BTreeSet::new(),
            modules: BTreeMap::new(),
            reachability: BTreeMap::new(),
            dependencies: BTreeMap::new(),
        }
    }

    /// The graph, extended by everything that can be reached from `start`.
    fn extend_from(&mut self, start: Node) -> &ReferenceGraph {
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

    /// The names of a cycle that `start` is part of or depends on; `None` if there is no such cycle. Terraform rejects
    /// a configuration with a cycle even if no value depends on itself.
    pub fn find_cycle(&mut self, start: &Node) -> Option<Arc<str>> {
        if let Some(known) = self.reachability.get(start) {
            return known.cycle();
        }
        self.reachability.insert(start.clone(), Reachability::InProgress);
        let mut stack = vec![(start.clone(), self.edges(start))];
        while let Some((node, pending)) = stack.last_mut() {
            let Some(next) = pending.pop() else {
                self.reachability.insert(node.clone(), Reachability::Acyclic);
                stack.pop();
                continue;
            };
            let cycle = match self.reachability.get(&next) {
                None => {
                    let edges = self.edges(&next);
                    self.reachability.insert(next.clone(), Reachability::InProgress);
                    stack.push((next, edges));
                    continue;
                }
                Some(Reachability::Acyclic) => continue,
                Some(Reachability::Cycle(names)) => names.clone(),
                Some(Reachability::InProgress) => {
                    let nodes = stack.iter().map(|(node, _)| node);
                    let nodes: Vec<&Node> = nodes.skip_while(|node| **node != next).collect();
                    let mut names: Vec<String> = nodes
                        .iter()
                        .take(MAX_CYCLE_NAMES)
                        .map(ToString::to_string)
                        .collect();
                    if nodes.len() > MAX_CYCLE_NAMES {
                        names.push("…".to_owned());
                    }
                    names.push(next.to_string());
                    names.join(" → ").into()
                }
            };
            for (node, _) in stack.drain(..) {
                self.reachability.insert(node, Reachability::Cycle(cycle.clone()));
            }
        }
        self.reachability.get(start).and_then(Reachability::cycle)
    }

    /// The resources that `start` depends on, directly or not, and itself; without the omitted ones. Nodes with the
    /// same dependencies share one set.
    pub fn dependencies(&mut self, start: &Node) -> Rc<BTreeSet<ResourcePath>> {
        if self.find_cycle(start).is_some() {
            let mut resources = self.transitive_dependencies(start);
            resources.retain(|path| !(self.is_omitted)(&path.resource));
            return Rc::new(resources);
        }
        // There is no cycle, so the dependencies of every edge are complete before those of the node itself.
        let mut stack = vec![(start.clone(), None)];
        while let Some((node, edges)) = stack.pop() {
            if self.dependencies.contains_key(&node) {
                continue;
            }
            let Some(edges) = edges else {
                let edges = self.edges(&node);
                stack.push((node, Some(edges.clone())));
                stack.extend(edges.into_iter().map(|next| (next, None)));
                continue;
            };
            let sets = edges.iter().filter_map(|next| self.dependencies.get(next));
            let dependencies = union(sets, &node, self.is_omitted);
            self.dependencies.insert(node, dependencies);
        }
        self.dependencies.get(start).cloned().unwrap_or_default()
    }

    /// All resources that `start` depends on, directly or not, and itself; including the omitted ones.
    pub fn transitive_dependencies(&mut self, start: &Node) -> BTreeSet<ResourcePath> {
        self.extend_from(start.clone())
            .reachable_from([start.clone()])
            .resources
    }

    /// The module at a path without instance keys.
    fn module_at(&mut self, path: &ModulePath) -> Option<ModuleId> {
        if let Some(known) = self.modules.get(path) {
            return *known;
        }
        let mut module = Some(self.root);
        for step in path.steps() {
            module = module.and_then(|id| match self.tree.callee(id, &step.call) {
                Some(Callee::Module(child)) => Some(*child),
                _ => None,
            });
        }
        self.modules.insert(path.clone(), module);
        module
    }

    fn edges(&mut self, node: &Node) -> Vec<Node> {
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
            .map(|block| nodes(path, &references::in_body(&block.body)))
            .unwrap_or_default()
    }

    fn resource(&mut self, path: &ResourcePath) -> Vec<Node> {
        let resource = self
            .module_at(&path.module)
            .and_then(|id| self.tree.module(id).resources.get(&path.resource));
        resource
            .and_then(|resource| resource.block.parse(self.sources))
            .map(|block| nodes(&path.module, &references::in_body(&block.body)))
            .unwrap_or_default()
    }

    fn local(&mut self, path: &ModulePath, name: &str) -> Vec<Node> {
        let local = self
            .module_at(path)
            .and_then(|id| self.tree.module(id).locals(self.sources).get(name));
        local
            .map(|local| nodes(path, &references::in_expression(&local.value)))
            .unwrap_or_default()
    }

    /// The references in the argument that the module call passes for a variable.
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
            .map(|argument| nodes(&caller, &references::in_expression(&argument.value)))
            .unwrap_or_default()
    }

    /// What the expansion of a module depends on: `depends_on`, `count`, `for_each` and `lifecycle` of its call, and the
    /// expansion of the calling module.
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
                    argument.flat_map(|argument| nodes(&caller, &references::in_expression(&argument.value))),
                );
            }
            for lifecycle in block.body.blocks("lifecycle") {
                edges.extend(nodes(&caller, &references::in_body(&lifecycle.body)));
            }
        }
        if !caller.is_root() {
            edges.push(Node::ModuleExpand(caller));
        }
        edges
    }

    /// Everything that a reference to an entire module depends on: its resources, its outputs, the modules that it
    /// calls, and its arguments.
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
                arguments.flat_map(|argument| nodes(path, &references::in_expression(&argument.value))),
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

fn nodes(path: &ModulePath, found: &[Traversal]) -> Vec<Node> {
    found
        .iter()
        .filter_map(|traversal| traversal.node(path))
        .collect()
}

/// The union of the sets and of the resource that the node is. If one set contains all, it is shared.
fn union<'s>(
    sets: impl Iterator<Item = &'s Rc<BTreeSet<ResourcePath>>>,
    node: &Node,
    is_omitted: fn(&ResourceName) -> bool,
) -> Rc<BTreeSet<ResourcePath>> {
    let mut sets: Vec<_> = sets.collect();
    sets.sort_by_key(|set| Reverse(set.len()));
    let mut sets = sets.into_iter();
    let mut union = sets.next().cloned().unwrap_or_default();
    for set in sets {
        if !Rc::ptr_eq(&union, set) && !set.is_subset(&union) {
            Rc::make_mut(&mut union).extend(set.iter().cloned());
        }
    }
    if let Node::Resource(path) = node
        && !is_omitted(&path.resource)
    {
        Rc::make_mut(&mut union).insert(path.clone());
    }
    union
}
