//! The name of an image at a mirror.

use crate::image_reference::{ImageReference, ReferenceError};
use crate::matching::matched_length;

/// The reference that the container runtime pulls from a mirror instead of an image. `None` if the source does
/// not match the image. The text that the source matches is replaced with the mirror, and the result has to be
/// a full name (`rewriteReference` of containers/image). If the source is a wildcard, the subdomain is lost.
#[must_use]
pub fn rewrite(
    source: &str,
    mirror: &str,
    image: &ImageReference,
) -> Option<Result<ImageReference, ReferenceError>> {
    let length = matched_length(source, image.name())?;
    Some(replace_prefix(image, length, mirror))
}

/// Replaces the first `length` bytes of an image's name.
pub(crate) fn replace_prefix(
    image: &ImageReference,
    length: usize,
    replacement: &str,
) -> Result<ImageReference, ReferenceError> {
    let text = image.to_string();
    let rest = text.get(length..).unwrap_or_default();
    ImageReference::parse_canonical(&format!("{replacement}{rest}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rewritten(source: &str, mirror: &str, image: &str) -> Option<Result<String, ReferenceError>> {
        let image = ImageReference::parse_normalized(image).unwrap();
        Some(rewrite(source, mirror, &image)?.map(|reference| reference.to_string()))
    }

    #[test]
    fn the_mirror_replaces_what_the_source_matches() {
        let full = |text: &str| Some(Ok(text.to_owned()));
        assert_eq!(
            rewritten("quay.io/org", "m.io/x", "quay.io/org/app:v1"),
            full("m.io/x/app:v1")
        );
        assert_eq!(
            rewritten("docker.io/library/nginx", "m.io/n", "nginx"),
            full("m.io/n")
        );
        assert_eq!(
            rewritten("*.example.com", "m.io/x", "a.b.example.com/app"),
            full("m.io/x/app")
        );
        assert_eq!(
            rewritten("quay.io/org", "m.io/x", "quay.io/organization/app"),
            None
        );
    }

    #[test]
    fn the_result_has_to_be_a_full_name() {
        for (source, mirror, image) in [
            ("quay.io/org", "mirror/org", "quay.io/org/app"),
            ("quay.io/org/nginx", "docker.io/nginx", "quay.io/org/nginx"),
            ("quay.io/org", "docker.io", "quay.io/org/nginx"),
            ("quay.io/org", "index.docker.io/org", "quay.io/org/nginx"),
            ("docker.io/library/nginx", "m.io", "nginx"),
        ] {
            assert_eq!(
                rewritten(source, mirror, image),
                Some(Err(ReferenceError::NotCanonical)),
                "{source} to {mirror}"
            );
        }
        assert_eq!(
            rewritten("quay.io", "m.io/", "quay.io/app"),
            Some(Err(ReferenceError::Format))
        );
    }
}
