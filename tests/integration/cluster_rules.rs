//! The rules about clusters, arguments and blocks: what they report, what they accept, and what their fixes
//! write. A finding is shown as `rule address: text under the label`.

use crate::support::program::{findings, fixture, mirrorset_in, scratch};
use crate::support::report::report;
use mirrorset::testing::workspace::{Options, load};

const NONE: [&str; 0] = [];

/// The findings in a root module of these files.
fn findings_in(files: &[(&str, &str)]) -> Vec<String> {
    let directory = scratch(files);
    let run = mirrorset_in(directory.path(), &["check", ".", "--output-format", "json"]);
    assert!(run.status < 2, "{}", run.stderr);
    findings(&run, directory.path())
        .into_iter()
        .map(|(rule, address, text)| format!("{rule} {address}: {text}"))
        .collect()
}

/// Applies the edits of all fixes to the text of `main.tf`.
fn fix(text: &str) -> String {
    let directory = scratch(&[("main.tf", text)]);
    let loaded = load(&[directory.path().to_owned()], &Options::default());
    let report = report(&loaded);
    let fixes = report.findings.iter().filter_map(|finding| finding.fix.as_ref());
    let mut edits: Vec<_> = fixes.flat_map(|fix| fix.edits.iter().cloned()).collect();
    edits.sort_by_key(|edit| std::cmp::Reverse(edit.span.start));
    let mut text = text.to_owned();
    for edit in edits {
        text.replace_range(edit.span.range(), &edit.content);
    }
    text
}

#[track_caller]
fn assert_findings(main: &str, expected: &[&str]) {
    assert_eq!(findings_in(&[("main.tf", main)]), expected, "{main}");
}

#[test]
fn a_mirror_may_depend_on_a_resource_that_waits_for_the_cluster() {
    assert_findings(
        r#"
resource "rhcs_cluster_rosa_hcp" "c" {
  name = "c"
}
resource "rhcs_cluster_wait" "w" {
  cluster = rhcs_cluster_rosa_hcp.c.id
}
resource "rhcs_image_mirror" "a" {
  cluster_id = rhcs_cluster_rosa_hcp.c.id
  source     = "quay.io/a"
  mirrors    = ["m.example.com/a"]
  depends_on = [rhcs_cluster_rosa_hcp.c, rhcs_cluster_wait.w]
}
"#,
        &[],
    );
}

#[test]
fn a_mirror_may_depend_on_a_machine_pool_of_the_cluster() {
    assert_findings(
        r#"
resource "rhcs_cluster_rosa_hcp" "c" {
  name = "c"
}
resource "rhcs_hcp_machine_pool" "w" {
  cluster = rhcs_cluster_rosa_hcp.c.id
}
resource "rhcs_image_mirror" "a" {
  cluster_id = rhcs_cluster_rosa_hcp.c.id
  source     = "quay.io/a"
  mirrors    = ["m.example.com/a"]
  depends_on = [rhcs_cluster_rosa_hcp.c, rhcs_hcp_machine_pool.w]
}
"#,
        &[],
    );
}

#[test]
fn a_waiting_resource_that_the_mirror_does_not_depend_on_is_not_enough() {
    assert_findings(
        r#"
resource "rhcs_cluster_rosa_hcp" "c" {
  name = "c"
}
resource "rhcs_cluster_wait" "w" {
  cluster = rhcs_cluster_rosa_hcp.c.id
}
resource "rhcs_image_mirror" "a" {
  cluster_id = rhcs_cluster_rosa_hcp.c.id
  source     = "quay.io/a"
  mirrors    = ["m.example.com/a"]
  depends_on = [rhcs_cluster_rosa_hcp.c]
}
"#,
        &["cluster-not-ready rhcs_image_mirror.a: rhcs_cluster_rosa_hcp.c.id"],
    );
}

