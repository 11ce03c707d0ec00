//! The baseline: which findings match it, which are new, and how stale entries are reported.

use std::path::Path;

use crate::support::program::{Run, VERSIONS, fixture, mirrorset_in, scratch};

const SHORT: &str = r#"
resource "rhcs_image_mirror" "a" {
  cluster_id = "c1"
  source     = "nginx"
  mirrors    = ["m.example.com/nginx"]
}
"#;

/// The same finding in another block, for another cluster.
const OTHER_BLOCK: &str = r#"
resource "rhcs_image_mirror" "b" {
  cluster_id = "c2"
  source     = "nginx"
  mirrors    = ["m.example.com/nginx"]
}
"#;

fn check(directory: &Path, arguments: &[&str]) -> Run {
    mirrorset_in(
        directory,
        &[&["check", "--output-format", "concise"], arguments].concat(),
    )
}

fn write_baseline(text: &str) -> tempfile::TempDir {
    let directory = scratch(&[("main.tf", text), VERSIONS]);
    let run = check(directory.path(), &["--write-baseline", "known.json"]);
    assert_eq!((run.status, run.stdout.as_str()), (0, ""), "{}", run.stderr);
    directory
}

fn check_changed(directory: &Path, text: &str) -> Run {
    std::fs::write(directory.join("main.tf"), text).unwrap();
    check(directory, &["--baseline", "known.json"])
}

#[test]
fn a_baseline_is_sorted_and_contains_no_values() {
    let directory = write_baseline(&format!("{OTHER_BLOCK}{SHORT}"));
    let text = std::fs::read_to_string(directory.path().join("known.json")).unwrap();
    let baseline: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(baseline["version"], 1);
    let addresses: Vec<&str> = baseline["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["address"].as_str().unwrap())
        .collect();
    assert_eq!(addresses, ["rhcs_image_mirror.a", "rhcs_image_mirror.b"]);
    let first = &baseline["findings"][0];
    assert_eq!(
        (&first["file"], &first["rule"]),
        (&"main.tf".into(), &"short-source".into())
    );
    assert_eq!(first["count"], 1);
    assert!(!first["value"].as_str().unwrap().contains("nginx"));
}

#[test]
fn a_mirror_with_only_baseline_findings_is_clean() {
    let directory = write_baseline(SHORT);
    let run = check(directory.path(), &["--baseline", "known.json"]);
    assert_eq!((run.status, run.stdout.as_str()), (0, ""));
    assert_eq!(
        run.stderr,
        "1 mirror in 1 root module: 1 clean, 0 with findings, 0 undecided; 1 in the baseline\n"
    );
}

#[test]
fn findings_match_after_their_lines_move() {
    let directory = write_baseline(SHORT);
    let run = check_changed(directory.path(), &format!("\n\n# new\nlocals {{}}\n{SHORT}"));
    assert_eq!((run.status, run.stdout.as_str()), (0, ""));
}

#[test]
fn a_new_finding_does_not_match_the_baseline() {
    let directory = write_baseline(SHORT);
    for text in [
        SHORT.replace("\"nginx\"", "\"redis\""),
        OTHER_BLOCK.to_owned(),
        format!("{SHORT}{OTHER_BLOCK}"),
        SHORT.replace("mirrors", "type       = \"tag\"\n  mirrors"),
    ] {
        let run = check_changed(directory.path(), &text);
        assert_eq!((run.status, run.stdout.lines().count()), (1, 1), "{}", run.stdout);
    }
}

#[test]
fn stale_entries_are_reported() {
    let directory = write_baseline(SHORT);
    let run = check_changed(directory.path(), &SHORT.replace("\"nginx\"", "\"quay.io/a\""));
    assert_eq!(run.status, 0);
    assert!(
        run.stderr
            .contains("warning: known.json: stale entry: short-source in main.tf: rhcs_image_mirror.a\n"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_baseline_applies_from_any_directory() {
    let directory = write_baseline(SHORT);
    std::fs::create_dir(directory.path().join("sub")).unwrap();
    let run = check(
        &directory.path().join("sub"),
        &["--baseline", "../known.json", ".."],
    );
    assert_eq!((run.status, run.stdout.as_str()), (0, ""), "{}", run.stderr);
}

#[test]
fn a_baseline_of_the_configuration_applies_to_its_plan() {
    let module = fixture("invalid_examples/short-source");
    let directory = scratch(&[]);
    for file in ["main.tf", "plan.json"] {
        std::fs::copy(module.join(file), directory.path().join(file)).unwrap();
    }
    let run = check(directory.path(), &["--write-baseline", "known.json"]);
    assert_eq!(run.status, 0);
    let run = check(
        directory.path(),
        &["--no-changes-info", "--baseline", "known.json", "plan.json"],
    );
    assert_eq!((run.status, run.stdout.as_str()), (0, ""), "{}", run.stderr);
}

#[test]
fn an_invalid_baseline_is_an_error() {
    let directory = scratch(&[
        ("main.tf", SHORT),
        ("other.json", "{}"),
        ("new.json", r#"{"version": 9, "findings": []}"#),
    ]);
    for (file, message) in [
        ("other.json", "error: other.json: invalid baseline"),
        ("new.json", "error: new.json: unsupported baseline version 9"),
        ("absent.json", "error: absent.json: no such file"),
    ] {
        let run = check(directory.path(), &["--baseline", file]);
        assert_eq!(run.status, 2);
        assert!(run.stderr.contains(message), "{}", run.stderr);
    }
}

#[test]
fn unreadable_files_are_never_in_a_baseline() {
    let directory = scratch(&[("main.tf", &format!("{SHORT}\nlocals {{\n  a = = 1\n}}\n"))]);
    let run = check(directory.path(), &["--write-baseline", "known.json"]);
    assert_eq!(run.status, 1);
    assert!(run.stdout.contains("error[syntax-error]"), "{}", run.stdout);
    assert_eq!(run.stdout.lines().count(), 1, "{}", run.stdout);
}
