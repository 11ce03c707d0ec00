//! String and filesystem functions, with recorded results of `terraform console` 1.11.4.

use std::path::Path;

use super::conformance::{differences, recorded_inputs};
use crate::cty::{Origin, UnknownReason, Value, to_json};
use crate::eval::{EvalError, Evaluator, InstanceId, Scope};
use crate::modules::{Module, ModuleTree};
use crate::schema::ProviderSchemas;
use crate::source::Sources;
use crate::syntax::native::parse_expression;

#[test]
fn string_functions_agree_with_terraform() {
    let (_, skipped, different) = differences(include_str!("../../../../fixtures/expressions/strings.jsonl"));
    assert_eq!(skipped, 0);
    assert!(different.is_empty(), "{}", different.join("\n"));
}

/// Evaluates an expression in a module directory.
fn evaluate(text: &str, directory: &Path) -> Result<Value, EvalError> {
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
    let inputs = recorded_inputs();
    let evaluator = Evaluator::new(&tree, &sources, &inputs, root);
    let (expression, syntax_errors) = parse_expression(file, text, 0..text.len());
    assert_eq!(syntax_errors, []);
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
fn filesystem_functions_agree_with_terraform() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/expressions/files");
    let mut different = Vec::new();
    for line in include_str!("../../../../fixtures/expressions/files.jsonl").lines() {
        let case: Case = serde_json::from_str(line).expect("a case on every line");
        let actual = evaluate(&case.expr, &directory);
        let same = match &actual {
            Ok(value) => {
                case.ok && case.ty == Some(value.ty().to_string()) && case.json == to_json(value).ok()
            }
            Err(error) => !case.ok && !error.is_limit(),
        };
        if !same {
            different.push(format!("{line}\n  not {actual:?}"));
        }
    }
    assert!(different.is_empty(), "{}", different.join("\n"));
}

#[test]
fn files_outside_the_tree_are_unknown_with_a_reason() {
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
        let value = evaluate(text, &root).expect("a value");
        assert!(!value.is_known(), "{text}");
        let reason = value.marks().origins().first().and_then(Origin::reason);
        assert!(
            matches!(
                reason,
                Some(UnknownReason::OutsideTree(_) | UnknownReason::HomeDirectory)
            ),
            "{text}"
        );
    }
}
