//! Manifests: their mirrors, and the findings with their locations.

use std::fmt::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::support::program::{findings, fixture, mirrorset_in, mirrorset_with_input, scratch};
use mirrorset::testing::model::{AttributeValue, Input, Mirror};
use mirrorset::testing::workspace::{Loaded, Options, load};
use registries_conf::{PullKind, SourcePolicy};

fn load_inputs(path: &Path) -> Vec<Input> {
    let Loaded {
        project,
        errors: failures,
        ..
    } = load(&[path.to_owned()], &Options::default());
    assert!(failures.is_empty(), "{failures:?}");
    assert!(project.diagnostics.is_empty(), "{:?}", project.diagnostics);
    project.inputs
}

/// An entry on a line: `ImageDigestMirrorSet/a[0] quay.io -> m.example.com by digest, never the source`.
fn line(mirror: &Mirror) -> String {
    let value_or_mark = |value: Option<&String>| value.map_or("?", String::as_str).to_owned();
    let mirrors = match &mirror.mirrors.content {
        AttributeValue::Known(list) => {
            let list: Vec<String> = list
                .iter()
                .map(|element| value_or_mark(element.value()))
                .collect();
            list.join(" ")
        }
        AttributeValue::Absent => "nothing".to_owned(),
        AttributeValue::Unknown(_) => "?".to_owned(),
    };
    let pull = match mirror.pull {
        PullKind::DigestOnly => "digest",
        PullKind::TagOnly => "tag",
    };
    let never = match mirror.policy().value() {
        Some(SourcePolicy::NeverContact) => ", never the source",
        Some(SourcePolicy::AllowContacting) | None => "",
    };
    let source = value_or_mark(mirror.source.value());
    format!("{} {source} -> {mirrors} by {pull}{never}", mirror.address)
}

fn lines(path: &Path) -> Vec<String> {
    let inputs = load_inputs(path);
    inputs
        .iter()
        .flat_map(|input| input.mirrors().map(line))
        .collect()
}

/// Rule, address and labeled text of each finding in a directory of manifests, or in one file without its neighbors.
fn findings_of_fixture(path: &str) -> Vec<(String, String, String)> {
    let directory = fixture("manifests");
    if directory.join(path).is_dir() {
        return findings_in(&directory, path);
    }
    let text = std::fs::read_to_string(directory.join(path)).unwrap();
    let alone = scratch(&[(path, text.as_str())]);
    findings_in(alone.path(), path)
}

fn findings_in(directory: &Path, path: &str) -> Vec<(String, String, String)> {
    let run = mirrorset_in(directory, &["check", path, "--output-format", "json"]);
    findings(&run, directory)
}

fn assert_findings(findings: &[(String, String, String)], expected: &[[&str; 3]]) {
    let findings: Vec<[&str; 3]> = findings
        .iter()
        .map(|(rule, address, text)| [rule.as_str(), address.as_str(), text.as_str()])
        .collect();
    assert_eq!(findings, expected);
}

#[test]
fn the_output_directory_of_oc_mirror_is_read() {
    assert_eq!(
        lines(&fixture("manifests/oc-mirror-v2")),
        [
            "ImageDigestMirrorSet/idms-release-0[0] quay.io/openshift-release-dev/ocp-v4.0-art-dev -> \
             mirror.example.com:8443/ocp/openshift/release by digest",
            "ImageDigestMirrorSet/idms-release-0[1] quay.io/openshift-release-dev/ocp-release -> \
             mirror.example.com:8443/ocp/openshift/release-images by digest",
            "ImageDigestMirrorSet/idms-operator-0[0] registry.redhat.io/openshift4 -> \
             mirror.example.com:8443/ocp/openshift4 by digest",
            "ImageDigestMirrorSet/idms-operator-0[1] registry.redhat.io/redhat -> \
             mirror.example.com:8443/ocp/redhat by digest",
            "ImageDigestMirrorSet/idms-operator-0[2] registry.redhat.io/rhel9 -> \
             mirror.example.com:8443/ocp/rhel9 by digest",
            "ImageTagMirrorSet/itms-generic-0[0] registry.access.redhat.com/ubi9 -> \
             mirror.example.com:8443/ocp/ubi9 by tag",
        ]
    );
    assert_eq!(
        lines(&fixture("manifests/oc-mirror-v1")),
        [
            "ImageContentSourcePolicy/operator-0[0] registry.redhat.io/openshift4 -> \
             mirror.example.com:8443/ocp/openshift4 by digest",
            "ImageContentSourcePolicy/release-0[0] quay.io/openshift-release-dev/ocp-v4.0-art-dev -> \
             mirror.example.com:8443/ocp/openshift/release by digest",
            "ImageContentSourcePolicy/release-0[1] quay.io/openshift-release-dev/ocp-release -> \
             mirror.example.com:8443/ocp/openshift/release-images by digest",
        ]
    );
}

