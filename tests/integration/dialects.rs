//! Which program and version evaluates a root module: what decides it, and what follows.

use std::path::Path;

use crate::support::program::{findings, fixture, mirrorset_in, scratch};
use serde_json::Value;

const MIRROR: &str = r#"resource "rhcs_image_mirror" "m" {
  cluster_id = "2lbbrpgkocgajphhqee7vku1pgd4qsge"
  source     = "quay.io/a"
  mirrors    = ["mirror.example.com/a"]
}
"#;

/// The engine and its version in a directory of a project, each with what decided it.
fn settings(files: &[(&str, &str)], directory: &str, arguments: &[&str]) -> String {
    let project = scratch(files);
    let mut all = vec!["check", "--show-settings", "--project-root", ".", directory];
    all.extend(arguments);
    let run = mirrorset_in(project.path(), &all);
    let lines = run.stdout.lines().filter(|line| line.starts_with("engine"));
    let values = lines.map(|line| line.split_once(" = ").unwrap().1.replace('"', ""));
    values.collect::<Vec<_>>().join("; ")
}

#[test]
fn the_first_evidence_decides_the_engine() {
    let main = ("live/main.tf", MIRROR);
    let requires = (
        "live/versions.tf",
        "terraform {\n  required_version = \"~> 1.9.0\"\n}\n",
    );
    let lock =
        |host: &str| format!("provider \"{host}/terraform-redhat/rhcs\" {{\n  version = \"1.7.2\"\n}}\n");
    let opentofu_lock = lock("registry.opentofu.org");
    let lock_file = ("live/.terraform.lock.hcl", opentofu_lock.as_str());
    let tofu = ("live/extra.tofu", "locals {}\n");
    let pin = (".opentofu-version", "# ours\n1.10.2\n");
    let toml = (
        "mirrorset.toml",
        "engine = \"terraform\"\nengine-version = \"1.13\"\n",
    );
    let default = "terraform # default; 1.16 # default";
    let required = "terraform # default; 1.9 # required_version at live/versions.tf:2";
    let locked = "opentofu # live/.terraform.lock.hcl:1; 1.9 # required_version at live/versions.tf:2";
    let of_files =
        "opentofu # live/extra.tofu, which only OpenTofu reads; 1.9 # required_version at live/versions.tf:2";
    let pinned = "opentofu # .opentofu-version:2; 1.10.2 # .opentofu-version:2";
    let set = "terraform # mirrorset.toml:1; 1.13 # mirrorset.toml:2";
    let given = "opentofu # command line; 1.11 # command line";
    let all = [main, requires, lock_file, tofu, pin, toml];
    for (count, expected) in [
        (1, default),
        (2, required),
        (3, locked),
        (4, of_files),
        (5, pinned),
        (6, set),
    ] {
        assert_eq!(settings(&all[..count], "live", &[]), expected, "{count} files");
    }
    let arguments = ["--engine", "opentofu", "--engine-version", "1.11"];
    assert_eq!(settings(&all, "live", &arguments), given);
}

#[test]
fn pins_of_version_managers_are_read_up_to_the_project_tree() {
    let main = ("a/b/main.tf", MIRROR);
    for (name, text, expected) in [
        (
            "a/b/.terraform-version",
            "1.12.1\n",
            "terraform # a/b/.terraform-version:1; 1.12.1",
        ),
        (
            "a/.tofuswitchrc",
            "1.9.0\n",
            "opentofu # a/.tofuswitchrc:1; 1.9.0",
        ),
        (
            ".tool-versions",
            "nodejs 20\nopentofu 1.8.3\n",
            "opentofu # .tool-versions:2; 1.8.3",
        ),
        (
            ".terraform-version",
            "latest:^1\\.14\\.\n",
            "terraform # .terraform-version:1; 1.14",
        ),
        (
            ".opentofu-version",
            "latest-allowed\n",
            "opentofu # .opentofu-version:1; 1.12",
        ),
    ] {
        let found = settings(&[main, (name, text)], "a/b", &[]);
        assert!(found.starts_with(expected), "{name}: {found}");
    }
    // The nearest one decides, and nothing outside of the tree does.
    let near = [
        main,
        (".terraform-version", "1.5.7\n"),
        ("a/.terraform-version", "1.13.0\n"),
    ];
    assert!(settings(&near, "a/b", &[]).starts_with("terraform # a/.terraform-version:1; 1.13.0"));
    let outside = settings(&near[..2], "a/b", &["--project-root", "a"]);
    assert!(
        outside.contains("1.16 # default") || outside.is_empty(),
        "{outside}"
    );
}

