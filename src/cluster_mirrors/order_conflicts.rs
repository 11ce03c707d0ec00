//! Lists for one source that no order of its mirrors satisfies.
//!
//! The Machine Config Operator merges all lists for a source to one, in which each keeps its order (openshift/runtime-utils,
//! `topo.go`).

use std::collections::BTreeMap;

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::model::{ManifestKind, Mirror};
use registries_conf::{PullKind, merge_mirrors};
use terraform_eval::source::Span;

/// The code of the findings.
pub(crate) const CONFLICTING_ORDER: &str = "conflicting-order";

/// Where a list puts one mirror before another: at the second of the two.
#[derive(Debug, Clone, Copy)]
struct ListPosition<'a> {
    mirror: &'a Mirror,
    span: Span,
}

/// The mirrors directly after each mirror, and the first list with that order.
type Successors<'a> = BTreeMap<&'a str, BTreeMap<&'a str, ListPosition<'a>>>;

/// The lists for one source, for pulls of one kind.
#[derive(Default)]
struct Lists<'a> {
    successors: Successors<'a>,
    /// The first position where a mirror directly follows itself.
    repeated: Option<Step<'a>>,
    all: Vec<Vec<(&'a str, Span)>>,
}

/// Finds the sources whose lists no order satisfies. Of several contradictions about a source, one is reported.
#[must_use]
pub(crate) fn order_conflicts<'a>(mirrors: impl IntoIterator<Item = &'a Mirror>) -> Vec<Diagnostic> {
    let mut sources: BTreeMap<(&str, PullKind), Lists<'_>> = BTreeMap::new();
    for mirror in mirrors {
        if let Some(source) = mirror.source.value() {
            let lists = sources.entry((source, mirror.pull)).or_default();
            lists.add(mirror, source);
        }
    }
    let contradictions = sources
        .into_iter()
        .filter_map(|((source, _), lists)| Some((source, lists.contradiction(source)?)));
    contradictions
        .map(|(source, cycle)| report(source, &cycle))
        .collect()
}

impl<'a> Lists<'a> {
    /// Adds the order of one list: each mirror before the next, and the source after the last one unless the list
    /// contains it (`topo.go`). Ignores a list with unknown elements, and one without mirrors.
    fn add(&mut self, mirror: &'a Mirror, source: &'a str) {
        let elements = mirror.mirrors.value().into_iter().flatten();
        let list: Option<Vec<(&str, Span)>> = elements
            .map(|element| Some((element.value()?.as_str(), element.span.unwrap_or(mirror.span))))
            .collect();
        let Some(mut list) = list else { return };
        if list.iter().all(|(text, _)| *text == source) {
            return;
        }
        if list.iter().all(|(text, _)| *text != source) {
            list.push((source, mirror.source.span.unwrap_or(mirror.span)));
        }
        for (first, second) in list.iter().zip(list.iter().skip(1)) {
            let span = second.1;
            let position = ListPosition { mirror, span };
            if first.0 == second.0 {
                // The API server rejects a set with a duplicate.
                if !mirror.address.manifest().is_some_and(ManifestKind::has_sets) {
                    self.repeated.get_or_insert((first.0, second.0, position));
                }
            } else {
                let followers = self.successors.entry(first.0).or_default();
                followers.entry(second.0).or_insert(position);
            }
        }
        self.all.push(list);
    }

