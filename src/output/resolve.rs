//! Resolutions of images: as text, and as JSON lines.

use std::fmt::{self, Write as _};

use serde::Serialize;

use crate::cluster_mirrors::Entry;
use crate::model::PullSecret;
use crate::resolve::{Attempts, ImageResolution, PolicyDenial, PullOutcome, SignatureCheck};
use registries_conf::{AmbiguousNames, AuthFile, CandidateOrigin, Credentials, ImageReference, Resolution};
use terraform_eval::source::Sources;

use super::text::Text;
use crate::untrusted::{Untrusted, json, line_start};

/// Renders the resolution of an image as text, with the name of the cluster if there are several.
#[must_use]
pub(crate) fn full(
    resolution: &ImageResolution<'_>,
    cluster: Option<&str>,
    sources: &Sources,
    secret: Option<&AuthFile>,
) -> Text {
    let mut heading = line_start(resolution.image);
    if let Some(cluster) = cluster {
        // Writing to a string cannot fail.
        let _ = write!(heading, " on {}", Untrusted(cluster));
    }
    let mut lines = Lines {
        text: Text::from_line(heading),
        indentation: 2,
        secret,
    };
    match &resolution.attempts {
        Err(error) => lines.push(format_args!("fails: {error}")),
        Ok(attempts) => push_attempts(&mut lines, attempts, sources),
    }
    lines.text
}

/// Indented lines.
struct Lines<'s> {
    text: Text,
    indentation: usize,
    /// The pull secret of the nodes, if it is known.
    secret: Option<&'s AuthFile>,
}

impl Lines<'_> {
    fn push(&mut self, line: fmt::Arguments<'_>) {
        let indentation = self.indentation;
        self.text.push_line(format_args!("{:indentation$}{line}", ""));
    }
}

fn push_attempts(lines: &mut Lines<'_>, attempts: &Attempts<'_>, sources: &Sources) {
    let candidates = attempts.candidates.as_slice();
    match (&attempts.origin, candidates) {
        (CandidateOrigin::FullName, _) | (_, []) => {}
        (CandidateOrigin::Alias(file), [first, ..]) => lines.push(format_args!(
            "is an alias of {} in {}, which is the only image that nodes try",
            first.reference,
            Untrusted(file)
        )),
        (CandidateOrigin::SearchRegistries(_), [only]) => {
            lines.push(format_args!("has no registry: nodes try {}", only.reference));
        }
        (CandidateOrigin::SearchRegistries(_), _) => lines.push(format_args!(
            "has no registry: nodes try {} images in order",
            candidates.len()
        )),
    }
    if attempts.may_be_alias {
        lines.push(format_args!(
            "may be an alias on nodes from 4.19, which then try only the image of the alias (`--short-name-aliases`)"
        ));
    }
    if attempts.may_be_rejected() {
        let nodes = match attempts.ambiguous_names {
            AmbiguousNames::Tried | AmbiguousNames::RejectedInEarly421 => "the first releases of 4.21",
            AmbiguousNames::Rejected => "this release",
        };
        lines.push(format_args!(
            "may be rejected: nodes of {nodes} do not pull a name that stands for several images"
        ));
    }
    if let ([only], false) = (
        candidates,
        matches!(attempts.origin, CandidateOrigin::SearchRegistries(_)),
    ) {
        return push_outcome(lines, only, sources);
    }
    for (index, candidate) in candidates.iter().enumerate() {
        lines.push(format_args!("{}. {}", index + 1, candidate.reference));
        lines.indentation += 2;
        push_outcome(lines, candidate, sources);
        lines.indentation -= 2;
    }
}

