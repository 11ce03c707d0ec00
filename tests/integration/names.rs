//! The rules about names and lists of mirrors, case by case, for a configuration and for a plan, which have to
//! agree.

use std::path::Path;

use crate::support::program::fixture;
use crate::support::report::report;
use crate::support::shared::shared;
use mirrorset::testing::diagnostic::{Diagnostic, Severity};
use mirrorset::testing::workspace::{Loaded, Options, load};
use registries_conf::{Granularity, Location};
use serde_json::json;

/// A source and its mirrors.
type Entry<'a> = (&'a str, &'a [&'a str]);

/// A rule and the text under its primary label, without quotes.
type RuleAndText = (String, String);

const CLUSTER: &str = "2lbbrpgkocgajphhqee7vku1pgd4qsge";

fn load_text(name: &str, text: &str) -> Loaded {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join(name);
    std::fs::write(&path, text).unwrap();
    let path = if name == "main.tf" {
        directory.path().to_owned()
    } else {
        path
    };
    let loaded = load(&[path], &Options::default());
    assert_eq!(loaded.errors, []);
    loaded
}

fn findings(loaded: &Loaded) -> Vec<Diagnostic> {
    let mut findings = report(loaded).findings;
    findings.retain(|finding| finding.code.as_str() != "node-rollout");
    findings
}

fn rules_and_texts(loaded: &Loaded) -> Vec<RuleAndText> {
    let findings = findings(loaded).into_iter().map(|finding| {
        let label = finding.primary.expect("every finding has a location");
        let text = loaded.sources.slice(label.span).trim_matches('"').to_owned();
        (finding.code.as_str().to_owned(), text)
    });
    let mut findings: Vec<RuleAndText> = findings.collect();
    findings.sort();
    findings
}

fn configuration(entries: &[Entry<'_>]) -> String {
    let block = |(index, (source, mirrors)): (usize, &Entry<'_>)| {
        format!(
            r#"resource "rhcs_image_mirror" "m{index}" {{
  cluster_id = "{CLUSTER}"
  source = {}
  mirrors = {}
}}
"#,
            json!(source),
            json!(mirrors)
        )
    };
    entries.iter().enumerate().map(block).collect()
}

