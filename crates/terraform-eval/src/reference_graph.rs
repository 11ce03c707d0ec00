//! Which block refers to which: the graph by which Terraform orders its work.
//!
//! Nodes are blocks of the configuration, so module paths have no instance keys, as in Terraform's own graph
//! before expansion.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use crate::address::{ModulePath, Reference, ResourcePath, Subject};

/// A node of the graph. All module paths are without instance keys.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Node {
    /// A resource or data source.
    Resource(ResourcePath),
    /// An input variable of a module.
    Variable(ModulePath, Arc<str>),
    /// A local value of a module.
    Local(ModulePath, Arc<str>),
    /// A module call, by the calling module.
    ModuleCall(ModulePath, Arc<str>),
    /// An output, by the module that declares it.
    Output(ModulePath, Arc<str>),
    /// The expansion of a module, on which everything in it depends: Terraform's `module.name (expand)`.
    ModuleExpand(ModulePath),
    /// The end of a module, which depends on everything in it: Terraform's `module.name (close)`.
    ModuleClose(ModulePath),
}

impl Node {
    /// The node that a reference in `module` depends on. `None` for objects that are not nodes: `each` and
    /// `count` depend on an argument of the same block, the others on nothing.
    #[must_use]
    pub fn from_reference(
        module: &ModulePath,
        subject: Subject,
        attribute: Option<Arc<str>>,
    ) -> Option<Self> {
        let module = module.without_keys();
        match (subject, attribute) {
            (Subject::Resource(resource), _) => Some(Self::Resource(ResourcePath { module, resource })),
            (Subject::Variable(name), _) => Some(Self::Variable(module, name)),
            (Subject::Local(name), _) => Some(Self::Local(module, name)),
            (Subject::Module(call), Some(output)) => Some(Self::Output(module.child(call, None), output)),
            (Subject::Module(call), None) => Some(Self::ModuleCall(module, call)),
            (
                Subject::Each(_)
                | Subject::Count
                | Subject::Path(_)
                | Subject::Terraform(_)
                | Subject::SelfObject
                | Subject::Ephemeral { .. },
                _,
            ) => None,
        }
    }

    /// The module of the node. For the expansion and the end of a module, that module itself.
    #[must_use]
    pub fn module(&self) -> &ModulePath {
        match self {
            Self::Resource(path) => &path.module,
            Self::Variable(module, _)
            | Self::Local(module, _)
            | Self::ModuleCall(module, _)
            | Self::Output(module, _)
            | Self::ModuleExpand(module)
            | Self::ModuleClose(module) => module,
        }
    }
}

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (module, subject) = match self {
            Self::Resource(path) => return write!(f, "{path}"),
            Self::Output(module, output) => return write!(f, "{module}.{output}"),
            Self::ModuleExpand(module) | Self::ModuleClose(module) => return write!(f, "{module}"),
            Self::Variable(module, name) => (module, Subject::Variable(name.clone())),
            Self::Local(module, name) => (module, Subject::Local(name.clone())),
            Self::ModuleCall(module, name) => (module, Subject::Module(name.clone())),
        };
        write!(f, "{}", Reference::new(module.clone(), subject))
    }
}

/// The edges of the graph, each from a node to what it refers to.
#[derive(Debug, Default)]
pub struct ReferenceGraph {
    edges: BTreeMap<Node, Vec<Node>>,
}

/// What can be reached from a set of nodes.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Reachable {
    /// The resources, with modules without instance keys.
    pub resources: BTreeSet<ResourcePath>,
    /// Nodes that were reached and never declared: a plan does not record locals.
    pub undeclared: BTreeSet<Node>,
}

impl ReferenceGraph {
    /// An empty graph.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Declares a node and what it refers to. A second declaration adds to the first.
    pub fn declare(&mut self, node: Node, refers_to: impl IntoIterator<Item = Node>) {
        self.edges.entry(node).or_default().extend(refers_to);
    }

    /// Everything that can be reached from `start`, including `start`.
    #[must_use]
    pub fn reachable_from(&self, start: impl IntoIterator<Item = Node>) -> Reachable {
        let mut reachable = Reachable::default();
        let mut visited = BTreeSet::new();
        let mut pending: Vec<Node> = start.into_iter().collect();
        while let Some(node) = pending.pop() {
            if !visited.insert(node.clone()) {
                continue;
            }
            match self.edges.get(&node) {
                Some(edges) => pending.extend(edges.iter().cloned()),
                None => {
                    reachable.undeclared.insert(node.clone());
                }
            }
            if let Node::Resource(path) = node {
                reachable.resources.insert(path);
            }
        }
        reachable
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::ResourceName;

    fn resource(name: &str) -> Node {
        Node::Resource(ResourcePath {
            module: ModulePath::root(),
            resource: ResourceName::managed("t", name),
        })
    }

    #[test]
    fn cycles_end_and_undeclared_nodes_are_reported() {
        let local = Node::Local(ModulePath::root(), "x".into());
        let mut graph = ReferenceGraph::new();
        graph.declare(resource("a"), [resource("b"), local.clone()]);
        graph.declare(resource("b"), [resource("a")]);
        let reachable = graph.reachable_from([resource("a")]);
        let names: Vec<String> = reachable.resources.iter().map(ToString::to_string).collect();
        assert_eq!(names, ["t.a", "t.b"]);
        assert_eq!(reachable.undeclared, BTreeSet::from([local]));
    }
}
