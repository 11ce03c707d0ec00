//! The fixes of the rules about names: the exact bytes, and that nothing is reported afterwards.

use std::collections::BTreeSet;
use std::path::Path;

use crate::support::program::scratch;
use crate::support::report::report;
use mirrorset::testing::diagnostic::{Applicability, Diagnostic, Edit};
use mirrorset::testing::workspace::{Loaded, Options, PlanConfiguration, load};

fn load_directory(directory: &Path) -> Loaded {
    let loaded = load(&[directory.to_owned()], &Options::default());
    assert_eq!(loaded.errors, []);
    loaded
}

fn findings(loaded: &Loaded) -> Vec<Diagnostic> {
    report(loaded).findings
}

fn rules(directory: &Path) -> Vec<&'static str> {
    findings(&load_directory(directory))
        .iter()
        .map(|finding| finding.code.as_str())
        .collect()
}

/// Applies every fix and returns the rules of the fixes.
fn fix_all(directory: &Path, up_to: Applicability) -> Vec<&'static str> {
    let loaded = load_directory(directory);
    let mut edits: BTreeSet<Edit> = BTreeSet::new();
    let mut rules = Vec::new();
    for finding in findings(&loaded) {
        if let Some(fix) = finding.fix.filter(|fix| fix.applicability <= up_to) {
            rules.push(finding.code.as_str());
            edits.extend(fix.edits);
        }
    }
    for edit in edits.iter().rev() {
        let path = loaded.sources.file(edit.span.file).path().unwrap().to_owned();
        let mut text = std::fs::read_to_string(&path).unwrap();
        text.replace_range(edit.span.range(), &edit.content);
        std::fs::write(path, text).unwrap();
    }
    rules
}

/// A mirror with this source and this list, both as expressions.
fn mirror(source: &str, mirrors: &str) -> String {
    format!(
        r#"resource "rhcs_image_mirror" "m" {{
  cluster_id = "c" # not to be touched
  source     = {source}
  mirrors    = {mirrors}
}}
"#
    )
}

#[track_caller]
fn assert_fixed(before: (&str, &str), rule: &str, applicability: Applicability, after: (&str, &str)) {
    let directory = scratch(&[("main.tf", &mirror(before.0, before.1))]);
    let fixed = fix_all(directory.path(), applicability);
    assert_eq!(fixed, [rule], "{before:?}");
    let text = std::fs::read_to_string(directory.path().join("main.tf")).unwrap();
    assert_eq!(text, mirror(after.0, after.1));
    assert_eq!(rules(directory.path()), [] as [&str; 0], "{after:?}");
}

const LIST: &str = r#"["m.example.com/org/app"]"#;

#[test]
fn a_source_is_replaced() {
    use Applicability::{Safe, Unsafe};
    for (rule, before, applicability, after) in [
        ("short-source", "nginx", Safe, "docker.io/library/nginx"),
        ("short-source", "bitnami/redis", Safe, "docker.io/bitnami/redis"),
        ("invalid-source", "https://quay.io/org/", Safe, "quay.io/org"),
        ("invalid-source", " quay.io/org ", Safe, "quay.io/org"),
        ("invalid-source", "quay.io/org/app:v1", Unsafe, "quay.io/org/app"),
        (
            "invalid-source",
            "quay.io/org/app@sha256:00",
            Unsafe,
            "quay.io/org/app",
        ),
        // The suggested name is valid and can match.
        (
            "invalid-source",
            "https://docker.io/nginx",
            Unsafe,
            "docker.io/library/nginx",
        ),
        (
            "unmatchable-source",
            "docker.io/nginx",
            Unsafe,
            "docker.io/library/nginx",
        ),
        (
            "unmatchable-source",
            "index.docker.io/org/app",
            Safe,
            "docker.io/org/app",
        ),
        ("unmatchable-source", "Quay.io/org", Safe, "quay.io/org"),
        ("unmatchable-source", "quay.io:443/org", Unsafe, "quay.io/org"),
    ] {
        let (before, after) = (format!("{before:?}"), format!("{after:?}"));
        assert_fixed((&before, LIST), rule, applicability, (&after, LIST));
    }
}