fn plan(entries: &[Entry<'_>]) -> String {
    let resource = |(index, (source, mirrors)): (usize, &Entry<'_>)| {
        json!({
            "address": format!("rhcs_image_mirror.m{index}"),
            "mode": "managed",
            "type": "rhcs_image_mirror",
            "name": format!("m{index}"),
            "values": {"cluster_id": CLUSTER, "source": source, "mirrors": mirrors, "type": "digest"},
        })
    };
    let resources: Vec<_> = entries.iter().enumerate().map(resource).collect();
    json!({"format_version": "1.2", "planned_values": {"root_module": {"resources": resources}}}).to_string()
}

#[track_caller]
fn assert_found(entries: &[Entry<'_>], expected: &[(&str, &str)]) {
    let mut expected: Vec<RuleAndText> = expected
        .iter()
        .map(|(rule, text)| ((*rule).to_owned(), (*text).to_owned()))
        .collect();
    expected.sort();
    assert_eq!(
        rules_and_texts(&load_text("main.tf", &configuration(entries))),
        expected,
        "{entries:?}"
    );
    assert_eq!(
        rules_and_texts(&load_text("plan.json", &plan(entries))),
        expected,
        "{entries:?} in a plan"
    );
}

#[track_caller]
fn assert_source(source: &str, rules: &[&str]) {
    let expected: Vec<(&str, &str)> = rules.iter().map(|rule| (*rule, source)).collect();
    assert_found(&[(source, &["mirror.example.com/org/app"])], &expected);
}

#[track_caller]
fn assert_mirror(source: &str, mirror: &str, rules: &[&str]) {
    let expected: Vec<(&str, &str)> = rules.iter().map(|rule| (*rule, mirror)).collect();
    assert_found(&[(source, &["mirror.example.com/org/app", mirror])], &expected);
}

#[test]
fn one_issue_of_a_source_is_one_finding() {
    for (source, rules) in [
        // Valid.
        ("quay.io", [].as_slice()),
        ("registry.redhat.io", &[]),
        ("docker.io/library/nginx", &[]),
        ("docker.io/bitnami", &[]),
        ("reg.example.com:5000/a/b", &[]),
        // No host.
        ("nginx", &["short-source"]),
        ("bitnami/redis", &["short-source"]),
        ("my_org/app", &["short-source"]),
        // No host, and a tag, whether or not that could be a port.
        ("nginx:1.25", &["invalid-source", "short-source"]),
        ("redis:7", &["invalid-source", "short-source"]),
        (" nginx ", &["invalid-source", "short-source"]),
        // No name.
        ("", &["invalid-source"]),
        ("  ", &["invalid-source"]),
        ("https://quay.io/org", &["invalid-source"]),
        ("https://docker.io/nginx", &["invalid-source"]),
        ("quay.io/org/app:v1", &["invalid-source"]),
        ("https://quay.io/org/app:v1", &["invalid-source"]),
        ("quay.io/org/app@sha256:00", &["invalid-source"]),
        ("quay.io/org/", &["invalid-source"]),
        ("quay.io//org", &["invalid-source"]),
        ("quay.io/Org", &["invalid-source"]),
        ("quay.io:x/org", &["invalid-source"]),
        ("*.example.com/app", &["invalid-source"]),
        // No match.
        ("docker.io/nginx", &["unmatchable-source"]),
        ("index.docker.io/org/app", &["unmatchable-source"]),
        ("Quay.io/org", &["unmatchable-source"]),
        ("quay.io:443/org", &["unmatchable-source"]),
        // All subdomains.
        ("*.example.com", &["wildcard-source"]),
    ] {
        assert_source(source, rules);
    }
    assert_source(&format!("quay.io/{}", "a".repeat(250)), &["invalid-source"]);
}

#[test]
fn one_issue_of_a_mirror_is_one_finding() {
    for (source, mirror, rules) in [
        ("quay.io/org", "registry.example.com/redis", [].as_slice()),
        ("quay.io/org", "quay.io/backup/redis", &[]),
        ("quay.io", "mirror.example.com", &[]),
        ("quay.io/org", "mirror:5000/org", &[]),
        ("quay.io", "docker.io", &[]),
        ("quay.io/org", "https://m.example.com/org", &["invalid-mirror"]),
        ("quay.io/org", "m.example.com/org:v1", &["invalid-mirror"]),
        ("quay.io/org", "*.example.com", &["invalid-mirror"]),
        ("quay.io/org", " ", &["invalid-mirror"]),
        ("quay.io/org", "", &["empty-mirrors"]),
        ("quay.io/org", "22", &["unrewritable-mirror"]),
        ("quay.io/org", "mirror/org", &["unrewritable-mirror"]),
        ("quay.io/org/app", "docker.io/nginx", &["unrewritable-mirror"]),
        ("quay.io/org", "index.docker.io/org", &["unrewritable-mirror"]),
        ("quay.io/org", "docker.io", &["unrewritable-mirror"]),
        (
            "docker.io/library/nginx",
            "m.example.com",
            &["unrewritable-mirror"],
        ),
        ("quay.io/org", "localhost/org", &["local-mirror"]),
        ("quay.io/org", "127.0.0.1:5000/org", &["local-mirror"]),
        ("quay.io/org", "[::1]:5000/org", &["local-mirror"]),
        (
            "quay.io/org",
            "http://localhost:5000/org",
            &["invalid-mirror", "local-mirror"],
        ),
        ("quay.io/org", "[2001:db8::1]:5000/org", &["invalid-mirror"]),
        ("quay.io/org", "mirror.example.com/org/app", &["duplicate-mirror"]),
        ("quay.io/org", "quay.io/org", &["self-mirror"]),
    ] {
        assert_mirror(source, mirror, rules);
    }
}

#[test]
fn an_issue_in_one_mirror_does_not_hide_an_issue_in_another() {
    assert_found(
        &[(
            "quay.io/org",
            &[
                "22",
                "https://m.example.com/org",
                "m.example.com/ok",
                "localhost/a",
                "22",
                "",
            ],
        )],
        &[
            ("unrewritable-mirror", "22"),
            ("unrewritable-mirror", "22"),
            ("duplicate-mirror", "22"),
            ("invalid-mirror", "https://m.example.com/org"),
            ("local-mirror", "localhost/a"),
            ("empty-mirrors", ""),
        ],
    );
}

#[test]
fn a_mirror_has_to_leave_room_for_image_names() {
    let long = |length: usize| format!("m.io/{}", "a".repeat(length - "m.io/".len()));
    for (source, length, rules) in [
        ("quay.io", 190, [].as_slice()),
        ("quay.io", 191, &["mirror-name-too-long"]),
        ("quay.io/org", 222, &[]),
        ("quay.io/org", 223, &["mirror-name-too-long"]),
        ("quay.io/org/app", 255, &[]),
        ("quay.io/org/app", 256, &["invalid-mirror"]),
    ] {
        assert_mirror(source, &long(length), rules);
    }
}

#[test]
fn a_list_needs_at_least_one_mirror() {
    let empty = r#"resource "rhcs_image_mirror" "m" {
  cluster_id = "c"
  source = "quay.io"
  mirrors = []
}
"#;
    assert_eq!(
        rules_and_texts(&load_text("main.tf", empty)),
        [("empty-mirrors".to_owned(), "[]".to_owned())]
    );
    assert_found(&[("quay.io", &["quay.io"])], &[("self-mirror", "quay.io")]);
    assert_found(
        &[("quay.io", &["quay.io", "quay.io"])],
        &[("self-mirror", "quay.io"), ("duplicate-mirror", "quay.io")],
    );
}

#[test]
fn a_source_must_be_unique_in_its_cluster() {
    let (a, b): (&[&str], &[&str]) = (&["a.example.com/org/app"], &["b.example.com/org/app"]);
    let duplicate = |source| ("duplicate-source", source);
    assert_found(
        &[("quay.io/org", a), ("quay.io/org", b)],
        &[duplicate("quay.io/org")],
    );
    assert_found(
        &[("quay.io/org", a), ("quay.io/org", a), ("quay.io/org", b)],
        &[duplicate("quay.io/org"), duplicate("quay.io/org")],
    );
    // Their full forms are equal.
    let full = "docker.io/library/nginx";
    assert_found(
        &[(full, a), ("nginx", b)],
        &[("short-source", "nginx"), duplicate("nginx")],
    );
    assert_found(
        &[(full, a), ("docker.io/nginx", b)],
        &[
            ("unmatchable-source", "docker.io/nginx"),
            duplicate("docker.io/nginx"),
        ],
    );
    assert_found(
        &[("quay.io/org", a), ("quay.io/org/", b)],
        &[("invalid-source", "quay.io/org/"), duplicate("quay.io/org/")],
    );
    // A tag is removed only by an unsafe fix, so these two are not duplicates.
    assert_found(
        &[("quay.io/org:a", a), ("quay.io/org:b", b)],
        &[
            ("invalid-source", "quay.io/org:a"),
            ("invalid-source", "quay.io/org:b"),
        ],
    );
}

#[test]
fn a_source_does_not_inherit_the_mirrors_of_a_shorter_source() {
    let all: Entry<'_> = ("quay.io", &["m.example.com/quay"]);
    let shadowed = |source| ("shadowed-source", source);
    assert_found(
        &[all, ("quay.io/org", &["n.example.com/org"])],
        &[shadowed("quay.io/org")],
    );
    // The mirrors of the longest match are used.
    assert_found(
        &[
            all,
            ("quay.io/org", &["m.example.com/quay/org"]),
            (
                "quay.io/org/app",
                &["n.example.com/app", "m.example.com/quay/org/app"],
            ),
        ],
        &[],
    );
    // Repeated mirrors, equal after rewriting or literally.
    assert_found(
        &[
            all,
            ("quay.io/org", &["n.example.com/org", "m.example.com/quay/org"]),
        ],
        &[],
    );
    assert_found(
        &[all, ("quay.io/org", &["n.example.com/org", "m.example.com/quay"])],
        &[],
    );
    // Siblings.
    assert_found(
        &[
            ("quay.io/org", &["m.example.com/a"]),
            ("quay.io/organization", &["m.example.com/b"]),
        ],
        &[],
    );
    assert_found(
        &[
            ("reg.example.com", &["m.example.com/a"]),
            ("reg.example.com:5000/x", &["m.example.com/b"]),
        ],
        &[],
    );
    // A wildcard matches more.
    assert_found(
        &[("*.example.com", &["m.io/all"]), ("a.example.com", &["m.io/a"])],
        &[("wildcard-source", "*.example.com"), shadowed("a.example.com")],
    );
    assert_found(
        &[
            ("*.example.com", &["m.io/all"]),
            ("a.example.com/org", &["m.io/all/org"]),
        ],
        &[("wildcard-source", "*.example.com")],
    );
    // A source that never matches shadows nothing, and an entry without mirrors is ignored.
    assert_found(
        &[
            ("docker.io", &["m.example.com/hub"]),
            ("docker.io/nginx", &["m.example.com/nginx"]),
        ],
        &[("unmatchable-source", "docker.io/nginx")],
    );
    assert_found(
        &[all, ("quay.io/org", &["quay.io/org"])],
        &[("self-mirror", "quay.io/org")],
    );
}

#[test]
fn mirrors_of_mirrors_are_not_used() {
    assert_found(
        &[
            ("quay.io/org", &["m.example.com/org"]),
            ("m.example.com/org", &["n.example.com/org"]),
        ],
        &[("chained-mirror", "m.example.com/org")],
    );
    assert_found(
        &[
            ("quay.io/org", &["m.example.com/org"]),
            ("m.example.com/team", &["n.example.com/org"]),
        ],
        &[],
    );
}

#[test]
fn a_cluster_is_limited_to_255_sources_with_255_mirrors_each() {
    let many = |count: usize| -> Vec<String> {
        (0..count)
            .map(|index| format!("m{index}.example.com/org"))
            .collect()
    };
    let of = |count: usize| {
        let mirrors = many(count);
        let mirrors: Vec<&str> = mirrors.iter().map(String::as_str).collect();
        let findings = findings(&load_text("plan.json", &plan(&[("quay.io/org", &mirrors)])));
        findings
            .into_iter()
            .map(|finding| finding.message)
            .collect::<Vec<_>>()
    };
    assert_eq!(of(255), [] as [&str; 0]);
    assert_eq!(of(256), ["mirrors has 256 elements, but 255 is the limit"]);
    let sources = many(400);
    let entries: Vec<Entry<'_>> = sources
        .iter()
        .map(|source| (source.as_str(), ["mirror.example.com/org"].as_slice()))
        .collect();
    assert_eq!(findings(&load_text("plan.json", &plan(&entries[..255]))), []);
    let findings = findings(&load_text("plan.json", &plan(&entries)));
    let messages: Vec<&str> = findings.iter().map(|finding| finding.message.as_str()).collect();
    assert!(messages[0].ends_with(&format!(
        "cluster {CLUSTER} has 400 sources, but 255 is the limit"
    )));
    assert_eq!(messages.len(), 1);
}

#[test]
fn mirrors_of_other_clusters_are_not_compared() {
    let block = |name: &str, cluster: &str, source: &str, mirror: &str| {
        format!(
            r#"resource "rhcs_image_mirror" "{name}" {{
  cluster_id = {cluster}
  source = "{source}"
  mirrors = ["{mirror}"]
}}
"#
        )
    };
    let text = [
        block("a", "\"one\"", "quay.io", "m.example.com"),
        block("b", "\"two\"", "quay.io", "m.example.com"),
        block("c", "\"three\"", "quay.io/org", "quay.io"),
    ];
    assert_eq!(rules_and_texts(&load_text("main.tf", &text.concat())), []);
    // Mirrors with the same variable have the same cluster, whatever its value.
    let variables = r#"variable "cluster" {
  type = string
}
variable "other" {
  type = string
}
"#;
    let text = [
        variables.to_owned(),
        block("a", "var.cluster", "quay.io", "m.example.com"),
        block("b", "var.cluster", "quay.io", "n.example.com"),
        block("c", "var.other", "quay.io", "n.example.com"),
    ];
    let findings = rules_and_texts(&load_text("main.tf", &text.concat()));
    assert_eq!(findings, [("duplicate-source".to_owned(), "quay.io".to_owned())]);
}

