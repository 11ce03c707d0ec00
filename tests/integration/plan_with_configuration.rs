//! A plan with its configuration: findings point to the text that a person can change, and differences between
//! the two are reported.

use std::path::Path;

use crate::support::program::{Run, UNDECLARED_PROVIDER, mirrorset_in, write_files};
use serde_json::{Value, json};

/// A mirror of a plan, as Terraform records it in `planned_values` and in `configuration`.
fn planned(name: &str, source: &str) -> Value {
    json!({
        "address": format!("rhcs_image_mirror.{name}"), "mode": "managed", "type": "rhcs_image_mirror", "name": name,
        "values": {"cluster_id": "c1", "source": source, "mirrors": ["mirror.example.com/org"], "type": "digest"},
    })
}

fn declared(name: &str) -> Value {
    json!({"address": format!("rhcs_image_mirror.{name}"), "mode": "managed", "type": "rhcs_image_mirror", "name": name})
}

/// A plan of one mirror, with the value of one variable.
fn plan(source: &str, variable: &str) -> String {
    json!({
        "format_version": "1.2",
        "variables": {"registry": {"value": variable}},
        "planned_values": {"root_module": {"resources": [planned("a", source)]}},
        "configuration": {"root_module": {"resources": [declared("a")], "variables": {"registry": {}}}},
    })
    .to_string()
}

const MAIN: &str = r#"
variable "registry" {
  type = string
}

resource "rhcs_image_mirror" "a" {
  cluster_id = "c1"
  source     = var.registry
  mirrors    = ["mirror.example.com/org"]
}
"#;

/// Each finding as `rule file:line`.
fn reported(run: &Run) -> Vec<String> {
    let report: Value = serde_json::from_str(&run.stdout).expect(&run.stderr);
    let findings = report["findings"].as_array().unwrap().iter();
    findings
        .filter(|finding| finding["message"] != UNDECLARED_PROVIDER)
        .map(|finding| {
            let rule = finding["rule"].as_str().unwrap();
            let file = finding["file"].as_str().unwrap_or("-");
            format!("{rule} {file}:{}", finding["start"]["line"])
        })
        .collect()
}

fn check(directory: &Path, arguments: &[&str]) -> Vec<String> {
    let mut words = vec!["check", "--output-format", "json"];
    words.extend(arguments);
    reported(&mirrorset_in(directory, &words))
}

#[test]
fn the_label_is_in_the_variable_file() {
    let scratch = tempfile::tempdir().unwrap();
    write_files(
        scratch.path(),
        &[
            ("live/main.tf", MAIN),
            (
                "live/terraform.tfvars",
                r#"# ours
registry = "nginx"
"#,
            ),
            ("out/plan.json", &plan("nginx", "nginx")),
        ],
    );
    assert_eq!(
        check(scratch.path(), &["out/plan.json", "--plan-config", "live"]),
        ["short-source live/terraform.tfvars:2"]
    );
    // A path that contains the root module is enough, and so is running in the root module.
    assert_eq!(
        check(scratch.path(), &["out/plan.json", "live"]),
        ["short-source live/terraform.tfvars:2"]
    );
    assert_eq!(
        check(&scratch.path().join("live"), &["../out/plan.json"]),
        ["short-source terraform.tfvars:2"]
    );
    // In another directory only the plan is read.
    assert_eq!(
        check(scratch.path(), &["out/plan.json"]),
        ["short-source out/plan.json:1"]
    );
}

