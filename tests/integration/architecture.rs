//! Checks the architecture that `src/lib.rs` describes: tiers, no cycles between files, crates that do not depend on
//! each other.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The sources of the workspace. A package has its own alone.
fn sources() -> impl Iterator<Item = &'static str> {
    ["src", "crates/terraform-eval/src", "crates/registries-conf/src"]
        .into_iter()
        .filter(|source| is_there(source))
}

/// Whether a directory of the workspace is there; if not, prints that it is skipped.
fn is_there(directory: &str) -> bool {
    let is_there = repository().join(directory).is_dir();
    if !is_there {
        println!("skipped: {directory} is not part of the package");
    }
    is_there
}

/// The tier of each module, from the rows `| 1 domain | `model` | … |` of the table in `src/lib.rs`.
fn tiers() -> BTreeMap<String, u32> {
    let text = std::fs::read_to_string(repository().join("src/lib.rs")).unwrap();
    let row = |line: &str| {
        let cells: Vec<&str> = line.strip_prefix("//! | ")?.split(" | ").collect();
        let module = cells.get(1)?.trim().trim_matches('`').to_owned();
        Some((module, cells.first()?.split(' ').next()?.parse().ok()?))
    };
    text.lines().filter_map(row).collect()
}

fn rust_files(directory: &Path, into: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            into.push(path);
        }
    }
}

/// A crate's source: the path of each module (`convert::hcl`), with its text.
struct Crate {
    modules: BTreeMap<String, String>,
}

impl Crate {
    fn read(source: &Path) -> Self {
        let mut files = Vec::new();
        rust_files(source, &mut files);
        let module = |file: &Path| {
            let relative = file.strip_prefix(source).unwrap().with_extension("");
            let parts: Vec<String> = relative
                .components()
                .map(|part| part.as_os_str().to_string_lossy().into_owned())
                .collect();
            parts.join("::")
        };
        let modules = files
            .iter()
            .map(|file| {
                (
                    module(file),
                    without_tests(&std::fs::read_to_string(file).unwrap()),
                )
            })
            .filter(|(module, _)| !module.ends_with("tests") && module != "main");
        Self {
            modules: modules.collect(),
        }
    }

    /// The modules that a module uses. Re-exports (`pub use`) are ignored: a facade only re-exports.
    fn imports(&self, module: &str) -> BTreeSet<String> {
        let text = without_reexports(&self.modules[module]);
        let mut modules = self.imports_by_prefix(module, &text);
        modules.extend(self.children_used(module, &text));
        modules
    }

    /// The child modules that a module uses by their bare name, `child::item`.
    fn children_used(&self, module: &str, text: &str) -> BTreeSet<String> {
        let child = |name: &str| {
            let full = if module == "lib" {
                name.to_owned()
            } else {
                format!("{module}::{name}")
            };
            self.modules.contains_key(&full).then_some(full)
        };
        let mut modules = BTreeSet::new();
        for (at, _) in text.match_indices("::") {
            let head = &text[..at];
            let start = head
                .rfind(|c: char| !c.is_alphanumeric() && c != '_')
                .map_or(0, |before| before + 1);
            if !head[..start].ends_with(':') {
                modules.extend(child(&head[start..]));
            }
        }
        modules
    }

    /// The modules that a module names by `crate::`, `super::` or `self::`, in `use` declarations and in paths.
    fn imports_by_prefix(&self, module: &str, text: &str) -> BTreeSet<String> {
        let segments: Vec<&str> = if module == "lib" {
            Vec::new()
        } else {
            module.split("::").collect()
        };
        let mut modules = BTreeSet::new();
        for (start, word) in ["crate::", "super::", "self::"]
            .iter()
            .flat_map(|word| text.match_indices(word))
        {
            let before = text.get(..start).and_then(|text| text.chars().next_back());
            if before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | ':' | '$')) {
                continue;
            }
            let mut base = match word {
                "crate::" => Vec::new(),
                "super::" => segments[..segments.len().saturating_sub(1)].to_vec(),
                _ => segments.clone(),
            };
            let mut rest = &text[start + word.len()..];
            while let Some(further) = rest.strip_prefix("super::") {
                base.pop();
                rest = further;
            }
            for path in paths(rest) {
                let full: Vec<&str> = base
                    .iter()
                    .copied()
                    .chain(path.iter().map(String::as_str))
                    .collect();
                // The longest prefix of the path that is a module of this crate determines the file.
                let longest = (1..=full.len()).rev().map(|length| full[..length].join("::"));
                let target = longest
                    .into_iter()
                    .find(|candidate| self.modules.contains_key(candidate));
                modules.extend(target.filter(|target| target != module));
            }
        }
        modules
    }
}

/// A text without its `pub use …;`, `pub(crate) use …;`.
fn without_reexports(text: &str) -> String {
    let mut code = String::new();
    let mut inside = false;
    for line in text.lines() {
        let declaration = line.trim_start();
        inside |= declaration.starts_with("pub use ")
            || (declaration.starts_with("pub(") && declaration.contains(") use "));
        if !inside {
            code.push_str(line);
            code.push('\n');
        }
        inside &= !line.contains(';');
    }
    code
}

