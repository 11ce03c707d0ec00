//! The differences between two inputs: as text, and as JSON.

use std::fmt::Write as _;

use serde::Serialize;

use crate::cluster_mirrors::UnresolvedMirror;
use crate::compare::{
    ClusterComparison, Comparison, Difference, DifferenceKind, EffectiveMirrors, Side, remedies,
};
use crate::diagnostic::{Diagnostic, pluralize};
use registries_conf::{PullKind, SourcePolicy};
use terraform_eval::source::Sources;

use super::text::Text;
use crate::untrusted::{Untrusted, json, line_start, one_line};

/// Renders the differences as text: a line for each source and each mirror, what would bring the inputs together, and a
/// summary. `sources` and `sides` are those of the two inputs, in the same order.
#[must_use]
pub(crate) fn full(comparison: &Comparison<'_>, sources: [&Sources; 2], sides: [Option<Side>; 2]) -> Text {
    let mut text = Text::new();
    let has_several = comparison.clusters.len() > 1;
    for cluster in &comparison.clusters {
        let name = cluster.before.or(cluster.after).unwrap_or_default();
        let has_content = !cluster.differences.is_empty() || !cluster.unresolved.iter().all(Vec::is_empty);
        if has_several && has_content {
            text.push_line(format_args!("{}:", line_start(name)));
        }
        for difference in &cluster.differences {
            push_difference(&mut text, difference, sources);
            for (position, remedy) in remedies(difference, sides).iter().enumerate() {
                let word = if position == 0 { "help" } else { "or" };
                text.push_line(format_args!("  {word}: {}", remedy.text));
            }
        }
        for unresolved in cluster.unresolved.iter().flatten() {
            text.push_line(format_args!("? {}", unresolved_reasons(unresolved)));
        }
    }
    let counts = DifferenceKind::ALL.map(|kind| format!("{} {}", comparison.count(kind), kind.as_str()));
    let same: usize = comparison.clusters.iter().map(|cluster| cluster.same).sum();
    let mut summary = format!(
        "{}: {same} unchanged",
        pluralize(source_count(comparison), "source")
    );
    // Writing to a string cannot fail.
    for count in counts {
        let _ = write!(summary, ", {count}");
    }
    let unresolved = unresolved_count(comparison);
    if unresolved > 0 {
        let _ = write!(summary, "; {} not compared", pluralize(unresolved, "mirror"));
    }
    text.push_line(summary);
    text
}

fn source_count(comparison: &Comparison<'_>) -> usize {
    let clusters = comparison.clusters.iter();
    clusters
        .map(|cluster| cluster.same + cluster.differences.len())
        .sum()
}

fn unresolved_count(comparison: &Comparison<'_>) -> usize {
    let clusters = comparison.clusters.iter();
    clusters
        .flat_map(|cluster| &cluster.unresolved)
        .map(Vec::len)
        .sum()
}

/// Why a mirror is not compared: its address and its unknown values.
fn unresolved_reasons(unresolved: &UnresolvedMirror<'_>) -> String {
    let messages: Vec<String> = unresolved.reasons.iter().map(Diagnostic::headline).collect();
    messages.join("; ")
}

fn push_difference(text: &mut Text, difference: &Difference<'_>, sources: [&Sources; 2]) {
    let Difference {
        source,
        pull,
        before,
        after,
    } = difference;
    let sign = match difference.kind() {
        DifferenceKind::Added => '+',
        DifferenceKind::Removed => '-',
        DifferenceKind::Changed | DifferenceKind::Reordered => '~',
    };
    let by_tag = match pull {
        PullKind::DigestOnly => "",
        PullKind::TagOnly => " by tag",
    };
    let kind = difference.kind().as_str();
    text.push_line(format_args!("{sign} {}{by_tag}: {kind}", Untrusted(source)));
    for (side, sources) in [before, after].into_iter().zip(sources) {
        for entry in side.iter().flat_map(|side| &side.entries) {
            let file = sources.file(entry.mirror.span.file);
            let line = file.location(entry.mirror.span.range().start).line;
            text.push_line(format_args!(
                "    {}:{line} {}",
                Untrusted(file.name()),
                entry.mirror.address
            ));
        }
    }
    let lines = |side: &Option<EffectiveMirrors<'_>>| side.as_ref().map(mirror_lines).unwrap_or_default();
    let (before, after) = (lines(before), lines(after));
    for change in similar::TextDiff::from_slices(&as_strs(&before), &as_strs(&after)).iter_all_changes() {
        text.push_line(format_args!("  {} {}", change.tag(), change.value()));
    }
}

