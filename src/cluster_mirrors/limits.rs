//! Entries that exceed the limits of a HostedCluster.

use super::entry::MergedEntry;
use crate::diagnostic::{Code, Diagnostic, Severity};
use registries_conf::{MAX_MIRRORS_PER_SOURCE, MAX_SOURCES};

/// The code of the findings.
pub(crate) const TOO_MANY_ENTRIES: &str = "too-many-entries";

/// The first entry of one HostedCluster that exceeds a limit.
#[must_use]
pub(crate) fn exceeded_limit(entries: &[MergedEntry<'_>]) -> Option<Diagnostic> {
    let (merged, what, number, limit) = if let Some(first_excess) = entries.get(MAX_SOURCES) {
        (first_excess, "sources", entries.len(), MAX_SOURCES)
    } else {
        let long = entries
            .iter()
            .find(|entry| entry.mirrors.len() > MAX_MIRRORS_PER_SOURCE)?;
        let number = long.mirrors.len();
        (long, "mirrors of one source", number, MAX_MIRRORS_PER_SOURCE)
    };
    let mirror = merged.entries.first()?.mirror;
    let what = format!("{number} {what}, but a HostedCluster allows at most {limit}");
    let finding = mirror
        .finding(Code::Rule(TOO_MANY_ENTRIES), Severity::Error, &what)
        .at(mirror.source.span.unwrap_or(mirror.span), "exceeds the limit");
    Some(finding.help("mirror a whole registry or organization instead of its repositories"))
}
