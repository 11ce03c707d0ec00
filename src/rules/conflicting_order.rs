//! `conflicting-order`: lists for one source that no order of its mirrors satisfies.

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, Severity};
use crate::model::{Input, ManifestKind, Mirror};
use registries_conf::{PullKind, merge_mirrors};
use terraform_eval::source::Span;

use super::{Check, Documentation, Fixability, Inputs, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "conflicting-order",
    severity: Severity::Warning,
    inputs: Inputs::Manifest,
    fix: Fixability::None,
    summary: "the lists for one source put its mirrors in different orders",
    documentation: Documentation {
        what: "Looks for entries with the same `source` whose lists contradict each other: one has a mirror \
               before another one, and a second list has it behind. All manifests that meet in a cluster are looked \
               at, those for pulls by tag apart from those by digest. A list that names a mirror on both sides of \
               another one contradicts itself, and one that names it twice in a row may. Of several contradictions \
               about a source, one is told.",
        why: "The machine config operator joins all lists for a source to one, in which each keeps its order. \
              Where that cannot be, the alphabet decides: the mirror that was meant to be the last resort may be \
              asked first. The order is unspecified by the API (openshift/runtime-utils, `topo.go`; openshift/api, \
              `types_image_digest_mirror_set.go`).",
        failing: r"
apiVersion: config.openshift.io/v1
kind: ImageDigestMirrorSet
metadata:
  name: first
spec:
  imageDigestMirrors:
    - source: docker.io/library/nginx
      mirrors:
        - mirror.example.com/library/nginx
        - backup.example.com/library/nginx
---
apiVersion: config.openshift.io/v1
kind: ImageDigestMirrorSet
metadata:
  name: second
spec:
  imageDigestMirrors:
    - source: docker.io/library/nginx
      mirrors:
        - backup.example.com/library/nginx
        - mirror.example.com/library/nginx
",
        passing: r"
apiVersion: config.openshift.io/v1
kind: ImageDigestMirrorSet
metadata:
  name: first
spec:
  imageDigestMirrors:
    - source: docker.io/library/nginx
      mirrors:
        - mirror.example.com/library/nginx
        - backup.example.com/library/nginx
---
apiVersion: config.openshift.io/v1
kind: ImageDigestMirrorSet
metadata:
  name: second
spec:
  imageDigestMirrors:
    - source: docker.io/library/nginx
      mirrors:
        - mirror.example.com/library/nginx
        - last.example.com/library/nginx
",
    },
    check: Check::Beside(check),
};

/// Where a list says that one mirror comes before another: at the second of the two.
#[derive(Debug, Clone, Copy)]
struct Place<'a> {
    mirror: &'a Mirror,
    span: Span,
}

/// What comes directly behind each mirror, and the first list that says so.
type Behind<'a> = BTreeMap<&'a str, BTreeMap<&'a str, Place<'a>>>;

/// The lists for one source, for pulls of one kind.
#[derive(Default)]
struct Lists<'a> {
    behind: Behind<'a>,
    /// The first place at which a mirror stands right behind itself.
    doubled: Option<Step<'a>>,
    all: Vec<Vec<(&'a str, Span)>>,
}

fn check(configuration: &Input) -> Vec<Diagnostic> {
    let mut sources: BTreeMap<(&str, PullKind), Lists<'_>> = BTreeMap::new();
    for mirror in &configuration.mirrors {
        if let Some(source) = mirror.source.value() {
            let lists = sources.entry((source, mirror.pull)).or_default();
            lists.add(mirror, source);
        }
    }
    let contradictions = sources
        .into_iter()
        .filter_map(|((source, _), lists)| Some((source, lists.contradiction(source)?)));
    contradictions
        .map(|(source, circle)| report(source, &circle))
        .collect()
}

