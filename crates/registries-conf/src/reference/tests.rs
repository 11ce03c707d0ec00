//! References by example, from the rules of `docker/reference`.

use super::*;

const DIGEST: &str = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

#[test]
fn a_reference_is_read_in_full() {
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
        // No host may hold an underscore, but a path may.
        ("my_host.io/app", "my_host.io/app"),
    ] {
        let reference = Reference::normalized(text).unwrap();
        assert_eq!(reference.to_string(), full, "{text}");
    }
}

#[test]
fn name_tag_and_digest_are_told_apart() {
    let reference = Reference::normalized(&format!("reg:5000/a/b:v1@{DIGEST}")).unwrap();
    assert_eq!(reference.name(), "reg:5000/a/b");
    assert_eq!(reference.tag(), Some("v1"));
    assert_eq!(reference.digest(), Some(DIGEST));
}

#[test]
fn what_is_no_reference_is_refused() {
    let long = format!("quay.io/{}", "a".repeat(NAME_LIMIT));
    let unknown = format!("nginx@md5:{}", "0".repeat(32));
    let digits = &DIGEST["sha256:".len()..];
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
        ("Nginx", ReferenceError::UpperCase),
        ("quay.io/Org", ReferenceError::UpperCase),
        ("Registry/app", ReferenceError::UpperCase),
        (&long, ReferenceError::TooLong),
        (digits, ReferenceError::Identifier),
        (&unknown, ReferenceError::Digest(DigestError::Algorithm)),
        (
            &format!("nginx@{}", &DIGEST[..60]),
            ReferenceError::Digest(DigestError::Length),
        ),
        (
            &format!("nginx@{}", DIGEST.replace("abcdef", "ABCDEF")),
            ReferenceError::Digest(DigestError::Format),
        ),
    ] {
        assert_eq!(Reference::normalized(text), Err(error), "{text}");
    }
}

#[test]
fn a_canonical_reference_is_in_full_already() {
    let full = format!("quay.io/org/app@{DIGEST}");
    assert_eq!(Reference::canonical(&full).unwrap().to_string(), full);
    for text in ["nginx", "docker.io/nginx", "index.docker.io/a/b", "mirror/app"] {
        assert_eq!(
            Reference::canonical(text),
            Err(ReferenceError::NotCanonical),
            "{text}"
        );
    }
}

#[test]
fn tags_have_128_characters_at_most() {
    let tag = "a".repeat(TAG_LIMIT);
    assert!(Reference::normalized(&format!("nginx:{tag}")).is_ok());
    assert_eq!(
        Reference::normalized(&format!("nginx:{tag}a")),
        Err(ReferenceError::Format)
    );
}
