//! What holds for the fixes of any input.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use mirrorset::testing::diagnostic::{Applicability, Diagnostic, Severity};
use mirrorset::testing::fix::{FixOutcome, fix};
use mirrorset::testing::output;
use mirrorset::testing::workspace::{Options, load};
use terraform_eval::source::{DiskFiles, Files, OverlayFiles, Sources};
use terraform_eval::syntax::document::{Format, parse_file};

use super::edits::{Replacement, is_edited};
use super::outputs::{MARK, report};

/// What was found in one check while fixes were tried.
struct Checked {
    /// The texts that were read, by canonical path.
    texts: BTreeMap<PathBuf, String>,
    /// The edits that its findings suggest.
    edits: BTreeMap<PathBuf, BTreeSet<Replacement>>,
}

/// How long the parts of fixing took.
pub(crate) struct Times {
    /// The first check.
    pub(crate) check: Duration,
    /// All of fixing, with the first check.
    pub(crate) fix: Duration,
    /// How often everything was checked.
    pub(crate) checks: usize,
}

/// Fixes the findings of a directory in memory, and asserts that only suggested edits were made, that no error is new,
/// that the rest of each file is read as before, and that nothing is left to fix.
pub(crate) fn assert_safe(directory: &Path, applicability: Applicability) -> Times {
    let disk: Arc<dyn Files> = Arc::new(DiskFiles::default());
    let checks = RefCell::new(Vec::new());
    let durations = RefCell::new(Vec::new());
    let begun = Instant::now();
    let outcome = fix(&disk, applicability, |files| {
        let begun = Instant::now();
        let (findings, sources) = check(directory, files);
        durations.borrow_mut().push(begun.elapsed());
        checks.borrow_mut().push(Checked::new(&findings, &sources));
        Ok::<_, ()>((findings, sources))
    });
    let outcome = outcome.unwrap();
    let times = Times {
        check: durations.borrow().first().copied().unwrap_or_default(),
        fix: begun.elapsed(),
        checks: durations.borrow().len(),
    };
    assert_only_edits(&checks.borrow());
    assert_printed(directory, &outcome);
    let fixed = overlay(&outcome, &disk);
    let (before, before_sources) = check(directory, disk);
    for finding in &before {
        assert_rest_is_read_alike(finding, &before_sources);
    }
    for change in outcome.changes.values() {
        assert_form(&change.before, &change.after);
    }
    let (after, _) = check(directory, fixed.clone());
    assert_no_new_errors(&before, &after);
    if !outcome.has_more && !outcome.changes.is_empty() {
        let again = fix(&fixed, applicability, |files| {
            Ok::<_, ()>(check(directory, files))
        });
        for (path, change) in again.unwrap().changes {
            assert_eq!(change.after, change.before, "{} is not settled", path.display());
        }
    }
    times
}

fn check(directory: &Path, files: Arc<dyn Files>) -> (Vec<Diagnostic>, Sources) {
    let options = Options {
        files,
        ..Options::default()
    };
    let loaded = load(&[directory.to_owned()], &options);
    let findings = report(&loaded).findings;
    (findings, loaded.sources)
}

fn overlay(outcome: &FixOutcome, disk: &Arc<dyn Files>) -> Arc<dyn Files> {
    let changes = outcome.changes.iter();
    let texts = changes.map(|(path, change)| (path.clone(), change.after.clone()));
    Arc::new(OverlayFiles::new(texts.collect(), disk.clone()))
}

impl Checked {
    fn new(findings: &[Diagnostic], sources: &Sources) -> Self {
        let path_of = |file| {
            let path = sources.file(file).path()?;
            sources.files().canonicalize(path).ok()
        };
        let ids = sources.ids();
        let texts = ids.filter_map(|file| Some((path_of(file)?, sources.text(file).to_owned())));
        let texts = texts.collect();
        let mut edits: BTreeMap<PathBuf, BTreeSet<Replacement>> = BTreeMap::new();
        for edit in findings
            .iter()
            .filter_map(|finding| finding.fix.as_ref())
            .flat_map(|fix| &fix.edits)
        {
            let range = edit.span.range();
            let replacement = Replacement {
                range: (range.start, range.end),
                content: edit.content.clone(),
            };
            if let Some(path) = path_of(edit.span.file) {
                edits.entry(path).or_default().insert(replacement);
            }
        }
        Self { texts, edits }
    }
}