fn undecided(text: &str) -> Vec<String> {
    let findings = findings(&load_text("main.tf", text)).into_iter();
    let mut findings: Vec<String> = findings
        .map(
            |finding| match finding.note.filter(|_| finding.code.as_str() == "unknown-value") {
                Some(note) => note,
                None => finding.code.as_str().to_owned(),
            },
        )
        .collect();
    findings.sort();
    findings
}

#[test]
fn an_unknown_element_does_not_hide_issues_of_others() {
    let text = r#"variable "mirror" {
  type = string
}
resource "rhcs_image_mirror" "m" {
  cluster_id = "c"
  source = "quay.io/org"
  mirrors = ["22", var.mirror, "https://m.io/a"]
}
"#;
    assert_eq!(
        undecided(text),
        [
            "could not decide: invalid-mirror, unrewritable-mirror, local-mirror, self-mirror, duplicate-mirror, \
             empty-mirrors, mirror-name-too-long, chained-mirror",
            "invalid-mirror",
            "unrewritable-mirror",
        ]
    );
}

#[test]
fn an_unknown_source_leaves_only_rules_that_need_it_undecided() {
    let with = |mirror: &str| {
        format!(
            r#"variable "source_name" {{
  type = string
}}
resource "rhcs_image_mirror" "m" {{
  cluster_id = "c"
  source = var.source_name
  mirrors = ["{mirror}"]
}}
"#
        )
    };
    let undecided_rules = |more: &str| {
        format!(
            "could not decide: short-source, invalid-source, unmatchable-source, wildcard-source, \
             {more}self-mirror, shadowed-source, duplicate-source"
        )
    };
    // For any source, names cannot be rewritten to the first mirror, but always to the second.
    assert_eq!(
        undecided(&with("22")),
        [undecided_rules(""), "unrewritable-mirror".to_owned()]
    );
    assert_eq!(undecided(&with("m.example.com/org")), [undecided_rules("")]);
    // A host without a path can mirror a registry, but not a repository.
    assert_eq!(
        undecided(&with("m.example.com")),
        [undecided_rules("unrewritable-mirror, ")]
    );
}

