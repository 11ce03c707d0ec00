//! The model in other forms: one file a target.

pub mod idms;
pub mod json;
mod name;

pub use name::{InvalidName, Name};

use crate::diagnostic::{Diagnostic, Severity};
use crate::model::{Attribute, Content, ImageMirror};
use crate::rules::UNDECIDED;

/// A mirror whose values are all known and may be written.
struct Resolved<'a> {
    mirror: &'a ImageMirror,
    source: &'a str,
    mirrors: Vec<&'a str>,
}

/// The values of a mirror, or what keeps them from being written: one finding a value.
fn resolve(mirror: &ImageMirror) -> Result<Resolved<'_>, Vec<Diagnostic>> {
    let mut problems = Vec::new();
    let source = writable(mirror, "source", &mirror.source, &mut problems);
    let list = if mirror.mirrors.sensitive {
        problems.push(secret(mirror, "mirrors", &mirror.mirrors));
        None
    } else {
        match &mirror.mirrors.content {
            Content::Known(elements) => Some(elements.as_slice()),
            Content::Absent => Some([].as_slice()),
            Content::Unknown(unknown) => {
                problems.push(open(mirror, "mirrors", &mirror.mirrors, &unknown.to_string()));
                None
            }
        }
    };
    let elements = list
        .unwrap_or_default()
        .iter()
        .enumerate()
        .filter_map(|(index, element)| {
            writable(mirror, &format!("mirrors[{index}]"), element, &mut problems)
        });
    let mirrors: Vec<&str> = elements.collect();
    match source {
        Some(source) if problems.is_empty() => Ok(Resolved {
            mirror,
            source,
            mirrors,
        }),
        _ => Err(problems),
    }
}

fn writable<'a>(
    mirror: &ImageMirror,
    name: &str,
    attribute: &'a Attribute<String>,
    problems: &mut Vec<Diagnostic>,
) -> Option<&'a str> {
    let problem = match &attribute.content {
        _ if attribute.sensitive => secret(mirror, name, attribute),
        Content::Known(value) => return Some(value),
        Content::Unknown(unknown) => open(mirror, name, attribute, &unknown.to_string()),
        Content::Absent => refuse(mirror, attribute, &format!("{name} is not set"), "set it"),
    };
    problems.push(problem);
    None
}

fn open<T>(mirror: &ImageMirror, name: &str, attribute: &Attribute<T>, why: &str) -> Diagnostic {
    let help =
        "convert the plan, where the value may be known, or leave such mirrors out with `--skip-unresolved`";
    refuse(
        mirror,
        attribute,
        &format!("{name} is not known, so it cannot be written: {why}"),
        help,
    )
}

fn secret<T>(mirror: &ImageMirror, name: &str, attribute: &Attribute<T>) -> Diagnostic {
    let help =
        "mark it `nonsensitive` in the configuration, or leave such mirrors out with `--skip-unresolved`";
    refuse(
        mirror,
        attribute,
        &format!("{name} is sensitive, so it is not written"),
        help,
    )
}

fn refuse<T>(mirror: &ImageMirror, attribute: &Attribute<T>, what: &str, help: &str) -> Diagnostic {
    Diagnostic::new(
        UNDECIDED.name,
        Severity::Error,
        format!("{}: {what}", mirror.address),
    )
    .at_address(mirror.address.to_string())
    .at(attribute.span.unwrap_or(mirror.span), "this value")
    .help(help)
}
