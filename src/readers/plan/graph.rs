//! The reference graph of a plan's configuration.
//!
//! As in Terraform's graph, a reference to a module depends on everything in the module, and everything in a module
//! depends on the `depends_on`, `count` and `for_each` of its call.

use terraform_eval::address::{ModulePath, RelativeReference, ResourcePath};
use terraform_eval::reference_graph::{Node, ReferenceGraph};

use crate::readers::plan::configuration::{Module, Modules, RecordedReference};

/// Builds the graph of all modules.
pub(super) fn build_reference_graph(modules: &Modules<'_>) -> ReferenceGraph {
    let mut graph = ReferenceGraph::new();
    graph.declare(Node::ModuleExpand(ModulePath::root()), []);
    for (path, module) in &modules.0 {
        declare_module(&mut graph, path, module);
    }
    graph
}

fn declare_module(graph: &mut ReferenceGraph, path: &ModulePath, module: &Module<'_>) {
    let nodes = |references: &mut dyn Iterator<Item = &RecordedReference<'_>>| -> Vec<Node> {
        references
            .filter_map(|reference| referenced_node(path, &reference.text))
            .collect()
    };
    for (name, block) in &module.resources {
        let mut references = block
            .arguments
            .values()
            .flatten()
            .chain(block.repetition.references())
            .chain(&block.depends_on);
        let mut dependencies = nodes(&mut references);
        dependencies.push(Node::ModuleExpand(path.clone()));
        let resource = ResourcePath {
            module: path.clone(),
            resource: name.clone(),
        };
        graph.declare(Node::Resource(resource), dependencies);
    }
    for (name, value) in &module.outputs {
        let depends_on = module.output_depends_on.get(name).into_iter().flatten();
        let dependencies = nodes(&mut value.iter().chain(depends_on));
        graph.declare(Node::Output(path.clone(), name.clone()), dependencies);
    }
    for name in &module.variables {
        graph.declare(Node::Variable(path.clone(), name.clone()), []);
    }
    for (name, call) in &module.calls {
        let child = path.child(name.clone(), None);
        let mut dependencies = nodes(&mut call.repetition.references().chain(&call.depends_on));
        dependencies.push(Node::ModuleExpand(path.clone()));
        graph.declare(Node::ModuleExpand(child.clone()), dependencies);
        for (input, value) in &call.inputs {
            let variable = Node::Variable(child.clone(), input.clone());
            graph.declare(variable, nodes(&mut value.iter()));
        }
        graph.declare(
            Node::ModuleCall(path.clone(), name.clone()),
            [Node::ModuleClose(child)],
        );
    }
    let resources = module.resources.keys().map(|name| {
        Node::Resource(ResourcePath {
            module: path.clone(),
            resource: name.clone(),
        })
    });
    let calls = module
        .calls
        .keys()
        .map(|name| Node::ModuleCall(path.clone(), name.clone()));
    let outputs = module
        .outputs
        .keys()
        .map(|name| Node::Output(path.clone(), name.clone()));
    graph.declare(
        Node::ModuleClose(path.clone()),
        resources.chain(calls).chain(outputs),
    );
}

/// The node of a reference in `module`; `None` if the reference depends on nothing.
pub(super) fn referenced_node(module: &ModulePath, text: &str) -> Option<Node> {
    let reference = RelativeReference::parse(text)?;
    Node::from_reference(
        module,
        reference.subject.clone(),
        reference.attributes.first().cloned(),
    )
}
