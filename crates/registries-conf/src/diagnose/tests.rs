//! Mistakes by example: what is found, where, and what the text becomes.

use super::*;

fn found(text: &str, role: Role) -> Vec<(Fault, String)> {
    diagnose(text, role)
        .mistakes
        .into_iter()
        .map(|mistake| (mistake.fault, text[mistake.range].to_owned()))
        .collect()
}

/// The one mistake of a source, and the repair.
#[track_caller]
fn assert_one(text: &str, fault: Fault, at: &str, repair: Option<(&str, Safety)>) {
    assert_eq!(found(text, Role::Source), [(fault, at.to_owned())], "{text:?}");
    let repaired = diagnose(text, Role::Source).repair();
    assert_eq!(
        repaired
            .as_ref()
            .map(|repair| (repair.name.as_str(), repair.safety)),
        repair,
        "{text:?}"
    );
}

#[test]
fn a_valid_text_has_no_mistake_and_no_repair() {
    for text in ["quay.io", "mirror:5000/org/app", "*.example.com", "nginx"] {
        let diagnosis = diagnose(text, Role::Source);
        assert_eq!(diagnosis.mistakes, [], "{text}");
        assert_eq!(diagnosis.repair(), None, "{text}");
    }
}

#[test]
fn what_stands_around_a_name_is_safely_taken_away() {
    let safe = |name| Some((name, Safety::Safe));
    assert_one(" quay.io/org", Fault::Space, " ", safe("quay.io/org"));
    assert_one("quay.io/org\t\n", Fault::Space, "\t\n", safe("quay.io/org"));
    assert_one(
        "https://quay.io/org",
        Fault::Scheme,
        "https://",
        safe("quay.io/org"),
    );
    assert_one("docker://nginx", Fault::Scheme, "docker://", safe("nginx"));
    assert_one("/quay.io", Fault::LeadingSlash, "/", safe("quay.io"));
    assert_one("quay.io/org//", Fault::TrailingSlash, "//", safe("quay.io/org"));
    assert_one(
        "quay.io//org/app",
        Fault::DoubleSlash,
        "/",
        safe("quay.io/org/app"),
    );
    assert_one("quay.io/a///b", Fault::DoubleSlash, "//", safe("quay.io/a/b"));
    assert_one("*.example.com/", Fault::TrailingSlash, "/", safe("*.example.com"));
}

#[test]
fn tags_digests_case_and_inner_space_are_taken_away_unsafely() {
    let guess = |name| Some((name, Safety::Unsafe));
    assert_one("quay.io/org/app:v1", Fault::Tag, ":v1", guess("quay.io/org/app"));
    assert_one("reg:5000/app:v1", Fault::Tag, ":v1", guess("reg:5000/app"));
    assert_one("quay.io/app:", Fault::Tag, ":", guess("quay.io/app"));
    assert_one("nginx:latest", Fault::Tag, ":latest", guess("nginx"));
    assert_one(
        "quay.io/app@sha256:00",
        Fault::Digest,
        "@sha256:00",
        guess("quay.io/app"),
    );
    assert_one(
        "quay.io/MyOrg/app",
        Fault::UpperCase,
        "MyOrg",
        guess("quay.io/myorg/app"),
    );
    assert_one("quay.io/my org", Fault::Space, " ", guess("quay.io/myorg"));
    assert_one("quay. io/org", Fault::Space, " ", guess("quay.io/org"));
}

