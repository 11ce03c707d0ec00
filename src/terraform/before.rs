//! What comes before a block, gathered once for all blocks that wait for the same ones.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::rc::Rc;

use crate::address::{Mode, ResourceName, ResourcePath, Subject};
use crate::model::Node;

use super::graph::GraphBuilder;

impl GraphBuilder<'_> {
    /// The resources that come before `start`, itself included, save mirrors: nothing waits for those, and
    /// with them a long chain of mirrors would take the square of its length in memory.
    pub fn before(&mut self, start: &Node) -> Rc<BTreeSet<ResourcePath>> {
        if self.circle(start).is_some() {
            let mut resources = self.graph(start.clone()).reach([start.clone()]).resources;
            resources.retain(|path| !is_mirror(&path.resource));
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
            let found = union(found, &node);
            self.before.insert(node, found);
        }
        self.before.get(start).cloned().unwrap_or_default()
    }

    /// All resources that come before `start`, itself and mirrors included.
    pub fn all_before(&mut self, start: &Node) -> BTreeSet<ResourcePath> {
        self.graph(start.clone()).reach([start.clone()]).resources
    }
}

/// What is in any of the sets, and the resource that a node is; shared where one of them has it all.
fn union<'s>(
    sets: impl Iterator<Item = &'s Rc<BTreeSet<ResourcePath>>>,
    node: &Node,
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
    if let Node::Inside(module, Subject::Resource(resource)) = node
        && !is_mirror(resource)
    {
        let (module, resource) = (module.clone(), resource.clone());
        Rc::make_mut(&mut all).insert(ResourcePath { module, resource });
    }
    all
}

fn is_mirror(name: &ResourceName) -> bool {
    name.mode == Mode::Managed && &*name.kind == "rhcs_image_mirror"
}
