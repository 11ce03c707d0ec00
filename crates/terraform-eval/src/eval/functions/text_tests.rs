//! Functions on texts and files, and what `terraform console` 1.11.4 says of them.

use std::path::Path;

use super::conformance_tests::differences;
use crate::cty::{Value, to_json};
use crate::eval::{Evaluator, Failure, Inputs, InstanceId, Scope};
use crate::modules::{Module, ModuleTree};
use crate::schema::ProviderSchemas;
use crate::source::Sources;
use crate::syntax::native::parse_expression;

#[test]
fn functions_on_texts_do_as_in_terraform() {
    let (_, skipped, different) = differences(include_str!("../../../fixtures/expressions/strings.jsonl"));
    assert_eq!(skipped, 0);
    assert!(different.is_empty(), "{}", different.join("\n"));
}

/// What an expression is worth in a directory.
fn evaluate(text: &str, directory: &Path) -> Result<Value, Failure> {
    let mut sources = Sources::new();
    let file = sources.add("expression", text);
    let mut tree = ModuleTree::new(ProviderSchemas::builtin());
    let root = tree.add(
        directory.to_owned(),
        Module::new(
            directory,
            Vec::new(),
            Vec::new(),
            Vec::new(),
            ProviderSchemas::builtin(),
        ),
    );
    let inputs = Inputs::default();
    let evaluator = Evaluator::new(&tree, &sources, &inputs, root);
    let (expression, problems) = parse_expression(file, text, 0..text.len());
    assert_eq!(problems, []);
    evaluator.evaluate(
        &expression.expect("an expression"),
        Scope::module(InstanceId::ROOT),
    )
}

#[derive(serde::Deserialize)]
struct Case {
    expr: String,
    ok: bool,
    #[serde(rename = "type")]
    ty: Option<String>,
    json: Option<String>,
}

#[test]
fn functions_on_files_do_as_in_terraform() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/expressions/files");
    let mut different = Vec::new();
    for line in include_str!("../../../fixtures/expressions/files.jsonl").lines() {
        let case: Case = serde_json::from_str(line).expect("a case on every line");
        let found = evaluate(&case.expr, &directory);
        let same = match &found {
            Ok(value) => {
                case.ok && case.ty == Some(value.ty().to_string()) && case.json == to_json(value).ok()
            }
            Err(failure) => !case.ok && !failure.is_limit(),
        };
        if !same {
            different.push(format!("{line}\n  not {found:?}"));
        }
    }
    assert!(different.is_empty(), "{}", different.join("\n"));
}

#[test]
fn a_file_outside_of_the_tree_is_unknown_and_says_so() {
    let scratch = tempfile::tempdir().expect("a directory");
    let root = scratch.path().join("root");
    std::fs::create_dir(&root).expect("a directory");
    std::fs::write(scratch.path().join("secret"), "s").expect("a file");
    for text in [
        "file(\"../secret\")",
        "filemd5(\"~/.ssh/id\")",
        "fileexists(\"/etc/passwd\")",
        "templatefile(\"../secret\", {})",
        "fileset(\"..\", \"*\")",
        "fileset(\".\", \"../*\")",
        "pathexpand(\"~\")",
    ] {
        let value = evaluate(text, &root).expect("no failure");
        assert!(!value.is_known(), "{text}");
        let origin = value
            .marks()
            .origins()
            .first()
            .map(|origin| origin.reference.to_string());
        assert!(
            origin.is_some_and(|origin| origin.contains("outside of the given directory tree")),
            "{text}"
        );
    }
}
