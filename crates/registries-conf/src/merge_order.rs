//! Merges the lists of mirrors of a source that is declared more than once into one order (`topo.go` of
//! openshift/runtime-utils).

use std::collections::{BTreeSet, VecDeque};

/// Merges all lists of mirrors for one source: each mirror once, in the order that the nodes get.
///
/// Each mirror precedes the next one of its list; the source follows the last one, unless the list contains
/// it. Alphabetical order decides what these relations leave open. It also breaks cycles: the first name that
/// is not placed yet is placed next, even if others should precede it. The source is omitted from the end,
/// because it is always tried last; elsewhere it stays, and the mirrors after it are tried only if it fails.
#[must_use]
pub fn merge_mirrors<'a, M: AsRef<str>>(source: &'a str, lists: &[&'a [M]]) -> Vec<&'a str> {
    let mut pairs = BTreeSet::new();
    for list in lists {
        let lists_source = list.iter().any(|mirror| mirror.as_ref() == source);
        let appended_source = (!lists_source).then_some(source);
        let locations = list.iter().map(AsRef::as_ref).chain(appended_source);
        pairs.extend(locations.clone().zip(locations.skip(1)));
    }
    let mut order = sort_topologically(&pairs);
    if order.last() == Some(&source) {
        order.pop();
    }
    order
}

/// A node of the graph, for one name.
#[derive(Default)]
struct Node {
    /// The number of predecessors that are not placed yet.
    unplaced_predecessors: usize,
    /// Indices of the nodes that this one precedes.
    successors: Vec<usize>,
    is_placed: bool,
}

/// All names in the pairs, with the first of each pair before the second, except in cycles.
fn sort_topologically<'a>(pairs: &BTreeSet<(&'a str, &'a str)>) -> Vec<&'a str> {
    let names: BTreeSet<&str> = pairs
        .iter()
        .flat_map(|(first, second)| [*first, *second])
        .collect();
    let names: Vec<&str> = names.into_iter().collect();
    let mut nodes: Vec<Node> = names.iter().map(|_| Node::default()).collect();
    for (first, second) in pairs {
        if let (Ok(first), Ok(second)) = (names.binary_search(first), names.binary_search(second)) {
            nodes[first].successors.push(second);
            nodes[second].unplaced_predecessors += 1;
        }
    }
    let mut ready: VecDeque<usize> = (0..nodes.len())
        .filter(|index| nodes[*index].unplaced_predecessors == 0)
        .collect();
    let mut alphabetical = 0..nodes.len();
    let mut order = Vec::with_capacity(names.len());
    while let Some(index) = ready
        .pop_front()
        .or_else(|| alphabetical.find(|index| !nodes[*index].is_placed))
    {
        nodes[index].is_placed = true;
        order.push(names[index]);
        // The pairs are sorted, so nodes that become ready together are in alphabetical order.
        for successor in std::mem::take(&mut nodes[index].successors) {
            let node = &mut nodes[successor];
            node.unplaced_predecessors -= 1;
            if node.unplaced_predecessors == 0 && !node.is_placed {
                ready.push_back(successor);
            }
        }
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merged(source: &str, lists: &[&[&str]]) -> Vec<String> {
        let lists: Vec<Vec<String>> = lists
            .iter()
            .map(|list| list.iter().map(|mirror| (*mirror).to_owned()).collect())
            .collect();
        let lists: Vec<&[String]> = lists.iter().map(Vec::as_slice).collect();
        merge_mirrors(source, &lists)
            .into_iter()
            .map(str::to_owned)
            .collect()
    }

    #[test]
    fn one_list_keeps_its_order() {
        assert_eq!(merged("s", &[&["z", "a", "m"]]), ["z", "a", "m"]);
    }

    #[test]
    fn overlapping_lists_are_joined_where_they_overlap() {
        assert_eq!(merged("s", &[&["b", "c"], &["a", "b"]]), ["a", "b", "c"]);
    }

    #[test]
    fn lists_without_a_common_mirror_are_in_alphabetical_order() {
        assert_eq!(merged("s", &[&["z"], &["a"]]), ["a", "z"]);
        assert_eq!(merged("s", &[&["z", "y"], &["a", "b"]]), ["a", "z", "b", "y"]);
    }

    #[test]
    fn a_cycle_is_broken_at_the_first_name_in_alphabetical_order() {
        assert_eq!(merged("s", &[&["b", "a"], &["a", "b"]]), ["a", "b"]);
        assert_eq!(merged("s", &[&["b", "a", "b"]]), ["a", "b"]);
        assert_eq!(merged("s", &[&["m", "m"]]), ["m"]);
    }

    #[test]
    fn a_cycle_can_move_the_source_to_the_front() {
        assert_eq!(merged("*.io", &[&["q", "r", "q"]]), ["*.io", "q", "r"]);
    }

    #[test]
    fn the_source_is_omitted_at_the_end_and_kept_elsewhere() {
        assert_eq!(merged("s", &[&["m", "s"]]), ["m"]);
        assert_eq!(merged("s", &[&["s", "m"]]), ["s", "m"]);
        assert_eq!(merged("s", &[&["m", "s", "n"]]), ["m", "s", "n"]);
    }
}
