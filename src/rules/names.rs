//! What the rules about sources and mirrors have in common.

use crate::model::{Attribute, AttributeValue, ManifestKind, Mirror, MirrorAddress, UnknownReasons};
use registries_conf::{
    Diagnosis, NameIssueKind, PullKind, Role, SuggestedName, SuggestionApplicability, UnmatchableReason,
    diagnose, expand_short_name, find_match_issue, is_short_name,
};

use super::Outcome;

/// The source, or what a rule that needs it says where it is not known.
pub(super) fn source(mirror: &Mirror) -> Result<&str, Outcome> {
    match &mirror.source.content {
        AttributeValue::Known(source) => Ok(source),
        AttributeValue::Unknown(unknown) => Err(Outcome::undecided(unknown.clone())),
        AttributeValue::Absent => Err(Outcome::clean()),
    }
}

/// Which pulls an entry is about: `by digest`, `by tag`.
pub(super) fn pulls(mirror: &Mirror) -> &'static str {
    match mirror.pull {
        PullKind::DigestOnly => "by digest",
        PullKind::TagOnly => "by tag",
    }
}

/// What comes of a name that is none.
pub(super) fn refusal(mirror: &Mirror) -> String {
    const NODES: &str = "so that no mirror of the cluster is updated any more and new nodes do not join";
    match mirror.address.manifest() {
        Some(kind @ (ManifestKind::DigestMirrorSet | ManifestKind::TagMirrorSet)) => {
            format!("the schema of {kind} refuses it, and the whole manifest with it")
        }
        Some(ManifestKind::ContentSourcePolicy) => {
            format!("the machine config operator refuses it, {NODES}")
        }
        Some(ManifestKind::HostedCluster | ManifestKind::ContentSources | ManifestKind::Image) | None => {
            format!("the schema of ImageDigestMirrorSet refuses it, {NODES}")
        }
    }
}

/// What to take out to be rid of an entry.
pub(super) fn whole(mirror: &Mirror) -> &'static str {
    match mirror.address {
        MirrorAddress::Resource(_) => "the resource",
        MirrorAddress::Entry(_) => "the entry",
    }
}

/// Looks at every mirror that is known. What is not known is left open, and hides nothing of the rest.
pub(super) fn each_mirror<'a>(
    mirror: &'a Mirror,
    mut look: impl FnMut(usize, &'a Attribute<String>, &'a str) -> Outcome,
) -> Outcome {
    let elements = match &mirror.mirrors.content {
        AttributeValue::Known(elements) => elements,
        AttributeValue::Unknown(unknown) => return Outcome::undecided(unknown.clone()),
        AttributeValue::Absent => return Outcome::clean(),
    };
    let mut outcome = Outcome::clean();
    let mut causes = Vec::new();
    for (index, element) in elements.iter().enumerate() {
        let open = match &element.content {
            AttributeValue::Known(text) => {
                let own = look(index, element, text);
                outcome.findings.extend(own.findings);
                own.undecided
            }
            AttributeValue::Unknown(unknown) => Some(unknown.clone()),
            AttributeValue::Absent => None,
        };
        causes.extend(open.into_iter().flat_map(|unknown| unknown.reasons));
    }
    if !causes.is_empty() {
        outcome.undecided = Some(UnknownReasons::from_reasons(causes));
    }
    outcome
}

/// Whether it may be said that two values are equal, and where they stand: if one of them alone is
/// sensitive, the other one would show it.
pub(super) fn may_be_compared<A, B>(one: &Attribute<A>, other: &Attribute<B>) -> bool {
    one.sensitive == other.sensitive
}

/// What is wrong with a source besides its host, where it has none: that is another rule's.
pub(super) fn diagnose_source(source: &str) -> Diagnosis {
    if is_short_name(source) {
        diagnose(&expand_short_name(source), Role::Source)
    } else {
        diagnose(source, Role::Source)
    }
}

/// The source to write in place of one, so that nothing is wrong with it any more; the source itself where
/// nothing is; none where it is open what was meant.
pub(super) fn meant_source(source: &str) -> Option<SuggestedName> {
    let diagnosis = diagnose_source(source);
    let written = if is_short_name(source) {
        expand_short_name(source)
    } else {
        source.to_owned()
    };
    let valid = if diagnosis.issues.is_empty() {
        SuggestedName {
            name: written,
            applicability: SuggestionApplicability::Safe,
        }
    } else {
        diagnosis.suggest_name()?
    };
    match find_match_issue(&valid.name) {
        None => Some(valid),
        Some(found) => found.suggestion.map(|repair| SuggestedName {
            name: repair.name,
            applicability: repair.applicability.max(valid.applicability),
        }),
    }
}

/// A source as the runtime would have it, to compare sources: without what is around the name, in full.
/// Tags and ports stay as they are.
pub(super) fn normal_source(source: &str) -> String {
    let written = if is_short_name(source) {
        expand_short_name(source)
    } else {
        source.to_owned()
    };
    let repaired = diagnose(&written, Role::Source).suggest_name_up_to(SuggestionApplicability::Safe);
    let valid = repaired.map_or(written, |repair| repair.name);
    match find_match_issue(&valid) {
        Some(found) if found.reason != UnmatchableReason::DefaultPort => {
            found.suggestion.map_or(valid, |repair| repair.name)
        }
        _ => valid,
    }
}

/// The mistakes in words, each kind once: `has a scheme, has a tag`.
pub(super) fn listed(faults: impl IntoIterator<Item = NameIssueKind>) -> String {
    let mut words: Vec<String> = Vec::new();
    for fault in faults {
        let said = fault.to_string();
        if !words.contains(&said) {
            words.push(said);
        }
    }
    words.join(", ")
}
