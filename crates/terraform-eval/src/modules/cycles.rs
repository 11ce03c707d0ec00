//! The names of a cycle, found by a search through the nodes of the reference graph.
//!
//! The search has a node for each path of a module, of which there may be exponentially many, so it ends after some
//! number of them. It runs only where a cycle is known to be.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::address::ResourcePath;
use crate::reference_graph::Node;

use super::edges::Edges;

/// A cycle is reported with at most so many names.
const MAX_CYCLE_NAMES: usize = 8;

/// The maximum number of nodes of a search.
const MAX_NODES: usize = 100_000;

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

/// What the searches for cycles have found.
#[derive(Debug, Default)]
pub(super) struct Cycles(BTreeMap<Node, Reachability>);

impl Cycles {
    /// The names of a cycle that `start` is part of or depends on.
    pub(super) fn find(&mut self, start: &Node, edges: Edges<'_>) -> Option<Arc<str>> {
        if !self.0.contains_key(start) {
            self.search(start, edges);
        }
        match self.0.get(start)? {
            Reachability::Cycle(names) => Some(names.clone()),
            Reachability::InProgress | Reachability::Acyclic => None,
        }
    }

    fn search(&mut self, start: &Node, edges: Edges<'_>) {
        self.0.insert(start.clone(), Reachability::InProgress);
        let mut stack = vec![(start.clone(), edges.of(start))];
        while let Some((node, pending)) = stack.last_mut() {
            let Some(next) = pending.pop() else {
                self.0.insert(node.clone(), Reachability::Acyclic);
                stack.pop();
                continue;
            };
            let cycle = match self.0.get(&next) {
                None if self.0.len() < MAX_NODES => {
                    self.0.insert(next.clone(), Reachability::InProgress);
                    stack.push((next.clone(), edges.of(&next)));
                    continue;
                }
                None | Some(Reachability::Acyclic) => continue,
                Some(Reachability::Cycle(names)) => names.clone(),
                Some(Reachability::InProgress) => {
                    let nodes = stack.iter().map(|(node, _)| node);
                    names(nodes.skip_while(|node| **node != next), &next)
                }
            };
            for (node, _) in stack.drain(..) {
                self.0.insert(node, Reachability::Cycle(cycle.clone()));
            }
        }
    }
}

/// The names of the nodes of a cycle that begins and ends at `first`.
fn names<'n>(nodes: impl Iterator<Item = &'n Node>, first: &Node) -> Arc<str> {
    let mut nodes = nodes.map(ToString::to_string);
    let mut names: Vec<String> = nodes.by_ref().take(MAX_CYCLE_NAMES).collect();
    if nodes.next().is_some() {
        names.push("…".to_owned());
    }
    names.push(first.to_string());
    names.join(" → ").into()
}

/// All resources that `start` depends on, directly or not, and itself.
pub(super) fn reachable_resources(start: &Node, edges: Edges<'_>) -> BTreeSet<ResourcePath> {
    let mut seen = BTreeSet::from([start.clone()]);
    let mut pending = vec![start.clone()];
    let mut resources = BTreeSet::new();
    while let Some(node) = pending.pop() {
        for next in edges.of(&node) {
            if seen.len() < MAX_NODES && seen.insert(next.clone()) {
                pending.push(next);
            }
        }
        if let Node::Resource(path) = node {
            resources.insert(path);
        }
    }
    resources
}