#[test]
fn a_mirror_is_replaced() {
    use Applicability::{Safe, Unsafe};
    for (rule, source, before, applicability, after) in [
        (
            "invalid-mirror",
            "quay.io/org",
            "https://m.example.com/org/",
            Safe,
            "m.example.com/org",
        ),
        (
            "invalid-mirror",
            "quay.io/org",
            "m.example.com/org:v1",
            Unsafe,
            "m.example.com/org",
        ),
        (
            "unrewritable-mirror",
            "quay.io/org/nginx",
            "docker.io/nginx",
            Unsafe,
            "docker.io/library/nginx",
        ),
        (
            "unrewritable-mirror",
            "quay.io/org",
            "index.docker.io/org",
            Safe,
            "docker.io/org",
        ),
        (
            "unrewritable-mirror",
            "docker.io/library/nginx",
            "m.example.com",
            Unsafe,
            "m.example.com/library/nginx",
        ),
    ] {
        let source = format!("{source:?}");
        let list = |mirror: &str| {
            format!(
                r#"[
    "n.example.com/org", # first
    {mirror:?} # second
  ]"#
            )
        };
        assert_fixed(
            (&source, &list(before)),
            rule,
            applicability,
            (&source, &list(after)),
        );
    }
}

#[test]
fn an_element_is_removed_and_comments_are_kept() {
    let source = r#""quay.io/org""#;
    for (rule, before, after) in [
        (
            "duplicate-mirror",
            r#"["m.io/a", "m.io/b", "m.io/a"]"#,
            r#"["m.io/a", "m.io/b"]"#,
        ),
        (
            "duplicate-mirror",
            r#"[
    "m.io/a",
    # again
    "m.io/a",
    "m.io/b",
  ]"#,
            r#"[
    "m.io/a",
    # again
    "m.io/b",
  ]"#,
        ),
        ("self-mirror", r#"["quay.io/org", "m.io/a"]"#, r#"["m.io/a"]"#),
        ("self-mirror", r#"["m.io/a", "quay.io/org"]"#, r#"["m.io/a"]"#),
    ] {
        assert_fixed((source, before), rule, Applicability::Safe, (source, after));
    }
}

#[test]
fn a_type_is_replaced() {
    let text = mirror("\"quay.io/org\"", LIST).replace("  source", "  type = \"tag\"\n  source");
    let directory = scratch(&[("main.tf", &text)]);
    assert_eq!(
        fix_all(directory.path(), Applicability::Safe),
        ["non-digest-type"]
    );
    let fixed = std::fs::read_to_string(directory.path().join("main.tf")).unwrap();
    assert_eq!(fixed, text.replace("\"tag\"", "\"digest\""));
}

/// Applies every safe fix to files, of which one changes, and asserts that nothing is reported afterwards.
#[track_caller]
fn assert_fixed_in(changed: &str, files: &[(&str, &str)], fixed: &[&str], after: &str) {
    let directory = scratch(files);
    assert_eq!(fix_all(directory.path(), Applicability::Safe), fixed, "{files:?}");
    for (name, text) in files {
        let now = std::fs::read_to_string(directory.path().join(name)).unwrap();
        assert_eq!(now, if *name == changed { after } else { *text }, "{name}");
    }
    assert_eq!(rules(directory.path()), [] as [&str; 0], "{after}");
}

#[test]
fn a_variable_is_fixed_in_its_variable_file() {
    let main = mirror("var.registry", LIST)
        + r#"variable "registry" {
  type = string
}
"#;
    assert_fixed_in(
        "terraform.tfvars",
        &[
            ("main.tf", &main),
            ("terraform.tfvars", "registry = \"nginx\" # ours\n"),
        ],
        &["short-source"],
        "registry = \"docker.io/library/nginx\" # ours\n",
    );
    assert_fixed_in(
        "a.auto.tfvars.json",
        &[
            ("main.tf", &main),
            ("a.auto.tfvars.json", "{\"registry\": \"nginx\"}\n"),
        ],
        &["short-source"],
        "{\"registry\": \"docker.io/library/nginx\"}\n",
    );
}

#[test]
fn a_variable_is_fixed_in_its_default() {
    assert_fixed_in(
        "main.tf",
        &[(
            "main.tf",
            r#"variable "registry" {
  default = "nginx"
}
resource "rhcs_image_mirror" "m" {
  cluster_id = "c"
  source = var.registry
  mirrors = ["m.io/a"]
}
"#,
        )],
        &["short-source"],
        r#"variable "registry" {
  default = "docker.io/library/nginx"
}
resource "rhcs_image_mirror" "m" {
  cluster_id = "c"
  source = var.registry
  mirrors = ["m.io/a"]
}
"#,
    );
}

