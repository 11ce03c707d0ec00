//! Whatever a source, a mirror or an image reference holds: nothing panics, everything ends soon, and what
//! is said of names agrees with what the runtime's rules make of them.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use registries_conf::{
    Entry, Extent, NAME_LIMIT, Name, Place, Pull, Reason, Reference, Registries, Role, Safety, Settings,
    SourcePolicy, covering, diagnose, full_name, is_local, is_nested, is_scope, is_short, is_valid,
    longest_name, matched_length, merged_mirrors, rewrite, unmatchable, unrewritable,
};

const DIGEST: &str = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// Texts near to names, so that random ones come near to what means something.
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

/// Valid sources and mirrors, the odd ones among them.
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

fn any_settings() -> impl Strategy<Value = Settings> {
    let name = || prop_oneof![3 => any_name(), 1 => Just("*.io".to_owned()), 1 => any_text()];
    let names = move |most| prop::collection::vec(name(), 0..most);
    let entry =
        (name(), names(4), any::<bool>(), any::<bool>()).prop_map(|(source, mirrors, tag, never)| Entry {
            source,
            mirrors,
            pull: if tag { Pull::TagOnly } else { Pull::DigestOnly },
            policy: if never {
                SourcePolicy::NeverContact
            } else {
                SourcePolicy::AllowContacting
            },
        });
    (prop::collection::vec(entry, 0..5), names(3), names(3), names(3)).prop_map(
        |(entries, insecure, blocked, allowed)| Settings {
            entries,
            insecure,
            blocked,
            allowed,
        },
    )
}

/// Everything there is to ask of one text and another.
fn ask_everything(text: &str, other: &str) {
    for role in [Role::Source, Role::Mirror] {
        let _ = diagnose(text, role).repair();
    }
    let _ = (is_short(text), full_name(text), is_local(text), is_scope(text));
    let _ = (Name::parse(text), unmatchable(text), unrewritable(text, other));
    let _ = (longest_name(text, other), matched_length(text, other));
    let _ = (is_nested(text, other), covering([other], text));
    if let Ok(image) = Reference::normalized(text) {
        let _ = rewrite(other, text, &image);
    }
}

/// An image under a source, by digest, so many parts deeper; nothing where there can be none.
fn image_under(source: &str, deeper: usize) -> Option<Reference> {
    let host = source.replacen("*.", "sub.", 1);
    let text = format!("{host}{}@{DIGEST}", "/x".repeat(deeper));
    Reference::canonical(&text).ok()
}

