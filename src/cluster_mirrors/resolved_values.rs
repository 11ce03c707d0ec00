//! The values of a mirror, if all of them are known and may be shown.

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::model::{Attribute, AttributeValue, Mirror};

/// The code of findings about values that are unknown or sensitive.
pub(crate) const UNKNOWN_VALUE: &str = "unknown-value";

/// The source and the mirrors, if the policy is known as well; else one finding for each value that is unknown or
/// sensitive.
pub(super) fn resolve_values(mirror: &Mirror) -> Result<(&str, Vec<&str>), Vec<Diagnostic>> {
    let mut reasons = Vec::new();
    let source = resolve(mirror, "source", &mirror.source, &mut reasons);
    let list = if mirror.mirrors.sensitive {
        reasons.push(sensitive(mirror, "mirrors", &mirror.mirrors));
        None
    } else {
        match &mirror.mirrors.content {
            AttributeValue::Known(elements) => Some(elements.as_slice()),
            AttributeValue::Absent => Some([].as_slice()),
            AttributeValue::Unknown(unknown) => {
                let reason = unknown.to_string();
                reasons.push(unresolved(mirror, "mirrors", &mirror.mirrors, &reason));
                None
            }
        }
    };
    let elements = list
        .unwrap_or_default()
        .iter()
        .enumerate()
        .filter_map(|(index, element)| resolve(mirror, &format!("mirrors[{index}]"), element, &mut reasons));
    let mirrors: Vec<&str> = elements.collect();
    if let AttributeValue::Unknown(unknown) = &mirror.policy.content {
        let reason = unknown.to_string();
        reasons.push(unresolved(mirror, "mirrorSourcePolicy", &mirror.policy, &reason));
    }
    match source {
        Some(source) if reasons.is_empty() => Ok((source, mirrors)),
        _ => Err(reasons),
    }
}

fn resolve<'a>(
    mirror: &Mirror,
    name: &str,
    attribute: &'a Attribute<String>,
    reasons: &mut Vec<Diagnostic>,
) -> Option<&'a str> {
    let reason = match &attribute.content {
        _ if attribute.sensitive => sensitive(mirror, name, attribute),
        AttributeValue::Known(value) => return Some(value),
        AttributeValue::Unknown(unknown) => unresolved(mirror, name, attribute, &unknown.to_string()),
        AttributeValue::Absent => finding(mirror, attribute, &format!("{name} is not set"), "set it"),
    };
    reasons.push(reason);
    None
}

fn unresolved<T>(mirror: &Mirror, name: &str, attribute: &Attribute<T>, reason: &str) -> Diagnostic {
    let what = format!("{name} is unknown: {reason}");
    let help = "use a plan, in which the value may be known, or skip such mirrors with `--skip-unresolved`";
    finding(mirror, attribute, &what, help)
}

fn sensitive<T>(mirror: &Mirror, name: &str, attribute: &Attribute<T>) -> Diagnostic {
    let what = format!("{name} is sensitive");
    let help = "unmark the value with `nonsensitive` in the configuration, or skip such mirrors with \
                `--skip-unresolved`";
    finding(mirror, attribute, &what, help)
}

fn finding<T>(mirror: &Mirror, attribute: &Attribute<T>, what: &str, help: &str) -> Diagnostic {
    mirror
        .finding(Code::Rule(UNKNOWN_VALUE), Severity::Error, what)
        .at(attribute.span.unwrap_or(mirror.span), "this value")
        .help(help)
}
