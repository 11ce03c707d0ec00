//! The reference graph of a plan's configuration.
//!
//! As in Terraform's own graph, what refers to a module as a whole waits for everything in it, and
//! everything in a module waits for what its call's `depends_on`, `count` and `for_each` name.

use terraform_eval::address::{ModulePath, Subject};
use terraform_eval::reference_graph::{Node, ReferenceGraph};

use crate::readers::plan::address_parser::{self, Name};
use crate::readers::plan::configuration::{Module, Modules, Written};

/// Builds the graph of all modules.
pub(super) fn build(modules: &Modules<'_>) -> ReferenceGraph {
    let mut graph = ReferenceGraph::new();
    graph.declare(entrance(&ModulePath::root()), []);
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
        edges.push(entrance(path));
        graph.declare(Node::Inside(path.clone(), Subject::Resource(name.clone())), edges);
    }
    for (name, value) in &module.outputs {
        let depends_on = module.output_depends_on.get(name).into_iter().flatten();
        let edges = nodes(&mut value.iter().chain(depends_on));
        graph.declare(Node::Output(path.clone(), name.clone()), edges);
    }
    for name in &module.variables {
        graph.declare(Node::Inside(path.clone(), Subject::Variable(name.clone())), []);
    }
    for (name, call) in &module.calls {
        let inside = path.child(name.clone(), None);
        let mut edges = nodes(&mut call.repetition.references().chain(&call.depends_on));
        edges.push(entrance(path));
        graph.declare(entrance(&inside), edges);
        for (input, value) in &call.inputs {
            let variable = Node::Inside(inside.clone(), Subject::Variable(input.clone()));
            graph.declare(variable, nodes(&mut value.iter()));
        }
        graph.declare(
            Node::Inside(path.clone(), Subject::Module(name.clone())),
            [whole(&inside)],
        );
    }
    let resources = module.resources.keys().cloned().map(Subject::Resource);
    let calls = module.calls.keys().cloned().map(Subject::Module);
    let parts = resources
        .chain(calls)
        .map(|subject| Node::Inside(path.clone(), subject));
    let outputs = module
        .outputs
        .keys()
        .map(|name| Node::Output(path.clone(), name.clone()));
    graph.declare(whole(path), parts.chain(outputs));
}

/// What everything in a module waits for.
fn entrance(module: &ModulePath) -> Node {
    Node::Inside(module.clone(), Subject::Other("(entrance)".into()))
}

/// Everything in a module.
fn whole(module: &ModulePath) -> Node {
    Node::Inside(module.clone(), Subject::Other("(whole)".into()))
}

/// The node that a reference in `module` leads to; none where it leads to nothing that takes time.
pub(super) fn node(module: &ModulePath, text: &str) -> Option<Node> {
    let Name { subject, path, .. } = address_parser::reference(text)?;
    let module = module.without_keys();
    Some(match (subject, path.first()) {
        (Subject::Module(call), Some(output)) => Node::Output(module.child(call, None), output.clone()),
        // `each` and its like hold what `for_each` refers to, and that is an edge of the same block.
        (Subject::Other(_), _) => return None,
        (subject, _) => Node::Inside(module, subject),
    })
}
