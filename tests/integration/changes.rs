//! The findings in plans that change existing mirrors.
//!
//! Each directory in `fixtures/changes` has the configuration after a change and the plan that Terraform
//! 1.11.4 created from it (with the lab in `../shared/lab`), with the state of the configuration before the
//! change. Plans that Terraform or the lab cannot create are edited here. The expectations are written by hand
//! from the rules.

use crate::support::program::{Run, fixture, mirrorset_in, mirrorset_with_input};
use serde_json::{Value, json};

/// The severity, rule and address of each finding, sorted; the message if the finding has no address.
fn reported(run: &Run) -> Vec<String> {
    let report: Value = serde_json::from_str(&run.stdout).expect(&run.stderr);
    let mut findings: Vec<String> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| {
            let word = |name: &str| finding[name].as_str();
            let about = match (word("address"), word("message")) {
                // The message says what causes a rollout.
                (Some(address), Some(message)) if word("rule") == Some("node-rollout") => {
                    format!("{address}: {message}")
                }
                (address, message) => address.or(message).unwrap_or_default().to_owned(),
            };
            format!("{} {} {about}", word("severity").unwrap(), word("rule").unwrap())
        })
        .collect();
    findings.sort();
    findings
}

fn check(name: &str) -> Vec<String> {
    let directory = fixture("changes").join(name);
    reported(&mirrorset_in(
        &directory,
        &["check", "--output-format", "json", "plan.json"],
    ))
}

fn rollout(what: &str) -> String {
    format!(
        "info node-rollout rhcs_cluster_rosa_hcp.main: the plan changes {what}, which replaces its workers"
    )
}

/// Checks an edited plan of the fixtures.
fn check_edited(name: &str, edit: impl FnOnce(&mut Value)) -> Vec<String> {
    let text = std::fs::read_to_string(fixture("changes").join(name).join("plan.json")).unwrap();
    let mut plan: Value = serde_json::from_str(&text).unwrap();
    edit(&mut plan);
    let input = serde_json::to_vec(&plan).unwrap();
    reported(&mirrorset_with_input(
        &["check", "--output-format", "json", "-"],
        &input,
    ))
}

fn mirror_change(plan: &mut Value) -> &mut Value {
    let changes = plan["resource_changes"].as_array_mut().unwrap().iter_mut();
    changes
        .into_iter()
        .find(|change| change["type"] == "rhcs_image_mirror")
        .unwrap()
}

#[test]
fn a_plan_without_changes_has_no_findings() {
    assert_eq!(check("noop"), [] as [&str; 0]);
}

#[test]
fn an_element_removed_from_a_counted_list_shifts_the_others() {
    // `quay.io/a` is removed; `quay.io/b` and `quay.io/c` move to the previous index, where another mirror is deleted.
    assert_eq!(
        check("count_shift"),
        [
            "error recreated-mirror rhcs_image_mirror.counted[0]",
            "error recreated-mirror rhcs_image_mirror.counted[1]",
            &rollout("3 image mirrors (2 replaced, 1 deleted)"),
            "warning count-indexed-mirrors rhcs_image_mirror.counted",
            "warning replaced-mirror rhcs_image_mirror.counted[0]",
            "warning replaced-mirror rhcs_image_mirror.counted[1]",
        ]
    );
}

#[test]
fn a_block_that_gains_for_each_needs_a_moved_block() {
    assert_eq!(
        check("moved_into_for_each"),
        [
            r#"error recreated-mirror rhcs_image_mirror.a["quay.io/a"]"#,
            &rollout("2 image mirrors (1 created, 1 deleted)"),
        ]
    );
    assert_eq!(check("moved"), [] as [&str; 0]);
}

#[test]
fn removing_the_last_mirror_of_a_cluster_without_egress_is_an_error() {
    let removed = rollout("1 image mirror (1 deleted)");
    for name in ["last_of_private_cluster", "last_of_zero_egress_cluster"] {
        assert_eq!(
            check(name),
            ["error removed-mirror rhcs_image_mirror.a", &removed],
            "{name}"
        );
    }
    assert_eq!(
        check("one_of_two_of_private_cluster"),
        [removed.as_str(), "warning removed-mirror rhcs_image_mirror.a"]
    );
}

#[test]
fn a_mirror_destroyed_with_its_cluster_is_not_reported() {
    assert_eq!(check("destroyed"), [] as [&str; 0]);
}

#[test]
fn a_mirror_that_terraform_forgets_is_not_reported() {
    assert_eq!(check("forgotten"), [] as [&str; 0]);
}