    /// Returns the steps of a contradiction between the lists, if there is one.
    fn contradiction(&self, source: &str) -> Option<Vec<Step<'a>>> {
        let cycle = opposite_pair(&self.successors).or_else(|| longer_cycle(&self.successors));
        // For the operator, a mirror that directly follows itself is a cycle. It matters only if it changes an
        // order.
        cycle.or_else(|| Some(vec![self.repeated.filter(|_| self.is_broken(source))?]))
    }

    /// Whether the merged order that nodes use violates the order of a list.
    fn is_broken(&self, source: &str) -> bool {
        let lists = self.all.iter();
        let names: Vec<Vec<String>> = lists
            .map(|list| list.iter().map(|(text, _)| (*text).to_owned()).collect())
            .collect();
        let names: Vec<&[String]> = names.iter().map(Vec::as_slice).collect();
        let order = merge_mirrors(source, &names);
        let positions: BTreeMap<&str, usize> = order.iter().copied().zip(0..).collect();
        let position = |name: &str| positions.get(name).copied().unwrap_or(order.len());
        let mut pairs = self.all.iter().flat_map(|list| list.windows(2));
        pairs.any(|pair| position(pair[0].0) > position(pair[1].0))
    }
}

/// One step of a contradiction: a mirror, the one after it, and the position of that order.
type Step<'a> = (&'a str, &'a str, ListPosition<'a>);

/// Finds two mirrors that follow each other.
fn opposite_pair<'a>(successors: &Successors<'a>) -> Option<Vec<Step<'a>>> {
    for (first, seconds) in successors {
        for (second, position) in seconds {
            if let Some(back) = successors.get(second).and_then(|others| others.get(first)) {
                return Some(vec![(first, second, *position), (second, first, *back)]);
            }
        }
    }
    None
}

/// Finds a cycle by a depth-first search from every mirror.
fn longer_cycle<'a>(successors: &Successors<'a>) -> Option<Vec<Step<'a>>> {
    let mut done: BTreeMap<&str, bool> = BTreeMap::new();
    for start in successors.keys() {
        if done.contains_key(start) {
            continue;
        }
        done.insert(start, false);
        // The current path, and the remaining successors of each mirror on it.
        let mut path = vec![(*start, successors.get(start).into_iter().flatten())];
        while let Some((at, rest)) = path.last_mut() {
            let Some((next, _)) = rest.next() else {
                done.insert(at, true);
                path.pop();
                continue;
            };
            match done.get(next) {
                Some(true) => {}
                Some(false) => {
                    let names: Vec<&str> = path.iter().map(|(name, _)| *name).collect();
                    let from = names.iter().position(|name| name == next)?;
                    let ring = names.get(from..)?;
                    let pairs = ring.iter().zip(ring.iter().skip(1).chain([next]));
                    return pairs
                        .map(|(first, second)| {
                            let position = successors.get(first)?.get(second)?;
                            Some((*first, *second, *position))
                        })
                        .collect();
                }
                None => {
                    done.insert(next, false);
                    path.push((next, successors.get(next).into_iter().flatten()));
                }
            }
        }
    }
    None
}

fn report(source: &str, cycle: &[Step<'_>]) -> Diagnostic {
    // The finding is at the last list, which completes the contradiction.
    let last = cycle
        .iter()
        .max_by_key(|(.., position)| (&position.mirror.address, position.span));
    let steps: Vec<String> = cycle
        .iter()
        .take(4)
        .map(|(first, second, _)| format!("{first:?} before {second:?}"))
        .collect();
    let more = if cycle.len() > steps.len() {
        " and so on"
    } else {
        ""
    };
    let what = format!(
        "the lists for source {source:?} contradict each other: {}{more}",
        steps.join(", ")
    );
    let mut finding = match last {
        Some((first, _, position)) => position
            .mirror
            .finding(Code::Rule(CONFLICTING_ORDER), Severity::Warning, &what)
            .at(position.span, format!("after {first:?}")),
        None => Diagnostic::new(Code::Rule(CONFLICTING_ORDER), Severity::Warning, what),
    };
    for (first, _, position) in cycle.iter().take(8) {
        if finding
            .primary
            .as_ref()
            .is_none_or(|label| label.span != position.span)
        {
            finding = finding.related(position.span, format!("after {first:?}"));
        }
    }
    finding
        .note("no order satisfies all lists, so the Machine Config Operator sorts the mirrors alphabetically")
        .help("use the same order in every list, or one list for all mirrors of the source")
}
