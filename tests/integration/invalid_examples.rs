//! A root module with a cluster and its mirrors, as in the provider's guide, is clean. With one error it has
//! one finding, at the exact text, in the configuration and in its plan.

use crate::support::program::{findings, fixture, mirrorset, mirrorset_in};

/// The findings of a fixture, as `rule address text`.
fn check(path: &str) -> Vec<String> {
    let run = mirrorset(&["check", "--no-changes-info", "--output-format", "json", path]);
    assert!(run.status < 2, "{}", run.stderr);
    let findings_of_run = findings(&run, &fixture(""));
    findings_of_run
        .into_iter()
        .map(|(rule, address, text)| format!("{rule} {address} {text}"))
        .collect()
}

#[test]
fn the_configurations_of_the_guide_are_clean() {
    for name in [
        "simple-mirror",
        "several-mirrors",
        "for-each-over-a-variable",
        "cluster-and-mirrors",
    ] {
        assert_eq!(check(&format!("guide/{name}")), [] as [&str; 0], "{name}");
        assert_eq!(
            check(&format!("guide/{name}/plan.json")),
            [] as [&str; 0],
            "the plan of {name}"
        );
    }
}

#[test]
fn a_missing_depends_on() {
    let finding = "missing-depends-on rhcs_image_mirror.redis";
    assert_eq!(
        check("invalid_examples/missing-depends-on"),
        [format!("{finding} resource \"rhcs_image_mirror\" \"redis\"")]
    );
    assert_eq!(
        check("invalid_examples/missing-depends-on/plan.json"),
        [format!("{finding} \"rhcs_image_mirror.redis\"")]
    );
}

#[test]
fn a_short_source() {
    let finding = "short-source rhcs_image_mirror.nginx \"nginx\"";
    assert_eq!(check("invalid_examples/short-source"), [finding]);
    assert_eq!(check("invalid_examples/short-source/plan.json"), [finding]);
}

#[test]
fn a_type_other_than_digest() {
    let finding = "non-digest-type rhcs_image_mirror.nginx \"tag\"";
    assert_eq!(check("invalid_examples/non-digest-type"), [finding]);
    // Terraform creates no plan, because the provider rejects the value; an older provider may accept it.
    let plan = std::fs::read_to_string(fixture("guide/cluster-and-mirrors/plan.json")).unwrap();
    let changed = plan.replacen(
        "\"source\":\"docker.io/library/nginx\",\"type\":\"digest\"",
        "\"source\":\"docker.io/library/nginx\",\"type\":\"tag\"",
        1,
    );
    assert_ne!(plan, changed);
    let scratch = tempfile::tempdir().unwrap();
    std::fs::write(scratch.path().join("plan.json"), changed).unwrap();
    let run = mirrorset_in(
        scratch.path(),
        &[
            "check",
            "--no-changes-info",
            "--output-format",
            "json",
            "plan.json",
        ],
    );
    let findings_of_run = findings(&run, scratch.path());
    assert_eq!(
        findings_of_run,
        [(
            "non-digest-type".into(),
            "rhcs_image_mirror.nginx".into(),
            "\"tag\"".into()
        )]
    );
}

#[test]
fn a_classic_cluster() {
    let finding = "classic-cluster rhcs_image_mirror.nginx";
    assert_eq!(
        check("invalid_examples/classic-cluster"),
        [format!("{finding} rhcs_cluster_rosa_classic.old.id")]
    );
    // In a plan the id is unknown; the label is on the value that marks it as unknown.
    assert_eq!(
        check("invalid_examples/classic-cluster/plan.json"),
        [format!("{finding} true")]
    );
}

#[test]
fn a_cluster_that_is_not_ready() {
    let findings = |text: &str| {
        ["nginx", "redis"].map(|name| format!("cluster-not-ready rhcs_image_mirror.{name} {text}"))
    };
    assert_eq!(
        check("invalid_examples/cluster-not-ready"),
        findings("rhcs_cluster_rosa_hcp.example.id")
    );
    assert_eq!(
        check("invalid_examples/cluster-not-ready/plan.json"),
        findings("true")
    );
}

#[test]
fn an_attribute_that_is_not_the_cluster_id() {
    let finding = "wrong-cluster-attribute rhcs_image_mirror.nginx";
    assert_eq!(
        check("invalid_examples/wrong-cluster-attribute"),
        [format!("{finding} rhcs_cluster_rosa_hcp.example.external_id")]
    );
    assert_eq!(
        check("invalid_examples/wrong-cluster-attribute/plan.json"),
        [format!("{finding} true")]
    );
}

#[test]
fn registries_that_the_cluster_blocks() {
    // The source of one mirror, and a mirror of the other one.
    let findings = [
        "registry-config-conflict rhcs_image_mirror.nginx \"docker.io/library/nginx\"",
        "registry-config-conflict rhcs_image_mirror.redis \"quay.io/backup/redis\"",
    ];
    assert_eq!(check("invalid_examples/registry-config-conflict"), findings);
    assert_eq!(
        check("invalid_examples/registry-config-conflict/plan.json"),
        findings
    );
}
