//! The commands of the README and of `docs/` run, and print what the documents show.
//!
//! A block of the language `console` has commands after `$ `, each followed by its output, or by nothing if the
//! document does not show the output. The commands of a page run one after another in one directory, a copy of
//! `fixtures/documents/project`; `fixtures/documents/programs` has stand-ins for other programs. A comment above a block
//! says more:
//!
//! - `<!-- not run: REASON -->`: the commands need what a test does not have.
//! - `<!-- in the repository -->`: the commands run in this repository.
//! - `<!-- file: NAME -->`: the block is the content of a file, which is there for the commands below.
//!
//! `MIRRORSET_WRITE_DOCS=1 cargo test --test integration documents::` writes the outputs that the documents show.

#![cfg(unix)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The README, the pages of `docs` and the other documents at the root, as paths from the root.
fn pages() -> Vec<String> {
    let mut pages: Vec<String> = ["README.md", "CONTRIBUTING.md", "SECURITY.md"]
        .map(str::to_owned)
        .into();
    let mut docs: Vec<String> = std::fs::read_dir(root().join("docs"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .map(|path| format!("docs/{}", path.file_name().unwrap().to_str().unwrap()))
        .collect();
    docs.sort();
    pages.extend(docs);
    pages
}

/// A block of code of a page.
struct Block {
    line: usize,
    language: String,
    /// The comment on the line above.
    direction: String,
    text: String,
}

fn blocks(page: &str) -> Vec<Block> {
    let text = std::fs::read_to_string(root().join(page)).unwrap();
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    let mut previous = "";
    for (number, line) in text.lines().enumerate() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(language)) => {
                let comment = previous
                    .strip_prefix("<!-- ")
                    .and_then(|rest| rest.strip_suffix(" -->"));
                open = Some(Block {
                    line: number + 1,
                    language: language.to_owned(),
                    direction: comment.unwrap_or_default().to_owned(),
                    text: String::new(),
                });
            }
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (Some(block), None) => block.text = format!("{}{line}\n", block.text),
            (None, None) => {}
        }
        previous = line;
    }
    assert!(open.is_none(), "{page}: a block is not closed");
    blocks
}

/// The commands of a block, each with the output that the page shows.
fn commands(block: &Block) -> Vec<(String, String)> {
    let mut commands: Vec<(String, String)> = Vec::new();
    for line in block.text.lines() {
        match (line.strip_prefix("$ "), commands.last_mut()) {
            (Some(command), _) => commands.push((command.to_owned(), String::new())),
            (None, Some((_, output))) => output.push_str(&format!("{line}\n")),
            (None, None) => panic!("line {}: output without a command", block.line),
        }
    }
    commands
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// The programs that a command of a document can run.
fn search_path() -> String {
    let mirrorset: PathBuf = assert_cmd::cargo::cargo_bin("mirrorset");
    let stand_ins = root().join("fixtures/documents/programs");
    format!(
        "{}:{}:/usr/bin:/bin",
        stand_ins.display(),
        mirrorset.parent().unwrap().display()
    )
}

/// Runs the commands of a page. Returns how many there are, and the page with the outputs that the program prints.
fn run_page(page: &str, failed: &mut Vec<String>) -> (usize, String) {
    let directory = tempfile::tempdir().unwrap();
    copy(&root().join("fixtures/documents/project"), directory.path());
    // The directory is a project tree, like a clone.
    std::fs::create_dir(directory.path().join(".git")).unwrap();
    let mut count = 0;
    let mut text = std::fs::read_to_string(root().join(page)).unwrap();
    for block in blocks(page) {
        if let Some(name) = block.direction.strip_prefix("file: ") {
            let path = directory.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, &block.text).unwrap();
            continue;
        }
        if block.language != "console" || block.direction.starts_with("not run: ") {
            continue;
        }
        let in_repository = block.direction == "in the repository";
        let mut true_block = String::new();
        for (shown_command, shown) in commands(&block) {
            true_block.push_str(&format!("$ {shown_command}\n"));
            let command = shown_command.replace("cargo run --release --quiet --", "mirrorset");
            if command.starts_with("cargo ") {
                continue;
            }
            let output = Command::new("sh")
                .args(["-c", &format!("exec 2>&1\n{command}")])
                .current_dir(if in_repository { root() } else { directory.path() })
                .env_clear()
                .env("PATH", search_path())
                .env("HOME", directory.path())
                .output()
                .unwrap();
            count += 1;
            let printed = String::from_utf8(output.stdout).unwrap();
            // 1 means findings; 2 and more that a command failed.
            if !matches!(output.status.code(), Some(0 | 1)) {
                let line = block.line;
                failed.push(format!("{page}:{line}: {command}: {}\n{printed}", output.status));
            }
            if !shown.is_empty() {
                true_block.push_str(&printed);
            }
        }
        let fenced = |text: &str| format!("```console\n{text}```\n");
        text = text.replace(&fenced(&block.text), &fenced(&true_block));
    }
    (count, text)
}