#[test]
fn a_local_value_is_fixed_in_its_definition() {
    assert_fixed_in(
        "locals.tf",
        &[
            ("main.tf", &mirror("local.registry", LIST)),
            (
                "locals.tf",
                r#"locals {
  registry = ("nginx")
}
"#,
            ),
        ],
        &["short-source"],
        r#"locals {
  registry = ("docker.io/library/nginx")
}
"#,
    );
}

#[test]
fn an_argument_of_a_module_call_is_fixed_in_the_calling_module() {
    let main = r#"module "mirrors" {
  source = "./inner"
  for_each = local.registries
  registry = each.value.source
  list = each.value.mirrors
}
locals {
  registries = {
    nginx = { source = "nginx", mirrors = ["m.io/a", "m.io/a"] }
  }
}
"#;
    let inner = mirror("var.registry", "var.list")
        + r#"variable "registry" {
  type = string
}
variable "list" {
  type = list(string)
}
"#;
    assert_fixed_in(
        "main.tf",
        &[("main.tf", main), ("inner/main.tf", &inner)],
        &["short-source", "duplicate-mirror"],
        &main
            .replace("source = \"nginx\"", "source = \"docker.io/library/nginx\"")
            .replace("\"m.io/a\", \"m.io/a\"", "\"m.io/a\""),
    );
}

#[test]
fn a_value_is_fixed_in_json() {
    assert_fixed_in(
        "main.tf.json",
        &[(
            "main.tf.json",
            r#"{"resource": {"rhcs_image_mirror": {"m": {"cluster_id": "c", "source": "nginx", "mirrors": ["m.io/a", "m.io/a"]}}}}"#,
        )],
        &["short-source", "duplicate-mirror"],
        r#"{"resource": {"rhcs_image_mirror": {"m": {"cluster_id": "c", "source": "docker.io/library/nginx", "mirrors": ["m.io/a"]}}}}"#,
    );
}

/// The help explains the missing fix.
#[test]
fn shared_and_computed_values_are_not_fixed() {
    let shared = "the text is also used elsewhere, so check those places first";
    let computed = "the value is computed, so change the expressions that it comes from";
    let full = "write the full name: \"docker.io/library/nginx\"; ";
    for (text, help) in [
        // Two references to one local.
        (
            mirror("local.image", LIST)
                + r#"locals {
  image = "nginx"
}
output "image" {
  value = local.image
}
"#,
            shared,
        ),
        // A provider and a check, which are not evaluated here.
        (
            mirror("local.image", LIST)
                + r#"locals {
  image = "nginx"
}
provider "other" {
  image = local.image
}
"#,
            shared,
        ),
        (
            mirror("local.image", LIST)
                + r#"locals {
  image = "nginx"
}
check "image" {
  assert {
    condition = local.image != ""
    error_message = "none"
  }
}
"#,
            shared,
        ),
        // A variable that is part of the mirror too.
        (
            mirror("var.image", "[\"m.io/${var.image}\"]")
                + r#"variable "image" {
  default = "nginx"
}
"#,
            shared,
        ),
        // The key of an instance.
        (
            mirror("each.key", LIST).replace("  cluster_id", "  for_each = toset([\"nginx\"])\n  cluster_id"),
            shared,
        ),
        (
            mirror("each.key", LIST).replace("  cluster_id", "  for_each = { \"nginx\" = 1 }\n  cluster_id"),
            shared,
        ),
        // A template, a function, a heredoc.
        (
            mirror("\"${local.image}\"", LIST)
                + r#"locals {
  image = join("", ["ngi", "nx"])
}
"#,
            computed,
        ),
        (mirror("lower(\"NGINX\")", LIST), computed),
        (
            mirror(
                "trimspace(<<EOT
nginx
EOT
)",
                LIST,
            ),
            computed,
        ),
    ] {
        let directory = scratch(&[("main.tf", &text)]);
        let findings = findings(&load_directory(directory.path()));
        let short = findings
            .iter()
            .find(|finding| finding.code.as_str() == "short-source")
            .expect(&text);
        assert_eq!(short.fix, None, "{text}");
        assert_eq!(
            short.help.as_deref(),
            Some(format!("{full}{help}").as_str()),
            "{text}"
        );
    }
}

