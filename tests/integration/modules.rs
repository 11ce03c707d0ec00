//! Modules that real Terraform planned, evaluated without Terraform.
//!
//! Each directory in `fixtures/modules` has a module and either `plan.json`, the plan that Terraform 1.11.4
//! created from it (with the lab in `../shared/lab`, without the timestamp), or `rejected.json`, the error of
//! Terraform and the values that have to be undecided.
//!
//! In the lab, optional computed attributes that are not set are null. The plans of `filled_in`,
//! `nested_computed` and `whole_objects` were created with schemas of the lab changed to those in the source of
//! the provider, where such an attribute is known after the apply or has a default.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::support::shared::shared;
use mirrorset::testing::convert::{Options, convert, find_target};
use mirrorset::testing::workspace;
use serde_json::{Map, Value, json};

/// The attributes that are compared; the provider sets the others.
const ATTRIBUTES: [&str; 4] = ["cluster_id", "mirrors", "source", "type"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn directories(path: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(path).unwrap();
    let mut directories: Vec<PathBuf> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    directories.sort();
    directories
}

fn json_of(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// The evaluated mirrors of a module, by address.
fn evaluated(module: &Path) -> BTreeMap<String, Value> {
    let options = workspace::Options {
        engine_version: Some("1.11.4".parse().unwrap()),
        ..workspace::Options::default()
    };
    let loaded = workspace::load(&[module.to_owned()], &options);
    let instances: Vec<Value> = {
        let converted = convert(
            &loaded.project,
            &loaded.sources,
            find_target("json").unwrap(),
            &Options::default(),
        )
        .unwrap();
        serde_json::from_str(&converted.documents[0].text).unwrap()
    };
    instances
        .into_iter()
        .map(|instance| (instance["address"].as_str().unwrap().to_owned(), instance))
        .collect()
}

/// The mirrors that Terraform plans, by address, in the same shape.
fn planned(plan: &Value) -> BTreeMap<String, Value> {
    let mut unknown = BTreeMap::new();
    for change in plan["resource_changes"].as_array().into_iter().flatten() {
        unknown.insert(
            change["address"].as_str().unwrap(),
            &change["change"]["after_unknown"],
        );
    }
    let mut mirrors = BTreeMap::new();
    let mut pending = vec![&plan["planned_values"]["root_module"]];
    while let Some(module) = pending.pop() {
        pending.extend(module["child_modules"].as_array().into_iter().flatten());
        for resource in module["resources"].as_array().into_iter().flatten() {
            if resource["type"] != "rhcs_image_mirror" || resource["mode"] != "managed" {
                continue;
            }
            let address = resource["address"].as_str().unwrap();
            let sensitive = select_attributes(&resource["sensitive_values"]);
            let mut values = select_attributes(&resource["values"]);
            for (name, mask) in &sensitive {
                if let Some(value) = values.get_mut(name) {
                    hide(value, mask);
                }
            }
            let instance = json!({
                "address": address,
                "values": values,
                "unknown": select_attributes(unknown[address]),
                "sensitive": sensitive,
            });
            mirrors.insert(address.to_owned(), instance);
        }
    }
    mirrors
}

fn select_attributes(values: &Value) -> Map<String, Value> {
    let wanted = values.as_object().into_iter().flatten();
    let wanted = wanted.filter(|(name, _)| ATTRIBUTES.contains(&name.as_str()));
    wanted
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// Removes sensitive values, which are not printed.
fn hide(value: &mut Value, mask: &Value) {
    match (value, mask) {
        (value, Value::Bool(true)) => *value = Value::Null,
        (Value::Array(items), Value::Array(masks)) => {
            for (item, mask) in items.iter_mut().zip(masks) {
                hide(item, mask);
            }
        }
        _ => {}
    }
}

/// Compares a module with its plan and returns the differences as the error.
fn compare(module: &Path, plan: &Path) -> Result<(), String> {
    let (ours, theirs) = (evaluated(module), planned(&json_of(plan)));
    if ours == theirs {
        return Ok(());
    }
    let mut text = String::new();
    let addresses: std::collections::BTreeSet<&String> = ours.keys().chain(theirs.keys()).collect();
    for address in addresses {
        let (ours, theirs) = (ours.get(address), theirs.get(address));
        if ours != theirs {
            let show = |value: Option<&Value>| value.map_or_else(|| "nothing".to_owned(), Value::to_string);
            let (ours, theirs) = (show(ours), show(theirs));
            let _ = write!(
                text,
                "\n  {address}\n    Terraform: {theirs}\n    we:        {ours}"
            );
        }
    }
    Err(text)
}

/// Checks that the values without a result in Terraform are unknown.
fn check_undecided(module: &Path, expectation: &Path) -> Result<(), String> {
    let ours = evaluated(module);
    for expected in json_of(expectation)["undecided"].as_array().unwrap() {
        let expected = expected.as_str().unwrap();
        let (address, attribute) = expected.rsplit_once('.').unwrap();
        let instance = ours
            .get(address)
            .ok_or_else(|| format!("\n  {address} does not exist: {:?}", ours.keys()))?;
        if instance["unknown"][attribute] != true {
            return Err(format!("\n  {expected} is not undecided: {instance}"));
        }
    }
    Ok(())
}

fn check(cases: Vec<(PathBuf, PathBuf)>) {
    let total = cases.len();
    let mut failures = Vec::new();
    for (module, expected) in cases {
        let result = if expected.ends_with("rejected.json") {
            check_undecided(&module, &expected)
        } else {
            compare(&module, &expected)
        };
        if let Err(text) = result {
            failures.push(format!("{}:{text}", module.display()));
        }
    }
    println!("{} of {total} agree", total - failures.len());
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn every_module_evaluates_to_the_mirrors_that_terraform_plans() {
    let modules = directories(&root().join("fixtures/modules"));
    let expected = |module: PathBuf| {
        let names = ["plan.json", "rejected.json"].map(|name| module.join(name));
        let existing = names.into_iter().find(|path| path.exists());
        let expected = existing.unwrap_or_else(|| panic!("{} has no expectation", module.display()));
        (module, expected)
    };
    check(modules.into_iter().map(expected).collect());
}

#[test]
fn every_module_of_the_conformance_set_evaluates_to_the_mirrors_that_terraform_plans() {
    let Some(shared) = shared("conformance") else {
        return;
    };
    let plan = |module: PathBuf| {
        let name = module.file_name().unwrap().to_string_lossy();
        let plan = shared.join(format!("plans/{name}.json"));
        (module, plan)
    };
    check(
        directories(&shared.join("modules"))
            .into_iter()
            .map(plan)
            .collect(),
    );
}

/// The only mirror of a configuration whose root module is this text.
fn only_mirror(text: &str) -> Value {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("main.tf"), text).unwrap();
    let mut mirrors = evaluated(directory.path());
    assert_eq!(mirrors.len(), 1, "{mirrors:?}");
    mirrors.pop_first().unwrap().1
}

fn mirror(head: &str, source: &str) -> String {
    format!(
        r#"resource "rhcs_image_mirror" "m" {{
  {head}
  cluster_id = "x"
  source = {source}
  mirrors = ["m"]
}}
"#
    )
}

#[test]
fn too_many_instances_are_represented_by_one() {
    let products = "for_each = toset([for p in setproduct(range(1000), range(1000), range(1000)) : p[0]])";
    for head in [
        "count = 1e9",
        "count = 100001",
        "count = length(range(1e9))",
        products,
    ] {
        let representative = only_mirror(&mirror(head, r#""x""#));
        assert_eq!(representative["address"], "rhcs_image_mirror.m[*]");
    }
}

#[test]
fn values_that_exceed_the_limits_are_undecided() {
    for (first, next) in [
        (r#""x""#, "\"${local.l}${local.l}\""),
        (r#"["x"]"#, "concat(local.l, local.l)"),
        (r#"["x"]"#, "[local.l, local.l]"),
    ] {
        let mut text = format!("locals {{\n  l0 = {first}\n");
        for step in 1..60 {
            let next = next.replace("local.l", &format!("local.l{}", step - 1));
            writeln!(text, "  l{step} = {next}").unwrap();
        }
        text.push_str("}\n");
        text.push_str(&mirror("", "try(join(\",\", local.l59), local.l59)"));
        assert_eq!(only_mirror(&text)["unknown"]["source"], true, "{next}");
    }
}

#[test]
fn ten_thousand_locals_in_a_chain_have_a_value() {
    let mut text = r#"locals {
  l0 = "deep"
"#
    .to_owned();
    for step in 1..10_000 {
        writeln!(text, "  l{step} = local.l{}", step - 1).unwrap();
    }
    text.push_str("}\n");
    text.push_str(&mirror("", "local.l9999"));
    assert_eq!(only_mirror(&text)["values"]["source"], "deep");
}

/// The number of mirrors of a root module with an unknown `source`, and the number of all mirrors.
fn undecided_sources(text: &str) -> (usize, usize) {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("main.tf"), text).unwrap();
    let mirrors = evaluated(directory.path());
    let undecided = mirrors
        .values()
        .filter(|mirror| mirror["values"]["source"].is_null());
    (undecided.count(), mirrors.len())
}

#[test]
fn using_a_list_of_all_mirrors_takes_linear_time() {
    let numbered = mirror("count = 10000", "\"quay.io/app-${count.index}\"");
    let referring = mirror(
        "count = 10000",
        "element(rhcs_image_mirror.m[*].source, count.index)",
    );
    let referring = referring.replace("\"m\" {", "\"again\" {");
    assert_eq!(undecided_sources(&(numbered + &referring)), (0, 20_000));
}

#[test]
fn looking_up_a_large_map_for_many_mirrors_takes_linear_time() {
    let mut text = String::from(
        r#"
locals {
  numbers   = flatten([for i in range(70) : [for j in range(70) : 70 * i + j]])
  catalogue = { for n in local.numbers : "app-${n}" => {
    source = "quay.io/app-${n}", tags = ["a", "b"], labels = { team = "t", site = "s" }
  } }
}
"#,
    );
    let sources = [
        "lookup(local.catalogue, each.key).source",
        "lookup(local.catalogue, each.key, null).source",
        "local.catalogue[each.key].source",
        "element(values(local.catalogue), length(each.key)).source",
        "\"${length(local.catalogue)}/${each.key}\"",
        "contains(keys(local.catalogue), each.key) ? each.key : null",
        "merge(local.catalogue, { other = { source = \"x\" } })[each.key].source",
        "concat(values(local.catalogue), [{ source = \"x\" }])[length(each.key)].source",
    ];
    for (number, source) in sources.iter().enumerate() {
        let mirrors = mirror("for_each = local.catalogue", source);
        text.push_str(&mirrors.replace("\"m\" {", &format!("\"m{number}\" {{")));
    }
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("main.tf"), text).unwrap();
    let loaded = workspace::load(&[directory.path().to_owned()], &workspace::Options::default());
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for mirror in &loaded.project.inputs[0].mirrors {
        assert!(mirror.source.value().is_some(), "{}", mirror.address);
        let address = mirror.address.to_string();
        let (resource, _) = address.split_once('[').unwrap();
        *counts.entry(resource.to_owned()).or_default() += 1;
    }
    let expected = (0..sources.len()).map(|number| (format!("rhcs_image_mirror.m{number}"), 4_900));
    assert_eq!(counts, expected.collect());
}

#[test]
fn every_mirror_of_a_long_chain_has_a_source_and_depends_on_the_cluster() {
    let mut text = String::from(
        r#"resource "rhcs_cluster_rosa_hcp" "c" {
  name = "c"
}
resource "rhcs_image_mirror" "m0" {
  depends_on = [rhcs_cluster_rosa_hcp.c]
  cluster_id = "x"
  source = "quay.io/app"
  mirrors = ["m"]
}
"#,
    );
    for step in 1..3_000 {
        let before = step - 1;
        writeln!(
            text,
            r#"resource "rhcs_image_mirror" "m{step}" {{
  depends_on = [rhcs_image_mirror.m{before}]
  cluster_id = "x"
  source = rhcs_image_mirror.m{before}.source
  mirrors = ["m"]
}}"#
        )
        .unwrap();
    }
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("main.tf"), text).unwrap();
    let loaded = workspace::load(&[directory.path().to_owned()], &workspace::Options::default());
    let input = &loaded.project.inputs[0];
    assert_eq!(input.mirrors.len(), 3_000);
    let cluster = &(&input.clusters).into_iter().next().unwrap().path;
    for mirror in &input.mirrors {
        assert_eq!(mirror.source.value().map(String::as_str), Some("quay.io/app"));
        assert!(
            mirror.resource().unwrap().dependencies.contains(cluster),
            "{}",
            mirror.address
        );
        let entries = mirror.resource().unwrap().depends_on.as_deref().unwrap();
        assert!(entries.iter().any(|entry| entry.resources.contains(cluster)));
    }
}
