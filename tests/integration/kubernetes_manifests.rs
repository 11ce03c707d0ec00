//! Manifests that Terraform resources apply: `kubernetes_manifest`, `kubectl_manifest` and the like.

use std::path::Path;

use crate::support::program::{Run, findings, mirrorset_in, scratch};
use serde_json::{Value, json};

fn check(directory: &Path) -> Run {
    mirrorset_in(directory, &["check", ".", "--output-format", "json"])
}

/// Rule, address and labeled text of each finding.
fn findings_of(files: &[(&str, &str)]) -> Vec<[String; 3]> {
    let directory = scratch(files);
    let findings = findings(&check(directory.path()), directory.path());
    findings.into_iter().map(<[String; 3]>::from).collect()
}

fn findings_in(main: &str) -> Vec<[String; 3]> {
    findings_of(&[("main.tf", main)])
}

/// The line that counts mirrors by verdict.
fn summary(directory: &Path, path: &str) -> String {
    let run = mirrorset_in(directory, &["check", path]);
    run.stdout.lines().last().unwrap_or_default().to_owned()
}

/// Reason, name and message of what was skipped, except for excluded and ignored files.
fn skipped(directory: &Path, path: &str) -> Vec<[String; 3]> {
    let run = mirrorset_in(directory, &["check", path, "--output-format", "json"]);
    let report: Value = serde_json::from_str(&run.stdout).expect(&run.stderr);
    let skipped = report["coverage"]["skipped"].as_array().unwrap().iter();
    skipped
        .map(|skipped| ["reason", "name", "message"].map(|key| skipped[key].as_str().unwrap().to_owned()))
        .collect()
}

/// A set of one mirror, as an object of Terraform.
fn object(name: &str, source: &str, mirror: &str) -> String {
    format!(
        r#"{{
    apiVersion = "config.openshift.io/v1"
    kind       = "ImageDigestMirrorSet"
    metadata   = {{ name = {name} }}
    spec       = {{ imageDigestMirrors = [{{ source = {source}, mirrors = [{mirror}] }}] }}
  }}"#
    )
}

/// A set of one mirror in YAML.
fn yaml(name: &str, source: &str) -> String {
    format!(
        "apiVersion: config.openshift.io/v1
kind: ImageDigestMirrorSet
metadata:
  name: {name}
spec:
  imageDigestMirrors:
  - source: {source}
    mirrors: [m.example.com/a]
"
    )
}

const REPOSITORY: &str = r#"resource "aws_ecr_repository" "a" {}
"#;

#[test]
fn each_value_of_an_object_has_its_own_place() {
    let main = r#"
variable "registry" {
  default = "mirror.example.com"
}
locals {
  entries = [{ source = "redis", mirrors = ["${var.registry}/redis"] }]
}
resource "kubernetes_manifest" "a" {
  manifest = {
    apiVersion = "config.openshift.io/v1"
    kind       = "ImageDigestMirrorSet"
    metadata   = { name = "Mirrors" }
    spec = {
      imageDigestMirrors = concat(local.entries, [
        { source = "nginx", mirrors = ["${var.registry}/nginx"] },
        { source = "quay.io/a", mirrors = ["m.example.com/a"], policy = "x" },
      ])
    }
  }
}
"#;
    let resource = "in kubernetes_manifest.a";
    assert_eq!(
        findings_in(main),
        [
            [
                "short-source",
                &format!("ImageDigestMirrorSet/Mirrors[0] {resource}"),
                "\"redis\""
            ],
            [
                "invalid-manifest",
                &format!("ImageDigestMirrorSet/Mirrors {resource}"),
                "\"Mirrors\""
            ],
            [
                "short-source",
                &format!("ImageDigestMirrorSet/Mirrors[1] {resource}"),
                "\"nginx\""
            ],
            [
                "invalid-manifest",
                &format!("ImageDigestMirrorSet/Mirrors[2] {resource}"),
                "policy"
            ],
        ]
    );
}

#[test]
fn configuration_in_json_is_read() {
    let main = r#"{"resource": {"kubernetes_manifest": {"a": {"manifest": {
  "apiVersion": "config.openshift.io/v1", "kind": "ImageTagMirrorSet", "metadata": {"name": "a"},
  "spec": {"imageTagMirrors": [{"source": "nginx", "mirrors": ["m.example.com/a"]}]}
}}}}}"#;
    assert_eq!(
        findings_of(&[("main.tf.json", main)]),
        [[
            "short-source",
            "ImageTagMirrorSet/a[0] in kubernetes_manifest.a",
            "\"nginx\""
        ]]
    );
}

#[test]
fn the_lines_of_a_heredoc_are_labeled() {
    let main = r#"
resource "kubectl_manifest" "a" {
  yaml_body = <<-EOT
    apiVersion: config.openshift.io/v1
    kind: ImageDigestMirrorSet
    metadata: {name: a}
    spec:
      imageDigestMirrors:
      - source: nginx
        mirrors: [m.example.com/a]
  EOT
}
"#;
    assert_eq!(
        findings_in(main),
        [[
            "short-source",
            "ImageDigestMirrorSet/a[0] in kubectl_manifest.a",
            "nginx"
        ]]
    );
}

