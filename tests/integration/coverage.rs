//! What is read and what is skipped: the same for every order of paths and from every directory, and counted.

use std::path::Path;

use crate::support::program::{
    Run, UNDECLARED_PROVIDER, fixture, mirrorset_in, mirrorset_with_stdin, scratch,
};
use serde_json::Value;

/// A root module in `live/prod`, a module that it calls, a file that this module reads, and files of other kinds.
const TREE: [(&str, &str); 12] = [
    (".git/HEAD", "ref: refs/heads/main\n"),
    (".gitignore", "scratch/\n"),
    (
        "live/prod/main.tf",
        r#"
module "mirrors" {
  source = "../../modules/mirrors"
  name   = var.name
}

variable "name" {
  type = string
}
"#,
    ),
    ("live/prod/terraform.tfvars", "name = \"nginx\"\n"),
    (
        "modules/mirrors/main.tf",
        r#"
variable "name" {
  type = string
}

locals {
  settings = yamldecode(file("${path.module}/../../settings.yaml"))
}

resource "rhcs_image_mirror" "m" {
  cluster_id = "2lbbrpgkocgajphhqee7vku1pgd4qsge"
  source     = var.name
  mirrors    = local.settings.mirrors
}
"#,
    ),
    ("settings.yaml", "mirrors: [mirror.example.com/library/nginx]\n"),
    (
        "live/test/main.tf",
        r#"
module "hidden" {
  source        = "app.terraform.io/example/mirrors/rhcs"
  image_mirrors = {}
}
"#,
    ),
    (
        "scratch/main.tf",
        "resource \"rhcs_image_mirror\" \"ignored\" {}\n",
    ),
    ("values.tfvars", "name = \"other\"\n"),
    ("tests/prod.tftest.hcl", "run \"x\" {}\n"),
    ("README.md", "# A mirror\n"),
    ("chart.yaml", "replicas: 1\n"),
];

fn check(directory: &Path, paths: &[&str]) -> (Run, Value) {
    let run = mirrorset_in(
        directory,
        &[&["check", "--output-format", "json"], paths].concat(),
    );
    let report = serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{}", run.stderr));
    (run, report)
}

/// The rule and the file of each finding.
fn findings(report: &Value) -> Vec<(String, String)> {
    let text = |finding: &Value, key: &str| finding[key].as_str().unwrap_or_default().to_owned();
    let findings = report["findings"].as_array().unwrap().iter();
    findings
        .filter(|finding| finding["message"] != UNDECLARED_PROVIDER)
        .map(|finding| (text(finding, "rule"), text(finding, "file")))
        .collect()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    let owned = |(a, b): &(&str, &str)| ((*a).to_owned(), (*b).to_owned());
    expected.iter().map(owned).collect()
}

/// The name and the reason of everything that was skipped.
fn skipped(report: &Value) -> Vec<(String, String)> {
    let text = |skipped: &Value, key: &str| skipped[key].as_str().unwrap_or_default().to_owned();
    let skipped = report["coverage"]["skipped"].as_array().unwrap().iter();
    let mut skipped: Vec<(String, String)> = skipped
        .map(|skipped| (text(skipped, "name"), text(skipped, "reason")))
        .collect();
    skipped.sort();
    skipped
}

#[test]
fn a_path_gives_the_same_answer_from_every_directory_and_in_every_order() {
    let tree = scratch(&TREE);
    let (_, whole) = check(tree.path(), &["."]);
    assert_eq!(
        findings(&whole),
        pairs(&[
            ("short-source", "live/prod/terraform.tfvars"),
            ("skipped-input", "live/test/main.tf"),
        ])
    );
    for paths in [&[".", "live"], &["live", "."]] {
        let (_, report) = check(tree.path(), paths);
        assert_eq!(report, whole, "{paths:?}");
    }
    let (_, named) = check(tree.path(), &["live/prod"]);
    assert_eq!(
        findings(&named),
        pairs(&[("short-source", "live/prod/terraform.tfvars")])
    );
    let (_, inside) = check(&tree.path().join("live/prod"), &[]);
    assert_eq!(findings(&inside), pairs(&[("short-source", "terraform.tfvars")]));
}