#[test]
fn a_value_from_the_command_line_of_terraform_is_shown_in_the_plan() {
    let scratch = tempfile::tempdir().unwrap();
    write_files(
        scratch.path(),
        &[
            ("main.tf", MAIN),
            ("terraform.tfvars", "registry = \"quay.io/org\"\n"),
            ("plan.json", &plan("nginx", "nginx")),
        ],
    );
    let run = mirrorset_in(scratch.path(), &["check", "plan.json"]);
    assert!(run.stdout.contains(r#""value":"nginx""#), "{}", run.stdout);
    assert!(run.stdout.contains("main.tf:8"), "{}", run.stdout);
    assert!(!run.stdout.contains("plan-mismatch"), "{}", run.stdout);
}

#[test]
fn a_value_of_another_commit_is_reported_and_the_plan_takes_precedence() {
    let scratch = tempfile::tempdir().unwrap();
    let main = MAIN.replace("var.registry", "\"quay.io/new\"");
    write_files(
        scratch.path(),
        &[("main.tf", &main), ("plan.json", &plan("nginx", "x"))],
    );
    let mut findings = check(scratch.path(), &["plan.json", "--plan-config", "."]);
    findings.sort();
    assert_eq!(findings, ["plan-mismatch main.tf:8", "short-source plan.json:1"]);
}

#[test]
fn each_plan_is_joined_with_the_root_module_that_declares_its_mirrors() {
    let scratch = tempfile::tempdir().unwrap();
    let other = MAIN.replace("\"a\"", "\"b\"");
    write_files(
        scratch.path(),
        &[
            ("one/main.tf", MAIN),
            ("one/terraform.tfvars", "registry = \"nginx\"\n"),
            ("two/main.tf", &other),
            (
                "two/terraform.tfvars",
                r#"# ours
registry = "redis"
"#,
            ),
            ("plans/one.json", &plan("nginx", "nginx")),
            (
                "plans/two.json",
                &plan("redis", "redis")
                    .replace("rhcs_image_mirror.a", "rhcs_image_mirror.b")
                    .replace("\"name\":\"a\"", "\"name\":\"b\""),
            ),
        ],
    );
    let plans = [
        "plans/one.json",
        "plans/two.json",
        "--plan-config",
        "one",
        "--plan-config",
        "two",
    ];
    let mut findings = check(scratch.path(), &plans);
    findings.sort();
    assert_eq!(
        findings,
        [
            "short-source one/terraform.tfvars:1",
            "short-source two/terraform.tfvars:2"
        ]
    );
}

#[test]
fn another_configuration_is_rejected() {
    let scratch = tempfile::tempdir().unwrap();
    let other = MAIN.replace("\"a\"", "\"other\"");
    write_files(
        scratch.path(),
        &[
            ("live/main.tf", other.as_str()),
            ("empty/README", ""),
            ("plan.json", &plan("nginx", "nginx")),
        ],
    );
    let run = mirrorset_in(scratch.path(), &["check", "plan.json", "--plan-config", "live"]);
    assert!(
        run.stdout
            .contains("none of the plan's mirrors are declared in live"),
        "{}",
        run.stdout
    );
    assert!(run.stdout.contains("plan.json:1"), "{}", run.stdout);
    for missing in ["empty", "nowhere"] {
        let run = mirrorset_in(scratch.path(), &["check", "plan.json", "--plan-config", missing]);
        assert_eq!(run.status, 2);
        assert!(
            run.stderr.contains("no Terraform configuration"),
            "{}",
            run.stderr
        );
    }
}

#[test]
fn of_two_root_modules_with_the_same_mirrors_the_one_with_the_planned_values_is_used() {
    let scratch = tempfile::tempdir().unwrap();
    let fixed = |source: &str| MAIN.replace("var.registry", &format!("\"{source}\""));
    write_files(
        scratch.path(),
        &[
            ("dev/main.tf", &fixed("nginx")),
            ("prod/main.tf", &fixed("redis")),
            ("plan.json", &plan("redis", "x")),
        ],
    );
    let mut findings = check(scratch.path(), &["plan.json", "dev", "prod"]);
    findings.sort();
    assert_eq!(
        findings,
        ["short-source dev/main.tf:8", "short-source prod/main.tf:8"]
    );

    // If the values are equal too, the root module is ambiguous.
    write_files(scratch.path(), &[("dev/main.tf", &fixed("redis"))]);
    let run = mirrorset_in(scratch.path(), &["check", "plan.json", "dev", "prod"]);
    assert!(
        run.stdout.contains("dev and prod declare the same mirrors"),
        "{}",
        run.stdout
    );
}

#[test]
fn modules_with_the_same_resource_names_are_distinguished() {
    let scratch = tempfile::tempdir().unwrap();
    let module = |source: &str| {
        format!(
            r#"resource "rhcs_image_mirror" "a" {{
  cluster_id = "c1"
  source     = "{source}"
  mirrors    = ["mirror.example.com/org"]
}}
"#
        )
    };
    let inside = |call: &str, source: &str| {
        let mut mirror = planned("a", source);
        mirror["address"] = json!(format!("module.{call}.rhcs_image_mirror.a"));
        json!({"address": format!("module.{call}"), "resources": [mirror]})
    };
    let call = |source: &str| json!({"source": source, "module": {"resources": [declared("a")]}});
    let plan = json!({
        "format_version": "1.2",
        "planned_values": {"root_module": {"child_modules": [inside("one", "nginx"), inside("two", "redis")]}},
        "configuration": {"root_module": {"module_calls": {"one": call("./one"), "two": call("./two")}}},
    });
    let main = r#"module "one" {
  source = "./one"
}
module "two" {
  source = "./two"
}
"#;
    write_files(
        scratch.path(),
        &[
            ("main.tf", main),
            ("one/main.tf", &module("nginx")),
            ("two/main.tf", &module("redis")),
            ("plan.json", &plan.to_string()),
        ],
    );
    let run = mirrorset_in(
        scratch.path(),
        &[
            "check",
            "--output-format",
            "json",
            "plan.json",
            "--plan-config",
            ".",
        ],
    );
    assert_eq!(
        reported(&run),
        ["short-source one/main.tf:3", "short-source two/main.tf:3"]
    );
    let report: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(report["findings"][0]["address"], "module.one.rhcs_image_mirror.a");
    assert_eq!(report["findings"][1]["address"], "module.two.rhcs_image_mirror.a");
}