fn push_outcome(lines: &mut Lines<'_>, outcome: &PullOutcome<'_>, sources: &Sources) {
    match &outcome.resolution.source {
        Some(source) => lines.push(format_args!("matches {source} (longest match)")),
        None => lines.push(format_args!("no source matches")),
    }
    for entry in &outcome.entries {
        let (file, line) = place(entry, sources);
        lines.push(format_args!(
            "  {}:{line} {}",
            Untrusted(file),
            entry.mirror.address
        ));
    }
    if !outcome.ignored_sources.is_empty() {
        lines.push(format_args!(
            "  shorter matches are not used, nor are their mirrors: {}",
            outcome.ignored_sources.join(", ")
        ));
    }
    match &outcome.denial {
        Some(PolicyDenial::Blocked(registry)) => lines.push(format_args!(
            "rejected: {registry} is blocked on the cluster, even if a mirror has the image"
        )),
        Some(PolicyDenial::NotAllowed) => lines.push(format_args!(
            "rejected: not in a registry that the cluster allows, even if a mirror has the image"
        )),
        None => {}
    }
    for check in &outcome.signatures {
        let signed_name = check.signed_name.as_deref().unwrap_or("an unknown name");
        let namespace = check.namespace.as_deref();
        let namespace =
            namespace.map_or_else(String::new, |name| format!(" for pods in {}", Untrusted(name)));
        lines.push(format_args!(
            "has to be signed as {} at each place{namespace}: {} (scope {})",
            Untrusted(signed_name),
            Untrusted(&check.policy),
            Untrusted(&check.scope)
        ));
    }
    let resolution = &outcome.resolution;
    match &outcome.by_digest {
        None => push_pull_sources(lines, "by digest", resolution, ToString::to_string),
        Some(by_digest) if have_same_pull_sources(by_digest, resolution) => {
            push_pull_sources(lines, "by digest and by tag", resolution, name);
        }
        Some(by_digest) => {
            push_pull_sources(lines, "by digest", by_digest, name);
            let is_served = resolution
                .pull_sources
                .as_ref()
                .is_ok_and(|sources| sources.len() > 1);
            let heading = if is_served || outcome.entries.is_empty() {
                "by tag"
            } else {
                "by tag (not served by the mirrors)"
            };
            push_pull_sources(lines, heading, resolution, ToString::to_string);
        }
    }
}

/// The file and line of an entry.
fn place<'s>(entry: &Entry<'_>, sources: &'s Sources) -> (&'s str, usize) {
    let file = sources.file(entry.mirror.span.file);
    (file.name(), file.location(entry.mirror.span.range().start).line)
}

/// The name of a reference whose digest stands for any.
fn name(reference: &ImageReference) -> String {
    reference.name().to_owned()
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

fn push_pull_sources(
    lines: &mut Lines<'_>,
    heading: &str,
    resolution: &Resolution,
    shown: fn(&ImageReference) -> String,
) {
    let sources = match &resolution.pull_sources {
        Ok(sources) => sources,
        Err(error) => {
            lines.push(format_args!(
                "{heading}: fails before any registry is contacted, including the source: {error}"
            ));
            return;
        }
    };
    lines.push(format_args!("{heading}:"));
    for (index, source) in sources.iter().enumerate() {
        let is_last = index + 1 == sources.len();
        let credentials = lines
            .secret
            .map(|secret| describe(secret.look_up(source.reference.name())));
        let remarks = [
            (is_last && resolution.source.is_some()).then(|| "the source".to_owned()),
            source.blocked.then(|| "blocked, so not contacted".to_owned()),
            source.insecure.then(|| "insecure".to_owned()),
            credentials,
        ];
        let remarks: Vec<String> = remarks.into_iter().flatten().collect();
        let remarks = match remarks.as_slice() {
            [] => String::new(),
            remarks => format!(" ({})", remarks.join("; ")),
        };
        lines.push(format_args!(
            "  {}. {}{remarks}",
            index + 1,
            shown(&source.reference)
        ));
    }
}

/// Which credentials are sent, for a person.
fn describe(credentials: Credentials<'_>) -> String {
    match credentials {
        Credentials::Key(key) => format!("with the key {}", PullSecret::shown(key)),
        Credentials::Helper(helper) => format!("with the credential helper {helper:?}"),
        Credentials::Useless { key, hidden, .. } => {
            let key = PullSecret::shown(key);
            let hides = hidden.map_or_else(String::new, |hidden| {
                format!(" and hides the key {}", PullSecret::shown(hidden))
            });
            format!("without credentials: the key {key} has none that can be used{hides}")
        }
        Credentials::None => "without credentials: no key".to_owned(),
    }
}

#[derive(Serialize)]
struct Line<'a> {
    image: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    cluster: Option<&'a str>,
    /// The only candidate. The lists of several are in `candidates` alone.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    only: Option<OnlyCandidate<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    alias_in: Option<&'a str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    may_be_alias: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    may_be_rejected: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    candidates: Vec<Candidate<'a>>,
}

#[derive(Serialize)]
struct OnlyCandidate<'a> {
    source: Option<&'a str>,
    blocked: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pull_sources: Option<Vec<String>>,
}

#[derive(Serialize)]
struct Candidate<'a> {
    reference: String,
    source: Option<&'a str>,
    blocked: bool,
    entries: Vec<EntryPlace<'a>>,
    pull_sources: Vec<PullSource>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    signature_policies: Vec<SignaturePolicy<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

/// A policy that verifies the signature of the image, wherever it comes from.
#[derive(Serialize)]
struct SignaturePolicy<'a> {
    policy: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    namespace: Option<&'a str>,
    scope: &'a str,
    signed_name: Option<&'a str>,
}

#[derive(Serialize)]
struct EntryPlace<'a> {
    address: String,
    file: &'a str,
    line: usize,
}

