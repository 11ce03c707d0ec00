//! Terraform 1.11 to 1.16 and OpenTofu 1.11 and 1.12 agree with the evaluation under their names.
//!
//! `fixtures/versions` has answers that were recorded from the seven programs: `expressions.jsonl` has what
//! `terraform console` or `tofu console` gives for an expression in an empty directory, `answers.json` what `plan` gives for
//! each module, with a stand-in for the provider. The tests also run over `../shared/conformance/versions`, which may have
//! more of both.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::support::program::{UNDECLARED_PROVIDER, fixture, mirrorset_in, scratch};
use crate::support::shared::shared;
use serde_json::{Value, json};

/// The programs by the names of the recorded answers, with the arguments that select them. Terraform comes before
/// OpenTofu, and older versions before newer ones.
const PROGRAMS: [(&str, &str, &str); 7] = [
    ("terraform-1.11.4", "terraform", "1.11.4"),
    ("terraform-1.13.5", "terraform", "1.13"),
    ("terraform-1.14.9", "terraform", "1.14"),
    ("terraform-1.15.9", "terraform", "1.15"),
    ("terraform-1.16.0-rc2", "terraform", "1.16.0-rc2"),
    ("opentofu-1.11.14", "opentofu", "1.11"),
    ("opentofu-1.12.6", "opentofu", "1.12.6"),
];

/// The programs that decide without `--engine`, in this order.
const NEWEST: [&str; 2] = ["terraform-1.16.0-rc2", "opentofu-1.12.6"];

/// Recorded answers that are not those of a machine with the providers: the module, the prefix of the programs, why.
const EXCEPTIONS: [(&str, &str, &str); 3] = [
    ("tf114-action", "terraform-1.1", NO_PROVIDER),
    ("tf114-action-json", "terraform-1.1", NO_PROVIDER),
    ("tf114-action-on-mirror", "terraform-1.1", NO_PROVIDER),
];

const NO_PROVIDER: &str = "the lab has no provider for the action, so that `init` cannot lock it";

/// Recorded answers to expressions that are not those of the console, and why.
const EXPRESSION_EXCEPTIONS: [(&str, &str); 1] = [(
    "type(\"a\")",
    "recorded inside of `jsonencode(…)`, where `type` is an error; alone, it prints a type",
)];

fn is_exception(module: &str, program: &str, answer: &Value) -> bool {
    let errors = answer["errors"].as_array().into_iter().flatten();
    let is_of_the_lab = errors.clone().count() > 0
        && errors
            .clone()
            .all(|error| error == "Inconsistent dependency lock file");
    EXCEPTIONS
        .iter()
        .any(|(name, prefix, _)| *name == module && program.starts_with(prefix))
        && is_of_the_lab
}

fn select(engine: &str, version: &str) -> Vec<String> {
    ["--engine", engine, "--engine-version", version]
        .map(str::to_owned)
        .to_vec()
}

/// The answers of `mirrorset eval` for expressions, one JSON value each.
fn evaluate(expressions: &[&str], arguments: &[String]) -> Vec<Value> {
    let directory = scratch(&[]);
    let mut all = vec!["eval", "--output-format", "json-lines"];
    all.extend(arguments.iter().map(String::as_str));
    all.push("--");
    all.extend(expressions);
    let run = mirrorset_in(directory.path(), &all);
    let lines = run.stdout.lines();
    lines
        .map(|line| serde_json::from_str(line).expect(&run.stderr))
        .collect()
}

/// Why an answer of `mirrorset eval` is not the recorded one.
fn difference(recorded: &Value, ours: &Value) -> Option<String> {
    let is_same = recorded["ok"] == ours["ok"]
        && (recorded["ok"] == false || recorded["json"].is_null() == ours["json"].is_null())
        && (recorded["json"].is_null() || recorded["ok"] == false || recorded["json"] == ours["json"]);
    (!is_same).then(|| format!("recorded {recorded}\n     ours {ours}"))
}

