//! Cases of the test suites of HCL, cty, Terraform, OpenTofu, Go, YAML, JSON and Unicode, with the answers of
//! Terraform 1.11.4: whether there is a value, its type, its JSON, and what `terraform console` prints.
//!
//! `fixtures/upstream` has some cases of each suite; `../shared/conformance/upstream` has all of them.

use std::collections::BTreeMap;
use std::path::Path;

use crate::support::program::{fixture, mirrorset_in, write_files};
use crate::support::shared::shared;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use mirrorset::testing::output::eval;
use mirrorset::testing::workspace::{self, Options};
use serde_json::Value;
use terraform_eval::dialect::Engine;

/// The answers of all suites are those of one version.
const VERSION: &str = "1.11.4";

/// What mirrorset says about an expression, in the form of a recorded answer.
struct Answer {
    is_error: bool,
    /// The type, as `type(…)` prints it, on one line.
    ty: String,
    /// The JSON of a value that has one, as a text.
    json: Value,
    display: String,
    error: String,
}

/// The answers for expressions in a directory.
fn answers(directory: &Path, expressions: &[&str]) -> Vec<Answer> {
    let options = Options {
        engine: Some(Engine::Terraform),
        engine_version: Some(VERSION.parse().unwrap()),
        ..Options::default()
    };
    let both = expressions
        .iter()
        .flat_map(|text| [(*text).to_owned(), format!("type({text}\n)")]);
    let both: Vec<String> = both.collect();
    let outcomes = workspace::evaluate_console(directory, &both, &options);
    let pairs = expressions.iter().zip(outcomes.chunks(2));
    let answer = |(expression, outcomes): (&&str, &[_])| {
        let line = eval::json_line(expression, &outcomes[0]);
        let line: Value = serde_json::from_str(line.text.as_str()).unwrap();
        let full = eval::full(&outcomes[0]);
        Answer {
            is_error: full.is_error,
            ty: single_spaced(eval::full(&outcomes[1]).text.as_str()),
            json: line["json"].clone(),
            display: full.text.as_str().trim_end_matches('\n').to_owned(),
            error: line["error"].as_str().unwrap_or_default().to_owned(),
        }
    };
    pairs.map(answer).collect()
}

fn single_spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Why an answer is not the recorded one.
fn difference(recorded: &Value, answer: &Answer) -> Option<String> {
    if recorded["ok"] == false {
        let text = |key: &str| recorded[key].as_str().unwrap_or_default().to_owned();
        return (!answer.is_error).then(|| {
            format!(
                "accepted: {} {}\n  error: {}: {}",
                answer.ty,
                answer.display,
                text("error"),
                text("detail")
            )
        });
    }
    let display = recorded["display"].as_str().unwrap();
    if answer.is_error {
        return Some(format!(
            "rejected: {}\n  value: {} {display}",
            answer.error, recorded["type"]
        ));
    }
    if recorded["type"] != answer.ty.as_str() {
        return Some(format!("type: {}\n  recorded: {}", answer.ty, recorded["type"]));
    }
    if recorded["json"] != answer.json {
        return Some(format!("json: {}\n  recorded: {}", answer.json, recorded["json"]));
    }
    (display != answer.display).then(|| format!("display: {}\n  recorded: {display}", answer.display))
}

/// A recorded answer that differs on purpose, although the value is the same.
pub(crate) struct Exception {
    applies: fn(recorded: &Value, answer: &Answer) -> bool,
    pub(crate) reason: &'static str,
}

pub(crate) const EXCEPTIONS: [Exception; 2] = [
    Exception {
        applies: |recorded, answer| has_hidden_characters(recorded) || answer.ty.contains('\\'),
        reason: "Terraform prints control characters and invisible ones of a heredoc or of a name in a type as they are. \
                 The values are those of an input that a stranger may have written: they must not control the terminal \
                 or the log that shows them, so that the text is quoted.",
    },
    Exception {
        applies: |recorded, answer| {
            let is_hidden = recorded["display"]
                .as_str()
                .is_some_and(|text| text.contains("(sensitive value)"));
            is_hidden && recorded["display"] == answer.display.as_str()
        },
        reason: "`type` of Terraform prints the names of the attributes of a sensitive object. Where a `for` expression \
                 made them of sensitive values, these are the secrets themselves.",
    },
];

