//! The picture of each cluster: for each source, what its nodes try in order when they pull an image of it.
//!
//! The picture shows what `resolve` says about an image of the source, so that it has the rules of the nodes: the longest
//! match, blocked registries, pulls by digest and by tag.

use std::collections::BTreeMap;

use crate::check::Verdict;
use crate::cluster_mirrors::{ClusterMirrors, MergedEntry, UnresolvedMirror, by_cluster};
use crate::diagnostic::pluralize;
use crate::model::{Mirror, MirrorId};
use crate::output::check::format::ReportView;
use crate::output::markup::Element;
use crate::resolve::{ClusterResolver, NodeOptions, PolicyDenial, PullOutcome};
use registries_conf::{PullKind, Resolution, SourcePolicy};

use super::parts::{badge, name, prose, verdict_badge};

/// How many sources are shown.
const MAX_SOURCES: usize = 1_000;

/// Stands for the image in the names of a whole registry.
const ANY_IMAGE: &str = "/organization/image";

type Verdicts = BTreeMap<MirrorId, Verdict>;

pub(super) fn section(view: &ReportView<'_>) -> Element {
    let verdicts: Verdicts = view
        .report
        .mirrors
        .iter()
        .map(|(mirror, verdict)| (mirror.id, *verdict))
        .collect();
    let clusters = by_cluster(view.project);
    let mut section = Element::new("section")
        .attribute("id", "pulls")
        .line(Element::new("h2").text("Where images come from"));
    if clusters.is_empty() {
        return section.line(
            Element::new("p").text("No mirrors were found, so nodes pull each image from its source."),
        );
    }
    section = section.line(
        Element::of_class("p", "legend")
            .text("A node tries the places in their order, until one of them has the image."),
    );
    let mut left = MAX_SOURCES;
    let mut not_shown = 0;
    for cluster in &clusters {
        let count = cluster.entries.len() + cluster.unresolved.len();
        if left == 0 && count > 0 {
            not_shown += count;
            continue;
        }
        section = section.line(picture(cluster, &verdicts, view, left));
        not_shown += count.saturating_sub(left);
        left = left.saturating_sub(count);
    }
    if not_shown > 0 {
        section = section.line(Element::new("p").text(format_args!(
            "{} did not fit on this page.",
            pluralize(not_shown, "more mirror")
        )));
    }
    section
}

fn picture(
    cluster: &ClusterMirrors<'_>,
    verdicts: &Verdicts,
    view: &ReportView<'_>,
    limit: usize,
) -> Element {
    let resolver = ClusterResolver::new(cluster, &NodeOptions::default());
    let mut section = Element::of_class("section", "cluster").line(
        Element::new("h3")
            .text("Cluster ")
            .child(name(cluster.cluster.name())),
    );
    for caveat in resolver.caveats() {
        let line = Element::of_class("p", "caveat").child(badge("warning", "take care"));
        section = section.line(prose(line, &format!(" {}; {}", caveat.message, caveat.help)));
    }
    let registries = &cluster.registries;
    for (word, list) in [("Blocked", &registries.blocked), ("Allowed", &registries.allowed)] {
        if !list.is_empty() {
            let line = Element::of_class("p", "registries").text(format_args!("{word} on this cluster: "));
            section = section.line(list.iter().enumerate().fold(line, |line, (position, registry)| {
                let separator = if position == 0 { "" } else { ", " };
                line.text(separator).child(name(registry))
            }));
        }
    }
    let merged = cluster.merged();
    // The entries of one source for pulls by digest and by tag are one row.
    let rows = merged.chunk_by(|a, b| a.source == b.source).take(limit);
    let rows = rows.map(|entries| row(entries, &resolver, verdicts, view));
    let unresolved = cluster.unresolved.iter().take(limit);
    let unresolved = unresolved.map(|mirror| unresolved_row(mirror, verdicts, view));
    section.line(Element::of_class("ul", "sources").lines(rows).lines(unresolved))
}