fn without_tests(text: &str) -> String {
    let code = text.split("\n#[cfg(test)]\nmod tests {").next().unwrap_or(text);
    let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

/// The paths at the start of a text: one, or one for each element of a `{ … }` after it.
fn paths(text: &str) -> Vec<Vec<String>> {
    let mut path = Vec::new();
    let mut rest = text;
    loop {
        let length = rest
            .find(|c: char| !c.is_alphanumeric() && c != '_')
            .unwrap_or(rest.len());
        let (word, further) = rest.split_at(length);
        if word.is_empty() {
            break;
        }
        path.push(word.to_owned());
        match further.strip_prefix("::") {
            Some(next) => rest = next,
            None => return vec![path],
        }
    }
    let Some(inner) = rest.strip_prefix('{') else {
        return vec![path];
    };
    let mut all = Vec::new();
    let mut depth = 0;
    let mut start = 0;
    for (at, character) in inner.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                for tail in paths(inner[start..at].trim_start()) {
                    all.push(path.iter().cloned().chain(tail).collect());
                }
                start = at + 1;
                if character == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    all
}

/// The groups of modules that import each other, directly or through others.
fn cycles(edges: &BTreeMap<String, BTreeSet<String>>) -> Vec<Vec<String>> {
    let reach = |start: &String| {
        let mut seen = BTreeSet::new();
        let mut pending: Vec<&String> = edges[start].iter().collect();
        while let Some(next) = pending.pop() {
            if seen.insert(next.clone()) {
                pending.extend(&edges[next]);
            }
        }
        seen
    };
    let reaches: BTreeMap<&String, BTreeSet<String>> =
        edges.keys().map(|module| (module, reach(module))).collect();
    let mut groups = BTreeSet::new();
    for (module, reached) in &reaches {
        if reached.contains(*module) {
            let group: Vec<String> = reached
                .iter()
                .filter(|other| reaches[other].contains(*module))
                .cloned()
                .collect();
            groups.insert(group);
        }
    }
    groups.into_iter().collect()
}

#[test]
fn modules_import_from_lower_tiers_only() {
    let tiers = tiers();
    assert!(
        tiers.len() > 10,
        "the table in src/lib.rs was not found: {tiers:?}"
    );
    let program = Crate::read(&repository().join("src"));
    let top = |module: &str| module.split("::").next().unwrap_or_default().to_owned();
    let mut violations = Vec::new();
    for module in program.modules.keys().filter(|module| *module != "lib") {
        let from = top(module);
        let tier = tiers
            .get(&from)
            .unwrap_or_else(|| panic!("`{from}` is missing in the table of tiers in src/lib.rs"));
        for import in program.imports(module) {
            let to = top(&import);
            if to != from && tiers.get(&to).is_none_or(|lower| lower > tier) {
                violations.push(format!("{module} imports {import}"));
            }
        }
    }
    assert!(
        violations.is_empty(),
        "imports from a higher tier:\n{}",
        violations.join("\n")
    );
}

#[test]
fn no_file_is_in_a_cycle_with_another() {
    let mut violations = Vec::new();
    for source in sources() {
        let code = Crate::read(&repository().join(source));
        let edges: BTreeMap<String, BTreeSet<String>> = code
            .modules
            .keys()
            .map(|module| (module.clone(), code.imports(module)))
            .collect();
        for group in cycles(&edges) {
            violations.push(format!("{source}: {}", group.join(", ")));
        }
    }
    assert!(
        violations.is_empty(),
        "files that import each other:\n{}",
        violations.join("\n")
    );
}

#[test]
fn the_crates_do_not_depend_on_the_package() {
    if !is_there("crates") {
        return;
    }
    for (manifest, forbidden) in [
        (
            "crates/terraform-eval/Cargo.toml",
            ["mirrorset", "registries-conf"],
        ),
        (
            "crates/registries-conf/Cargo.toml",
            ["mirrorset", "terraform-eval"],
        ),
    ] {
        let text = std::fs::read_to_string(repository().join(manifest)).unwrap();
        let manifest: toml::Table = text.parse().unwrap();
        for section in ["dependencies", "dev-dependencies"] {
            let dependencies = manifest.get(section).and_then(toml::Value::as_table).unwrap();
            for name in forbidden {
                assert!(!dependencies.contains_key(name), "{name} in [{section}]");
            }
        }
    }
    let evaluator = Crate::read(&repository().join("crates/terraform-eval/src"));
    for (module, text) in &evaluator.modules {
        assert!(!text.contains("rhcs"), "{module} names the provider");
    }
}

#[test]
fn the_source_has_no_unfinished_markers() {
    for source in sources() {
        for (module, text) in Crate::read(&repository().join(source)).modules {
            for word in ["todo!", "unimplemented!", "FIXME", "TODO"] {
                assert!(!text.contains(word), "{module} holds {word}");
            }
        }
    }
}
