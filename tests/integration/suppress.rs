//! Suppressions: where they apply, how they are reported, and when they are unused.

use std::path::Path;

use crate::support::program::{Run, VERSIONS, findings, fixture, mirrorset_at, scratch};
use serde_json::Value;

/// 2026-11-22, at noon.
const TODAY: &str = "1795348800";

fn check_in(directory: &Path, arguments: &[&str]) -> Run {
    let arguments = [&["check", "--output-format", "json"], arguments].concat();
    mirrorset_at(TODAY, directory, &arguments)
}

fn check(files: &[(&str, &str)]) -> (Run, Vec<String>) {
    let directory = scratch(files);
    let run = check_in(directory.path(), &[]);
    let rules = findings(&run, directory.path())
        .into_iter()
        .map(|(rule, ..)| rule)
        .collect();
    (run, rules)
}

/// A short source, with comments around it.
fn mirror(above_block: &str, behind_header: &str, above: &str, behind: &str) -> String {
    format!(
        r#"{above_block}
resource "rhcs_image_mirror" "a" {{ {behind_header}
  cluster_id = "c1"
  {above}
  source     = "nginx" {behind}
  mirrors    = ["m.example.com/nginx"]
}}
"#
    )
}

/// Asserts that the finding is suppressed, and nothing else is reported.
fn assert_suppressed(files: &[(&str, &str)]) -> Value {
    let (run, rules) = check(files);
    assert_eq!(rules, [] as [&str; 0], "{files:?}");
    assert_eq!(run.status, 0);
    let report: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(report["summary"]["suppressed"], 1, "{files:?}");
    assert_eq!(report["summary"]["clean"], 1);
    assert_eq!(report["suppressed"][0]["rule"], "short-source");
    assert_eq!(report["mirrors"][0]["verdict"], "clean");
    report
}

const COMMENT: &str = "# mirrorset: ignore[short-source] it is so";

#[test]
fn a_comment_applies_on_the_line_above_the_line_and_above_the_block() {
    for text in [
        mirror(COMMENT, "", "", ""),
        mirror("", COMMENT, "", ""),
        mirror("", "", COMMENT, ""),
        mirror("", "", "", COMMENT),
        mirror("", "", "", "// mirrorset: ignore[short-source]"),
        mirror("", "", "/* mirrorset: ignore[ short-source ] it is so */", ""),
        mirror("", "", "", "/* mirrorset:ignore [short-source]*/"),
        mirror(
            "# mirrorset: ignore-file[short-source]

locals {}
",
            "",
            "",
            "",
        ),
        mirror(&format!("{COMMENT}\n# as everybody knows"), "", "", ""),
    ] {
        assert_suppressed(&[("main.tf", &text)]);
        assert_suppressed(&[("main.tofu", &text)]);
        assert_suppressed(&[("main.tf", &text.replace('\n', "\r\n"))]);
    }
}

#[test]
fn the_report_lists_suppressed_findings_with_the_reason() {
    let report = assert_suppressed(&[("main.tf", &mirror("", "", "", COMMENT))]);
    let suppressed = &report["suppressed"][0];
    assert_eq!(suppressed["address"], "rhcs_image_mirror.a");
    assert_eq!(suppressed["suppression"]["reason"], "it is so");
    assert_eq!(suppressed["suppression"]["start"]["line"], 5);
    let directory = scratch(&[("main.tf", &mirror("", "", "", COMMENT)), VERSIONS]);
    let run = mirrorset_at(TODAY, directory.path(), &["check"]);
    assert_eq!(
        run.stdout,
        "1 mirror in 1 root module: 1 clean, 0 with findings, 0 undecided; 1 suppressed\n"
    );
}

#[test]
fn a_comment_elsewhere_does_not_apply() {
    for text in [
        mirror(&format!("{COMMENT}\n"), "", "", ""),
        mirror(&format!("{COMMENT}\nlocals {{}}"), "", "", ""),
        mirror("", "", &format!("{COMMENT}\n"), ""),
    ] {
        let (run, rules) = check(&[("main.tf", &text)]);
        assert_eq!(run.status, 1);
        assert_eq!(rules, ["unused-suppression", "short-source"], "{text}");
    }
}

