//! Detects texts that can contain manifests about mirrors.

use memchr::memmem;

/// A text without any of these neither declares mirrors nor has registry settings.
const MANIFEST_MARKERS: [&str; 6] = [
    "ImageDigestMirrorSet",
    "ImageTagMirrorSet",
    "ImageContentSourcePolicy",
    "imageContentSources",
    "HostedCluster",
    "registrySources",
];

/// Whether a text contains a marker, so that it may be a manifest about mirrors. Does not parse the text.
pub(crate) fn has_manifest_marker(text: &str) -> bool {
    let has_marker = |marker: &str| memmem::find(text.as_bytes(), marker.as_bytes()).is_some();
    MANIFEST_MARKERS.into_iter().any(has_marker)
}