#[test]
fn a_resource_that_waits_for_another_cluster_is_not_enough() {
    assert_findings(
        r#"
resource "rhcs_cluster_rosa_hcp" "c" {
  name = "c"
}
resource "rhcs_cluster_wait" "w" {
  cluster = "c2"
}
resource "rhcs_image_mirror" "a" {
  cluster_id = rhcs_cluster_rosa_hcp.c.id
  source     = "quay.io/a"
  mirrors    = ["m.example.com/a"]
  depends_on = [rhcs_cluster_rosa_hcp.c, rhcs_cluster_wait.w]
}
"#,
        &["cluster-not-ready rhcs_image_mirror.a: rhcs_cluster_rosa_hcp.c.id"],
    );
}

#[test]
fn a_waiting_resource_without_an_instance_is_not_enough() {
    assert_findings(
        r#"
resource "rhcs_cluster_rosa_hcp" "c" {
  name = "c"
}
resource "rhcs_cluster_wait" "w" {
  count = 0
  cluster = rhcs_cluster_rosa_hcp.c.id
}
resource "rhcs_image_mirror" "a" {
  cluster_id = rhcs_cluster_rosa_hcp.c.id
  source     = "quay.io/a"
  mirrors    = ["m.example.com/a"]
  depends_on = [rhcs_cluster_rosa_hcp.c, rhcs_cluster_wait.w]
}
"#,
        &["cluster-not-ready rhcs_image_mirror.a: rhcs_cluster_rosa_hcp.c.id"],
    );
}

#[test]
fn a_waiting_resource_with_an_unknown_count_leaves_the_mirror_undecided() {
    assert_findings(
        r#"
variable "n" {}
resource "rhcs_cluster_rosa_hcp" "c" {
  name = "c"
}
resource "rhcs_cluster_wait" "w" {
  count = var.n
  cluster = rhcs_cluster_rosa_hcp.c.id
}
resource "rhcs_image_mirror" "a" {
  cluster_id = rhcs_cluster_rosa_hcp.c.id
  source     = "quay.io/a"
  mirrors    = ["m.example.com/a"]
  depends_on = [rhcs_cluster_rosa_hcp.c, rhcs_cluster_wait.w]
}
"#,
        &["unknown-value rhcs_image_mirror.a: rhcs_cluster_rosa_hcp.c.id"],
    );
}

/// A child module that creates a cluster and does not wait for it.
const CLUSTER_MODULE: &str = r#"
resource "rhcs_cluster_rosa_hcp" "c" {
  name = "c"
}
output "id" {
  value = rhcs_cluster_rosa_hcp.c.id
}
"#;

#[test]
fn a_cluster_of_a_child_module_is_not_ready_if_nothing_waits_for_it() {
    let main = r#"
module "c" {
  source = "./c"
}
resource "rhcs_image_mirror" "a" {
  cluster_id = module.c.id
  source     = "quay.io/a"
  mirrors    = ["m.example.com/a"]
}
"#;
    assert_eq!(
        findings_in(&[("main.tf", main), ("c/main.tf", CLUSTER_MODULE)]),
        ["cluster-not-ready rhcs_image_mirror.a: module.c.id"]
    );
}

#[test]
fn the_cluster_id_may_come_from_the_resource_that_waits() {
    let main = r#"
module "c" {
  source = "./c"
}
resource "rhcs_cluster_wait" "w" {
  cluster = module.c.id
}
resource "rhcs_image_mirror" "a" {
  cluster_id = rhcs_cluster_wait.w.cluster
  source     = "quay.io/a"
  mirrors    = ["m.example.com/a"]
}
"#;
    assert_eq!(
        findings_in(&[("main.tf", main), ("c/main.tf", CLUSTER_MODULE)]),
        NONE
    );
}

#[test]
fn a_mirror_may_depend_on_a_module_that_waits_for_the_cluster() {
    let main = r#"
module "c" {
  source = "./c"
}
module "w" {
  source = "./w"
  id = module.c.id
}
resource "rhcs_image_mirror" "a" {
  cluster_id = module.c.id
  source     = "quay.io/a"
  mirrors    = ["m.example.com/a"]
  depends_on = [module.w]
}
"#;
    let wait = r#"
resource "rhcs_cluster_wait" "w" {
  cluster = var.id
}
variable "id" {}
"#;
    assert_eq!(
        findings_in(&[
            ("main.tf", main),
            ("c/main.tf", CLUSTER_MODULE),
            ("w/main.tf", wait)
        ]),
        NONE
    );
}

