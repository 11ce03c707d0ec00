//! Fixes of the fixtures and of mutated ones: cut, doubled, with unclosed blocks, with other line endings.
//!
//! `MIRRORSET_MUTATIONS=10000 cargo test --release --test integration -- fix_mutations:: --nocapture` tries that many.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use mirrorset::testing::diagnostic::Applicability;

use crate::fuzz_targets::fixing::assert_safe;
use crate::fuzz_targets::scratch::directory_of;
use crate::support::program::fixture;

/// Larger files are not mutated: there are smaller ones like them.
const MAX_BYTES: u64 = 20_000;

/// How many mutations are tried by default.
const DEFAULT_NUMBER: usize = 200;

/// The files of a directory, by name.
type Files = BTreeMap<String, String>;

/// The fixtures that fixes may apply to: each directory with configuration or manifests.
fn fixtures() -> Vec<Files> {
    let mut directories = vec![fixture("")];
    let mut found = Vec::new();
    while let Some(directory) = directories.pop() {
        let mut paths: Vec<PathBuf> = std::fs::read_dir(&directory)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        paths.sort();
        let files: Files = paths.iter().filter_map(|path| readable(path)).collect();
        if !files.is_empty() {
            found.push(files);
        }
        directories.extend(
            paths
                .into_iter()
                .filter(|path| path.is_dir() && !path.is_symlink()),
        );
    }
    found
}

/// The name and the text of a file that fixes may change, or that they depend on.
fn readable(path: &Path) -> Option<(String, String)> {
    const ENDINGS: [&str; 6] = [".tf", ".tf.json", ".tofu", ".tfvars", ".yaml", ".toml"];
    let name = path.file_name()?.to_str()?;
    let is_readable = ENDINGS.iter().any(|ending| name.ends_with(ending)) && path.is_file();
    let is_short = std::fs::metadata(path).is_ok_and(|metadata| metadata.len() < MAX_BYTES);
    let text = std::fs::read_to_string(path)
        .ok()
        .filter(|_| is_readable && is_short)?;
    Some((name.to_owned(), text))
}

/// A sequence of numbers that look random: each run has the same ones.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end.max(1)
    }

    /// An offset in a text between two characters.
    fn offset(&mut self, text: &str) -> usize {
        text.floor_char_boundary(self.below(text.len() + 1))
    }
}

/// Changes a text in one of the ways in which texts go wrong.
fn mutate(text: &str, numbers: &mut Numbers) -> String {
    let at = numbers.offset(text);
    let (before, after) = text.split_at(at);
    match numbers.below(10) {
        0 => before.to_owned(),
        1 => after.to_owned(),
        2 => text.repeat(2),
        3 => text.replace('\n', "\r\n"),
        4 => "\u{feff}".to_owned() + text,
        5 => text.replacen('}', "", 1),
        6 => match after.find(['}', ']', '"', ')']) {
            Some(closing) => format!("{before}{}{}", &after[..closing], &after[closing + 1..]),
            None => text.replace('\n', "\r\n"),
        },
        7 => {
            let lines: Vec<&str> = text.split_inclusive('\n').collect();
            let line = numbers.below(lines.len());
            let repeated = lines.get(line).map_or("", |line| line).repeat(2);
            [
                &lines[..line].concat(),
                repeated.as_str(),
                &lines[(line + 1).min(lines.len())..].concat(),
            ]
            .concat()
        }
        8 => {
            let word = ["nginx", "\"a b\"", "{", "<<E\n", "/*", "${", "\t", "é"][numbers.below(8)];
            format!("{before}{word}{after}")
        }
        _ => text.trim_end().to_owned(),
    }
}

/// What the fixes of some inputs took.
#[derive(Default)]
struct Totals {
    inputs: usize,
    check: Duration,
    fix: Duration,
    /// The number of inputs by the number of checks.
    checks: BTreeMap<usize, usize>,
}

impl Totals {
    fn add(&mut self, files: &Files, applicability: Applicability) {
        let directory = directory_of(files.iter().map(|(name, text)| (name.as_str(), text.as_bytes())));
        let times = assert_safe(&directory, applicability);
        self.inputs += 1;
        self.check += times.check;
        self.fix += times.fix;
        *self.checks.entry(times.checks).or_default() += 1;
    }

    /// Fixing takes at most three times as long as a check.
    fn assert_in_proportion(&self) {
        println!(
            "{} inputs, {:?} to check, {:?} to fix, by checks: {:?}",
            self.inputs, self.check, self.fix, self.checks
        );
        assert!(
            self.fix <= self.check * 3,
            "{:?} to check, {:?} to fix",
            self.check,
            self.fix
        );
    }
}

#[test]
fn the_fixes_of_every_fixture_are_safe() {
    let mut totals = Totals::default();
    for files in fixtures() {
        for applicability in [Applicability::Safe, Applicability::Unsafe] {
            totals.add(&files, applicability);
        }
    }
    totals.assert_in_proportion();
}

#[test]
fn the_fixes_of_mutated_fixtures_are_safe() {
    let number =
        std::env::var("MIRRORSET_MUTATIONS").map_or(DEFAULT_NUMBER, |number| number.parse().unwrap());
    let fixtures = fixtures();
    let mut numbers = Numbers(number as u64);
    let mut totals = Totals::default();
    for _ in 0..number {
        let mut files = fixtures[numbers.below(fixtures.len())].clone();
        let position = numbers.below(files.len());
        for _ in 0..=numbers.below(3) {
            let text = files.values_mut().nth(position).unwrap();
            *text = mutate(text, &mut numbers);
        }
        totals.add(&files, Applicability::Unsafe);
    }
    totals.assert_in_proportion();
}