#[test]
fn duplicates_are_undecided_if_only_one_block_may_have_an_instance() {
    let block = |name: &str, count: &str| {
        format!(
            r#"resource "rhcs_image_mirror" "{name}" {{
  count = {count}
  cluster_id = "c"
  source = "quay.io"
  mirrors = ["m.example.com"]
}}
"#
        )
    };
    let text = format!(
        r#"variable "on" {{
  type = bool
}}
{}{}"#,
        block("a", "var.on ? 1 : 0"),
        block("b", "var.on ? 0 : 1")
    );
    let findings = findings(&load_text("main.tf", &text));
    assert!(
        findings
            .iter()
            .all(|finding| finding.code.as_str() == "unknown-value"),
        "{findings:?}"
    );
    assert_eq!(findings.len(), 2);
}

#[test]
fn a_comparison_does_not_reveal_a_sensitive_value() {
    let text = format!(
        r#"locals {{
  secret = sensitive("m.example.com/org")
}}
resource "rhcs_image_mirror" "a" {{
  cluster_id = "c"
  source = "quay.io/org"
  mirrors = [local.secret, "n.example.com/a", "n.example.com/a"]
}}
{}"#,
        r#"resource "rhcs_image_mirror" "b" {
  cluster_id = "c"
  source = "m.example.com/org"
  mirrors = ["n.example.com/b"]
}
"#
    );
    let findings = findings(&load_text("main.tf", &text));
    let chained = findings
        .iter()
        .find(|finding| finding.code.as_str() == "chained-mirror")
        .unwrap();
    assert_eq!(
        chained.message,
        "mirror (sensitive value) is the source of another mirror"
    );
    assert_eq!(chained.related, []);
    let duplicate = findings
        .iter()
        .find(|finding| finding.code.as_str() == "duplicate-mirror")
        .unwrap();
    assert_eq!(duplicate.related.len(), 1);
}

