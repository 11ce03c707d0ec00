//! Which block refers to which: the graph by which Terraform orders its work.
//!
//! Nodes are places in the configuration, so module paths carry no instance keys, as in Terraform's
//! own graph before expansion.

use std::collections::{BTreeMap, BTreeSet};

use crate::address::{ModulePath, ResourcePath, Subject};

/// Something that can be referred to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Node {
    /// A block or value inside a module; the module without instance keys.
    Inside(ModulePath, Subject),
    /// An output of a module, by the module that declares it.
    Output(ModulePath, std::sync::Arc<str>),
}

impl Node {
    /// The node of a block; its module without instance keys.
    #[must_use]
    pub fn from_resource(path: &ResourcePath) -> Self {
        Self::Inside(path.module.clone(), Subject::Resource(path.resource.clone()))
    }
}

/// The edges: from what refers to what is referred to.
#[derive(Debug, Default)]
pub struct ReferenceGraph {
    edges: BTreeMap<Node, Vec<Node>>,
}

/// What can be reached from a set of nodes.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Reachable {
    /// The resources, modules without instance keys.
    pub resources: BTreeSet<ResourcePath>,
    /// Nodes that the input says nothing about: a plan does not record locals.
    pub undeclared: BTreeSet<Node>,
}

impl ReferenceGraph {
    /// An empty graph.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Declares a node and what it refers to. Declaring it again adds to it.
    pub fn declare(&mut self, node: Node, refers_to: impl IntoIterator<Item = Node>) {
        self.edges.entry(node).or_default().extend(refers_to);
    }

    /// Everything that is reached from `start`, the start itself included.
    #[must_use]
    pub fn reachable_from(&self, start: impl IntoIterator<Item = Node>) -> Reachable {
        let mut reach = Reachable::default();
        let mut seen = BTreeSet::new();
        let mut pending: Vec<Node> = start.into_iter().collect();
        while let Some(node) = pending.pop() {
            if !seen.insert(node.clone()) {
                continue;
            }
            match self.edges.get(&node) {
                Some(edges) => pending.extend(edges.iter().cloned()),
                None => {
                    reach.undeclared.insert(node.clone());
                }
            }
            if let Node::Inside(module, Subject::Resource(resource)) = node {
                reach.resources.insert(ResourcePath { module, resource });
            }
        }
        reach
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::ResourceName;

    fn resource(name: &str) -> Node {
        Node::Inside(
            ModulePath::root(),
            Subject::Resource(ResourceName::managed("t", name)),
        )
    }

    #[test]
    fn circles_end_and_unknown_nodes_are_said() {
        let local = Node::Inside(ModulePath::root(), Subject::Local("x".into()));
        let mut graph = ReferenceGraph::new();
        graph.declare(resource("a"), [resource("b"), local.clone()]);
        graph.declare(resource("b"), [resource("a")]);
        let reach = graph.reachable_from([resource("a")]);
        let names: Vec<String> = reach.resources.iter().map(ToString::to_string).collect();
        assert_eq!(names, ["t.a", "t.b"]);
        assert_eq!(reach.undeclared, BTreeSet::from([local]));
    }
}
