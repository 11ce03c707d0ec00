//! Settings have the same effect on a configuration and on its plan, joined with that configuration: the same
//! findings, the same counts, the same exit status.

use std::collections::BTreeSet;
use std::path::Path;

use crate::support::examples::{examples_of, plan_of, planned_rules, write_example};
use crate::support::program::{fixture, mirrorset_in};
use mirrorset::testing::model::InputKind;
use mirrorset::testing::rules;
use serde_json::Value;

/// The result of a check: rule, address and severity of each finding, the counts, the exit status.
#[derive(Debug, PartialEq)]
struct Verdict {
    findings: Vec<[String; 3]>,
    counts: [u64; 6],
    status: i32,
}

/// A root module in `live` and its plan in `plan.json`.
struct Case {
    name: String,
    directory: tempfile::TempDir,
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else if !path.ends_with("plan.json") {
            std::fs::copy(&path, &target).unwrap();
        }
    }
}

impl Case {
    fn new(name: String, plan: &Path, write: impl FnOnce(&Path)) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let live = directory.path().join("live");
        std::fs::create_dir(&live).unwrap();
        write(&live);
        std::fs::copy(plan, directory.path().join("plan.json")).unwrap();
        Self { name, directory }
    }

    fn check(&self, paths: &[&str], arguments: &[&str]) -> Verdict {
        let words = [&["check", "--output-format", "json"], paths, arguments].concat();
        let run = mirrorset_in(self.directory.path(), &words);
        let report: Value =
            serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{}: {}", self.name, run.stderr));
        let findings = report["findings"].as_array().unwrap().iter();
        let mut findings: Vec<[String; 3]> = findings
            .map(|finding| {
                ["rule", "address", "severity"]
                    .map(|key| finding[key].as_str().unwrap_or_default().to_owned())
            })
            .collect();
        findings.sort();
        let summary = &report["summary"];
        let counts = [
            "mirrors",
            "clean",
            "with_findings",
            "undecided",
            "suppressed",
            "in_baseline",
        ];
        Verdict {
            findings,
            counts: counts.map(|key| summary[key].as_u64().expect(key)),
            status: run.status,
        }
    }

    fn check_configuration(&self, arguments: &[&str]) -> Verdict {
        self.check(&["live"], arguments)
    }

    fn check_joined(&self, arguments: &[&str]) -> Verdict {
        let paths = ["plan.json", "--plan-config", "live", "--no-changes-info"];
        self.check(&paths, arguments)
    }

    /// The rules with findings under default settings.
    fn rules(&self) -> BTreeSet<String> {
        let findings = self.check_configuration(&[]).findings.into_iter();
        findings.map(|[rule, ..]| rule).collect()
    }

    #[track_caller]
    fn assert_same(&self, arguments: &[&str]) -> Verdict {
        let of_configuration = self.check_configuration(arguments);
        assert_eq!(
            self.check_joined(arguments),
            of_configuration,
            "{}: {arguments:?}",
            self.name
        );
        of_configuration
    }
}

/// The rules' examples, and the modules of the fixtures that have a plan.
fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for rule in planned_rules() {
        for (which, example) in examples_of(rule) {
            let name = format!("{} {which}", rule.name);
            let plan = plan_of(rule.name, which);
            cases.push(Case::new(name, &plan, |live| write_example(live, example)));
        }
    }
    for group in ["invalid_examples", "modules", "guide"] {
        for entry in std::fs::read_dir(fixture(group)).unwrap() {
            let module = entry.unwrap().path();
            let plan = module.join("plan.json");
            if plan.exists() {
                let name = module.display().to_string();
                cases.push(Case::new(name, &plan, |live| copy(&module, live)));
            }
        }
    }
    assert!(cases.len() > 80);
    cases
}

/// The cases with findings.
fn failing() -> impl Iterator<Item = (Case, BTreeSet<String>)> {
    let cases = cases().into_iter().map(|case| {
        let rules = case.rules();
        (case, rules)
    });
    cases.filter(|(_, rules)| !rules.is_empty())
}

#[test]
fn the_exit_status_is_the_same() {
    for case in cases() {
        case.assert_same(&[]);
        case.assert_same(&["--strict"]);
        case.assert_same(&["--fail-on", "info"]);
        case.assert_same(&["--fail-on", "error"]);
    }
}

#[test]
fn ignored_and_selected_rules_are_the_same() {
    for (case, rules) in failing() {
        for rule in &rules {
            let without = case.assert_same(&["--ignore", rule]);
            assert!(without.findings.iter().all(|[found, ..]| found != rule));
            let alone = case.assert_same(&["--select", rule]);
            assert!(alone.findings.iter().all(|[found, ..]| found == rule));
        }
    }
}

#[test]
fn severities_of_the_configuration_file_are_the_same() {
    for (case, rules) in failing() {
        for level in ["off", "info", "warning", "error"] {
            let lines: Vec<String> = rules.iter().map(|rule| format!("{rule} = \"{level}\"")).collect();
            let file = case.directory.path().join("live/mirrorset.toml");
            std::fs::write(file, format!("[rules]\n{}\n", lines.join("\n"))).unwrap();
            let verdict = case.assert_same(&[]);
            let moved = verdict.findings.iter().all(|[_, _, severity]| severity == level);
            assert!(
                moved && verdict.findings.is_empty() == (level == "off"),
                "{verdict:?}"
            );
        }
    }
}

/// Writes a comment above the block of every mirror, in subdirectories too.
fn suppress(directory: &Path, comment: &str) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            suppress(&path, comment);
        } else if path.extension().is_some_and(|extension| extension == "tf") {
            let text = std::fs::read_to_string(&path).unwrap();
            let header = "resource \"rhcs_image_mirror\"";
            std::fs::write(&path, text.replace(header, &format!("{comment}\n{header}"))).unwrap();
        }
    }
}

#[test]
fn suppressed_findings_are_the_same() {
    let mut suppressed = 0;
    for (case, rules) in failing() {
        // A plan is not checked with rules that apply only to configuration.
        let of_both = rules.into_iter().filter(|name| {
            rules::find(name).is_some_and(|rule| {
                rule.inputs.contains(InputKind::Configuration) && rule.inputs.contains(InputKind::Plan)
            })
        });
        let names: Vec<String> = of_both.collect();
        if names.is_empty() {
            continue;
        }
        let comment = format!("# mirrorset: ignore[{}] looked at", names.join(", "));
        suppress(&case.directory.path().join("live"), &comment);
        suppressed += case.assert_same(&[]).counts[4];
    }
    assert!(suppressed > 20, "{suppressed}");
}

#[test]
fn a_baseline_of_either_applies_to_both() {
    for (case, _) in failing() {
        let of_configuration = case.check_configuration(&["--write-baseline", "written.json"]);
        let of_plan = case.check_joined(&["--write-baseline", "joined.json"]);
        assert_eq!(of_plan, of_configuration, "{}", case.name);
        for baseline in ["written.json", "joined.json"] {
            let remaining = case.assert_same(&["--baseline", baseline]);
            assert_eq!(
                (remaining.findings.as_slice(), remaining.status),
                (&[] as &[_], 0),
                "{}",
                case.name
            );
            assert!(remaining.counts[5] > 0, "{}", case.name);
        }
    }
}