#[test]
fn instances_have_their_addresses_and_values() {
    let set = object("each.key", "each.value", "\"m.example.com/a\"");
    let main = format!(
        r#"
module "a" {{
  source = "./child"
  count  = 2
}}
resource "kubernetes_manifest" "each" {{
  for_each = {{ a = "nginx", b = "quay.io/b" }}
  manifest = {set}
}}
"#
    );
    let child = format!(
        "resource \"kubernetes_manifest\" \"m\" {{\n  manifest = {}\n}}\n",
        object("\"m\"", "\"redis\"", "\"m.example.com/a\"")
    );
    let directory = scratch(&[("main.tf", &main), ("child/main.tf", &child)]);
    assert_eq!(
        summary(directory.path(), "."),
        "4 mirrors in 5 inputs: 1 clean, 3 with findings, 0 undecided"
    );
    let run = mirrorset_in(directory.path(), &["check", ".", "--output-format", "concise"]);
    assert_eq!(
        run.stdout,
        "child/main.tf:6:53: error[short-source] ImageDigestMirrorSet/m[0] in module.a[0].kubernetes_manifest.m: \
         source \"redis\" has no registry host (and 1 more instance)\n\
         main.tf:7:20: error[short-source] ImageDigestMirrorSet/a[0] in kubernetes_manifest.each[\"a\"]: source \
         \"nginx\" has no registry host\n"
    );
}

#[test]
fn unknown_parts_are_undecided_with_their_reasons() {
    let main = format!(
        r#"{REPOSITORY}
variable "image" {{
  type = string
}}
resource "kubernetes_manifest" "a" {{
  manifest = {}
}}
resource "kubectl_manifest" "encoded" {{
  yaml_body = yamlencode({})
}}
resource "kubectl_manifest" "template" {{
  yaml_body = <<-EOT
    apiVersion: config.openshift.io/v1
    kind: ImageDigestMirrorSet
    metadata: {{name: template}}
    spec:
      imageDigestMirrors:
      - source: nginx
        mirrors: ["${{aws_ecr_repository.a.repository_url}}/nginx"]
  EOT
}}
"#,
        object(
            "aws_ecr_repository.a.name",
            "\"nginx\"",
            "aws_ecr_repository.a.repository_url"
        ),
        object("\"encoded\"", "var.image", "\"m.example.com/a\""),
    );
    let directory = scratch(&[("main.tf", &main)]);
    let run = mirrorset_in(directory.path(), &["check", ".", "--output-format", "concise"]);
    let lines: Vec<&str> = run
        .stdout
        .lines()
        .map(|line| line.split_once(": ").unwrap().1)
        .collect();
    assert_eq!(
        lines,
        [
            "error[short-source] ImageDigestMirrorSet[0] in kubernetes_manifest.a: source \"nginx\" has no registry host",
            "info[unknown-value] ImageDigestMirrorSet[0] in kubernetes_manifest.a: mirrors[0] is unknown: \
             aws_ecr_repository.a.repository_url is known only after apply",
            "info[unknown-value] ImageDigestMirrorSet/encoded[0] in kubectl_manifest.encoded: source is unknown: \
             var.image has no value",
            "error[short-source] ImageDigestMirrorSet/template[0] in kubectl_manifest.template: source \"nginx\" has no \
             registry host",
            "info[unknown-value] ImageDigestMirrorSet/template[0] in kubectl_manifest.template: mirrors[0] is unknown: \
             aws_ecr_repository.a.repository_url is known only after apply",
        ]
    );
    let help = mirrorset_in(directory.path(), &["check", "."]);
    assert!(
        help.stdout.contains("give the variable a value"),
        "{}",
        help.stdout
    );
}

