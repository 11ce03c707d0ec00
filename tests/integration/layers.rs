//! Holds the imports of `src/` to the table of layers in `src/lib.rs`, so that no circle comes in unseen.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// The layers by module, from the rows `| layer | `module` | holds |`.
fn layers() -> BTreeMap<String, u32> {
    let text = std::fs::read_to_string(source().join("lib.rs")).unwrap();
    let row = |line: &str| {
        let cells: Vec<&str> = line.strip_prefix("//! | ")?.split(" | ").collect();
        let module = cells.get(1)?.trim().trim_matches('`').to_owned();
        Some((module, cells.first()?.parse().ok()?))
    };
    text.lines().filter_map(row).collect()
}

fn files(directory: &Path, into: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            into.push(path);
        }
    }
}

/// The top-level module that a file belongs to.
fn module_of(file: &Path) -> String {
    let relative = file.strip_prefix(source()).unwrap();
    let first = relative
        .components()
        .next()
        .unwrap()
        .as_os_str()
        .to_string_lossy()
        .into_owned();
    first.trim_end_matches(".rs").to_owned()
}

/// The top-level modules that a text names by `crate::`, tests aside.
fn imports(text: &str) -> Vec<String> {
    let code = text.split("#[cfg(test)]").next().unwrap_or(text);
    let code: String = code
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n");
    code.split("crate::")
        .skip(1)
        .map(|rest| {
            rest.chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect()
        })
        .collect()
}

#[test]
fn every_module_is_in_the_table_and_imports_from_lower_layers_only() {
    let layers = layers();
    assert!(
        layers.len() > 10,
        "the table in src/lib.rs was not found: {layers:?}"
    );
    let mut all = Vec::new();
    files(&source(), &mut all);
    let mut seen = 0;
    let mut wrong = Vec::new();
    for file in all {
        let module = module_of(&file);
        if module == "lib" || module == "main" {
            continue;
        }
        let Some(own) = layers.get(&module) else {
            panic!("{module} is not in the table of layers")
        };
        for import in imports(&std::fs::read_to_string(&file).unwrap()) {
            seen += 1;
            let lower = layers.get(&import).is_some_and(|layer| layer < own);
            if import != module && !lower {
                wrong.push(format!(
                    "{}: {module} (layer {own}) imports {import}",
                    file.display()
                ));
            }
        }
    }
    assert!(seen > 50, "the imports were not found");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn there_are_no_left_overs() {
    let mut all = Vec::new();
    files(&source(), &mut all);
    for file in all {
        let text = std::fs::read_to_string(&file).unwrap();
        for word in ["todo!", "unimplemented!", "FIXME"] {
            assert!(!text.contains(word), "{} holds {word}", file.display());
        }
    }
}