#[test]
fn a_sensitive_value_is_not_fixed() {
    let text = mirror("sensitive(\"nginx\")", LIST);
    let directory = scratch(&[("main.tf", &text)]);
    let findings = findings(&load_directory(directory.path()));
    assert_eq!(findings[0].code.as_str(), "short-source");
    assert_eq!(findings[0].fix, None);
    assert_eq!(
        findings[0].help.as_deref(),
        Some("write the full name, which begins with `docker.io/`")
    );
}

/// A plan has no text to change, but its configuration has.
#[test]
fn a_plan_is_fixed_in_its_configuration() {
    let plan = r#"{"format_version":"1.2","planned_values":{"root_module":{"resources":[
        {"address":"rhcs_image_mirror.m","mode":"managed","type":"rhcs_image_mirror","name":"m",
         "values":{"cluster_id":"c","mirrors":["m.example.com/org/app"],"source":"nginx","type":"digest"}}]}},
      "configuration":{"root_module":{"resources":[
        {"address":"rhcs_image_mirror.m","mode":"managed","type":"rhcs_image_mirror","name":"m"}]}}}"#;
    let text = mirror("\"nginx\"", LIST);
    let directory = scratch(&[("plan.json", plan), ("live/main.tf", &text)]);
    let fix_of = |counterpart: PlanConfiguration| {
        let options = Options {
            plan_configuration: counterpart,
            ..Options::default()
        };
        let loaded = load(&[directory.path().join("plan.json")], &options);
        let findings = findings(&loaded);
        assert_eq!(findings.len(), 1, "{findings:?}");
        findings.into_iter().next().unwrap().fix.map(|fix| {
            let edit = &fix.edits[0];
            (loaded.sources.slice(edit.span).to_owned(), edit.content.clone())
        })
    };
    assert_eq!(fix_of(PlanConfiguration::None), None);
    assert_eq!(
        fix_of(PlanConfiguration::At(vec![directory.path().join("live")])),
        Some(("\"nginx\"".to_owned(), "\"docker.io/library/nginx\"".to_owned()))
    );
}

/// A module that creates a cluster and a mirror that does not depend on it; `{}` is the placeholder for the list.
const DEPENDS: &str = r#"resource "rhcs_cluster_rosa_hcp" "c" {
  wait_for_create_complete = true
}
resource "null_resource" "a" {}
resource "null_resource" "b" {}
resource "rhcs_image_mirror" "m" {
  cluster_id = rhcs_cluster_rosa_hcp.c.id
  depends_on = {} # of the mirror
  source     = "quay.io/org"
  mirrors    = ["m.example.com/org"]
}
"#;

#[test]
fn an_inserted_entry_follows_the_layout_of_the_list() {
    for (before, after) in [
        ("[]", "[rhcs_cluster_rosa_hcp.c]"),
        ("[ # nothing\n  ]", "[rhcs_cluster_rosa_hcp.c # nothing\n  ]"),
        ("[null_resource.a]", "[null_resource.a, rhcs_cluster_rosa_hcp.c]"),
        (
            "[ null_resource.a, null_resource.b ]",
            "[ null_resource.a, null_resource.b, rhcs_cluster_rosa_hcp.c ]",
        ),
        (
            "[null_resource.a,]",
            "[null_resource.a, rhcs_cluster_rosa_hcp.c,]",
        ),
        (
            "[null_resource.a /* first */]",
            "[null_resource.a, rhcs_cluster_rosa_hcp.c /* first */]",
        ),
        (
            "[
    null_resource.a,
    null_resource.b,
  ]",
            "[
    null_resource.a,
    null_resource.b,
    rhcs_cluster_rosa_hcp.c,
  ]",
        ),
        (
            "[
    null_resource.a,
    null_resource.b
  ]",
            "[
    null_resource.a,
    null_resource.b,
    rhcs_cluster_rosa_hcp.c
  ]",
        ),
        (
            "[
    null_resource.a, # first
  ]",
            "[
    null_resource.a, # first
    rhcs_cluster_rosa_hcp.c,
  ]",
        ),
        (
            "[
    null_resource.a // first, and last
  ]",
            "[
    null_resource.a, // first, and last
    rhcs_cluster_rosa_hcp.c
  ]",
        ),
        (
            "[
    null_resource.a, /* a comment
    of two lines */
  ]",
            "[
    null_resource.a, rhcs_cluster_rosa_hcp.c, /* a comment
    of two lines */
  ]",
        ),
        (
            "[
    null_resource.a
    # the end
  ]",
            "[
    null_resource.a,
    rhcs_cluster_rosa_hcp.c
    # the end
  ]",
        ),
        (
            "[null_resource.a,\n    null_resource.b]",
            "[null_resource.a,\n    null_resource.b, rhcs_cluster_rosa_hcp.c]",
        ),
    ] {
        for line_break in ["\n", "\r\n"] {
            let with = |list: &str| {
                DEPENDS
                    .replacen("{} #", &format!("{list} #"), 1)
                    .replace('\n', line_break)
            };
            let directory = scratch(&[("main.tf", &with(before))]);
            let fixed = fix_all(directory.path(), Applicability::Safe);
            assert_eq!(fixed, ["missing-depends-on"], "{before}");
            let text = std::fs::read_to_string(directory.path().join("main.tf")).unwrap();
            assert_eq!(text, with(after));
            assert_eq!(rules(directory.path()), [] as [&str; 0], "{after}");
        }
    }
}

