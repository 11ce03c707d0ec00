//! What comes before a block, gathered once for all blocks that wait for the same ones.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::rc::Rc;

use crate::address::{ResourceName, ResourcePath};
use crate::reference_graph::Node;

use super::dependencies::GraphBuilder;

impl GraphBuilder<'_> {
    /// The resources that come before `start`, itself included, save those that the graph leaves out.
    pub fn before(&mut self, start: &Node) -> Rc<BTreeSet<ResourcePath>> {
        if self.circle(start).is_some() {
            let mut resources = self
                .graph(start.clone())
                .reachable_from([start.clone()])
                .resources;
            resources.retain(|path| !(self.leave_out)(&path.resource));
            return Rc::new(resources);
        }
        // All ways end, so what a node leads to can be gathered before the node itself.
        let mut stack = vec![(start.clone(), None)];
        while let Some((node, edges)) = stack.pop() {
            if self.before.contains_key(&node) {
                continue;
            }
            let Some(edges) = edges else {
                let edges = self.edges(&node);
                stack.push((node, Some(edges.clone())));
                stack.extend(edges.into_iter().map(|next| (next, None)));
                continue;
            };
            let found = edges.iter().filter_map(|next| self.before.get(next));
            let found = union(found, &node, self.leave_out);
            self.before.insert(node, found);
        }
        self.before.get(start).cloned().unwrap_or_default()
    }

    /// All resources that come before `start`, itself and what is left out elsewhere included.
    pub fn all_before(&mut self, start: &Node) -> BTreeSet<ResourcePath> {
        self.graph(start.clone())
            .reachable_from([start.clone()])
            .resources
    }
}

/// What is in any of the sets, and the resource that a node is; shared where one of them has it all.
fn union<'s>(
    sets: impl Iterator<Item = &'s Rc<BTreeSet<ResourcePath>>>,
    node: &Node,
    leave_out: fn(&ResourceName) -> bool,
) -> Rc<BTreeSet<ResourcePath>> {
    let mut sets: Vec<_> = sets.collect();
    sets.sort_by_key(|set| Reverse(set.len()));
    let mut sets = sets.into_iter();
    let mut all = sets.next().cloned().unwrap_or_default();
    for set in sets {
        if !Rc::ptr_eq(&all, set) && !set.is_subset(&all) {
            Rc::make_mut(&mut all).extend(set.iter().cloned());
        }
    }
    if let Node::Resource(path) = node
        && !leave_out(&path.resource)
    {
        Rc::make_mut(&mut all).insert(path.clone());
    }
    all
}