#[test]
fn the_output_of_oc_mirror_is_clean() {
    for path in [
        "oc-mirror-v2",
        "oc-mirror-v1",
        "oc-mirror-v1/imageContentSourcePolicy.yaml",
    ] {
        assert_findings(&findings_of_fixture(path), &[]);
    }
}

#[test]
fn the_summary_counts_documents() {
    let run = mirrorset_in(&fixture("manifests"), &["check", "oc-mirror-v2"]);
    assert_eq!(
        (run.status, run.stdout.as_str()),
        (
            0,
            "6 mirrors in 3 manifests: 6 clean, 0 with findings, 0 undecided\n"
        )
    );
}

#[test]
fn exports_of_oc_are_read_as_yaml_and_as_json() {
    let expected = [
        "ImageDigestMirrorSet/apps[0] nginx -> mirror.example.com/nginx by digest",
        "ImageDigestMirrorSet/apps[1] quay.io/team/app -> mirror.example.com/app backup.example.com/app by digest, \
         never the source",
    ];
    assert_eq!(lines(&fixture("manifests/exported/idms.yaml")), expected);
    assert_eq!(lines(&fixture("manifests/exported/idms.json")), expected);
    let short = |text| [["short-source", "ImageDigestMirrorSet/apps[0]", text]];
    assert_findings(&findings_of_fixture("exported/idms.yaml"), &short("nginx"));
    assert_findings(&findings_of_fixture("exported/idms.json"), &short("\"nginx\""));
}

#[test]
fn a_hosted_cluster_has_the_mirrors_of_one_cluster() {
    let path = fixture("manifests/hosted-cluster");
    let clusters: Vec<String> = load_inputs(&path)
        .iter()
        .map(|input| input.mirrors[0].cluster_name())
        .collect();
    assert_eq!(clusters.len(), 2);
    assert!(clusters[0].ends_with("fragment.yaml"));
    assert_eq!(clusters[1], "prod");
    assert_findings(
        &findings_of_fixture("hosted-cluster/hostedcluster.yaml"),
        &[
            ["unmatchable-source", "HostedCluster/prod[1]", "docker.io/nginx"],
            [
                "duplicate-mirror",
                "HostedCluster/prod[1]",
                "mirror.example.com/nginx",
            ],
        ],
    );
    assert_findings(
        &findings_of_fixture("hosted-cluster/fragment.yaml"),
        &[["unmatchable-source", "imageContentSources[0]", "docker.io/nginx"]],
    );
}

#[test]
fn a_hosted_cluster_is_limited_to_255_sources_and_a_mirror_set_is_not() {
    let mut list = String::new();
    for number in 0..256 {
        let _ = writeln!(
            list,
            "    - {{source: quay.io/team-{number}, mirrors: [m.example.com/team-{number}]}}"
        );
    }
    let hosted = format!(
        "apiVersion: hypershift.openshift.io/v1beta1
kind: HostedCluster
metadata: {{name: a}}
spec:
  imageContentSources:
{list}"
    );
    let set = format!(
        "apiVersion: config.openshift.io/v1
kind: ImageDigestMirrorSet
metadata: {{name: a}}
spec:
  imageDigestMirrors:
{list}"
    );
    let directory = scratch(&[("hosted.yaml", &hosted), ("set.yaml", &set)]);
    assert_findings(
        &findings_in(directory.path(), "hosted.yaml"),
        &[["too-many-entries", "HostedCluster/a[255]", "quay.io/team-255"]],
    );
    assert_findings(&findings_in(directory.path(), "set.yaml"), &[]);
}

