//! The findings in the shared modules, in the plans that Terraform created from them, and in plans of changes.
//! The expectations are written by hand from the rules, not copied from the output.

use std::collections::BTreeMap;
use std::path::Path;

use crate::support::program::mirrorset_in;
use crate::support::shared::shared;

type Expected = BTreeMap<&'static str, &'static [(&'static str, &'static str)]>;

/// The findings of each module, by rule and address.
fn on_configuration() -> Expected {
    BTreeMap::from([
        // `target` is the classic cluster, because the condition is known. `right` refers to the other cluster.
        (
            "classic_through_local",
            [("classic-cluster", "rhcs_image_mirror.wrong")].as_slice(),
        ),
        // One of two mirrors of a cluster in the same module has no `depends_on`.
        (
            "cluster_in_same_configuration",
            &[("missing-depends-on", "rhcs_image_mirror.redis")],
        ),
        ("files_yaml_json_csv", &[]),
        ("for_each_variable_map", &[]),
        ("json_configuration", &[]),
        ("literal", &[]),
        // The cluster is in another module: the reference through the output is enough.
        ("module_for_each_chain", &[]),
        (
            "moved_import_removed_check",
            &[("ignored-mirrors", "rhcs_image_mirror.new")],
        ),
        // Mirrors with a tab and a line break.
        (
            "templates_and_heredocs",
            &[
                ("invalid-mirror", "rhcs_image_mirror.esc"),
                ("invalid-mirror", "rhcs_image_mirror.esc"),
            ],
        ),
        // `count.index` selects `source` from a list.
        (
            "toset_and_count",
            &[("count-indexed-mirrors", "rhcs_image_mirror.counted")],
        ),
        ("unknown_parts", UNKNOWN_PARTS),
        // The id of `waits` comes from the waiting resource, but `depends_on` has neither that resource nor the
        // cluster; `does_not_wait` depends on the cluster, which does not wait itself.
        (
            "wait_and_waiters",
            &[
                ("cluster-not-ready", "rhcs_image_mirror.does_not_wait"),
                ("missing-depends-on", "rhcs_image_mirror.waits"),
            ],
        ),
    ])
}

/// No mirror depends on the cluster of its module, and each has a value that is known only after apply.
const UNKNOWN_PARTS: &[(&str, &str)] = &[
    ("missing-depends-on", "rhcs_image_mirror.conditional"),
    ("missing-depends-on", "rhcs_image_mirror.partly_known"),
    ("missing-depends-on", "rhcs_image_mirror.unknown_list"),
    ("missing-depends-on", "rhcs_image_mirror.unknown_source"),
    ("unknown-value", "rhcs_image_mirror.conditional"),
    ("unknown-value", "rhcs_image_mirror.partly_known"),
    ("unknown-value", "rhcs_image_mirror.unknown_list"),
    ("unknown-value", "rhcs_image_mirror.unknown_source"),
];

/// The findings of each plan: those of the module, except for what plans do not record.
fn on_plans() -> Expected {
    let mut expected = on_configuration();
    // A plan has no locals, and a classic cluster could be their origin.
    expected.insert(
        "classic_through_local",
        &[
            ("unknown-value", "rhcs_image_mirror.right"),
            ("unknown-value", "rhcs_image_mirror.wrong"),
        ],
    );
    // A plan has values, but not the expressions that they come from.
    expected.insert("moved_import_removed_check", &[]);
    expected.insert("toset_and_count", &[]);
    expected.extend([
        ("change_noop", [].as_slice()),
        (
            "change_renamed_without_moved",
            &[("recreated-mirror", "rhcs_image_mirror.renamed")],
        ),
        (
            "change_replace_source",
            &[("replaced-mirror", "rhcs_image_mirror.single")],
        ),
        (
            "change_update",
            &[
                ("removed-mirror", r#"rhcs_image_mirror.m["quay.io/remove"]"#),
                ("reordered-mirrors", r#"rhcs_image_mirror.m["quay.io/reorder"]"#),
            ],
        ),
        ("state_after_apply", &[]),
    ]);
    expected
}

/// The number of clusters whose mirrors each plan changes; each has a finding about its nodes.
fn rollouts() -> BTreeMap<&'static str, usize> {
    BTreeMap::from([
        ("change_renamed_without_moved", 1),
        ("change_replace_source", 1),
        ("change_update", 1),
        // Both clusters are unknown and may be different.
        ("classic_through_local", 2),
        ("cluster_in_same_configuration", 1),
        // `c1` and `c2`.
        ("files_yaml_json_csv", 2),
        ("for_each_variable_map", 1),
        ("json_configuration", 1),
        ("literal", 1),
        ("module_for_each_chain", 1),
        ("moved_import_removed_check", 1),
        // `c1`, and a text that is not an id.
        ("templates_and_heredocs", 2),
        // `c1`, `c2` and `c4`.
        ("toset_and_count", 3),
        ("unknown_parts", 1),
        ("wait_and_waiters", 1),
    ])
}

/// Checks every path and compares the findings; a path without an expectation is an error.
fn compare(directory: &Path, suffix: &str, expected: &Expected, rollouts: &BTreeMap<&str, usize>) {
    let mut names: Vec<String> = std::fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    let expected_names: Vec<String> = expected.keys().map(|name| format!("{name}{suffix}")).collect();
    assert_eq!(names, expected_names);
    for (name, expected) in expected {
        let run = mirrorset_in(
            directory,
            &["check", "--output-format", "json", &format!("{name}{suffix}")],
        );
        assert_eq!(run.stderr, "", "{name}");
        let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        let mut reported: Vec<(&str, &str)> = report["findings"]
            .as_array()
            .unwrap()
            .iter()
            .map(|finding| {
                (
                    finding["rule"].as_str().unwrap(),
                    finding["address"].as_str().unwrap_or_default(),
                )
            })
            .collect();
        let before = reported.len();
        reported.retain(|(rule, _)| *rule != "node-rollout");
        let rollout_count = before - reported.len();
        assert_eq!(
            rollout_count,
            rollouts.get(name).copied().unwrap_or_default(),
            "{name}"
        );
        reported.sort_unstable();
        assert_eq!(reported, *expected, "{name}");
    }
}

#[test]
fn modules_have_the_expected_findings() {
    if let Some(shared) = shared("conformance") {
        compare(&shared.join("modules"), "", &on_configuration(), &BTreeMap::new());
    }
}

#[test]
fn plans_have_the_expected_findings() {
    if let Some(shared) = shared("conformance") {
        compare(&shared.join("plans"), ".json", &on_plans(), &rollouts());
    }
}