#[test]
fn the_official_module_waits_for_its_cluster() {
    assert_findings(
        r#"
module "rosa" {
  source = "terraform-redhat/rosa-hcp/rhcs"
  cluster_name = "c"
}
resource "rhcs_image_mirror" "a" {
  cluster_id = module.rosa.cluster_id
  source     = "quay.io/a"
  mirrors    = ["m.example.com/a"]
}
"#,
        &[],
    );
}

#[test]
fn the_official_module_does_not_wait_if_waiting_is_disabled() {
    assert_findings(
        r#"
module "rosa" {
  source = "terraform-redhat/rosa-hcp/rhcs"
  cluster_name = "c"
  wait_for_create_complete = false
}
resource "rhcs_image_mirror" "a" {
  cluster_id = module.rosa.cluster_id
  source     = "quay.io/a"
  mirrors    = ["m.example.com/a"]
}
"#,
        &["cluster-not-ready rhcs_image_mirror.a: module.rosa.cluster_id"],
    );
}

#[test]
fn modules_as_people_write_them_have_no_findings_of_these_rules() {
    for name in ["red_hat_module", "one_count"] {
        let run = mirrorset_in(
            &fixture("modules"),
            &["check", name, "--output-format", "concise"],
        );
        let rules = [
            "cluster-",
            "wrong-",
            "registry-",
            "missing-argument",
            "unsupported",
            "count-",
        ];
        // A fixture about `one` names no cluster of its module in `depends_on`.
        let reported: Vec<&str> = run
            .stdout
            .lines()
            .filter(|line| rules.iter().any(|rule| line.contains(rule)))
            .filter(|line| !line.contains("missing-depends-on"))
            .collect();
        assert_eq!(reported, NONE, "{name}");
    }
}

#[test]
fn a_cluster_that_is_only_read_is_ready() {
    assert_findings(
        r#"
data "rhcs_cluster_rosa_hcp" "c" {
  id = var.id
}
variable "id" {}
resource "rhcs_image_mirror" "a" {
  cluster_id = data.rhcs_cluster_rosa_hcp.c.id
  source     = "quay.io/a"
  mirrors    = ["m.example.com/a"]
}
"#,
        &[],
    );
}

#[test]
fn a_cluster_id_from_a_variable_has_no_finding() {
    assert_findings(
        r#"
variable "id" {}
resource "rhcs_image_mirror" "a" {
  cluster_id = var.id
  source     = "quay.io/a"
  mirrors    = ["m.example.com/a"]
}
"#,
        &[],
    );
}

/// The value of such an object can be anything.
#[test]
fn a_cluster_id_from_an_object_of_another_provider_has_no_finding() {
    assert_findings(
        r#"
data "aws_ssm_parameter" "id" {
  name = "cluster"
}
resource "rhcs_image_mirror" "a" {
  cluster_id = data.aws_ssm_parameter.id.value
  source     = "quay.io/a"
  mirrors    = ["m.example.com/a"]
}
"#,
        &[],
    );
}

#[test]
fn a_wrong_cluster_attribute_is_replaced_by_the_one_that_is_the_id() {
    for (wrong, right) in [
        ("rhcs_cluster_rosa_hcp.c.domain", "rhcs_cluster_rosa_hcp.c.id"),
        ("rhcs_cluster_rosa_hcp.c.name", "rhcs_cluster_rosa_hcp.c.id"),
        ("rhcs_hcp_machine_pool.p.id", "rhcs_hcp_machine_pool.p.cluster"),
    ] {
        let main = r#"
resource "rhcs_cluster_rosa_hcp" "c" {
  name = "c"
  wait_for_create_complete = true
}
resource "rhcs_hcp_machine_pool" "p" {
  cluster = rhcs_cluster_rosa_hcp.c.id
}
resource "rhcs_image_mirror" "a" {
  cluster_id = CLUSTER_ID
  source     = "quay.io/a"
  mirrors    = ["m.example.com/a"]
  depends_on = [rhcs_cluster_rosa_hcp.c]
}
"#
        .replace("CLUSTER_ID", wrong);
        let finding = format!("wrong-cluster-attribute rhcs_image_mirror.a: {wrong}");
        assert!(findings_in(&[("main.tf", &main)]).contains(&finding), "{wrong}");
        assert!(fix(&main).contains(&format!("cluster_id = {right}\n")), "{wrong}");
    }
}