#[test]
fn a_manifest_in_a_node_pool_config_map_has_spans() {
    assert_findings(
        &findings_of_fixture("node-pool"),
        &[["short-source", "ImageDigestMirrorSet/team[0]", "nginx"]],
    );
    let quoted = r#"{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "m"}, "data": {"config":
        "apiVersion: config.openshift.io/v1\nkind: ImageDigestMirrorSet\nmetadata: {name: a}\nspec: {imageDigestMirrors: [{source: nginx, mirrors: [m.example.com/a]}]}\n"}}"#;
    let directory = scratch(&[("map.json", quoted)]);
    let findings = findings_in(directory.path(), "map.json");
    // The label of a string with escapes is on the complete string.
    assert_eq!(findings[0].0, "short-source");
    assert!(findings[0].2.starts_with("\"apiVersion") && findings[0].2.ends_with("\\n\""));
}

#[test]
fn every_manifest_issue_is_reported_at_its_location() {
    let entries = |index: usize| format!("ImageDigestMirrorSet/entries[{index}]");
    let findings = findings_of_fixture("invalid");
    let invalid: Vec<_> = findings
        .into_iter()
        .filter(|(rule, ..)| rule == "invalid-manifest")
        .collect();
    assert_findings(
        &invalid,
        &[
            [
                "invalid-manifest",
                "ImageDigestMirrorSet/version",
                "operator.openshift.io/v1alpha1",
            ],
            [
                "invalid-manifest",
                "ImageDigestMirrorSet/kind",
                "ImageDigestMirrorSets",
            ],
            ["invalid-manifest", "ImageTagMirrorSet/spec", "ImageTagMirrorSet"],
            ["invalid-manifest", "ImageTagMirrorSet/spec", "imageTagMirrors"],
            ["invalid-manifest", "ImageTagMirrorSet/list", "imageDigestMirrors"],
            ["invalid-manifest", &entries(0), "no"],
            ["invalid-manifest", &entries(0), "22"],
            ["invalid-manifest", &entries(0), "~"],
            ["invalid-manifest", &entries(0), "on"],
            ["invalid-manifest", &entries(1), "mirrors: [mirror.example.com/b]"],
            ["invalid-manifest", &entries(2), "mirror"],
            ["invalid-manifest", &entries(3), "mirror.example.com/d"],
            ["invalid-manifest", &entries(3), "Never"],
            ["invalid-manifest", &entries(4), "quay.io/e"],
            ["invalid-manifest", &entries(5), "mirrors"],
            ["invalid-manifest", &entries(5), "false"],
            [
                "invalid-manifest",
                "ImageContentSourcePolicy/policy[0]",
                "mirrorSourcePolicy",
            ],
        ],
    );
}

#[test]
fn a_value_of_the_wrong_type_is_ignored_by_other_rules() {
    let findings = findings_of_fixture("invalid");
    let first = findings
        .iter()
        .filter(|(_, address, _)| address == "ImageDigestMirrorSet/entries[0]");
    assert!(first.into_iter().all(|(rule, ..)| rule == "invalid-manifest"));
    // `12:30` is a string for Kubernetes, though not for every reader of YAML.
    assert!(
        findings
            .iter()
            .any(|(rule, _, text)| rule == "short-source" && text == "12:30")
    );
}

