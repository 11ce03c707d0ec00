//! The pages of the rules, run: an example that fails has a finding of its rule and of no other rule, one that
//! passes has no finding.

use std::collections::BTreeSet;
use std::path::Path;

use crate::support::examples::arguments_of;
use crate::support::program::{findings, mirrorset_in};
use mirrorset::testing::rules::{Example, Fixability, Language, Page, RULES, Rule};

fn page(rule: &'static Rule) -> Page<'static> {
    rule.parse_page()
        .unwrap_or_else(|error| panic!("src/rules/{}.md: {error}", file_name(rule)))
}

fn file_name(rule: &Rule) -> String {
    rule.name.replace('-', "_")
}

/// Returns the rules with findings on an example. A plan is checked with its configuration, if the example has both.
fn fired(rule: &Rule, example: &Example<'_>) -> Vec<String> {
    let directory = tempfile::tempdir().unwrap();
    let write = |name: &'static str, language| {
        let text = example.text(language)?;
        std::fs::write(directory.path().join(name), text).unwrap();
        Some(name)
    };
    let configuration = write("main.tf", Language::Terraform).map(|_| ".");
    let manifest = write("manifest.yaml", Language::Yaml);
    let node = write("registries.conf", Language::Toml);
    let plan = write("plan.json", Language::Json);
    let alone = manifest.or(node);
    assert!(
        alone.is_none() || (configuration.is_none() && plan.is_none()),
        "manifests and files of nodes are inputs of their own"
    );
    let path = plan.or(alone).or(configuration).unwrap();
    let more = arguments_of(rule);
    let more: Vec<&str> = more.iter().map(String::as_str).collect();
    let arguments = [&["check", path, "--output-format", "json"], more.as_slice()].concat();
    let run = mirrorset_in(directory.path(), &arguments);
    findings(&run, directory.path())
        .into_iter()
        .map(|(rule, ..)| rule)
        .collect()
}

#[test]
fn a_failing_example_has_only_a_finding_of_its_rule() {
    for rule in RULES {
        let mut fired = fired(rule, &page(rule).failing);
        // Every change to a mirror causes a rollout.
        fired.retain(|name| name == rule.name || name != "node-rollout");
        assert_eq!(fired, [rule.name]);
    }
}

#[test]
fn a_fix_resolves_the_failing_example() {
    for rule in RULES {
        let failing = page(rule).failing;
        let is_in_a_plan = failing.text(Language::Json).is_some();
        // The intended registry of a host without a dot is unknown.
        let is_unfixable = rule.name == "unrewritable-mirror";
        if rule.fix == Fixability::None || is_in_a_plan || is_unfixable {
            continue;
        }
        let directory = tempfile::tempdir().unwrap();
        let example = failing.text(Language::Terraform).unwrap();
        std::fs::write(directory.path().join("main.tf"), example).unwrap();
        let run = mirrorset_in(
            directory.path(),
            &["check", "--fix", "--unsafe-fixes", "--output-format", "json"],
        );
        let remaining = findings(&run, directory.path());
        assert!(
            remaining.is_empty(),
            "{}: {remaining:?}\n{}",
            rule.name,
            run.stderr
        );
        assert!(
            run.stderr.contains("fixed in 1 file"),
            "{}: {}",
            rule.name,
            run.stderr
        );
    }
}

#[test]
fn a_passing_example_has_no_finding() {
    for rule in RULES {
        assert_eq!(fired(rule, &page(rule).passing), [] as [&str; 0], "{}", rule.name);
    }
}

#[test]
fn every_page_is_complete() {
    for rule in RULES {
        let page = page(rule);
        assert_eq!(page.name, rule.name);
        assert_eq!(page.summary, format!("{}.", rule.summary()));
        for text in [page.what, page.why] {
            assert!(text.len() > 30, "{}: {text:?}", rule.name);
        }
    }
}

#[test]
fn a_rule_has_a_source_file_and_a_page() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/rules");
    let pages: BTreeSet<String> = std::fs::read_dir(&directory)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter_map(|name| Some(name.strip_suffix(".md")?.to_owned()))
        .collect();
    let rules: BTreeSet<String> = RULES.iter().map(|rule| file_name(rule)).collect();
    assert_eq!(pages, rules);
    for name in rules {
        let code = std::fs::read_to_string(directory.join(format!("{name}.rs"))).unwrap();
        assert!(
            code.contains(&format!("page: include_str!(\"{name}.md\")")),
            "{name}"
        );
    }
}
