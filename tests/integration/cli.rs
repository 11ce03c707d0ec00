//! The command line as a user sees it: what is printed, where, and the exit status.

use std::path::Path;

use crate::support::program::{
    VERSIONS, fixture, mirrorset, mirrorset_in, mirrorset_with_environment, mirrorset_with_input, scratch,
    scratch_bytes,
};
use insta::assert_snapshot;
use mirrorset::testing::output::check::FORMATS;

const MIRROR: &[u8] = br#"
resource "rhcs_image_mirror" "nginx" {
  cluster_id = "2lbbrpgkocgajphhqee7vku1pgd4qsge"
  source     = "docker.io/library/nginx"
  mirrors    = ["mirror.example.com/library/nginx"]
}
"#;

fn plan(name: &str) -> String {
    std::fs::read_to_string(fixture(name)).unwrap()
}

#[test]
fn full_shows_the_source_text_the_reason_and_the_help() {
    let run = mirrorset(&["check", "invalid_examples/short-source"]);
    assert_eq!(run.status, 1);
    assert_eq!(run.stderr, "");
    assert_snapshot!(run.stdout, @r#"
    error[short-source]: rhcs_image_mirror.nginx: source "nginx" has no registry host
       ┌─ invalid_examples/short-source/main.tf:29:16
       │
    29 │   source     = "nginx"
       │                ^^^^^^^ never matches an image reference
       │
       = note: the container runtime expands short image names before matching but does not expand sources, so this mirror is never used
       = help: write the full name: "docker.io/library/nginx"

    2 mirrors in 1 root module: 1 clean, 1 with findings, 0 undecided; 1 skipped (plan that is not named: 1)
    "#);
}

#[test]
fn full_crops_the_single_line_of_a_plan() {
    let run = mirrorset(&[
        "check",
        "--no-changes-info",
        "invalid_examples/short-source/plan.json",
    ]);
    assert_eq!(run.status, 1);
    assert_snapshot!(run.stdout, @r#"
    error[short-source]: rhcs_image_mirror.nginx: source "nginx" has no registry host
      ┌─ invalid_examples/short-source/plan.json:1:2325
      │
    1 │ …"source":"nginx"…
      │           ^^^^^^^ never matches an image reference
      │
      = note: the container runtime expands short image names before matching but does not expand sources, so this mirror is never used
      = help: write the full name: "docker.io/library/nginx"

    2 mirrors in 1 plan: 1 clean, 1 with findings, 0 undecided
    "#);
}

#[test]
fn a_classic_cluster_finding_shows_the_trace_to_it() {
    let run = mirrorset(&["check", "invalid_examples/classic-cluster"]);
    assert_snapshot!(run.stdout, @r#"
    error[classic-cluster]: rhcs_image_mirror.nginx: cluster_id refers to rhcs_cluster_rosa_classic.old, a classic cluster
       ┌─ invalid_examples/classic-cluster/main.tf:45:16
       │
    27 │ resource "rhcs_cluster_rosa_classic" "old" {
       │ ------------------------------------------ the classic cluster
       ·
    45 │   cluster_id = rhcs_cluster_rosa_classic.old.id
       │                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ not a hosted control plane cluster
       │
       = note: only hosted control plane clusters support image mirrors; the provider rejects this during apply
       = help: refer to an `rhcs_cluster_rosa_hcp`; for a classic cluster, apply an ImageDigestMirrorSet to the cluster itself (`mirrorset convert` prints one)

    2 mirrors in 1 root module: 1 clean, 1 with findings, 0 undecided; 1 skipped (plan that is not named: 1)
    "#);
}

#[test]
fn concise_prints_one_line_per_finding_and_the_summary_to_standard_error() {
    let run = mirrorset(&[
        "check",
        "--output-format",
        "concise",
        "invalid_examples/missing-depends-on",
    ]);
    assert_eq!(run.status, 1);
    assert_snapshot!(run.stdout, @"invalid_examples/missing-depends-on/main.tf:34:1: warning[missing-depends-on] rhcs_image_mirror.redis: depends_on does not name its cluster, rhcs_cluster_rosa_hcp.example");
    assert_snapshot!(run.stderr, @"2 mirrors in 1 root module: 1 clean, 1 with findings, 0 undecided; 1 skipped (plan that is not named: 1)");
}

#[test]
fn json_has_the_documented_form() {
    let directory = scratch_bytes(&[
        (VERSIONS.0, VERSIONS.1.as_bytes()),
        (
            "main.tf",
            br#"resource "rhcs_image_mirror" "a" {
  cluster_id = "c1"
  source     = "nginx"
  mirrors    = ["m.example.com/nginx"]
}
"#,
        ),
    ]);
    let run = mirrorset_in(directory.path(), &["check", "--output-format", "json"]);
    assert_eq!(run.status, 1);
    assert_snapshot!(run.stdout, @r#"
    {
      "version": 1,
      "tool": {
        "name": "mirrorset",
        "version": "0.1.0",
        "url": "https://github.com/mirrorset/mirrorset"
      },
      "complete": true,
      "errors": [],
      "findings": [
        {
          "rule": "short-source",
          "url": "https://github.com/mirrorset/mirrorset/blob/v0.1.0/docs/rules.md#short-source",
          "severity": "error",
          "message": "source \"nginx\" has no registry host",
          "note": "the container runtime expands short image names before matching but does not expand sources, so this mirror is never used",
          "help": "write the full name: \"docker.io/library/nginx\"",
          "address": "rhcs_image_mirror.a",
          "file": "main.tf",
          "start": {
            "line": 3,
            "column": 16,
            "offset": 70
          },
          "end": {
            "line": 3,
            "column": 23,
            "offset": 77
          },
          "related": [],
          "fix": {
            "title": "write \"docker.io/library/nginx\"",
            "applicability": "safe",
            "edits": [
              {
                "file": "main.tf",
                "start": {
                  "line": 3,
                  "column": 16,
                  "offset": 70
                },
                "end": {
                  "line": 3,
                  "column": 23,
                  "offset": 77
                },
                "content": "\"docker.io/library/nginx\""
              }
            ]
          }
        }
      ],
      "suppressed": [],
      "mirrors": [
        {
          "address": "rhcs_image_mirror.a",
          "root": ".",
          "file": "main.tf",
          "start": {
            "line": 1,
            "column": 1,
            "offset": 0
          },
          "cluster": "c1",
          "source": "nginx",
          "mirrors": [
            "m.example.com/nginx"
          ],
          "verdict": "with_findings"
        }
      ],
      "coverage": {
        "read": [
          {
            "file": "main.tf",
            "role": "configuration"
          },
          {
            "file": "versions.tf",
            "role": "configuration"
          }
        ],
        "skipped": []
      },
      "fixed": null,
      "summary": {
        "mirrors": 1,
        "clean": 0,
        "with_findings": 1,
        "undecided": 0,
        "without_instances": 0,
        "files": 2,
        "unreadable": 0,
        "suppressed": 0,
        "in_baseline": 0,
        "skipped": 0
      }
    }
    "#);
}

#[test]
fn annotations_name_files_from_the_top_of_the_repository() {
    let mirror = "resource \"rhcs_image_mirror\" \"a\" {\n  cluster_id = \"c1\"\n  source = \"nginx\"\n  mirrors = [\"m.example.com/nginx\"]\n}\n";
    let files = scratch(&[("live/main.tf", VERSIONS.1), ("shared/main.tf", mirror)]);
    let top = files.path().to_str().unwrap();
    let root = "--project-root=..";
    let call = "module \"x\" {\n  source = \"../shared\"\n}\n";
    std::fs::write(files.path().join("live/call.tf"), call).unwrap();
    let annotation = |environment: &[(&str, &str)]| {
        let arguments = ["check", ".", root, "--output-format", "github"];
        let run = mirrorset_with_environment(&files.path().join("live"), &arguments, environment);
        let (_, file) = run.stdout.split_once("file=").unwrap();
        file.split(',').next().unwrap().to_owned()
    };
    assert_eq!(annotation(&[]), "../shared/main.tf");
    assert_eq!(annotation(&[("GITHUB_WORKSPACE", top)]), "shared/main.tf");
    assert_eq!(
        annotation(&[("GITHUB_WORKSPACE", "/elsewhere")]),
        "../shared/main.tf"
    );
}

#[test]
fn formats_for_programs_say_what_could_not_be_read() {
    let files = scratch(&[("main.tf", "")]);
    let run = |format: &str| {
        mirrorset_in(
            files.path(),
            &["check", ".", "gone/x.json", "--output-format", format],
        )
    };
    let for_people = ["full", "concise"];
    for format in FORMATS.iter().map(|format| format.name) {
        let run = run(format);
        assert_eq!(run.status, 2, "{format}");
        assert!(
            for_people.contains(&format) || run.stdout.contains("gone/x.json"),
            "{format}"
        );
        assert!(
            run.stderr
                .contains("error: gone/x.json: no such file or directory"),
            "{format}"
        );
    }
    let document: serde_json::Value = serde_json::from_str(&run("json").stdout).unwrap();
    assert_eq!(document["errors"][0]["file"], "gone/x.json");
    assert_eq!(
        document["errors"][0]["message"],
        "gone/x.json: no such file or directory"
    );
    let line: serde_json::Value = serde_json::from_str(run("json-lines").stdout.trim()).unwrap();
    assert_eq!(
        (&line["rule"], &line["file"]),
        (&serde_json::Value::Null, &"gone/x.json".into())
    );
    assert_eq!(
        run("github").stdout,
        "::error file=gone/x.json::gone/x.json: no such file or directory\n"
    );
}

#[test]
fn json_lines_has_the_findings_of_json_one_per_line() {
    let json = mirrorset(&[
        "check",
        "--output-format",
        "json",
        "invalid_examples/short-source",
    ]);
    let json: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    let run = mirrorset(&[
        "check",
        "--output-format",
        "json-lines",
        "invalid_examples/short-source",
    ]);
    let lines: Vec<serde_json::Value> = run
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(&lines, json["findings"].as_array().unwrap());
    assert_eq!(run.status, 1);
}

#[test]
fn github_shows_the_most_severe_finding_first_at_its_location() {
    let directory = scratch_bytes(&[(
        "a,b/main.tf",
        br#"
variable "name" {
  type = string
}

resource "rhcs_image_mirror" "open" {
  cluster_id = "c1"
  source     = var.name
  mirrors    = ["m.example.com/100%"]
}

resource "rhcs_image_mirror" "short" {
  cluster_id = "c1"
  source     = "nginx"
  mirrors    = ["m.example.com/nginx"]
}
"#,
    )]);
    let run = mirrorset_in(
        directory.path(),
        &[
            "check",
            "--output-format",
            "github",
            "--select",
            "short-source,unknown-value",
        ],
    );
    let lines: Vec<&str> = run.stdout.lines().collect();
    assert_eq!(lines.len(), 2, "{}", run.stdout);
    let start =
        "::error title=mirrorset short-source,file=a%2Cb/main.tf,line=14,endLine=14,col=16,endColumn=23::";
    assert!(lines[0].starts_with(start), "{}", lines[0]);
    assert!(
        lines[0].contains("%0A"),
        "the help is on a line of its own: {}",
        lines[0]
    );
    assert!(
        lines[1].starts_with("::notice title=mirrorset unknown-value,"),
        "{}",
        lines[1]
    );
}

#[test]
fn color_is_used_only_on_request() {
    let colored = mirrorset(&["check", "--color", "always", "invalid_examples/short-source"]);
    assert!(colored.stdout.contains("\u{1b}["));
    let plain = mirrorset(&["check", "invalid_examples/short-source"]);
    assert!(!plain.stdout.contains("\u{1b}["));
}

#[test]
fn exit_zero_applies_to_findings_but_not_to_unreadable_input() {
    assert_eq!(
        mirrorset(&["check", "--exit-zero", "invalid_examples/short-source"]).status,
        0
    );
    assert_eq!(mirrorset(&["check", "--exit-zero", "no-such-path"]).status, 2);
}

#[test]
fn several_paths_are_checked_in_one_run() {
    let run = mirrorset(&["check", "guide", "invalid_examples/short-source/plan.json"]);
    let last = run.stdout.lines().last().unwrap();
    assert_eq!(
        last,
        "10 mirrors in 6 inputs: 7 clean, 3 with findings, 0 undecided; 5 skipped (plan that is not named: 5)"
    );
}

#[test]
fn a_plan_is_read_from_standard_input() {
    let run = mirrorset_with_input(
        &[
            "check",
            "--no-changes-info",
            "--output-format",
            "concise",
            "--stdin-filename",
            "plan.json",
            "-",
        ],
        plan("invalid_examples/short-source/plan.json").as_bytes(),
    );
    assert_eq!(run.status, 1);
    assert!(
        run.stdout.starts_with("plan.json:1:2325: error[short-source] "),
        "{}",
        run.stdout
    );
}

/// The error and the help for an input with exit status 2.
fn load_error(directory: &Path, path: &str) -> String {
    let run = mirrorset_in(directory, &["check", path]);
    assert_eq!(run.status, 2, "{path}: {}{}", run.stdout, run.stderr);
    let text = format!("{}{}", run.stderr, run.stdout);
    let lines = text
        .lines()
        .filter(|line| line.starts_with("error") || line.contains("help: "));
    lines
        .map(|line| line.trim_start_matches([' ', '=']))
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn unreadable_input_is_reported_with_the_reason_and_help() {
    let complete = plan("guide/simple-mirror/plan.json");
    let gzip: &[u8] = &[0x1f, 0x8b, 8, 0, 0];
    let utf16 = |text: &str| -> Vec<u8> {
        let units = std::iter::once(0xfeff).chain(text.encode_utf16());
        units.flat_map(u16::to_le_bytes).collect()
    };
    let directory = scratch_bytes(&[
        ("empty/readme.md", b"nothing"),
        ("truncated.json", &complete.as_bytes()[..700]),
        ("new.json", complete.replacen("1.2", "2.0", 1).as_bytes()),
        ("other.json", br#"{"a": 1}"#),
        ("stream.json", b"{\"@level\":\"info\",\"@message\":\"Terraform 1.11.4\",\"type\":\"version\"}\n{\"@level\":\"info\",\"@message\":\"x\"}\n"),
        ("terraform.tfstate", br#"{"version": 4, "terraform_version": "1.11.4", "serial": 1, "lineage": "x", "resources": []}"#),
        ("tfplan", b"PK\x03\x04 and so on"),
        ("plan.json.gz", gzip),
        ("doubled.json", [complete.as_bytes(), complete.as_bytes()].concat().as_slice()),
        ("utf16.json", &utf16(&complete)[2..]),
        ("utf16-with-a-mark.json", &utf16(&complete)),
        ("binary.json", b"\x01\x02\x00\xff"),
        ("twice.json", complete.replacen("\"format_version\"", "\"variables\":{},\"variables\":{},\"format_version\"", 1).as_bytes()),
        ("deep.json", format!("{{\"format_version\":\"1.2\",\"planned_values\":{{}},\"x\":{}1{}}}", "[".repeat(999), "]".repeat(999)).as_bytes()),
        ("utf8/main.tf", b"locals {\n  a = \"\xff\"\n}\n"),
    ]);
    let load_error = |path| load_error(directory.path(), path);
    assert_snapshot!(load_error("absent"), @"error: absent: no such file or directory");
    assert_snapshot!(load_error("empty"), @"error: empty: no Terraform configuration in this directory (no .tf, .tf.json, .tofu or .tofu.json file), and no manifest that declares mirrors");
    assert_snapshot!(load_error("truncated.json"), @r"
    error[syntax-error]: truncated.json: unexpected end of the JSON document
    help: the command that wrote the file may have been interrupted; run it again: `terraform show -json PLAN > plan.json`
    ");
    assert_snapshot!(load_error("new.json"), @r"
    error[unsupported-input]: new.json: unsupported format version 2.0
    help: supported versions are 1.x and 0.2, as written by Terraform 0.15 and newer and by OpenTofu
    ");
    assert_snapshot!(load_error("other.json"), @r"
    error[unsupported-input]: other.json: the file is JSON, but neither a plan nor a state
    help: use the output of `terraform show -json PLAN` for a plan, and of `terraform show -json` for a state
    ");
    assert!(load_error("stream.json").contains("terraform show -json"));
    assert!(load_error("terraform.tfstate").contains("terraform show -json"));
    assert_snapshot!(load_error("tfplan"), @r"
    error[unsupported-input]: tfplan: the file is a binary plan (or another zip archive), not JSON
    help: convert it to JSON first: `terraform show -json PLAN > plan.json`
    ");
    assert_snapshot!(load_error("plan.json.gz"), @r"
    error[unsupported-input]: plan.json.gz: the file is compressed with gzip
    help: decompress it first: `gunzip -k FILE`
    ");
    assert_snapshot!(load_error("doubled.json"), @r"
    error[syntax-error]: doubled.json: unexpected text after the end of the JSON document
    help: write the output of each `terraform show -json` to a separate file
    ");
    for name in ["utf16.json", "utf16-with-a-mark.json"] {
        let error = load_error(name);
        assert!(
            error.contains("the file is UTF-16, but UTF-8 is required"),
            "{error}"
        );
        assert!(
            error.contains("help: save the file as UTF-8; `>` in PowerShell writes UTF-16"),
            "{error}"
        );
    }
    assert_snapshot!(load_error("binary.json"), @r"
    error[unsupported-input]: binary.json: the file is binary, not text
    help: convert a plan to JSON first: `terraform show -json PLAN > plan.json`
    ");
    assert_snapshot!(load_error("twice.json"), @r"
    error[syntax-error]: twice.json: duplicate key `variables` in an object
    help: Terraform does not write such a file, so the file was modified: create it again with `terraform show -json PLAN > plan.json`
    ");
    assert_snapshot!(load_error("deep.json"), @r"
    error[syntax-error]: deep.json: the JSON document is nested too deeply; the limit is 128 levels
    help: Terraform does not write such a file, so the file was modified: create it again with `terraform show -json PLAN > plan.json`
    ");
    assert_snapshot!(load_error("utf8"), @r"
    error[syntax-error]: utf8/main.tf: the file is not valid UTF-8 (invalid byte at offset 16)
    help: save the file as UTF-8
    ");
}

#[test]
fn a_broken_block_affects_only_itself() {
    let broken = [b"locals {\n  a = = 1\n}\n".as_slice(), MIRROR].concat();
    let directory = scratch_bytes(&[("main.tf", &broken)]);
    let run = mirrorset_in(directory.path(), &["check", "--output-format", "concise"]);
    assert_eq!(run.status, 1);
    assert!(run.stdout.starts_with("main.tf:2:"), "{}", run.stdout);
    assert!(run.stdout.contains("error[syntax-error]"), "{}", run.stdout);
    assert_snapshot!(run.stderr, @"1 mirror in 1 root module: 1 clean, 0 with findings, 0 undecided");
}

#[test]
fn deep_nesting_affects_only_its_block() {
    let deep = format!(
        "locals {{
  a = {}{}
}}
",
        "[".repeat(10_000),
        "]".repeat(10_000)
    );
    let directory = scratch_bytes(&[
        ("main.tf", &[deep.as_bytes(), MIRROR].concat()),
        (VERSIONS.0, VERSIONS.1.as_bytes()),
    ]);
    let run = mirrorset_in(directory.path(), &["check", "--output-format", "concise"]);
    assert_eq!(run.status, 1);
    assert_eq!(run.stdout.lines().count(), 1, "{}", run.stdout);
    assert!(run.stdout.contains("error[syntax-error]"), "{}", run.stdout);
    assert!(
        run.stderr.contains("1 mirror in 1 root module: 1 clean"),
        "{}",
        run.stderr
    );
}

/// Terraform 1.11.4 evaluates it to true. It has more operators than hcl-edit allows in one chain.
#[test]
fn a_long_operator_chain_is_evaluated() {
    let text = r#"
variable "region" {
  type    = string
  default = "region-7"
}

locals {
  supported = (
    var.region == "region-0" ||
    var.region == "region-1" ||
    var.region == "region-2" ||
    var.region == "region-3" ||
    var.region == "region-4" ||
    var.region == "region-5" ||
    var.region == "region-6" ||
    var.region == "region-7" ||
    var.region == "region-8" ||
    var.region == "region-9" ||
    var.region == "region-10" ||
    var.region == "region-11" ||
    var.region == "region-12" ||
    var.region == "region-13" ||
    var.region == "region-14" ||
    var.region == "region-15" ||
    var.region == "region-16" ||
    var.region == "region-17" ||
    var.region == "region-18" ||
    var.region == "region-19" ||
    var.region == "region-20" ||
    var.region == "region-21" ||
    var.region == "region-22" ||
    var.region == "region-23" ||
    var.region == "region-24" ||
    var.region == "region-25" ||
    var.region == "region-26" ||
    var.region == "region-27" ||
    var.region == "region-28" ||
    var.region == "region-29" ||
    var.region == "region-30" ||
    var.region == "region-31" ||
    var.region == "region-32" ||
    var.region == "region-33" ||
    var.region == "region-34" ||
    var.region == "region-35" ||
    var.region == "region-36" ||
    var.region == "region-37" ||
    var.region == "region-38" ||
    var.region == "region-39" ||
    var.region == "region-40" ||
    var.region == "region-41" ||
    var.region == "region-42" ||
    var.region == "region-43" ||
    var.region == "region-44" ||
    var.region == "region-45" ||
    var.region == "region-46" ||
    var.region == "region-47" ||
    var.region == "region-48" ||
    var.region == "region-49" ||
    var.region == "region-50" ||
    var.region == "region-51" ||
    var.region == "region-52" ||
    var.region == "region-53" ||
    var.region == "region-54" ||
    var.region == "region-55" ||
    var.region == "region-56" ||
    var.region == "region-57" ||
    var.region == "region-58" ||
    var.region == "region-59" ||
    var.region == "region-60" ||
    var.region == "region-61" ||
    var.region == "region-62" ||
    var.region == "region-63" ||
    var.region == "region-64"
  )
}

resource "rhcs_image_mirror" "m" {
  count      = local.supported ? 1 : 0
  cluster_id = "2lbbrpgkocgajphhqee7vku1pgd4qsge"
  source     = "quay.io/team"
  mirrors    = ["mirror.example.com/team"]
}
"#;
    let directory = scratch(&[("main.tf", text), VERSIONS]);
    let run = mirrorset_in(directory.path(), &["check", "--output-format", "concise"]);
    assert_eq!(run.status, 0, "{}", run.stdout);
    assert_eq!(run.stdout, "");
    assert_snapshot!(run.stderr, @"1 mirror in 1 root module: 1 clean, 0 with findings, 0 undecided");
}

#[test]
fn a_long_line_is_read() {
    let long = format!(
        r#"locals {{
  a = "{}"
}}
"#,
        "x".repeat(10_000_000)
    );
    let directory = scratch_bytes(&[
        ("main.tf", &[long.as_bytes(), MIRROR].concat()),
        (VERSIONS.0, VERSIONS.1.as_bytes()),
    ]);
    let run = mirrorset_in(directory.path(), &["check"]);
    assert_eq!((run.status, run.stderr.as_str()), (0, ""));
    assert_snapshot!(run.stdout, @"1 mirror in 1 root module: 1 clean, 0 with findings, 0 undecided");
}

#[cfg(unix)]
#[test]
fn a_link_to_a_parent_is_not_followed() {
    let directory = scratch_bytes(&[("a/main.tf", MIRROR), ("a/versions.tf", VERSIONS.1.as_bytes())]);
    std::os::unix::fs::symlink("..", directory.path().join("a/up")).unwrap();
    let run = mirrorset_in(directory.path(), &["check", "."]);
    assert_eq!(run.status, 0);
    assert_eq!(run.stderr, "");
    assert_snapshot!(run.stdout, @"1 mirror in 1 root module: 1 clean, 0 with findings, 0 undecided");
}

/// Checks and converts this configuration, in which `hunter2` is a secret.
fn assert_hidden(main: &[u8], values: &[u8], rule: &str) {
    let directory = scratch_bytes(&[("main.tf", main), ("terraform.tfvars", values)]);
    let hidden = |arguments: &[&str]| {
        let run = mirrorset_in(directory.path(), arguments);
        let printed = format!("{}{}", run.stdout, run.stderr);
        assert!(!printed.contains("hunter2"), "{arguments:?}: {printed}");
        run
    };
    for format in ["full", "concise", "json"] {
        let run = hidden(&["check", "--output-format", format]);
        assert_eq!(run.status, 1, "what is wrong with it is found all the same");
        assert!(run.stdout.contains(rule), "{}", run.stdout);
    }
    for target in ["idms", "json"] {
        hidden(&["convert", "--to", target]);
    }
}

#[test]
fn a_sensitive_value_is_checked_and_never_shown() {
    assert_hidden(
        br#"
variable "image" {
  type      = string
  sensitive = true
}

resource "rhcs_image_mirror" "a" {
  cluster_id = "c1"
  source     = var.image
  mirrors    = ["m.example.com/a"]
}
"#,
        b"image = \"hunter2\"\n",
        "short-source",
    );
}

#[test]
fn a_list_in_a_sensitive_object_is_never_shown() {
    assert_hidden(
        br#"
variable "registry" {
  type      = object({ mirrors = list(string) })
  sensitive = true
}

resource "rhcs_image_mirror" "a" {
  cluster_id = "c1"
  source     = "quay.io/a"
  mirrors    = var.registry.mirrors
}
"#,
        b"registry = { mirrors = [\"hunter2\"] }\n",
        "unrewritable-mirror",
    );
}

/// Three findings with a safe fix, one of which makes two mirrors equal, and one finding with an unsafe fix.
/// Its line ends are to be CRLF.
const FIXABLE: &str = r#"resource "rhcs_image_mirror" "a" {
  cluster_id = "2lbbrpgkocgajphhqee7vku1pgd4qsge" # stays
  source     = "nginx"
  mirrors    = ["https://m.example.com/nginx", "m.example.com/nginx"]
  type       = "tag"
}
resource "rhcs_image_mirror" "b" {
  cluster_id = "2lbbrpgkocgajphhqee7vku1pgd4qsge"
  source     = "quay.io/org:1"
  mirrors    = ["m.example.com/org"]
}
"#;

#[test]
fn fixes_are_shown_and_applied() {
    let directory = scratch(&[("main.tf", &FIXABLE.replace('\n', "\r\n")), VERSIONS]);
    let text = || std::fs::read_to_string(directory.path().join("main.tf")).unwrap();
    let before = text();

    let run = mirrorset_in(directory.path(), &["check", "--diff"]);
    assert_eq!(run.status, 1);
    assert!(
        run.stdout.starts_with("--- a/main.tf\n+++ b/main.tf\n"),
        "{}",
        run.stdout
    );
    assert!(
        run.stdout
            .contains("+  source     = \"docker.io/library/nginx\"\r\n"),
        "{}",
        run.stdout
    );
    assert!(
        !run.stdout.contains("+  source     = \"quay.io/org\""),
        "{}",
        run.stdout
    );
    assert_eq!(text(), before);

    let run = mirrorset_in(
        directory.path(),
        &["check", "--fix", "--output-format", "concise"],
    );
    assert_eq!(run.status, 1);
    // The duplicate mirror then is a finding too, which is fixed as well.
    assert_eq!(
        run.stderr.lines().next(),
        Some("4 findings fixed in 1 file"),
        "{}",
        run.stderr
    );
    let safe = before
        .replace("\"nginx\"", "\"docker.io/library/nginx\"")
        .replace(
            "[\"https://m.example.com/nginx\", \"m.example.com/nginx\"]",
            "[\"m.example.com/nginx\"]",
        )
        .replace("\"tag\"", "\"digest\"");
    assert_eq!(text(), safe);
    assert_eq!(run.stdout.lines().count(), 1, "{}", run.stdout);

    mirrorset_in(directory.path(), &["check", "--fix", "--unsafe-fixes"]);
    assert_eq!(text(), safe.replace("quay.io/org:1", "quay.io/org"));
    let run = mirrorset_in(directory.path(), &["check", "--diff", "--unsafe-fixes"]);
    assert_eq!((run.status, run.stdout.as_str()), (0, ""));
}

/// The empty list is reported only after the argument is renamed, and no fix can fill it.
#[test]
fn a_fix_that_introduces_an_error_is_not_applied() {
    let before = "resource \"rhcs_image_mirror\" \"a\" {
  cluster_id        = \"2lbbrpgkocgajphhqee7vku1pgd4qsge\"
  source            = \"nginx\"
  mirror_registries = []
}
";
    let directory = scratch_bytes(&[("main.tf", before.as_bytes())]);
    let run = mirrorset_in(
        directory.path(),
        &["check", "--fix", "--output-format", "concise"],
    );
    assert_eq!(
        run.stderr.lines().collect::<Vec<_>>()[..2],
        [
            "warning: main.tf:4: unsupported-argument: fix skipped because it would introduce a new error",
            "1 finding fixed in 1 file",
        ]
    );
    let text = std::fs::read_to_string(directory.path().join("main.tf")).unwrap();
    assert_eq!(text, before.replace("\"nginx\"", "\"docker.io/library/nginx\""));
    assert_eq!(run.status, 1);
}

#[test]
fn suppressed_findings_are_not_fixed() {
    let suppressed = FIXABLE.replace('\n', "\r\n").replace(
        "\"nginx\"\r",
        "\"nginx\" # mirrorset: ignore[short-source] it is what we mean\r",
    );
    let directory = scratch(&[("main.tf", &suppressed)]);
    mirrorset_in(directory.path(), &["check", "--fix"]);
    let text = std::fs::read_to_string(directory.path().join("main.tf")).unwrap();
    assert!(text.contains("source     = \"nginx\" #"), "{text}");
    assert!(text.contains("\"digest\""), "{text}");
}

#[test]
fn a_plan_is_fixed_in_its_configuration_and_standard_input_is_not_fixed() {
    let directory = scratch_bytes(&[
        (
            "main.tf",
            &std::fs::read(fixture("invalid_examples/short-source/main.tf")).unwrap(),
        ),
        (
            "plan.json",
            &std::fs::read(fixture("invalid_examples/short-source/plan.json")).unwrap(),
        ),
    ]);
    let plan = std::fs::read(directory.path().join("plan.json")).unwrap();
    let run = mirrorset_in(directory.path(), &["check", "--fix", "plan.json"]);
    assert!(
        run.stderr.contains("1 finding fixed in 1 file"),
        "{}{}",
        run.stderr,
        run.stdout
    );
    let text = std::fs::read_to_string(directory.path().join("main.tf")).unwrap();
    assert!(text.contains("\"docker.io/library/nginx\""), "{text}");
    assert_eq!(std::fs::read(directory.path().join("plan.json")).unwrap(), plan);
    let run = mirrorset_with_input(&["check", "--fix", "-"], &plan);
    assert_eq!(run.status, 2);
    assert!(run.stderr.contains("cannot fix standard input"), "{}", run.stderr);
}

#[test]
fn a_repository_without_mirrors_passes_if_no_path_is_named() {
    let directory = scratch(&[
        (".git/HEAD", ""),
        ("README.md", "# Notes\n"),
        ("app/values.yaml", "a: 1\n"),
    ]);
    let check = |arguments: &[&str]| {
        let arguments = [&["check", "--output-format", "concise"], arguments].concat();
        mirrorset_in(directory.path(), &arguments)
    };
    let run = check(&[]);
    let found = "skipped-input] .: nothing to check: no Terraform configuration in this directory (no .tf, .tf.json, .tofu \
                 or .tofu.json file), and no manifest that declares mirrors\n";
    assert_eq!((run.status, run.stdout), (0, format!("info[{found}")));
    assert!(
        run.stderr.ends_with("1 skipped (nothing to check: 1)\n"),
        "{}",
        run.stderr
    );
    let run = check(&["--strict"]);
    assert_eq!((run.status, run.stdout), (1, format!("error[{found}")));
    // A path that is named has to hold something.
    for paths in [&["."][..], &["app"], &["--strict", "."]] {
        let run = check(paths);
        assert_eq!((run.status, run.stdout), (2, String::new()), "{paths:?}");
    }
    assert_eq!(mirrorset_in(directory.path(), &["check", "--fix"]).status, 0);
    assert_eq!(mirrorset_in(directory.path(), &["convert"]).status, 2);
}