/// Other references may need the local as it is.
#[test]
fn a_wrong_cluster_attribute_in_a_local_is_not_fixed() {
    let main = r#"
resource "rhcs_cluster_rosa_hcp" "c" {
  name = "c"
  wait_for_create_complete = true
}
locals {
  name = rhcs_cluster_rosa_hcp.c.domain
}
resource "rhcs_image_mirror" "a" {
  cluster_id = local.name
  source     = "quay.io/a"
  mirrors    = ["m.example.com/a"]
  depends_on = [rhcs_cluster_rosa_hcp.c]
}
"#;
    assert_eq!(fix(main), main);
}

/// The findings of `registry-config-conflict` for a cluster with these lists and a mirror with this source.
fn registry_conflicts(lists: &str, source: &str, mirror: &str) -> Vec<String> {
    let main = format!(
        r#"
resource "rhcs_cluster_rosa_hcp" "c" {{
  wait_for_create_complete = true
  registry_config = {{
    registry_sources = {{
      {lists}
    }}
  }}
}}
resource "rhcs_image_mirror" "a" {{
  cluster_id = rhcs_cluster_rosa_hcp.c.id
  source     = "{source}"
  mirrors    = ["{mirror}"]
  depends_on = [rhcs_cluster_rosa_hcp.c]
}}
"#
    );
    findings_in(&[("main.tf", &main)])
        .into_iter()
        .filter_map(|finding| Some(finding.strip_prefix("registry-config-conflict ")?.to_owned()))
        .collect()
}

#[track_caller]
fn assert_registry_conflict(lists: &str, source: &str, mirror: &str, expected: &str) {
    assert_eq!(registry_conflicts(lists, source, mirror), [expected], "{lists}");
}

#[track_caller]
fn assert_no_registry_conflict(lists: &str, source: &str, mirror: &str) {
    assert_eq!(registry_conflicts(lists, source, mirror), NONE, "{lists}");
}

#[test]
fn a_blocked_registry_conflicts_with_sources_and_mirrors_inside_it() {
    assert_registry_conflict(
        r#"blocked_registries = ["ghcr.io"]"#,
        "ghcr.io/org",
        "m.example.com/org",
        r#"rhcs_image_mirror.a: "ghcr.io/org""#,
    );
    assert_registry_conflict(
        r#"blocked_registries = ["m.example.com"]"#,
        "ghcr.io/org",
        "m.example.com/org",
        r#"rhcs_image_mirror.a: "m.example.com/org""#,
    );
    assert_no_registry_conflict(
        r#"blocked_registries = ["ghcr.io/other"]"#,
        "ghcr.io/org",
        "m.example.com/org",
    );
}

#[test]
fn a_source_outside_the_allowed_registries_is_a_conflict() {
    assert_registry_conflict(
        r#"allowed_registries = ["docker.io"]"#,
        "ghcr.io/org",
        "m.example.com/org",
        r#"rhcs_image_mirror.a: "ghcr.io/org""#,
    );
    for allowed in ["ghcr.io", "ghcr.io/org", "ghcr.io/org/app"] {
        assert_no_registry_conflict(
            &format!("allowed_registries = [{allowed:?}]"),
            "ghcr.io/org",
            "m.example.com/org",
        );
    }
}

#[test]
fn rosa_always_allows_the_registries_of_the_payload() {
    assert_no_registry_conflict(
        r#"allowed_registries = ["docker.io"]"#,
        "quay.io/org",
        "m.example.com/org",
    );
}

#[test]
fn allowed_and_blocked_registries_exclude_each_other() {
    assert_registry_conflict(
        r#"allowed_registries = ["ghcr.io"]
      blocked_registries = ["docker.io"]"#,
        "ghcr.io/org",
        "m.example.com/org",
        r#"rhcs_cluster_rosa_hcp.c: ["ghcr.io"]"#,
    );
}