#[test]
fn a_template_file_is_rendered_with_its_known_parts() {
    let template = "apiVersion: config.openshift.io/v1
kind: ImageDigestMirrorSet
metadata: {name: a}
spec:
  imageDigestMirrors:
%{ for source in sources ~}
  - {source: \"${source}\", mirrors: [\"${registry}/${source}\"]}
%{ endfor ~}
";
    let main = |variables: &str| {
        format!(
            "{REPOSITORY}resource \"kubernetes_manifest\" \"a\" {{\n  manifest = yamldecode(templatefile(\"a.tftpl\", \
             {variables}))\n}}\n"
        )
    };
    let known = main("{ sources = [\"nginx\", \"quay.io/a\"], registry = aws_ecr_repository.a.registry }");
    let directory = scratch(&[("main.tf", &known), ("a.tftpl", template)]);
    assert_eq!(
        summary(directory.path(), "."),
        "2 mirrors in 2 inputs: 0 clean, 1 with findings, 1 undecided (aws_ecr_repository.a.registry is known only after \
         apply)"
    );
    // A loop over an unknown list has an unknown result.
    let unknown = main("{ sources = aws_ecr_repository.a.sources, registry = \"m.example.com\" }");
    let directory = scratch(&[("main.tf", &unknown), ("a.tftpl", template)]);
    assert_eq!(
        skipped(directory.path(), "."),
        [[
            "unopened-wrapper",
            "kubernetes_manifest.a",
            "a mirror set cannot be read: aws_ecr_repository.a.sources is known only after apply"
        ]]
    );
}

#[test]
fn a_manifest_that_is_unknown_is_counted() {
    let main = format!(
        r#"{REPOSITORY}
variable "manifest" {{
  type = any
}}
resource "kubernetes_manifest" "whole" {{
  manifest = var.manifest
}}
resource "kubernetes_manifest" "kind" {{
  manifest = {{ apiVersion = "config.openshift.io/v1", kind = aws_ecr_repository.a.kind }}
}}
resource "kubernetes_manifest" "list" {{
  manifest = {{
    apiVersion = "config.openshift.io/v1"
    kind       = "ImageDigestMirrorSet"
    metadata   = {{ name = "list" }}
    spec       = {{ imageDigestMirrors = aws_ecr_repository.a.mirrors }}
  }}
}}
resource "kubernetes_manifest" "error" {{
  manifest = yamldecode("a: [")
}}
resource "kubernetes_manifest" "other_error" {{
  manifest = {{ apiVersion = "v1", kind = "Namespace", metadata = {{ name = file("absent") }} }}
}}
resource "kubernetes_manifest" "other" {{
  manifest = {{ apiVersion = "v1", kind = "Namespace", metadata = {{ name = aws_ecr_repository.a.name }} }}
}}
resource "kubernetes_config_map" "other" {{
  data = aws_ecr_repository.a.tags
}}
"#
    );
    let directory = scratch(&[("main.tf", &main)]);
    let skipped = skipped(directory.path(), ".");
    let names: Vec<&str> = skipped.iter().map(|[_, name, _]| name.as_str()).collect();
    assert_eq!(
        names,
        [
            "kubernetes_manifest.error",
            "kubernetes_manifest.kind",
            "kubernetes_manifest.list",
            "kubernetes_manifest.whole"
        ]
    );
    let run = mirrorset_in(directory.path(), &["check", ".", "--output-format", "concise"]);
    let severity = |name: &str| {
        let line = run.stdout.lines().find(|line| line.contains(name)).unwrap();
        line.split_once(": ")
            .unwrap()
            .1
            .split('[')
            .next()
            .unwrap()
            .to_owned()
    };
    assert_eq!(severity("kubernetes_manifest.whole"), "info");
    assert_eq!(severity("kubernetes_manifest.list"), "warning");
    let strict = mirrorset_in(directory.path(), &["check", ".", "--strict"]);
    assert_eq!(strict.status, 1);
}

#[test]
fn an_unknown_number_of_instances_is_undecided() {
    let set = object("\"a-${count.index}\"", "\"quay.io/a\"", "\"m.example.com/a\"");
    let main = format!(
        "{REPOSITORY}resource \"kubernetes_manifest\" \"a\" {{\n  count    = aws_ecr_repository.a.number\n  manifest = \
         {set}\n}}\n"
    );
    let directory = scratch(&[("main.tf", &main)]);
    assert_eq!(
        summary(directory.path(), "."),
        "1 mirror in 2 inputs: 0 clean, 0 with findings, 1 undecided (aws_ecr_repository.a.number is known only after \
         apply)"
    );
    let run = mirrorset_in(directory.path(), &["convert", "."]);
    assert_eq!(run.status, 1, "{}", run.stdout);
}

#[test]
fn sensitive_values_are_checked_and_not_printed() {
    let main = format!(
        r#"
variable "mirror" {{
  sensitive = true
  default   = "secret"
}}
resource "kubernetes_manifest" "a" {{
  manifest = {}
}}
resource "kubectl_manifest" "b" {{
  yaml_body = templatefile("b.tftpl", {{ mirror = var.mirror }})
}}
resource "kubectl_manifest" "c" {{
  sensitive_fields = ["spec"]
  yaml_body        = <<-EOT
    {}
  EOT
}}
"#,
        object("\"a\"", "\"nginx\"", "var.mirror"),
        yaml("c", "secret").replace('\n', "\n    "),
    );
    let template = yaml("b", "quay.io/b").replace("m.example.com/a", "${mirror}");
    let directory = scratch(&[("main.tf", &main), ("b.tftpl", &template)]);
    for format in ["full", "concise", "json"] {
        let run = mirrorset_in(directory.path(), &["check", ".", "--output-format", format]);
        assert!(!run.stdout.contains("secret"), "{}", run.stdout);
    }
    let run = mirrorset_in(directory.path(), &["check", ".", "--output-format", "concise"]);
    let rules: Vec<&str> = run
        .stdout
        .lines()
        .map(|line| line.split(['[', ']']).nth(1).unwrap())
        .collect();
    assert_eq!(
        rules,
        [
            "short-source",
            "unrewritable-mirror",
            "unrewritable-mirror",
            "short-source"
        ],
        "{}",
        run.stdout
    );
    assert!(run.stdout.contains("\"nginx\""), "{}", run.stdout);
    let convert = mirrorset_in(directory.path(), &["convert", "."]);
    assert!(!convert.stdout.contains("secret") && !convert.stderr.contains("secret"));
}

#[test]
fn a_file_that_a_resource_applies_is_labeled_and_fixed() {
    let main = r#"
resource "kubectl_manifest" "a" {
  yaml_body = file("${path.module}/a.yaml")
}
resource "kubernetes_manifest" "b" {
  manifest = local.b
}
resource "kubernetes_manifest" "c" {
  manifest = provider::kubernetes::manifest_decode(file("c.yaml"))
}
locals {
  b = yamldecode(file("b.yaml"))
}
"#;
    let suppressed = "  # mirrorset:ignore[short-source] it is for a test\n  - source: nginx";
    let a = yaml("a", "nginx").replace("  - source: nginx", suppressed);
    let b = yaml("b", "redis").replace("[m.example.com/a]", "[m.example.com/a, m.example.com/a]");
    let c = yaml("c", "quay.io/c");
    let directory = scratch(&[("main.tf", main), ("a.yaml", &a), ("b.yaml", &b), ("c.yaml", &c)]);
    let findings = findings(&check(directory.path()), directory.path());
    let findings: Vec<_> = findings.into_iter().map(<[String; 3]>::from).collect();
    let address = "ImageDigestMirrorSet/b[0] in kubernetes_manifest.b";
    assert_eq!(
        findings,
        [
            ["short-source", address, "redis"],
            ["duplicate-mirror", address, "m.example.com/a"]
        ]
    );
    // A file that is named, too, is read once.
    let all = summary(directory.path(), ".");
    assert!(
        all.starts_with("3 mirrors in 4 inputs: 2 clean, 1 with findings"),
        "{all}"
    );
    let named = mirrorset_in(
        directory.path(),
        &["check", "main.tf", "a.yaml", "b.yaml", "c.yaml"],
    );
    assert!(named.stdout.ends_with(&format!("{all}\n")), "{}", named.stdout);
    let run = mirrorset_in(directory.path(), &["check", ".", "--fix"]);
    assert_eq!(run.status, 0, "{}", run.stdout);
    let fixed = std::fs::read_to_string(directory.path().join("b.yaml")).unwrap();
    assert_eq!(fixed, yaml("b", "docker.io/library/redis"));
}

#[test]
fn literal_strings_are_fixed_in_the_configuration() {
    let main = format!(
        "resource \"kubernetes_manifest\" \"a\" {{\n  manifest = {}\n}}\n",
        object("\"a\"", "\"nginx\"", "\"m.example.com/a\", \"m.example.com/a\"")
    );
    let directory = scratch(&[("main.tf", &main)]);
    let run = mirrorset_in(directory.path(), &["check", ".", "--fix"]);
    assert_eq!(run.status, 0, "{}", run.stdout);
    let fixed = std::fs::read_to_string(directory.path().join("main.tf")).unwrap();
    let expected = object("\"a\"", "\"docker.io/library/nginx\"", "\"m.example.com/a\"");
    assert_eq!(
        fixed,
        format!("resource \"kubernetes_manifest\" \"a\" {{\n  manifest = {expected}\n}}\n")
    );
}

#[test]
fn suppressions_in_the_configuration_apply() {
    let set = object("\"a\"", "\"nginx\"", "\"m.example.com/a\"");
    let child = format!("resource \"kubernetes_manifest\" \"a\" {{\n  manifest = {set}\n}}\n");
    let comment = "# mirrorset:ignore[short-source] it is for a test\n";
    let directory = scratch(&[("main.tf", &format!("{comment}{child}"))]);
    assert_eq!(
        summary(directory.path(), "."),
        "1 mirror in 2 inputs: 1 clean, 0 with findings, 0 undecided; 1 suppressed"
    );
    let call = format!("{comment}module \"a\" {{\n  source = \"./child\"\n}}\n");
    let directory = scratch(&[("main.tf", &call), ("child/main.tf", &child)]);
    assert_eq!(
        summary(directory.path(), "."),
        "1 mirror in 2 inputs: 1 clean, 0 with findings, 0 undecided; 1 suppressed"
    );
}

#[test]
fn the_documents_that_a_provider_ignores_are_counted() {
    let text = format!("{}---\n{}", yaml("a", "quay.io/a"), yaml("b", "nginx"));
    let main = |body: &str| format!("resource \"kubectl_manifest\" \"a\" {{\n  {body}\n}}\n");
    let directory = scratch(&[
        ("main.tf", &main("yaml_body = file(\"all.yaml\")")),
        ("all.yaml", &text),
    ]);
    assert_eq!(
        skipped(directory.path(), "."),
        [[
            "unopened-wrapper",
            "kubectl_manifest.a",
            "the provider applies the first document of the text alone, so this mirror set does not reach the cluster"
        ]]
    );
    // A data source splits the text, and each document has an instance.
    let data = "data \"kubectl_file_documents\" \"all\" {\n  content = file(\"all.yaml\")\n}\n";
    let each = main("for_each  = data.kubectl_file_documents.all.manifests\n  yaml_body = each.value");
    let directory = scratch(&[("main.tf", &format!("{data}{each}")), ("all.yaml", &text)]);
    assert_eq!(skipped(directory.path(), "."), [] as [[&str; 3]; 0]);
    assert_eq!(
        summary(directory.path(), "."),
        "2 mirrors in 3 inputs: 1 clean, 1 with findings, 0 undecided"
    );
}

#[test]
fn each_provider_is_a_cluster() {
    let set = |name: &str, rest: &str, mirror: &str| {
        let set = object("\"set\"", "\"quay.io/a\"", mirror);
        format!("resource \"kubernetes_manifest\" \"{name}\" {{\n  {rest}\n  manifest = {set}\n}}\n")
    };
    let [one, other] = ["\"m.example.com/a\"", "\"m.example.com/b\""];
    // The same name twice in one cluster is one object.
    let same = format!("{}{}", set("a", "", one), set("b", "", other));
    let rules = |main: &str| -> Vec<String> {
        let found = findings_in(main).into_iter();
        found
            .map(|[rule, address, _]| format!("{rule} {address}"))
            .collect()
    };
    assert_eq!(
        rules(&same),
        ["overwritten-manifest ImageDigestMirrorSet/set in kubernetes_manifest.a"]
    );
    let two = format!(
        "{}{}",
        set("a", "", one),
        set("b", "provider = kubernetes.hub", other)
    );
    assert_eq!(rules(&two), [] as [&str; 0]);
    // A module has the provider that its call passes on.
    let call = format!(
        "{}module \"a\" {{\n  source    = \"./child\"\n  providers = {{ kubernetes = kubernetes.hub }}\n}}\n",
        set("a", "provider = kubernetes.hub", one)
    );
    let files = [("main.tf", &*call), ("child/main.tf", &set("b", "", other))];
    let found = findings_of(&files);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0][0], "overwritten-manifest");
    let directory = scratch(&[("main.tf", &two)]);
    let run = mirrorset_in(directory.path(), &["convert", ".", "--cluster", "kubernetes.hub"]);
    assert!(
        run.stdout.contains("m.example.com/b"),
        "{} {}",
        run.stdout,
        run.stderr
    );
    assert!(!run.stdout.contains("m.example.com/a"), "{}", run.stdout);
}

