//! `mirrorset eval`: the values of expressions, and variable values from every source.

use std::path::Path;

use crate::support::program::{VERSIONS, fixture, mirrorset_in, mirrorset_with_input, scratch};
use crate::support::shared::shared;
use insta::assert_snapshot;
use serde_json::Value;

const LINES: [&str; 3] = ["eval", "--output-format", "json-lines"];

/// Evaluates every line of a conformance file, and counts the agreements with Terraform: whether there is a
/// value, its type, its JSON.
fn compare(path: &Path) {
    let text = std::fs::read_to_string(path).unwrap();
    let expected: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let expressions: Vec<&str> = expected
        .iter()
        .map(|case| case["expr"].as_str().unwrap())
        .collect();
    let input = expressions.join("\n");
    let scratch = tempfile::tempdir().unwrap();
    let directory = scratch.path().to_str().unwrap();
    let run = mirrorset_with_input(
        &[
            LINES.as_slice(),
            &["--dir", directory, "--engine-version", "1.11.4"],
        ]
        .concat(),
        input.as_bytes(),
    );
    let answers: Vec<Value> = run
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(answers.len(), expected.len());
    let differs = |(expected, answer): &(&Value, &Value)| {
        let failed = expected["ok"] == false;
        expected["ok"] != answer["ok"]
            || (!failed && (expected["type"] != answer["type"] || expected["json"] != answer["json"]))
    };
    let different: Vec<_> = expected.iter().zip(&answers).filter(differs).collect();
    println!("{} of {} agree", expected.len() - different.len(), expected.len());
    assert!(different.is_empty(), "{different:#?}");
}

#[test]
fn the_shared_expressions_evaluate_as_in_terraform() {
    if let Some(path) = shared("conformance/expressions.jsonl") {
        compare(&path);
    }
}