/// What happens to images of one source.
fn row(
    entries: &[MergedEntry<'_>],
    resolver: &ClusterResolver<'_>,
    verdicts: &Verdicts,
    view: &ReportView<'_>,
) -> Element {
    let source = entries.first().map_or("", |entry| entry.source);
    let is_registry = is_registry(source);
    let image = if is_registry {
        format!("{}{ANY_IMAGE}", source.replacen("*.", "registry.", 1))
    } else {
        source.to_owned()
    };
    let resolution = resolver.resolve(&image);
    let start = Element::of_class("div", "image")
        .child(Element::of_class("span", "label").text(if is_registry {
            "Any image of"
        } else {
            "An image of"
        }))
        .child(name(source));
    let mut row = Element::of_class("li", "row");
    let attempts = resolution.attempts.as_ref();
    let candidates = attempts.map(|attempts| attempts.candidates.as_slice());
    let is_matched = |outcome: &&PullOutcome<'_>| outcome.resolution.source.as_deref() == Some(source);
    row = match candidates.map(|candidates| (candidates.iter().find(is_matched), candidates)) {
        Ok((Some(outcome), _)) => pull(row, start, entries, outcome),
        // The name of an image never begins with this source.
        Ok((None, candidates)) => {
            let pulled: Vec<String> = candidates
                .iter()
                .map(|outcome| outcome.reference.to_string())
                .collect();
            let reason = format!(
                "nodes pull the image as {}, to which this source does not apply",
                pulled.join(", then as ")
            );
            unused(row, start, "never used", &reason)
        }
        Err(error) => unused(row, start, "fails", &error.to_string()),
    };
    let declared = entries.iter().flat_map(|entry| &entry.entries);
    row.line(declarations(declared.map(|entry| entry.mirror), verdicts, view))
}

/// The picture of a source that images match.
fn pull(row: Element, image: Element, entries: &[MergedEntry<'_>], outcome: &PullOutcome<'_>) -> Element {
    let row = match &outcome.denial {
        Some(denial) => row.attribute("data-state", "rejected").line(rejection(denial)),
        None => row,
    };
    let lanes = lanes(entries, outcome);
    let row = row.line(Element::of_class("div", "pull").line(image).line(lanes));
    if outcome.ignored_sources.is_empty() {
        return row;
    }
    let reason = format!(
        "only the longest match counts, so the mirrors of {} are not tried for these images",
        outcome.ignored_sources.join(", ")
    );
    row.line(remark("warning", "shadows", &reason))
}

/// A source whose mirrors are never tried.
fn unused(row: Element, image: Element, word: &str, reason: &str) -> Element {
    let row = row.attribute("data-state", "unused");
    row.line(image).line(remark("error", word, reason))
}

/// Whether a source is a whole registry, and not an image or a part of a registry.
fn is_registry(source: &str) -> bool {
    !source.contains('/') && (source.contains(['.', ':']) || source == "localhost")
}

/// The ways by digest and by tag; one way if they are the same.
fn lanes(entries: &[MergedEntry<'_>], outcome: &PullOutcome<'_>) -> Element {
    let lanes = Element::of_class("div", "lanes");
    let by_tag = &outcome.resolution;
    match &outcome.by_digest {
        Some(by_digest) if names(by_digest) != names(by_tag) => lanes
            .line(lane("by digest", entries, by_digest))
            .line(lane("by tag", entries, by_tag)),
        _ => lanes.line(lane("by digest or tag", entries, by_tag)),
    }
}

/// What a node tries in order.
fn lane(how: &str, entries: &[MergedEntry<'_>], resolution: &Resolution) -> Element {
    let lane = Element::of_class("div", "lane").child(Element::of_class("span", "how").text(how));
    let sources = match &resolution.pull_sources {
        Ok(sources) => sources,
        Err(error) => {
            let reason = format!("before anything is contacted, the source included: {error}");
            return lane.child(remark("error", "fails", &reason));
        }
    };
    let is_never_contacted = entries
        .iter()
        .any(|entry| entry.policy == SourcePolicy::NeverContact);
    let is_registry = entries.first().is_some_and(|entry| is_registry(entry.source));
    let stops = sources.iter().enumerate().map(|(position, source)| {
        let is_source = position + 1 == sources.len();
        let (state, word) = match (is_source, source.blocked) {
            (true, true) if is_never_contacted => ("blocked", "source, never contacted"),
            (true, true) => ("blocked", "source, blocked"),
            (true, false) => ("source", "source"),
            (false, true) => ("blocked", "mirror, blocked"),
            (false, false) => ("mirror", "mirror"),
        };
        let word = if source.insecure {
            format!("{word}, without TLS")
        } else {
            word.to_owned()
        };
        let shown = source.reference.name();
        let shown = if is_registry {
            shown.strip_suffix(ANY_IMAGE).unwrap_or(shown)
        } else {
            shown
        };
        Element::of_class("li", "stop")
            .attribute("data-state", state)
            .child(Element::of_class("span", "word").text(word))
            .child(name(shown))
    });
    lane.child(Element::of_class("ol", "route").lines(stops))
}

fn names(resolution: &Resolution) -> Option<Vec<&str>> {
    let sources = resolution.pull_sources.as_ref().ok()?;
    Some(sources.iter().map(|source| source.reference.name()).collect())
}

/// Why nodes never pull images of the source.
fn rejection(denial: &PolicyDenial) -> Element {
    let reason = match denial {
        PolicyDenial::Blocked(registry) => {
            format!(
                "{registry} is blocked on the cluster, so nodes reject its images, even if a mirror has them"
            )
        }
        PolicyDenial::NotAllowed => {
            "the cluster does not allow images of this registry, even if a mirror has them".to_owned()
        }
    };
    remark("error", "rejected", &reason)
}

fn remark(class: &'static str, word: &str, reason: &str) -> Element {
    Element::of_class("p", "remark")
        .child(badge(class, word))
        .text(format_args!(" {reason}"))
}

/// A mirror with values that are not known.
fn unresolved_row(unresolved: &UnresolvedMirror<'_>, verdicts: &Verdicts, view: &ReportView<'_>) -> Element {
    let source = unresolved
        .mirror
        .source
        .value()
        .filter(|_| !unresolved.mirror.source.sensitive);
    let image =
        Element::of_class("div", "image").child(Element::of_class("span", "label").text("An image of"));
    let image = match source {
        Some(source) => image.child(name(source)),
        None => image.child(Element::of_class("span", "question").text("an unknown source")),
    };
    let stop = Element::of_class("li", "stop")
        .attribute("data-state", "unknown")
        .child(Element::of_class("span", "word").text("not known"))
        .child(Element::of_class("span", "question").text("?"));
    let lane = Element::of_class("div", "lane").child(Element::of_class("ol", "route").line(stop));
    let row = Element::of_class("li", "row")
        .attribute("data-state", "unknown")
        .line(
            Element::of_class("div", "pull")
                .line(image)
                .line(Element::of_class("div", "lanes").line(lane)),
        );
    let reasons = unresolved.reasons.iter();
    let row = row.lines(reasons.map(|reason| remark("unknown", "unknown", &reason.message)));
    row.line(declarations(std::iter::once(unresolved.mirror), verdicts, view))
}

/// Where the mirrors of a source are declared, and what the check says about them.
fn declarations<'m>(
    mirrors: impl Iterator<Item = &'m Mirror>,
    verdicts: &Verdicts,
    view: &ReportView<'_>,
) -> Element {
    mirrors.fold(Element::of_class("ul", "declared"), |list, mirror| {
        let file = view.sources.file(mirror.span.file);
        let line = file.location(mirror.span.range().start).line;
        let place = format!("{}:{line}", file.name());
        let item = Element::new("li")
            .child(name(&mirror.address.to_string()))
            .text(" in ")
            .child(name(&place))
            .text(if mirror.pull == PullKind::TagOnly {
                ", for tags "
            } else {
                " "
            });
        let verdict = verdicts.get(&mirror.id);
        list.line(
            verdict
                .into_iter()
                .fold(item, |item, verdict| item.child(verdict_badge(*verdict))),
        )
    })
}