#[test]
fn manifests_in_other_resources_are_read() {
    let main = format!(
        r#"
resource "kubernetes_config_map_v1" "node_pool" {{
  data = {{
    config = <<-EOT
      {}
    EOT
  }}
}}
resource "k8s_manifest" "all" {{
  content = file("all.yaml")
}}
resource "kustomization_resource" "json" {{
  manifest = jsonencode({})
}}
resource "kubernetes_manifest" "policy" {{
  manifest = {{
    apiVersion = "policy.open-cluster-management.io/v1"
    kind       = "ConfigurationPolicy"
    metadata   = {{ name = "policy" }}
    spec       = {{ object-templates = [{{ complianceType = "musthave", objectDefinition = {} }}] }}
  }}
}}
"#,
        yaml("pool", "nginx").replace('\n', "\n      "),
        object("\"json\"", "\"postgres\"", "\"m.example.com/a\""),
        object("\"policy\"", "\"mysql\"", "\"m.example.com/a\""),
    );
    let all = format!("{}---\n{}", yaml("one", "quay.io/a"), yaml("two", "redis"));
    let found = findings_of(&[("main.tf", &main), ("all.yaml", &all)]);
    let mut found: Vec<(&str, &str)> = found
        .iter()
        .map(|[rule, address, _]| (rule.as_str(), address.as_str()))
        .collect();
    found.sort_unstable();
    assert_eq!(
        found,
        [
            (
                "short-source",
                "ImageDigestMirrorSet/json[0] in kustomization_resource.json"
            ),
            (
                "short-source",
                "ImageDigestMirrorSet/policy[0] in kubernetes_manifest.policy"
            ),
            (
                "short-source",
                "ImageDigestMirrorSet/pool[0] in kubernetes_config_map_v1.node_pool"
            ),
            ("short-source", "ImageDigestMirrorSet/two[0] in k8s_manifest.all"),
        ]
    );
}

