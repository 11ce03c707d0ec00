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
fn a_file_that_cannot_be_read_is_never_selected_away() {
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
fn a_rule_that_there_is_not_is_an_error_with_the_one_that_was_meant() {
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
fn the_line_of_failure_moves() {
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
fn strict_makes_what_is_undecided_an_error() {
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
fn a_plan_of_the_same_configuration_is_weighed_alike() {
    let module = fixture("mistakes/short-source");
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