fn as_strs(lines: &[String]) -> Vec<&str> {
    lines.iter().map(String::as_str).collect()
}

/// One line for each mirror, in order, and one for a source that is never contacted.
fn mirror_lines(mirrors: &EffectiveMirrors<'_>) -> Vec<String> {
    let mut lines: Vec<String> = mirrors.mirrors.iter().map(|name| one_line(name)).collect();
    if mirrors.policy == SourcePolicy::NeverContact {
        lines.push("(the source is never contacted)".to_owned());
    }
    lines
}

#[derive(Serialize)]
struct DocumentJson<'a> {
    same: bool,
    clusters: Vec<ClusterJson<'a>>,
}

#[derive(Serialize)]
struct ClusterJson<'a> {
    before: Option<&'a str>,
    after: Option<&'a str>,
    same: usize,
    differences: Vec<DifferenceJson<'a>>,
    undecided: Vec<UnresolvedJson<'a>>,
}

#[derive(Serialize)]
struct DifferenceJson<'a> {
    kind: &'static str,
    source: &'a str,
    /// `digest` or `tag`.
    pull: &'static str,
    before: Option<SideJson<'a>>,
    after: Option<SideJson<'a>>,
    /// Each of them brings the two sides together.
    remedies: Vec<RemedyJson>,
}

#[derive(Serialize)]
struct RemedyJson {
    /// `apply`, `import`, `change` or `remove`.
    action: &'static str,
    text: String,
}

#[derive(Serialize)]
struct SideJson<'a> {
    mirrors: &'a [&'a str],
    never_contact_source: bool,
    addresses: Vec<String>,
}

#[derive(Serialize)]
struct UnresolvedJson<'a> {
    /// `before` or `after`.
    side: &'static str,
    address: String,
    reasons: Vec<&'a str>,
}

/// Renders the differences as one JSON document.
#[must_use]
pub(crate) fn json(comparison: &Comparison<'_>, sides: [Option<Side>; 2]) -> Text {
    let document = DocumentJson {
        same: comparison.is_same(),
        clusters: (comparison.clusters.iter())
            .map(|cluster| cluster_json(cluster, sides))
            .collect(),
    };
    Text::from_document(&json::to_lines(&document))
}

fn cluster_json<'a>(cluster: &'a ClusterComparison<'a>, sides: [Option<Side>; 2]) -> ClusterJson<'a> {
    let words = ["before", "after"].into_iter().zip(&cluster.unresolved);
    let unresolved =
        words.flat_map(|(side, mirrors)| mirrors.iter().map(move |unresolved| (side, unresolved)));
    ClusterJson {
        before: cluster.before,
        after: cluster.after,
        same: cluster.same,
        differences: (cluster.differences.iter())
            .map(|difference| difference_json(difference, sides))
            .collect(),
        undecided: unresolved
            .map(|(side, unresolved)| UnresolvedJson {
                side,
                address: unresolved.mirror.address.to_string(),
                reasons: unresolved
                    .reasons
                    .iter()
                    .map(|reason| reason.message.as_str())
                    .collect(),
            })
            .collect(),
    }
}

fn difference_json<'a>(difference: &'a Difference<'a>, sides: [Option<Side>; 2]) -> DifferenceJson<'a> {
    let remedies = remedies(difference, sides).into_iter();
    DifferenceJson {
        kind: difference.kind().as_str(),
        source: difference.source,
        pull: match difference.pull {
            PullKind::DigestOnly => "digest",
            PullKind::TagOnly => "tag",
        },
        before: difference.before.as_ref().map(side_json),
        after: difference.after.as_ref().map(side_json),
        remedies: remedies
            .map(|remedy| RemedyJson {
                action: remedy.action.as_str(),
                text: remedy.text,
            })
            .collect(),
    }
}

fn side_json<'a>(mirrors: &'a EffectiveMirrors<'a>) -> SideJson<'a> {
    SideJson {
        mirrors: &mirrors.mirrors,
        never_contact_source: mirrors.policy == SourcePolicy::NeverContact,
        addresses: mirrors
            .entries
            .iter()
            .map(|entry| entry.mirror.address.to_string())
            .collect(),
    }
}