#[test]
fn a_helm_release_that_names_a_mirror_set_is_counted() {
    let main = r#"
resource "helm_release" "values" {
  chart  = "example"
  values = [file("values.yaml")]
}
resource "helm_release" "chart" {
  chart = "${path.module}/charts/mirrors"
}
resource "helm_release" "other" {
  chart  = "charts/other"
  values = ["replicas: 2"]
}
data "helm_template" "set" {
  chart = "example"
  set {
    name  = "kind"
    value = "ImageTagMirrorSet"
  }
}
"#;
    let template = "{{ if .x }}\nkind: ImageDigestMirrorSet\n{{ end }}\n";
    let directory = scratch(&[
        ("live/main.tf", main),
        ("live/values.yaml", "extra:\n- kind: ImageDigestMirrorSet\n"),
        ("live/charts/mirrors/templates/a/set.txt", template),
        ("live/charts/other/templates/a.txt", "kind: Deployment\n"),
        (".git/HEAD", "ref: refs/heads/main\n"),
    ]);
    let message = "a Helm chart with a mirror set, which is not rendered";
    let text = "the file names a mirror set, and it is not read because its name does not end in `.yaml`, `.yml` or `.json`";
    assert_eq!(
        skipped(directory.path(), "live"),
        [
            ("live/charts/mirrors/templates/a/set.txt", text),
            ("helm_release.chart", message),
            ("helm_release.values", message),
            ("data.helm_template.set", message)
        ]
        .map(|(name, message)| ["unopened-wrapper", name, message])
    );
}

