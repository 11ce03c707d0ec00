//! Examples of tables; `tests/registries.rs` compares many more with the results of the real program.

use super::*;
use crate::is_within_scope;

fn entry(source: &str, mirrors: &[&str]) -> MirrorEntry {
    MirrorEntry {
        source: source.to_owned(),
        mirrors: mirrors.iter().map(|mirror| (*mirror).to_owned()).collect(),
        pull_kind: PullKind::DigestOnly,
        policy: SourcePolicy::AllowContacting,
    }
}

fn scopes(scopes: &[&str]) -> Vec<String> {
    scopes.iter().map(|scope| (*scope).to_owned()).collect()
}

/// Each table as one line: the scope and its flags, then the mirrors and their flags.
fn lines(settings: &RegistrySettings) -> Vec<String> {
    let join_flags = |flags: &[(bool, &str)]| -> String {
        let set_flags = flags.iter().filter(|(is_set, _)| *is_set);
        set_flags.map(|(_, flag)| *flag).collect()
    };
    let line = |table: RegistryTable| {
        let flags = join_flags(&[(table.insecure, " insecure"), (table.blocked, " blocked")]);
        let mirrors = table.mirrors.iter().map(|mirror| {
            let by_tag = mirror.pull_from_mirror == PullFromMirror::TagOnly;
            let flags = join_flags(&[(mirror.insecure, " insecure"), (by_tag, " by tag")]);
            format!(" > {}{flags}", mirror.location)
        });
        format!("{}{flags}{}", table.scope(), mirrors.collect::<String>())
    };
    settings.to_tables().unwrap().into_iter().map(line).collect()
}

#[test]
fn sources_are_sorted_and_those_without_a_real_mirror_are_omitted() {
    let settings = RegistrySettings {
        entries: vec![
            entry("quay.io/org", &["m.io/b", "quay.io/org"]),
            entry("ghcr.io", &[]),
            entry("ghcr.io", &["ghcr.io"]),
            entry("*.example.com", &["m.io/a"]),
        ],
        ..RegistrySettings::default()
    };
    assert_eq!(
        lines(&settings),
        ["*.example.com > m.io/a", "quay.io/org > m.io/b"]
    );
    assert_eq!(settings.to_tables().unwrap()[0].prefix, "*.example.com");
    assert_eq!(settings.to_tables().unwrap()[1].location, "quay.io/org");
}

#[test]
fn blocked_and_insecure_apply_to_everything_within_the_scope() {
    let settings = RegistrySettings {
        entries: vec![entry("quay.io/org", &["m.io/b", "n.io"])],
        insecure: scopes(&["m.io", "quay.io"]),
        blocked: scopes(&["quay.io/org/x"]),
        ..RegistrySettings::default()
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
fn a_scope_without_mirrors_gets_those_of_the_shortest_source_it_is_within() {
    let settings = RegistrySettings {
        entries: vec![entry("quay.io", &["a.io"]), entry("quay.io/org", &["b.io/o"])],
        blocked: scopes(&["quay.io/org/x"]),
        ..RegistrySettings::default()
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
fn mirrors_of_a_wildcard_cannot_be_copied_to_a_nested_scope() {
    let mut settings = RegistrySettings {
        entries: vec![entry("*.example.com", &["m.io"])],
        insecure: scopes(&["*.example.com"]),
        ..RegistrySettings::default()
    };
    assert_eq!(lines(&settings), ["*.example.com insecure > m.io"]);
    settings.blocked = scopes(&["a.example.com/x"]);
    let error = settings.to_tables().unwrap_err();
    assert_eq!(
        (error.source.as_str(), error.scope.as_str()),
        ("*.example.com", "a.example.com/x")
    );
}

#[test]
fn a_source_that_is_never_contacted_is_blocked_and_tag_mirrors_come_last() {
    let mut by_tag = entry("quay.io", &["t.io"]);
    by_tag.pull_kind = PullKind::TagOnly;
    let mut never = entry("quay.io", &["d.io"]);
    never.policy = SourcePolicy::NeverContact;
    let settings = RegistrySettings {
        entries: vec![by_tag, never],
        ..RegistrySettings::default()
    };
    assert_eq!(lines(&settings), ["quay.io blocked > d.io > t.io by tag"]);
}

/// The tables as `EditRegistriesConfig` builds them, which compares every scope with every table.
fn tables_by_comparing_all(settings: &RegistrySettings) -> Result<Vec<RegistryTable>, NestedScopeError> {
    let without_lists = RegistrySettings {
        blocked: Vec::new(),
        insecure: Vec::new(),
        ..settings.clone()
    };
    let mut tables = without_lists.to_tables()?;
    for scope in settings.blocked.iter().chain(&settings.insecure) {
        if !tables.iter().any(|table| table.scope() == scope) {
            tables.push(RegistryTable::from_scope(scope));
        }
    }
    for table in &mut tables {
        for scope in &settings.insecure {
            table.insecure |= is_within_scope(table.scope(), scope);
            for mirror in &mut table.mirrors {
                mirror.insecure |= is_within_scope(&mirror.location, scope);
            }
        }
        for scope in &settings.blocked {
            table.blocked |= is_within_scope(table.scope(), scope);
        }
    }
    for pull_kind in [PullKind::DigestOnly, PullKind::TagOnly] {
        for source in group_by_source(&settings.entries, pull_kind).into_keys() {
            let mirrors = |tables: &[RegistryTable]| {
                let table = tables.iter().find(|table| table.scope() == source);
                table.map(|table| table.mirrors.clone()).unwrap()
            };
            for index in 0..tables.len() {
                let scope = tables[index].scope().to_owned();
                if !tables[index].mirrors.is_empty() || !is_within_scope(&scope, source) {
                    continue;
                }
                if source.starts_with("*.") || !scope.starts_with(source) {
                    let source = source.to_owned();
                    return Err(NestedScopeError { source, scope });
                }
                let mut copied = mirrors(&tables);
                for mirror in &mut copied {
                    mirror.location.push_str(&scope[source.len()..]);
                }
                tables[index].mirrors = copied;
            }
        }
    }
    Ok(tables)
}

proptest::proptest! {
    #[test]
    fn tables_are_those_of_a_comparison_of_all(
        entries in proptest::collection::vec(
            ("(\\*\\.)?[ab](\\.[ab]){0,2}(/[ab]){0,2}", "[mb](/[ab])?", proptest::bool::ANY, proptest::bool::ANY),
            0..6,
        ),
        insecure in proptest::collection::vec("(\\*\\.)?[abm](\\.[ab]){0,2}(/[ab]){0,2}", 0..5),
        blocked in proptest::collection::vec("(\\*\\.)?[ab](\\.[ab]){0,2}(/[ab]){0,2}/?", 0..5),
    ) {
        let entry = |(source, mirror, by_digest, is_contacted)| MirrorEntry {
            source,
            mirrors: vec![mirror],
            pull_kind: if by_digest { PullKind::DigestOnly } else { PullKind::TagOnly },
            policy: if is_contacted { SourcePolicy::AllowContacting } else { SourcePolicy::NeverContact },
        };
        let settings = RegistrySettings {
            entries: entries.into_iter().map(entry).collect(),
            insecure,
            blocked,
            ..RegistrySettings::default()
        };
        proptest::prop_assert_eq!(settings.to_tables(), tables_by_comparing_all(&settings));
    }
}
