//! Collects findings, sorts them and drops duplicates.

use std::cmp::Reverse;
use std::collections::hash_map::Entry;

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::model::MirrorId;
use terraform_eval::hashing::HashMap;
use terraform_eval::source::{Sources, Span};

/// A finding to which settings and suppressions have been applied.
#[derive(Debug)]
pub(super) struct CollectedFinding {
    pub(super) finding: Diagnostic,
    /// The mirrors that the finding is about.
    pub(super) mirrors: Vec<MirrorId>,
    /// Whether its severity reaches `fail-on`.
    pub(super) fails: bool,
    /// The position in `Suppressions` of the suppression that applies.
    pub(super) suppression: Option<usize>,
}

/// Collects findings in any order.
#[derive(Debug, Default)]
pub(super) struct Collector {
    collected: Vec<CollectedFinding>,
}

/// Findings without duplicates, in the order of the report.
#[derive(Debug)]
pub(super) struct Deduplicated {
    pub(super) reported: Vec<CollectedFinding>,
    pub(super) suppressed: Vec<CollectedFinding>,
}

impl Collector {
    pub(super) fn add(&mut self, finding: CollectedFinding) {
        self.collected.push(finding);
    }

    /// Sorts the findings by file name and span, and drops duplicates: a module that two root modules call is checked twice. A
    /// finding that is suppressed in only one of the two checks is reported.
    pub(super) fn deduplicate(self, sources: &Sources) -> Deduplicated {
        let headlines: Vec<String> = self
            .collected
            .iter()
            .map(|collected| collected.finding.headline())
            .collect();
        let mut collected: Vec<(CollectedFinding, &str)> = self
            .collected
            .into_iter()
            .zip(headlines.iter().map(String::as_str))
            .collect();
        collected.sort_by_cached_key(|(collected, headline)| {
            let finding = &collected.finding;
            let label = finding.primary.as_ref();
            let file = label.map(|label| sources.file(label.span.file).name());
            (
                collected.suppression.is_some(),
                file,
                sort_key(finding),
                *headline,
            )
        });
        let mut unique: Vec<CollectedFinding> = Vec::with_capacity(collected.len());
        let mut positions: HashMap<(Span, Code, &str), usize> = HashMap::default();
        for (collected, headline) in collected {
            // Two plans may have the same address, so equal findings without a span need not be duplicates.
            let Some(label) = &collected.finding.primary else {
                unique.push(collected);
                continue;
            };
            match positions.entry((label.span, collected.finding.code, headline)) {
                Entry::Vacant(entry) => {
                    entry.insert(unique.len());
                    unique.push(collected);
                }
                Entry::Occupied(entry) => {
                    let first = unique.get_mut(*entry.get());
                    if let Some(first) = first
                        && first.suppression.is_some() == collected.suppression.is_some()
                    {
                        first.fails |= collected.fails;
                        first.mirrors.extend(collected.mirrors);
                    }
                }
            }
        }
        let (suppressed, reported) = unique
            .into_iter()
            .partition(|collected| collected.suppression.is_some());
        Deduplicated { reported, suppressed }
    }
}

/// Findings are sorted by span, those without a span first; at the same span, the most severe comes first.
fn sort_key(finding: &Diagnostic) -> (Option<Span>, Reverse<Severity>, &'static str) {
    let span = finding.primary.as_ref().map(|label| label.span);
    (span, Reverse(finding.severity), finding.code.as_str())
}
