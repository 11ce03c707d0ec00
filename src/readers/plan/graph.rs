//! The reference graph of a plan's configuration.
//!
//! As in Terraform's own graph, what refers to a module as a whole waits for everything in it, and
//! everything in a module waits for what its call's `depends_on`, `count` and `for_each` name.

use terraform_eval::address::{ModulePath, ResourcePath};
use terraform_eval::reference_graph::{Node, ReferenceGraph};

use crate::readers::plan::address_parser::{self, Name};
use crate::readers::plan::configuration::{Module, Modules, Written};

/// Builds the graph of all modules.
pub(super) fn build(modules: &Modules<'_>) -> ReferenceGraph {
    let mut graph = ReferenceGraph::new();
    graph.declare(Node::ModuleExpand(ModulePath::root()), []);
    for (path, module) in modules {
        declare(&mut graph, path, module);
    }
    graph
}

fn declare(graph: &mut ReferenceGraph, path: &ModulePath, module: &Module<'_>) {
    let nodes = |written: &mut dyn Iterator<Item = &Written<'_>>| -> Vec<Node> {
        written.filter_map(|written| node(path, &written.text)).collect()
    };
    for (name, block) in &module.resources {
        let mut written = block
            .arguments
            .values()
            .flatten()
            .chain(block.repetition.references())
            .chain(&block.depends_on);
        let mut edges = nodes(&mut written);
        edges.push(Node::ModuleExpand(path.clone()));
        let resource = ResourcePath {
            module: path.clone(),
            resource: name.clone(),
        };
        graph.declare(Node::Resource(resource), edges);
    }
    for (name, value) in &module.outputs {
        let depends_on = module.output_depends_on.get(name).into_iter().flatten();
        let edges = nodes(&mut value.iter().chain(depends_on));
        graph.declare(Node::Output(path.clone(), name.clone()), edges);
    }
    for name in &module.variables {
        graph.declare(Node::Variable(path.clone(), name.clone()), []);
    }
    for (name, call) in &module.calls {
        let inside = path.child(name.clone(), None);
        let mut edges = nodes(&mut call.repetition.references().chain(&call.depends_on));
        edges.push(Node::ModuleExpand(path.clone()));
        graph.declare(Node::ModuleExpand(inside.clone()), edges);
        for (input, value) in &call.inputs {
            let variable = Node::Variable(inside.clone(), input.clone());
            graph.declare(variable, nodes(&mut value.iter()));
        }
        graph.declare(
            Node::ModuleCall(path.clone(), name.clone()),
            [Node::ModuleClose(inside)],
        );
    }
    let resources = module.resources.keys().map(|name| {
        Node::Resource(ResourcePath {
            module: path.clone(),
            resource: name.clone(),
        })
    });
    let calls = module.calls.keys();
    let calls = calls.map(|name| Node::ModuleCall(path.clone(), name.clone()));
    let outputs = module
        .outputs
        .keys()
        .map(|name| Node::Output(path.clone(), name.clone()));
    graph.declare(
        Node::ModuleClose(path.clone()),
        resources.chain(calls).chain(outputs),
    );
}

/// The node that a reference in `module` depends on; `None` if it depends on nothing.
pub(super) fn node(module: &ModulePath, text: &str) -> Option<Node> {
    let Name { subject, path, .. } = address_parser::reference(text)?;
    Node::from_reference(module, &subject, path.first())
}
