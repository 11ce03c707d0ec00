//! Labels for resources, made of sources: `quay.io/org/app` becomes `quay_io_org_app`.
//!
//! A label depends on its source alone, unless two sources would have the same label: then both get a part of their
//! digest. So the order of the input does not matter, and an additional source does not move a resource to another
//! address, unless the two collide.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

/// How many hexadecimal digits of a digest distinguish colliding sources.
const DIGEST_DIGITS: usize = 8;

/// A label for each pair of a prefix and a source, all different. The prefix distinguishes clusters; it may be empty.
pub(super) fn labels<'s>(sources: impl Iterator<Item = (&'s str, &'s str)> + Clone) -> Vec<String> {
    let plain = |(prefix, source): (&str, &str)| match prefix {
        "" => identifier(source),
        prefix => identifier(&format!("{prefix}_{source}")),
    };
    let mut count: BTreeMap<String, usize> = BTreeMap::new();
    for source in sources.clone() {
        *count.entry(plain(source)).or_default() += 1;
    }
    let label = |(prefix, source): (&str, &str)| {
        let label = plain((prefix, source));
        // A label that ends like a digest could collide with one that has a digest.
        if count.get(&label) == Some(&1) && !ends_in_digest(&label) {
            return label;
        }
        let mut digest = Sha256::new();
        if !prefix.is_empty() {
            digest.update(prefix);
            digest.update("\n");
        }
        digest.update(source);
        let mut label = label + "_";
        for byte in digest.finalize().iter().take(DIGEST_DIGITS / 2) {
            // Writing to a string cannot fail.
            let _ = write!(label, "{byte:02x}");
        }
        label
    };
    sources.map(label).collect()
}

fn ends_in_digest(label: &str) -> bool {
    let end = label.rsplit('_').next().unwrap_or_default();
    label.len() > end.len() && end.len() == DIGEST_DIGITS && end.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Makes an identifier of Terraform: lower-case letters, digits and underscores, a letter first.
fn identifier(text: &str) -> String {
    let mut label = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            'a'..='z' | 'A'..='Z' | '0'..='9' => label.push(character.to_ascii_lowercase()),
            _ if label.ends_with('_') || label.is_empty() => {}
            _ => label.push('_'),
        }
    }
    label.truncate(label.trim_end_matches('_').len());
    match label.bytes().next() {
        None => "mirror".to_owned(),
        Some(first) if first.is_ascii_digit() => format!("mirror_{label}"),
        Some(_) => label,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(sources: &[&str]) -> Vec<String> {
        labels(sources.iter().map(|source| ("", *source)))
    }

    #[test]
    fn a_label_is_made_of_the_source() {
        assert_eq!(of(&["quay.io/org/app"]), ["quay_io_org_app"]);
        assert_eq!(of(&["*.example.com"]), ["example_com"]);
        assert_eq!(of(&["10.0.0.1:5000/x"]), ["mirror_10_0_0_1_5000_x"]);
        assert_eq!(of(&[""]), ["mirror"]);
        assert_eq!(labels([("prod", "quay.io")].into_iter()), ["prod_quay_io"]);
    }

    #[test]
    fn colliding_sources_get_different_labels_in_any_order() {
        let labels = of(&["quay.io/a-b", "quay.io/a_b", "quay.io/c"]);
        assert_eq!(labels[2], "quay_io_c");
        assert_ne!(labels[0], labels[1]);
        assert!(labels[0].starts_with("quay_io_a_b_"), "{labels:?}");
        let reversed = of(&["quay.io/a_b", "quay.io/a-b"]);
        assert_eq!([&reversed[1], &reversed[0]], [&labels[0], &labels[1]]);
    }

    #[test]
    fn sources_of_two_clusters_get_different_labels() {
        let labels = labels([("prod", "eu.io/x"), ("prod_eu", "io/x"), ("prod_eu", "io/y")].into_iter());
        assert_ne!(labels[0], labels[1]);
        assert_eq!(labels[2], "prod_eu_io_y");
    }

    proptest! {
        #[test]
        fn labels_are_identifiers_and_unique(
            sources in proptest::collection::btree_set("[a-z.*/:_-]{0,6}|.{0,8}", 0..20),
        ) {
            let labels = labels(sources.iter().map(|source| ("", source.as_str())));
            for label in &labels {
                prop_assert!(label.starts_with(|c: char| c.is_ascii_lowercase()), "{label}");
                prop_assert!(label.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'), "{label}");
            }
            let different: std::collections::BTreeSet<&String> = labels.iter().collect();
            prop_assert_eq!(different.len(), sources.len());
        }
    }
}