impl<'a> Lists<'a> {
    /// Adds what one list says: each mirror before the next, the source behind the last unless it is named
    /// (`topo.go`). A list that is not wholly known says nothing, nor does one without a mirror.
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
            let place = Place { mirror, span };
            if first.0 == second.0 {
                // A set with it never comes to the operator.
                if !mirror.address.manifest().is_some_and(ManifestKind::has_sets) {
                    self.doubled.get_or_insert((first.0, second.0, place));
                }
            } else {
                let places = self.behind.entry(first.0).or_default();
                places.entry(second.0).or_insert(place);
            }
        }
        self.all.push(list);
    }

    /// What keeps the lists from being joined, if anything does.
    fn contradiction(&self, source: &str) -> Option<Vec<Step<'a>>> {
        let circle = pair(&self.behind).or_else(|| longer_circle(&self.behind));
        // A mirror right behind itself is a circle for the operator, which does harm only where it moves
        // something.
        circle.or_else(|| Some(vec![self.doubled.filter(|_| self.is_broken(source))?]))
    }

    /// Whether the order that nodes get breaks a list.
    fn is_broken(&self, source: &str) -> bool {
        let lists = self.all.iter();
        let names: Vec<Vec<String>> = lists
            .map(|list| list.iter().map(|(text, _)| (*text).to_owned()).collect())
            .collect();
        let names: Vec<&[String]> = names.iter().map(Vec::as_slice).collect();
        let order = merge_mirrors(source, &names);
        let places: BTreeMap<&str, usize> = order.iter().copied().zip(0..).collect();
        let place = |name: &str| places.get(name).copied().unwrap_or(order.len());
        let mut pairs = self.all.iter().flat_map(|list| list.windows(2));
        pairs.any(|pair| place(pair[0].0) > place(pair[1].0))
    }
}

/// One step of a contradiction: a mirror, the one behind it, and where that is said.
type Step<'a> = (&'a str, &'a str, Place<'a>);

/// Two mirrors that stand behind each other.
fn pair<'a>(behind: &Behind<'a>) -> Option<Vec<Step<'a>>> {
    for (first, seconds) in behind {
        for (second, place) in seconds {
            if let Some(back) = behind.get(second).and_then(|others| others.get(first)) {
                return Some(vec![(first, second, *place), (second, first, *back)]);
            }
        }
    }
    None
}

/// Walks down from every mirror once. Meeting one that is on the way is a circle.
fn longer_circle<'a>(behind: &Behind<'a>) -> Option<Vec<Step<'a>>> {
    let mut done: BTreeMap<&str, bool> = BTreeMap::new();
    for start in behind.keys() {
        if done.contains_key(start) {
            continue;
        }
        done.insert(start, false);
        // The way down, and what is still to be looked at behind each mirror on it.
        let mut way = vec![(*start, behind.get(start).into_iter().flatten())];
        while let Some((at, rest)) = way.last_mut() {
            let Some((next, _)) = rest.next() else {
                done.insert(at, true);
                way.pop();
                continue;
            };
            match done.get(next) {
                Some(true) => {}
                Some(false) => {
                    let names: Vec<&str> = way.iter().map(|(name, _)| *name).collect();
                    let from = names.iter().position(|name| name == next)?;
                    let ring = names.get(from..)?;
                    let pairs = ring.iter().zip(ring.iter().skip(1).chain([next]));
                    return pairs
                        .map(|(first, second)| {
                            let place = behind.get(first)?.get(second)?;
                            Some((*first, *second, *place))
                        })
                        .collect();
                }
                None => {
                    done.insert(next, false);
                    way.push((next, behind.get(next).into_iter().flatten()));
                }
            }
        }
    }
    None
}

fn report(source: &str, circle: &[Step<'_>]) -> Diagnostic {
    // The list that came last made it a contradiction.
    let last = circle
        .iter()
        .max_by_key(|(.., place)| (&place.mirror.address, place.span));
    let steps: Vec<String> = circle
        .iter()
        .take(4)
        .map(|(first, second, _)| format!("{first:?} before {second:?}"))
        .collect();
    let more = if circle.len() > steps.len() {
        " and so on"
    } else {
        ""
    };
    let what = format!(
        "the lists for source {source:?} contradict each other: {}{more}",
        steps.join(", ")
    );
    let mut finding = match last {
        Some((first, _, place)) => RULE
            .finding(place.mirror, &what)
            .at(place.span, format!("behind {first:?}")),
        None => Diagnostic::new(RULE.name, RULE.severity, what),
    };
    for (first, _, place) in circle.iter().take(8) {
        if finding
            .primary
            .as_ref()
            .is_none_or(|label| label.span != place.span)
        {
            finding = finding.related(place.span, format!("behind {first:?}"));
        }
    }
    finding
        .note("no order satisfies both, and the machine config operator takes that of the alphabet")
        .help("put the mirrors of the source in the same order in every list, or all in one list")
}
