//! One order out of several: how the mirrors of one source are put in line when it is declared more than
//! once (`topo.go` of openshift/runtime-utils).

use std::collections::{BTreeSet, VecDeque};

/// The mirrors of all lists for one source, each once, in the order that the node gets.
///
/// Within a list, each mirror comes before the next; the source comes after the last, unless the list
/// names it. What these relations leave open is settled by the alphabet, and so is a circle: the first
/// name not yet placed goes first, whatever should stand before it. The source at the end is left out, as
/// it is tried last anyway; elsewhere it stays, and what follows is tried only where it fails.
#[must_use]
pub fn merged_mirrors<'a, M: AsRef<str>>(source: &'a str, lists: &[&'a [M]]) -> Vec<&'a str> {
    let mut pairs = BTreeSet::new();
    for list in lists {
        let named = list.iter().any(|mirror| mirror.as_ref() == source);
        let ending = (!named).then_some(source);
        let all = list.iter().map(AsRef::as_ref).chain(ending);
        pairs.extend(all.clone().zip(all.skip(1)));
    }
    let mut order = sorted(&pairs);
    if order.last() == Some(&source) {
        order.pop();
    }
    order
}

/// One name of the graph, by its place in the alphabet.
struct Node {
    /// How many names that come before it are not placed yet.
    before: usize,
    after: Vec<usize>,
    placed: bool,
}

/// All names in the pairs, the first of each pair before the second where that can be.
fn sorted<'a>(pairs: &BTreeSet<(&'a str, &'a str)>) -> Vec<&'a str> {
    let names: BTreeSet<&str> = pairs
        .iter()
        .flat_map(|(first, second)| [*first, *second])
        .collect();
    let names: Vec<&str> = names.into_iter().collect();
    let mut nodes: Vec<Node> = names
        .iter()
        .map(|_| Node {
            before: 0,
            after: Vec::new(),
            placed: false,
        })
        .collect();
    for (first, second) in pairs {
        if let (Ok(first), Ok(second)) = (names.binary_search(first), names.binary_search(second)) {
            nodes[first].after.push(second);
            nodes[second].before += 1;
        }
    }
    let mut free: VecDeque<usize> = (0..nodes.len())
        .filter(|index| nodes[*index].before == 0)
        .collect();
    let mut alphabet = 0..nodes.len();
    let mut order = Vec::with_capacity(names.len());
    while let Some(index) = free
        .pop_front()
        .or_else(|| alphabet.find(|index| !nodes[*index].placed))
    {
        nodes[index].placed = true;
        order.push(names[index]);
        // The pairs are sorted, so what becomes free at once is in the order of the alphabet.
        for after in std::mem::take(&mut nodes[index].after) {
            nodes[after].before -= 1;
            if nodes[after].before == 0 && !nodes[after].placed {
                free.push_back(after);
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
        merged_mirrors(source, &lists)
            .into_iter()
            .map(str::to_owned)
            .collect()
    }

    #[test]
    fn one_list_keeps_its_order() {
        assert_eq!(merged("s", &[&["z", "a", "m"]]), ["z", "a", "m"]);
    }

    #[test]
    fn lists_that_overlap_are_joined_where_they_do() {
        assert_eq!(merged("s", &[&["b", "c"], &["a", "b"]]), ["a", "b", "c"]);
    }

    #[test]
    fn lists_without_a_common_mirror_are_in_alphabetical_order() {
        assert_eq!(merged("s", &[&["z"], &["a"]]), ["a", "z"]);
        assert_eq!(merged("s", &[&["z", "y"], &["a", "b"]]), ["a", "z", "b", "y"]);
    }

    #[test]
    fn a_circle_is_broken_at_the_first_name_of_the_alphabet() {
        assert_eq!(merged("s", &[&["b", "a"], &["a", "b"]]), ["a", "b"]);
        assert_eq!(merged("s", &[&["b", "a", "b"]]), ["a", "b"]);
        assert_eq!(merged("s", &[&["m", "m"]]), ["m"]);
    }

    #[test]
    fn a_circle_can_bring_the_source_to_the_front() {
        assert_eq!(merged("*.io", &[&["q", "r", "q"]]), ["*.io", "q", "r"]);
    }

    #[test]
    fn the_source_is_left_out_at_the_end_and_kept_elsewhere() {
        assert_eq!(merged("s", &[&["m", "s"]]), ["m"]);
        assert_eq!(merged("s", &[&["s", "m"]]), ["s", "m"]);
        assert_eq!(merged("s", &[&["m", "s", "n"]]), ["m", "s", "n"]);
    }
}
