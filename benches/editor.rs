//! How long the language server takes after a key stroke in a repository of 1,000 root modules, and how much memory it uses.
//!
//! `cargo bench --bench editor` types in a file of a root module, with others open beside it, and in a module that 50 root
//! modules call; `cargo bench --bench editor -- module` takes the cases with that word. The time is that from a change to the
//! answer to a request about the changed text, before which the findings are pushed. The first findings are those after the
//! start of the program.
//!
//! `EDITOR_ROOTS=10000` takes another number of root modules. "Nothing watched" is an editor that does not tell which files have
//! changed: the times of all files are compared for each key stroke.
//!
//! `EDITOR_MINUTES=60 cargo bench --bench editor -- edits` edits random files for so long, and prints the memory each minute.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::format_collect,
    clippy::needless_pass_by_value,
    reason = "it measures for a person to look at"
)]

#[path = "../tests/integration/support/editor.rs"]
#[allow(dead_code, reason = "tests use the rest of it")]
mod editor;
#[path = "support/repository.rs"]
mod repository;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use editor::{Editor, able};

/// How many root modules call the module `modules/mirror`.
const CALLERS: usize = 50;

/// What is typed at the end of a file of a root module.
const BLOCK: &str = "\nresource \"rhcs_image_mirror\" \"typed\" {\n  cluster_id = \"c\"\n  source     = \"quay.io/typed/a\"\n  \
                     mirrors    = [\"mirror.example.com/typed/a\"]\n}\n";

/// What is typed in place of `each.value` in the module.
const EXPRESSION: &str = "[for m in each.value : \"${m}\" if m != \"\"]";

/// A case: its name, the files that are open, the place in the first one that is edited, and what is typed there.
struct Case {
    name: &'static str,
    open: Vec<String>,
    /// The text that is deleted before; the end of the file if it is empty.
    replaced: &'static str,
    typed: &'static str,
    watches: bool,
}

fn main() {
    let wanted: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| !word.starts_with('-'))
        .collect();
    let directory = tempfile::tempdir().unwrap();
    let root = std::fs::canonicalize(directory.path()).unwrap();
    let roots = std::env::var("EDITOR_ROOTS").ok();
    let roots = roots.and_then(|text| text.parse().ok()).unwrap_or(1_000);
    repository::make(&root, roots);
    std::fs::create_dir(root.join(".git")).unwrap();
    let (callers, others) = roots_with_mirrors(&root);
    let root_file = |directory: &PathBuf| format!("{}/mirrors.tf", directory.display());
    let several = || others.iter().take(7).map(root_file).collect::<Vec<_>>();
    let module = || vec!["modules/mirror/main.tf".to_owned()];
    let with_callers = || {
        module()
            .into_iter()
            .chain(callers.iter().take(3).map(root_file))
            .collect()
    };
    let case = |name, open, watches| Case {
        name,
        open,
        replaced: "",
        typed: BLOCK,
        watches,
    };
    let in_module = |case: Case| Case {
        replaced: "each.value",
        typed: EXPRESSION,
        ..case
    };
    let cases = [
        case("a file of a root module", several().drain(..1).collect(), true),
        case(
            "a file of a root module, nothing watched",
            several().drain(..1).collect(),
            false,
        ),
        case("a root module, six others open", several(), true),
        case(
            "a root module that calls the module",
            callers.iter().take(1).map(root_file).collect(),
            true,
        ),
        in_module(case("the module that 50 root modules call", module(), true)),
        in_module(case(
            "the module, three of its callers open",
            with_callers(),
            true,
        )),
    ];
    println!(
        "{:<42} {:>9} {:>9} {:>9} {:>9} {:>8}",
        "key strokes in", "first", "median", "p99", "longest", "memory"
    );
    for case in cases {
        if wanted.is_empty() || wanted.iter().any(|word| case.name.contains(word.as_str())) {
            measure(&root, &case);
        }
    }
    if wanted.iter().any(|word| word == "edits") {
        let files: Vec<String> = callers
            .iter()
            .take(6)
            .chain(others.iter().take(6))
            .map(root_file)
            .collect();
        edit_for_long(&root, &module().into_iter().chain(files).collect::<Vec<_>>());
    }
}

/// Lets so many root modules call the module. Returns the directories of those that do, and of others with mirrors.
fn roots_with_mirrors(root: &Path) -> (Vec<PathBuf>, Vec<PathBuf>) {
    let (mut callers, mut others, mut idle) = (Vec::new(), Vec::new(), Vec::new());
    for environment in directories(&root.join("live")) {
        let inner = directories(&environment);
        let roots = if inner.is_empty() {
            vec![environment]
        } else {
            inner
        };
        for directory in roots {
            let name = directory.strip_prefix(root).unwrap().to_owned();
            match std::fs::read_to_string(directory.join("mirrors.tf")) {
                Ok(text) if text.contains("modules/mirror") => callers.push(name),
                Ok(_) => others.push(name),
                Err(_) => idle.push(name),
            }
        }
    }
    let module = "variable \"cluster_id\" {\n  type = string\n}\nvariable \"mirrors\" {\n  type = map(list(string))\n}\nresource \
                  \"rhcs_image_mirror\" \"this\" {\n  for_each   = var.mirrors\n  cluster_id = var.cluster_id\n  source     = \
                  each.key\n  mirrors    = each.value\n}\n";
    std::fs::create_dir_all(root.join("modules/mirror")).unwrap();
    std::fs::write(root.join("modules/mirror/main.tf"), module).unwrap();
    let missing = CALLERS.saturating_sub(callers.len());
    for name in idle.drain(..missing) {
        let up: String = name.components().map(|_| "../").collect();
        let entry = |number: usize| {
            format!("    \"quay.io/team/app-{number}\" = [\"mirror.example.com/app-{number}\"]\n")
        };
        let entries: String = (0..8).map(entry).collect();
        let text = format!(
            "module \"mirrors\" {{\n  source     = \"{up}modules/mirror\"\n  cluster_id = \"c\"\n  mirrors = {{\n{entries}  }}\n}}\n"
        );
        std::fs::write(root.join(&name).join("mirrors.tf"), text).unwrap();
        callers.push(name);
    }
    (callers, others)
}

