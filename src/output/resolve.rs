//! What pulls of images will do: for people, and a JSON object a line.

use std::fmt::Write as _;

use serde::Serialize;

use crate::diagnostic::on_one_line;
use crate::resolve::{Answer, Outcome, Refused};
use registries_conf::Resolution;
use terraform_eval::source::Sources;

use crate::output::printable;

/// An answer for people. `cluster` is said where there are several.
#[must_use]
pub fn full(answer: &Answer<'_>, cluster: Option<&str>, sources: &Sources) -> String {
    let mut text = on_one_line(answer.image);
    if let Some(cluster) = cluster {
        let _ = write!(text, " on {}", on_one_line(cluster));
    }
    text.push('\n');
    if let Err(error) = &answer.reference {
        let _ = writeln!(text, "  fails: {error}");
    }
    if let [first, rest @ ..] = answer.searched.as_slice() {
        let _ = writeln!(
            text,
            "  has no registry: nodes try {first} first, then {}, which is resolved below",
            rest.join(", ")
        );
    }
    match &answer.pull {
        Err(error) => {
            let _ = writeln!(text, "  fails: {error}");
        }
        Ok(Some(outcome)) => outcome_of(&mut text, outcome, sources),
        Ok(None) => {}
    }
    printable(&text)
}

fn outcome_of(text: &mut String, outcome: &Outcome<'_>, sources: &Sources) {
    // Writing to a string cannot fail.
    let _ = match &outcome.resolution.source {
        Some(source) => writeln!(text, "  matches {source} (longest match)"),
        None => writeln!(text, "  no source matches"),
    };
    for entry in &outcome.entries {
        let file = sources.file(entry.mirror.span.file);
        let line = file.location(entry.mirror.span.range().start).line;
        let _ = writeln!(text, "    {}:{line} {}", file.name(), entry.mirror.address);
    }
    if !outcome.passed_over.is_empty() {
        let _ = writeln!(
            text,
            "    shorter matches are not used, nor are their mirrors: {}",
            outcome.passed_over.join(", ")
        );
    }
    match &outcome.refused {
        Some(Refused::Blocked(registry)) => {
            let _ = writeln!(
                text,
                "  rejected: {registry} is blocked on the cluster, even if a mirror has the image"
            );
        }
        Some(Refused::NotAllowed) => {
            let _ = writeln!(
                text,
                "  rejected: not in a registry that the cluster allows, even if a mirror has the image"
            );
        }
        None => {}
    }
    let own = &outcome.resolution;
    match &outcome.by_digest {
        None => tries(text, "by digest", own),
        Some(by_digest) if is_alike(by_digest, own) => tries(text, "by digest and by tag", own),
        Some(by_digest) => {
            tries(text, "by digest", by_digest);
            let is_served = own.tries.as_ref().is_ok_and(|tries| tries.len() > 1);
            let mirrors = if is_served || outcome.entries.is_empty() {
                "by tag"
            } else {
                "by tag (not served by the mirrors)"
            };
            tries(text, mirrors, own);
        }
    }
}

/// Whether two pulls ask at the same places.
fn is_alike(one: &Resolution, other: &Resolution) -> bool {
    let places = |pull: &Resolution| {
        let tries = pull.tries.as_ref().ok()?;
        Some(
            tries
                .iter()
                .map(|place| place.reference.name().to_owned())
                .collect::<Vec<_>>(),
        )
    };
    places(one).is_some_and(|one| Some(one) == places(other))
}

fn tries(text: &mut String, how: &str, pull: &Resolution) {
    let tries = match &pull.tries {
        Ok(tries) => tries,
        Err(error) => {
            let _ = writeln!(
                text,
                "  {how}: fails before any registry is contacted, including the source: {error}"
            );
            return;
        }
    };
    let _ = writeln!(text, "  {how}:");
    for (index, place) in tries.iter().enumerate() {
        let name = place.reference.name();
        let tag = place.reference.tag().map(|tag| format!(":{tag}"));
        let is_last = index + 1 == tries.len();
        let said = [
            (is_last && pull.source.is_some()).then_some("the source"),
            place.blocked.then_some("blocked, so not contacted"),
            place.insecure.then_some("insecure"),
        ];
        let said: Vec<&str> = said.into_iter().flatten().collect();
        let said = match said.as_slice() {
            [] => String::new(),
            said => format!(" ({})", said.join("; ")),
        };
        let _ = writeln!(text, "    {}. {name}{}{said}", index + 1, tag.unwrap_or_default());
    }
}

#[derive(Serialize)]
struct Line<'a> {
    image: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    cluster: Option<&'a str>,
    prefix: Option<&'a str>,
    blocked: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    tries: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

/// An answer as a JSON object on one line, of just the pull that the reference makes: by digest where it has
/// one, else by tag. Without `prefix`, there is one place to ask, which is the image itself.
#[must_use]
pub fn json_line(answer: &Answer<'_>, cluster: Option<&str>) -> String {
    let mut line = Line {
        image: answer.image,
        cluster,
        prefix: None,
        blocked: false,
        tries: None,
        error: answer.reference.as_ref().err().map(ToString::to_string),
    };
    match &answer.pull {
        Err(error) => line.error = Some(error.clone()),
        Ok(Some(outcome)) => line.outcome(outcome),
        Ok(None) => {}
    }
    let mut text = serde_json::to_string(&line).unwrap_or_default();
    text.push('\n');
    text
}

impl<'a> Line<'a> {
    fn outcome(&mut self, outcome: &'a Outcome<'_>) {
        let Resolution {
            source,
            blocked,
            tries,
        } = &outcome.resolution;
        self.prefix = source.as_deref();
        self.blocked = *blocked;
        if outcome.refused == Some(Refused::NotAllowed) {
            self.error = Some("not in a registry that the cluster allows".to_owned());
            return;
        }
        match tries {
            Ok(tries) if source.is_some() => {
                self.tries = Some(tries.iter().map(|place| place.reference.to_string()).collect());
            }
            Ok(_) => {}
            Err(error) => self.error = Some(error.to_string()),
        }
    }
}
