//! Different policies for one source, or a source that must not be contacted among its own mirrors.

use std::collections::BTreeMap;

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::model::{AttributeValue, Mirror, MirrorLabels as _};
use registries_conf::SourcePolicy;

/// The code of the findings.
pub(crate) const CONFLICTING_POLICY: &str = "conflicting-policy";

/// Finds the entries whose policy differs from that of the first entry for their source, and those whose source must not
/// be contacted but is its own mirror.
#[must_use]
pub(crate) fn policy_conflicts<'a>(mirrors: impl IntoIterator<Item = &'a Mirror>) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    // The operator compares all entries, including those without mirrors.
    let mut firsts: BTreeMap<&str, (&Mirror, SourcePolicy)> = BTreeMap::new();
    for mirror in mirrors {
        let (Some(source), Some(policy)) = (mirror.source.value(), effective_policy(mirror)) else {
            continue;
        };
        findings.extend(forbidden_own_mirror(mirror, source, policy));
        let (first, other) = *firsts.entry(source).or_insert((mirror, policy));
        if other != policy {
            findings.push(report(mirror, policy, first, other));
        }
    }
    findings
}

/// Returns the policy of an entry, or `None` if its value is not a policy.
fn effective_policy(mirror: &Mirror) -> Option<SourcePolicy> {
    match &mirror.policy().content {
        AttributeValue::Known(policy) => Some(*policy),
        AttributeValue::Absent => Some(SourcePolicy::default()),
        AttributeValue::Unknown(_) => None,
    }
}

fn name(policy: SourcePolicy) -> &'static str {
    match policy {
        SourcePolicy::AllowContacting => "AllowContactingSource",
        SourcePolicy::NeverContact => "NeverContactSource",
    }
}

fn report(mirror: &Mirror, policy: SourcePolicy, first: &Mirror, other: SourcePolicy) -> Diagnostic {
    let what = format!(
        "the policy for source {} is {}, but {} in {}",
        mirror.source.describe(),
        name(policy),
        name(other),
        first.address
    );
    let place = |mirror: &Mirror| mirror.policy().span.or(mirror.source.span).unwrap_or(mirror.span);
    let label = |mirror: &Mirror| match mirror.policy().span {
        Some(_) => "conflicting policy",
        None => "no policy, so AllowContactingSource",
    };
    mirror
        .finding(Code::Rule(CONFLICTING_POLICY), Severity::Error, &what)
        .at(place(mirror), label(mirror))
        .related(place(first), label(first))
        .note(
            "while the policies differ, the Machine Config Operator generates no registry configuration \
             at all, and reports that only in its log",
        )
        .help("use the same policy in every entry for the source")
}

fn forbidden_own_mirror(mirror: &Mirror, source: &str, policy: SourcePolicy) -> Option<Diagnostic> {
    if policy != SourcePolicy::NeverContact {
        return None;
    }
    let elements = mirror.mirrors.value()?;
    let element = elements
        .iter()
        .find(|element| element.value().is_some_and(|text| text == source))?;
    let what = format!(
        "source {} must not be contacted, but is its own mirror",
        element.describe()
    );
    let finding = mirror
        .finding(Code::Rule(CONFLICTING_POLICY), Severity::Error, &what)
        .at_attribute(mirror, element, "this is the source itself")
        .compared_with(element, mirror.policy(), "the source must not be contacted");
    Some(
        finding
            .note("the Machine Config Operator rejects this, and generates no registry configuration at all")
            .help("remove the source from its mirrors"),
    )
}
