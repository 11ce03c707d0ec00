//! What two inputs differ in: for people, and as JSON.

use std::fmt::Write as _;

use serde::Serialize;

use crate::cluster_mirrors::Unresolved;
use crate::compare::{ClusterComparison, Comparison, Difference, Kind, Mirrors};
use crate::diagnostic::on_one_line;
use registries_conf::{Pull, SourcePolicy};
use terraform_eval::source::Sources;

use crate::output::{count, printable};

/// The differences for people: a line a source, one a mirror, and a summary. The sources behind both inputs
/// are given in their order.
#[must_use]
pub fn full(comparison: &Comparison<'_>, sources: [&Sources; 2]) -> String {
    let mut text = String::new();
    let several = comparison.clusters.len() > 1;
    for cluster in &comparison.clusters {
        let name = cluster.before.or(cluster.after).unwrap_or_default();
        let is_told = !cluster.differences.is_empty() || !cluster.undecided.iter().all(Vec::is_empty);
        if several && is_told {
            let _ = writeln!(text, "{}:", on_one_line(name));
        }
        for difference in &cluster.differences {
            one(&mut text, difference, sources);
        }
        for unresolved in cluster.undecided.iter().flatten() {
            let _ = writeln!(text, "? {}", why(unresolved));
        }
    }
    let counts = Kind::ALL.map(|kind| format!("{} {}", comparison.count(kind), kind.as_str()));
    let same: usize = comparison.clusters.iter().map(|cluster| cluster.same).sum();
    let _ = write!(text, "{}: {same} unchanged", count(total(comparison), "source"));
    for counted in counts {
        let _ = write!(text, ", {counted}");
    }
    match undecided(comparison) {
        0 => text.push('\n'),
        open => _ = writeln!(text, "; {} not compared", count(open, "mirror")),
    }
    printable(&text)
}

fn total(comparison: &Comparison<'_>) -> usize {
    let clusters = comparison.clusters.iter();
    clusters
        .map(|cluster| cluster.same + cluster.differences.len())
        .sum()
}

fn undecided(comparison: &Comparison<'_>) -> usize {
    let clusters = comparison.clusters.iter();
    clusters
        .flat_map(|cluster| &cluster.undecided)
        .map(Vec::len)
        .sum()
}

/// Why a mirror is not compared: its address, then the values that are not known.
fn why(unresolved: &Unresolved<'_>) -> String {
    let messages: Vec<&str> = unresolved
        .problems
        .iter()
        .map(|problem| problem.message.as_str())
        .collect();
    messages.join("; ")
}

fn one(text: &mut String, difference: &Difference<'_>, sources: [&Sources; 2]) {
    let Difference {
        source,
        pull,
        before,
        after,
    } = difference;
    let sign = match difference.kind() {
        Kind::Added => '+',
        Kind::Removed => '-',
        Kind::Changed | Kind::Reordered => '~',
    };
    let by_tag = match pull {
        Pull::DigestOnly => "",
        Pull::TagOnly => " by tag",
    };
    // Writing to a string cannot fail.
    let kind = difference.kind().as_str();
    let _ = writeln!(text, "{sign} {}{by_tag}: {kind}", on_one_line(source));
    for (side, sources) in [before, after].into_iter().zip(sources) {
        for entry in side.iter().flat_map(|side| &side.entries) {
            let file = sources.file(entry.mirror.span.file);
            let line = file.location(entry.mirror.span.range().start).line;
            let _ = writeln!(text, "    {}:{line} {}", file.name(), entry.mirror.address);
        }
    }
    let lines = |side: &Option<Mirrors<'_>>| side.as_ref().map(told).unwrap_or_default();
    let (before, after) = (lines(before), lines(after));
    for change in similar::TextDiff::from_slices(&refs(&before), &refs(&after)).iter_all_changes() {
        let _ = writeln!(text, "  {} {}", change.tag(), change.value());
    }
}

fn refs(lines: &[String]) -> Vec<&str> {
    lines.iter().map(String::as_str).collect()
}

/// What is asked, in order.
fn told(mirrors: &Mirrors<'_>) -> Vec<String> {
    let mut lines: Vec<String> = mirrors.mirrors.iter().map(|name| on_one_line(name)).collect();
    if mirrors.policy == SourcePolicy::NeverContact {
        lines.push("(the source is never contacted)".to_owned());
    }
    lines
}

#[derive(Serialize)]
struct Document<'a> {
    same: bool,
    clusters: Vec<Cluster<'a>>,
}

#[derive(Serialize)]
struct Cluster<'a> {
    before: Option<&'a str>,
    after: Option<&'a str>,
    same: usize,
    differences: Vec<Changed<'a>>,
    undecided: Vec<Open<'a>>,
}

#[derive(Serialize)]
struct Changed<'a> {
    kind: &'static str,
    source: &'a str,
    /// `digest` or `tag`.
    pull: &'static str,
    before: Option<Side<'a>>,
    after: Option<Side<'a>>,
}

#[derive(Serialize)]
struct Side<'a> {
    mirrors: &'a [&'a str],
    never_contact_source: bool,
    addresses: Vec<String>,
}

#[derive(Serialize)]
struct Open<'a> {
    /// `before` or `after`.
    side: &'static str,
    address: String,
    reasons: Vec<&'a str>,
}

/// The differences as one JSON document.
#[must_use]
pub fn json(comparison: &Comparison<'_>) -> String {
    let document = Document {
        same: comparison.is_same(),
        clusters: comparison.clusters.iter().map(cluster).collect(),
    };
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}

fn cluster<'a>(cluster: &'a ClusterComparison<'a>) -> Cluster<'a> {
    let sides = ["before", "after"].into_iter().zip(&cluster.undecided);
    let open = sides.flat_map(|(side, undecided)| undecided.iter().map(move |unresolved| (side, unresolved)));
    Cluster {
        before: cluster.before,
        after: cluster.after,
        same: cluster.same,
        differences: cluster.differences.iter().map(changed).collect(),
        undecided: open
            .map(|(side, unresolved)| Open {
                side,
                address: unresolved.mirror.address.to_string(),
                reasons: unresolved
                    .problems
                    .iter()
                    .map(|problem| problem.message.as_str())
                    .collect(),
            })
            .collect(),
    }
}

fn changed<'a>(difference: &'a Difference<'a>) -> Changed<'a> {
    Changed {
        kind: difference.kind().as_str(),
        source: difference.source,
        pull: match difference.pull {
            Pull::DigestOnly => "digest",
            Pull::TagOnly => "tag",
        },
        before: difference.before.as_ref().map(side),
        after: difference.after.as_ref().map(side),
    }
}

fn side<'a>(mirrors: &'a Mirrors<'a>) -> Side<'a> {
    Side {
        mirrors: &mirrors.mirrors,
        never_contact_source: mirrors.policy == SourcePolicy::NeverContact,
        addresses: mirrors
            .entries
            .iter()
            .map(|entry| entry.mirror.address.to_string())
            .collect(),
    }
}
