//! The name of an image at a mirror.

use super::matching::matched_length;
use super::reference::{Reference, ReferenceError};

/// The reference that the runtime asks a mirror for, in place of an image; nothing if the source does not
/// match the image. What the source covers is replaced by the mirror, text by text, and the outcome has to
/// be a full name (`rewriteReference` of containers/image). Where a wildcard covers, the subdomain is lost.
#[must_use]
pub fn rewrite(source: &str, mirror: &str, image: &Reference) -> Option<Result<Reference, ReferenceError>> {
    let covered = matched_length(source, image.name())?;
    Some(replaced(covered, mirror, image))
}

/// The image with the first bytes of its name replaced.
pub(super) fn replaced(covered: usize, by: &str, image: &Reference) -> Result<Reference, ReferenceError> {
    let text = image.to_string();
    let rest = text.get(covered..).unwrap_or_default();
    Reference::canonical(&format!("{by}{rest}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rewritten(source: &str, mirror: &str, image: &str) -> Option<Result<String, ReferenceError>> {
        let image = Reference::normalized(image).unwrap();
        Some(rewrite(source, mirror, &image)?.map(|reference| reference.to_string()))
    }

    #[test]
    fn the_mirror_stands_in_for_what_the_source_covers() {
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
    fn what_comes_out_has_to_be_a_full_name() {
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
