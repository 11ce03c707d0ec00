//! For any source, mirror or image reference, nothing panics, everything takes linear time, and issues of names
//! agree with matching and rewriting.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use registries_conf::{
    AffectedImages, Granularity, ImageReference, Location, MAX_IMAGE_NAME_LENGTH, MirrorEntry, PullKind,
    Registries, RegistrySettings, Role, ScopeMap, SourcePolicy, SuggestionApplicability, UnmatchableReason,
    can_match, diagnose, expand_short_name, find_match_issue, find_rewrite_issue, is_loopback, is_short_name,
    is_valid_location, is_valid_scope, is_within_scope, matched_length, max_image_name_length, merge_mirrors,
    rewrite,
};

const DIGEST: &str = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// Texts similar to names, so that random texts are often almost valid.
fn any_text() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "quay.io",
        "docker.io",
        "index.docker.io",
        "mirror",
        "localhost",
        "Quay.io",
        "*.",
        "*",
        "/",
        "//",
        ":",
        "5000",
        "443",
        "org",
        "nginx",
        "library",
        "Org",
        "a_b",
        "__",
        "..",
        "-",
        " ",
        "\t",
        "\u{a0}",
        "é",
        "😀",
        "https://",
        "://",
        "@",
        ":v1",
        "[::1]",
        "?",
        "sha256:",
        "@sha256:00",
        DIGEST,
    ]);
    let pieces = prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat());
    prop_oneof![4 => pieces, 1 => ".{0,12}"]
}

/// Valid sources and mirrors, including unusual ones.
fn any_name() -> impl Strategy<Value = String> {
    let host = prop::sample::select(vec![
        "quay.io",
        "docker.io",
        "index.docker.io",
        "registry-1.docker.io",
        "mirror",
        "mirror:5000",
        "localhost",
        "docker.io:443",
        "10.0.0.5:5000",
        "Mirror.example.com",
        "22",
    ]);
    let path = prop::collection::vec(
        prop::sample::select(vec!["org", "nginx", "library", "a__b"]),
        0..4,
    );
    (host, path).prop_map(|(host, path)| {
        let parts: Vec<&str> = std::iter::once(host).chain(path).collect();
        parts.join("/")
    })
}

fn any_settings() -> impl Strategy<Value = RegistrySettings> {
    let name = || prop_oneof![3 => any_name(), 1 => Just("*.io".to_owned()), 1 => any_text()];
    let names = move |most| prop::collection::vec(name(), 0..most);
    let entry = (name(), names(4), any::<bool>(), any::<bool>()).prop_map(|(source, mirrors, tag, never)| {
        MirrorEntry {
            source,
            mirrors,
            pull_kind: if tag {
                PullKind::TagOnly
            } else {
                PullKind::DigestOnly
            },
            policy: if never {
                SourcePolicy::NeverContact
            } else {
                SourcePolicy::AllowContacting
            },
        }
    });
    (prop::collection::vec(entry, 0..5), names(3), names(3), names(3)).prop_map(
        |(entries, insecure, blocked, allowed)| RegistrySettings {
            search: Vec::new(),
            entries,
            insecure,
            blocked,
            allowed,
        },
    )
}

/// Calls every function with one text and another.
fn ask_everything(text: &str, other: &str) {
    for role in [Role::Source, Role::Mirror] {
        let _ = diagnose(text, role).suggest_name();
    }
    let _ = (
        is_short_name(text),
        expand_short_name(text),
        is_loopback(text),
        is_valid_scope(text),
    );
    let _ = (
        Location::parse(text),
        find_match_issue(text),
        find_rewrite_issue(text, other),
    );
    let _ = (max_image_name_length(text, other), matched_length(text, other));
    let _ = is_within_scope(text, other);
    let scopes = ScopeMap::from_iter([(other, ())]);
    let _ = (scopes.longest_containing(text), scopes.within(text).count());
    if let Ok(image) = ImageReference::parse_normalized(text) {
        let _ = rewrite(other, text, &image);
    }
}

