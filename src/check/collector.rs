//! What was found, put in order and said once.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, Severity};
use crate::model::MirrorId;
use terraform_eval::source::Span;

/// A finding, and what has been decided about it.
#[derive(Debug)]
pub(super) struct CollectedFinding {
    pub(super) finding: Diagnostic,
    /// The mirrors that it concerns.
    pub(super) mirrors: Vec<MirrorId>,
    /// Whether it fails the run.
    pub(super) fails: bool,
    /// The suppression that it stands under.
    pub(super) suppressed: Option<usize>,
}

/// Everything that was found.
#[derive(Debug, Default)]
pub(super) struct Collector {
    found: Vec<CollectedFinding>,
}

/// What is said, and what is suppressed.
#[derive(Debug)]
pub(super) struct Deduplicated {
    pub(super) kept: Vec<CollectedFinding>,
    pub(super) suppressed: Vec<CollectedFinding>,
}

impl Collector {
    pub(super) fn add(&mut self, found: CollectedFinding) {
        self.found.push(found);
    }

    /// Sorts by place and drops what was found twice: a module that two roots call is read twice. What
    /// only one of them suppresses is said.
    pub(super) fn deduplicate(mut self) -> Deduplicated {
        self.found.sort_by(|a, b| {
            let key = |found: &CollectedFinding| found.suppressed.is_some();
            key(a).cmp(&key(b)).then_with(|| order(a).cmp(&order(b)))
        });
        let mut settled: Vec<CollectedFinding> = Vec::with_capacity(self.found.len());
        let mut seen: BTreeMap<(Span, &'static str, String), usize> = BTreeMap::new();
        for found in self.found {
            // Two plans may hold the same address; without a place there is nothing to tell them apart.
            let Some(label) = &found.finding.primary else {
                settled.push(found);
                continue;
            };
            let key = (label.span, found.finding.rule, found.finding.message.clone());
            let first = seen.get(&key).and_then(|at| settled.get_mut(*at));
            if let Some(first) = first {
                if first.suppressed.is_some() == found.suppressed.is_some() {
                    first.fails |= found.fails;
                    first.mirrors.extend(found.mirrors);
                }
            } else {
                seen.insert(key, settled.len());
                settled.push(found);
            }
        }
        let (suppressed, kept) = settled.into_iter().partition(|found| found.suppressed.is_some());
        Deduplicated { kept, suppressed }
    }
}

fn order(found: &CollectedFinding) -> (Option<Span>, Reverse<Severity>, &'static str, &str) {
    let finding = &found.finding;
    let place = finding.primary.as_ref().map(|label| label.span);
    (place, Reverse(finding.severity), finding.rule, &finding.message)
}