#[test]
fn conflicting_lists_and_policies_of_one_cluster_are_reported() {
    let policy = "ImageContentSourcePolicy/second[1]";
    assert_findings(
        &findings_of_fixture("conflicts"),
        &[
            [
                "conflicting-policy",
                "ImageDigestMirrorSet/first[3]",
                "quay.io/never",
            ],
            [
                "conflicting-order",
                "ImageContentSourcePolicy/second[0]",
                "a.example.com/order",
            ],
            ["conflicting-policy", policy, "quay.io/policy"],
            [
                "conflicting-order",
                "ImageContentSourcePolicy/second[2]",
                "a.example.com/around",
            ],
            [
                "duplicate-mirror",
                "ImageContentSourcePolicy/second[2]",
                "a.example.com/around",
            ],
        ],
    );
    // Without the third, the two do not contradict each other.
    assert_findings(
        &findings_of_fixture("conflicts/first.yaml"),
        &[[
            "conflicting-policy",
            "ImageDigestMirrorSet/first[3]",
            "quay.io/never",
        ]],
    );
}

#[test]
fn a_cycle_of_three_lists_is_reported() {
    let entry = |one: &str, other: &str| {
        format!("    - {{source: quay.io/a, mirrors: [{one}.example.com, {other}.example.com]}}\n")
    };
    let text = format!(
        "apiVersion: config.openshift.io/v1
kind: ImageDigestMirrorSet
metadata: {{name: a}}
spec:
  imageDigestMirrors:
{}{}{}",
        entry("one", "two"),
        entry("two", "three"),
        entry("three", "one")
    );
    let directory = scratch(&[("a.yaml", &text)]);
    assert_findings(
        &findings_in(directory.path(), "a.yaml"),
        &[[
            "conflicting-order",
            "ImageDigestMirrorSet/a[2]",
            "one.example.com",
        ]],
    );
}

#[test]
fn the_policy_of_an_entry_without_mirrors_applies() {
    let text = "apiVersion: config.openshift.io/v1
kind: ImageDigestMirrorSet
metadata: {name: a}
spec:
  imageDigestMirrors:
    - {source: quay.io/a, mirrors: [m.example.com/a]}
    - {source: quay.io/a, mirrorSourcePolicy: NeverContactSource}
";
    let directory = scratch(&[("a.yaml", text)]);
    let findings = findings_in(directory.path(), "a.yaml");
    let rules: Vec<&str> = findings.iter().map(|(rule, ..)| rule.as_str()).collect();
    assert_eq!(rules, ["empty-mirrors", "conflicting-policy"]);
    assert_eq!(findings[1].2, "NeverContactSource");
}

#[test]
fn the_rules_about_names_and_other_entries_apply_to_manifests() {
    let set = |index: usize| format!("ImageDigestMirrorSet/entries[{index}]");
    assert_findings(
        &findings_of_fixture("entries"),
        &[
            [
                "duplicate-mirror",
                "ImageContentSourcePolicy/entries[0]",
                "mirror.example.com/list",
            ],
            ["invalid-source", &set(0), "https://quay.io/a"],
            ["wildcard-source", &set(1), "\"*.example.org\""],
            ["invalid-mirror", &set(2), "'mirror.example.com/C'"],
            ["unrewritable-mirror", &set(2), "mirror/c"],
            ["local-mirror", &set(2), "localhost/c"],
            ["empty-mirrors", &set(2), "\"\""],
            ["duplicate-mirror", &set(2), "mirror.example.com/c"],
            ["empty-mirrors", &set(3), "source: quay.io/d"],
            ["empty-mirrors", &set(4), "[]"],
            ["self-mirror", &set(5), "quay.io/f"],
            ["chained-mirror", &set(6), "quay.io/h"],
            ["shadowed-source", &set(8), "quay.io/h/narrow"],
            [
                "unrewritable-mirror",
                "ImageTagMirrorSet/entries[0]",
                "mirror/tag",
            ],
            ["shadowed-source", "ImageTagMirrorSet/entries[1]", "quay.io/h/tag"],
        ],
    );
}

