//! What the command line decides about rules: which ones run, how they count, what fails.

use crate::support::program::{Run, findings, fixture, mirrorset_in, scratch};

/// A short source (error), and the order of cluster and mirror (warning).
const BOTH: &str = r#"
resource "rhcs_cluster_rosa_hcp" "main" {
  name                     = "main"
  wait_for_create_complete = true
}

resource "rhcs_image_mirror" "a" {
  cluster_id = rhcs_cluster_rosa_hcp.main.id
  source     = "nginx"
  mirrors    = ["m.example.com/nginx"]
}
"#;

const OPEN: &str = r#"
variable "source" {
  type = string
}

resource "rhcs_image_mirror" "a" {
  cluster_id = "c1"
  source     = var.source
  mirrors    = ["m.example.com/nginx"]
}
"#;

fn check(text: &str, arguments: &[&str]) -> Run {
    let directory = scratch(&[("main.tf", text)]);
    let arguments = [&["check", "--output-format", "concise"], arguments].concat();
    mirrorset_in(directory.path(), &arguments)
}

/// The severities and rules that are said.
fn said(run: &Run) -> Vec<String> {
    let word = |line: &str| {
        let (_, rest) = line.split_once(": ")?;
        Some(rest.split_once(' ')?.0.to_owned())
    };
    run.stdout.lines().filter_map(word).collect()
}

#[test]
fn selected_rules_run_alone() {
    let run = check(BOTH, &["--select", "short-source"]);
    assert_eq!(said(&run), ["error[short-source]"]);
    let run = check(
        BOTH,
        &[
            "--select",
            "non-digest-type,classic-cluster",
            "--select",
            "unknown-value",
        ],
    );
    assert_eq!((run.status, said(&run)), (0, vec![]));
}

#[test]
fn ignored_rules_do_not_run_even_if_they_are_selected() {
    let run = check(BOTH, &["--ignore", "short-source"]);
    assert_eq!(said(&run), ["warning[missing-depends-on]"]);
    let run = check(
        BOTH,
        &[
            "--select",
            "short-source,missing-depends-on",
            "--ignore",
            "short-source",
        ],
    );
    assert_eq!(said(&run), ["warning[missing-depends-on]"]);
    let run = check(
        BOTH,
        &["--ignore", "short-source", "--ignore", "missing-depends-on"],
    );
    assert_eq!((run.status, said(&run)), (0, vec![]));
    assert!(run.stderr.contains("1 clean"), "{}", run.stderr);
}

#[test]
fn a_file_that_cannot_be_read_is_never_selected_away() {
    let run = check(
        &format!("{OPEN}\nlocals {{\n  a = = 1\n}}\n"),
        &["--select", "short-source"],
    );
    assert_eq!(
        (run.status, said(&run)),
        (1, vec!["error[syntax-error]".to_owned()])
    );
}

#[test]
fn a_rule_that_there_is_not_is_an_error_with_the_one_that_was_meant() {
    for flag in ["--select", "--ignore"] {
        let run = check(BOTH, &[flag, "short-source,short-sauce"]);
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
    let status = |arguments: &[&str]| check(BOTH, arguments).status;
    assert_eq!(status(&[]), 1);
    assert_eq!(status(&["--fail-on", "never"]), 0);
    assert_eq!(status(&["--fail-on", "error"]), 1);
    assert_eq!(status(&["--fail-on", "error", "--ignore", "short-source"]), 0);
    assert_eq!(status(&["--fail-on", "warning", "--ignore", "short-source"]), 1);
    assert_eq!(check(OPEN, &[]).status, 0);
    assert_eq!(check(OPEN, &["--fail-on", "info"]).status, 1);
    assert_eq!(status(&["--fail-on", "often"]), 2);
}

#[test]
fn strict_makes_what_is_undecided_an_error() {
    let run = check(OPEN, &["--strict"]);
    assert_eq!(
        (run.status, said(&run)),
        (1, vec!["error[unknown-value]".to_owned()])
    );
    let run = check(OPEN, &["--strict", "--ignore", "unknown-value"]);
    assert_eq!((run.status, said(&run)), (0, vec![]));
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
        let (own, plan) = (run("."), run("plan.json"));
        assert_eq!(own.status, plan.status);
        assert_eq!(findings(&own, &module), findings(&plan, &module));
    }
}
