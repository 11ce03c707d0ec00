//! Fixes: the edits of findings, made in memory until nothing changes any more, then written.
//!
//! A fix changes bytes and nothing else, so comments, layout and line endings stay. Edits that overlap wait
//! for the next round. After each round everything is read and checked anew: a fix that brings an error which
//! was not there before is not made, and said.

mod write;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use crate::diagnostic::{Applicability, Diagnostic, Edit, Severity};
use crate::source::{Edited, Sources};

pub use write::write;

/// More rounds than this mean that fixes undo each other.
const ROUNDS: usize = 10;

/// So often everything is checked anew at most: each time a fix is made or given up.
const ATTEMPTS: usize = 1000;

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
    /// Fixes that were not made, since they would bring a new error: place and rule.
    pub refused: BTreeSet<String>,
    /// Whether fixes were still to be made after the last round.
    pub unsettled: bool,
}

impl Outcome {
    fn edited(&self) -> Arc<Edited> {
        edited(&self.changes)
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
    let mut refused: BTreeSet<Identity> = BTreeSet::new();
    let mut rounds = 0;
    for _ in 0..ATTEMPTS {
        let mut chosen = choose(&findings, &sources, most, &refused);
        if chosen.is_empty() {
            break;
        }
        if rounds == ROUNDS {
            outcome.unsettled = true;
            break;
        }
        let errors_before = errors(&findings);
        let all = chosen.len();
        loop {
            let mut attempt = outcome.changes.clone();
            make(&mut attempt, &chosen, &sources);
            let (found, read) = check(edited(&attempt))?;
            if !is_worse(&errors_before, &errors(&found)) {
                // Fixes that undo each other are made in whole rounds; a part of one always gets somewhere.
                rounds += usize::from(chosen.len() == all);
                outcome.fixed += chosen.iter().map(|one| one.findings).sum::<usize>();
                outcome.changes = attempt;
                (findings, sources) = (found, read);
                break;
            }
            if let [one] = chosen.as_slice() {
                outcome.refused.insert(one.said.clone());
                refused.insert(one.identity.clone());
                break;
            }
            chosen.truncate(chosen.len().div_ceil(2));
        }
    }
    Ok(outcome)
}

/// What tells one fix from another, wherever the text moves to.
type Identity = (PathBuf, &'static str, String);

/// A fix that is going to be made.
struct Chosen<'f> {
    identity: Identity,
    /// The place and the rule, for people.
    said: String,
    edits: Vec<(PathBuf, &'f Edit)>,
    /// How many findings it mends.
    findings: usize,
}

/// The fixes of findings that do not overlap, the first one of those that do.
fn choose<'f>(
    findings: &'f [Diagnostic],
    sources: &Sources,
    most: Applicability,
    refused: &BTreeSet<Identity>,
) -> Vec<Chosen<'f>> {
    let mut chosen: Vec<Chosen<'f>> = Vec::new();
    for finding in findings {
        let Some(fix) = finding.fix.as_ref().filter(|fix| fix.applicability <= most) else {
            continue;
        };
        let edits = fix
            .edits
            .iter()
            .map(|edit| Some((true_path(sources, edit)?, edit)));
        let Some(edits) = edits.collect::<Option<Vec<_>>>() else {
            continue;
        };
        let Some((path, first)) = edits.first() else {
            continue;
        };
        let identity = (path.clone(), finding.rule, finding.message.clone());
        if refused.contains(&identity) {
            continue;
        }
        // The same text may be found wrong in several instances of one block.
        let touches = |one: &Chosen<'_>| {
            one.edits
                .iter()
                .any(|known| edits.iter().any(|edit| overlap(edit, known)))
        };
        if let Some(known) = chosen.iter_mut().find(|one| touches(one)) {
            let same = known.edits.len() == edits.len()
                && known.edits.iter().zip(&edits).all(|(a, b)| is_same(a, b));
            known.findings += usize::from(same);
            continue;
        }
        let file = sources.file(first.span.file);
        let line = file.location(first.span.range().start).line;
        chosen.push(Chosen {
            said: format!("{}:{line}: {}", file.name(), finding.rule),
            identity,
            edits,
            findings: 1,
        });
    }
    chosen
}

/// Makes the edits, in the texts as they are in `sources`.
fn make(changes: &mut BTreeMap<PathBuf, Change>, chosen: &[Chosen<'_>], sources: &Sources) {
    let mut edits: Vec<&(PathBuf, &Edit)> = chosen.iter().flat_map(|one| &one.edits).collect();
    // From the back, so that the places before stay what they are.
    edits.sort_by_key(|(_, edit)| std::cmp::Reverse((edit.span.start, edit.span.end)));
    for (path, edit) in edits {
        let file = sources.file(edit.span.file);
        let change = changes.entry(path.clone()).or_insert_with(|| Change {
            name: file.name().to_owned(),
            before: file.text().to_owned(),
            after: file.text().to_owned(),
        });
        let range = edit.span.range();
        if change.after.get(range.clone()).is_some() {
            change.after.replace_range(range, &edit.content);
        }
    }
}

fn edited(changes: &BTreeMap<PathBuf, Change>) -> Arc<Edited> {
    let texts = changes
        .iter()
        .map(|(path, change)| (path.clone(), change.after.clone()));
    Arc::new(texts.collect())
}

fn true_path(sources: &Sources, edit: &Edit) -> Option<PathBuf> {
    std::fs::canonicalize(sources.file(edit.span.file).path()?).ok()
}

fn is_same((path, edit): &(PathBuf, &Edit), (other_path, other): &(PathBuf, &Edit)) -> bool {
    path == other_path && edit.span.range() == other.span.range() && edit.content == other.content
}

/// Whether two edits touch the same bytes, or insert at the same place.
fn overlap((path, edit): &(PathBuf, &Edit), (other_path, other): &(PathBuf, &Edit)) -> bool {
    let (one, two) = (edit.span.range(), other.span.range());
    path == other_path && (one.start < two.end && two.start < one.end || one.start == two.start)
}

/// How many errors each rule finds. Where does not matter: what is wrong with a plan is told at the plan once
/// its configuration says something else.
fn errors(findings: &[Diagnostic]) -> BTreeMap<&'static str, usize> {
    let mut errors = BTreeMap::new();
    for finding in findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error)
    {
        *errors.entry(finding.rule).or_default() += 1;
    }
    errors
}

/// Whether some rule finds more errors than before.
fn is_worse(before: &BTreeMap<&'static str, usize>, after: &BTreeMap<&'static str, usize>) -> bool {
    let mut after = after.iter();
    after.any(|(rule, count)| before.get(rule).is_none_or(|known| known < count))
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