#[test]
fn entries_that_the_api_server_accepts_are_warnings() {
    let run = mirrorset_in(
        &fixture("manifests"),
        &["check", "entries", "--output-format", "concise"],
    );
    let line = |start: &str| run.stdout.lines().find(|line| line.contains(start)).unwrap();
    assert!(line("ImageContentSourcePolicy/entries[0]: mirror").contains("warning"));
    assert!(line("ImageDigestMirrorSet/entries[3]: the entry has no mirrors").contains("warning"));
    assert!(line("ImageDigestMirrorSet/entries[2]: mirrors[3] is an empty string").contains("error"));
    assert!(line("mirror/tag").contains("error"));
}

#[test]
fn documents_with_the_same_kind_and_name_have_different_addresses() {
    let text = "apiVersion: config.openshift.io/v1
kind: ImageDigestMirrorSet
metadata: {name: a}
spec: {imageDigestMirrors: [{source: nginx, mirrors: [m.example.com/a]}]}
";
    let nameless = text.replace("metadata: {name: a}\n", "");
    let directory = scratch(&[("a.yaml", &format!("{text}---\n{text}---\n{nameless}"))]);
    let findings = findings_in(directory.path(), "a.yaml");
    let addresses: Vec<&str> = findings.iter().map(|(_, address, _)| address.as_str()).collect();
    assert_eq!(
        addresses,
        [
            "ImageDigestMirrorSet/a[0]",
            "ImageDigestMirrorSet/a#2[0]",
            "ImageDigestMirrorSet",
            "ImageDigestMirrorSet[0]"
        ]
    );
}

#[test]
fn manifests_are_read_from_standard_input() {
    let text = std::fs::read(fixture("manifests/exported/idms.yaml")).unwrap();
    let run = mirrorset_with_input(&["check", "-"], &text);
    assert_eq!(run.status, 1, "{}", run.stderr);
    assert!(
        run.stdout
            .contains("error[short-source]: ImageDigestMirrorSet/apps[0]")
    );
    assert!(
        run.stdout
            .ends_with("2 mirrors in 1 manifest: 1 clean, 1 with findings, 0 undecided\n")
    );
}

#[test]
fn the_kind_of_input_is_detected_from_its_content() {
    let manifest = std::fs::read_to_string(fixture("manifests/exported/idms.json")).unwrap();
    let plan = std::fs::read_to_string(fixture("guide/simple-mirror/plan.json")).unwrap();
    // A plan can contain the name of a kind.
    let plan = plan.replacen('{', "{\"note\":\"ImageDigestMirrorSet\",", 1);
    let yaml = std::fs::read_to_string(fixture("manifests/exported/idms.yaml")).unwrap();
    let directory = scratch(&[
        ("a.txt", &manifest),
        ("b", &yaml),
        ("c.json", &plan),
        ("bom.yaml", &format!("\u{feff}{}", yaml.replace('\n', "\r\n"))),
    ]);
    for (name, input) in [
        ("a.txt", "manifest"),
        ("b", "manifest"),
        ("c.json", "plan"),
        ("bom.yaml", "manifest"),
    ] {
        let run = mirrorset_in(directory.path(), &["check", name]);
        assert!(
            run.stdout.contains(&format!("in 1 {input}")),
            "{name}: {}",
            run.stdout
        );
    }
}

#[test]
fn a_file_that_is_not_a_manifest_is_an_error_that_lists_the_supported_kinds() {
    let directory = scratch(&[
        ("other.yaml", "kind: Deployment\napiVersion: apps/v1\n"),
        ("comments.yaml", "# ImageDigestMirrorSet\n---\n"),
        ("broken.yaml", "kind: ImageDigestMirrorSet\nspec: [\n"),
        ("merge.yaml", "imageContentSources:\n  - <<: source\n"),
    ]);
    for (name, rule, message) in [
        (
            "comments.yaml",
            "unsupported-input",
            "no manifest in the file declares mirrors",
        ),
        ("broken.yaml", "syntax-error", "invalid YAML: "),
        (
            "merge.yaml",
            "syntax-error",
            "the value of a merge key (`<<`) must be a mapping or a list of mappings",
        ),
    ] {
        let run = mirrorset_in(directory.path(), &["check", name]);
        assert_eq!(run.status, 2, "{name}");
        assert!(
            run.stdout.contains(&format!("error[{rule}]: {name}: {message}")),
            "{}",
            run.stdout
        );
    }
    let run = mirrorset_in(directory.path(), &["check", "other.yaml"]);
    assert_eq!(run.status, 0);
    assert!(
        run.stdout.contains("1 skipped (of another kind: 1)"),
        "{}",
        run.stdout
    );
}

