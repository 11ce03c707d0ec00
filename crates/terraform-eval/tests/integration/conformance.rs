//! Parses text that real Terraform accepted. The files are outside of the repository; if they are absent, the
//! tests print that they are skipped.

use std::path::{Path, PathBuf};

use terraform_eval::source::Sources;
use terraform_eval::syntax::document::{Format, parse_file, parse_variables};
use terraform_eval::syntax::native::parse_expression;

fn shared(path: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/conformance")
        .join(path);
    if path.exists() {
        return Some(path);
    }
    println!("skipped: {}: no such file or directory", path.display());
    None
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let files = walkdir::WalkDir::new(directory)
        .into_iter()
        .filter_map(Result::ok);
    files
        .map(walkdir::DirEntry::into_path)
        .filter(|path| path.is_file())
        .collect()
}

#[test]
fn modules_that_terraform_accepted_have_no_syntax_errors() {
    let Some(directory) = shared("modules") else {
        return;
    };
    let mut blocks = 0;
    for path in files(&directory) {
        let name = path.to_string_lossy().into_owned();
        let mut sources = Sources::new();
        let stem = name.strip_suffix(".json").unwrap_or(&name);
        let extension = Path::new(stem).extension().unwrap_or_default();
        if extension == "tf" {
            let file = sources.read(&path).unwrap();
            let text = sources.text(file);
            let document = parse_file(file, text, Format::from_path(&path));
            assert_eq!(document.syntax_errors, [], "{name}");
            for item in &document.items {
                let (block, syntax_errors) = item.parse(text);
                assert_eq!(syntax_errors, [], "{name}");
                assert_eq!(block.unwrap().labels, item.labels);
                blocks += 1;
            }
        } else if extension == "tfvars" {
            let file = sources.read(&path).unwrap();
            let (_, syntax_errors) = parse_variables(file, sources.text(file), Format::from_path(&path));
            assert_eq!(syntax_errors, [], "{name}");
        }
    }
    assert!(blocks > 50, "{blocks}");
}

#[test]
fn the_same_expressions_are_accepted_as_by_terraform() {
    let Some(path) = shared("expressions.jsonl") else {
        return;
    };
    // The errors of Terraform about the syntax, not about the evaluation.
    let syntax = [
        "Invalid escape sequence",
        "Missing false expression in conditional",
    ];
    let mut differences = Vec::new();
    let mut count = [0, 0];
    for line in std::fs::read_to_string(path).unwrap().lines() {
        let case: serde_json::Value = serde_json::from_str(line).unwrap();
        let source = case["expr"].as_str().unwrap();
        let broken = case["error"]
            .as_str()
            .is_some_and(|error| syntax.contains(&error));
        // The console adds a line break after its input.
        let text = format!("{source}\n");
        let mut sources = Sources::new();
        let file = sources.add("<eval>", text.clone());
        let (expression, syntax_errors) = parse_expression(file, &text, 0..text.len());
        assert_eq!(
            expression.is_some(),
            syntax_errors.is_empty(),
            "{source}: {syntax_errors:?}"
        );
        if syntax_errors.is_empty() == broken {
            differences.push(format!("{source}: {} / {syntax_errors:?}", case["error"]));
        }
        count[usize::from(broken)] += 1;
    }
    assert_eq!(differences, [""; 0], "{}", differences.join("\n"));
    println!("{} accepted, {} rejected", count[0], count[1]);
}