#[test]
fn a_file_stands_for_the_root_modules_that_use_it() {
    let tree = scratch(&TREE);
    for file in [
        "live/prod/main.tf",
        "live/prod/terraform.tfvars",
        "live/prod/.terraform.lock.hcl",
        "modules/mirrors/main.tf",
        "modules/mirrors/deleted.tf",
        "modules/mirrors",
        "settings.yaml",
    ] {
        let (run, report) = check(tree.path(), &[file]);
        assert_eq!(
            findings(&report),
            pairs(&[("short-source", "live/prod/terraform.tfvars")]),
            "{file}: {}",
            run.stderr
        );
        assert_eq!(
            (run.status, report["summary"]["mirrors"].as_u64()),
            (1, Some(1)),
            "{file}"
        );
    }
}

#[test]
fn files_of_other_kinds_are_skipped_with_a_reason() {
    let tree = scratch(&TREE);
    for (file, reason) in [
        ("tests/prod.tftest.hcl", "unknown-kind"),
        ("README.md", "unknown-kind"),
        ("chart.yaml", "unknown-kind"),
        ("values.tfvars", "unused-variables"),
    ] {
        let (run, report) = check(tree.path(), &[file]);
        assert_eq!(run.status, 0, "{file}: {}", run.stderr);
        assert_eq!(skipped(&report), pairs(&[(file, reason)]));
    }
    let run = mirrorset_in(tree.path(), &["check", "live/pord"]);
    assert_eq!(run.status, 2);
    assert!(
        run.stderr.contains("live/pord: no such file or directory"),
        "{}",
        run.stderr
    );
}