#[test]
fn the_values_of_a_helm_release_are_still_checked() {
    let main = "resource \"helm_release\" \"a\" {\n  values = [file(\"values.yaml\")]\n}\n";
    let values = format!(
        "extra:\n- {}",
        yaml("a", "nginx").trim_end().replace('\n', "\n  ")
    );
    let found = findings_of(&[("main.tf", main), ("values.yaml", &values)]);
    let rules: Vec<[&str; 2]> = found
        .iter()
        .map(|[rule, address, _]| [rule.as_str(), address.as_str()])
        .collect();
    assert_eq!(
        rules,
        [
            ["skipped-input", "helm_release.a"],
            ["short-source", "ImageDigestMirrorSet/a[0]"]
        ]
    );
}

#[test]
fn resources_without_mirror_sets_have_no_manifests() {
    let main = r#"
variable "unset" {
  type = string
  validation {
    condition     = false
    error_message = "No."
  }
}
resource "kubernetes_manifest" "a" {
  manifest = { apiVersion = "v1", kind = "Namespace", metadata = { name = "a" } }
}
resource "kubectl_manifest" "b" {
  yaml_body = file("b.yaml")
}
resource "helm_release" "c" {
  chart = "example"
}
"#;
    let directory = scratch(&[("main.tf", main), ("b.yaml", "kind: Namespace\n")]);
    let run = mirrorset_in(directory.path(), &["check", "."]);
    assert_eq!(
        run.stdout,
        "0 mirrors in 1 root module: 0 clean, 0 with findings, 0 undecided\n"
    );
    assert_eq!((run.status, run.stderr.as_str()), (0, ""));
}

#[test]
fn conversion_comparison_and_resolution_use_the_manifests() {
    let main = format!(
        "resource \"kubernetes_manifest\" \"a\" {{\n  manifest = {}\n}}\n",
        object("\"a\"", "\"quay.io/a\"", "\"m.example.com/a\"")
    );
    let directory = scratch(&[
        ("live/main.tf", &main),
        ("same/a.yaml", &yaml("other", "quay.io/a")),
    ]);
    let run = mirrorset_in(directory.path(), &["convert", "live", "--to", "registries-conf"]);
    assert!(run.stdout.contains("location = \"quay.io/a\""), "{}", run.stderr);
    let run = mirrorset_in(directory.path(), &["diff", "live", "same"]);
    assert_eq!(run.status, 0, "{}{}", run.stdout, run.stderr);
    let image = "quay.io/a/b@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    let run = mirrorset_in(directory.path(), &["resolve", "live", image]);
    assert!(
        run.stdout.contains("m.example.com/a/b"),
        "{}{}",
        run.stdout,
        run.stderr
    );
}

/// A resource of a plan: its type, name, values, unknown and sensitive marks, and provider.
struct Planned {
    kind: &'static str,
    name: &'static str,
    values: Value,
    unknown: Value,
    sensitive: Value,
    provider: &'static str,
}

/// A plan by the documented shape of `terraform show -json`.
fn plan(resources: &[Planned]) -> String {
    let address = |resource: &Planned| format!("{}.{}", resource.kind, resource.name);
    let planned = resources.iter().map(|resource| {
        json!({
            "address": address(resource), "mode": "managed", "type": resource.kind, "name": resource.name,
            "provider_name": "registry.terraform.io/example/example", "schema_version": 1,
            "values": resource.values, "sensitive_values": resource.sensitive,
        })
    });
    let changes = resources.iter().map(|resource| {
        json!({
            "address": address(resource), "mode": "managed", "type": resource.kind, "name": resource.name,
            "provider_name": "registry.terraform.io/example/example",
            "change": {
                "actions": ["create"], "before": null, "after": resource.values,
                "after_unknown": resource.unknown, "before_sensitive": false, "after_sensitive": resource.sensitive,
            },
        })
    });
    let configuration = resources.iter().map(|resource| {
        json!({
            "address": address(resource), "mode": "managed", "type": resource.kind, "name": resource.name,
            "provider_config_key": resource.provider, "schema_version": 1,
            "expressions": {
                "manifest": {"references": ["aws_ecr_repository.a.repository_url", "aws_ecr_repository.a"]},
                "yaml_body": {"references": ["aws_ecr_repository.a.repository_url", "aws_ecr_repository.a"]},
            },
        })
    });
    json!({
        "format_version": "1.2", "terraform_version": "1.11.4",
        "planned_values": {"root_module": {"resources": planned.collect::<Vec<_>>()}},
        "resource_changes": changes.collect::<Vec<_>>(),
        "configuration": {"root_module": {"resources": configuration.collect::<Vec<_>>()}},
        "errored": false,
    })
    .to_string()
}

