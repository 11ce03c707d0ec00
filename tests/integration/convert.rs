//! Conversions: the form of each target, which inputs are rejected, and that outputs are valid.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use insta::assert_snapshot;
use mirrorset::testing::workspace::{Options, evaluate};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::program::{Run, mirrorset_in, scratch};

/// One cluster with two mirrors and lists of registries.
const PROD: &str = r#"
resource "rhcs_cluster_rosa_hcp" "prod" {
  name                     = "prod"
  wait_for_create_complete = true
  registry_config = {
    registry_sources = {
      blocked_registries  = ["untrusted.example.com"]
      insecure_registries = ["mirror.local:5000"]
    }
  }
}

resource "rhcs_image_mirror" "org" {
  cluster_id = rhcs_cluster_rosa_hcp.prod.id
  source     = "quay.io/org"
  mirrors    = ["mirror.local:5000/org", "mirror.example.com/org"]
  depends_on = [rhcs_cluster_rosa_hcp.prod]
}

resource "rhcs_image_mirror" "library" {
  cluster_id = rhcs_cluster_rosa_hcp.prod.id
  source     = "docker.io/library"
  mirrors    = ["mirror.example.com/library"]
  depends_on = [rhcs_cluster_rosa_hcp.prod]
}
"#;

fn convert_in(directory: &Path, arguments: &[&str]) -> Run {
    let run = mirrorset_in(directory, &[&["convert"], arguments].concat());
    assert!(run.status < 2, "{}", run.stderr);
    run
}

/// The conversion of some files.
fn converted(files: &[(&str, &str)], arguments: &[&str]) -> Run {
    let directory = scratch(files);
    convert_in(directory.path(), arguments)
}

fn prod(arguments: &[&str]) -> String {
    let run = converted(&[("main.tf", PROD)], arguments);
    assert_eq!(run.status, 0, "{}", run.stderr);
    run.stdout
}