/// A mirror that Terraform forgets and creates again, at its own address or at another one.
fn forget_and_create(actions: &Value, source: &str) -> Vec<String> {
    check_edited("noop", |plan| {
        plan["applyable"] = json!(true);
        let change = mirror_change(plan);
        change["change"]["actions"] = actions.clone();
        change["change"]["after"]["source"] = json!(source);
    })
}

#[test]
fn a_mirror_that_is_forgotten_and_created_again_is_rejected() {
    let replaced = rollout("1 image mirror (1 replaced)");
    let address = "rhcs_image_mirror.a";
    for actions in [
        json!(["forget", "create"]),
        json!(["create", "forget"]),
        // As OpenTofu spells actions that its JSON format does not know.
        json!(["ForgetThenCreate"]),
        json!(["Forget", "Create"]),
    ] {
        let findings = forget_and_create(&actions, "quay.io/a");
        assert!(
            findings.contains(&format!("error recreated-mirror {address}")),
            "{actions}: {findings:?}"
        );
        let findings = forget_and_create(&actions, "quay.io/other");
        assert_eq!(
            findings,
            [replaced.clone(), format!("warning replaced-mirror {address}")],
            "{actions}"
        );
    }
    for action in ["forget", "Forget"] {
        let findings = check_edited("noop", |plan| {
            plan["applyable"] = json!(true);
            let created = mirror_change(plan).clone();
            let change = mirror_change(plan);
            change["address"] = json!("rhcs_image_mirror.old");
            change["name"] = json!("old");
            change["change"]["actions"] = json!([action]);
            change["change"]["after"] = Value::Null;
            plan["resource_changes"].as_array_mut().unwrap().push(created);
            let last = plan["resource_changes"].as_array().unwrap().len() - 1;
            plan["resource_changes"][last]["change"]["actions"] = json!(["create"]);
            plan["resource_changes"][last]["change"]["before"] = Value::Null;
        });
        assert_eq!(
            findings,
            [
                format!("error recreated-mirror {address}"),
                rollout("1 image mirror (1 created)"),
            ],
            "{action}"
        );
    }
}

#[test]
fn a_replacement_is_a_warning_or_an_error_if_created_first() {
    let replaced = rollout("1 image mirror (1 replaced)");
    assert_eq!(
        check("replaced_on_request"),
        [replaced.as_str(), "warning replaced-mirror rhcs_image_mirror.a"]
    );
    // The OCM API rejects a second mirror of one source, so the mirror cannot be created first.
    assert_eq!(
        check("create_before_destroy"),
        ["error replaced-mirror rhcs_image_mirror.a", &replaced]
    );
}

#[test]
fn an_update_of_the_order_is_reported() {
    assert_eq!(
        check("reordered"),
        [
            rollout("1 image mirror (1 updated)").as_str(),
            "info reordered-mirrors rhcs_image_mirror.a",
        ]
    );
    let other_order_and_type = check_edited("reordered", |plan| {
        mirror_change(plan)["change"]["before"]["type"] = json!("other");
    });
    assert_eq!(other_order_and_type, [rollout("1 image mirror (1 updated)")]);
}

#[test]
fn informational_findings_can_be_disabled() {
    let directory = fixture("changes").join("count_shift");
    let run = mirrorset_in(
        &directory,
        &[
            "check",
            "--no-changes-info",
            "--output-format",
            "json",
            "plan.json",
        ],
    );
    assert!(reported(&run).iter().all(|finding| !finding.starts_with("info")));
    assert_eq!(reported(&run).len(), 5);
    let run = mirrorset_in(
        &fixture("changes").join("reordered"),
        &["check", "--no-changes-info", "plan.json"],
    );
    assert_eq!(
        (run.status, run.stdout.as_str()),
        (0, "1 mirror in 1 plan: 1 clean, 0 with findings, 0 undecided\n")
    );
}

#[test]
fn an_incomplete_plan_is_reported() {
    assert_eq!(
        check("targeted"),
        [
            rollout("1 image mirror (1 updated)").as_str(),
            "info unknown-value plan.json: this plan is incomplete (`-target`, or deferred changes)",
        ]
    );
}

