//! The examples in the rules' documentation, run: the failing one has a finding of its rule and of no
//! other, the passing one has none at all.

use crate::support::program::{findings, mirrorset_in};
use mirrorset::rules::{Fixability, RULES, Rule};

fn is_manifest(example: &str) -> bool {
    example.trim_start().starts_with("apiVersion:")
}

/// The rules that fire on an example: configuration, a plan where it is JSON, both, or a manifest. A variable without a
/// value leaves nothing open that matters.
fn fired(example: &str) -> Vec<String> {
    let directory = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(directory.path().join(name), text).unwrap();
    let path = if let Some((configuration, plan)) = example.split_once("\n# plan.json\n") {
        write("main.tf", configuration);
        write("plan.json", plan);
        "plan.json"
    } else if example.trim_start().starts_with('{') {
        write("plan.json", example);
        "plan.json"
    } else if is_manifest(example) {
        write("manifest.yaml", example);
        "manifest.yaml"
    } else {
        write("main.tf", example);
        "."
    };
    let run = mirrorset_in(directory.path(), &["check", path, "--output-format", "json"]);
    findings(&run, directory.path())
        .into_iter()
        .map(|(rule, ..)| rule)
        .collect()
}

#[test]
fn the_failing_example_fails_by_its_rule_alone() {
    for Rule {
        name, documentation, ..
    } in RULES
    {
        let mut fired = fired(documentation.failing);
        // Every change to a mirror brings a rollout with it.
        fired.retain(|rule| rule == name || rule != "node-rollout");
        assert_eq!(fired, [*name], "{name}");
    }
}

#[test]
fn the_fix_mends_the_failing_example() {
    for rule in RULES {
        let example = rule.documentation.failing;
        let in_a_plan = example.trim_start().starts_with('{') || example.contains("# plan.json");
        // Nobody can know the registry that a host without a dot was meant to be.
        let unmendable = rule.name == "non-canonical-mirror";
        if rule.fix == Fixability::None || in_a_plan || unmendable {
            continue;
        }
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("main.tf"), example).unwrap();
        let run = mirrorset_in(
            directory.path(),
            &["check", "--fix", "--unsafe-fixes", "--output-format", "json"],
        );
        let left = findings(&run, directory.path());
        assert!(left.is_empty(), "{}: {left:?}\n{}", rule.name, run.stderr);
        assert!(
            run.stderr.contains("fixed in 1 file"),
            "{}: {}",
            rule.name,
            run.stderr
        );
    }
}

#[test]
fn the_passing_example_passes() {
    for Rule {
        name, documentation, ..
    } in RULES
    {
        assert_eq!(fired(documentation.passing), [] as [&str; 0], "{name}");
    }
}

#[test]
fn every_page_is_complete() {
    for Rule {
        name,
        summary,
        documentation,
        ..
    } in RULES
    {
        assert!(
            !summary.ends_with('.') && !summary.is_empty(),
            "{name}: the summary is a phrase"
        );
        for text in [documentation.what, documentation.why] {
            assert!(text.trim().ends_with('.') && text.len() > 30, "{name}: {text:?}");
        }
    }
}