#[test]
fn a_manifest_has_notes_about_the_origin_of_entries_and_where_it_is_rejected() {
    let run = converted(&[("main.tf", PROD)], &[]);
    assert_snapshot!(run.stdout, @r"
    # a ROSA cluster with hosted control planes rejects this manifest: its ValidatingAdmissionPolicy denies all changes to mirror sets
    apiVersion: config.openshift.io/v1
    kind: ImageDigestMirrorSet
    metadata:
      name: prod
    spec:
      imageDigestMirrors:
      # main.tf:20 rhcs_image_mirror.library
      - mirrors:
        - mirror.example.com/library
        source: docker.io/library
      # main.tf:13 rhcs_image_mirror.org
      - mirrors:
        - mirror.local:5000/org
        - mirror.example.com/org
        source: quay.io/org
    ");
    assert_eq!(run.stderr.matches("ValidatingAdmissionPolicy").count(), 1);
}

#[test]
fn without_notes_a_manifest_has_no_comments() {
    let run = converted(&[("main.tf", PROD)], &["--no-notes"]);
    assert_eq!(run.stderr, "");
    assert!(!run.stdout.contains('#'), "{}", run.stdout);
}

#[test]
fn the_other_kinds_differ_only_in_their_names() {
    let idms = prod(&["--no-notes"]);
    let itms = prod(&["--no-notes", "--to", "itms"]);
    let icsp = prod(&["--no-notes", "--to", "icsp"]);
    assert_eq!(
        itms,
        idms.replace("ImageDigestMirrorSet", "ImageTagMirrorSet")
            .replace("imageDigestMirrors", "imageTagMirrors")
    );
    assert_eq!(
        icsp,
        idms.replace("config.openshift.io/v1", "operator.openshift.io/v1alpha1")
            .replace("ImageDigestMirrorSet", "ImageContentSourcePolicy")
            .replace("imageDigestMirrors", "repositoryDigestMirrors")
    );
}

#[test]
fn a_hosted_cluster_contains_the_list_and_a_node_pool_the_complete_manifest() {
    let list = read_yaml(&prod(&["--to", "hostedcluster"]));
    let idms = read_yaml(&prod(&[]));
    assert_eq!(list["imageContentSources"], idms["spec"]["imageDigestMirrors"]);
    let pool = read_yaml(&prod(&["--to", "nodepool", "--name", "mirrors"]));
    assert_eq!(pool["kind"], "ConfigMap");
    assert_eq!(pool["metadata"]["name"], "mirrors");
    let held = read_yaml(pool["data"]["config"].as_str().unwrap());
    assert_eq!(held["spec"], idms["spec"]);
}

#[test]
fn registries_conf_includes_the_registry_lists_of_the_cluster() {
    assert_snapshot!(prod(&["--to", "registries-conf", "--blocked", "docker.io/evil"]), @r#"
    unqualified-search-registries = ["registry.access.redhat.com", "docker.io"]
    short-name-mode = ""

    [[registry]]
    prefix = ""
    location = "docker.io/library"

    [[registry.mirror]]
    location = "mirror.example.com/library"
    pull-from-mirror = "digest-only"

    [[registry]]
    prefix = ""
    location = "quay.io/org"

    [[registry.mirror]]
    location = "mirror.local:5000/org"
    insecure = true
    pull-from-mirror = "digest-only"

    [[registry.mirror]]
    location = "mirror.example.com/org"
    pull-from-mirror = "digest-only"

    [[registry]]
    prefix = ""
    location = "untrusted.example.com"
    blocked = true

    [[registry]]
    prefix = ""
    location = "docker.io/evil"
    blocked = true

    [[registry]]
    prefix = ""
    location = "mirror.local:5000"
    insecure = true
    "#);
}

#[test]
fn commands_take_an_unknown_id_from_the_shell() {
    assert_snapshot!(prod(&["--to", "rosa"]), @r#"
    # CLUSTER_ID is the id of rhcs_cluster_rosa_hcp.prod.
    rosa create image-mirror --cluster "${CLUSTER_ID:?}" --type digest --source docker.io/library --mirrors mirror.example.com/library
    rosa create image-mirror --cluster "${CLUSTER_ID:?}" --type digest --source quay.io/org --mirrors 'mirror.local:5000/org,mirror.example.com/org'
    "#);
}

#[test]
fn commands_quote_shell_syntax() {
    let configuration = mirror("a", "\"$(reboot)\"", "*.example.com", &["mirror.example.com"]);
    let run = converted(&[("main.tf", &configuration)], &["--to", "rosa"]);
    assert_eq!(
        run.stdout,
        "rosa create image-mirror --cluster '$(reboot)' --type digest --source '*.example.com' --mirrors mirror.example.com\n"
    );
}

#[test]
fn resources_depend_on_the_cluster_of_their_module() {
    assert_snapshot!(prod(&["--to", "hcl", "--cluster-id", "rhcs_cluster_rosa_hcp.prod.id"]), @r#"
    resource "rhcs_image_mirror" "docker_io_library" {
      cluster_id = rhcs_cluster_rosa_hcp.prod.id
      source     = "docker.io/library"
      mirrors = [
        "mirror.example.com/library",
      ]

      depends_on = [rhcs_cluster_rosa_hcp.prod]
    }

    resource "rhcs_image_mirror" "quay_io_org" {
      cluster_id = rhcs_cluster_rosa_hcp.prod.id
      source     = "quay.io/org"
      mirrors = [
        "mirror.local:5000/org",
        "mirror.example.com/org",
      ]

      depends_on = [rhcs_cluster_rosa_hcp.prod]
    }
    "#);
}

#[test]
fn the_for_each_style_is_a_map_and_one_resource() {
    assert_snapshot!(prod(&["--to", "hcl", "--style", "for-each", "--cluster-id", "var.cluster_id"]), @r#"
    locals {
      image_mirrors = {
        "docker.io/library" = [
          "mirror.example.com/library",
        ]
        "quay.io/org" = [
          "mirror.local:5000/org",
          "mirror.example.com/org",
        ]
      }
    }

    resource "rhcs_image_mirror" "image_mirrors" {
      for_each = local.image_mirrors

      cluster_id = var.cluster_id
      source     = each.key
      mirrors    = each.value
    }
    "#);
}

#[test]
fn the_module_style_is_a_map_and_a_module_call() {
    let text = prod(&[
        "--to",
        "hcl",
        "--style",
        "module",
        "--cluster-id",
        "module.cluster.cluster_id",
    ]);
    let (_, call) = text.split_once("\n\n").unwrap();
    assert_snapshot!(call, @r#"
    module "image_mirrors" {
      source   = "terraform-redhat/rosa-hcp/rhcs//modules/image-mirrors"
      version  = ">= 1.7.1"
      for_each = local.image_mirrors

      cluster_id      = module.cluster.cluster_id
      type            = "digest"
      source_registry = each.key
      mirrors         = each.value
    }
    "#);
}

#[test]
fn without_a_cluster_id_the_result_is_a_complete_root_module() {
    let text = prod(&["--to", "hcl"]);
    assert!(
        text.starts_with("terraform {\n  required_providers {\n"),
        "{text}"
    );
    assert!(text.contains("variable \"cluster_id\" {"), "{text}");
    let configuration = mirror("a", "\"2lbbrpgk\"", "quay.io/org", &["mirror.example.com/org"]);
    let run = converted(&[("main.tf", &configuration)], &["--to", "hcl"]);
    assert!(run.stdout.contains("cluster_id = \"2lbbrpgk\""), "{}", run.stdout);
    assert!(!run.stdout.contains("variable"), "{}", run.stdout);
}

#[test]
fn existing_mirrors_of_the_cluster_are_imported() {
    let listed = json!([
        {"kind": "ImageMirror", "id": "1abc", "type": "digest", "source": "quay.io/org", "mirrors": ["x.io/org"]},
        {"kind": "ImageMirror", "id": "2def", "type": "digest", "source": "quay.io/other", "mirrors": ["x.io/other"]},
    ]);
    let files = [("main.tf", PROD), ("ids.json", &listed.to_string())];
    let run = converted(
        &files,
        &[
            "main.tf",
            "--to",
            "hcl",
            "--import",
            "ids.json",
            "--cluster-id",
            "var.id",
        ],
    );
    let import = r#"import {
  to = rhcs_image_mirror.quay_io_org
  id = "${var.id}:1abc"
}
"#;
    assert!(run.stdout.contains(import), "{}", run.stdout);
    assert_eq!(run.stdout.matches("import {").count(), 1);
    assert!(run.stderr.contains("quay.io/other"), "{}", run.stderr);
    for (style, to) in [
        ("for-each", "rhcs_image_mirror.image_mirrors[\"quay.io/org\"]"),
        (
            "module",
            "module.image_mirrors[\"quay.io/org\"].rhcs_image_mirror.image_mirror",
        ),
    ] {
        let arguments = [
            "main.tf",
            "--to",
            "hcl",
            "--import",
            "ids.json",
            "--cluster-id",
            "\"2lb\"",
            "--style",
            style,
        ];
        let run = converted(&files, &arguments);
        let import = format!(
            r#"import {{
  to = {to}
  id = "2lb:1abc"
}}
"#
        );
        assert!(run.stdout.contains(&import), "{}", run.stdout);
    }
}

#[test]
fn an_invalid_import_list_is_rejected() {
    for text in [
        "{}",
        "[{\"id\": \"a:b\", \"source\": \"quay.io\"}]",
        "ID  SOURCE\n",
    ] {
        let directory = scratch(&[("main.tf", PROD), ("ids.json", text)]);
        let run = mirrorset_in(
            directory.path(),
            &["convert", "main.tf", "--to", "hcl", "--import", "ids.json"],
        );
        assert_eq!((run.status, run.stdout.as_str()), (2, ""), "{}", run.stderr);
        assert!(run.stderr.contains("ids.json"), "{}", run.stderr);
    }
}

#[test]
fn several_clusters_have_a_manifest_each_and_one_can_be_selected() {
    let configuration =
        mirror("a", "var.a", "quay.io/a", &["m.io/a"]) + &mirror("b", "var.b", "quay.io/b", &["m.io/b"]);
    let variables = r#"variable "a" {}
variable "b" {}
"#;
    let files = [("main.tf", configuration.as_str()), ("variables.tf", variables)];
    let both = converted(&files, &["--no-notes"]).stdout;
    let names: Vec<&str> = both
        .split("---\n")
        .filter_map(|text| text.lines().nth(3))
        .collect();
    assert_eq!(names, ["  name: a", "  name: b"]);
    let one = converted(&files, &["--no-notes", "--cluster", "var.b"]).stdout;
    assert!(one.contains("quay.io/b") && !one.contains("quay.io/a"), "{one}");
    let directory = scratch(&files);
    let error_message = |arguments: &[&str]| {
        let run = mirrorset_in(directory.path(), &[&["convert"], arguments].concat());
        assert_eq!((run.status, run.stdout.as_str()), (2, ""), "{arguments:?}");
        run.stderr
    };
    assert!(error_message(&["--cluster", "var.c"]).contains("var.a, var.b"));
    assert!(error_message(&["--to", "registries-conf"]).contains("--cluster"));
    assert!(error_message(&["--to", "hcl", "--cluster-id", "var.x"]).contains("--cluster"));
    let hcl = converted(&files, &["--to", "hcl"]).stdout;
    assert!(
        hcl.contains("cluster_id = var.a_cluster_id") && hcl.contains("cluster_id = var.b_cluster_id"),
        "{hcl}"
    );
    convert_in(
        directory.path(),
        &["--to", "registries-conf", "--output-dir", "out"],
    );
    assert!(directory.path().join("out/a.conf").is_file() && directory.path().join("out/b.conf").is_file());
}

#[test]
fn mirrors_with_the_same_cluster_reference_share_a_cluster() {
    let id = "rhcs_cluster_rosa_hcp.prod.id";
    let part = mirror("a", id, "quay.io/a", &["m.io/a"]) + &mirror("b", id, "quay.io/b", &["m.io/b"]);
    let text = converted(&[("main.tf", &part)], &["--no-notes"]).stdout;
    assert_eq!(text.matches("name: prod").count(), 1, "{text}");
    let twice = mirror("a", id, "quay.io/a", &["m.io/a"]) + &mirror("b", id, "quay.io/a", &["m.io/b"]);
    let run = converted(&[("main.tf", &twice)], &[]);
    assert_eq!((run.status, run.stdout.as_str()), (1, ""));
    assert!(run.stderr.contains("duplicate-source"), "{}", run.stderr);
}

/// Manifests with everything that Terraform does not support.
const MANIFESTS: &str = "
apiVersion: config.openshift.io/v1
kind: ImageDigestMirrorSet
metadata:
  name: first
spec:
  imageDigestMirrors:
  - mirrors: [mirror.example.com/ubi]
    source: registry.redhat.io/ubi
  - mirrorSourcePolicy: NeverContactSource
    mirrors: [mirror.example.com/never]
    source: registry.redhat.io/never
  - source: quay.io/none
  - mirrors: [b.example.com/x, a.example.com/x]
    source: quay.io/x
---
apiVersion: config.openshift.io/v1
kind: ImageDigestMirrorSet
metadata:
  name: second
spec:
  imageDigestMirrors:
  - mirrors: [a.example.com/x, b.example.com/x]
    source: quay.io/x
---
apiVersion: config.openshift.io/v1
kind: ImageTagMirrorSet
metadata:
  name: tags
spec:
  imageTagMirrors:
  - mirrors: [mirror.example.com/library]
    source: docker.io/library
";

#[test]
fn losses_of_a_conversion_to_terraform_are_reported_and_are_errors_with_strict() {
    let files = [("mirrors.yaml", MANIFESTS)];
    for target in ["hcl", "rosa"] {
        let run = converted(&files, &["--to", target, "mirrors.yaml"]);
        assert_eq!(run.status, 0);
        let warnings: Vec<&str> = run
            .stderr
            .lines()
            .filter(|line| line.starts_with("warning"))
            .collect();
        for (address, what) in [
            ("ImageDigestMirrorSet/first[1]", "NeverContactSource"),
            ("ImageDigestMirrorSet/first[2]", "the entry has no mirrors"),
            ("ImageDigestMirrorSet/second[0]", "contradict each other"),
            ("ImageTagMirrorSet/tags[0]", "by tag"),
        ] {
            assert!(
                warnings
                    .iter()
                    .any(|line| line.contains(address) && line.contains(what)),
                "{warnings:#?}"
            );
        }
        assert_eq!(warnings.len(), 4, "{warnings:#?}");
        assert!(
            !run.stdout.contains("quay.io/none") && !run.stdout.contains("docker.io"),
            "{}",
            run.stdout
        );
        let strict = converted(&files, &["--to", target, "mirrors.yaml", "--strict"]);
        assert_eq!((strict.status, strict.stdout.as_str()), (1, ""));
        assert_eq!(
            strict
                .stderr
                .lines()
                .filter(|line| line.starts_with("error"))
                .count(),
            4
        );
    }
}

#[test]
fn a_name_that_terraform_would_change_is_not_written() {
    // U+F9E7 is another form of U+88CF, and an `e` with an accent is one character or two. Terraform keeps the shorter form.
    for (name, is_kept) in [
        ("quay.io/\u{f9e7}", false),
        ("quay.io/cafe\u{301}", false),
        ("quay.io/caf\u{e9}", true),
    ] {
        for (source, mirror) in [(name, "m.example.com/a"), ("quay.io/a", name)] {
            let manifest = format!(
                "apiVersion: config.openshift.io/v1\nkind: ImageDigestMirrorSet\nspec:\n  imageDigestMirrors:\n  \
                 - source: {source}\n    mirrors: [{mirror}]\n"
            );
            let files = [("a.yaml", manifest.as_str())];
            let hcl = converted(&files, &["--to", "hcl", "a.yaml"]);
            assert_eq!(
                hcl.stdout.contains(name),
                is_kept,
                "{source} {mirror}: {}",
                hcl.stdout
            );
            assert_eq!(
                hcl.stderr
                    .contains("Terraform keeps texts in normalized characters"),
                !is_kept,
                "{}",
                hcl.stderr
            );
            let json = converted(&files, &["--to", "json", "a.yaml"]);
            assert!(json.stdout.contains(name), "{}", json.stdout);
        }
    }
}

#[test]
fn a_loss_is_reported_once() {
    let manifest = "apiVersion: config.openshift.io/v1
kind: ImageDigestMirrorSet
spec:
  imageDigestMirrors:
  - source: quay.io/x
    mirrorSourcePolicy: NeverContactSource
";
    let run = converted(&[("a.yaml", manifest)], &["--to", "hcl", "a.yaml"]);
    assert_eq!(run.stderr.matches("warning[").count(), 1, "{}", run.stderr);
}

#[test]
fn unknown_registry_lists_are_reported_with_help() {
    let configuration =
        PROD.replace("[\"untrusted.example.com\"]", "var.blocked") + "variable \"blocked\" {}\n";
    let run = converted(&[("main.tf", &configuration)], &["--to", "registries-conf"]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    assert!(run.stderr.contains("var.blocked has no value"), "{}", run.stderr);
    assert!(run.stderr.contains("use a plan"), "{}", run.stderr);
}

#[test]
fn manifests_keep_what_their_kind_supports() {
    let files = [("mirrors.yaml", MANIFESTS)];
    let sources = |target: &str, key: &str| {
        let run = converted(&files, &["--to", target, "mirrors.yaml", "--no-notes"]);
        assert_eq!(run.status, 0, "{}", run.stderr);
        let manifest = read_yaml(&run.stdout);
        let list = if manifest["spec"].is_object() {
            &manifest["spec"][key]
        } else {
            &manifest[key]
        };
        let entries = list.as_array().unwrap().iter();
        entries
            .map(|entry| {
                let policy = entry["mirrorSourcePolicy"].as_str().unwrap_or_default();
                let mirrors = entry["mirrors"].as_array().map_or(0, Vec::len);
                format!("{} {mirrors} {policy}", entry["source"].as_str().unwrap())
            })
            .collect::<Vec<_>>()
    };
    let never = "registry.redhat.io/never 1 NeverContactSource";
    let allowed = "registry.redhat.io/never 1 ";
    let with = |never| {
        [
            "quay.io/none 0 ",
            "quay.io/x 2 ",
            never,
            "registry.redhat.io/ubi 1 ",
        ]
    };
    assert_eq!(sources("idms", "imageDigestMirrors"), with(never));
    assert_eq!(sources("icsp", "repositoryDigestMirrors"), with(allowed));
    assert_eq!(sources("hostedcluster", "imageContentSources"), with(allowed));
    assert_eq!(sources("itms", "imageTagMirrors"), ["docker.io/library 1 "]);
}

#[test]
fn a_single_manifest_keeps_its_name() {
    let named = |name: &str| {
        let manifest = format!(
            "apiVersion: config.openshift.io/v1
kind: ImageDigestMirrorSet
metadata:
  name: {name}
spec:
  imageDigestMirrors:
  - source: quay.io/a
    mirrors: [m.io/a]
"
        );
        let text = converted(&[("a.yaml", &manifest)], &["a.yaml"]).stdout;
        read_yaml(&text)["metadata"]["name"].as_str().unwrap().to_owned()
    };
    assert_eq!(named("idms-release-0"), "idms-release-0");
    // HyperShift uses this name itself.
    assert_eq!(named("cluster"), "cluster-mirrors");
}

#[test]
fn a_converted_manifest_has_no_admission_policy_warning() {
    let run = converted(&[("mirrors.yaml", MANIFESTS)], &["mirrors.yaml"]);
    assert!(
        !run.stdout.contains("ValidatingAdmissionPolicy")
            && !run.stderr.contains("ValidatingAdmissionPolicy"),
        "{}",
        run.stderr
    );
}

#[test]
fn manifests_that_the_api_server_rejects_are_not_written() {
    for (source, mirrors, rule) in [
        ("https://quay.io/org", vec!["m.io/org"], "invalid-source"),
        ("quay.io/org", vec!["m.io/org:v1"], "invalid-mirror"),
        ("quay.io/org", vec!["m.io/org", "m.io/org"], "duplicate-mirror"),
        ("quay.io/org", vec![""], "empty-mirrors"),
        ("~", vec!["m.io/org"], "invalid-source"),
        ("bücher.example/x", vec!["m.io/org"], "invalid-source"),
    ] {
        let configuration = mirror("a", "\"c\"", source, &mirrors);
        for target in ["idms", "itms", "icsp", "hostedcluster", "nodepool", "rosa"] {
            let run = converted(&[("main.tf", &configuration)], &["--to", target]);
            assert_eq!((run.status, run.stdout.as_str()), (1, ""), "{source} {target}");
            assert!(run.stderr.contains(rule), "{}", run.stderr);
        }
    }
}

#[test]
fn a_hosted_cluster_has_at_most_255_entries() {
    let many = |number: usize| -> String {
        (0..number)
            .map(|index| {
                mirror(
                    &format!("m{index}"),
                    "\"c\"",
                    &format!("quay.io/o{index}"),
                    &["m.io/o"],
                )
            })
            .collect()
    };
    for (number, status) in [(255, 0), (256, 1)] {
        let configuration = many(number);
        let run = converted(&[("main.tf", &configuration)], &["--to", "hostedcluster"]);
        assert_eq!(run.status, status, "{number}: {}", run.stderr);
    }
    let configuration = many(256);
    assert_eq!(
        converted(&[("main.tf", &configuration)], &["--to", "idms"]).status,
        0
    );
}

#[test]
fn comments_contain_no_unicode_line_break() {
    let configuration = r#"
resource "rhcs_image_mirror" "a" {
  for_each   = { "x\u2028kind: Evil" = "quay.io/org" }
  cluster_id = "c"
  source     = each.value
  mirrors    = ["m.io/org"]
}
"#;
    let run = converted(&[("main.tf", configuration)], &[]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    assert!(!run.stdout.contains('\u{2028}'), "{}", run.stdout);
}

/// A mirror in HCL; `cluster_id` is an expression.
fn mirror(name: &str, cluster_id: &str, source: &str, mirrors: &[&str]) -> String {
    let mut text = format!(
        r#"resource "rhcs_image_mirror" "{name}" {{
  cluster_id = {cluster_id}
"#
    );
    let _ = writeln!(
        text,
        "  source = {}\n  mirrors = {}\n}}",
        json!(source),
        json!(mirrors)
    );
    text
}

/// The pattern of `source` in the schemas of `ImageDigestMirrorSet` and `ImageTagMirrorSet`: a wildcard, or a
/// valid mirror (openshift/api, `types_image_digest_mirror_set.go`).
const WILDCARD: &str = r"\*(?:\.(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))+";
const MIRROR: &str = r"((?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])(?:(?:\.(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))+)?(?::[0-9]+)?)(?:(?:/[a-z0-9]+(?:(?:(?:[._]|__|[-]*)[a-z0-9]+)+)?)+)?";

/// Asserts that a manifest is valid for its `CustomResourceDefinition`: no other keys, the patterns, mirrors as a set.
fn assert_fits_the_schema(manifest: &Value, list: &str) {
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let mirror = regex::Regex::new(&format!("^(?:{MIRROR})$")).unwrap();
    let source = regex::Regex::new(&format!("^(?:{WILDCARD}|{MIRROR})$")).unwrap();
    let name =
        regex::Regex::new("^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$").unwrap();
    assert_eq!(keys(manifest), ["apiVersion", "kind", "metadata", "spec"]);
    assert_eq!(keys(&manifest["metadata"]), ["name"]);
    let name_of_manifest = manifest["metadata"]["name"].as_str().unwrap();
    assert!(
        name.is_match(name_of_manifest) && name_of_manifest.len() <= 253,
        "{name_of_manifest}"
    );
    assert_eq!(keys(&manifest["spec"]), [list]);
    for entry in manifest["spec"][list].as_array().unwrap() {
        let allowed = ["mirrorSourcePolicy", "mirrors", "source"];
        assert!(
            keys(entry).iter().all(|key| allowed.contains(&key.as_str())),
            "{entry}"
        );
        assert!(source.is_match(entry["source"].as_str().unwrap()), "{entry}");
        if let Some(policy) = entry["mirrorSourcePolicy"].as_str() {
            assert!(
                ["NeverContactSource", "AllowContactingSource"].contains(&policy),
                "{policy}"
            );
        }
        let mirrors = entry["mirrors"].as_array().map(Vec::as_slice).unwrap_or_default();
        let mut seen = std::collections::BTreeSet::new();
        for text in mirrors.iter().map(|mirror| mirror.as_str().unwrap()) {
            assert!(mirror.is_match(text) && seen.insert(text), "{entry}");
        }
    }
}

/// Parses a manifest as YAML 1.2.
fn read_yaml(text: &str) -> Value {
    serde_saphyr::from_str(text).unwrap()
}

/// Parses a manifest as YAML 1.1, with the evaluator's `yamldecode`.
fn read_old_yaml(directory: &Path, file: &str) -> Value {
    let expression = format!("jsonencode(yamldecode(file({file:?})))");
    let evaluated = evaluate(directory, &[expression], &Options::default()).remove(0);
    serde_json::from_str(evaluated.unwrap().as_str().unwrap()).unwrap()
}

/// Valid names, including those that some YAML readers parse as other types.
fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "[a-z0-9]{1,8}(\\.[a-z0-9]{1,5}){1,3}(:[0-9]{1,5})?(/[a-z0-9]{1,8}){0,3}",
        1 => "[a-zA-Z0-9][a-zA-Z0-9-]{0,6}[a-zA-Z0-9](:[0-9]{1,4})?",
        1 => proptest::sample::select(vec![
            "no", "NO", "yes", "y", "N", "on", "off", "12:30", "1e3", "1E3", "null", "Null", "true", "0x1f", "017",
            "0b1", "0o17", "2026-11-22", "1.5", "1.0e5", "190:20", "nan", "inf", "10", "1-1-1", "a--b",
        ])
        .prop_map(str::to_owned),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn every_yaml_reader_reads_the_same_names(
        entries in proptest::collection::btree_map(name(), proptest::collection::btree_set(name(), 1..4), 1..6),
    ) {
        let mut configuration = String::new();
        for (index, (source, mirrors)) in entries.iter().enumerate() {
            let mirrors: Vec<&str> = mirrors.iter().map(String::as_str).collect();
            configuration += &mirror(&format!("m{index}"), "\"c\"", source, &mirrors);
        }
        let directory = scratch(&[("main.tf", &configuration)]);
        let run = convert_in(directory.path(), &["--name", "no"]);
        prop_assert_eq!(run.status, 0, "{}", run.stderr);
        std::fs::write(directory.path().join("idms.yaml"), &run.stdout).unwrap();
        let expected: BTreeMap<&str, Vec<&str>> = entries
            .iter()
            .map(|(source, mirrors)| (source.as_str(), mirrors.iter().map(String::as_str).collect()))
            .collect();
        for (target, list) in [("idms", "imageDigestMirrors"), ("itms", "imageTagMirrors"), ("icsp", "repositoryDigestMirrors")] {
            let run = convert_in(directory.path(), &["main.tf", "--to", target]);
            assert_fits_the_schema(&read_yaml(&run.stdout), list);
        }
        for read in [read_yaml(&run.stdout), read_old_yaml(directory.path(), "idms.yaml")] {
            prop_assert_eq!(&read["metadata"]["name"], "no");
            let listed = read["spec"]["imageDigestMirrors"].as_array().unwrap();
            let read_mirrors: BTreeMap<&str, Vec<&str>> = listed
                .iter()
                .map(|entry| {
                    let mirrors = entry["mirrors"].as_array().unwrap();
                    (entry["source"].as_str().unwrap(), mirrors.iter().map(|mirror| mirror.as_str().unwrap()).collect())
                })
                .collect();
            prop_assert_eq!(&read_mirrors, &expected);
        }
    }
}