#[test]
fn a_suppression_applies_in_json() {
    let body = |comment: &str| {
        format!(
            r#"{{"resource": {{"rhcs_image_mirror": {{"a": {{{comment}"cluster_id": "c1", "source": "nginx",
               "mirrors": ["m.example.com/nginx"]}}}}}}}}"#
        )
    };
    let inside = body(r#""//": "mirrorset: ignore[short-source] it is so", "#);
    assert_suppressed(&[("main.tf.json", &inside)]);
    let list = body(r#""//": ["about nginx", "mirrorset: ignore[short-source] it is so"], "#);
    assert_suppressed(&[("main.tf.json", &list)]);
    let file = body("").replacen('{', r#"{"//": "mirrorset: ignore[short-source]", "#, 1);
    assert_suppressed(&[("main.tf.json", &file)]);
    let file = body(r#""//": "mirrorset: ignore-file[short-source]", "#);
    assert_suppressed(&[("main.tofu.json", &file)]);
}

const FROM_VARIABLE: &str = r#"
variable "image" {
  type = string
}

resource "rhcs_image_mirror" "a" {
  cluster_id = "c1"
  source     = var.image
  mirrors    = ["m.example.com/nginx"]
}
"#;

#[test]
fn a_suppression_applies_in_variable_files() {
    let values = "image = \"nginx\" # mirrorset: ignore[short-source] it is so\n";
    assert_suppressed(&[("main.tf", FROM_VARIABLE), ("terraform.tfvars", values)]);
    let values = r#"{"//": "mirrorset: ignore[short-source] it is so", "image": "nginx"}"#;
    assert_suppressed(&[("main.tf", FROM_VARIABLE), ("terraform.tfvars.json", values)]);
    // The label of the finding is on the value, and its mirror is the block.
    let block = FROM_VARIABLE.replace("resource", &format!("{COMMENT}\nresource"));
    assert_suppressed(&[("main.tf", &block), ("terraform.tfvars", "image = \"nginx\"\n")]);
}

#[test]
fn a_suppression_applies_until_its_date() {
    let mirror_until = |until: &str| {
        mirror(
            "",
            "",
            "",
            &format!("# mirrorset: ignore[short-source] until={until} then"),
        )
    };
    for until in ["2026-11-22", "2027-01-31"] {
        assert_suppressed(&[("main.tf", &mirror_until(until))]);
    }
    let (run, rules) = check(&[("main.tf", &mirror_until("2026-11-21"))]);
    assert_eq!(rules, ["short-source", "unused-suppression"]);
    assert!(
        run.stdout
            .contains("expired suppression (valid until 2026-11-21)"),
        "{}",
        run.stdout
    );
    let (_, rules) = check(&[("main.tf", &mirror_until("soon"))]);
    assert_eq!(rules, ["short-source", "unused-suppression"]);
}

/// The messages about unused suppressions in a text, and the text after their fixes.
fn unused_suppressions(text: &str) -> (Vec<String>, String) {
    let (run, _) = check(&[("main.tf", text)]);
    let report: Value = serde_json::from_str(&run.stdout).unwrap();
    let mut fixed = text.to_owned();
    let mut messages = Vec::new();
    let findings = report["findings"].as_array().unwrap().iter().rev();
    for finding in findings.filter(|finding| finding["rule"] == "unused-suppression") {
        messages.push(finding["message"].as_str().unwrap().to_owned());
        assert_eq!(finding["severity"], "warning");
        let Some(fix) = finding["fix"].as_object() else {
            continue;
        };
        assert_eq!(fix["applicability"], "safe");
        for edit in fix["edits"].as_array().unwrap() {
            let at = |end: &str| usize::try_from(edit[end]["offset"].as_u64().unwrap()).unwrap();
            fixed.replace_range(at("start")..at("end"), edit["content"].as_str().unwrap());
        }
    }
    messages.reverse();
    (messages, fixed)
}

fn mirror_with_comment(names: &str) -> String {
    mirror("", "", "", &format!("# mirrorset: ignore{names} why"))
}

fn mirror_without_comment() -> String {
    mirror("", "", "", "").replace("\"nginx\" \n", "\"nginx\"\n")
}

#[test]
fn unused_suppressions_are_reported_and_removed() {
    let clean = |text: &str| text.replace("\"nginx\"", "\"docker.io/library/nginx\"");
    let (messages, fixed) = unused_suppressions(&clean(&mirror_with_comment("[short-source]")));
    assert_eq!(
        messages,
        ["unused suppression: `short-source` reports no finding here"]
    );
    assert_eq!(fixed, clean(&mirror_without_comment()));
    let (messages, fixed) = unused_suppressions(&mirror_with_comment("[short-source, non-digest-type]"));
    assert_eq!(
        messages,
        ["unused suppression: `non-digest-type` reports no finding here"]
    );
    assert_eq!(fixed, mirror_with_comment("[short-source]"));
    let (_, fixed) = unused_suppressions(&mirror_with_comment("[non-digest-type, short-source]"));
    assert_eq!(fixed, mirror_with_comment("[short-source]"));
}

#[test]
fn suppressions_without_a_known_rule_are_reported_and_removed() {
    for names in ["", "[]", ": short-source", "[short-source"] {
        let (messages, fixed) = unused_suppressions(&mirror_with_comment(names));
        assert_eq!(
            messages,
            ["suppression without a rule name, so nothing is suppressed"],
            "{names}"
        );
        assert_eq!(fixed, mirror_without_comment());
    }
    let (messages, fixed) = unused_suppressions(&mirror_with_comment("[short-source, short-sauce]"));
    assert_eq!(messages, ["unknown rule `short-sauce`"]);
    assert_eq!(fixed, mirror_with_comment("[short-source]"));
    for name in ["syntax-error", "unsupported-input", "unused-suppression"] {
        let (messages, _) = unused_suppressions(&mirror_with_comment(&format!("[{name}]")));
        assert_eq!(messages, [format!("`{name}` cannot be suppressed")]);
    }
    let (messages, _) = unused_suppressions(&mirror("", "", "", "# mirrorset: ignroe[short-source]"));
    assert_eq!(
        messages,
        ["unknown suppression keyword `ignroe`, so nothing is suppressed"]
    );
    assert_eq!(
        unused_suppressions(&mirror("", "", "", "# mirrorset: checks this")).0,
        [] as [&str; 0]
    );
}

#[test]
fn suppressions_of_undecided_or_disabled_rules_are_not_unused() {
    let undecided = FROM_VARIABLE.replace("resource", &format!("{COMMENT}\nresource"));
    let (_, rules) = check(&[("main.tf", &undecided)]);
    assert_eq!(rules, ["unknown-value"]);
    let planned = FROM_VARIABLE.replace("resource", "# mirrorset: ignore[replaced-mirror]\nresource");
    let (_, rules) = check(&[
        ("main.tf", &planned),
        ("terraform.tfvars", "image = \"quay.io/a\""),
    ]);
    assert_eq!(rules, [] as [&str; 0]);
    let directory = scratch(&[(
        "main.tf",
        &mirror_with_comment("[short-source]").replace("nginx", "quay.io/nginx"),
    )]);
    let run = check_in(directory.path(), &["--ignore", "short-source"]);
    assert_eq!(findings(&run, directory.path()), []);
}

/// No rule about names can check a value that Terraform rejects, so it is unknown what it would report for a
/// valid one.
#[test]
fn suppressions_of_values_that_terraform_rejects_are_not_unused() {
    let rules_for_list = |text: &str| check(&[("main.tf", &text.replace("\"nginx\"", "[\"nginx\"]"))]).1;
    for above in [COMMENT, "# mirrorset: ignore[short-source, invalid-source]"] {
        for text in [mirror("", "", above, ""), mirror(above, "", "", "")] {
            assert_eq!(rules_for_list(&text), ["wrong-argument-type"], "{text}");
        }
    }
    // A rule about another argument is decided.
    let rules = rules_for_list(&mirror("", "", "", "# mirrorset: ignore[non-digest-type]"));
    assert_eq!(rules, ["wrong-argument-type", "unused-suppression"]);
}

#[test]
fn a_suppressed_unknown_value_leaves_the_mirror_undecided() {
    let undecided = FROM_VARIABLE.replace("resource", "# mirrorset: ignore[unknown-value]\nresource");
    let (run, rules) = check(&[("main.tf", &undecided)]);
    assert_eq!(rules, [] as [&str; 0]);
    assert!(
        run.stdout.contains("\"verdict\": \"undecided\""),
        "{}",
        run.stdout
    );
}

#[test]
fn a_suppression_is_used_if_one_root_module_needs_it() {
    let module = FROM_VARIABLE.replace("resource", &format!("{COMMENT}\nresource"));
    let root = |name: &str| {
        format!(
            r#"module "m" {{
  source = "../m"
  name   = "{name}"
}}
"#
        )
    };
    let module = module
        .replace("\"image\"", "\"name\"")
        .replace("var.image", "var.name");
    let (_, rules) = check(&[
        ("m/main.tf", &module),
        ("a/main.tf", &root("nginx")),
        ("b/main.tf", &root("quay.io/org/nginx")),
    ]);
    assert_eq!(rules, [] as [&str; 0]);
    let (_, rules) = check(&[("m/main.tf", &module), ("b/main.tf", &root("quay.io/org/nginx"))]);
    assert_eq!(rules, ["unused-suppression"]);
}

#[test]
fn a_suppression_in_one_root_module_does_not_apply_to_another() {
    let module = FROM_VARIABLE.replace("var.image", "\"nginx\"");
    let module = module.split_once("resource").unwrap().1;
    let module = format!("resource{module}");
    let call = r#"module "m" {
  source = "../m"
}
"#;
    let suppressed = format!("{COMMENT}\n{call}");
    let (_, rules) = check(&[("m/main.tf", &module), ("a/main.tf", &suppressed)]);
    assert_eq!(
        rules,
        [] as [&str; 0],
        "above the call it holds for the mirrors of the module"
    );
    let (run, rules) = check(&[
        ("m/main.tf", &module),
        ("a/main.tf", &suppressed),
        ("b/main.tf", call),
    ]);
    // Both root modules declare the mirror of one cluster.
    assert_eq!(rules, ["duplicate-source", "short-source"]);
    assert!(run.stdout.contains("\"clean\": 1"), "{}", run.stdout);
}