#[test]
fn severities_are_those_of_the_rules() {
    let findings = findings(&load_text(
        "plan.json",
        &plan(&[("*.example.com", &["m.io/a"]), ("quay.io/org", &["22"])]),
    ));
    let severities: Vec<_> = findings
        .iter()
        .map(|finding| (finding.code.as_str(), finding.severity))
        .collect();
    assert_eq!(
        severities,
        [
            ("wildcard-source", Severity::Warning),
            ("unrewritable-mirror", Severity::Error)
        ]
    );
}

#[derive(serde::Deserialize)]
struct Case {
    name: String,
    entries: Vec<Declared>,
    load_error: Option<String>,
    #[serde(default)]
    results: Vec<Resolved>,
}

#[derive(serde::Deserialize)]
struct Declared {
    source: String,
    mirrors: Vec<String>,
}

#[derive(serde::Deserialize)]
struct Resolved {
    image: String,
    prefix: Option<String>,
    error: Option<String>,
}

/// Asserts that failures of the real libraries are reported: a table that they reject, or a mirror that fails a pull.
fn assert_fatal_is_found(path: &Path) {
    let (mut fatal, mut cases, mut namesakes) = (0, 0, 0);
    for line in std::fs::read_to_string(path).unwrap().lines() {
        let case: Case = serde_json::from_str(line).unwrap();
        cases += 1;
        let lists: Vec<(&str, Vec<&str>)> = case
            .entries
            .iter()
            .map(|entry| {
                (
                    entry.source.as_str(),
                    entry.mirrors.iter().map(String::as_str).collect(),
                )
            })
            .collect();
        let entries: Vec<Entry<'_>> = lists
            .iter()
            .map(|(source, list)| (*source, list.as_slice()))
            .collect();
        let loaded = load_text("plan.json", &plan(&entries));
        let findings = findings(&loaded);
        let at = |source: &str| {
            let mirrors = &loaded.project.inputs[0].mirrors;
            let mirrors = mirrors.iter().filter(|mirror| {
                mirror
                    .source
                    .value()
                    .is_some_and(|own| own.trim_end_matches('/') == source)
            });
            let addresses: Vec<String> = mirrors.map(|mirror| mirror.address.to_string()).collect();
            findings.iter().any(|finding| {
                // A mirror that occurs twice can bring a wildcard source among its own mirrors.
                matches!(
                    finding.code.as_str(),
                    "duplicate-mirror"
                        | "invalid-mirror"
                        | "unrewritable-mirror"
                        | "empty-mirrors"
                        | "mirror-name-too-long"
                ) && finding
                    .subject
                    .as_ref()
                    .map(ToString::to_string)
                    .as_ref()
                    .is_some_and(|address| addresses.contains(address))
            })
        };
        if case.load_error.is_some() {
            fatal += 1;
            let errors = findings.iter().any(|finding| finding.severity == Severity::Error);
            assert!(errors, "{}: {:?}", case.name, case.load_error);
        }
        for result in &case.results {
            if let (Some(error), Some(prefix)) = (&result.error, &result.prefix) {
                // A source with one path segment is treated as a namespace, which has no image of the same name.
                let is_namespace =
                    Location::parse(prefix).is_some_and(|name| name.granularity() == Granularity::Namespace);
                if is_namespace && result.image.starts_with(&format!("{prefix}@")) && !at(prefix) {
                    namesakes += 1;
                    continue;
                }
                fatal += 1;
                assert!(at(prefix), "{}: {} {prefix}: {error}", case.name, result.image);
            }
        }
    }
    println!("{fatal} failures in {cases} cases, all found; {namesakes} of images called like a namespace");
    assert!(fatal > 0);
}

#[test]
fn every_mirror_that_fails_a_pull_is_reported() {
    assert_fatal_is_found(&fixture("registries/named.jsonl"));
    if let Some(path) = shared("conformance/registries.jsonl") {
        assert_fatal_is_found(&path);
    }
}
