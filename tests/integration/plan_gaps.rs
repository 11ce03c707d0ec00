//! What a plan does not record, or does not have yet: every command says so, and none guesses.

use std::process::{Command as Process, Stdio};

use crate::support::program::{
    Run, VERSIONS, fixture, mirrorset_in, mirrorset_with_input, scratch, write_files,
};
use serde_json::{Value, json};

const DIGEST: &str = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// Runs a command on the plan whose mirrors choose their cluster by a computed key, in a directory without configuration.
fn with_computed_keys(arguments: &[&str], plan_config: bool) -> Run {
    let directory = fixture("plan/computed_keys");
    let plan = directory.join("plan.json").display().to_string();
    let mut words: Vec<String> = arguments.iter().map(|word| word.replace("PLAN", &plan)).collect();
    if plan_config {
        words.push(format!("--plan-config={}", directory.display()));
    }
    let other = tempfile::tempdir().unwrap();
    mirrorset_in(
        other.path(),
        &words.iter().map(String::as_str).collect::<Vec<_>>(),
    )
}

#[test]
fn the_cluster_that_a_computed_key_selects_is_undecided_in_a_plan_alone() {
    let run = with_computed_keys(&["check", "PLAN", "--output-format=json"], false);
    let report: Value = serde_json::from_str(&run.stdout).unwrap();
    let findings = report["findings"].as_array().unwrap();
    let rules: Vec<&str> = findings
        .iter()
        .map(|finding| finding["rule"].as_str().unwrap())
        .collect();
    assert_eq!(rules.iter().filter(|rule| **rule == "node-rollout").count(), 1);
    assert_eq!(rules.iter().filter(|rule| **rule == "unknown-value").count(), 5);
    assert_eq!(rules.len(), 6);
    for finding in findings {
        assert!(
            finding["help"].as_str().unwrap().contains("--plan-config"),
            "{finding}"
        );
    }
    let note = |address: &str| {
        let finding = findings
            .iter()
            .find(|finding| finding["address"] == address)
            .unwrap();
        finding["note"].as_str().unwrap().to_owned()
    };
    assert_eq!(
        note(r#"rhcs_image_mirror.k["a"]"#),
        "could not decide: shadowed-source, duplicate-source"
    );
    assert_eq!(
        note(r#"rhcs_image_mirror.m["b2"]"#),
        "could not decide: duplicate-source"
    );
}

#[test]
fn the_configuration_tells_which_cluster_a_computed_key_selects() {
    let run = with_computed_keys(
        &["check", "PLAN", "--output-format=json", "--no-changes-info"],
        true,
    );
    let report: Value = serde_json::from_str(&run.stdout).unwrap();
    let findings: Vec<(&str, &str)> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| {
            (
                finding["rule"].as_str().unwrap(),
                finding["address"].as_str().unwrap(),
            )
        })
        .collect();
    assert!(
        findings.contains(&("duplicate-source", r#"rhcs_image_mirror.m["b2"]"#)),
        "{findings:?}"
    );
    assert!(
        findings.contains(&("shadowed-source", r#"rhcs_image_mirror.k["a"]"#)),
        "{findings:?}"
    );
    assert!(
        findings.iter().all(|(rule, _)| *rule != "unknown-value"),
        "{findings:?}"
    );
    // `k["a"]` belongs to the cluster `b`.
    let resolve = [
        "resolve",
        "quay.io/org/team/x",
        "--in",
        "PLAN",
        "--cluster",
        r#"rhcs_cluster_rosa_hcp.c["b"]"#,
    ];
    let run = with_computed_keys(&resolve, true);
    assert!(
        run.stdout.contains(r#"rhcs_image_mirror.k["a"]"#),
        "{}{}",
        run.stdout,
        run.stderr
    );
    assert!(
        !run.stdout.contains(r#"rhcs_image_mirror.k["b"]"#),
        "{}",
        run.stdout
    );
}

#[test]
fn no_command_assigns_a_mirror_to_a_cluster_that_is_not_known() {
    let converted = with_computed_keys(&["convert", "PLAN"], false);
    assert_eq!((converted.status, converted.stdout.as_str()), (1, ""));
    assert_eq!(
        converted.stderr.matches("error[unknown-value]").count(),
        5,
        "{}",
        converted.stderr
    );
    assert!(converted.stderr.contains("--plan-config"), "{}", converted.stderr);
    let one = [&["convert", "PLAN", "--cluster"][..], &["(unknown cluster)"]].concat();
    assert_eq!(with_computed_keys(&one, false).status, 1);
    let resolved = with_computed_keys(&["resolve", "quay.io/org/x", "--in", "PLAN"], false);
    assert_eq!((resolved.status, resolved.stdout.as_str()), (1, ""));
    assert_eq!(
        resolved.stderr.matches("warning: ignoring").count(),
        5,
        "{}",
        resolved.stderr
    );
    assert_eq!(
        resolved.stderr.matches("help: ").count(),
        1,
        "{}",
        resolved.stderr
    );
    let compared = with_computed_keys(&["diff", "PLAN", "PLAN"], false);
    assert_eq!(compared.status, 1);
    assert!(
        compared.stdout.contains("10 mirrors not compared"),
        "{}",
        compared.stdout
    );
}

/// A plan of real Terraform without changes, edited.
fn edited(edit: impl FnOnce(&mut Value)) -> String {
    let text = std::fs::read_to_string(fixture("changes/noop/plan.json")).unwrap();
    let mut plan: Value = serde_json::from_str(&text).unwrap();
    edit(&mut plan);
    plan.to_string()
}

#[test]
fn every_command_reports_an_unfinished_plan() {
    let plans = [
        (
            "complete",
            edited(|plan| plan["complete"] = json!(false)),
            "this plan is incomplete",
        ),
        (
            "errored",
            edited(|plan| plan["errored"] = json!(true)),
            "Terraform failed while it created this plan",
        ),
        (
            "deferred",
            edited(|plan| {
                let mut change = plan["resource_changes"][1].clone();
                change["address"] = json!("rhcs_image_mirror.late");
                change["name"] = json!("late");
                change["change"]["after"]["source"] = json!("quay.io/late");
                plan["deferred_changes"] =
                    json!([{"reason": "instance_count_unknown", "resource_change": change}]);
            }),
            "Terraform defers 1 change to a later plan",
        ),
        (
            "not applyable",
            edited(|plan| {
                let changes = plan["resource_changes"].as_array_mut().unwrap().iter_mut();
                for change in changes.filter(|change| change["type"] == "rhcs_image_mirror") {
                    change["change"]["actions"] = json!(["update"]);
                }
                plan["applyable"] = json!(false);
            }),
            "this plan cannot be applied",
        ),
    ];
    for (name, plan, message) in plans {
        let directory = scratch(&[("plan.json", &plan)]);
        let run = |arguments: &[&str]| mirrorset_in(directory.path(), arguments);
        let check = run(&["check", "plan.json"]);
        assert!(check.stdout.contains(message), "{name}: {}", check.stdout);
        assert_eq!(run(&["check", "plan.json", "--strict"]).status, 1, "{name}");
        let convert = run(&["convert", "plan.json"]);
        assert_eq!(convert.status, 0, "{name}: {}", convert.stderr);
        assert!(convert.stderr.contains(message), "{name}: {}", convert.stderr);
        let strict = run(&["convert", "plan.json", "--strict"]);
        assert_eq!((strict.status, strict.stdout.as_str()), (1, ""), "{name}");
        let resolve = run(&["resolve", "quay.io/x", "--in=plan.json"]);
        assert!(resolve.stderr.contains(message), "{name}: {}", resolve.stderr);
        let diff = run(&["diff", "plan.json", "plan.json"]);
        assert_eq!(diff.stderr.matches(message).count(), 2, "{name}: {}", diff.stderr);
        assert_eq!(diff.status, 1, "{name}");
    }
}

#[test]
fn a_plan_without_changes_is_complete_although_it_cannot_be_applied() {
    let plan = edited(|plan| plan["applyable"] = json!(false));
    let run = mirrorset_with_input(&["check", "-"], plan.as_bytes());
    assert_eq!(run.status, 0, "{}", run.stdout);
    assert!(!run.stdout.contains("cannot be applied"), "{}", run.stdout);
}

#[test]
fn text_around_a_plan_is_named() {
    let directory = fixture("cases/terraform-wrapper");
    let plan = std::fs::read_to_string(directory.join("plan.json")).unwrap();
    let (wrapper_line, plan) = plan.split_once('\n').unwrap();
    let log = "rhcs_image_mirror.a: Refreshing state... [id=1]";
    let wrapper_help = "terraform_wrapper: false";
    let cases = [
        (
            format!("{wrapper_line}\n{plan}"),
            "the plan begins on line 2",
            wrapper_help,
        ),
        (
            format!("\u{feff}{wrapper_line}\r\n{plan}"),
            "the plan begins on line 2",
            wrapper_help,
        ),
        (
            format!("\n{log}\n{log}\n\n{plan}"),
            "the plan begins on line 5",
            "2>&1",
        ),
        (
            format!("\u{1b}[0m\u{1b}[1m{log}\u{1b}[0m\n{plan}"),
            "the plan begins on line 2",
            "2>&1",
        ),
        (
            format!("{log}\n\u{1b}[0m{plan}"),
            "the plan begins on line 2",
            "2>&1",
        ),
        (
            format!("::debug::stdout: {plan}"),
            "the plan begins on line 1",
            wrapper_help,
        ),
        (
            format!("::group::plan\n{plan}"),
            "a workflow command (`::group::plan`)",
            wrapper_help,
        ),
        (
            format!("{plan}\n::debug::Terraform exited with code 0."),
            "after the end of the plan",
            wrapper_help,
        ),
        (
            format!("{plan}\n\n::set-output name=stdout::x\n"),
            "after the end of the plan",
            wrapper_help,
        ),
        (
            format!("{plan}\nReleasing state lock.\n"),
            "after the end of the plan",
            "2>&1",
        ),
        (
            format!("HostedCluster is ready\n{plan}"),
            "the plan begins on line 2",
            "2>&1",
        ),
    ];
    for (text, message, help) in cases {
        let run = mirrorset_with_input(&["check", "-"], text.as_bytes());
        assert_eq!(run.status, 2, "{}", run.stdout);
        assert!(run.stdout.contains(message), "{message}: {}", run.stdout);
        assert!(run.stdout.contains(help), "{help}: {}", run.stdout);
        assert!(!run.stdout.contains('\u{1b}'), "{}", run.stdout);
    }
    for name in ["plan.json", "plan-with-log-line.json"] {
        let run = mirrorset_in(&directory, &["convert", name]);
        assert_eq!((run.status, run.stdout.as_str()), (2, ""));
        assert!(run.stderr.contains("the plan begins on line 2"), "{}", run.stderr);
    }
    let twice = mirrorset_with_input(&["check", "-"], format!("{plan}\n{plan}").as_bytes());
    assert!(twice.stdout.contains("separate file"), "{}", twice.stdout);
}

#[test]
fn the_help_for_an_unknown_value_depends_on_the_input() {
    let directory = fixture("cases/convert-plan-unknown");
    let run = mirrorset_in(&directory, &["convert", "plan.json"]);
    assert_eq!((run.status, run.stdout.as_str()), (1, ""));
    for part in [
        "known only after apply",
        "apply the plan first",
        "`terraform show -json`",
        "--skip-unresolved",
    ] {
        assert!(run.stderr.contains(part), "{part}: {}", run.stderr);
    }
    assert!(!run.stderr.contains("use a plan"), "{}", run.stderr);
    let check = mirrorset_in(&directory, &["check", "plan.json"]);
    assert!(
        check.stdout.contains("help: apply the plan first"),
        "{}",
        check.stdout
    );
    let main = std::fs::read_to_string(directory.join("main.tf.txt")).unwrap();
    let configuration = scratch(&[("main.tf", &main)]);
    let run = mirrorset_in(configuration.path(), &["convert"]);
    assert!(run.stderr.contains("help: use a plan"), "{}", run.stderr);
    let variable = "variable \"host\" {}\nresource \"rhcs_image_mirror\" \"a\" {\n  cluster_id = \"c\"\n  source = \
                    var.host\n  mirrors = [\"m.example.com\"]\n}\n";
    write_files(configuration.path(), &[("main.tf", variable)]);
    let run = mirrorset_in(configuration.path(), &["convert"]);
    assert!(
        run.stderr.contains("help: give the variable a value"),
        "{}",
        run.stderr
    );
}

/// A root module with a mirror of one literal cluster.
fn mirror_of_cluster(name: &str, source: &str) -> String {
    format!(
        "resource \"rhcs_image_mirror\" \"{name}\" {{\n  cluster_id = \"2lbbrpgkocgajphhqee7vku1pgd4qsge\"\n  source     = \
         \"{source}\"\n  mirrors    = [\"mirror.example.com/{name}\"]\n}}\n"
    )
}

#[test]
fn check_and_convert_agree_about_duplicates_in_several_root_modules() {
    let files = [
        ("one/main.tf", mirror_of_cluster("a", "docker.io/library/nginx")),
        ("two/main.tf", mirror_of_cluster("a", "docker.io/library/nginx")),
        ("three/main.tf", mirror_of_cluster("b", "nginx")),
        ("four/main.tf", mirror_of_cluster("c", "quay.io/org")),
    ];
    let directory = tempfile::tempdir().unwrap();
    write_files(directory.path(), &files);
    let run = mirrorset_in(
        directory.path(),
        &["check", "--select=duplicate-source", "--output-format=json"],
    );
    let report: Value = serde_json::from_str(&run.stdout).unwrap();
    let reported: Vec<&str> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| finding["file"].as_str().unwrap())
        .collect();
    assert_eq!(reported, ["three/main.tf", "two/main.tf"], "{}", run.stdout);
    assert_eq!(report["summary"]["with_findings"], 2, "{}", report["summary"]);
    let run = mirrorset_in(directory.path(), &["convert"]);
    assert_eq!(run.status, 1);
    assert_eq!(
        run.stderr.matches("error[duplicate-source]").count(),
        2,
        "{}",
        run.stderr
    );
}

#[test]
fn a_plan_and_a_state_of_one_root_module_have_the_same_mirrors() {
    let values = json!({"cluster_id": "c1", "source": "quay.io/org", "mirrors": ["m.example.com/org"], "type": "digest"});
    let resource = json!({"address": "rhcs_image_mirror.a", "mode": "managed", "type": "rhcs_image_mirror", "name": "a",
        "values": values});
    let root = json!({"root_module": {"resources": [resource]}});
    let plan = json!({"format_version": "1.2", "planned_values": root}).to_string();
    let state = json!({"format_version": "1.0", "values": root}).to_string();
    let directory = scratch(&[("plan.json", &plan), ("state.json", &state)]);
    let run = mirrorset_in(directory.path(), &["check", "plan.json", "state.json"]);
    assert_eq!(run.status, 0, "{}", run.stdout);
    let run = mirrorset_in(
        directory.path(),
        &["convert", "plan.json", "state.json", "--strict"],
    );
    assert_eq!(run.status, 0, "{}", run.stderr);
}

#[test]
fn a_tag_beside_a_digest_is_dropped_as_cri_o_does() {
    let directory = fixture("cases/tag-and-digest");
    let run = mirrorset_in(&directory, &["resolve", "--file=images.txt", "--in=mirrors.yaml"]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    let asked: Vec<&str> = run.stdout.lines().skip(3).map(str::trim).collect();
    assert_eq!(
        asked,
        [
            "by digest:",
            &format!("1. mirror.example.com:8443/quay/team/app@{DIGEST}"),
            &format!("2. quay.io/team/app@{DIGEST} (the source)"),
        ]
    );
    let short = format!("nginx:1@{DIGEST}");
    let run = mirrorset_in(&directory, &["resolve", &short, "--in=mirrors.yaml"]);
    assert!(
        !run.stdout.lines().skip(1).any(|line| line.contains(":1@")),
        "{}",
        run.stdout
    );
}

#[test]
fn a_line_that_is_not_an_image_is_named_and_the_others_are_resolved() {
    let directory = scratch(&[
        ("main.tf", &mirror_of_cluster("a", "quay.io/org")),
        ("images.txt", "quay.io/org/a\nnot an image\nquay.io/org/b\n"),
        ("broken.yaml", "kind: Pod\nspec: [\n"),
    ]);
    let arguments = [
        "resolve",
        "--file=images.txt",
        "--file=broken.yaml",
        "--output-format=json-lines",
    ];
    let run = mirrorset_in(directory.path(), &arguments);
    assert_eq!(run.status, 2);
    assert_eq!(run.stdout.lines().count(), 2, "{}", run.stdout);
    assert!(
        run.stderr.contains("images.txt:2: not an image: not an image"),
        "{}",
        run.stderr
    );
    assert!(run.stderr.contains("broken.yaml: line "), "{}", run.stderr);
}

#[test]
fn a_closed_pipe_keeps_the_exit_status() {
    let main: String = (0..3000)
        .map(|index| mirror_of_cluster(&format!("m{index}"), &format!("org{index}/a")))
        .collect();
    let directory = scratch(&[("main.tf", &main)]);
    let mut child = Process::new(assert_cmd::cargo::cargo_bin("mirrorset"))
        .args(["check", "main.tf"])
        .current_dir(directory.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[test]
fn eval_rejects_a_directory_that_does_not_exist() {
    let run = mirrorset_in(&fixture(""), &["eval", "--dir=none", "1 + 1"]);
    assert_eq!((run.status, run.stdout.as_str()), (2, ""));
    assert_eq!(run.stderr, "error: none: no such directory\n");
}

#[test]
fn each_instance_of_an_import_block_is_checked() {
    let main = r#"
variable "ids" {
  type = map(string)
}

import {
  for_each = { a = "c1:m1", b = "broken" }
  to       = rhcs_image_mirror.m[each.key]
  id       = each.value
}

import {
  for_each = ["c1:m2", "other"]
  to       = rhcs_image_mirror.n[each.key]
  id       = each.value
}

import {
  for_each = var.ids
  to       = rhcs_image_mirror.o[each.key]
  id       = each.value
}

import {
  for_each = { c = "c1:m3" }
  to       = module.x[each.key].rhcs_image_mirror.m
  id       = "${each.value}:"
}

module "x" {
  source = "example/mirrors/any"
}
"#;
    let mirror = |name: &str| {
        format!(
            r#"resource "rhcs_image_mirror" "{name}" {{
  for_each   = toset([])
  cluster_id = "c1"
  source     = "quay.io/team/{name}"
  mirrors    = ["mirror.example.com/team/{name}"]
}}
"#
        )
    };
    let mirrors: String = ["m", "n", "o"].map(mirror).concat();
    let directory = scratch(&[("main.tf", main), ("mirrors.tf", &mirrors), VERSIONS]);
    let check = |arguments: &[&str]| {
        let words = [&["check", "--output-format=json"][..], arguments].concat();
        let run = mirrorset_in(directory.path(), &words);
        let report: Value = serde_json::from_str(&run.stdout).unwrap();
        let findings = report["findings"].as_array().unwrap().iter();
        let findings: Vec<String> = findings
            .map(|finding| {
                let word = |name: &str| finding[name].as_str().unwrap().to_owned();
                format!("{} {} {}", word("severity"), word("rule"), word("address"))
            })
            .collect();
        (run.status, findings)
    };
    let (status, findings) = check(&[]);
    assert_eq!(status, 1);
    assert_eq!(
        findings,
        [
            r#"error invalid-import-id rhcs_image_mirror.m["b"]"#,
            "error invalid-import-id rhcs_image_mirror.n[1]",
            "info unknown-value rhcs_image_mirror.o[each.key]",
            r#"error invalid-import-id module.x["c"].rhcs_image_mirror.m"#,
            "info skipped-input module.x",
        ]
    );
    let (status, findings) = check(&[
        "--var",
        r#"ids={x = "c1:m4"}"#,
        "--select=invalid-import-id,unknown-value",
    ]);
    assert_eq!(status, 1);
    assert!(
        findings.iter().all(|finding| !finding.contains("unknown-value")),
        "{findings:?}"
    );
}

#[test]
fn a_cluster_id_does_not_come_from_a_block_without_instances() {
    // Real Terraform created the plan: `count = 0` for the classic cluster.
    let directory = fixture("plan/without_instances");
    let other = tempfile::tempdir().unwrap();
    let plan = directory.join("plan.json").display().to_string();
    let run = mirrorset_in(other.path(), &["check", &plan, "--no-changes-info"]);
    assert_eq!(run.status, 0, "{}", run.stdout);
    assert!(run.stdout.contains("1 clean"), "{}", run.stdout);
    let run = mirrorset_in(other.path(), &["convert", &plan, "--no-notes"]);
    assert!(run.stdout.contains("name: new-0"), "{}{}", run.stdout, run.stderr);
}

#[test]
fn provisioners_that_declare_mirrors_are_counted_in_a_plan() {
    let resource = |name: &str, command: Value| {
        json!({
            "address": format!("terraform_data.{name}"), "mode": "managed", "type": "terraform_data", "name": name,
            "provisioners": [{ "type": "local-exec", "expressions": { "command": command } }],
        })
    };
    let apply = "oc apply -f - <<EOF\nkind: ImageDigestMirrorSet\nEOF\n";
    let plan = json!({
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "planned_values": { "root_module": {} },
        "configuration": { "root_module": {
            "resources": [
                resource("a", json!({ "constant_value": "rosa create image-mirror --cluster=prod" })),
                resource("b", json!({ "constant_value": "echo created" })),
                resource("c", json!({ "references": ["self.id", "self"] })),
            ],
            "module_calls": { "m": { "source": "./m", "module": {
                "resources": [resource("d", json!({ "constant_value": apply }))],
            } } },
        } },
    });
    let project = scratch(&[("plan.json", &plan.to_string())]);
    let run = mirrorset_in(project.path(), &["check", "plan.json", "--output-format=concise"]);
    let skipped = "commands that declare image mirrors, which are not run";
    let lines: Vec<&str> = run.stdout.lines().collect();
    assert_eq!(lines.len(), 2, "{}", run.stdout);
    for (line, address) in lines
        .iter()
        .zip(["module.m.terraform_data.d", "terraform_data.a"])
    {
        assert!(
            line.ends_with(&format!("info[skipped-input] {address}: {skipped}")),
            "{line}"
        );
    }
    let strict = mirrorset_in(project.path(), &["check", "plan.json", "--strict"]);
    assert_eq!(strict.status, 1, "{}", strict.stdout);
}

#[test]
fn texts_with_mirror_sets_in_resources_of_any_type_are_counted_in_a_plan() {
    let resource = |name: &str, content: &str| {
        json!({
            "address": format!("local_file.{name}"), "mode": "managed", "type": "local_file", "name": name,
            "values": { "content": content },
        })
    };
    let plan = |content: &str| {
        json!({
            "format_version": "1.2",
            "terraform_version": "1.11.4",
            "planned_values": { "root_module": {
                "resources": [resource("a", content)],
                "child_modules": [{ "address": "module.m", "resources": [resource("b", "a mirror")] }],
            } },
        })
    };
    let found = |content: &str| {
        let project = scratch(&[("plan.json", &plan(content).to_string())]);
        let run = mirrorset_in(project.path(), &["check", "plan.json", "--output-format=concise"]);
        run.stdout
    };
    let message =
        "info[skipped-input] local_file.a: a block that declares image mirrors, which is not read here\n";
    for content in [
        "kind: ImageDigestMirrorSet\n",
        "kind: ImageContentSourcePolicy\n",
        "rosa create image-mirror",
    ] {
        assert!(found(content).ends_with(message), "{content}");
    }
    assert_eq!(found("quay.io/a"), "");
}
