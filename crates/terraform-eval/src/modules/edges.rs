//! The edges of the reference graph: what each node refers to.

use crate::address::{ModulePath, ResourcePath};
use crate::reference_graph::Node;
use crate::source::Sources;

use super::module_tree::{Callee, ModuleId, ModuleTree};
use super::references::{self, Traversal};

/// The edges of the reference graph of a module and the modules that it calls.
#[derive(Debug, Clone, Copy)]
pub(super) struct Edges<'a> {
    pub(super) tree: &'a ModuleTree,
    pub(super) sources: &'a Sources,
    /// The module that paths start from.
    pub(super) root: ModuleId,
}

impl Edges<'_> {
    /// The module at a path without instance keys.
    pub(super) fn module_at(&self, path: &ModulePath) -> Option<ModuleId> {
        let mut module = self.root;
        for step in path.steps() {
            match self.tree.callee(module, &step.call) {
                Some(Callee::Module(child)) => module = *child,
                _ => return None,
            }
        }
        Some(module)
    }

    /// What a node refers to.
    pub(super) fn of(&self, node: &Node) -> Vec<Node> {
        let mut edges = match node {
            Node::Resource(path) => self.resource(path),
            Node::Variable(module, name) => self.argument(module, name),
            Node::Local(module, name) => self.local(module, name),
            Node::ModuleCall(module, call) => {
                let mut edges = self.arguments(module, call);
                edges.extend(self.contents(&module.child(call.clone(), None)));
                edges
            }
            Node::Output(module, name) => self.output(module, name),
            Node::ModuleExpand(module) => return self.expansion(module),
            Node::ModuleClose(module) => self.contents(module),
        };
        let module = node.module();
        if !module.is_root() {
            edges.push(Node::ModuleExpand(module.clone()));
        }
        edges
    }

    fn output(&self, path: &ModulePath, name: &str) -> Vec<Node> {
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
            .map(|block| references::nodes_in_body(&block.body, path))
            .unwrap_or_default()
    }

    fn resource(&self, path: &ResourcePath) -> Vec<Node> {
        let resource = self
            .module_at(&path.module)
            .and_then(|id| self.tree.module(id).resources.get(&path.resource));
        let Some(block) = resource.and_then(|resource| resource.block.parse(self.sources)) else {
            return Vec::new();
        };
        let mut edges = references::nodes_in_body(&block.body, &path.module);
        let is_itself = |node: &Node| matches!(node, Node::Resource(to) if to == path);
        if edges.iter().any(is_itself) {
            // Terraform drops the edge of a block to itself, and rejects it only in arguments.
            let arguments = block.body.attributes.iter();
            let mut arguments = arguments.filter(|argument| &*argument.name.text != "depends_on");
            let is_rejected = arguments.any(|argument| {
                let references = references::in_expression(&argument.value);
                nodes(&path.module, references).iter().any(is_itself)
            });
            if !is_rejected {
                edges.retain(|edge| !is_itself(edge));
            }
        }
        edges
    }

    fn local(&self, path: &ModulePath, name: &str) -> Vec<Node> {
        let local = self
            .module_at(path)
            .and_then(|id| self.tree.module(id).locals(self.sources).get(name));
        local
            .map(|local| nodes(path, references::in_expression(&local.value)))
            .unwrap_or_default()
    }

    /// The references in the argument that the module call passes for a variable.
    fn argument(&self, path: &ModulePath, name: &str) -> Vec<Node> {
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
            .map(|argument| nodes(&caller, references::in_expression(&argument.value)))
            .unwrap_or_default()
    }

    /// What the expansion of a module depends on: `depends_on`, `count`, `for_each` and `lifecycle` of its call, and the
    /// expansion of the calling module.
    fn expansion(&self, path: &ModulePath) -> Vec<Node> {
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
                    argument.flat_map(|argument| nodes(&caller, references::in_expression(&argument.value))),
                );
            }
            for lifecycle in block.body.blocks("lifecycle") {
                edges.extend(references::nodes_in_body(&lifecycle.body, &caller));
            }
        }
        if !caller.is_root() {
            edges.push(Node::ModuleExpand(caller));
        }
        edges
    }

    /// The references in all arguments of a module call.
    pub(super) fn arguments(&self, path: &ModulePath, call: &str) -> Vec<Node> {
        let block = self
            .module_at(path)
            .and_then(|id| self.tree.module(id).calls.get(call))
            .and_then(|call| call.block.parse(self.sources));
        let arguments = block.into_iter().flat_map(|block| &block.body.attributes);
        arguments
            .filter(|argument| !matches!(&*argument.name.text, "source" | "version" | "providers"))
            .flat_map(|argument| nodes(path, references::in_expression(&argument.value)))
            .collect()
    }

    /// Everything in a module: its resources, its outputs and the modules that it calls.
    fn contents(&self, path: &ModulePath) -> Vec<Node> {
        let Some(id) = self.module_at(path) else {
            return Vec::new();
        };
        let module = self.tree.module(id);
        let resources = module.resources.names().map(|name| {
            Node::Resource(ResourcePath {
                module: path.clone(),
                resource: name.clone(),
            })
        });
        let calls = module.calls.keys();
        let calls = calls.map(|name| Node::ModuleCall(path.clone(), name.clone()));
        let outputs = module.outputs.keys();
        let outputs = outputs.map(|name| Node::Output(path.clone(), name.clone()));
        resources.chain(calls).chain(outputs).collect()
    }
}

fn nodes(path: &ModulePath, found: Vec<Traversal>) -> Vec<Node> {
    let found = found.into_iter();
    found.filter_map(|traversal| traversal.into_node(path)).collect()
}