fn set_json(name: &str, source: &str, mirrors: &Value) -> Value {
    json!({
        "apiVersion": "config.openshift.io/v1", "kind": "ImageDigestMirrorSet", "metadata": {"name": name},
        "spec": {"imageDigestMirrors": [{"source": source, "mirrors": mirrors}]},
    })
}

/// The lines of the concise output without their positions.
fn concise(directory: &Path, path: &str) -> Vec<String> {
    let run = mirrorset_in(directory, &["check", path, "--output-format", "concise"]);
    let lines = run.stdout.lines();
    lines
        .map(|line| line.split_once(": ").unwrap().1.to_owned())
        .collect()
}

#[test]
fn manifests_in_plans_and_states_are_read() {
    let text = yaml("text", "redis");
    let resources = [
        Planned {
            kind: "kubernetes_manifest",
            name: "a",
            values: json!({"manifest": set_json("a", "nginx", &json!(["m.example.com/a", null]))}),
            unknown: json!({"manifest": {"spec": {"imageDigestMirrors": [{"mirrors": [false, true]}]}}, "object": true}),
            sensitive: json!({"manifest": {"spec": {"imageDigestMirrors": [{"mirrors": [false, false]}]}}}),
            provider: "kubernetes",
        },
        Planned {
            kind: "kubernetes_manifest",
            name: "secret",
            values: json!({"manifest": set_json("secret", "quay.io/a", &json!(["secret"]))}),
            unknown: json!({"object": true}),
            sensitive: json!({"manifest": {"spec": {"imageDigestMirrors": [{"mirrors": [true]}]}}}),
            provider: "kubernetes.hub",
        },
        Planned {
            kind: "kubectl_manifest",
            name: "text",
            values: json!({"yaml_body": text, "yaml_body_parsed": text}),
            unknown: json!({"id": true}),
            sensitive: json!({"yaml_body": true}),
            provider: "kubectl",
        },
        Planned {
            kind: "kubectl_manifest",
            name: "hidden",
            values: json!({
                "yaml_body": yaml("hidden", "secret"),
                "yaml_body_parsed": yaml("hidden", "(sensitive value)"),
            }),
            unknown: json!({"id": true}),
            sensitive: json!({"yaml_body": true}),
            provider: "kubectl",
        },
        Planned {
            kind: "kubectl_manifest",
            name: "unknown",
            values: json!({}),
            unknown: json!({"yaml_body": true, "yaml_body_parsed": true}),
            sensitive: json!({"yaml_body": true}),
            provider: "kubectl",
        },
        Planned {
            kind: "kubernetes_manifest",
            name: "other",
            values: json!({"manifest": {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "other"}}}),
            unknown: json!({"object": true}),
            sensitive: json!({}),
            provider: "kubernetes",
        },
        Planned {
            kind: "helm_release",
            name: "chart",
            values: json!({"values": ["extra:\n- kind: ImageDigestMirrorSet\n"]}),
            unknown: json!({}),
            sensitive: json!({}),
            provider: "helm",
        },
    ];
    let plan = plan(&resources);
    let sorted: Value = serde_json::from_str(&plan).unwrap();
    let sorted = serde_json::to_string_pretty(&sorted).unwrap();
    let directory = scratch(&[("plan.json", &plan), ("sorted.json", &sorted)]);
    let expected = [
        "error[short-source] ImageDigestMirrorSet/a[0] in kubernetes_manifest.a: source \"nginx\" has no registry host",
        "error[short-source] ImageDigestMirrorSet/text[0] in kubectl_manifest.text: source \"redis\" has no registry host",
        "error[short-source] ImageDigestMirrorSet[0] in kubectl_manifest.hidden: source (sensitive value) has no registry \
         host",
        "error[unrewritable-mirror] ImageDigestMirrorSet/secret[0] in kubernetes_manifest.secret: mirror (sensitive value) \
         has no registry host (a host contains a dot or a port, or is localhost)",
        "info[skipped-input] helm_release.chart: a Helm chart with a mirror set, which is not rendered",
        "info[skipped-input] kubectl_manifest.unknown: a manifest that may be a mirror set cannot be read: \
         aws_ecr_repository.a.repository_url is known only after apply",
        "info[unknown-value] ImageDigestMirrorSet/a[0] in kubernetes_manifest.a: mirrors[1] is unknown: \
         aws_ecr_repository.a.repository_url is known only after apply",
    ];
    for path in ["plan.json", "sorted.json"] {
        let mut lines = concise(directory.path(), path);
        lines.sort();
        assert_eq!(lines, expected, "{path}");
        let full = mirrorset_in(directory.path(), &["check", path]);
        assert!(!full.stdout.contains("\"secret\""), "{}", full.stdout);
        assert!(full.stdout.ends_with(
            "4 mirrors in 5 inputs: 0 clean, 4 with findings, 0 undecided; 2 skipped (wrapped manifest: 2)\n"
        ));
    }
    let planned: Value = serde_json::from_str(&plan).unwrap();
    let state = json!({
        "format_version": "1.0", "terraform_version": "1.11.4", "values": planned["planned_values"],
    });
    std::fs::write(directory.path().join("state.json"), state.to_string()).unwrap();
    let lines = concise(directory.path(), "state.json");
    assert!(lines.contains(&expected[0].to_owned()), "{lines:?}");
}