/// The module of a fixture and its plan, with a comment in the module.
fn suppressed_fixture(name: &str, comment: &str, before: &str) -> tempfile::TempDir {
    let directory = scratch(&[]);
    let from = fixture(name);
    for file in ["main.tf", "plan.json"] {
        let text = std::fs::read_to_string(from.join(file)).unwrap();
        let text = text.replacen(
            before,
            &format!("{comment}\n{before}"),
            usize::from(file == "main.tf"),
        );
        std::fs::write(directory.path().join(file), text).unwrap();
    }
    directory
}

#[test]
fn a_suppression_applies_to_a_plan_with_its_configuration() {
    let header = "resource \"rhcs_image_mirror\" \"nginx\"";
    for before in [header, "  source     = \"nginx\""] {
        let directory = suppressed_fixture("invalid_examples/short-source", COMMENT, before);
        for path in [".", "plan.json"] {
            let run = check_in(directory.path(), &["--no-changes-info", path]);
            assert_eq!(findings(&run, directory.path()), [], "{path}");
            assert_eq!(run.status, 0);
            let report: Value = serde_json::from_str(&run.stdout).unwrap();
            assert_eq!(report["suppressed"][0]["file"], "main.tf");
            assert_eq!(report["summary"]["clean"], 2);
        }
    }
}

#[test]
fn a_suppression_of_a_configuration_rule_is_not_unused_for_a_plan() {
    let comment = "# mirrorset: ignore[count-indexed-mirrors]";
    let header = "resource \"rhcs_image_mirror\" \"nginx\"";
    let directory = suppressed_fixture("invalid_examples/short-source", comment, header);
    let is_reported_unused = |path: &str| {
        let run = check_in(directory.path(), &["--no-changes-info", path]);
        run.stdout.contains("unused-suppression")
    };
    assert!(is_reported_unused("."));
    assert!(!is_reported_unused("plan.json"));
}
