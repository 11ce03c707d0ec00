//! Detects texts that can contain manifests about mirrors.

use memchr::memmem;

use crate::model::ManifestKind;

/// A text without any of these neither declares mirrors nor has registry settings, unless it is a bare list. The names of
/// the lists find a document whose kind is misspelled.
const MANIFEST_MARKERS: [&str; 11] = [
    "ImageDigestMirrorSet",
    "ImageTagMirrorSet",
    "ImageContentSourcePolicy",
    "imageContentSources",
    "imageDigestSources",
    "imageDigestMirrors",
    "imageTagMirrors",
    "repositoryDigestMirrors",
    "HostedCluster",
    "registrySources",
    "CRIOCredentialProviderConfig",
];

/// The lists of mirrors, by their fields.
const LISTS: [&str; 5] = [
    "imageContentSources",
    "imageDigestSources",
    "imageDigestMirrors",
    "imageTagMirrors",
    "repositoryDigestMirrors",
];

/// Kinds of objects that describe the fields of other objects, and files of the API.
const DESCRIPTIONS: [&str; 5] = [
    "CustomResourceDefinition",
    "ConsoleYAMLSample",
    "ConsoleQuickStart",
    "ClusterServiceVersion",
    "openAPIV3Schema",
];

/// The kinds of objects that are nothing but a set of mirrors.
pub(super) const MIRROR_SETS: [ManifestKind; 3] = [
    ManifestKind::DigestMirrorSet,
    ManifestKind::TagMirrorSet,
    ManifestKind::ContentSourcePolicy,
];

/// Whether a text contains a marker, so that it may be a manifest about mirrors. Does not parse the text.
pub(crate) fn has_manifest_marker(text: &str) -> bool {
    // Other projects have an `ImagePolicy` as well.
    let has_image_policy = || contains(text, "ImagePolicy") && contains(text, "config.openshift.io/");
    MANIFEST_MARKERS.into_iter().any(|marker| contains(text, marker))
        || has_image_policy()
        || may_be_bare_list(text)
}

/// Whether a text may have manifests in base64, as a `Secret` and a `ConfigMap` contain them.
pub(crate) fn may_be_encoded(text: &str) -> bool {
    has_kind(text, "Secret") || contains(text, "binaryData")
}

/// Whether a text may be a list of sources and mirrors without an object around it.
fn may_be_bare_list(text: &str) -> bool {
    let is_content = |line: &&str| !line.is_empty() && !line.starts_with(['#', '%']) && *line != "---";
    let first = text
        .trim_start_matches('\u{feff}')
        .lines()
        .map(str::trim)
        .find(is_content);
    // `[[registry]]` is a table of TOML.
    first.is_some_and(|line| line.starts_with(['-', '[']) && !line.starts_with("[[r"))
        && contains(text, "source")
        && contains(text, "mirrors")
}

/// Whether a text declares a set of mirrors or the mirrors of a HostedCluster, as far as its words tell: `kind` and the
/// name of the kind. Text that only mentions a kind does not.
pub(crate) fn declares_mirrors(text: &str) -> bool {
    MIRROR_SETS.iter().any(|kind| has_kind(text, &kind.to_string()))
        || (contains(text, "imageContentSources") && has_kind(text, &ManifestKind::HostedCluster.to_string()))
}

/// Whether a text names one of the lists of mirrors and does not describe the kinds that have them.
pub(crate) fn names_lists(text: &str) -> bool {
    LISTS.into_iter().any(|list| contains(text, list))
        && !DESCRIPTIONS.into_iter().any(|kind| contains(text, kind))
}

fn has_kind(text: &str, kind: &str) -> bool {
    let mut positions = memmem::find_iter(text.as_bytes(), kind.as_bytes());
    positions.any(|start| {
        let is_quote_or_space = |c: char| matches!(c, ' ' | '\t' | '"' | '\'' | '\\');
        let (before, after) = (text.get(..start), text.get(start + kind.len()..));
        let key = before.map(|before| before.trim_end_matches(is_quote_or_space));
        let key = key.and_then(|key| key.strip_suffix(':'));
        let key = key.map(|key| key.trim_end_matches(is_quote_or_space));
        key.is_some_and(|key| key.ends_with("kind"))
            && !after.is_some_and(|after| after.starts_with(|c: char| c.is_alphanumeric()))
    })
}

fn contains(text: &str, word: &str) -> bool {
    memmem::find(text.as_bytes(), word.as_bytes()).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_declared_by_its_key() {
        for text in [
            "kind: ImageDigestMirrorSet",
            "{\"kind\" : \"ImageTagMirrorSet\"}",
            "echo '{\\\"kind\\\": \\\"ImageContentSourcePolicy\\\"}'",
            "{{ if .x }}\nkind: ImageDigestMirrorSet\n{{ end }}",
            "kind: HostedCluster\nspec: {imageContentSources: []}",
        ] {
            assert!(declares_mirrors(text), "{text}");
        }
        for text in [
            "the kind ImageDigestMirrorSet",
            "kinds: [ImageDigestMirrorSet]",
            "kind: ImageDigestMirrorSets",
            "resources: ImageDigestMirrorSet",
            "kind: HostedCluster",
        ] {
            assert!(!declares_mirrors(text), "{text}");
        }
    }

    #[test]
    fn a_list_of_sources_has_no_other_marker() {
        assert!(has_manifest_marker(
            "# x\n---\n- mirrors: [m.example.com]\n  source: quay.io\n"
        ));
        assert!(has_manifest_marker(" [{\"source\": \"a\", \"mirrors\": []}]"));
        assert!(!has_manifest_marker("sources:\n- mirrors: [a]\n"));
        assert!(!has_manifest_marker("- source: a\n"));
    }
}