#[test]
fn an_invalid_engine_or_version_is_an_error() {
    for arguments in [["--engine", "tofu"], ["--engine-version", "newest"]] {
        let run = mirrorset_in(
            &fixture("cases"),
            &[&["check", "."], arguments.as_slice()].concat(),
        );
        assert_eq!(run.status, 2);
        assert!(run.stderr.contains("invalid value"), "{}", run.stderr);
    }
    let project = scratch(&[
        ("mirrorset.toml", "engine-version = \"1\"\n"),
        ("main.tf", MIRROR),
    ]);
    let run = mirrorset_in(project.path(), &["check", "."]);
    assert_eq!(run.status, 2);
    assert!(run.stderr.contains("invalid version"), "{}", run.stderr);
}

/// The summary and the skipped files of a check.
fn skipped(directory: &Path, engine: &str) -> (Vec<String>, Vec<String>) {
    let run = mirrorset_in(
        directory,
        &["check", ".", "--engine", engine, "--output-format", "json"],
    );
    let report: Value = serde_json::from_str(&run.stdout).expect(&run.stderr);
    let names = |value: &Value, key: &str| -> Vec<String> {
        let items = value.as_array().unwrap().iter();
        items.map(|item| item[key].as_str().unwrap().to_owned()).collect()
    };
    let skipped = &report["coverage"]["skipped"];
    (names(skipped, "name"), names(skipped, "reason"))
}

#[test]
fn files_of_the_other_program_are_counted() {
    let project = scratch(&[
        ("main.tf", MIRROR),
        ("main.tofu", &MIRROR.replace("quay.io/a", "quay.io/b")),
        ("other.tofu", "locals {}\n"),
    ]);
    let (names, reasons) = skipped(project.path(), "terraform");
    assert_eq!(names, ["main.tofu", "other.tofu"]);
    assert_eq!(reasons, ["other-engine", "other-engine"]);
    let (names, reasons) = skipped(project.path(), "opentofu");
    assert_eq!(names, ["main.tf"]);
    assert_eq!(reasons, ["other-engine"]);
    let source = |engine: &str| {
        let arguments = ["convert", ".", "--engine", engine, "--no-notes"];
        let text = mirrorset_in(project.path(), &arguments).stdout;
        let line = text.lines().find_map(|line| line.trim().strip_prefix("source: "));
        line.unwrap_or(&text).to_owned()
    };
    assert_eq!(source("terraform"), "quay.io/a");
    assert_eq!(source("opentofu"), "quay.io/b");
}

#[test]
fn what_a_version_does_not_have_is_named_with_the_version_that_has_it() {
    let project = scratch(&[(
        "main.tf",
        &MIRROR
            .replace("\"quay.io/a\"", "urldecode(\"quay.io%2Fa\")")
            .replace(
                "  mirrors ",
                "  lifecycle {\n    destroy = false\n  }\n  mirrors ",
            ),
    )]);
    let arguments = [
        "check",
        ".",
        "--engine",
        "terraform",
        "--engine-version",
        "1.15",
        "--output-format",
        "concise",
    ];
    let run = mirrorset_in(project.path(), &arguments);
    for expected in [
        "no function named \"urldecode\": it exists in OpenTofu since 1.7; Terraform has none",
        "`lifecycle { destroy = … }` in a resource: exists in Terraform since 1.16 and in OpenTofu since 1.12",
    ] {
        assert!(run.stdout.contains(expected), "{expected}\n{}", run.stdout);
    }
}

#[test]
fn a_module_that_is_called_by_two_programs_is_read_as_each_of_them_does() {
    let call = |name: &str| format!("module \"{name}\" {{\n  source = \"../m\"\n}}\n");
    let project = scratch(&[
        ("tf/main.tf", &*call("a")),
        ("tofu/main.tofu", &call("b")),
        ("m/main.tf", MIRROR),
        ("m/main.tofu", &MIRROR.replace("quay.io/a", "quay.io/b")),
    ]);
    let run = mirrorset_in(project.path(), &["convert", ".", "--to", "json"]);
    let instances: Vec<Value> = serde_json::from_str(&run.stdout).expect(&run.stderr);
    let mut mirrors: Vec<String> = instances
        .iter()
        .map(|instance| format!("{} {}", instance["address"], instance["values"]["source"]))
        .collect();
    mirrors.sort();
    assert_eq!(
        mirrors,
        [
            "\"module.a.rhcs_image_mirror.m\" \"quay.io/a\"",
            "\"module.b.rhcs_image_mirror.m\" \"quay.io/b\"",
        ]
    );
}