/// An image by digest, this many path segments below a source; `None` if there can be none.
fn image_under(source: &str, deeper: usize) -> Option<ImageReference> {
    let host = source.replacen("*.", "sub.", 1);
    let text = format!("{host}{}@{DIGEST}", "/x".repeat(deeper));
    ImageReference::parse_canonical(&text).ok()
}

proptest! {
    #[test]
    fn nothing_panics(text in any_text(), other in any_text()) {
        ask_everything(&text, &other);
    }

    #[test]
    fn a_text_is_valid_or_has_ordered_issues_inside_it(text in any_text(), mirror in any::<bool>()) {
        let role = if mirror { Role::Mirror } else { Role::Source };
        let diagnosis = diagnose(&text, role);
        prop_assert_eq!(diagnosis.issues.is_empty(), is_valid_location(&text, role));
        let mut last = 0;
        for issue in &diagnosis.issues {
            prop_assert!(text.get(issue.range.clone()).is_some(), "{:?}", issue);
            prop_assert!(issue.range.start >= last, "{:?}", diagnosis);
            last = issue.range.start;
        }
    }

    #[test]
    fn a_suggested_name_is_valid(text in any_text(), mirror in any::<bool>()) {
        let role = if mirror { Role::Mirror } else { Role::Source };
        let diagnosis = diagnose(&text, role);
        for up_to in [SuggestionApplicability::Safe, SuggestionApplicability::Unsafe] {
            if let Some(suggestion) = diagnosis.suggest_name_up_to(up_to) {
                prop_assert!(diagnose(&suggestion.name, role).issues.is_empty(), "{:?}", suggestion);
                prop_assert!(suggestion.applicability <= up_to);
            }
        }
    }

    #[test]
    fn a_source_that_can_match_matches(source in prop_oneof![any_name(), any_text()]) {
        if !is_valid_location(&source, Role::Source) {
            prop_assert!(!can_match(&source), "{}", source);
            return Ok(());
        }
        prop_assert_eq!(can_match(&source), find_match_issue(&source).is_none());
        let deep = image_under(&source, 3);
        let matches = |image: &ImageReference| matched_length(&source, image.name()).is_some();
        match find_match_issue(&source) {
            None => prop_assert!(deep.as_ref().is_some_and(matches), "{}", source),
            Some(found) => {
                // A number that is not the port of a registry is parsed as a tag.
                let has_port = Location::parse(&source).unwrap().port.is_some();
                if matches!(found.reason, UnmatchableReason::NoHost | UnmatchableReason::LegacyDockerHub) && !has_port {
                    for suffix in ["", "/x", "/x/x"] {
                        let image = ImageReference::parse_normalized(&format!("{source}{suffix}"));
                        prop_assert!(!image.as_ref().is_ok_and(matches), "{}", source);
                    }
                }
                if let Some(suggestion) = found.suggestion {
                    prop_assert!(is_valid_location(&suggestion.name, Role::Source));
                    prop_assert_eq!(find_match_issue(&suggestion.name), None);
                }
            }
        }
    }

    #[test]
    fn rewrite_issues_agree_with_rewriting(source in any_name(), mirror in any_name()) {
        if find_match_issue(&source).is_some() {
            return Ok(());
        }
        // Whether the image this many path segments below can be rewritten, if there is such an image.
        let works = |deeper| {
            let image = image_under(&source, deeper)?;
            Some(rewrite(&source, &mirror, &image)?.is_ok())
        };
        let found = find_rewrite_issue(&source, &mirror);
        let expected = match found.as_ref().map(|found| found.affected) {
            Some(AffectedImages::All) => [Some(false); 3],
            Some(AffectedImages::UpToOneLevelBelow) => [Some(false), Some(false), Some(true)],
            Some(AffectedImages::SourceItself) => [Some(false), Some(true), Some(true)],
            None => match Location::parse(&source).unwrap().granularity() {
                Granularity::Repository => [Some(true); 3],
                Granularity::Namespace => [None, Some(true), Some(true)],
                Granularity::Registry => [None, None, Some(true)],
            },
        };
        for (deeper, expected) in expected.into_iter().enumerate() {
            if let (Some(works), Some(expected)) = (works(deeper), expected) {
                prop_assert_eq!(works, expected, "{} parts under {} at {}", deeper, source, mirror);
            }
        }
        if let Some(suggestion) = found.and_then(|found| found.suggestion) {
            prop_assert!(is_valid_location(&suggestion.name, Role::Mirror));
            prop_assert_eq!(find_rewrite_issue(&source, &suggestion.name), None);
        }
    }

    #[test]
    fn the_maximum_name_length_is_the_last_that_can_be_rewritten(more in 0..60usize, fewer in 0..60usize) {
        let source = format!("quay.io/{}", "s".repeat(60 - fewer));
        let mirror = format!("m.example.com/{}", "m".repeat(more + 1));
        let longest = max_image_name_length(&source, &mirror);
        let works = |length: usize| {
            let name = format!("{source}/{}", "x".repeat(length - source.len() - 1));
            let image = ImageReference::parse_normalized(&format!("{name}@{DIGEST}")).unwrap();
            rewrite(&source, &mirror, &image).unwrap().is_ok()
        };
        prop_assert!(works(longest));
        prop_assert!(longest == MAX_IMAGE_NAME_LENGTH || !works(longest + 1));
    }

    #[test]
    fn merging_keeps_every_mirror_once_and_a_single_list_unchanged(
        lists in prop::collection::vec(prop::collection::vec("[a-e]", 1..6), 1..4)
    ) {
        let slices: Vec<&[String]> = lists.iter().map(Vec::as_slice).collect();
        let merged = merge_mirrors("s", &slices);
        let all: BTreeSet<&str> = lists.iter().flatten().map(String::as_str).collect();
        let once: BTreeSet<&str> = merged.iter().copied().filter(|mirror| *mirror != "s").collect();
        prop_assert_eq!(&once, &all);
        prop_assert!(merged.len() <= all.len() + 1);
        let first: BTreeSet<&String> = lists[0].iter().collect();
        if lists.len() == 1 && first.len() == lists[0].len() {
            prop_assert_eq!(merged, lists[0].iter().map(String::as_str).collect::<Vec<_>>());
        }
    }

    #[test]
    fn every_image_is_resolved_under_any_settings(settings in any_settings(), image in any_text()) {
        let _ = settings.validate();
        let Ok(tables) = settings.to_tables() else { return Ok(()) };
        let Ok(registries) = Registries::from_tables(&tables) else { return Ok(()) };
        let Ok(image) = ImageReference::parse_normalized(&image) else { return Ok(()) };
        let resolution = registries.resolve(&image);
        prop_assert!(resolution.pull_sources.is_err() || resolution.pull_sources.is_ok_and(|sources| !sources.is_empty()));
    }
}

#[test]
fn long_hostile_texts_take_linear_time() {
    let begun = Instant::now();
    for piece in [
        "a",
        "-",
        "/",
        ":",
        "@",
        ".",
        "*.",
        " ",
        "a-",
        "a/",
        "/:",
        "a.",
        "a_",
        "A",
        "é",
        "://",
        "a://",
        "a/b:",
        "@sha256:0",
        "a@",
        "//a",
        "[",
        "a ",
    ] {
        let text = piece.repeat(100_000 / piece.len());
        ask_everything(&text, "quay.io/org");
        ask_everything(&format!("quay.io/{text}"), &text);
        ask_everything(&format!("{text}!"), &format!("*.{text}"));
    }
    let taken = begun.elapsed();
    println!("69 texts of 100 kB: {taken:?}");
    // Quadratic time would be a quarter of an hour.
    assert!(taken < Duration::from_mins(1), "{taken:?}");
}
