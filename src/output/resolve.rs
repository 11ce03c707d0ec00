//! Resolutions of images: as text, and as JSON lines.

use std::fmt::Write as _;

use serde::Serialize;

use crate::resolve::{ImageResolution, PolicyDenial, PullOutcome};
use registries_conf::Resolution;
use terraform_eval::source::Sources;

use super::text::Text;
use crate::untrusted::{Untrusted, json, line_start};

/// Renders the resolution of an image as text, with the name of the cluster if there are several.
#[must_use]
pub(crate) fn full(resolution: &ImageResolution<'_>, cluster: Option<&str>, sources: &Sources) -> Text {
    let mut heading = line_start(resolution.image);
    if let Some(cluster) = cluster {
        // Writing to a string cannot fail.
        let _ = write!(heading, " on {}", Untrusted(cluster));
    }
    let mut text = Text::from_line(heading);
    if let Err(error) = &resolution.reference {
        text.push_line(format_args!("  fails: {error}"));
    }
    if let [first, rest @ ..] = resolution.search_candidates.as_slice() {
        text.push_line(format_args!(
            "  has no registry: nodes try {first} first, then {}, which is resolved below",
            rest.join(", ")
        ));
    }
    match &resolution.pull {
        Err(error) => {
            text.push_line(format_args!("  fails: {error}"));
        }
        Ok(Some(outcome)) => push_outcome(&mut text, outcome, sources),
        Ok(None) => {}
    }
    text
}

fn push_outcome(text: &mut Text, outcome: &PullOutcome<'_>, sources: &Sources) {
    match &outcome.resolution.source {
        Some(source) => text.push_line(format_args!("  matches {source} (longest match)")),
        None => text.push_line("  no source matches"),
    }
    for entry in &outcome.entries {
        let file = sources.file(entry.mirror.span.file);
        let line = file.location(entry.mirror.span.range().start).line;
        text.push_line(format_args!(
            "    {}:{line} {}",
            Untrusted(file.name()),
            entry.mirror.address
        ));
    }
    if !outcome.ignored_sources.is_empty() {
        text.push_line(format_args!(
            "    shorter matches are not used, nor are their mirrors: {}",
            outcome.ignored_sources.join(", ")
        ));
    }
    match &outcome.denial {
        Some(PolicyDenial::Blocked(registry)) => {
            text.push_line(format_args!(
                "  rejected: {registry} is blocked on the cluster, even if a mirror has the image"
            ));
        }
        Some(PolicyDenial::NotAllowed) => {
            text.push_line(format_args!(
                "  rejected: not in a registry that the cluster allows, even if a mirror has the image"
            ));
        }
        None => {}
    }
    let resolution = &outcome.resolution;
    match &outcome.by_digest {
        None => push_pull_sources(text, "by digest", resolution, true),
        Some(by_digest) if have_same_pull_sources(by_digest, resolution) => {
            push_pull_sources(text, "by digest and by tag", resolution, false);
        }
        Some(by_digest) => {
            push_pull_sources(text, "by digest", by_digest, false);
            let is_served = resolution
                .pull_sources
                .as_ref()
                .is_ok_and(|sources| sources.len() > 1);
            let heading = if is_served || outcome.entries.is_empty() {
                "by tag"
            } else {
                "by tag (not served by the mirrors)"
            };
            push_pull_sources(text, heading, resolution, false);
        }
    }
}

/// Whether two pulls have the same pull sources.
fn have_same_pull_sources(first: &Resolution, second: &Resolution) -> bool {
    let names = |resolution: &Resolution| {
        let sources = resolution.pull_sources.as_ref().ok()?;
        Some(
            sources
                .iter()
                .map(|source| source.reference.name().to_owned())
                .collect::<Vec<_>>(),
        )
    };
    names(first).is_some_and(|first| Some(first) == names(second))
}

/// `shows_digest`: whether the digest is the one of the image, and not one that stands for any.
fn push_pull_sources(text: &mut Text, heading: &str, resolution: &Resolution, shows_digest: bool) {
    let sources = match &resolution.pull_sources {
        Ok(sources) => sources,
        Err(error) => {
            text.push_line(format_args!(
                "  {heading}: fails before any registry is contacted, including the source: {error}"
            ));
            return;
        }
    };
    text.push_line(format_args!("  {heading}:"));
    for (index, source) in sources.iter().enumerate() {
        let name = source.reference.name();
        let tag = source.reference.tag().map(|tag| format!(":{tag}"));
        let digest = source.reference.digest().filter(|_| shows_digest);
        let digest = digest.map(|digest| format!("@{digest}"));
        let is_last = index + 1 == sources.len();
        let remarks = [
            (is_last && resolution.source.is_some()).then_some("the source"),
            source.blocked.then_some("blocked, so not contacted"),
            source.insecure.then_some("insecure"),
        ];
        let remarks: Vec<&str> = remarks.into_iter().flatten().collect();
        let remarks = match remarks.as_slice() {
            [] => String::new(),
            remarks => format!(" ({})", remarks.join("; ")),
        };
        text.push_line(format_args!(
            "    {}. {name}{}{}{remarks}",
            index + 1,
            tag.unwrap_or_default(),
            digest.unwrap_or_default()
        ));
    }
}

#[derive(Serialize)]
struct Line<'a> {
    image: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    cluster: Option<&'a str>,
    source: Option<&'a str>,
    blocked: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pull_sources: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

/// Renders the resolution of an image as a JSON object on one line, for the pull of this reference: by digest if it has one,
/// else by tag. Without `source`, the image itself is the only pull source.
#[must_use]
pub(crate) fn json_line(resolution: &ImageResolution<'_>, cluster: Option<&str>) -> Text {
    let mut line = Line {
        image: resolution.image,
        cluster,
        source: None,
        blocked: false,
        pull_sources: None,
        error: resolution.reference.as_ref().err().map(ToString::to_string),
    };
    match &resolution.pull {
        Err(error) => line.error = Some(error.to_string()),
        Ok(Some(outcome)) => line.set_outcome(outcome),
        Ok(None) => {}
    }
    Text::from_document(&json::to_line(&line))
}

impl<'a> Line<'a> {
    fn set_outcome(&mut self, outcome: &'a PullOutcome<'_>) {
        let Resolution {
            source,
            blocked,
            pull_sources,
        } = &outcome.resolution;
        self.source = source.as_deref();
        self.blocked = *blocked;
        if outcome.denial == Some(PolicyDenial::NotAllowed) {
            self.error = Some("not in a registry that the cluster allows".to_owned());
            return;
        }
        match pull_sources {
            Ok(sources) if source.is_some() => {
                self.pull_sources = Some(
                    sources
                        .iter()
                        .map(|source| source.reference.to_string())
                        .collect(),
                );
            }
            Ok(_) => {}
            Err(error) => self.error = Some(error.to_string()),
        }
    }
}
