//! Examples of issues: their kind and range, and the suggested name.

use super::*;

fn issues(text: &str, role: Role) -> Vec<(NameIssueKind, String)> {
    diagnose(text, role)
        .issues
        .into_iter()
        .map(|issue| (issue.kind, text[issue.range].to_owned()))
        .collect()
}

/// Asserts that a source has one issue, and what is suggested.
#[track_caller]
fn assert_issue(
    text: &str,
    kind: NameIssueKind,
    excerpt: &str,
    expected: Option<(&str, SuggestionApplicability)>,
) {
    assert_eq!(
        issues(text, Role::Source),
        [(kind, excerpt.to_owned())],
        "{text:?}"
    );
    let suggestion = diagnose(text, Role::Source).suggest_name();
    assert_eq!(
        suggestion
            .as_ref()
            .map(|suggestion| (suggestion.name.as_str(), suggestion.applicability)),
        expected,
        "{text:?}"
    );
}

#[test]
fn a_valid_text_has_no_issue_and_no_suggestion() {
    for text in ["quay.io", "mirror:5000/org/app", "*.example.com", "nginx"] {
        let diagnosis = diagnose(text, Role::Source);
        assert_eq!(diagnosis.issues, [], "{text}");
        assert_eq!(diagnosis.suggest_name(), None, "{text}");
    }
}

#[test]
fn text_around_a_name_is_removed_safely() {
    let safe = |name| Some((name, SuggestionApplicability::Safe));
    assert_issue(
        " quay.io/org",
        NameIssueKind::Whitespace,
        " ",
        safe("quay.io/org"),
    );
    assert_issue(
        "quay.io/org\t\n",
        NameIssueKind::Whitespace,
        "\t\n",
        safe("quay.io/org"),
    );
    assert_issue(
        "https://quay.io/org",
        NameIssueKind::Scheme,
        "https://",
        safe("quay.io/org"),
    );
    assert_issue(
        "docker://nginx",
        NameIssueKind::Scheme,
        "docker://",
        safe("nginx"),
    );
    assert_issue("/quay.io", NameIssueKind::LeadingSlash, "/", safe("quay.io"));
    assert_issue(
        "quay.io/org//",
        NameIssueKind::TrailingSlash,
        "//",
        safe("quay.io/org"),
    );
    assert_issue(
        "quay.io//org/app",
        NameIssueKind::DoubleSlash,
        "/",
        safe("quay.io/org/app"),
    );
    assert_issue(
        "quay.io/a///b",
        NameIssueKind::DoubleSlash,
        "//",
        safe("quay.io/a/b"),
    );
    assert_issue(
        "*.example.com/",
        NameIssueKind::TrailingSlash,
        "/",
        safe("*.example.com"),
    );
}

#[test]
fn tags_digests_upper_case_and_inner_space_have_unsafe_edits() {
    let unsafe_name = |name| Some((name, SuggestionApplicability::Unsafe));
    assert_issue(
        "quay.io/org/app:v1",
        NameIssueKind::Tag,
        ":v1",
        unsafe_name("quay.io/org/app"),
    );
    assert_issue(
        "reg:5000/app:v1",
        NameIssueKind::Tag,
        ":v1",
        unsafe_name("reg:5000/app"),
    );
    assert_issue(
        "quay.io/app:",
        NameIssueKind::Tag,
        ":",
        unsafe_name("quay.io/app"),
    );
    assert_issue(
        "nginx:latest",
        NameIssueKind::Tag,
        ":latest",
        unsafe_name("nginx"),
    );
    assert_issue(
        "quay.io/app@sha256:00",
        NameIssueKind::Digest,
        "@sha256:00",
        unsafe_name("quay.io/app"),
    );
    assert_issue(
        "quay.io/MyOrg/app",
        NameIssueKind::Uppercase,
        "MyOrg",
        unsafe_name("quay.io/myorg/app"),
    );
    assert_issue(
        "quay.io/my org",
        NameIssueKind::Whitespace,
        " ",
        unsafe_name("quay.io/myorg"),
    );
    assert_issue(
        "quay. io/org",
        NameIssueKind::Whitespace,
        " ",
        unsafe_name("quay.io/org"),
    );
}

