//! Findings in the order of the report, each once.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::model::MirrorId;
use terraform_eval::source::Span;

/// A finding with what settings and suppressions decide about it.
#[derive(Debug)]
pub(super) struct CollectedFinding {
    pub(super) finding: Diagnostic,
    /// The mirrors that it is about.
    pub(super) mirrors: Vec<MirrorId>,
    /// Whether it fails the run.
    pub(super) fails: bool,
    /// The position of the suppression that applies to it.
    pub(super) suppressed: Option<usize>,
}

/// Collects findings in any order.
#[derive(Debug, Default)]
pub(super) struct Collector {
    collected: Vec<CollectedFinding>,
}

/// Each finding once, in the order of the report.
#[derive(Debug)]
pub(super) struct Deduplicated {
    pub(super) reported: Vec<CollectedFinding>,
    pub(super) suppressed: Vec<CollectedFinding>,
}

impl Collector {
    pub(super) fn add(&mut self, finding: CollectedFinding) {
        self.collected.push(finding);
    }

    /// Sorts the findings by place and drops duplicates: a module that two root modules call is read twice. A finding
    /// that only one of them suppresses is reported.
    pub(super) fn deduplicate(mut self) -> Deduplicated {
        self.collected
            .sort_by_cached_key(|collected| (collected.suppressed.is_some(), sort_key(&collected.finding)));
        let mut unique: Vec<CollectedFinding> = Vec::with_capacity(self.collected.len());
        let mut positions: BTreeMap<(Span, Code, String), usize> = BTreeMap::new();
        for collected in self.collected {
            // Two plans may hold the same address; findings without a place cannot be told from each other.
            let Some(label) = &collected.finding.primary else {
                unique.push(collected);
                continue;
            };
            let key = (label.span, collected.finding.code, collected.finding.headline());
            let first = positions.get(&key).and_then(|position| unique.get_mut(*position));
            if let Some(first) = first {
                if first.suppressed.is_some() == collected.suppressed.is_some() {
                    first.fails |= collected.fails;
                    first.mirrors.extend(collected.mirrors);
                }
            } else {
                positions.insert(key, unique.len());
                unique.push(collected);
            }
        }
        let (suppressed, reported) = unique
            .into_iter()
            .partition(|collected| collected.suppressed.is_some());
        Deduplicated { reported, suppressed }
    }
}

/// Findings are sorted by place, most severe first, those without a place before all others.
fn sort_key(finding: &Diagnostic) -> (Option<Span>, Reverse<Severity>, &'static str, String) {
    let place = finding.primary.as_ref().map(|label| label.span);
    (
        place,
        Reverse(finding.severity),
        finding.code.as_str(),
        finding.headline(),
    )
}
