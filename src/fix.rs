//! Fixes: the edits of findings, made in memory until nothing changes any more, then written.
//!
//! A fix changes bytes and nothing else, so comments, layout and line endings stay. Edits that overlap wait
//! for the next round. After each round everything is read and checked anew: a file that has an error then
//! which it did not have before is put back, and said.

mod write;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::diagnostic::{Applicability, Diagnostic, Edit, Severity};
use crate::source::{Edited, Sources, display_name};

pub use write::write;

/// More rounds than this mean that fixes undo each other.
const ROUNDS: usize = 10;

/// A file that fixes change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Its name for people.
    pub name: String,
    /// Its text before.
    pub before: String,
    /// Its text after.
    pub after: String,
}

/// What fixes do.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The files that change, by true path.
    pub changes: BTreeMap<PathBuf, Change>,
    /// How many findings were fixed.
    pub fixed: usize,
    /// Files that were put back, since a fix brought a new error into them.
    pub refused: BTreeSet<String>,
    /// Whether fixes were still to be made after the last round.
    pub unsettled: bool,
}

impl Outcome {
    /// The texts that stand in for those on disk until they are written.
    #[must_use]
    pub fn edited(&self) -> Arc<Edited> {
        let texts = self
            .changes
            .iter()
            .map(|(path, change)| (path.clone(), change.after.clone()));
        Arc::new(texts.collect())
    }
}

/// Makes the fixes that findings offer, up to `most`. `check` reads and checks everything with the given
/// texts in place of those on disk, and gives the findings with the sources that they point into.
///
/// # Errors
///
/// Those of `check`.
pub fn fix<E>(
    most: Applicability,
    mut check: impl FnMut(Arc<Edited>) -> Result<(Vec<Diagnostic>, Sources), E>,
) -> Result<Outcome, E> {
    let mut outcome = Outcome::default();
    let (mut findings, mut sources) = check(outcome.edited())?;
    let mut refused: BTreeSet<PathBuf> = BTreeSet::new();
    for round in 0..=ROUNDS {
        let round_edits = Round::of(&findings, &sources, most, &refused);
        if round_edits.edits.is_empty() {
            break;
        }
        if round == ROUNDS {
            outcome.unsettled = true;
            break;
        }
        let errors_before = errors(&findings, &sources);
        let before = outcome.changes.clone();
        for (path, edits) in round_edits.edits {
            outcome.edit(&path, &edits);
        }
        let (new_findings, new_sources) = check(outcome.edited())?;
        let worse = worse(&errors_before, &errors(&new_findings, &new_sources));
        if worse.is_empty() {
            outcome.fixed += round_edits.fixes;
            (findings, sources) = (new_findings, new_sources);
            continue;
        }
        // What is worse may come of an edit in another file, so the whole round is taken back, and the files
        // that it made worse are left alone from now on.
        outcome
            .refused
            .extend(worse.iter().map(|path| display_name(path)));
        refused.extend(worse);
        outcome.changes = before;
        (findings, sources) = check(outcome.edited())?;
    }
    Ok(outcome)
}

impl Outcome {
    fn edit(&mut self, path: &Path, edits: &Edits) {
        let change = self.changes.entry(path.to_owned()).or_insert_with(|| Change {
            name: edits.name.clone(),
            before: edits.text.clone(),
            after: edits.text.clone(),
        });
        for edit in edits.all.iter().rev() {
            let range = edit.span.range();
            if change.after.get(range.clone()).is_some() {
                change.after.replace_range(range, &edit.content);
            }
        }
    }
}

/// The edits of one file in one round, by place, without overlap.
struct Edits {
    name: String,
    text: String,
    all: Vec<Edit>,
}

/// What is done in one round.
#[derive(Default)]
struct Round {
    edits: BTreeMap<PathBuf, Edits>,
    fixes: usize,
}

impl Round {
    /// The fixes of findings, each whole or not at all.
    fn of(
        findings: &[Diagnostic],
        sources: &Sources,
        most: Applicability,
        refused: &BTreeSet<PathBuf>,
    ) -> Self {
        let mut round = Self::default();
        for finding in findings {
            let Some(fix) = finding.fix.as_ref().filter(|fix| fix.applicability <= most) else {
                continue;
            };
            let files: Option<Vec<PathBuf>> = fix
                .edits
                .iter()
                .map(|edit| true_path(sources, edit).filter(|path| !refused.contains(path)))
                .collect();
            let Some(files) = files else { continue };
            let placed: Vec<(PathBuf, &Edit)> = files.into_iter().zip(&fix.edits).collect();
            // The same text may be found wrong in several instances of one block.
            if placed
                .iter()
                .all(|(path, edit)| round.has(path, |other| is_same(edit, other)))
            {
                round.fixes += 1;
                continue;
            }
            if placed
                .iter()
                .any(|(path, edit)| round.has(path, |other| overlap(edit, other)))
            {
                continue;
            }
            round.fixes += 1;
            for (path, edit) in placed {
                let file = sources.file(edit.span.file);
                let edits = round.edits.entry(path).or_insert_with(|| Edits {
                    name: file.name().to_owned(),
                    text: file.text().to_owned(),
                    all: Vec::new(),
                });
                edits.all.push(edit.clone());
            }
        }
        for edits in round.edits.values_mut() {
            edits.all.sort();
        }
        round
    }

