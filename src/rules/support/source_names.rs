//! What the rules about sources and mirrors have in common.

use std::borrow::Cow;

pub(crate) use crate::cluster_mirrors::{canonical_source, with_host};
use crate::diagnostic::join_with_and;
use crate::model::{ManifestKind, Mirror, MirrorAddress};
use registries_conf::{
    MAX_LOCATION_LENGTH, NameIssueKind, PullKind, Role, SuggestedName, SuggestionApplicability, can_match,
    diagnose, find_match_issue,
};

/// Describes the pulls that an entry is for: `by digest`, `by tag`.
pub(crate) fn pull_kind_label(mirror: &Mirror) -> &'static str {
    match mirror.pull {
        PullKind::DigestOnly => "by digest",
        PullKind::TagOnly => "by tag",
    }
}

/// Describes the consequence of an invalid name.
pub(crate) fn rejection_note(mirror: &Mirror) -> String {
    const CONSEQUENCE: &str = "mirror updates stop for the whole cluster and new nodes cannot join";
    match mirror.address.manifest() {
        Some(kind @ (ManifestKind::DigestMirrorSet | ManifestKind::TagMirrorSet)) => {
            format!("{kind} validation rejects it, and with it the whole manifest")
        }
        Some(ManifestKind::ContentSourcePolicy) => {
            format!("the Machine Config Operator rejects it: {CONSEQUENCE}")
        }
        Some(ManifestKind::InstallDigestSources | ManifestKind::InstallContentSources) => {
            "the installer rejects it".to_owned()
        }
        Some(ManifestKind::RegistriesConf) => {
            "the container runtime loads it as it is, and it has no effect or fails pulls".to_owned()
        }
        Some(
            ManifestKind::HostedCluster
            | ManifestKind::AzureHostedCluster
            | ManifestKind::ContentSources
            | ManifestKind::Image
            | ManifestKind::CredentialProvider
            | ManifestKind::ClusterImagePolicy
            | ManifestKind::ImagePolicy,
        )
        | None => {
            format!("ImageDigestMirrorSet validation rejects it: {CONSEQUENCE}")
        }
    }
}

/// Names the declaration that a person would remove: the resource, or the entry of a manifest.
pub(crate) fn declaration_noun(mirror: &Mirror) -> &'static str {
    match mirror.address {
        MirrorAddress::Resource(_) => "the resource",
        MirrorAddress::Entry(_) => "the entry",
    }
}

/// Returns the source to suggest instead of a source: valid and matchable. Returns the same source if it has no
/// issue, and `None` if the intention is unclear.
pub(crate) fn suggested_source(source: &str) -> Option<SuggestedName> {
    let expanded = with_host(source);
    let diagnosis = diagnose(&expanded, Role::Source);
    let valid = if diagnosis.issues.is_empty() {
        SuggestedName {
            name: expanded.into_owned(),
            applicability: SuggestionApplicability::Safe,
        }
    } else {
        diagnosis.suggest_name()?
    };
    match find_match_issue(&valid.name) {
        None => Some(valid),
        Some(issue) => issue.suggestion.map(|suggestion| SuggestedName {
            name: suggestion.name,
            applicability: suggestion.applicability.max(valid.applicability),
        }),
    }
}

/// Returns a source if it has no issue, else the name to suggest instead of it.
pub(crate) fn intended_source(source: &str) -> Option<Cow<'_, str>> {
    if can_match(source) && source.len() <= MAX_LOCATION_LENGTH {
        return Some(Cow::Borrowed(source));
    }
    suggested_source(source).map(|suggestion| Cow::Owned(suggestion.name))
}

/// Joins issues in a sentence, each once: `has a scheme, a tag and a double slash`.
pub(crate) fn list_issues(kinds: impl IntoIterator<Item = NameIssueKind>) -> String {
    let mut texts: Vec<String> = Vec::new();
    for kind in kinds {
        let text = kind.to_string();
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
    join_with_and(&texts)
}