#[test]
fn values_are_shown_as_the_console_shows_them() {
    let directory = scratch(&[(
        "main.tf",
        r#"variable "v" {}
locals {
  l = [for x in ["a", "b"] : upper(x)]
}
"#,
    )]);
    let run = mirrorset_in(
        directory.path(),
        &[
            "eval",
            "local.l",
            "toset([true])",
            "{ a = null, b = 1.50 }",
            "var.v",
            "sensitive(1)",
            "[]",
            "1 +",
        ],
    );
    assert_eq!(run.status, 1);
    assert_snapshot!(run.stdout, @r#"
    [
      "A",
      "B",
    ]
    toset([
      true,
    ])
    {
      "a" = null
      "b" = 1.5
    }
    (known after apply)
    (sensitive value)
    []
    error: the expression is not complete
    "#);
}

#[test]
fn json_lines_report_unknown_values() {
    let directory = scratch(&[(
        "main.tf",
        r#"variable "v" {
  type = string
}
"#,
    )]);
    let run = mirrorset_in(
        directory.path(),
        &[
            "eval",
            "--output-format",
            "json-lines",
            "{ a = var.v, b = 1 }",
            "nope",
        ],
    );
    assert_snapshot!(run.stdout, @r#"
    {"expr":"{ a = var.v, b = 1 }","ok":true,"type":"object({ a: string, b: number, })","json":null,"unknown":{"a":true}}
    {"expr":"nope","ok":false,"error":"unknown name \"nope\""}
    "#);
}

#[test]
fn values_that_the_provider_sets_are_unknown_and_its_defaults_are_known() {
    let text = r#"
resource "rhcs_cluster_rosa_hcp" "c" {
  name = "c"
  sts = {
    role_arn             = "a"
    support_role_arn     = "b"
    operator_role_prefix = "c"
    instance_iam_roles   = { worker_role_arn = "d" }
  }
}
resource "rhcs_image_mirror" "m" {
  source = "quay.io"
}
"#;
    let directory = scratch(&[("main.tf", text)]);
    let run = mirrorset_in(
        directory.path(),
        &[
            "eval",
            "rhcs_cluster_rosa_hcp.c.delete_protection",
            "rhcs_cluster_rosa_hcp.c.sts.trust_policy_external_id",
            "rhcs_cluster_rosa_hcp.c.no_cni",
            "rhcs_image_mirror.m.type",
        ],
    );
    assert_snapshot!(run.stdout, @r#"
    (known after apply)
    (known after apply)
    false
    "digest"
    "#);
}

#[test]
fn variable_values_have_the_precedence_of_terraform() {
    let files = [
        (
            "main.tf",
            r#"variable "v" {
  type = string
  default = "default"
}
"#,
        ),
        ("terraform.tfvars", "v = \"terraform.tfvars\"\n"),
        ("terraform.tfvars.json", "{\"v\": \"terraform.tfvars.json\"}"),
        ("b.auto.tfvars", "v = \"b.auto.tfvars\"\n"),
        ("a.auto.tfvars.json", "{\"v\": \"a.auto.tfvars.json\"}"),
        ("given/x.tfvars", "v = \"x.tfvars\"\n"),
    ];
    let value = |files: &[(&str, &str)], arguments: &[&str]| {
        let directory = scratch(files);
        let run = mirrorset_in(directory.path(), &[&["eval", "var.v"], arguments].concat());
        run.stdout.trim().trim_matches('"').to_owned()
    };
    assert_eq!(value(&files[..1], &[]), "default");
    assert_eq!(value(&files[..2], &[]), "terraform.tfvars");
    assert_eq!(value(&files[..3], &[]), "terraform.tfvars.json");
    assert_eq!(value(&files, &[]), "b.auto.tfvars");
    assert_eq!(value(&files, &["--var-file", "given/x.tfvars"]), "x.tfvars");
    assert_eq!(
        value(&files, &["--var", "v=var", "--var-file", "given/x.tfvars"]),
        "x.tfvars"
    );
    assert_eq!(
        value(&files, &["--var-file", "given/x.tfvars", "--var", "v=var"]),
        "var"
    );
}

#[test]
fn a_variable_value_is_parsed_by_the_type_of_the_variable() {
    let directory = scratch(&[(
        "main.tf",
        r#"variable "s" {
  type = string
}
variable "l" {
  type = list(number)
}
variable "n" {}
variable "a" {
  type = any
}
"#,
    )]);
    let run = mirrorset_in(
        directory.path(),
        &[
            "eval",
            "--output-format",
            "json-lines",
            "[var.s, var.l, var.n, var.a]",
            "--var",
            "s=[1]",
            "--var",
            "l=[1, 2]",
            "--var",
            "n=[1]",
            "--var",
            "a=[1]",
        ],
    );
    let line: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(line["json"], "[\"[1]\",[1,2],\"[1]\",[1]]");
}

#[test]
fn an_undeclared_variable_is_reported() {
    let directory = scratch(&[("main.tf", "locals {}\n")]);
    let run = mirrorset_in(directory.path(), &["check", "--var", "clutser_id=x"]);
    assert_eq!(run.status, 2);
    assert_snapshot!(run.stderr, @"error: --var clutser_id: no root module declares this variable");
}

#[test]
fn installed_modules_are_evaluated() {
    let directory = scratch(&[
        (
            "main.tf",
            r#"module "m" {
  source  = "example/mirror/rhcs"
  version = "1.0.0"
  host    = "m.example.com"
}
"#,
        ),
        (
            ".terraform/modules/modules.json",
            r#"{"Modules":[{"Key":"","Source":"","Dir":"."},{"Key":"m","Source":"registry.terraform.io/example/mirror/rhcs","Version":"1.0.0","Dir":".terraform/modules/m"},{"Key":"m.inner","Source":"./inner","Dir":".terraform/modules/m/inner"}]}"#,
        ),
        (
            ".terraform/modules/m/main.tf",
            r#"variable "host" {}
module "inner" {
  source = "./inner"
  mirror = "${var.host}/app"
}
"#,
        ),
        (
            ".terraform/modules/m/inner/main.tf",
            r#"variable "mirror" {}
resource "rhcs_image_mirror" "this" {
  cluster_id = "c"
  source     = "quay.io/app"
  mirrors    = [var.mirror]
}
"#,
        ),
    ]);
    let run = mirrorset_in(directory.path(), &["convert", "--to", "json"]);
    let mirrors: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(
        mirrors[0]["address"],
        "module.m.module.inner.rhcs_image_mirror.this"
    );
    assert_eq!(
        mirrors[0]["values"]["mirrors"],
        serde_json::json!(["m.example.com/app"])
    );
}

