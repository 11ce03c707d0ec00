//! The configuration file: which one applies, what it can set, and how its errors are shown.

use crate::support::concise::{TWO_FINDINGS, UNKNOWN_SOURCE, check, reported};
use crate::support::program::{findings, fixture, mirrorset_in, scratch};
use insta::assert_snapshot;

/// The exit status and the reported findings of `TWO_FINDINGS` with a configuration file.
fn check_with_config(config: &str, arguments: &[&str]) -> (i32, Vec<String>) {
    let directory = scratch(&[("main.tf", TWO_FINDINGS), ("mirrorset.toml", config)]);
    let run = check(directory.path(), arguments);
    (run.status, reported(&run))
}

/// The findings of `TWO_FINDINGS` with these severities; an empty one is not reported.
fn two_findings(first: &str, second: &str) -> Vec<String> {
    let rules = [(first, "missing-depends-on"), (second, "short-source")];
    let enabled = rules.iter().filter(|(severity, _)| !severity.is_empty());
    enabled
        .map(|(severity, rule)| format!("main.tf {severity}[{rule}]"))
        .collect()
}

#[test]
fn the_file_sets_severities() {
    assert_eq!(check_with_config("", &[]), (1, two_findings("warning", "error")));
    assert_eq!(
        check_with_config(
            r#"[rules]
short-source = "off"
"#,
            &[]
        ),
        (1, two_findings("warning", ""))
    );
    assert_eq!(
        check_with_config(
            "rules = { short-source = \"info\", missing-depends-on = \"error\" }",
            &[]
        ),
        (1, two_findings("error", "info"))
    );
    assert_eq!(
        check_with_config(
            "rules.short-source = 'info'\nrules.missing-depends-on = 'info'",
            &[]
        ),
        (0, two_findings("info", "info"))
    );
}

#[test]
fn the_file_sets_the_minimum_severity_that_fails() {
    assert_eq!(check_with_config("fail-on = \"never\"", &[]).0, 0);
    assert_eq!(
        check_with_config(
            r#"fail-on = "error"
[rules]
short-source = "off""#,
            &[]
        )
        .0,
        0
    );
    assert_eq!(
        check_with_config(
            r#"fail-on = "info"
[rules]
short-source = "info"
missing-depends-on = "off""#,
            &[]
        )
        .0,
        1
    );
}

#[test]
fn strict_makes_undecided_mirrors_an_error() {
    let directory = scratch(&[("main.tf", UNKNOWN_SOURCE), ("mirrorset.toml", "strict = true")]);
    let run = check(directory.path(), &[]);
    assert_eq!(
        (run.status, reported(&run)),
        (1, vec!["main.tf error[unknown-value]".to_owned()])
    );
}

#[test]
fn the_command_line_takes_precedence() {
    let off = r#"fail-on = "never"
[rules]
short-source = "off"
"#;
    assert_eq!(
        check_with_config(off, &["--select", "short-source"]),
        (0, two_findings("", "error"))
    );
    assert_eq!(
        check_with_config(off, &["--fail-on", "warning"]),
        (1, two_findings("warning", ""))
    );
    assert_eq!(
        check_with_config(off, &["--ignore", "missing-depends-on"]),
        (0, vec![])
    );
    assert_eq!(
        check_with_config("rules.short-source = 'info'", &["--select", "short-source"]),
        (0, two_findings("", "info"))
    );
}

#[test]
fn isolated_ignores_the_file_even_if_it_is_invalid() {
    assert_eq!(
        check_with_config(
            r#"[rules]
short-source = "off"
"#,
            &["--isolated"]
        ),
        (1, two_findings("warning", "error"))
    );
    assert_eq!(check_with_config("nonsense = [", &["--isolated"]).0, 1);
}

#[test]
fn the_nearest_file_applies_to_each_root_module() {
    let directory = scratch(&[
        ("mirrorset.toml", "rules.missing-depends-on = 'off'"),
        ("a/main.tf", TWO_FINDINGS),
        ("b/mirrorset.toml", "rules.short-source = 'off'"),
        ("b/c/main.tf", TWO_FINDINGS),
    ]);
    let expected = [
        "a/main.tf error[short-source]",
        "b/c/main.tf warning[missing-depends-on]",
    ];
    assert_eq!(reported(&check(directory.path(), &[])), expected);
    let run = check(&directory.path().join("b/c"), &[]);
    assert_eq!(reported(&run), ["main.tf warning[missing-depends-on]"]);
}