#[test]
fn an_insecure_registry_conflicts_with_a_wildcard_source_that_contains_it() {
    assert_registry_conflict(
        r#"insecure_registries = ["a.example.org"]"#,
        "*.example.org",
        "m.example.com/org",
        r#"rhcs_image_mirror.a: "*.example.org""#,
    );
}

const WITH_ALL_ARGUMENTS: &str = r#"
resource "rhcs_image_mirror" "a" {
  cluster_id = "c1"
  source = "quay.io/a"
  mirrors = ["m.example.com/a"]
}
"#;

/// The findings of `invalid-registry` in a list of an Image, and in that of a cluster of Terraform.
fn invalid_registries(list: &str, entry: &str) -> [Vec<String>; 2] {
    let snake: String = list.replace("Registries", "_registries");
    let image = format!(
        "apiVersion: config.openshift.io/v1\nkind: Image\nmetadata: {{name: cluster}}\nspec:\n  registrySources:\n    \
         {list}: [{entry:?}]\n"
    );
    let main = format!(
        "resource \"rhcs_cluster_rosa_hcp\" \"c\" {{\n  registry_config = {{\n    registry_sources = {{\n      {snake} = \
         [{entry:?}]\n    }}\n  }}\n}}\n"
    );
    [("image.yaml", image), ("main.tf", main)].map(|(name, text)| {
        let found = findings_in(&[(name, &text)]).into_iter();
        found
            .filter(|finding| finding.starts_with("invalid-registry"))
            .collect()
    })
}

#[test]
fn registries_that_nodes_cannot_read_are_reported_in_each_list() {
    for (list, entry, is_invalid) in [
        ("blockedRegistries", "https://quay.io", true),
        ("insecureRegistries", "http://quay.io/org/", true),
        ("blockedRegistries", "//", true),
        ("blockedRegistries", "", true),
        ("blockedRegistries", "*.quay.io/org", true),
        ("insecureRegistries", "quay.*", true),
        ("allowedRegistries", "*.*.io", true),
        ("allowedRegistries", "https://quay.io", true),
        ("allowedRegistries", "quay.io", false),
        ("blockedRegistries", "*.quay.io", false),
        ("insecureRegistries", "quay.io:5000/org/app", false),
        // Nodes read it, and it matches images with this tag.
        ("blockedRegistries", "quay.io/org/app:v1", false),
    ] {
        for findings in invalid_registries(list, entry) {
            assert_eq!(
                findings.len(),
                usize::from(is_invalid),
                "{list} {entry:?}: {findings:?}"
            );
        }
    }
}

#[test]
fn a_registry_with_a_slash_at_its_end_conflicts_with_the_source_of_a_mirror() {
    for (insecure, source, is_conflict) in [
        ("quay.io/", "quay.io", true),
        ("quay.io/org//", "quay.io/org", true),
        ("quay.io/", "quay.io/org", false),
        ("quay.io/", "docker.io", false),
        ("quay.io", "quay.io", false),
    ] {
        let main = format!(
            "resource \"rhcs_cluster_rosa_hcp\" \"c\" {{\n  registry_config = {{\n    registry_sources = {{\n      \
             insecure_registries = [{insecure:?}]\n    }}\n  }}\n}}\nresource \"rhcs_image_mirror\" \"m\" {{\n  \
             cluster_id = rhcs_cluster_rosa_hcp.c.id\n  source = {source:?}\n  mirrors = [\"m.example.com/a\"]\n}}\n"
        );
        let found = findings_in(&[("main.tf", &main)]).into_iter();
        let found: Vec<String> = found
            .filter(|finding| finding.starts_with("invalid-registry"))
            .collect();
        assert_eq!(
            found.len(),
            usize::from(is_conflict),
            "{insecure} {source}: {found:?}"
        );
    }
}

