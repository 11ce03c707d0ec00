//! The README shows what the program prints, and all rules.

use std::fmt::Write as _;
use std::path::Path;

use crate::support::program::mirrorset_in;
use mirrorset::testing::convert::TARGETS;
use mirrorset::testing::rules::SECTIONS;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn readme() -> String {
    std::fs::read_to_string(root().join("README.md")).unwrap()
}

/// The command and the output of the example after a marker.
fn example(marker: &str) -> (Vec<String>, String) {
    let readme = readme();
    let block = readme
        .split(&format!("<!-- {marker} -->\n```console\n$ "))
        .nth(1)
        .unwrap();
    let block = block.split("```").next().unwrap();
    let (command, output) = block.split_once('\n').unwrap();
    let command = command
        .trim_start_matches("cargo run --release --quiet -- ")
        .trim_start_matches("mirrorset ");
    (
        command.split_whitespace().map(str::to_owned).collect(),
        output.to_owned(),
    )
}

/// `stderr_starts` has the start of each line on standard error.
fn assert_true(marker: &str, status: i32, stderr_starts: &[&str]) {
    let (command, output) = example(marker);
    let arguments: Vec<&str> = command.iter().map(String::as_str).collect();
    let run = mirrorset_in(root(), &arguments);
    assert_eq!(run.stdout, output);
    assert_eq!(run.status, status);
    assert_eq!(run.stderr.lines().count(), stderr_starts.len(), "{}", run.stderr);
    assert!(
        run.stderr
            .lines()
            .zip(stderr_starts)
            .all(|(line, start)| line.starts_with(start)),
        "{}",
        run.stderr
    );
}

#[test]
fn check_prints_what_the_readme_shows() {
    assert_true("main job", 1, &[]);
}

#[test]
fn convert_prints_what_the_readme_shows() {
    assert_true(
        "conversion",
        0,
        &["note: a ROSA cluster with hosted control planes rejects this manifest"],
    );
}

#[test]
fn resolve_prints_what_the_readme_shows() {
    assert_true("resolution", 0, &[]);
}

#[test]
fn the_table_of_rules_is_up_to_date() {
    let mut table = String::from("| rule | severity | reports |\n|---|---|---|\n");
    for section in SECTIONS {
        let _ = writeln!(table, "| **{}** | | |", section.group.title());
        for rule in section.rules {
            let (name, severity) = (rule.name, rule.severity.as_str());
            let _ = writeln!(table, "| `{name}` | {severity} | {} |", rule.summary());
        }
    }
    let readme = readme();
    let (before, rest) = readme.split_once("<!-- rules -->\n").unwrap();
    let (current, after) = rest.split_once("<!-- end of rules -->").unwrap();
    if std::env::var_os("MIRRORSET_WRITE_DOCS").is_some() {
        let readme = format!("{before}<!-- rules -->\n{table}<!-- end of rules -->{after}");
        std::fs::write(root().join("README.md"), readme).unwrap();
        return;
    }
    assert_eq!(current, table);
}

#[test]
fn the_readme_lists_every_conversion_target() {
    let readme = readme();
    let (_, table) = readme.split_once("| `--to` | output |\n").unwrap();
    let rows = table.lines().take_while(|line| line.starts_with('|')).skip(1);
    let cells = rows.map(|row| row.split('|').nth(1).unwrap());
    let listed: Vec<&str> = cells
        .flat_map(|cell| cell.split(", "))
        .map(|flag| flag.trim().trim_matches('`'))
        .collect();
    let flags: Vec<&str> = TARGETS.iter().map(|target| target.flag).collect();
    assert_eq!(listed, flags);
}