#[test]
fn a_named_file_applies_to_all_root_modules() {
    let directory = scratch(&[
        ("mirrorset.toml", "rules.missing-depends-on = 'off'"),
        ("ci.toml", "rules.short-source = 'off'"),
        ("a/main.tf", TWO_FINDINGS),
    ]);
    let run = check(directory.path(), &["--config", "ci.toml"]);
    assert_eq!(reported(&run), ["a/main.tf warning[missing-depends-on]"]);
    for arguments in [
        &["--config", "absent.toml"][..],
        &["--config", "ci.toml", "--isolated"],
        &["--config", "ci.toml", "--config", "mirrorset.toml"],
    ] {
        let run = check(directory.path(), arguments);
        assert_eq!((run.status, run.stdout.as_str()), (2, ""), "{arguments:?}");
    }
}

#[test]
fn overrides_apply_to_root_modules_and_to_files_that_declare_mirrors() {
    let config = r#"[[overrides]]
paths = ["a", "**/legacy.tf"]
rules = { short-source = "off" }
"#;
    let directory = scratch(&[
        ("mirrorset.toml", config),
        ("a/x/main.tf", TWO_FINDINGS),
        ("b/legacy.tf", TWO_FINDINGS),
        ("c/main.tf", TWO_FINDINGS),
    ]);
    let run = check(directory.path(), &["--ignore", "missing-depends-on"]);
    assert_eq!(reported(&run), ["c/main.tf error[short-source]"]);
    let run = check(directory.path(), &["--select", "short-source"]);
    assert_eq!(
        run.stdout.lines().count(),
        3,
        "the command line wins: {}",
        run.stdout
    );
}

#[test]
fn excluded_paths_are_not_read_unless_they_are_named() {
    let directory = scratch(&[
        ("mirrorset.toml", "exclude = [\"old\", \"**/test-*/\"]"),
        ("old/main.tf", TWO_FINDINGS),
        ("a/test-1/main.tf", "broken {"),
        ("a/main.tf", UNKNOWN_SOURCE),
    ]);
    let run = check(directory.path(), &[]);
    assert_eq!(reported(&run), ["a/main.tf info[unknown-value]"]);
    assert_eq!(
        reported(&check(directory.path(), &["old/main.tf"])),
        [] as [&str; 0]
    );
    assert_eq!(reported(&check(directory.path(), &["old"])).len(), 2);
}

#[test]
fn its_variable_files_are_read_before_those_of_the_command_line() {
    let directory = scratch(&[
        ("mirrorset.toml", "var-files = [\"values/common.tfvars\"]"),
        ("values/common.tfvars", "name = \"nginx\"\n"),
        ("other.tfvars", "name = \"quay.io/a\"\n"),
        ("a/main.tf", UNKNOWN_SOURCE),
        ("a/terraform.tfvars", "name = \"quay.io/b\"\n"),
        ("b/main.tf", &UNKNOWN_SOURCE.replace("c1", "c2")),
    ]);
    let run = check(directory.path(), &[]);
    assert_eq!(
        reported(&run),
        ["values/common.tfvars error[short-source]"],
        "reported once for both root modules"
    );
    assert_eq!(check(directory.path(), &["--var-file", "other.tfvars"]).status, 0);
    let run = mirrorset_in(directory.path(), &["convert", "a", "--to", "json"]);
    assert!(run.stdout.contains("\"nginx\""), "{}{}", run.stdout, run.stderr);
}

#[test]
fn a_plan_has_the_rule_settings_of_its_configuration() {
    let module = fixture("invalid_examples/short-source");
    for config in [
        "rules.short-source = 'off'",
        "rules.short-source = 'info'",
        "fail-on = 'never'",
    ] {
        let directory = scratch(&[("mirrorset.toml", config)]);
        for file in ["main.tf", "plan.json"] {
            std::fs::copy(module.join(file), directory.path().join(file)).unwrap();
        }
        let run = |path: &str| {
            mirrorset_in(
                directory.path(),
                &["check", path, "--no-changes-info", "--output-format", "json"],
            )
        };
        let (configuration, plan) = (run("."), run("plan.json"));
        assert_eq!((configuration.status, plan.status), (0, 0), "{config}");
        assert_eq!(
            findings(&configuration, directory.path()),
            findings(&plan, directory.path())
        );
    }
}

/// The errors of an invalid configuration file.
fn config_errors(config: &str) -> String {
    let directory = scratch(&[("main.tf", TWO_FINDINGS), ("mirrorset.toml", config)]);
    let run = check(directory.path(), &[]);
    assert_eq!((run.status, run.stdout.as_str()), (2, ""));
    run.stderr
}