#[test]
fn ambiguous_issues_have_no_suggestion() {
    assert_issue("", NameIssueKind::Empty, "", None);
    assert_issue("  ", NameIssueKind::Empty, "  ", None);
    assert_issue("quay.io:x/org", NameIssueKind::InvalidPort, ":x", None);
    assert_issue("quay.io:/org", NameIssueKind::InvalidPort, ":", None);
    assert_issue("quay.io:latest", NameIssueKind::InvalidPort, ":latest", None);
    assert_issue("my_host.io/org", NameIssueKind::InvalidHost, "_", None);
    assert_issue("-a.io", NameIssueKind::InvalidHost, "-", None);
    assert_issue("quay..io", NameIssueKind::InvalidHost, ".", None);
    assert_issue("quay.io./org", NameIssueKind::InvalidHost, ".", None);
    assert_issue(".quay.io", NameIssueKind::InvalidHost, ".", None);
    assert_issue(":5000/org", NameIssueKind::InvalidHost, "", None);
    assert_issue("[::1]:5000/org", NameIssueKind::InvalidHost, "[::1]:5000", None);
    assert_issue("user@quay.io/org", NameIssueKind::InvalidHost, "@", None);
    assert_issue("é.io/org", NameIssueKind::InvalidHost, "é", None);
    assert_issue("quay.io/é", NameIssueKind::InvalidCharacter, "é", None);
    assert_issue("quay.io/a:b/c", NameIssueKind::InvalidCharacter, ":", None);
    assert_issue("quay.io/a?b", NameIssueKind::InvalidCharacter, "?", None);
    assert_issue("quay.io/a..b", NameIssueKind::InvalidSeparator, "..", None);
    assert_issue("quay.io/a___b", NameIssueKind::InvalidSeparator, "___", None);
    assert_issue("quay.io/-a", NameIssueKind::InvalidSeparator, "-", None);
    assert_issue("quay.io/a_", NameIssueKind::InvalidSeparator, "_", None);
}

#[test]
fn a_wildcard_is_allowed_only_as_the_host_of_a_source() {
    assert_issue("*", NameIssueKind::Wildcard, "*", None);
    assert_issue("*.", NameIssueKind::InvalidHost, "", None);
    assert_issue("a.*.com", NameIssueKind::Wildcard, "*", None);
    assert_issue("quay.io/*", NameIssueKind::Wildcard, "*", None);
    assert_issue(
        "*.example.com:5000/a",
        NameIssueKind::WildcardSuffix,
        ":5000/a",
        None,
    );
    assert_issue("*.example.com/a", NameIssueKind::WildcardSuffix, "/a", None);
    assert_eq!(
        issues("*.example.com", Role::Mirror),
        [(NameIssueKind::Wildcard, "*".to_owned())]
    );
    assert_eq!(diagnose("*.example.com", Role::Mirror).suggest_name(), None);
}

#[test]
fn issues_do_not_hide_each_other() {
    assert_eq!(
        issues(" https://quay.io//My Org/app:v1@sha256:00/ ", Role::Mirror),
        [
            (NameIssueKind::Whitespace, " "),
            (NameIssueKind::Scheme, "https://"),
            (NameIssueKind::DoubleSlash, "/"),
            (NameIssueKind::Uppercase, "My"),
            (NameIssueKind::Whitespace, " "),
            (NameIssueKind::Uppercase, "Org"),
            (NameIssueKind::Tag, ":v1"),
            (NameIssueKind::Digest, "@sha256:00"),
            (NameIssueKind::TrailingSlash, "/"),
            (NameIssueKind::Whitespace, " "),
        ]
        .map(|(kind, excerpt)| (kind, excerpt.to_owned()))
    );
    let diagnosis = diagnose(" https://quay.io//My Org/app:v1@sha256:00/ ", Role::Mirror);
    // The tag and the uppercase letters remain, so safe edits alone do not suffice.
    assert_eq!(diagnosis.suggest_name_up_to(SuggestionApplicability::Safe), None);
    let suggestion = diagnosis.suggest_name().unwrap();
    assert_eq!(
        (suggestion.name.as_str(), suggestion.applicability),
        ("quay.io/myorg/app", SuggestionApplicability::Unsafe)
    );
}

#[test]
fn a_text_of_only_slashes_or_a_scheme_is_empty() {
    assert_eq!(
        issues("//", Role::Source),
        [
            (NameIssueKind::LeadingSlash, "//".to_owned()),
            (NameIssueKind::Empty, String::new())
        ]
    );
    assert_eq!(
        issues("https://", Role::Source),
        [
            (NameIssueKind::Scheme, "https://".to_owned()),
            (NameIssueKind::Empty, String::new())
        ]
    );
}

#[test]
fn a_text_has_at_most_255_characters() {
    let longest = format!("quay.io/{}", "a".repeat(MAX_LOCATION_LENGTH - "quay.io/".len()));
    assert_eq!(issues(&longest, Role::Source), []);
    assert_eq!(
        issues(&format!("{longest}bc"), Role::Source),
        [(NameIssueKind::TooLong, "bc".to_owned())]
    );
    // The scheme counts towards the length as long as it is present.
    let with_scheme = format!("https://{longest}");
    let diagnosis = diagnose(&with_scheme, Role::Source);
    assert_eq!(diagnosis.issues.len(), 2);
    assert_eq!(diagnosis.suggest_name().unwrap().name, longest);
}