#[test]
fn an_errored_plan_never_passes() {
    let text = std::fs::read_to_string(fixture("changes/noop/plan.json")).unwrap();
    let text = text
        .replace(r#""errored":false"#, r#""errored":true"#)
        .replace(r#""complete":true"#, r#""complete":false"#);
    let run = mirrorset_with_input(&["check", "--output-format", "json", "-"], text.as_bytes());
    assert_eq!(run.status, 1);
    assert_eq!(
        reported(&run),
        [
            "warning unknown-value <stdin>: Terraform failed while it created this plan, so mirrors may be missing from it"
        ]
    );
}

#[test]
fn drift_is_reported_with_the_changed_values() {
    let check_drift = |edit: fn(&mut Value)| {
        let text = std::fs::read_to_string(fixture("changes/noop/plan.json")).unwrap();
        let mut plan: Value = serde_json::from_str(&text).unwrap();
        let mut drift = mirror_change(&mut plan).clone();
        drift["change"]["actions"] = json!(["update"]);
        edit(&mut drift);
        plan["resource_drift"] = json!([drift]);
        let input = serde_json::to_vec(&plan).unwrap();
        let run = mirrorset_with_input(&["check", "--output-format", "json", "-"], &input);
        let report: Value = serde_json::from_str(&run.stdout).unwrap();
        let findings = report["findings"].as_array().unwrap().clone();
        findings
            .iter()
            .map(|finding| {
                format!(
                    "{} {}",
                    finding["rule"].as_str().unwrap(),
                    finding["message"].as_str().unwrap()
                )
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(
        check_drift(|drift| drift["change"]["after"]["mirrors"] = json!(["x.example.com/a"])),
        [
            "drifted-mirror `mirrors` (from [\"mirror.example.com/a\", \"backup.example.com/a\"] to \
             [\"x.example.com/a\"]) changed outside of Terraform"
        ]
    );
    assert_eq!(
        check_drift(|drift| {
            drift["change"]["actions"] = json!(["delete"]);
            drift["change"]["after"] = Value::Null;
        }),
        ["drifted-mirror the mirror was deleted outside of Terraform"]
    );
    assert_eq!(
        check_drift(|drift| drift["change"]["after"]["last_update_timestamp"] = json!("2026-02-02T00:00:00Z")),
        ["drifted-mirror the mirror was updated outside of Terraform; its arguments are unchanged"]
    );
    // Terraform records moved resources in `resource_drift` too.
    assert_eq!(
        check_drift(|drift| drift["change"]["actions"] = json!(["no-op"])),
        [] as [&str; 0]
    );
    assert_eq!(
        check_drift(|drift| {
            drift["change"]["after"]["source"] = json!("quay.io/secret");
            drift["change"]["after_sensitive"] = json!({"source": true});
        }),
        [
            "drifted-mirror `source` (from \"quay.io/a\" to (sensitive value)) changed outside of \
             Terraform"
        ]
    );
}

#[test]
fn a_deposed_object_is_not_a_mirror() {
    let findings = check_edited("noop", |plan| {
        let mut deposed = mirror_change(plan).clone();
        deposed["deposed"] = json!("0a1b2c3d");
        deposed["change"]["actions"] = json!(["delete"]);
        deposed["change"]["after"] = Value::Null;
        plan["resource_changes"].as_array_mut().unwrap().push(deposed);
    });
    assert_eq!(findings, [rollout("1 image mirror (1 deleted)")]);
}

#[test]
fn an_import_has_no_finding() {
    let findings = check_edited("noop", |plan| {
        mirror_change(plan)["change"]["importing"] = json!({"id": "c:m"});
    });
    assert_eq!(findings, [] as [&str; 0]);
}

const DEFERS: &str =
    "info unknown-value <stdin>: this plan is incomplete: Terraform defers 1 change to a later plan";

#[test]
fn a_deferred_mirror_is_checked_as_far_as_it_is_planned() {
    let check_deferred = |edit: fn(&mut Value)| {
        check_edited("noop", |plan| {
            let mut change = mirror_change(plan).clone();
            change["address"] = json!("rhcs_image_mirror.late");
            change["name"] = json!("late");
            change["change"]["actions"] = json!(["create"]);
            change["change"]["before"] = Value::Null;
            edit(&mut change);
            plan["deferred_changes"] =
                json!([{"reason": "provider_config_unknown", "resource_change": change}]);
        })
    };
    assert_eq!(
        check_deferred(|change| change["change"]["after"]["source"] = json!("nginx")),
        ["error short-source rhcs_image_mirror.late", DEFERS]
    );
    assert_eq!(
        check_deferred(|change| change["index_unknown"] = json!(true)),
        [DEFERS, "info unknown-value rhcs_image_mirror.late[*]"]
    );
}

#[test]
fn unknown_actions_and_fields_are_ignored() {
    let findings = check_edited("noop", |plan| {
        mirror_change(plan)["change"]["actions"] = json!(["levitate"]);
        mirror_change(plan)["change"]["replace_paths"] = json!({"odd": 1});
        mirror_change(plan)["novelty"] = json!([1, {"a": null}]);
        plan["action_invocations"] = json!([{"address": "action.x.y"}]);
    });
    assert_eq!(findings, [] as [&str; 0]);
}
