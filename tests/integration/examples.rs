//! The examples on the rules' pages and the plans that real Terraform creates from them have the same findings.
//!
//! `fixtures/examples/RULE` has the plans, created with the lab in `../shared/lab`. With `MIRRORSET_TERRAFORM=1`
//! they are created again and compared, and with `MIRRORSET_TERRAFORM=write` they are written.

use std::collections::BTreeSet;
use std::path::Path;

use crate::support::examples::{
    REJECTED, arguments_of, examples_of, failing, plan_of, planned_rules, rules_of_both, write_example,
};
use crate::support::lab::{self, Step, requested_lab, run};
use crate::support::program::{fixture, mirrorset_in};
use mirrorset::testing::rules::{Fixability, RULES, Rule};
use serde_json::Value;

/// A finding: rule, severity, address and message.
type Finding = [String; 4];

/// The findings for a path inside a directory, without information about changes.
fn findings_in(rule: &Rule, directory: &Path, path: &str) -> Vec<Finding> {
    let more = arguments_of(rule);
    let more: Vec<&str> = more.iter().map(String::as_str).collect();
    let arguments = ["check", "--no-changes-info", "--output-format", "json", path];
    let run = mirrorset_in(directory, &[&arguments, more.as_slice()].concat());
    let report: Value = serde_json::from_str(&run.stdout).expect(&run.stderr);
    let findings = report["findings"].as_array().unwrap().iter();
    let mut findings: Vec<Finding> = findings
        .map(|finding| {
            ["rule", "severity", "address", "message"]
                .map(|key| finding[key].as_str().unwrap_or_default().to_owned())
        })
        .collect();
    findings.sort();
    findings
}

fn directory_of(example: &str) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    write_example(directory.path(), example);
    directory
}

#[test]
fn every_rule_for_configuration_and_plans_has_plans_or_a_reason() {
    let planned: BTreeSet<&str> = planned_rules().map(|rule| rule.name).collect();
    let rejected: BTreeSet<&str> = REJECTED.iter().map(|(name, _)| *name).collect();
    let all: BTreeSet<&str> = rules_of_both().map(|rule| rule.name).collect();
    assert!(rejected.is_subset(&all));
    assert_eq!(planned.len() + rejected.len(), all.len());
    let stored: BTreeSet<String> = std::fs::read_dir(fixture("examples"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(stored, planned.iter().map(ToString::to_string).collect());
}

#[test]
fn a_plan_of_an_example_has_the_findings_of_the_example() {
    for rule in planned_rules() {
        for (which, example) in examples_of(rule) {
            let name = format!("{} {which}", rule.name);
            let directory = directory_of(example);
            let of_configuration = findings_in(rule, directory.path(), ".");
            let rules: Vec<&str> = of_configuration.iter().map(|[rule, ..]| rule.as_str()).collect();
            let expected: &[&str] = if which == "failing" { &[rule.name] } else { &[] };
            assert_eq!(rules, expected, "{name}");
            let other_directory = tempfile::tempdir().unwrap();
            let of_plan = findings_in(
                rule,
                other_directory.path(),
                plan_of(rule.name, which).to_str().unwrap(),
            );
            assert_eq!(of_plan, of_configuration, "{name}");
        }
    }
}

/// The plan of an example, without its timestamp.
fn create_plan(lab: &Path, directory: &Path, name: &str) -> String {
    let output = lab::output(lab, "plan", directory);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{name}: {stderr}");
    let plan = String::from_utf8(output.stdout).unwrap();
    let (before, rest) = plan.rsplit_once(",\"timestamp\":\"").unwrap();
    let (_, after) = rest.split_once('"').unwrap();
    format!("{}{}\n", before, after.trim_end())
}

#[test]
fn the_stored_plans_are_those_that_terraform_creates() {
    let Some(lab) = requested_lab() else { return };
    let writes = std::env::var("MIRRORSET_TERRAFORM").is_ok_and(|mode| mode == "write");
    for rule in planned_rules() {
        for (which, example) in examples_of(rule) {
            let name = format!("{} {which}", rule.name);
            let plan = create_plan(&lab, directory_of(example).path(), &name);
            let stored = plan_of(rule.name, which);
            if writes {
                std::fs::create_dir_all(stored.parent().unwrap()).unwrap();
                std::fs::write(&stored, &plan).unwrap();
            }
            let fresh = tempfile::tempdir().unwrap();
            std::fs::write(fresh.path().join("plan.json"), &plan).unwrap();
            assert_eq!(
                findings_in(rule, fresh.path(), "plan.json"),
                findings_in(rule, fresh.path(), stored.to_str().unwrap()),
                "{name}"
            );
        }
    }
}

#[test]
fn terraform_rejects_the_other_examples() {
    let Some(lab) = requested_lab() else { return };
    for rule in rules_of_both() {
        let Some((_, says)) = REJECTED.iter().find(|(name, _)| *name == rule.name) else {
            continue;
        };
        let directory = directory_of(failing(rule).unwrap());
        let (succeeds, printed) = run(&lab, Step::Plan, directory.path());
        assert!(!succeeds && printed.contains(says), "{}: {printed}", rule.name);
    }
}

#[test]
fn terraform_validates_fixed_examples() {
    let Some(lab) = requested_lab() else { return };
    let mut validated = 0;
    for rule in RULES.iter().filter(|rule| rule.fix != Fixability::None) {
        // The intended registry of a host without a dot is unknown.
        if rule.name == "unrewritable-mirror" {
            continue;
        }
        let directory = directory_of(failing(rule).unwrap());
        let fixed = mirrorset_in(directory.path(), &["check", "--fix", "--unsafe-fixes"]);
        assert_eq!(fixed.status, 0, "{}: {}{}", rule.name, fixed.stdout, fixed.stderr);
        assert!(
            fixed.stderr.contains("fixed in 1 file"),
            "{}: {}",
            rule.name,
            fixed.stderr
        );
        let (succeeds, printed) = run(&lab, Step::Validate, directory.path());
        assert!(succeeds, "{}: {printed}", rule.name);
        validated += 1;
    }
    println!("{validated} fixed examples validate");
}