    fn has(&self, path: &Path, is_it: impl Fn(&Edit) -> bool) -> bool {
        self.edits
            .get(path)
            .is_some_and(|edits| edits.all.iter().any(is_it))
    }
}

fn true_path(sources: &Sources, edit: &Edit) -> Option<PathBuf> {
    std::fs::canonicalize(sources.file(edit.span.file).path()?).ok()
}

fn is_same(one: &Edit, other: &Edit) -> bool {
    one.span.range() == other.span.range() && one.content == other.content
}

/// Whether two edits of one file touch the same bytes, or insert at the same place.
fn overlap(one: &Edit, other: &Edit) -> bool {
    let (one, other) = (one.span.range(), other.span.range());
    one.start < other.end && other.start < one.end || one.start == other.start
}

/// How many errors each rule finds in each file.
fn errors(findings: &[Diagnostic], sources: &Sources) -> BTreeMap<(PathBuf, &'static str), usize> {
    let mut errors = BTreeMap::new();
    for finding in findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error)
    {
        let Some(label) = &finding.primary else { continue };
        if let Some(path) = sources.file(label.span.file).path() {
            *errors.entry((path.to_owned(), finding.rule)).or_default() += 1;
        }
    }
    errors
}

/// The files that have more errors of a rule than before.
fn worse(
    before: &BTreeMap<(PathBuf, &'static str), usize>,
    after: &BTreeMap<(PathBuf, &'static str), usize>,
) -> BTreeSet<PathBuf> {
    let more = after
        .iter()
        .filter(|(key, count)| before.get(key).is_none_or(|known| known < *count));
    more.filter_map(|((path, _), _)| std::fs::canonicalize(path).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Fix;
    use crate::source::Span;

    /// A check that wants each `a` to be a `b`, and calls whatever `bad` finds an error.
    fn check_letters(
        path: PathBuf,
        bad: fn(&str) -> bool,
    ) -> impl FnMut(Arc<Edited>) -> Result<(Vec<Diagnostic>, Sources), ()> {
        move |edited| {
            let mut sources = Sources::with_edited(edited);
            let file = sources.read(&path).unwrap();
            let text = sources.text(file).to_owned();
            let mut findings = Vec::new();
            for (at, letter) in text.char_indices() {
                if letter == 'a' {
                    let edit = Edit {
                        span: Span::new(file, at, at + 1),
                        content: "b".to_owned(),
                    };
                    let fix = Fix {
                        title: "write b".to_owned(),
                        applicability: Applicability::Safe,
                        edits: vec![edit],
                    };
                    findings.push(Diagnostic::new("letters", Severity::Warning, "an a").fix(fix));
                }
            }
            if bad(&text) {
                let finding = Diagnostic::new("bad", Severity::Error, "bad");
                findings.push(finding.at(Span::new(file, 0, 1), ""));
            }
            Ok((findings, sources))
        }
    }

    fn file(text: &str) -> (tempfile::TempDir, PathBuf) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("x.tf");
        std::fs::write(&path, text).unwrap();
        (directory, path)
    }

    #[test]
    fn edits_are_made_until_nothing_changes() {
        let (_directory, path) = file("cac a\r\n");
        let outcome = fix(Applicability::Safe, check_letters(path.clone(), |_| false)).unwrap();
        let change = outcome.changes.values().next().unwrap();
        assert_eq!(
            (change.before.as_str(), change.after.as_str()),
            ("cac a\r\n", "cbc b\r\n")
        );
        assert_eq!((outcome.fixed, outcome.unsettled), (2, false));
        // Nothing is written before somebody says so.
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "cac a\r\n");
        write(&outcome).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "cbc b\r\n");
    }

    #[test]
    fn what_gets_worse_is_put_back() {
        let (_directory, path) = file("cac");
        let outcome = fix(
            Applicability::Safe,
            check_letters(path, |text| text.contains('b')),
        )
        .unwrap();
        assert!(outcome.changes.is_empty());
        assert_eq!(outcome.refused.len(), 1);
        assert_eq!(outcome.fixed, 0);
    }

    #[test]
    fn fixes_that_never_end_are_given_up() {
        let (_directory, path) = file("a");
        let grow = |edited: Arc<Edited>| -> Result<_, ()> {
            let mut sources = Sources::with_edited(edited);
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
                vec![Diagnostic::new("more", Severity::Warning, "more").fix(fix)],
                sources,
            ))
        };
        let outcome = fix(Applicability::Safe, grow).unwrap();
        assert!(outcome.unsettled);
        assert_eq!(
            outcome.changes.values().next().unwrap().after,
            "a".repeat(ROUNDS + 1)
        );
    }
}
