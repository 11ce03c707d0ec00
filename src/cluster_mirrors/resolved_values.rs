//! The values of a mirror, if all of them are known and may be shown.

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::model::{
    Attribute, AttributeValue, ClusterOrigin, Input, Mirror, OriginCandidate, UnknownReasons,
};

/// The code of findings about values that are unknown or sensitive.
pub(crate) const UNKNOWN_VALUE: &str = "unknown-value";

/// The source and the mirrors, if the policy is known as well; else one finding for each value that is unknown or
/// sensitive.
pub(super) fn resolve_values<'a>(
    input: &Input,
    mirror: &'a Mirror,
) -> Result<(&'a str, Vec<&'a str>), Vec<Diagnostic>> {
    let mut reasons = Vec::new();
    if let Some(unknown) = mirror.unknown_instances() {
        reasons.push(unresolved(
            input,
            mirror,
            "the number of instances",
            &mirror.source,
            unknown,
        ));
    }
    let source = resolve(input, mirror, "source", &mirror.source, &mut reasons);
    let list = if mirror.mirrors.sensitive {
        reasons.push(sensitive(mirror, "mirrors", &mirror.mirrors));
        None
    } else {
        match &mirror.mirrors.content {
            AttributeValue::Known(elements) => Some(elements.as_slice()),
            AttributeValue::Absent => Some([].as_slice()),
            AttributeValue::Unknown(unknown) => {
                reasons.push(unresolved(input, mirror, "mirrors", &mirror.mirrors, unknown));
                None
            }
        }
    };
    let elements = list.unwrap_or_default().iter().enumerate();
    let elements = elements.filter_map(|(index, element)| {
        resolve(input, mirror, &format!("mirrors[{index}]"), element, &mut reasons)
    });
    let mirrors: Vec<&str> = elements.collect();
    if let AttributeValue::Unknown(unknown) = &mirror.policy().content {
        let name = "mirrorSourcePolicy";
        reasons.push(unresolved(input, mirror, name, mirror.policy(), unknown));
    }
    match source {
        Some(source) if reasons.is_empty() => Ok((source, mirrors)),
        _ => Err(reasons),
    }
}

/// The finding about a mirror whose cluster is unknown, if the input may have other mirrors of that cluster.
pub(super) fn unresolved_cluster(input: &Input, mirror: &Mirror) -> Option<Diagnostic> {
    let unknown = mirror.unknown_cluster()?;
    let resource = mirror.resource()?;
    let ClusterOrigin {
        candidates,
        unresolved: unknown_origins,
        ..
    } = &resource.cluster_origin;
    let is_one_of_several = |candidate: &OriginCandidate| !candidate.target.is_single_object();
    let may_share = !candidates.is_empty() || !unknown_origins.is_empty();
    let is_ambiguous = (may_share && input.mirrors.len() > 1) || candidates.iter().any(is_one_of_several);
    is_ambiguous.then(|| unresolved(input, mirror, "the cluster", &resource.cluster_id, &unknown))
}

fn resolve<'a>(
    input: &Input,
    mirror: &Mirror,
    name: &str,
    attribute: &'a Attribute<String>,
    reasons: &mut Vec<Diagnostic>,
) -> Option<&'a str> {
    let reason = match &attribute.content {
        _ if attribute.sensitive => sensitive(mirror, name, attribute),
        AttributeValue::Known(value) => return Some(value),
        AttributeValue::Unknown(unknown) => unresolved(input, mirror, name, attribute, unknown),
        AttributeValue::Absent => finding(mirror, attribute, &format!("{name} is not set"), "set it"),
    };
    reasons.push(reason);
    None
}

fn unresolved<T>(
    input: &Input,
    mirror: &Mirror,
    name: &str,
    attribute: &Attribute<T>,
    unknown: &UnknownReasons,
) -> Diagnostic {
    let what = format!("{name} is unknown: {unknown}");
    let help = match unknown.help(input) {
        Some(help) => format!("{help}; or skip such mirrors with `--skip-unresolved`"),
        None => "skip such mirrors with `--skip-unresolved`".to_owned(),
    };
    finding(mirror, attribute, &what, &help).because(unknown)
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