#[derive(Serialize)]
struct PullSource {
    reference: String,
    insecure: bool,
    /// The node does not ask a blocked location.
    blocked: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    credentials: Option<SentCredentials>,
}

/// What the node sends, if the pull secret is known.
#[derive(Serialize)]
struct SentCredentials {
    /// Whether there are credentials: `sent`, `helper` or `none`.
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hidden_key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    helper: Option<String>,
}

impl SentCredentials {
    fn new(credentials: Credentials<'_>) -> Self {
        let sent = |status| Self {
            status,
            key: None,
            hidden_key: None,
            helper: None,
        };
        match credentials {
            Credentials::Key(key) => Self {
                key: Some(PullSecret::shown_plain(key)),
                ..sent("sent")
            },
            Credentials::Helper(helper) => Self {
                helper: Some(helper.to_owned()),
                ..sent("helper")
            },
            Credentials::Useless { key, hidden, .. } => Self {
                key: Some(PullSecret::shown_plain(key)),
                hidden_key: hidden.map(PullSecret::shown_plain),
                ..sent("none")
            },
            Credentials::None => sent("none"),
        }
    }
}

/// Renders the resolution of an image as a JSON object on one line, for the pull of this reference: by digest if it has one,
/// else by tag. Without `source`, the image itself is the only pull source.
#[must_use]
pub(crate) fn json_line(
    resolution: &ImageResolution<'_>,
    cluster: Option<&str>,
    sources: &Sources,
    secret: Option<&AuthFile>,
) -> Text {
    let mut line = Line {
        image: resolution.image,
        cluster,
        only: None,
        alias_in: None,
        may_be_alias: false,
        may_be_rejected: false,
        error: None,
        candidates: Vec::new(),
    };
    match &resolution.attempts {
        Err(error) => {
            line.only = Some(OnlyCandidate {
                source: None,
                blocked: false,
                pull_sources: None,
            });
            line.error = Some(error.to_string());
        }
        Ok(attempts) => {
            line.may_be_alias = attempts.may_be_alias;
            line.may_be_rejected = attempts.may_be_rejected();
            if let CandidateOrigin::Alias(file) = &attempts.origin {
                line.alias_in = Some(file);
            }
            let candidates = attempts.candidates.iter();
            line.candidates = candidates
                .map(|outcome| candidate(outcome, sources, secret))
                .collect();
            if let [candidate] = line.candidates.as_slice() {
                line.error.clone_from(&candidate.error);
                line.only = Some(only_candidate(candidate));
            }
        }
    }
    Text::from_document(&json::to_line(&line))
}

fn only_candidate<'a>(candidate: &Candidate<'a>) -> OnlyCandidate<'a> {
    let references = candidate
        .pull_sources
        .iter()
        .map(|source| source.reference.clone());
    OnlyCandidate {
        source: candidate.source,
        blocked: candidate.blocked,
        pull_sources: (candidate.source.is_some() && candidate.error.is_none()).then(|| references.collect()),
    }
}

fn candidate<'a>(
    outcome: &'a PullOutcome<'_>,
    sources: &'a Sources,
    secret: Option<&AuthFile>,
) -> Candidate<'a> {
    let Resolution {
        source,
        blocked,
        pull_sources,
    } = &outcome.resolution;
    let entry = |entry: &&Entry<'_>| {
        let (file, line) = place(entry, sources);
        EntryPlace {
            address: entry.mirror.address.to_string(),
            file,
            line,
        }
    };
    let is_allowed = outcome.denial != Some(PolicyDenial::NotAllowed);
    let pull_source = |source: &registries_conf::PullSource| PullSource {
        reference: source.reference.to_string(),
        insecure: source.insecure,
        blocked: source.blocked,
        credentials: secret.map(|secret| SentCredentials::new(secret.look_up(source.reference.name()))),
    };
    let signature_policy = |check: &'a SignatureCheck| SignaturePolicy {
        policy: &check.policy,
        namespace: check.namespace.as_deref(),
        scope: &check.scope,
        signed_name: check.signed_name.as_deref(),
    };
    let (pull_sources, error) = match pull_sources {
        _ if !is_allowed => (
            Vec::new(),
            Some("not in a registry that the cluster allows".to_owned()),
        ),
        Ok(sources) => (sources.iter().map(pull_source).collect(), None),
        Err(error) => (Vec::new(), Some(error.to_string())),
    };
    Candidate {
        reference: outcome.reference.to_string(),
        source: source.as_deref(),
        blocked: *blocked,
        entries: outcome.entries.iter().map(entry).collect(),
        signature_policies: outcome.signatures.iter().map(signature_policy).collect(),
        pull_sources,
        error,
    }
}