#[test]
fn everything_below_a_path_is_read_or_skipped() {
    let tree = scratch(&TREE);
    let (_, report) = check(tree.path(), &["."]);
    let read: Vec<&str> = report["coverage"]["read"]
        .as_array()
        .unwrap()
        .iter()
        .map(|read| read["file"].as_str().unwrap())
        .collect();
    assert_eq!(
        read,
        [
            "chart.yaml",
            "live/prod/main.tf",
            "live/prod/terraform.tfvars",
            "live/test/main.tf",
            "modules/mirrors/main.tf",
            "settings.yaml",
        ]
    );
    assert_eq!(
        skipped(&report),
        pairs(&[
            ("module.hidden", "module-not-installed"),
            ("scratch", "gitignored"),
            ("tests/prod.tftest.hcl", "unknown-kind"),
            ("values.tfvars", "unused-variables"),
        ])
    );
    let run = mirrorset_in(tree.path(), &["check", "--show-files"]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    assert!(
        run.stdout.contains("settings.yaml: data\n") && run.stdout.contains("scratch: skipped (gitignored)"),
        "{}",
        run.stdout
    );
}

#[test]
fn strict_makes_each_gap_an_error_unless_it_is_known() {
    let tree = scratch(&TREE);
    let severity = |arguments: &[&str]| {
        let (_, report) = check(tree.path(), &[arguments, &["live/test"]].concat());
        report["findings"][0]["severity"].as_str().map(str::to_owned)
    };
    assert_eq!(severity(&[]).as_deref(), Some("warning"));
    assert_eq!(severity(&["--strict"]).as_deref(), Some("error"));
    let settings = "known-gaps = [\"app.terraform.io/example/**\"]\n";
    std::fs::write(tree.path().join("mirrorset.toml"), settings).unwrap();
    assert_eq!(severity(&["--strict"]), None);
    let (_, report) = check(tree.path(), &["live/test"]);
    assert_eq!(
        skipped(&report),
        pairs(&[("module.hidden", "module-not-installed")])
    );
    assert_eq!(report["coverage"]["skipped"][0]["gap"], false);
}

#[test]
fn nothing_outside_of_the_tree_is_read() {
    let outer = scratch(&[
        ("secret.txt", "secret"),
        ("outside/main.tf", "output \"x\" { value = 1 }\n"),
        (
            "tree/main.tf",
            r#"
module "outside" {
  source = "../outside"
}
resource "rhcs_image_mirror" "m" {
  cluster_id = "2lbbrpgkocgajphhqee7vku1pgd4qsge"
  source     = file("${path.module}/../secret.txt")
  mirrors    = ["mirror.example.com/library/nginx"]
}
"#,
        ),
    ]);
    let root = outer.path().join("tree");
    let (run, report) = check(&root, &["--project-root", ".", "."]);
    assert!(!run.stdout.contains("secret\""), "{}", run.stdout);
    assert_eq!(skipped(&report), pairs(&[("module.outside", "outside-tree")]));
    assert_eq!(report["summary"]["undecided"], 1);
    let run = mirrorset_in(&root, &["check", "--project-root", ".", "../outside"]);
    assert_eq!(run.status, 2);
    assert!(
        run.stderr.contains("outside of the project tree"),
        "{}",
        run.stderr
    );
}

#[test]
fn the_workspace_is_the_selected_one_unless_an_option_or_the_environment_chooses() {
    let tree = scratch(&[
        (
            "main.tf",
            r#"
resource "rhcs_image_mirror" "m" {
  cluster_id = "2lbbrpgkocgajphhqee7vku1pgd4qsge"
  source     = terraform.workspace == "prod" ? "nginx" : "quay.io/team/app"
  mirrors    = ["mirror.example.com/library/nginx"]
}
"#,
        ),
        (".terraform/environment", "prod"),
    ]);
    let rules = |arguments: &[&str]| findings(&check(tree.path(), arguments).1);
    assert_eq!(rules(&[]), pairs(&[("short-source", "main.tf")]));
    assert_eq!(rules(&["--workspace", "test"]), []);
}

#[test]
fn standard_input_is_laid_over_the_file_of_its_name() {
    let tree = scratch(&TREE);
    let arguments = ["check", "-", "--stdin-filename", "live/prod/terraform.tfvars"];
    let run = mirrorset_with_stdin(tree.path(), &arguments, b"name = \"quay.io/team/app\"\n");
    assert_eq!((run.status, run.stderr.as_str()), (0, ""), "{}", run.stdout);
    assert!(
        run.stdout.contains("1 mirror in 1 root module: 1 clean"),
        "{}",
        run.stdout
    );
}

#[cfg(unix)]
#[test]
fn links_out_of_the_tree_are_not_read() {
    let outer = scratch(&[
        ("secret", "token = \"hunter2\"\n[\n"),
        ("tree/.git/HEAD", ""),
        ("tree/main.tf", "variable \"x\" {}\n"),
    ]);
    let root = outer.path().join("tree");
    for name in [
        "link.tf",
        "terraform.tfvars",
        ".terraform.lock.hcl",
        "mirrorset.toml",
        "manifest.yaml",
        "plan.json",
    ] {
        let link = root.join(name);
        std::os::unix::fs::symlink("../secret", &link).unwrap();
        for path in [".", name] {
            let run = mirrorset_in(&root, &["check", path]);
            let output = run.stdout + &run.stderr;
            assert!(
                !output.contains("hunter2") && !output.contains("token"),
                "{name}: {output}"
            );
        }
        std::fs::remove_file(&link).unwrap();
    }
}

#[test]
fn a_cycle_of_calls_is_reported_though_it_has_no_root_module() {
    let tree = scratch(&[
        ("a/main.tf", "module \"b\" {\n  source = \"../b\"\n}\n"),
        ("b/main.tf", "module \"a\" {\n  source = \"../a\"\n}\n"),
    ]);
    let (run, report) = check(tree.path(), &["."]);
    assert_eq!(run.status, 1, "{}", run.stdout);
    assert!(
        findings(&report).iter().any(|(rule, _)| rule == "syntax-error"),
        "{}",
        run.stdout
    );
}

#[test]
fn a_configuration_that_is_joined_with_a_plan_keeps_its_suppressions_and_gaps() {
    let tree = scratch(&[]);
    let module = fixture("invalid_examples/short-source");
    std::fs::copy(module.join("plan.json"), tree.path().join("plan.json")).unwrap();
    let text = std::fs::read_to_string(module.join("main.tf")).unwrap();
    let text = format!(
        "# mirrorset: ignore-file[short-source] known\n{text}\nmodule \"x\" {{\n  source = \"a/b/c\"\n}}\n"
    );
    std::fs::write(tree.path().join("main.tf"), text).unwrap();
    let (_, report) = check(tree.path(), &["plan.json", "."]);
    assert_eq!(report["summary"]["suppressed"], 1, "{report}");
    assert_eq!(skipped(&report), pairs(&[("module.x", "module-not-installed")]));
}
