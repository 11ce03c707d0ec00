//! Fixes: the edits of findings, made in memory until nothing changes any more, then written.
//!
//! A fix changes bytes and nothing else, so comments, layout and line endings stay. Edits that overlap wait
//! for the next round. After each round everything is read and checked anew. Errors that were not there
//! before are mended by their own fixes; a fix that leaves one of them in the end is not made, and said.

mod apply;
mod select;
mod write;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use crate::diagnostic::{Applicability, Code, Diagnostic, Severity};
use terraform_eval::source::{Files, OverlayFiles, Sources};

use apply::apply_fixes;
use select::{FixKey, SelectedFix, select_fixes};

pub use write::write;

/// More rounds than this mean that fixes undo each other.
const MAX_ROUNDS: usize = 10;

/// So often everything is checked anew at most: each time a fix is made or given up.
const MAX_CHECKS: usize = 1000;

/// A file that fixes change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileChange {
    /// Its name for people.
    pub name: String,
    /// Its text before.
    pub before: String,
    /// Its text after.
    pub after: String,
}

/// What fixes do.
#[derive(Debug, Default)]
pub struct FixOutcome {
    /// The files that change, by canonical path.
    pub changes: BTreeMap<PathBuf, FileChange>,
    /// How many findings were fixed.
    pub fixed: usize,
    /// Fixes that were not made, since they would bring a new error: place and rule.
    pub skipped: BTreeSet<String>,
    /// Whether fixes were still to be made after the last round.
    pub has_more: bool,
}

/// How everything stands with some fixes made.
struct FixState {
    changes: BTreeMap<PathBuf, FileChange>,
    /// How many findings were fixed on the way.
    fixed: usize,
    findings: Vec<Diagnostic>,
    sources: Sources,
    /// The files without any fix.
    unfixed: Arc<dyn Files>,
}

/// Makes the fixes that findings offer, up to `most`. `check` reads and checks everything through the files that it
/// gets, which are `files` with the fixes made so far, and returns the findings with the sources that they point into.
///
/// # Errors
///
/// Those of `check`.
pub fn fix<E>(
    files: &Arc<dyn Files>,
    most: Applicability,
    mut check: impl FnMut(Arc<dyn Files>) -> Result<(Vec<Diagnostic>, Sources), E>,
) -> Result<FixOutcome, E> {
    let (findings, sources) = check(files.clone())?;
    let mut state = FixState {
        changes: BTreeMap::new(),
        fixed: 0,
        findings,
        sources,
        unfixed: files.clone(),
    };
    let mut outcome = FixOutcome::default();
    let mut refused: BTreeSet<FixKey> = BTreeSet::new();
    let mut rounds = 0;
    for _ in 0..MAX_CHECKS {
        let mut chosen = select_fixes(&state.findings, &state.sources, most, &refused);
        if chosen.is_empty() {
            break;
        }
        if rounds == MAX_ROUNDS {
            outcome.has_more = true;
            break;
        }
        let all = chosen.len();
        let next = loop {
            if let Some(next) = state.with(&chosen, most, &refused, &mut check)? {
                // Fixes that undo each other are made in whole rounds; a part of one always gets somewhere.
                rounds += usize::from(chosen.len() == all);
                break Some(next);
            }
            if let [one] = chosen.as_slice() {
                outcome.skipped.insert(one.said.clone());
                refused.insert(one.identity.clone());
                break None;
            }
            chosen.truncate(chosen.len().div_ceil(2));
        };
        if let Some(next) = next {
            state = next;
        }
    }
    outcome.changes = state.changes;
    outcome.fixed = state.fixed;
    Ok(outcome)
}

impl FixState {
    /// Makes these fixes, and those of the errors that come to light by them. Nothing if an error is left
    /// that was not there before.
    fn with<E>(
        &self,
        chosen: &[SelectedFix<'_>],
        most: Applicability,
        refused: &BTreeSet<FixKey>,
        check: &mut impl FnMut(Arc<dyn Files>) -> Result<(Vec<Diagnostic>, Sources), E>,
    ) -> Result<Option<Self>, E> {
        let before = errors(&self.findings);
        let mut state = self.then(chosen, check)?;
        for _ in 0..MAX_ROUNDS {
            let worse = worse(&before, &errors(&state.findings));
            if worse.is_empty() {
                return Ok(Some(state));
            }
            let uncovered = state
                .findings
                .iter()
                .filter(|finding| worse.contains(&finding.code));
            let chosen = select_fixes(uncovered, &state.sources, most, refused);
            if chosen.is_empty() {
                break;
            }
            state = state.then(&chosen, check)?;
        }
        Ok(None)
    }

    /// Makes these fixes.
    fn then<E>(
        &self,
        chosen: &[SelectedFix<'_>],
        check: &mut impl FnMut(Arc<dyn Files>) -> Result<(Vec<Diagnostic>, Sources), E>,
    ) -> Result<Self, E> {
        let mut changes = self.changes.clone();
        apply_fixes(&mut changes, chosen, &self.sources);
        let texts = changes
            .iter()
            .map(|(path, change)| (path.clone(), change.after.clone()));
        let files = OverlayFiles::new(texts.collect(), self.unfixed.clone());
        let (findings, sources) = check(Arc::new(files))?;
        Ok(Self {
            changes,
            fixed: self.fixed + chosen.iter().map(|one| one.findings).sum::<usize>(),
            findings,
            sources,
            unfixed: self.unfixed.clone(),
        })
    }
}

/// How many errors each rule finds. Where does not matter: what is wrong with a plan is told at the plan once
/// its configuration says something else.
fn errors(findings: &[Diagnostic]) -> BTreeMap<Code, usize> {
    let mut errors = BTreeMap::new();
    for finding in findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error)
    {
        *errors.entry(finding.code).or_default() += 1;
    }
    errors
}

/// The rules that find more errors than before.
fn worse(before: &BTreeMap<Code, usize>, after: &BTreeMap<Code, usize>) -> BTreeSet<Code> {
    let after = after.iter();
    after
        .filter(|(rule, count)| before.get(*rule).is_none_or(|known| known < *count))
        .map(|(rule, _)| *rule)
        .collect()
}

#[cfg(test)]
mod tests;