#[test]
fn errors_are_shown_at_their_location() {
    let text = config_errors(
        r#"fail-on = "warnings"
strickt = true

[rules]
short-sauce = "off"
unknown-value = 1
"#,
    );
    assert_snapshot!(text, @r#"
    error: unknown value for `fail-on`: `warnings`
      ┌─ mirrorset.toml:1:11
      │
    1 │ fail-on = "warnings"
      │           ^^^^^^^^^^
      │
      = help: did you mean `warning`?

    error: unknown key `strickt`
      ┌─ mirrorset.toml:2:1
      │
    2 │ strickt = true
      │ ^^^^^^^
      │
      = help: did you mean `strict`?

    error: unknown rule `short-sauce`
      ┌─ mirrorset.toml:5:1
      │
    5 │ short-sauce = "off"
      │ ^^^^^^^^^^^
      │
      = help: did you mean `short-source`?

    error: invalid type for `unknown-value`: expected one of "off", "info", "warning", "error", found integer
      ┌─ mirrorset.toml:6:17
      │
    6 │ unknown-value = 1
      │                 ^
    "#);
}

#[test]
fn every_key_of_the_file_is_validated() {
    for (config, message) in [
        ("rules = [", "invalid TOML"),
        (
            "rules = []",
            "invalid type for `rules`: expected a table of rules and severities, found array",
        ),
        (
            "strict = \"yes\"",
            "invalid type for `strict`: expected true or false, found string",
        ),
        (
            "exclude = \"a\"",
            "invalid type for `exclude`: expected a list of strings, found string",
        ),
        ("exclude = [\"[a\"]", "invalid glob pattern"),
        (
            "var-files = [1]",
            "invalid type for `var-files`: expected a list of strings, found integer",
        ),
        (
            "overrides = {}",
            "invalid type for `overrides`: expected a list of tables",
        ),
        (
            r#"[[overrides]]
paths = ["a"]"#,
            "missing `rules` in override",
        ),
        (
            r#"[[overrides]]
paths = []
rules = { nope = "off" }"#,
            "unknown rule `nope`",
        ),
        (
            "[[overrides]]
paths = []
rules = {}
path = []",
            "unknown key `path`",
        ),
        ("var-files = [\"absent.tfvars\"]", "absent.tfvars: no such file"),
    ] {
        let directory = scratch(&[("main.tf", TWO_FINDINGS), ("mirrorset.toml", config)]);
        let run = check(directory.path(), &[]);
        assert_eq!(run.status, 2, "{config}");
        assert!(
            format!("{}{}", run.stdout, run.stderr).contains(message),
            "{config}: {}",
            run.stderr
        );
    }
    let directory = scratch(&[("main.tf", TWO_FINDINGS), ("mirrorset.toml", "a = 1")]);
    for arguments in [&["convert"][..], &["check", "--show-settings"]] {
        assert_eq!(mirrorset_in(directory.path(), arguments).status, 2);
    }
}

#[test]
fn the_settings_are_shown_with_their_origin() {
    let config = r#"strict = true
exclude = ["old"]

[rules]
short-source = "off"
non-digest-type = "info"

[[overrides]]
paths = ["a"]
rules = { non-digest-type = "warning" }

[[overrides]]
paths = ["a/main.tf"]
rules = { classic-cluster = "off" }
"#;
    let directory = scratch(&[("mirrorset.toml", config), ("a/main.tf", TWO_FINDINGS)]);
    let run = mirrorset_in(
        directory.path(),
        &["check", "--show-settings", "--fail-on", "error"],
    );
    assert_eq!(run.status, 0, "{}", run.stderr);
    let lines: Vec<&str> = run.stdout.lines().collect();
    assert_eq!(
        lines[..6],
        [
            "# a",
            "fail-on = \"error\" # command line",
            "strict = true # mirrorset.toml:1",
            "exclude = [\"old\"] # mirrorset.toml:2",
            "known-gaps = [] # default",
            "var-files = [] # default",
        ]
    );
    for line in [
        "rules.short-source = \"off\" # mirrorset.toml:5",
        "rules.non-digest-type = \"warning\" # mirrorset.toml:10",
        "rules.classic-cluster = \"error\" # default",
        "rules.unknown-value = \"error\" # mirrorset.toml:1",
        "overrides.\"a/main.tf\".classic-cluster = \"off\" # mirrorset.toml:14",
    ] {
        assert!(lines.contains(&line), "{line}\n{}", run.stdout);
    }
    assert!(
        toml::from_str::<toml::Table>(&run.stdout).is_ok(),
        "{}",
        run.stdout
    );
}