#[test]
fn wildcards_with_different_settings_are_not_what_is_wrong_with_a_slash() {
    let image = "apiVersion: config.openshift.io/v1\nkind: Image\nmetadata: {name: cluster}\nspec:\n  registrySources:\n    \
                 insecureRegistries: [/, '*.example.com']\n    blockedRegistries: ['*.example.org']\n";
    let directory = scratch(&[("image.yaml", image)]);
    let run = mirrorset_in(directory.path(), &["check", "."]);
    assert!(run.stdout.contains("nodes cannot read this"), "{}", run.stdout);
}

#[test]
fn what_has_no_valid_name_is_not_named_in_depends_on() {
    for (name, is_valid) in [
        ("a", true),
        ("", false),
        ("1a", false),
        ("a b", false),
        ("a.b", false),
    ] {
        let text = format!(
            "resource \"rhcs_cluster_rosa_hcp\" {name:?} {{}}\nresource \"rhcs_image_mirror\" \"m\" {{\n  cluster_id = \"2lbbrpgkocgajphhqee7vku1pgd4qsge\"\n  source = \"quay.io/a\"\n  mirrors = [\"m.example.com/a\"]\n}}\n"
        );
        let found = findings_in(&[("main.tf", &text)]);
        let has = |rule: &str| found.iter().any(|finding| finding.starts_with(rule));
        assert_eq!(has("missing-depends-on"), is_valid, "{name}: {found:?}");
        assert_eq!(has("invalid-configuration"), !is_valid, "{name}: {found:?}");

        let text = format!(
            "resource \"rhcs_image_mirror\" {name:?} {{\n  cluster_id = \"c\"\n  source = \"quay.io/a\"\n  mirrors = [\"m.example.com/a\"]\n}}\ndata \"rhcs_image_mirrors\" \"d\" {{\n  cluster_id = \"c\"\n}}\n"
        );
        assert_eq!(fix(&text).contains("depends_on"), is_valid, "{name}");
    }
}

#[test]
fn unsupported_arguments_and_blocks_are_removed_or_renamed() {
    let text = r#"
resource "rhcs_image_mirror" "a" {
  name = "a"
  cluster = "c1"
  source = "quay.io/a"
  mirror = ["m.example.com/a"]
  id = "x"
  timeouts {
    create = "1h"
  }
}
"#;
    assert_findings(
        text,
        &[
            "unsupported-argument rhcs_image_mirror.a: name",
            "unsupported-argument rhcs_image_mirror.a: cluster",
            "unsupported-argument rhcs_image_mirror.a: mirror",
            "unsupported-argument rhcs_image_mirror.a: id",
            "unsupported-argument rhcs_image_mirror.a: timeouts",
        ],
    );
    assert_eq!(fix(text), WITH_ALL_ARGUMENTS);
}

#[test]
fn a_computed_argument_that_is_null_has_no_finding() {
    let with_null = WITH_ALL_ARGUMENTS.replace("\n}\n", "\n  id = null\n}\n");
    assert_findings(&with_null, &[]);
}

