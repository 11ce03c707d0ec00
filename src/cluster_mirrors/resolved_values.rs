//! The values of a mirror, or what keeps them from being told.

use crate::diagnostic::{Diagnostic, Severity};
use crate::model::{Attribute, AttributeValue, Mirror};
use crate::rules::UNKNOWN_VALUE;

/// `source` and `mirrors`, and a policy that is known; else one finding for each value that is unknown or
/// may not be shown.
pub(super) fn told(mirror: &Mirror) -> Result<(&str, Vec<&str>), Vec<Diagnostic>> {
    let mut problems = Vec::new();
    let source = text(mirror, "source", &mirror.source, &mut problems);
    let list = if mirror.mirrors.sensitive {
        problems.push(secret(mirror, "mirrors", &mirror.mirrors));
        None
    } else {
        match &mirror.mirrors.content {
            AttributeValue::Known(elements) => Some(elements.as_slice()),
            AttributeValue::Absent => Some([].as_slice()),
            AttributeValue::Unknown(unknown) => {
                problems.push(open(mirror, "mirrors", &mirror.mirrors, &unknown.to_string()));
                None
            }
        }
    };
    let elements = list
        .unwrap_or_default()
        .iter()
        .enumerate()
        .filter_map(|(index, element)| text(mirror, &format!("mirrors[{index}]"), element, &mut problems));
    let mirrors: Vec<&str> = elements.collect();
    if let AttributeValue::Unknown(unknown) = &mirror.policy.content {
        problems.push(open(
            mirror,
            "mirrorSourcePolicy",
            &mirror.policy,
            &unknown.to_string(),
        ));
    }
    match source {
        Some(source) if problems.is_empty() => Ok((source, mirrors)),
        _ => Err(problems),
    }
}

fn text<'a>(
    mirror: &Mirror,
    name: &str,
    attribute: &'a Attribute<String>,
    problems: &mut Vec<Diagnostic>,
) -> Option<&'a str> {
    let problem = match &attribute.content {
        _ if attribute.sensitive => secret(mirror, name, attribute),
        AttributeValue::Known(value) => return Some(value),
        AttributeValue::Unknown(unknown) => open(mirror, name, attribute, &unknown.to_string()),
        AttributeValue::Absent => refuse(mirror, attribute, &format!("{name} is not set"), "set it"),
    };
    problems.push(problem);
    None
}

fn open<T>(mirror: &Mirror, name: &str, attribute: &Attribute<T>, why: &str) -> Diagnostic {
    let what = format!("{name} is unknown: {why}");
    let help = "use a plan, in which the value may be known, or skip such mirrors with `--skip-unresolved`";
    refuse(mirror, attribute, &what, help)
}

fn secret<T>(mirror: &Mirror, name: &str, attribute: &Attribute<T>) -> Diagnostic {
    let what = format!("{name} is sensitive");
    let help = "unmark the value with `nonsensitive` in the configuration, or skip such mirrors with `--skip-unresolved`";
    refuse(mirror, attribute, &what, help)
}

fn refuse<T>(mirror: &Mirror, attribute: &Attribute<T>, what: &str, help: &str) -> Diagnostic {
    let address = mirror.address.to_string();
    Diagnostic::new(UNKNOWN_VALUE.name, Severity::Error, format!("{address}: {what}"))
        .at_address(address)
        .at(attribute.span.unwrap_or(mirror.span), "this value")
        .help(help)
}