#[test]
fn an_unknown_enabled_leaves_the_mirror_undecided() {
    let text = format!(
        "variable \"on\" {{\n  type = bool\n}}\n{}",
        MIRROR.replace(
            "  mirrors ",
            "  lifecycle {\n    enabled = var.on\n  }\n  mirrors "
        )
    );
    let project = scratch(&[("main.tf", &text)]);
    let arguments = ["check", ".", "--engine", "opentofu", "--output-format", "json"];
    let run = mirrorset_in(project.path(), &arguments);
    let rules: Vec<String> = findings(&run, project.path())
        .into_iter()
        .map(|(rule, ..)| rule)
        .collect();
    assert_eq!(rules, ["unknown-value"]);
    let off = mirrorset_in(
        project.path(),
        &[
            "eval",
            "rhcs_image_mirror.m == null",
            "--engine",
            "opentofu",
            "--var",
            "on=false",
        ],
    );
    assert_eq!(off.stdout, "true\n", "{}", off.stderr);
}

#[test]
fn what_an_override_file_adds_to_a_block_is_compared_with_the_version() {
    let lifecycle = "  lifecycle {\n    enabled = false\n  }\n";
    let added = format!("resource \"rhcs_image_mirror\" \"m\" {{\n{lifecycle}}}\n");
    let project = scratch(&[("main.tf", MIRROR), ("x_override.tf", &added)]);
    let run = mirrorset_in(
        project.path(),
        &[
            "check",
            ".",
            "--engine",
            "terraform",
            "--output-format",
            "concise",
        ],
    );
    assert_eq!(run.status, 1, "{}", run.stdout);
    let unsupported = "error[unsupported-argument] rhcs_image_mirror.m: `lifecycle { enabled = … }`";
    assert!(run.stdout.contains(unsupported), "{}", run.stdout);
}

#[test]
fn the_condition_of_a_module_precedes_what_is_in_it() {
    let called = "variable \"id\" {}\nresource \"rhcs_image_mirror\" \"m\" {\n  cluster_id = var.id\n  source     = \
                  \"quay.io/a\"\n  mirrors    = [\"mirror.example.com/a\"]\n}\n";
    let report = |condition: &str| {
        let main = format!(
            "resource \"rhcs_cluster_rosa_hcp\" \"c\" {{}}\nresource \"rhcs_cluster_wait\" \"w\" {{\n  cluster = \
             rhcs_cluster_rosa_hcp.c.id\n}}\nmodule \"m\" {{\n  source = \"./m\"\n  id     = \
             rhcs_cluster_rosa_hcp.c.id\n  lifecycle {{\n    enabled = {condition}\n  }}\n}}\n"
        );
        let project = scratch(&[("main.tf", &main), ("m/main.tf", called)]);
        let arguments = ["check", ".", "--engine", "opentofu", "--output-format", "concise"];
        mirrorset_in(project.path(), &arguments).stdout
    };
    let without = report("true");
    assert!(without.contains("[cluster-not-ready]"), "{without}");
    let with = report("rhcs_cluster_wait.w.cluster != \"\"");
    assert!(!with.contains("[cluster-not-ready]"), "{with}");
}

