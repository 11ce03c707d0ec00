//! What the command line sets about rules: which ones run, their severities, and what causes exit status 1.

use crate::support::concise::{self, TWO_FINDINGS, UNKNOWN_SOURCE, reported};
use crate::support::program::{Run, findings, fixture, mirrorset_in, scratch};

fn check(text: &str, arguments: &[&str]) -> Run {
    let directory = scratch(&[("main.tf", text)]);
    concise::check(directory.path(), arguments)
}

#[test]
fn selected_rules_run_alone() {
    let run = check(TWO_FINDINGS, &["--select", "short-source"]);
    assert_eq!(reported(&run), ["main.tf error[short-source]"]);
    let run = check(
        TWO_FINDINGS,
        &[
            "--select",
            "non-digest-type,classic-cluster",
            "--select",
            "unknown-value",
        ],
    );
    assert_eq!((run.status, reported(&run)), (0, vec![]));
}

#[test]
fn ignored_rules_do_not_run_even_if_they_are_selected() {
    let run = check(TWO_FINDINGS, &["--ignore", "short-source"]);
    assert_eq!(reported(&run), ["main.tf warning[missing-depends-on]"]);
    let run = check(
        TWO_FINDINGS,
        &[
            "--select",
            "short-source,missing-depends-on",
            "--ignore",
            "short-source",
        ],
    );
    assert_eq!(reported(&run), ["main.tf warning[missing-depends-on]"]);
    let run = check(
        TWO_FINDINGS,
        &["--ignore", "short-source", "--ignore", "missing-depends-on"],
    );
    assert_eq!((run.status, reported(&run)), (0, vec![]));
    assert!(run.stderr.contains("1 clean"), "{}", run.stderr);
}

#[test]
fn syntax_errors_are_reported_whatever_is_selected() {
    let run = check(
        &format!("{UNKNOWN_SOURCE}\nlocals {{\n  a = = 1\n}}\n"),
        &["--select", "short-source"],
    );
    assert_eq!(
        (run.status, reported(&run)),
        (1, vec!["main.tf error[syntax-error]".to_owned()])
    );
}

#[test]
fn an_unknown_rule_is_an_error_with_a_suggestion() {
    for flag in ["--select", "--ignore"] {
        let run = check(TWO_FINDINGS, &[flag, "short-source,short-sauce"]);
        assert_eq!(run.status, 2);
        assert_eq!(run.stdout, "");
        assert!(run.stderr.contains("'short-sauce'"), "{}", run.stderr);
        assert!(
            run.stderr.contains("did you mean `short-source`?"),
            "{}",
            run.stderr
        );
    }
}

#[test]
fn fail_on_sets_the_minimum_severity_that_fails() {
    let status = |arguments: &[&str]| check(TWO_FINDINGS, arguments).status;
    assert_eq!(status(&[]), 1);
    assert_eq!(status(&["--fail-on", "never"]), 0);
    assert_eq!(status(&["--fail-on", "error"]), 1);
    assert_eq!(status(&["--fail-on", "error", "--ignore", "short-source"]), 0);
    assert_eq!(status(&["--fail-on", "warning", "--ignore", "short-source"]), 1);
    assert_eq!(check(UNKNOWN_SOURCE, &[]).status, 0);
    assert_eq!(check(UNKNOWN_SOURCE, &["--fail-on", "info"]).status, 1);
    assert_eq!(status(&["--fail-on", "often"]), 2);
}

#[test]
fn strict_makes_undecided_mirrors_an_error() {
    let run = check(UNKNOWN_SOURCE, &["--strict"]);
    assert_eq!(
        (run.status, reported(&run)),
        (1, vec!["main.tf error[unknown-value]".to_owned()])
    );
    let run = check(UNKNOWN_SOURCE, &["--strict", "--ignore", "unknown-value"]);
    assert_eq!((run.status, reported(&run)), (0, vec![]));
    assert!(
        run.stderr.contains("0 clean, 0 with findings, 1 undecided"),
        "never clean: {}",
        run.stderr
    );
}

#[test]
fn a_selection_has_the_same_effect_on_a_plan() {
    let module = fixture("invalid_examples/short-source");
    for arguments in [
        &["--select", "short-source"][..],
        &["--ignore", "short-source"],
        &["--fail-on", "never"],
    ] {
        let run = |path: &str| {
            let arguments = [
                &["check", path, "--no-changes-info", "--output-format", "json"],
                arguments,
            ]
            .concat();
            mirrorset_in(&module, &arguments)
        };
        let (configuration, plan) = (run("."), run("plan.json"));
        assert_eq!(configuration.status, plan.status);
        assert_eq!(findings(&configuration, &module), findings(&plan, &module));
    }
}