#[test]
fn a_sensitive_value_of_either_side_is_not_shown() {
    let scratch = tempfile::tempdir().unwrap();
    let main = MAIN.replace("type = string", "type = string\n  sensitive = true");
    let mut plan: Value = serde_json::from_str(&plan("topsecret", "topsecret")).unwrap();
    plan["planned_values"]["root_module"]["resources"][0]["sensitive_values"] = json!({"source": true});
    plan["configuration"]["root_module"]["variables"]["registry"]["sensitive"] = json!(true);
    write_files(
        scratch.path(),
        &[
            ("main.tf", main.as_str()),
            ("terraform.tfvars", "registry = \"topsecret\"\n"),
            ("plan.json", &plan.to_string()),
        ],
    );
    for format in ["full", "concise", "json"] {
        let run = mirrorset_in(
            scratch.path(),
            &[
                "check",
                "--output-format",
                format,
                "plan.json",
                "--plan-config",
                ".",
            ],
        );
        assert!(run.stdout.contains("short-source"), "{}", run.stdout);
        assert!(!run.stdout.contains("topsecret"), "{}", run.stdout);
    }
}

#[test]
fn errors_in_a_directory_that_is_not_named_are_ignored() {
    let scratch = tempfile::tempdir().unwrap();
    write_files(
        scratch.path(),
        &[
            ("main.tf", "resource \"x\" {{{\n"),
            ("plan.json", &plan("quay.io/org", "x")),
        ],
    );
    let run = mirrorset_in(scratch.path(), &["check", "plan.json"]);
    assert_eq!((run.status, run.stderr.as_str()), (0, ""), "{}", run.stdout);
    assert_eq!(
        run.stdout,
        "1 mirror in 1 plan: 1 clean, 0 with findings, 0 undecided\n"
    );
}
