//! The same verdict from both inputs: a module, read as configuration, and the plan that Terraform created from
//! it have the same findings at the same addresses. Joined with its configuration, a plan has exactly the
//! findings of the configuration, at the same text.
//!
//! What a plan does not record is undecided in the plan and never decided differently, except for the modules
//! that are listed below, with the reason.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::support::program::{fixture, mirrorset_in};
use crate::support::shared::shared;
use mirrorset::testing::model::InputKind;
use mirrorset::testing::rules;
use serde_json::Value;

/// Modules whose cluster ids are computed from locals with the only cluster as their origin. A plan has no
/// locals; if the id is unknown and there is one cluster, the plan is assumed to refer to that one.
const COMPUTED_IDS: [&str; 4] = [
    "conditional_types",
    "expand_dynamic",
    "try_unknown",
    "nested_computed",
];

/// Whether a rule applies to one kind of input and not to the other. Rules about changes have no finding in
/// configuration, and rules about the form of configuration have none in a plan alone.
fn is_only_for(rule: &str, kind: InputKind, other: InputKind) -> bool {
    let inputs = rules::find(rule).unwrap().inputs;
    inputs.contains(kind) && !inputs.contains(other)
}

/// A finding: rule, address, and the text under its label.
type Finding = (String, String, String);

fn findings(arguments: &[&Path]) -> BTreeSet<Finding> {
    // The plans are of Terraform 1.11.
    let mut words: Vec<&str> = vec!["check", "--engine-version", "1.11", "--output-format", "json"];
    words.extend(arguments.iter().map(|path| path.to_str().unwrap()));
    // Outside of every module, so that no configuration is found automatically.
    let other_directory = tempfile::tempdir().unwrap();
    let run = mirrorset_in(other_directory.path(), &words);
    let report: Value = serde_json::from_str(&run.stdout).expect(&run.stderr);
    assert_eq!(run.stderr, "", "{arguments:?}");
    let place = |finding: &Value| {
        format!(
            "{} {}..{}",
            finding["file"], finding["start"]["offset"], finding["end"]["offset"]
        )
    };
    report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| {
            let word = |name: &str| finding[name].as_str().unwrap_or_default().to_owned();
            (word("rule"), word("address"), place(finding))
        })
        .filter(|(rule, address, _)| {
            !is_only_for(rule, InputKind::Plan, InputKind::Configuration) && !address.is_empty()
        })
        .collect()
}

/// Every module with its plan.
fn modules() -> Vec<(PathBuf, PathBuf)> {
    let mut modules = Vec::new();
    for name in ["modules", "guide", "invalid_examples", "plan", "changes"] {
        for entry in std::fs::read_dir(fixture(name)).unwrap() {
            let directory = entry.unwrap().path();
            let plan = directory.join("plan.json");
            if plan.exists() && directory.join("main.tf").exists() {
                modules.push((directory, plan));
            }
        }
    }
    if let Some(shared) = shared("conformance") {
        for entry in std::fs::read_dir(shared.join("modules")).unwrap() {
            let directory = entry.unwrap().path();
            let name = directory.file_name().unwrap().to_string_lossy().into_owned();
            modules.push((directory, shared.join(format!("plans/{name}.json"))));
        }
    }
    modules.sort();
    modules
}

fn without_place(findings: &BTreeSet<Finding>) -> BTreeSet<(String, String)> {
    let pair = |(rule, address, _): &Finding| (rule.clone(), address.clone());
    findings.iter().map(pair).collect()
}

#[test]
fn a_plan_with_its_configuration_has_the_findings_of_the_configuration() {
    let mut compared = 0;
    for (module, plan) in modules() {
        // The plan of a destroy has no mirror to check.
        if module.ends_with("destroyed") {
            continue;
        }
        let configuration = findings(&[&module]);
        let joined = findings(&[&plan, Path::new("--plan-config"), &module]);
        assert_eq!(joined, configuration, "{}", module.display());
        compared += 1;
    }
    println!("{compared} of {compared} agree");
    assert!(compared > 60);
}

#[test]
fn a_plan_alone_has_the_findings_of_the_configuration_or_is_undecided() {
    let mut same = 0;
    let mut all = 0;
    for (module, plan) in modules() {
        let name = module.file_name().unwrap().to_string_lossy().into_owned();
        if COMPUTED_IDS.contains(&name.as_str()) || name == "destroyed" {
            continue;
        }
        let mut configuration = without_place(&findings(&[&module]));
        configuration.retain(|(rule, _)| !is_only_for(rule, InputKind::Configuration, InputKind::Plan));
        let alone = without_place(&findings(&[&plan]));
        let undecided: BTreeSet<&String> = alone
            .iter()
            .filter(|(rule, _)| rule == "unknown-value")
            .map(|(_, address)| address)
            .collect();
        for (rule, address) in configuration.symmetric_difference(&alone) {
            let is_undecided = undecided.contains(address);
            assert!(is_undecided, "{}: {rule} at {address}", module.display());
        }
        all += 1;
        same += usize::from(configuration == alone);
    }
    println!("{same} of {all} the same, the others undecided in the plan");
    assert!(same + 7 >= all, "{same} of {all}");
}

#[test]
fn evaluated_values_equal_the_planned_values() {
    for (module, plan) in modules() {
        let other_directory = tempfile::tempdir().unwrap();
        let run = mirrorset_in(
            other_directory.path(),
            &[
                "check",
                "--output-format",
                "concise",
                plan.to_str().unwrap(),
                "--plan-config",
                module.to_str().unwrap(),
            ],
        );
        let differs: Vec<&str> = run
            .stdout
            .lines()
            .filter(|line| line.contains("[plan-mismatch]"))
            .collect();
        assert_eq!(differs, [] as [&str; 0], "{}", module.display());
    }
}