/// The directories in a directory, in the order of their names.
fn directories(directory: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut found: Vec<PathBuf> = entries.filter(|path| path.is_dir()).collect();
    found.sort();
    found
}

fn start(root: &Path, watches: bool) -> Editor {
    let mut capabilities = able();
    capabilities["workspace"]["didChangeWatchedFiles"]["dynamicRegistration"] = json!(watches);
    Editor::start(root, &capabilities)
}

fn measure(root: &Path, case: &Case) {
    let begun = Instant::now();
    let mut editor = start(root, case.watches);
    for name in &case.open {
        editor.open_file(name);
    }
    editor.settle();
    let first = begun.elapsed();
    let name = &case.open[0];
    let mut text = std::fs::read_to_string(root.join(name)).unwrap();
    let start = if case.replaced.is_empty() {
        text.len()
    } else {
        text.find(case.replaced).unwrap()
    };
    let mut times = Vec::new();
    let mut edit = |from: usize, to: usize, inserted: &str| {
        let range = json!({"start": position(&text, from), "end": position(&text, to)});
        text.replace_range(from..to, inserted);
        let changed = Instant::now();
        editor.change_with(name, json!([{"range": range, "text": inserted}]));
        editor.settle();
        times.push(changed.elapsed());
    };
    for _ in 0..2 {
        delete(start, case.replaced, &mut edit);
        write(start, case.typed, &mut edit);
        delete(start, case.typed, &mut edit);
        write(start, case.replaced, &mut edit);
    }
    times.sort();
    let at = |hundredths: usize| times[(times.len() * hundredths / 100).min(times.len() - 1)];
    println!(
        "{:<42} {first:>9.1?} {:>9.1?} {:>9.1?} {:>9.1?} {:>5} MB",
        case.name,
        at(50),
        at(99),
        at(100),
        editor.memory()
    );
}

/// Types a text, one character after another.
fn write(start: usize, text: &str, edit: &mut impl FnMut(usize, usize, &str)) {
    for (at, character) in text.char_indices() {
        edit(start + at, start + at, &character.to_string());
    }
}

/// Deletes a text, one character after another from its end.
fn delete(start: usize, text: &str, edit: &mut impl FnMut(usize, usize, &str)) {
    for (at, character) in text.char_indices().rev() {
        edit(start + at, start + at + character.len_utf8(), "");
    }
}

/// The position of an offset in a text of ASCII characters.
fn position(text: &str, offset: usize) -> Value {
    let before = &text[..offset];
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    json!({"line": before.matches('\n').count(), "character": offset - start})
}

/// Edits random files, opens and closes them, and asks about them, as fast as the server answers.
fn edit_for_long(root: &Path, files: &[String]) {
    let minutes = std::env::var("EDITOR_MINUTES")
        .ok()
        .and_then(|text| text.parse::<u64>().ok());
    let minutes = minutes.unwrap_or(1);
    let mut editor = start(root, true);
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut below = |limit: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % u64::try_from(limit.max(1)).unwrap()).unwrap()
    };
    let mut open: Vec<Option<String>> = vec![None; files.len()];
    let mut edits = 0;
    for minute in 1..=minutes {
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_mins(1) {
            let index = below(files.len());
            let name = &files[index];
            let original = || std::fs::read_to_string(root.join(name)).unwrap();
            match (&mut open[index], below(40)) {
                (Some(_), 0) => {
                    editor.close(name);
                    open[index] = None;
                }
                (Some(text), 1) => {
                    *text = original();
                    editor.change(name, text);
                }
                (Some(text), 2) => {
                    let mut at = json!({"textDocument": {"uri": editor.uri(name)}, "position": position(text, below(text.len()))});
                    for method in ["hover", "definition", "completion"] {
                        editor.request(&format!("textDocument/{method}"), at.clone());
                    }
                    at["context"] = json!({"includeDeclaration": true});
                    editor.request("textDocument/references", at);
                }
                (Some(text), _) => {
                    let from = below(text.len());
                    let to = (from + below(3)).min(text.len());
                    let inserted =
                        ["", "x", "\"", "}", "{", "\n", " = [\"a\"]\n", "each.key", "${"][below(9)];
                    let range = json!({"start": position(text, from), "end": position(text, to)});
                    text.replace_range(from..to, inserted);
                    editor.change_with(name, json!([{"range": range, "text": inserted}]));
                }
                (None, _) => {
                    let text = original();
                    editor.open(name, &text);
                    open[index] = Some(text);
                }
            }
            edits += 1;
            editor.settle();
        }
        println!(
            "after {minute:>3} minutes and {edits:>7} edits: {:>4} MB",
            editor.memory()
        );
    }
}