proptest! {
    #[test]
    fn nothing_panics(text in any_text(), other in any_text()) {
        ask_everything(&text, &other);
    }

    #[test]
    fn a_text_is_valid_or_has_mistakes_in_order_inside_it(text in any_text(), mirror in any::<bool>()) {
        let role = if mirror { Role::Mirror } else { Role::Source };
        let diagnosis = diagnose(&text, role);
        prop_assert_eq!(diagnosis.mistakes.is_empty(), is_valid(&text, role));
        let mut last = 0;
        for mistake in &diagnosis.mistakes {
            prop_assert!(text.get(mistake.range.clone()).is_some(), "{:?}", mistake);
            prop_assert!(mistake.range.start >= last, "{:?}", diagnosis);
            last = mistake.range.start;
        }
    }

    #[test]
    fn a_repaired_text_is_valid(text in any_text(), mirror in any::<bool>()) {
        let role = if mirror { Role::Mirror } else { Role::Source };
        let diagnosis = diagnose(&text, role);
        for up_to in [Safety::Safe, Safety::Unsafe] {
            if let Some(repair) = diagnosis.repaired(up_to) {
                prop_assert!(diagnose(&repair.name, role).mistakes.is_empty(), "{:?}", repair);
                prop_assert!(repair.safety <= up_to);
            }
        }
    }

    #[test]
    fn a_source_that_can_match_matches(source in prop_oneof![any_name(), any_text()]) {
        if !is_valid(&source, Role::Source) {
            return Ok(());
        }
        let deep = image_under(&source, 3);
        let matches = |image: &Reference| matched_length(&source, image.name()).is_some();
        match unmatchable(&source) {
            None => prop_assert!(deep.as_ref().is_some_and(matches), "{}", source),
            Some(found) => {
                // A number that is no port of a registry is taken for a tag.
                let has_port = Name::parse(&source).unwrap().port.is_some();
                if matches!(found.reason, Reason::NoHost | Reason::LegacyHub) && !has_port {
                    for behind in ["", "/x", "/x/x"] {
                        let image = Reference::normalized(&format!("{source}{behind}"));
                        prop_assert!(!image.as_ref().is_ok_and(matches), "{}", source);
                    }
                }
                if let Some(repair) = found.repair {
                    prop_assert!(is_valid(&repair.name, Role::Source));
                    prop_assert_eq!(unmatchable(&repair.name), None);
                }
            }
        }
    }

    #[test]
    fn what_is_said_of_a_mirror_is_what_rewriting_does(source in any_name(), mirror in any_name()) {
        if unmatchable(&source).is_some() {
            return Ok(());
        }
        // Whether the image so many parts deeper can be rewritten, if there is such an image.
        let works = |deeper| {
            let image = image_under(&source, deeper)?;
            Some(rewrite(&source, &mirror, &image)?.is_ok())
        };
        let found = unrewritable(&source, &mirror);
        let expected = match found.as_ref().map(|found| found.extent) {
            Some(Extent::Every) => [Some(false); 3],
            Some(Extent::InIt) => [Some(false), Some(false), Some(true)],
            Some(Extent::Itself) => [Some(false), Some(true), Some(true)],
            None => match Name::parse(&source).unwrap().place() {
                Place::Repository => [Some(true); 3],
                Place::Namespace => [None, Some(true), Some(true)],
                Place::Registry => [None, None, Some(true)],
            },
        };
        for (deeper, expected) in expected.into_iter().enumerate() {
            if let (Some(works), Some(expected)) = (works(deeper), expected) {
                prop_assert_eq!(works, expected, "{} parts under {} at {}", deeper, source, mirror);
            }
        }
        if let Some(repair) = found.and_then(|found| found.repair) {
            prop_assert!(is_valid(&repair.name, Role::Mirror));
            prop_assert_eq!(unrewritable(&source, &repair.name), None);
        }
    }

    #[test]
    fn the_longest_name_is_the_last_that_can_be_rewritten(more in 0..60usize, fewer in 0..60usize) {
        let source = format!("quay.io/{}", "s".repeat(60 - fewer));
        let mirror = format!("m.example.com/{}", "m".repeat(more + 1));
        let longest = longest_name(&source, &mirror);
        let works = |length: usize| {
            let name = format!("{source}/{}", "x".repeat(length - source.len() - 1));
            let image = Reference::normalized(&format!("{name}@{DIGEST}")).unwrap();
            rewrite(&source, &mirror, &image).unwrap().is_ok()
        };
        prop_assert!(works(longest));
        prop_assert!(longest == NAME_LIMIT || !works(longest + 1));
    }

    #[test]
    fn merging_keeps_every_mirror_once_and_a_single_list_as_it_is(
        lists in prop::collection::vec(prop::collection::vec("[a-e]", 1..6), 1..4)
    ) {
        let slices: Vec<&[String]> = lists.iter().map(Vec::as_slice).collect();
        let merged = merged_mirrors("s", &slices);
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
        let Ok(tables) = settings.tables() else { return Ok(()) };
        let Ok(registries) = Registries::load(&tables) else { return Ok(()) };
        let Ok(image) = Reference::normalized(&image) else { return Ok(()) };
        let resolution = registries.resolve(&image);
        prop_assert!(resolution.tries.is_err() || resolution.tries.is_ok_and(|tries| !tries.is_empty()));
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
