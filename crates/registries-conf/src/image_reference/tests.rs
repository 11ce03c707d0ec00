//! Examples of references, from the rules of `docker/reference`.

use super::*;

const DIGEST: &str = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

#[test]
fn references_are_normalized_to_their_full_form() {
    for (text, full) in [
        ("nginx", "docker.io/library/nginx"),
        ("nginx:1.25", "docker.io/library/nginx:1.25"),
        ("bitnami/redis", "docker.io/bitnami/redis"),
        ("index.docker.io/nginx", "docker.io/library/nginx"),
        ("docker.io/nginx", "docker.io/library/nginx"),
        ("mirror/org/app", "docker.io/mirror/org/app"),
        ("mirror:5000/app:v1", "mirror:5000/app:v1"),
        ("localhost/app", "localhost/app"),
        ("Quay.io/org/app", "Quay.io/org/app"),
        ("quay.io:443/app", "quay.io:443/app"),
        // A host must not contain an underscore, but a path may.
        ("my_host.io/app", "my_host.io/app"),
    ] {
        let reference = ImageReference::parse_normalized(text).unwrap();
        assert_eq!(reference.to_string(), full, "{text}");
    }
}

#[test]
fn name_tag_and_digest_are_split() {
    let reference = ImageReference::parse_normalized(&format!("reg:5000/a/b:v1@{DIGEST}")).unwrap();
    assert_eq!(reference.name(), "reg:5000/a/b");
    assert_eq!(reference.tag(), Some("v1"));
    assert_eq!(reference.digest(), Some(DIGEST));
}

#[test]
fn invalid_references_are_rejected() {
    let too_long = format!("quay.io/{}", "a".repeat(MAX_IMAGE_NAME_LENGTH));
    let unknown_algorithm = format!("nginx@md5:{}", "0".repeat(32));
    let image_id = &DIGEST["sha256:".len()..];
    for (text, error) in [
        ("", ReferenceError::Format),
        ("quay.io/", ReferenceError::Format),
        ("quay.io//app", ReferenceError::Format),
        ("/nginx", ReferenceError::Format),
        ("https://quay.io/app", ReferenceError::Format),
        ("nginx:", ReferenceError::Format),
        ("nginx:-a", ReferenceError::Format),
        ("nginx@sha256:00", ReferenceError::Format),
        ("reg:5000x/app", ReferenceError::Format),
        ("nginx ", ReferenceError::Format),
        ("Nginx", ReferenceError::Uppercase),
        ("quay.io/Org", ReferenceError::Uppercase),
        ("Registry/app", ReferenceError::Uppercase),
        (&too_long, ReferenceError::TooLong),
        (image_id, ReferenceError::ImageId),
        (&unknown_algorithm, ReferenceError::Digest(DigestError::Algorithm)),
        (
            &format!("nginx@{}", &DIGEST[..60]),
            ReferenceError::Digest(DigestError::Length),
        ),
        (
            &format!("nginx@{}", DIGEST.replace("abcdef", "ABCDEF")),
            ReferenceError::Digest(DigestError::Format),
        ),
    ] {
        assert_eq!(ImageReference::parse_normalized(text), Err(error), "{text}");
    }
}

#[test]
fn a_canonical_reference_has_its_full_form() {
    let full = format!("quay.io/org/app@{DIGEST}");
    assert_eq!(ImageReference::parse_canonical(&full).unwrap().to_string(), full);
    for text in ["nginx", "docker.io/nginx", "index.docker.io/a/b", "mirror/app"] {
        assert_eq!(
            ImageReference::parse_canonical(text),
            Err(ReferenceError::NotCanonical),
            "{text}"
        );
    }
}

#[test]
fn tags_have_at_most_128_characters() {
    let tag = "a".repeat(MAX_TAG_LENGTH);
    assert!(ImageReference::parse_normalized(&format!("nginx:{tag}")).is_ok());
    assert_eq!(
        ImageReference::parse_normalized(&format!("nginx:{tag}a")),
        Err(ReferenceError::Format)
    );
}
