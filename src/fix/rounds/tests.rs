//! Fixes that replace letters: which are applied, which are skipped, and when fixing ends.

use super::*;
use crate::diagnostic::{Edit, Fix};
use crate::fix::write;
use terraform_eval::source::{DiskFiles, Span};

/// A finding of the check: a letter, the severity, and the letter that the fix writes.
type LetterRule = (char, Severity, Option<&'static str>);

/// A check that reports letters.
fn letters(
    path: PathBuf,
    rules: &'static [LetterRule],
) -> impl FnMut(Arc<dyn Files>) -> Result<(Vec<Diagnostic>, Sources), ()> {
    move |files| {
        let mut sources = Sources::with_files(files);
        let file = sources.read(&path).unwrap();
        let mut findings = Vec::new();
        for (at, current) in sources.text(file).char_indices() {
            for (letter, severity, replacement) in rules.iter().filter(|(letter, ..)| *letter == current) {
                let name = if *severity == Severity::Error {
                    "error"
                } else {
                    "warning"
                };
                let mut finding = Diagnostic::new(Code::Rule(name), *severity, format!("{letter} at {at}"));
                finding.fix = replacement.map(|replacement| Fix {
                    title: format!("write {replacement}"),
                    applicability: Applicability::Safe,
                    edits: vec![Edit {
                        span: Span::new(file, at, at + 1),
                        content: replacement.to_owned(),
                    }],
                });
                findings.push(finding);
            }
        }
        Ok((findings, sources))
    }
}

fn disk() -> Arc<dyn Files> {
    Arc::new(DiskFiles::default())
}

fn file(text: &str) -> (tempfile::TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("x.tf");
    std::fs::write(&path, text).unwrap();
    (directory, path)
}

#[test]
fn fixes_are_applied_until_none_is_left() {
    let (_directory, path) = file("cac a\r\n");
    let outcome = fix(
        &disk(),
        Applicability::Safe,
        letters(path.clone(), &[('a', Severity::Warning, Some("b"))]),
    )
    .unwrap();
    let change = outcome.changes.values().next().unwrap();
    assert_eq!(
        (change.before.as_str(), change.after.as_str()),
        ("cac a\r\n", "cbc b\r\n")
    );
    assert_eq!((outcome.fixed, outcome.has_more), (2, false));
    // Only `write` writes files.
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "cac a\r\n");
    write(&outcome).unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "cbc b\r\n");
}

#[test]
fn a_fix_that_introduces_an_error_is_skipped() {
    let (_directory, path) = file("cxc");
    let outcome = fix(
        &disk(),
        Applicability::Safe,
        letters(
            path,
            &[('x', Severity::Warning, Some("y")), ('y', Severity::Error, None)],
        ),
    )
    .unwrap();
    assert!(outcome.changes.is_empty());
    assert_eq!(outcome.skipped.len(), 1);
    assert_eq!(outcome.fixed, 0);
}

#[test]
fn an_introduced_error_is_fixed_by_its_own_fix() {
    let (_directory, path) = file("cxc");
    let outcome = fix(
        &disk(),
        Applicability::Safe,
        letters(
            path,
            &[
                ('x', Severity::Warning, Some("y")),
                ('y', Severity::Error, Some("z")),
            ],
        ),
    )
    .unwrap();
    assert_eq!(outcome.changes.values().next().unwrap().after, "czc");
    assert_eq!((outcome.fixed, outcome.skipped.len()), (2, 0));
}

#[test]
fn a_fix_that_leaves_an_error_is_skipped_and_the_others_are_applied() {
    let (_directory, path) = file("axa");
    let outcome = fix(
        &disk(),
        Applicability::Safe,
        letters(
            path,
            &[
                ('a', Severity::Warning, Some("b")),
                ('x', Severity::Warning, Some("y")),
                ('y', Severity::Error, Some("z")),
                ('z', Severity::Error, None),
            ],
        ),
    )
    .unwrap();
    assert_eq!(outcome.changes.values().next().unwrap().after, "bxb");
    assert_eq!((outcome.fixed, outcome.skipped.len()), (2, 1));
}

#[test]
fn a_fix_is_skipped_if_the_fixes_of_its_errors_undo_each_other() {
    let (_directory, path) = file("x");
    let outcome = fix(
        &disk(),
        Applicability::Safe,
        letters(
            path,
            &[
                ('x', Severity::Warning, Some("y")),
                ('y', Severity::Error, Some("z")),
                ('z', Severity::Error, Some("y")),
            ],
        ),
    )
    .unwrap();
    assert!(outcome.changes.is_empty());
    assert_eq!((outcome.skipped.len(), outcome.has_more), (1, false));
}

#[test]
fn fixes_that_never_end_are_stopped() {
    let (_directory, path) = file("a");
    let grow = |files: Arc<dyn Files>| -> Result<_, ()> {
        let mut sources = Sources::with_files(files);
        let file = sources.read(&path).unwrap();
        let edit = Edit {
            span: Span::new(file, 0, 0),
            content: "a".to_owned(),
        };
        let fix = Fix {
            title: "more".to_owned(),
            applicability: Applicability::Safe,
            edits: vec![edit],
        };
        Ok((
            vec![Diagnostic::new(Code::Rule("more"), Severity::Warning, "more").fix(fix)],
            sources,
        ))
    };
    let outcome = fix(&disk(), Applicability::Safe, grow).unwrap();
    assert!(outcome.has_more);
    assert_eq!(
        outcome.changes.values().next().unwrap().after,
        "a".repeat(MAX_ROUNDS + 1)
    );
}