#[test]
fn what_has_no_sure_remedy_is_shown_alone() {
    assert_one("", Fault::Empty, "", None);
    assert_one("  ", Fault::Empty, "  ", None);
    assert_one("quay.io:x/org", Fault::Port, ":x", None);
    assert_one("quay.io:/org", Fault::Port, ":", None);
    assert_one("quay.io:latest", Fault::Port, ":latest", None);
    assert_one("my_host.io/org", Fault::Host, "_", None);
    assert_one("-a.io", Fault::Host, "-", None);
    assert_one("quay..io", Fault::Host, ".", None);
    assert_one("quay.io./org", Fault::Host, ".", None);
    assert_one(".quay.io", Fault::Host, ".", None);
    assert_one(":5000/org", Fault::Host, "", None);
    assert_one("[::1]:5000/org", Fault::Host, "[::1]:5000", None);
    assert_one("user@quay.io/org", Fault::Host, "@", None);
    assert_one("é.io/org", Fault::Host, "é", None);
    assert_one("quay.io/é", Fault::Character, "é", None);
    assert_one("quay.io/a:b/c", Fault::Character, ":", None);
    assert_one("quay.io/a?b", Fault::Character, "?", None);
    assert_one("quay.io/a..b", Fault::Separator, "..", None);
    assert_one("quay.io/a___b", Fault::Separator, "___", None);
    assert_one("quay.io/-a", Fault::Separator, "-", None);
    assert_one("quay.io/a_", Fault::Separator, "_", None);
}

#[test]
fn a_wildcard_is_a_whole_host_of_a_source() {
    assert_one("*", Fault::Wildcard, "*", None);
    assert_one("*.", Fault::Host, "", None);
    assert_one("a.*.com", Fault::Wildcard, "*", None);
    assert_one("quay.io/*", Fault::Wildcard, "*", None);
    assert_one("*.example.com:5000/a", Fault::BehindWildcard, ":5000/a", None);
    assert_one("*.example.com/a", Fault::BehindWildcard, "/a", None);
    assert_eq!(
        found("*.example.com", Role::Mirror),
        [(Fault::Wildcard, "*".to_owned())]
    );
    assert_eq!(diagnose("*.example.com", Role::Mirror).repair(), None);
}

#[test]
fn mistakes_do_not_hide_each_other() {
    assert_eq!(
        found(" https://quay.io//My Org/app:v1@sha256:00/ ", Role::Mirror),
        [
            (Fault::Space, " "),
            (Fault::Scheme, "https://"),
            (Fault::DoubleSlash, "/"),
            (Fault::UpperCase, "My"),
            (Fault::Space, " "),
            (Fault::UpperCase, "Org"),
            (Fault::Tag, ":v1"),
            (Fault::Digest, "@sha256:00"),
            (Fault::TrailingSlash, "/"),
            (Fault::Space, " "),
        ]
        .map(|(fault, at)| (fault, at.to_owned()))
    );
    let diagnosis = diagnose(" https://quay.io//My Org/app:v1@sha256:00/ ", Role::Mirror);
    // The tag and the letters remain, so safe edits alone do not make a name.
    assert_eq!(diagnosis.repaired(Safety::Safe), None);
    let repair = diagnosis.repair().unwrap();
    assert_eq!(
        (repair.name.as_str(), repair.safety),
        ("quay.io/myorg/app", Safety::Unsafe)
    );
}

#[test]
fn only_slashes_or_a_scheme_leave_nothing() {
    assert_eq!(
        found("//", Role::Source),
        [
            (Fault::LeadingSlash, "//".to_owned()),
            (Fault::Empty, String::new())
        ]
    );
    assert_eq!(
        found("https://", Role::Source),
        [
            (Fault::Scheme, "https://".to_owned()),
            (Fault::Empty, String::new())
        ]
    );
}

#[test]
fn a_text_has_255_characters_at_most() {
    let longest = format!("quay.io/{}", "a".repeat(LENGTH_LIMIT - "quay.io/".len()));
    assert_eq!(found(&longest, Role::Source), []);
    assert_eq!(
        found(&format!("{longest}bc"), Role::Source),
        [(Fault::TooLong, "bc".to_owned())]
    );
    // What is in the way counts as long as it is there.
    let diagnosis = diagnose(&format!("https://{longest}"), Role::Source);
    assert_eq!(diagnosis.mistakes.len(), 2);
    assert_eq!(diagnosis.repair().unwrap().name, longest);
}