#[test]
fn a_module_call_has_to_set_the_required_variables_of_the_module() {
    assert_findings(
        r#"
module "m" {
  source = "terraform-redhat/rosa-hcp/rhcs//modules/image-mirrors"
  cluster_id = "c1"
  source_registry = "quay.io/a"
  mirrors = ["m.example.com/a"]
}
"#,
        &[r#"missing-argument module.m: module "m""#],
    );
    assert_findings(
        r#"
module "m" {
  source = "terraform-redhat/rosa-hcp/rhcs//modules/image-mirrors"
  type = "digest"
  cluster_id = "c1"
  source_registry = "quay.io/a"
  mirrors = ["m.example.com/a"]
}
"#,
        &[],
    );
}

#[test]
fn a_source_selected_by_count_index_in_a_module_call_is_reported_at_the_call() {
    let main = r#"
module "m" {
  source = "./m"
  count = 2
  source_registry = ["quay.io/a", "quay.io/b"][count.index]
}
"#;
    let child = r#"
resource "rhcs_image_mirror" "a" {
  cluster_id = "c1"
  source     = var.source_registry
  mirrors    = ["m.example.com/a"]
}
variable "source_registry" {}
"#;
    assert_eq!(
        findings_in(&[("main.tf", main), ("m/main.tf", child)]),
        [r#"count-indexed-mirrors module.m.rhcs_image_mirror.a: ["quay.io/a", "quay.io/b"][count.index]"#]
    );
}

/// Such a `count` selects nothing from a list.
#[test]
fn a_count_that_only_creates_the_mirror_or_not_has_no_finding() {
    assert_findings(
        r#"
resource "rhcs_image_mirror" "a" {
  cluster_id = "c1"
  source     = "quay.io/a"
  mirrors    = ["m.example.com/a"]
  count = 1
}
"#,
        &[],
    );
}

#[test]
fn a_fix_inserts_arguments_with_the_indentation_and_line_ends_of_the_block() {
    let text = r#"
resource "rhcs_cluster_rosa_hcp" "c" {
  name = "c"
}
resource "rhcs_image_mirror" "a" {
  cluster_id = rhcs_cluster_rosa_hcp.c.id
  source     = "quay.io/a"
  mirrors    = ["m.example.com/a"]
  depends_on = [rhcs_cluster_rosa_hcp.c]
}
"#;
    let waits = r#"
resource "rhcs_cluster_rosa_hcp" "c" {
  name = "c"
  wait_for_create_complete = true
}
"#;
    assert!(fix(text).contains(waits));
    let crlf = text.replace('\n', "\r\n");
    assert_eq!(fix(&crlf), fix(text).replace('\n', "\r\n"));
}

#[test]
fn a_fix_of_a_value_keeps_the_comment_after_it() {
    let text = r#"
resource "rhcs_cluster_rosa_hcp" "c" {
  wait_for_create_complete = false # quick
}
resource "rhcs_image_mirror" "a" {
  cluster_id = rhcs_cluster_rosa_hcp.c.id
  source     = "quay.io/a"
  mirrors    = ["m.example.com/a"]
  depends_on = [rhcs_cluster_rosa_hcp.c]
}
"#;
    assert!(fix(text).contains("  wait_for_create_complete = true # quick\n"));
}

#[test]
fn a_fix_inserts_depends_on_into_a_data_source() {
    let text = r#"
resource "rhcs_image_mirror" "a" {
  cluster_id = "c1"
  source     = "quay.io/a"
  mirrors    = ["m.example.com/a"]
}
data "rhcs_image_mirrors" "all" {
  cluster_id = "c1"
}
"#;
    let ordered = r#"
data "rhcs_image_mirrors" "all" {
  cluster_id = "c1"
  depends_on = [rhcs_image_mirror.a]
}
"#;
    assert!(fix(text).ends_with(ordered));
}

/// A mirror in a module with this version constraint for the provider.
fn with_constraint(constraint: &str) -> String {
    format!(
        r#"
terraform {{
  required_providers {{
    rhcs = {{
      source = "terraform-redhat/rhcs"
      version = "{constraint}"
    }}
  }}
}}
resource "rhcs_image_mirror" "a" {{
  cluster_id = "c1"
  source     = "quay.io/a"
  mirrors    = ["m.example.com/a"]
}}
"#
    )
}

#[test]
fn a_version_constraint_that_admits_old_providers_is_raised() {
    let main = with_constraint(">= 1.1.0");
    assert_findings(&main, &[r#"provider-version : ">= 1.1.0""#]);
    assert!(fix(&main).contains("version = \">= 1.7.2\""));
    assert_eq!(
        findings_in(&[("main.tf", &with_constraint("~> 1.7.0, != 1.7.3"))]).len(),
        1
    );
    let message = "invalid-configuration provider.rhcs: \"latest\"";
    assert_findings(&with_constraint("latest"), &[message]);
}

#[test]
fn the_locked_version_takes_precedence_over_the_constraint() {
    let main = with_constraint(">= 1.1.0");
    let locked = |version: &str| {
        let lock_file = format!(
            r#"
provider "registry.terraform.io/terraform-redhat/rhcs" {{
  version = "{version}"
}}
"#
        );
        findings_in(&[("main.tf", &main), (".terraform.lock.hcl", &lock_file)])
    };
    assert_eq!(locked("1.7.7"), NONE);
    assert_eq!(locked("1.7.1"), [r#"provider-version : "1.7.1""#]);
}