/// Each text that was checked is an earlier one with edits that findings suggest.
fn assert_only_edits(checks: &[Checked]) {
    let none = BTreeSet::new();
    for (position, checked) in checks.iter().enumerate().skip(1) {
        for (path, text) in &checked.texts {
            let is_derived = checks[..position].iter().rev().any(|earlier| {
                let before = earlier.texts.get(path);
                before.is_some_and(|before| is_edited(before, earlier.edits.get(path).unwrap_or(&none), text))
            });
            // A file that a fix makes reachable was not read before.
            let is_new = checks[..position]
                .iter()
                .all(|earlier| !earlier.texts.contains_key(path));
            assert!(
                is_derived || is_new,
                "{} has other changes than edits: {text}",
                path.display()
            );
        }
    }
}

/// The changes are printed without control characters.
fn assert_printed(directory: &Path, outcome: &FixOutcome) {
    let loaded = load(&[directory.to_owned()], &Options::default());
    let text = output::patch(outcome, &loaded);
    let is_shown = |c: char| !c.is_control() || matches!(c, '\n' | '\t');
    let lines = text.replace("\r\n", "\n");
    assert!(lines.chars().all(is_shown) && !text.contains(MARK), "{text:?}");
}

/// A text keeps its byte order mark and its line endings.
fn assert_form(before: &str, after: &str) {
    assert_eq!(
        before.starts_with('\u{feff}'),
        after.starts_with('\u{feff}'),
        "{after}"
    );
    let bare = |text: &str| text.matches('\n').count() - text.matches("\r\n").count();
    if bare(before) == 0 && before.contains('\n') {
        assert_eq!(bare(after), 0, "a line ends with LF alone: {after:?}");
    }
}

/// With the edits of one fix, the blocks that it does not touch are read as before, and no syntax error is new.
fn assert_rest_is_read_alike(finding: &Diagnostic, sources: &Sources) {
    let edits = finding.fix.iter().flat_map(|fix| &fix.edits);
    let mut by_file: BTreeMap<_, Vec<Replacement>> = BTreeMap::new();
    for edit in edits {
        let range = edit.span.range();
        by_file.entry(edit.span.file).or_default().push(Replacement {
            range: (range.start, range.end),
            content: edit.content.clone(),
        });
    }
    for (file, mut edits) in by_file {
        edits.sort();
        let name = Path::new(sources.file(file).name());
        let is_configuration = [".tf", ".tf.json", ".tofu", ".tofu.json"]
            .iter()
            .any(|end| sources.file(file).name().ends_with(end));
        if !is_configuration {
            continue;
        }
        let before = sources.text(file);
        let mut after = before.to_owned();
        for edit in edits.iter().rev() {
            after.replace_range(edit.range(), &edit.content);
        }
        let untouched = |range: std::ops::Range<usize>| {
            edits
                .iter()
                .all(|edit| edit.range.1 <= range.start || range.end <= edit.range.0)
        };
        let format = Format::from_path(name);
        let (blocks_before, errors_before) = blocks(before, format);
        // A file with a syntax error is not fixed.
        if errors_before > 0 {
            continue;
        }
        let (blocks_after, errors_after) = blocks(&after, format);
        assert_eq!(errors_after, 0, "{} brings a syntax error: {after}", finding.code);
        let mut rest = blocks_after.iter().map(|(block, _)| block);
        for (block, range) in blocks_before {
            if untouched(range) {
                assert!(
                    rest.any(|after| *after == block),
                    "{} changes another block: {block:?}: {after}",
                    finding.code
                );
            }
        }
    }
}

/// The top-level blocks of a text, with their ranges, and the number of its syntax errors.
fn blocks(text: &str, format: Format) -> (Vec<(String, std::ops::Range<usize>)>, usize) {
    let file = Sources::new().add("main.tf", text);
    let document = parse_file(file, text, format);
    let mut errors = document.syntax_errors.len();
    let blocks = document.items.iter().map(|item| {
        errors += item.parse(text).1.len();
        let range = item.span.range();
        (text.get(range.clone()).unwrap_or_default().to_owned(), range)
    });
    (blocks.collect(), errors)
}

fn assert_no_new_errors(before: &[Diagnostic], after: &[Diagnostic]) {
    let errors = |findings: &[Diagnostic]| {
        let mut counts: BTreeMap<&'static str, usize> = BTreeMap::new();
        for error in findings
            .iter()
            .filter(|finding| finding.severity == Severity::Error)
        {
            *counts.entry(error.code.as_str()).or_default() += 1;
        }
        counts
    };
    let (before, after) = (errors(before), errors(after));
    for (rule, count) in &after {
        let known = before.get(rule).copied().unwrap_or_default();
        assert!(*count <= known, "fixes bring {rule}: {before:?}, then {after:?}");
    }
}
