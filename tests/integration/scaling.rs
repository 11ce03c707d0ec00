//! Inputs with very many elements of one kind take linear time: a linear search for each of them would take
//! minutes.

use std::time::{Duration, Instant};

use crate::support::report::{render, report};
use mirrorset::testing::output::check::find_format;
use mirrorset::testing::workspace::{Options, PlanConfiguration, load};
use serde_json::{Map, Value, json};

/// Far more than any test needs, even without optimization and on a busy machine.
const LIMIT: Duration = Duration::from_secs(15);

/// The rules with findings in a plan, without duplicates.
#[track_caller]
fn rules(plan: &str) -> Vec<&'static str> {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("plan.json");
    std::fs::write(&path, plan).unwrap();
    let options = Options {
        plan_configuration: PlanConfiguration::None,
        ..Options::default()
    };
    let begun = Instant::now();
    let loaded = load(&[path], &options);
    let mut rules: Vec<&str> = report(&loaded)
        .findings
        .iter()
        .map(|finding| finding.code.as_str())
        .collect();
    let elapsed = begun.elapsed();
    assert!(elapsed < LIMIT, "took {elapsed:?}");
    rules.sort_unstable();
    rules.dedup();
    rules
}

fn mirror(name: &str, values: &Value) -> Value {
    json!({"address": format!("rhcs_image_mirror.{name}"), "mode": "managed", "type": "rhcs_image_mirror",
        "name": name, "values": values})
}

fn values(id: &str) -> Value {
    json!({"cluster_id": id, "source": "quay.io/org", "mirrors": ["mirror.example.com/org"], "type": "digest"})
}

fn cluster(name: &str) -> Value {
    json!({"address": format!("rhcs_cluster_rosa_hcp.{name}"), "mode": "managed", "type": "rhcs_cluster_rosa_hcp",
        "name": name, "values": {"id": name, "private": true}})
}

#[test]
fn many_keys_take_linear_time() {
    let mut plan = json!({"format_version": "1.2",
        "planned_values": {"root_module": {"resources": [mirror("a", &values("c"))]}}});
    let keys = (0..200_000).map(|number| (format!("key{number}"), Value::Null));
    plan.as_object_mut().unwrap().extend(keys);
    assert_eq!(rules(&plan.to_string()), [] as [&str; 0]);
    // A duplicate key is found among many keys.
    let twice = plan.to_string().replacen('{', "{\"key199999\":null,", 1);
    assert_eq!(rules(&twice), ["syntax-error"]);
}

#[test]
fn many_references_in_one_expression_take_linear_time() {
    let references = (0..20_000).flat_map(|number| {
        let cluster = format!("rhcs_cluster_rosa_hcp.c{number}");
        [format!("{cluster}.id"), cluster]
    });
    let references: Vec<String> = references.collect();
    let plan = json!({"format_version": "1.2",
        "planned_values": {"root_module": {"resources": [mirror("a", &values("c"))]}},
        "configuration": {"root_module": {"resources": [{"address": "rhcs_image_mirror.a", "mode": "managed",
            "type": "rhcs_image_mirror", "name": "a", "expressions": {"cluster_id": {"references": references}}}]}}});
    assert_eq!(rules(&plan.to_string()), [] as [&str; 0]);
}

#[test]
fn many_sensitive_marks_take_linear_time() {
    let marks: Map<String, Value> = (0..50_000)
        .map(|number| (format!("key{number}"), json!(true)))
        .collect();
    let plain: Map<String, Value> = marks.keys().map(|key| (key.clone(), json!("x"))).collect();
    let plan = json!({"format_version": "1.2",
        "planned_values": {"root_module": {"resources": [
            {"address": "null_resource.a", "mode": "managed", "type": "null_resource", "name": "a",
             "values": {"triggers": plain}, "sensitive_values": {"triggers": marks}},
            mirror("a", &values("c"))]}}});
    assert_eq!(rules(&plan.to_string()), [] as [&str; 0]);
}

#[test]
fn many_changes_and_clusters_take_linear_time() {
    let names: Vec<String> = (0..10_000).map(|number| format!("m{number}")).collect();
    let change = |name: &String| {
        json!({"address": format!("rhcs_image_mirror.{name}"), "mode": "managed", "type": "rhcs_image_mirror",
            "name": name, "change": {"actions": ["delete"], "before": values(name), "after": null}})
    };
    let plan = json!({"format_version": "1.2",
        "planned_values": {"root_module": {"resources": names.iter().map(|name| cluster(name)).collect::<Vec<_>>()}},
        "resource_changes": names.iter().map(change).collect::<Vec<_>>()});
    assert_eq!(rules(&plan.to_string()), ["node-rollout", "removed-mirror"]);
}

#[test]
fn many_reasons_for_a_replacement_take_linear_time() {
    let paths: Vec<Value> = (0..50_000).map(|number| json!([format!("a{number}")])).collect();
    let plan = json!({"format_version": "1.2",
        "planned_values": {"root_module": {"resources": [mirror("a", &values("c"))]}},
        "resource_changes": [{"address": "rhcs_image_mirror.a", "mode": "managed", "type": "rhcs_image_mirror",
            "name": "a", "change": {"actions": ["delete", "create"], "before": values("b"), "after": values("c"),
            "replace_paths": paths}}]});
    assert_eq!(rules(&plan.to_string()), ["node-rollout", "replaced-mirror"]);
}

#[test]
fn many_findings_in_one_file_take_linear_time() {
    let block = |number: usize| {
        format!(
            r#"resource "rhcs_image_mirror" "m{number}" {{
  cluster_id = "c{number}"
  source     = "https://quay.io/org{number}"
  mirrors    = ["mirror.example.com/org"]
}}
"#
        )
    };
    let directory = tempfile::tempdir().unwrap();
    let text: String = (0..8_000).map(block).collect();
    std::fs::write(directory.path().join("main.tf"), text).unwrap();
    let begun = Instant::now();
    let loaded = load(&[directory.path().to_owned()], &Options::default());
    let report = report(&loaded);
    assert_eq!(report.findings.len(), 8_000);
    let printed = render(find_format("full").unwrap(), &report, &loaded);
    assert!(printed.lines().count() > 8_000 * 5);
    assert!(begun.elapsed() < LIMIT, "took {:?}", begun.elapsed());
}
