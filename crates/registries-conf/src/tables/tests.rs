//! Tables by example; `tests/registries.rs` has what the real program makes of many more.

use super::*;

fn entry(source: &str, mirrors: &[&str]) -> Entry {
    Entry {
        source: source.to_owned(),
        mirrors: mirrors.iter().map(|mirror| (*mirror).to_owned()).collect(),
        pull: Pull::DigestOnly,
        policy: SourcePolicy::AllowContacting,
    }
}

fn scopes(scopes: &[&str]) -> Vec<String> {
    scopes.iter().map(|scope| (*scope).to_owned()).collect()
}

/// Each table as one line: scope, marks, mirrors with theirs.
fn lines(settings: &Settings) -> Vec<String> {
    let marks = |marks: &[(bool, &str)]| -> String {
        let marks = marks.iter().filter(|(is_set, _)| *is_set);
        marks.map(|(_, mark)| *mark).collect()
    };
    let line = |table: Table| {
        let own = marks(&[(table.insecure, " insecure"), (table.blocked, " blocked")]);
        let mirrors = table.mirrors.iter().map(|mirror| {
            let by_tag = mirror.pull == Pull::TagOnly;
            let marks = marks(&[(mirror.insecure, " insecure"), (by_tag, " by tag")]);
            format!(" > {}{marks}", mirror.location)
        });
        format!("{}{own}{}", table.scope(), mirrors.collect::<String>())
    };
    settings.tables().unwrap().into_iter().map(line).collect()
}

#[test]
fn sources_are_in_alphabetical_order_and_those_without_a_mirror_are_left_out() {
    let settings = Settings {
        entries: vec![
            entry("quay.io/org", &["m.io/b", "quay.io/org"]),
            entry("ghcr.io", &[]),
            entry("ghcr.io", &["ghcr.io"]),
            entry("*.example.com", &["m.io/a"]),
        ],
        ..Settings::default()
    };
    assert_eq!(
        lines(&settings),
        ["*.example.com > m.io/a", "quay.io/org > m.io/b"]
    );
    assert_eq!(settings.tables().unwrap()[0].prefix, "*.example.com");
    assert_eq!(settings.tables().unwrap()[1].location, "quay.io/org");
}

#[test]
fn blocked_and_insecure_marks_go_to_all_that_lies_under_them() {
    let settings = Settings {
        entries: vec![entry("quay.io/org", &["m.io/b", "n.io"])],
        insecure: scopes(&["m.io", "quay.io"]),
        blocked: scopes(&["quay.io/org/x"]),
        ..Settings::default()
    };
    assert_eq!(
        lines(&settings),
        [
            "quay.io/org insecure > m.io/b insecure > n.io",
            "quay.io/org/x insecure blocked > m.io/b/x insecure > n.io/x",
            "m.io insecure",
            "quay.io insecure",
        ]
    );
}

#[test]
fn a_scope_without_mirrors_takes_those_of_the_shortest_source_above_it() {
    let settings = Settings {
        entries: vec![entry("quay.io", &["a.io"]), entry("quay.io/org", &["b.io/o"])],
        blocked: scopes(&["quay.io/org/x"]),
        ..Settings::default()
    };
    assert_eq!(
        lines(&settings),
        [
            "quay.io > a.io",
            "quay.io/org > b.io/o",
            "quay.io/org/x blocked > a.io/org/x"
        ]
    );
}

#[test]
fn nothing_can_be_handed_down_from_a_wildcard() {
    let mut settings = Settings {
        entries: vec![entry("*.example.com", &["m.io"])],
        insecure: scopes(&["*.example.com"]),
        ..Settings::default()
    };
    assert_eq!(lines(&settings), ["*.example.com insecure > m.io"]);
    settings.blocked = scopes(&["a.example.com/x"]);
    let error = settings.tables().unwrap_err();
    assert_eq!(
        (error.source.as_str(), error.scope.as_str()),
        ("*.example.com", "a.example.com/x")
    );
}

#[test]
fn a_source_that_is_never_contacted_is_blocked_and_mirrors_by_tag_come_last() {
    let mut by_tag = entry("quay.io", &["t.io"]);
    by_tag.pull = Pull::TagOnly;
    let mut never = entry("quay.io", &["d.io"]);
    never.policy = SourcePolicy::NeverContact;
    let settings = Settings {
        entries: vec![by_tag, never],
        ..Settings::default()
    };
    assert_eq!(lines(&settings), ["quay.io blocked > d.io > t.io by tag"]);
}
