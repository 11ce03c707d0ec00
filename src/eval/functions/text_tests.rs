//! Expressions and what `terraform console` 1.11.4 says of them.

use std::path::{Path, PathBuf};

use crate::cty::to_json;
use crate::eval::{Evaluator, Inputs, Scope};
use crate::source::Sources;
use crate::syntax::native::parse_expression;
use crate::terraform::{Module, Tree};

#[derive(serde::Deserialize)]
struct Line {
    expr: String,
    ok: bool,
    #[serde(rename = "type")]
    ty: Option<String>,
    json: Option<String>,
}

/// What an expression is worth in a directory without configuration: type and JSON.
fn worth(text: &str, directory: &Path) -> Result<(String, Option<String>), String> {
    let mut sources = Sources::new();
    let file = sources.add("expression", text);
    let mut tree = Tree::new();
    let root = tree.add(directory.to_owned(), Module::new(directory, Vec::new(), Vec::new()));
    let inputs = Inputs::default();
    let evaluator = Evaluator::new(&tree, &sources, &inputs, root);
    let (expression, problems) = parse_expression(file, text, 0..text.len());
    if let Some(problem) = problems.first() {
        return Err(problem.message.clone());
    }
    let expression = expression.ok_or("no expression")?;
    let value = evaluator
        .evaluate(&expression, Scope::module(evaluator.root()))
        .map_err(|failure| failure.to_string())?;
    let json = to_json(&value).ok().filter(|_| !value.marks_deep().is_sensitive());
    Ok((value.ty().to_string(), json))
}

fn same_type(ours: &str, theirs: &str) -> bool {
    let dense = |text: &str| {
        let text: String = text.split_whitespace().collect();
        text.replace(",}", "}").replace(",]", "]").replace('"', "")
    };
    dense(ours) == dense(theirs)
}

/// What differs from Terraform, and how many lines were compared.
fn differences(file: &Path, directory: &Path, mut chosen: impl FnMut(&str) -> bool) -> (usize, Vec<String>) {
    let mut compared = 0;
    let mut different = Vec::new();
    let text = std::fs::read_to_string(file).expect("a file of expressions");
    for line in text.lines() {
        let line: Line = serde_json::from_str(line).expect("a line of JSON");
        if !chosen(&line.expr) {
            continue;
        }
        compared += 1;
        let worth = worth(&line.expr, directory);
        let same = match &worth {
            Err(_) => !line.ok,
            Ok((ty, json)) => {
                let json_agrees = line.json.is_none() || *json == line.json;
                line.ok && json_agrees && same_type(ty, line.ty.as_deref().unwrap_or_default())
            }
        };
        if !same {
            different.push(format!(
                "{}\n    here: {worth:?}\n    Terraform: {} {:?} {:?}",
                line.expr, line.ok, line.ty, line.json
            ));
        }
    }
    (compared, different)
}

/// Runs on a stack like that of the program.
fn with_stack(test: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(crate::eval::STACK / 4);
    let result = thread.spawn(test).expect("a thread").join();
    assert!(result.is_ok());
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/expressions")
}

/// Whether all functions that are called are there.
fn is_covered(text: &str) -> bool {
    let names = super::names();
    let called = text.split('(').rev().skip(1).filter_map(|before| {
        let end = before.trim_end();
        let start = end.rfind(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
        let name = &end[start.map_or(0, |start| start + 1)..];
        let word = name.starts_with(|first: char| first.is_ascii_lowercase());
        word.then_some(name)
    });
    let mut called = called.filter(|name| !matches!(*name, "try" | "can" | "in" | "if" | "for"));
    called.all(|called| names.iter().any(|name| &**name == called))
}

#[test]
fn the_collected_expressions_are_worth_what_terraform_says() {
    with_stack(|| {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/conformance/expressions.jsonl");
        if !file.is_file() {
            println!("skipped: {} is not there", file.display());
            return;
        }
        let (compared, different) = differences(&file, Path::new("."), is_covered);
        let agreed = compared - different.len();
        println!("{agreed} of {compared} agree\n{}", different.join("\n"));
        assert!(different.is_empty());
    });
}

#[test]
fn functions_on_texts_do_what_terraform_does() {
    with_stack(|| {
        let (compared, different) = differences(&fixtures().join("strings.jsonl"), Path::new("."), |_| true);
        let agreed = compared - different.len();
        println!("{agreed} of {compared} agree");
        assert!(different.is_empty(), "{}", different.join("\n"));
    });
}