#[test]
fn manifests_in_a_directory_are_read_next_to_terraform_files_too() {
    let set = |source: &str| {
        format!(
            "apiVersion: config.openshift.io/v1
kind: ImageDigestMirrorSet
metadata: {{name: a}}
spec: {{imageDigestMirrors: [{{source: {source}, mirrors: [m.example.com/a]}}]}}
"
        )
    };
    let directory = scratch(&[
        ("only/deep/a.yml", &set("nginx")),
        ("only/role.yaml", "rules: [{resources: [ImageDigestMirrorSet]}]\n"),
        ("only/broken.yaml", "{{ template }}\n: : :\n"),
        ("only/.hidden/a.yaml", &set("hidden")),
        ("mixed/main.tf", ""),
        ("mixed/a.yaml", &set("nginx")),
        ("none/values.yaml", "a: b\n"),
    ]);
    assert_findings(
        &findings_in(directory.path(), "only"),
        &[["short-source", "ImageDigestMirrorSet/a[0]", "nginx"]],
    );
    assert_findings(
        &findings_in(directory.path(), "mixed"),
        &[["short-source", "ImageDigestMirrorSet/a[0]", "nginx"]],
    );
    let run = mirrorset_in(directory.path(), &["check", "none"]);
    assert_eq!(run.status, 2);
    assert!(
        run.stderr.contains("no manifest that declares mirrors"),
        "{}",
        run.stderr
    );
}

#[test]
fn documents_of_different_directories_are_not_compared() {
    let set = |policy: &str| {
        format!(
            "apiVersion: config.openshift.io/v1
kind: ImageDigestMirrorSet
metadata: {{name: a}}
spec: {{imageDigestMirrors: [{{source: quay.io/a, mirrors: [m.example.com/a], mirrorSourcePolicy: {policy}}}]}}
"
        )
    };
    let (never, allow) = (set("NeverContactSource"), set("AllowContactingSource"));
    let directory = scratch(&[
        ("one/a.yaml", &never),
        ("two/a.yaml", &allow),
        ("one/b.yml", &never),
    ]);
    assert_findings(&findings_in(directory.path(), "."), &[]);
}

#[test]
fn a_long_manifest_takes_linear_time() {
    let text = |entries: usize| {
        let mut text = String::from(
            "apiVersion: config.openshift.io/v1
kind: ImageDigestMirrorSet
metadata: {name: a}
spec:
  imageDigestMirrors:
",
        );
        for number in 0..entries {
            let _ = write!(
                text,
                "  - mirrors:\n    - mirror.example.com/a/{number}\n    - backup.example.com/{number}\n    source: \
                 quay.io/a-{number}\n"
            );
        }
        text
    };
    let run = |entries: usize| {
        let directory = scratch(&[("a.yaml", &text(entries))]);
        let start = Instant::now();
        assert_findings(&findings_in(directory.path(), "a.yaml"), &[]);
        start.elapsed()
    };
    let (short, long) = (run(10_000), run(20_000));
    println!("10,000 entries: {short:?}, 20,000: {long:?}");
    assert!(
        long < short * 4 + Duration::from_millis(500),
        "{short:?} {long:?}"
    );
}