fn check_expressions(path: &Path) {
    let text = std::fs::read_to_string(path).unwrap();
    let rows = text.lines().map(|line| serde_json::from_str(line).unwrap());
    let is_compared = |row: &Value| EXPRESSION_EXCEPTIONS.iter().all(|(text, _)| row["expr"] != *text);
    let rows: Vec<Value> = rows.filter(is_compared).collect();
    let expressions: Vec<&str> = rows.iter().map(|row| row["expr"].as_str().unwrap()).collect();
    let mut differences = Vec::new();
    let mut total = 0;
    for (program, engine, version) in PROGRAMS {
        let answers = evaluate(&expressions, &select(engine, version));
        assert_eq!(answers.len(), rows.len());
        for (row, answer) in rows.iter().zip(&answers) {
            total += 1;
            let difference = difference(&row[program], answer);
            differences.extend(difference.map(|text| format!("{program}: {}\n  {text}", row["expr"])));
        }
    }
    let answers = evaluate(&expressions, &[]);
    for (row, answer) in rows.iter().zip(&answers) {
        total += 1;
        let accepting = NEWEST.into_iter().find(|program| row[program]["ok"] == true);
        let recorded = &row[accepting.unwrap_or(NEWEST[0])];
        let difference = difference(recorded, answer);
        differences.extend(difference.map(|text| format!("no engine: {}\n  {text}", row["expr"])));
    }
    println!(
        "{} of {total} answers agree; {} expression is an exception",
        total - differences.len(),
        EXPRESSION_EXCEPTIONS.len()
    );
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

/// The mirrors of a module by address, or the errors that `check` reports.
fn mirrors(module: &Path, arguments: &[String]) -> Result<BTreeMap<String, Value>, Vec<String>> {
    let run_with = |first: &[&str]| {
        let mut all = first.to_vec();
        all.extend(arguments.iter().map(String::as_str));
        mirrorset_in(module, &all)
    };
    let run = run_with(&[
        "check",
        "--isolated",
        "--project-root",
        ".",
        ".",
        "--output-format",
        "json",
    ]);
    let report: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{}", run.stderr));
    let findings = report["findings"].as_array().unwrap().iter();
    // The first error is one of the provider while it applies, which the recorded plans do not show.
    let errors = findings.filter(|finding| {
        finding["severity"] == "error"
            && finding["rule"] != "duplicate-source"
            && !finding["message"].as_str().unwrap().contains(UNDECLARED_PROVIDER)
    });
    let errors: Vec<String> = errors
        .map(|error| error["message"].as_str().unwrap().to_owned())
        .collect();
    if !errors.is_empty() {
        return Err(errors);
    }
    let run = run_with(&[
        "convert",
        "--isolated",
        "--project-root",
        ".",
        ".",
        "--to",
        "json",
    ]);
    let instances: Vec<Value> = match run.stdout.as_str() {
        "" => Vec::new(),
        text => serde_json::from_str(text).unwrap_or_else(|_| panic!("{text} {}", run.stderr)),
    };
    let mirror = |instance: &Value| {
        let values = &instance["values"];
        let mut shown = serde_json::Map::new();
        for name in ["source", "mirrors", "type"] {
            let value = match (&values[name], &instance["unknown"][name]) {
                (Value::Array(items), Value::Array(_)) if items.is_empty() => json!([null]),
                (value, _) => value.clone(),
            };
            shown.insert(name.to_owned(), value);
        }
        (
            instance["address"].as_str().unwrap().to_owned(),
            Value::Object(shown),
        )
    };
    Ok(instances.iter().map(mirror).collect())
}

/// Why the answer for a module is not the recorded one.
fn module_difference(
    recorded: &Value,
    ours: &Result<BTreeMap<String, Value>, Vec<String>>,
) -> Option<String> {
    let expected = recorded["mirrors"].as_object().map(|mirrors| {
        let mirror = |(address, mirror): (&String, &Value)| {
            let mirror =
                json!({"source": mirror["source"], "mirrors": mirror["mirrors"], "type": mirror["type"]});
            (address.clone(), mirror)
        };
        mirrors.iter().map(mirror).collect::<BTreeMap<_, _>>()
    });
    match (expected, ours) {
        (None, Err(_)) => None,
        (Some(expected), Ok(ours)) if expected == *ours => None,
        (expected, ours) => Some(format!(
            "recorded {expected:?} {}\n     ours {ours:?}",
            recorded["errors"]
        )),
    }
}

fn check_modules(directory: &Path) {
    let answers = std::fs::read_to_string(directory.join("answers.json")).unwrap();
    let answers: BTreeMap<String, BTreeMap<String, Value>> = serde_json::from_str(&answers).unwrap();
    let (mut total, mut undecided, mut exceptions) = (0, 0, 0);
    let mut differences = Vec::new();
    for (name, answers) in &answers {
        let module: PathBuf = directory.join(name);
        let mut accepting = None;
        for (program, engine, version) in PROGRAMS {
            let recorded = &answers[program];
            if !recorded["undecided"].is_null() {
                undecided += 1;
                continue;
            }
            if is_exception(name, program, recorded) {
                exceptions += 1;
                continue;
            }
            total += 1;
            let ours = mirrors(&module, &select(engine, version));
            let difference = module_difference(recorded, &ours);
            differences.extend(difference.map(|text| format!("{program}: {name}\n  {text}")));
        }
        for program in NEWEST {
            let is_accepted = !answers[program]["mirrors"].is_null();
            if is_accepted && accepting.is_none() {
                accepting = Some(program);
            }
        }
        // Files that only OpenTofu reads say that it evaluates, although Terraform accepts the others.
        let has_tofu_files = std::fs::read_dir(&module).unwrap().any(|entry| {
            let name = entry.unwrap().file_name();
            name.to_string_lossy().contains(".tofu")
        });
        let deciding = if has_tofu_files {
            Some(NEWEST[1])
        } else {
            accepting
        };
        let Some(deciding) = deciding.filter(|program| answers[*program]["undecided"].is_null()) else {
            continue;
        };
        total += 1;
        let difference = module_difference(&answers[deciding], &mirrors(&module, &[]));
        differences.extend(difference.map(|text| format!("no engine ({deciding}): {name}\n  {text}")));
    }
    println!(
        "{} of {total} answers agree; {undecided} are undecided, {exceptions} are exceptions",
        total - differences.len()
    );
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[test]
fn expressions_evaluate_as_in_each_program() {
    check_expressions(&fixture("versions/expressions.jsonl"));
}

#[test]
fn modules_evaluate_as_in_each_program() {
    check_modules(&fixture("versions"));
}

#[test]
fn shared_expressions_evaluate_as_in_each_program() {
    if let Some(path) = shared("conformance/versions/expressions.jsonl") {
        check_expressions(&path);
    }
}

#[test]
fn shared_modules_evaluate_as_in_each_program() {
    if let Some(directory) = shared("conformance/versions") {
        check_modules(&directory);
    }
}