#[test]
fn a_module_that_is_not_installed_is_reported() {
    let directory = scratch(&[
        VERSIONS,
        (
            "main.tf",
            r#"module "m" {
  source = "example/hosts/any"
}
resource "rhcs_image_mirror" "a" {
  cluster_id = "c"
  source     = module.m.source
  mirrors    = ["m.example.com/a"]
}
"#,
        ),
    ]);
    let run = mirrorset_in(directory.path(), &["check", "--output-format", "concise"]);
    assert_eq!(run.status, 0);
    assert_snapshot!(run.stdout, @r"
    main.tf:2:12: info[skipped-input] module.m: the module is not installed, so nothing in it is checked
    main.tf:6:16: info[unknown-value] rhcs_image_mirror.a: source is unknown: the module that module.m.source refers to was not found
    ");
}

/// What `terraform console` 1.11.4 prints for the expressions of `fixtures/cases/eval-console-display`, and for others.
#[test]
fn values_are_printed_as_terraform_console_prints_them() {
    let directory = fixture("cases/eval-console-display");
    let eval = |expression: &str| {
        let run = mirrorset_in(&directory, &["eval", "--", expression]);
        assert_eq!(
            (run.status, run.stderr.as_str()),
            (0, ""),
            "{expression}: {}",
            run.stdout
        );
        run.stdout.strip_suffix('\n').unwrap().to_owned()
    };
    let expressions = std::fs::read_to_string(directory.join("expressions.txt")).unwrap();
    let printed: Vec<String> = expressions.lines().map(eval).collect();
    let expected = [
        "<<EOT\na\nb\nEOT",
        "tostring(null)",
        "tolist(null) /* of dynamic */",
        "tomap(null) /* of string */",
        "map(string)",
        "+Inf",
        "(ephemeral value)",
        r#""a\x1bb""#,
        "<<EOT\n\"source\": \"quay.io/a\"\n\nEOT",
    ];
    assert_eq!(printed, expected);
    let cases = [
        ("-1/0", "-Inf"),
        ("terraform.applying ? 1 : 2", "(ephemeral value)"),
        (
            r#"{a = "x\ny", b = ["p\nEOT\nq"]}"#,
            "{\n  \"a\" = <<-EOT\n  x\n  y\n  EOT\n  \"b\" = [\n    <<-EOT_\n    p\n    EOT\n    q\n    EOT_,\n  ]\n}",
        ),
        (
            r"{a = null, b = tonumber(null), c = tobool(null)}",
            "{\n  \"a\" = null\n  \"b\" = tonumber(null)\n  \"c\" = tobool(null)\n}",
        ),
        (
            r#""a\u007f\u200b\u00e9\u0301\u00a0""#,
            "\"a\\x7f\\u200b\u{e9}\u{301}\\u00a0\"",
        ),
        (
            "type(tolist([tolist([{a = 1}])]))",
            "list(list(\n    object({\n        a: number,\n    }),\n))",
        ),
        ("type([1, {}])", "tuple([\n    number,\n    object({}),\n])"),
        ("type(null)", "dynamic"),
    ];
    for (expression, expected) in cases {
        assert_eq!(eval(expression), expected, "{expression}");
    }
    // A line of a heredoc cannot control a terminal.
    assert_eq!(eval(r#""a\u001b[2J\n\tb""#), "<<EOT\na\u{fffd}[2J\n\tb\nEOT");
    let infinite = mirrorset_in(&directory, &["eval", "--output-format=json-lines", "1/0"]);
    assert_eq!(infinite.status, 1, "{}", infinite.stdout);
}