#[test]
fn a_comment_suppresses_findings_on_its_line_or_the_line_below() {
    let text = "\
apiVersion: config.openshift.io/v1
kind: ImageDigestMirrorSet
metadata: {name: a}
spec:
  imageDigestMirrors:
  # mirrorset: ignore[short-source, invalid-mirror] as it is
  - source: nginx
    mirrors:
    - mirror.example.com/A
  - source: redis # mirrorset: ignore[short-source] so it is
    mirrors: [mirror.example.com/b]
  - mirrors: # mirrorset: ignore[invalid-mirror] only the list
    - mirror.example.com/C
    source: \"http\"
  - mirrors: [mirror.example.com/d]
    # mirrorset: ignore[wildcard-source] nothing of that here
    source: quay.io/d#e # mirrorset: ignore[invalid-source] not a name
  - source: 'quay.io # mirrorset: ignore[invalid-source] no comment'
    mirrors: [mirror.example.com/e]
";
    let directory = scratch(&[("a.yaml", text)]);
    let findings = findings_in(directory.path(), "a.yaml");
    let quoted = "'quay.io # mirrorset: ignore[invalid-source] no comment'";
    let remaining: Vec<[&str; 2]> = findings
        .iter()
        .map(|(rule, _, text)| [rule.as_str(), text.as_str()])
        .collect();
    assert_eq!(
        remaining,
        [
            ["short-source", "\"http\""],
            [
                "unused-suppression",
                "# mirrorset: ignore[wildcard-source] nothing of that here"
            ],
            ["invalid-source", quoted],
        ]
    );
}

#[test]
fn fixes_change_only_the_string_or_the_line() {
    let text = "\
# Mirrors of the team.
apiVersion: config.openshift.io/v1
kind: ImageDigestMirrorSet
metadata: {name: a}
spec:
  imageDigestMirrors:
  - source: nginx   # official
    mirrors:
    - mirror.example.com/nginx
    - mirror.example.com/nginx
    - \"https://backup.example.com/nginx\"
  - {source: 'redis', mirrors: [mirror.example.com/redis, mirror.example.com/redis]}
";
    let fixed = "\
# Mirrors of the team.
apiVersion: config.openshift.io/v1
kind: ImageDigestMirrorSet
metadata: {name: a}
spec:
  imageDigestMirrors:
  - source: docker.io/library/nginx   # official
    mirrors:
    - mirror.example.com/nginx
    - \"backup.example.com/nginx\"
  - {source: \"docker.io/library/redis\", mirrors: [mirror.example.com/redis]}
";
    let json = r#"{"imageContentSources": [{"source": "nginx", "mirrors": ["m.example.com/a", "m.example.com/a"]}]}"#;
    let fixed_json =
        r#"{"imageContentSources": [{"source": "docker.io/library/nginx", "mirrors": ["m.example.com/a"]}]}"#;
    let directory = scratch(&[("a.yaml", text), ("b/b.json", json)]);
    let run = mirrorset_in(directory.path(), &["check", "--fix", "a.yaml", "b"]);
    assert_eq!(run.status, 0, "{}{}", run.stdout, run.stderr);
    let read = |name: &str| std::fs::read_to_string(directory.path().join(name)).unwrap();
    assert_eq!(read("a.yaml"), fixed);
    assert_eq!(read("b/b.json"), fixed_json);
}

#[test]
fn anchored_and_escaped_strings_are_not_fixed() {
    let anchors = "imageContentSources:
- source: &a nginx
  mirrors: [m.example.com/a]
- source: *a
";
    let escaped =
        r#"{"imageContentSources": [{"source": "docker.io\/nginx", "mirrors": ["m.example.com/a"]}]}"#;
    let directory = scratch(&[("a.yaml", anchors), ("b.json", escaped)]);
    let run = mirrorset_in(
        directory.path(),
        &["check", "--fix", "--unsafe-fixes", "a.yaml", "b.json"],
    );
    assert_eq!(run.status, 1, "{}", run.stderr);
    let read = |name: &str| std::fs::read_to_string(directory.path().join(name)).unwrap();
    assert_eq!([read("a.yaml"), read("b.json")], [anchors, escaped]);
}