/// Whether the value has a character that mirrorset shows by its code.
fn has_hidden_characters(recorded: &Value) -> bool {
    fn is_hidden(name_or_text: &str, is_name: bool) -> bool {
        name_or_text.chars().any(|c| match c {
            '\n' | '\t' => is_name,
            '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' => true,
            _ => c.is_control(),
        })
    }
    fn search(value: &Value) -> bool {
        match value {
            Value::String(text) => is_hidden(text, false),
            Value::Array(items) => items.iter().any(search),
            Value::Object(items) => items
                .iter()
                .any(|(name, item)| is_hidden(name, true) || search(item)),
            Value::Null | Value::Bool(_) | Value::Number(_) => false,
        }
    }
    let text = recorded["json"].as_str().unwrap_or_default();
    serde_json::from_str(text).is_ok_and(|value: Value| search(&value))
}

fn check(path: &Path) {
    let text = std::fs::read_to_string(path).unwrap();
    let rows: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    // Cases with the same files are evaluated together.
    let mut by_files: BTreeMap<String, Vec<&Value>> = BTreeMap::new();
    for row in &rows {
        by_files.entry(row["files"].to_string()).or_default().push(row);
    }
    let mut differences = Vec::new();
    let mut exceptions = [0; EXCEPTIONS.len()];
    for rows in by_files.values() {
        let directory = tempfile::tempdir().unwrap();
        let files = rows[0]["files"].as_object().into_iter().flatten();
        let files: Vec<(&str, Vec<u8>)> = files
            .map(|(name, content)| {
                (
                    name.as_str(),
                    BASE64_STANDARD.decode(content.as_str().unwrap()).unwrap(),
                )
            })
            .collect();
        write_files(directory.path(), &files);
        let expressions: Vec<&str> = rows.iter().map(|row| row["expr"].as_str().unwrap()).collect();
        for (row, answer) in rows.iter().zip(answers(directory.path(), &expressions)) {
            let Some(text) = difference(row, &answer) else {
                continue;
            };
            let is_same_value = row["ok"] == true && !answer.is_error && row["json"] == answer.json;
            let applies = |exception: &Exception| is_same_value && (exception.applies)(row, &answer);
            if let Some(position) = EXCEPTIONS.iter().position(applies) {
                exceptions[position] += 1;
                continue;
            }
            let suite = row["suite"].as_str().unwrap();
            differences.push(format!("[{suite}] {} {}\n  {text}", row["expr"], row["files"]));
        }
    }
    let excepted: usize = exceptions.iter().sum();
    println!(
        "{} of {} answers agree",
        rows.len() - differences.len() - excepted,
        rows.len()
    );
    for (count, exception) in exceptions
        .iter()
        .zip(&EXCEPTIONS)
        .filter(|(count, _)| **count > 0)
    {
        println!("{count} are exceptions: {}", exception.reason);
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[test]
fn expressions_evaluate_as_in_terraform() {
    check(&fixture("upstream/expressions.jsonl"));
}

#[test]
fn files_evaluate_as_in_terraform() {
    check(&fixture("upstream/files.jsonl"));
}

#[test]
fn shared_expressions_evaluate_as_in_terraform() {
    if let Some(path) = shared("conformance/upstream/expressions.jsonl") {
        check(&path);
    }
}

#[test]
fn shared_files_evaluate_as_in_terraform() {
    if let Some(path) = shared("conformance/upstream/files.jsonl") {
        check(&path);
    }
}

/// The mirrors of a plan or of a module, by address.
fn mirrors(directory: &Path, path: &str) -> BTreeMap<String, Value> {
    let arguments = [
        "convert",
        "--isolated",
        "--project-root",
        ".",
        path,
        "--to",
        "json",
        "--engine-version",
        VERSION,
    ];
    let run = mirrorset_in(directory, &arguments);
    let instances: Vec<Value> = match run.stdout.as_str() {
        "" => Vec::new(),
        text => serde_json::from_str(text).unwrap_or_else(|_| panic!("{text} {}", run.stderr)),
    };
    let mirror = |instance: &Value| {
        (
            instance["address"].as_str().unwrap().to_owned(),
            instance["values"].clone(),
        )
    };
    let mirrors: BTreeMap<String, Value> = instances.iter().map(mirror).collect();
    assert!(!mirrors.is_empty(), "{path}: {}", run.stderr);
    mirrors
}

#[test]
fn modules_beside_their_root_have_the_mirrors_of_their_plans() {
    let Some(directory) = shared("conformance/upstream/modules_beside") else {
        return;
    };
    let mut count = 0;
    for entry in std::fs::read_dir(directory.join("modules")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let (module, plan) = (format!("modules/{name}"), format!("plans/{name}.json"));
        assert_eq!(mirrors(&directory, &module), mirrors(&directory, &plan), "{name}");
        count += 1;
    }
    println!("{count} modules have the mirrors of their plans");
}