/// The messages of the findings of a severity.
fn messages(files: &[(&str, &str)], severity: &str) -> Vec<String> {
    let project = scratch(files);
    let run = mirrorset_in(project.path(), &["check", ".", "--output-format", "json"]);
    let report: Value = serde_json::from_str(&run.stdout).expect(&run.stderr);
    let findings = report["findings"].as_array().unwrap().iter();
    let of_severity = findings.filter(|finding| finding["severity"] == severity);
    of_severity
        .map(|finding| finding["message"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn a_note_says_where_an_older_version_that_is_admitted_differs() {
    let requires = |constraint: &str| format!("terraform {{\n  required_version = \"{constraint}\"\n}}\n");
    // Terraform evaluates both operands before 1.12, and `element` takes no negative index before 1.10.
    let short_circuit = MIRROR.replace(
        "  cluster_id",
        "  count = var.l == null || length(var.l) == 0 ? 1 : 0\n  cluster_id",
    );
    let short_circuit =
        format!("variable \"l\" {{\n  type    = list(string)\n  default = null\n}}\n{short_circuit}");
    let negative = MIRROR.replace(
        "\"quay.io/a\"",
        "element(tolist([\"quay.io/a\", \"quay.io/b\"]), -1)",
    );
    let try_negative = MIRROR.replace(
        "\"quay.io/a\"",
        "try(element(tolist([\"quay.io/a\", \"quay.io/b\"]), -1), \"quay.io/c\")",
    );
    let template = MIRROR.replace("\"quay.io/a\"", "issensitive(1) ? \"quay.io/b\" : \"quay.io/a\"");
    for (constraint, main, expected) in [
        (
            ">= 1.9",
            &short_circuit,
            Some("before 1.12, which are admitted, reject the configuration"),
        ),
        (">= 1.12", &short_circuit, None),
        (
            ">= 1.5",
            &negative,
            Some("before 1.10, which are admitted, reject the configuration"),
        ),
        (
            "~> 1.5",
            &try_negative,
            Some("before 1.10, which are admitted, give other mirrors"),
        ),
        (">= 1.5, < 1.10", &try_negative, None),
        (
            ">= 1.5",
            &template,
            Some("before 1.8, which are admitted, reject the configuration"),
        ),
        (">= 1.5", &MIRROR.to_owned(), None),
    ] {
        let requires = requires(constraint);
        let notes = messages(&[("versions.tf", &requires), ("main.tf", main)], "info");
        let note = notes.iter().find(|note| note.contains("which are admitted"));
        match expected {
            Some(expected) => assert!(
                note.is_some_and(|note| note.contains(expected)),
                "{main}{notes:?}"
            ),
            None => assert_eq!(note, None, "{main}"),
        }
    }
    // Nothing says which older version may run.
    let notes = messages(&[("main.tf", &negative)], "info");
    assert!(
        !notes.iter().any(|note| note.contains("which are admitted")),
        "{notes:?}"
    );
}

#[test]
fn findings_name_the_program_of_the_dialect() {
    let project = scratch(&[("main.tf", &MIRROR.replace("source  ", "sourc  "))]);
    for (engine, name) in [("terraform", "Terraform"), ("opentofu", "OpenTofu")] {
        let run = mirrorset_in(project.path(), &["check", ".", "--engine", engine]);
        let rejects = format!("{name} rejects the configuration");
        assert_eq!(run.stdout.matches(&rejects).count(), 1, "{}", run.stdout);
        let count = run.stdout.matches(" rejects the configuration").count();
        assert_eq!(count, 1, "{}", run.stdout);
    }
}

#[test]
fn syntax_errors_are_reported_in_every_block_of_a_root_module_with_mirrors() {
    let broken = "terraform { required_providers { rhcs = { source = \"terraform-redhat/rhcs\" } } }\nprovider \"aws\" {\n  \
                  region =\n}\nresource \"aws_instance\" \"i\" {\n  ami = (1\n}\n";
    let called = "resource \"aws_instance\" \"i\" {\n  ami = [\n}\n";
    let call = "module \"other\" {\n  source = \"./other\"\n}\n";
    let main = format!("{MIRROR}{call}");
    let errors = messages(
        &[
            ("main.tf", &main),
            ("broken.tf", broken),
            ("other/main.tf", called),
        ],
        "error",
    );
    let of = |file: &str| errors.iter().filter(|error| error.starts_with(file)).count();
    assert_eq!([of("broken.tf"), of("other/main.tf")], [3, 1], "{errors:?}");
    // Blocks of a root module without mirrors are not parsed for this.
    let unneeded = "resource \"aws_instance\" \"i\" {\n  ami =\n}\n";
    let errors = messages(&[("main.tf", unneeded)], "error");
    assert_eq!(errors, Vec::<String>::new());
}

#[test]
fn a_misspelled_block_about_mirrors_is_an_error() {
    let module = MIRROR.replace("source     = \"quay.io/a\"", "source     = \"nginx\"");
    for (main, expected) in [
        (
            MIRROR.replace("resource ", "resourc "),
            "unsupported block \"resourc\"",
        ),
        (
            "modul \"mirrors\" {\n  source = \"./mirrors\"\n}\n".to_owned(),
            "unsupported block \"modul\"",
        ),
    ] {
        let errors = messages(&[("main.tf", &main), ("mirrors/m.tf", &module)], "error");
        assert!(errors.iter().any(|error| error.contains(expected)), "{errors:?}");
    }
    // A block of a type that only other versions or programs know may have nothing to do with mirrors.
    let other = "widget \"a\" {\n  b = 1\n}\n";
    assert_eq!(messages(&[("main.tf", other)], "error"), Vec::<String>::new());
}

#[test]
fn advice_names_the_command_of_the_program() {
    let main = "module \"mirrors\" {\n  source = \"example.com/mirrors/rhcs\"\n}\n";
    for (engine, command) in [("terraform", "`terraform init`"), ("opentofu", "`tofu init`")] {
        let project = scratch(&[("main.tf", main)]);
        let run = mirrorset_in(project.path(), &["check", ".", "--engine", engine]);
        assert!(run.stdout.contains(command), "{engine}: {}", run.stdout);
        assert_eq!(run.stdout.matches(" init`").count(), 1, "{}", run.stdout);
    }
}

#[test]
fn a_type_is_what_terraform_accepts_as_one() {
    let error = |ty: &str| {
        let text = format!("variable \"v\" {{\n  type    = {ty}\n  default = null\n}}\n{MIRROR}");
        messages(&[("main.tf", &text)], "error")
    };
    for ty in [
        "string",
        "list",
        "map",
        "list(any)",
        "object({ a = optional(string) })",
    ] {
        assert_eq!(error(ty), [] as [&str; 0], "{ty}");
    }
    for ty in [
        "(string)",
        "set",
        "list(list)",
        "object({ a = map })",
        "list((string))",
        "\"string\"",
        "foo",
    ] {
        assert_eq!(error(ty).len(), 1, "{ty}: {:?}", error(ty));
    }
}

#[test]
fn functions_are_called_neither_in_defaults_nor_in_files_of_variables() {
    let variable = "variable \"v\" {\n  type    = string\n  default = DEFAULT\n}\n";
    let errors = |default: &str, values: &[(&str, &str)]| {
        let main = format!("{}{MIRROR}", variable.replace("DEFAULT", default));
        let mut files = vec![("main.tf", main.as_str())];
        files.extend(values);
        messages(&files, "error")
    };
    assert_eq!(errors("\"a\"", &[]), [] as [&str; 0]);
    let in_default = errors("upper(\"a\")", &[]);
    assert!(
        in_default
            .iter()
            .any(|error| error.contains("calls a function, which is not allowed")),
        "{in_default:?}"
    );
    for values in [
        ("terraform.tfvars", "v = upper(\"a\")\n"),
        ("v.auto.tfvars", "v = upper(\"a\")\n"),
    ] {
        assert!(!errors("\"a\"", &[values]).is_empty(), "{}", values.0);
    }
    // Strings of JSON are literal there.
    let json = ("v.auto.tfvars.json", "{\"v\": \"${upper(\\\"a\\\")}\"}");
    assert_eq!(errors("\"a\"", &[json]), [] as [&str; 0]);
}

#[test]
fn terraform_imports_for_each_element_of_a_sensitive_value() {
    let import = |for_each: &str| {
        format!(
            r#"resource "rhcs_image_mirror" "m" {{
  for_each   = toset(["a"])
  cluster_id = "2lbbrpgkocgajphhqee7vku1pgd4qsge"
  source     = "quay.io/a"
  mirrors    = ["mirror.example.com/a"]
}}
import {{
  for_each = {for_each}
  to       = rhcs_image_mirror.m[each.key]
  id       = "2lbbrpgkocgajphhqee7vku1pgd4qsge:${{each.value}}"
}}
"#
        )
    };
    // Terraform 1.11.4 and 1.16.0 plan the import of "a"; OpenTofu 1.12.6 says "Invalid for_each argument".
    for for_each in [
        r#"sensitive({ a = "2lbbrpgkocgajphhqee7vku1pgd4qsgf" })"#,
        r#"{ (sensitive("a")) = "2lbbrpgkocgajphhqee7vku1pgd4qsgf" }"#,
        "null",
    ] {
        let project = scratch(&[("main.tf", &import(for_each))]);
        let errors = |engine: &str| {
            let arguments = ["check", "--output-format", "json", "--engine", engine, "."];
            let run = mirrorset_in(project.path(), &arguments);
            let errors = findings(&run, project.path()).into_iter();
            errors
                .filter(|(rule, ..)| rule == "invalid-configuration")
                .count()
        };
        assert_eq!(errors("terraform"), 0, "{for_each}");
        assert_eq!(errors("opentofu"), 1, "{for_each}");
    }
}