#[test]
fn depends_on_of_a_data_source_gets_all_mirrors_and_keeps_its_entries() {
    let mirror = |name: &str| {
        format!(
            r#"resource "rhcs_image_mirror" "{name}" {{
  cluster_id = "c"
  source = "quay.io/{name}"
  mirrors = ["m.example.com/{name}"]
}}
"#
        )
    };
    let data_source = |list: &str| {
        format!(
            r#"data "rhcs_image_mirrors" "all" {{
  cluster_id = "c"
  depends_on = {list}
}}
"#
        )
    };
    let text = |list: &str| {
        mirror("a") + &mirror("b") + "resource \"null_resource\" \"x\" {}\n" + &data_source(list)
    };
    for (before, after) in [
        ("[]", "[rhcs_image_mirror.a, rhcs_image_mirror.b]"),
        (
            "[null_resource.x]",
            "[null_resource.x, rhcs_image_mirror.a, rhcs_image_mirror.b]",
        ),
        (
            "[rhcs_image_mirror.a]",
            "[rhcs_image_mirror.a, rhcs_image_mirror.b]",
        ),
        (
            "[
    null_resource.x # first
  ]",
            "[
    null_resource.x, # first
    rhcs_image_mirror.a, rhcs_image_mirror.b
  ]",
        ),
    ] {
        let directory = scratch(&[("main.tf", &text(before))]);
        assert_eq!(
            fix_all(directory.path(), Applicability::Safe),
            ["unordered-data-source"]
        );
        let fixed = std::fs::read_to_string(directory.path().join("main.tf")).unwrap();
        assert_eq!(fixed, text(after));
        assert_eq!(rules(directory.path()), [] as [&str; 0]);
    }
}

#[test]
fn an_entry_is_inserted_into_a_json_list() {
    for (before, after) in [
        ("[]", r#"["rhcs_cluster_rosa_hcp.c"]"#),
        (
            r#"["null_resource.a"]"#,
            r#"["null_resource.a", "rhcs_cluster_rosa_hcp.c"]"#,
        ),
        (
            r#"[
    "null_resource.a",
    "null_resource.b"
  ]"#,
            r#"[
    "null_resource.a",
    "null_resource.b",
    "rhcs_cluster_rosa_hcp.c"
  ]"#,
        ),
    ] {
        let with = |list: &str| {
            r#"{"resource": {
  "rhcs_cluster_rosa_hcp": {"c": {"wait_for_create_complete": true}},
  "null_resource": {"a": {}, "b": {}},
  "rhcs_image_mirror": {"m": {
    "cluster_id": "${rhcs_cluster_rosa_hcp.c.id}", "source": "quay.io/org", "mirrors": ["m.example.com/org"],
    "depends_on": LIST}}}}
"#
            .replace("LIST", list)
        };
        let directory = scratch(&[("main.tf.json", &with(before))]);
        let fixed = fix_all(directory.path(), Applicability::Safe);
        assert_eq!(fixed, ["missing-depends-on"], "{before}");
        let text = std::fs::read_to_string(directory.path().join("main.tf.json")).unwrap();
        assert_eq!(text, with(after));
        assert_eq!(rules(directory.path()), [] as [&str; 0], "{after}");
    }
}
