//! What the rules about sources and mirrors have in common.

use crate::model::{Attribute, AttributeValue, ManifestKind, Mirror, MirrorAddress, UnknownReasons};
use crate::rules::RuleOutcome;
use registries_conf::{
    Diagnosis, Fault, Pull, Reason, Repair, Role, Safety, diagnose, full_name, is_short, unmatchable,
};

/// Describes the pulls that an entry is for: `by digest`, `by tag`.
pub(in crate::rules) fn pull_kind_label(mirror: &Mirror) -> &'static str {
    match mirror.pull {
        Pull::DigestOnly => "by digest",
        Pull::TagOnly => "by tag",
    }
}

/// Describes the consequence of an invalid name.
pub(in crate::rules) fn rejection_note(mirror: &Mirror) -> String {
    const CONSEQUENCE: &str = "mirror updates stop for the whole cluster and new nodes cannot join";
    match mirror.address.manifest() {
        Some(kind @ (ManifestKind::DigestMirrorSet | ManifestKind::TagMirrorSet)) => {
            format!("{kind} validation rejects it, and with it the whole manifest")
        }
        Some(ManifestKind::ContentSourcePolicy) => {
            format!("the Machine Config Operator rejects it: {CONSEQUENCE}")
        }
        Some(ManifestKind::HostedCluster | ManifestKind::ContentSources | ManifestKind::Image) | None => {
            format!("ImageDigestMirrorSet validation rejects it: {CONSEQUENCE}")
        }
    }
}

/// Names the declaration that a person would remove: the resource, or the entry of a manifest.
pub(in crate::rules) fn declaration_noun(mirror: &Mirror) -> &'static str {
    match mirror.address {
        MirrorAddress::Resource(_) => "the resource",
        MirrorAddress::Entry(_) => "the entry",
    }
}

/// Checks every known mirror. Unknown mirrors make the outcome undecided, and do not hide findings about the
/// others.
pub(in crate::rules) fn each_mirror<'a>(
    mirror: &'a Mirror,
    mut check: impl FnMut(usize, &'a Attribute<String>, &'a str) -> RuleOutcome,
) -> RuleOutcome {
    let Some(elements) = mirror.mirrors.value() else {
        return RuleOutcome::without_value(&mirror.mirrors);
    };
    let mut outcome = RuleOutcome::clean();
    let mut causes = Vec::new();
    for (index, element) in elements.iter().enumerate() {
        let undecided = match &element.content {
            AttributeValue::Known(text) => {
                let checked = check(index, element, text);
                outcome.findings.extend(checked.findings);
                checked.undecided
            }
            AttributeValue::Unknown(unknown) => Some(unknown.clone()),
            AttributeValue::Absent => None,
        };
        causes.extend(undecided.into_iter().flat_map(|unknown| unknown.reasons));
    }
    if !causes.is_empty() {
        outcome.undecided = Some(UnknownReasons::from_reasons(causes));
    }
    outcome
}

/// Diagnoses a source. A missing host is not diagnosed, because `short-source` reports it.
pub(in crate::rules) fn diagnose_source(source: &str) -> Diagnosis {
    if is_short(source) {
        diagnose(&full_name(source), Role::Source)
    } else {
        diagnose(source, Role::Source)
    }
}

/// Returns the source to suggest instead of a source: valid and matchable. Returns the same source if it has no
/// issue, and `None` if the intention is unclear.
pub(in crate::rules) fn suggested_source(source: &str) -> Option<Repair> {
    let diagnosis = diagnose_source(source);
    let expanded = if is_short(source) {
        full_name(source)
    } else {
        source.to_owned()
    };
    let valid = if diagnosis.mistakes.is_empty() {
        Repair {
            name: expanded,
            safety: Safety::Safe,
        }
    } else {
        diagnosis.repair()?
    };
    match unmatchable(&valid.name) {
        None => Some(valid),
        Some(found) => found.repair.map(|repair| Repair {
            name: repair.name,
            safety: repair.safety.max(valid.safety),
        }),
    }
}

/// Returns the canonical form of a source, to compare sources: expanded, without a scheme and slashes around
/// the name. Tags and ports are preserved.
pub(in crate::rules) fn canonical_source(source: &str) -> String {
    let expanded = if is_short(source) {
        full_name(source)
    } else {
        source.to_owned()
    };
    let repaired = diagnose(&expanded, Role::Source).repaired(Safety::Safe);
    let valid = repaired.map_or(expanded, |repair| repair.name);
    match unmatchable(&valid) {
        Some(found) if found.reason != Reason::DefaultPort => {
            found.repair.map_or(valid, |repair| repair.name)
        }
        _ => valid,
    }
}

/// Joins faults in a sentence, each once: `has a scheme, a tag and a double slash`.
pub(in crate::rules) fn list_faults(faults: impl IntoIterator<Item = Fault>) -> String {
    let mut texts: Vec<String> = Vec::new();
    for fault in faults {
        let text = fault.to_string();
        if !texts.contains(&text) {
            texts.push(text);
        }
    }
    if let Some((_, rest)) = texts.split_first_mut()
        && rest.iter().all(|text| text.starts_with("has "))
    {
        for text in rest {
            text.drain(.."has ".len());
        }
    }
    match texts.as_slice() {
        [texts @ .., last] if !texts.is_empty() => format!("{} and {last}", texts.join(", ")),
        texts => texts.concat(),
    }
}