#[test]
fn the_commands_of_the_documents_run_and_print_what_is_shown() {
    let mut failed = Vec::new();
    let mut total = 0;
    for page in pages() {
        let (count, text) = run_page(&page, &mut failed);
        total += count;
        if std::env::var_os("MIRRORSET_WRITE_DOCS").is_some() {
            std::fs::write(root().join(&page), &text).unwrap();
        }
        let written = std::fs::read_to_string(root().join(&page)).unwrap();
        if written != text {
            let mut lines = written.lines().zip(text.lines());
            let (shown, printed) = lines
                .find(|(shown, printed)| shown != printed)
                .unwrap_or_default();
            failed.push(format!(
                "{page} shows\n{shown}\nand the program prints\n{printed}"
            ));
        }
    }
    assert!(
        failed.is_empty(),
        "{}\nMIRRORSET_WRITE_DOCS=1 cargo test --test integration documents:: writes the outputs",
        failed.join("\n")
    );
    assert!(total > 40, "{total} commands are found");
}

#[test]
fn the_readme_has_the_commands_that_ci_runs() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    for command in [
        "cargo run --release --quiet -- check fixtures/guide/classic-by-mistake",
        "cargo test --quiet",
    ] {
        assert!(readme.contains(&format!("\n$ {command}\n")), "{command}");
    }
}

/// The headings of a page as anchors, as GitHub makes them.
fn anchors(text: &str) -> BTreeSet<String> {
    let mut in_block = false;
    let mut anchors = BTreeSet::new();
    for line in text.lines() {
        in_block ^= line.starts_with("```");
        if let (false, Some(heading)) = (in_block, line.strip_prefix('#')) {
            let heading = heading.trim_start_matches('#').trim().to_lowercase();
            let kept = heading
                .chars()
                .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
            anchors.insert(kept.map(|c| if c == ' ' { '-' } else { c }).collect());
        }
    }
    anchors
}

/// The targets of links and pictures outside of code.
fn links(text: &str) -> Vec<String> {
    let mut in_block = false;
    let mut links = Vec::new();
    for line in text.lines() {
        in_block ^= line.starts_with("```");
        if in_block {
            continue;
        }
        let outside_of_code: Vec<&str> = line.split('`').step_by(2).collect();
        for rest in outside_of_code.join("`").split("](").skip(1) {
            links.push(rest.split(')').next().unwrap().to_owned());
        }
        for rest in line.split("src=\"").skip(1) {
            links.push(rest.split('"').next().unwrap().to_owned());
        }
    }
    links
}

/// The README has absolute links, because registries of packages show it, too.
const IN_THE_PROJECT: [&str; 3] = [
    "https://github.com/mirrorset/mirrorset/blob/main/",
    "https://github.com/mirrorset/mirrorset/tree/main/",
    "https://raw.githubusercontent.com/mirrorset/mirrorset/main/",
];

#[test]
fn links_lead_to_what_is_there() {
    let mut wrong = Vec::new();
    for page in pages() {
        let text = std::fs::read_to_string(root().join(&page)).unwrap();
        for link in links(&text) {
            let in_project = IN_THE_PROJECT.iter().find_map(|prefix| link.strip_prefix(prefix));
            let (directory, target) = match in_project {
                Some(target) => (PathBuf::from("."), target),
                None if link.contains("://") => continue,
                None => (Path::new(&page).parent().unwrap().to_owned(), link.as_str()),
            };
            let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
            let path = if file.is_empty() {
                PathBuf::from(&page)
            } else {
                directory.join(file)
            };
            let path = root().join(path);
            let has_anchor = || anchors(&std::fs::read_to_string(&path).unwrap()).contains(anchor);
            if !path.exists() || (!anchor.is_empty() && !has_anchor()) {
                wrong.push(format!("{page}: {link}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_index_lists_every_page() {
    let index = std::fs::read_to_string(root().join("docs/README.md")).unwrap();
    let listed = links(&index);
    for page in pages() {
        let name = page.strip_prefix("docs/").filter(|name| *name != "README.md");
        let is_listed = |name: &str| listed.iter().any(|link| link == name);
        assert!(name.is_none_or(is_listed), "docs/README.md does not list {page}");
    }
}

#[test]
fn packages_have_the_version_of_the_manifest() {
    let version = env!("CARGO_PKG_VERSION");
    let text = |name: &str| std::fs::read_to_string(root().join(name)).unwrap();
    let hooks = text(".pre-commit-hooks.yaml");
    let image = "ghcr.io/mirrorset/mirrorset:";
    assert_eq!(hooks.matches(image).count(), 2);
    assert_eq!(hooks.matches(&format!("{image}{version} ")).count(), 2);
    let template = text("templates/check/template.yml");
    assert!(template.contains(&format!("default: \"{version}\"")));
}
