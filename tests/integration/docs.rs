//! The documents that are written from the program: the pages of the rules, the schema of the configuration
//! file. `MIRRORSET_WRITE_DOCS=1 cargo test --test integration docs::` writes them anew.

use std::path::Path;

use crate::support::program::mirrorset;
use mirrorset::rules::RULES;
use serde_json::Value;

fn assert_written(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(name);
    if std::env::var_os("MIRRORSET_WRITE_DOCS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == text,
        "docs/{name} is old: MIRRORSET_WRITE_DOCS=1 cargo test --test integration docs::"
    );
}

#[test]
fn the_pages_are_those_of_the_program() {
    assert_written("rules.md", &mirrorset::output::rules::document());
}

#[test]
fn the_schema_is_that_of_the_program() {
    assert_written("mirrorset.schema.json", &mirrorset::config::schema());
}

#[test]
fn the_schema_knows_every_rule_and_nothing_else() {
    let schema: Value = serde_json::from_str(&mirrorset::config::schema()).unwrap();
    let rules = schema["properties"]["rules"]["properties"].as_object().unwrap();
    assert_eq!(rules.len(), RULES.len());
    assert_eq!(schema["additionalProperties"], false);
    assert_eq!(schema["properties"]["rules"]["additionalProperties"], false);
    assert_eq!(
        schema["properties"]["fail-on"]["enum"],
        serde_json::json!(["error", "warning", "info", "never"])
    );
}

#[test]
fn the_list_of_rules_has_them_all() {
    let run = mirrorset(&["rules"]);
    assert_eq!((run.status, run.stdout.lines().count()), (0, RULES.len() + 1));
    let line = run
        .stdout
        .lines()
        .find(|line| line.starts_with("replaced-mirror "))
        .unwrap();
    let words: Vec<&str> = line.split_whitespace().collect();
    assert_eq!(words[1..4], ["warning", "plan", "none"]);

    let run = mirrorset(&["rules", "--output-format", "json"]);
    let list: Value = serde_json::from_str(&run.stdout).unwrap();
    let short = list["rules"]
        .as_array()
        .unwrap()
        .iter()
        .find(|rule| rule["name"] == "short-source")
        .unwrap();
    assert_eq!(short["severity"], "error");
    assert_eq!(
        short["inputs"],
        serde_json::json!(["configuration", "plan", "manifest"])
    );
    assert!(short["summary"].as_str().unwrap().contains("registry host"));
}

#[test]
fn a_rule_explains_itself() {
    for rule in RULES {
        let run = mirrorset(&["explain", rule.name]);
        assert_eq!(run.status, 0);
        assert!(run.stdout.starts_with(&format!("# {}\n", rule.name)));
        assert!(run.stdout.contains(rule.documentation.why));
        assert!(
            run.stdout
                .contains(rule.documentation.failing.lines().nth(1).unwrap())
        );
    }
    let run = mirrorset(&["explain", "short-sauce"]);
    assert_eq!(run.status, 2);
    assert!(
        run.stderr.contains("did you mean `short-source`?"),
        "{}",
        run.stderr
    );
}