#[test]
fn the_help_for_an_unknown_manifest_depends_on_the_input() {
    let planned = Planned {
        kind: "kubernetes_manifest",
        name: "a",
        values: json!({"manifest": {
            "apiVersion": "config.openshift.io/v1", "kind": "ImageDigestMirrorSet", "metadata": {"name": "a"},
            "spec": {},
        }}),
        unknown: json!({"manifest": {"spec": {"imageDigestMirrors": true}}}),
        sensitive: json!({}),
        provider: "kubernetes",
    };
    let directory = scratch(&[("plan.json", &plan(&[planned]))]);
    let run = mirrorset_in(directory.path(), &["check", "plan.json"]);
    assert!(
        run.stdout.contains(
            "warning[skipped-input]: kubernetes_manifest.a: a mirror set that cannot be read: it is in a list or an \
             object that is unknown: aws_ecr_repository.a.repository_url is known only after apply"
        ) && run.stdout.contains("apply the plan first, then use the state"),
        "{}",
        run.stdout
    );
}

#[test]
fn values_of_templates_are_unknown() {
    let image = "apiVersion: config.openshift.io/v1
kind: Image
metadata: {name: cluster}
spec:
  registrySources:
    blockedRegistries: ['{{ .Values.blocked }}']
";
    let set = yaml("a", "'{{ .Values.source }}'");
    let directory = scratch(&[("a.yaml", &format!("{image}---\n{set}"))]);
    assert_eq!(
        summary(directory.path(), "."),
        "1 mirror in 2 manifests: 0 clean, 0 with findings, 1 undecided ({{ .Values.source }} has no value)"
    );
    let run = mirrorset_in(directory.path(), &["convert", "."]);
    assert_eq!((run.status, run.stdout.as_str()), (1, ""), "{}", run.stderr);
}

#[test]
fn a_configuration_without_values_has_its_manifests_counted() {
    let configuration = json!({
        "format_version": "1.0", "provider_config": {},
        "root_module": {"resources": [{
            "address": "kubernetes_manifest.a", "mode": "managed", "type": "kubernetes_manifest", "name": "a",
            "provider_config_key": "kubernetes", "expressions": {"manifest": {"references": ["local.a"]}},
            "schema_version": 1,
        }]},
    });
    let directory = scratch(&[("config.json", &configuration.to_string())]);
    assert_eq!(
        skipped(directory.path(), "config.json"),
        [[
            "unopened-wrapper",
            "kubernetes_manifest.a",
            "a manifest that may be a mirror set cannot be read: `tofu show -config` has no values"
        ]]
    );
}

#[test]
fn manifests_of_any_size_are_read_in_bounded_time() {
    let mut main = String::from("locals {\n  l0 = { kind = \"x\" }\n");
    for level in 1..=21 {
        let below = level - 1;
        main.push_str(&format!("  l{level} = [local.l{below}, local.l{below}]\n"));
    }
    main.push_str("}\n");
    for (name, items) in [
        ("known", "local.l18"),
        ("large", "local.l21"),
        ("unknown", "concat(local.l12, [aws_ecr_repository.a.name])"),
    ] {
        main.push_str(&format!(
            "resource \"kubernetes_manifest\" \"{name}\" {{\n  count    = 2\n  manifest = {{ apiVersion = \"v1\", kind = \
             \"List\", items = {items} }}\n}}\n"
        ));
    }
    let directory = scratch(&[("main.tf", &format!("{REPOSITORY}{main}"))]);
    let skipped = skipped(directory.path(), ".");
    let messages: Vec<[&str; 2]> = skipped
        .iter()
        .map(|[_, name, message]| [name.as_str(), message.as_str()])
        .collect();
    let what = "a manifest that may be a mirror set cannot be read";
    assert_eq!(
        messages,
        [
            [
                "kubernetes_manifest.known[0]",
                &format!("{what}: the value is too large")
            ],
            [
                "kubernetes_manifest.large[0]",
                &format!("{what}: the value is too large to be computed")
            ],
            [
                "kubernetes_manifest.unknown[0]",
                &format!("{what}: aws_ecr_repository.a.name is known only after apply")
            ],
        ]
    );
}
