//! Rounds of fixes: select, apply, check again, until no fix is left.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use crate::diagnostic::{Applicability, Code, Diagnostic, Severity};
use terraform_eval::source::{Files, OverlayFiles, Sources};

use super::apply::apply_fixes;
use super::outcome::{FileChange, FixOutcome};
use super::select::{FixKey, SelectedFix, select_fixes};

/// If there are fixes left after this many rounds, some of them undo each other.
const MAX_ROUNDS: usize = 10;

/// How often everything is checked: a fix that introduces an error takes some checks to find.
const MAX_CHECKS: usize = 200;

/// Applies the fixes of findings in memory, up to an applicability. `check` reads and checks everything through the
/// files that it gets, which are `files` with the fixes so far, and returns the findings with the sources that they
/// point into.
///
/// # Errors
///
/// Those of `check`.
pub fn fix<E>(
    files: &Arc<dyn Files>,
    max_applicability: Applicability,
    check: impl FnMut(Arc<dyn Files>) -> Result<(Vec<Diagnostic>, Sources), E>,
) -> Result<FixOutcome, E> {
    let mut fixer = Fixer {
        unfixed: files.clone(),
        max_applicability,
        check,
        skipped: BTreeSet::new(),
        checks: 0,
    };
    let mut outcome = FixOutcome::default();
    let mut state = fixer.check(BTreeMap::new(), 0)?;
    let mut rounds = 0;
    loop {
        let selected = fixer.select(&state.findings, &state);
        if selected.is_empty() {
            break;
        }
        if rounds == MAX_ROUNDS || fixer.checks >= MAX_CHECKS {
            outcome.has_more = true;
            break;
        }
        match fixer.apply_by_bisection(&state, &selected)? {
            Step::Applied { next, is_complete } => {
                // Only complete rounds count towards the limit: fixes that undo each other are applied in complete
                // rounds, and a part of a round always makes progress.
                rounds += usize::from(is_complete);
                state = *next;
            }
            Step::Skipped { key, name } => {
                outcome.skipped.insert(name);
                fixer.skipped.insert(key);
            }
        }
    }
    outcome.changes = state.changes;
    outcome.fixed = state.fixed;
    Ok(outcome)
}

/// The result of a check with some fixes applied.
struct FixState {
    changes: BTreeMap<PathBuf, FileChange>,
    /// How many findings were fixed so far.
    fixed: usize,
    findings: Vec<Diagnostic>,
    sources: Sources,
}

/// The result of one step.
enum Step {
    /// Fixes were applied.
    Applied {
        next: Box<FixState>,
        /// Whether these were all selected fixes.
        is_complete: bool,
    },
    /// A fix introduces an error even if it is applied alone.
    Skipped { key: FixKey, name: String },
}

struct Fixer<C> {
    /// The files without any fix.
    unfixed: Arc<dyn Files>,
    max_applicability: Applicability,
    check: C,
    /// The fixes that introduce an error.
    skipped: BTreeSet<FixKey>,
    /// How often everything was checked.
    checks: usize,
}

impl<C, E> Fixer<C>
where
    C: FnMut(Arc<dyn Files>) -> Result<(Vec<Diagnostic>, Sources), E>,
{
    /// Selects the fixes to apply next.
    fn select<'f>(
        &self,
        findings: impl IntoIterator<Item = &'f Diagnostic>,
        state: &FixState,
    ) -> Vec<SelectedFix<'f>> {
        select_fixes(findings, &state.sources, self.max_applicability, &self.skipped)
    }

    /// Applies as many of the selected fixes as introduce no error. To find a fix that introduces one, the fixes are
    /// halved: all of them, then the first half, then the first half of that, down to a single one, which is skipped.
    fn apply_by_bisection(&mut self, state: &FixState, selected: &[SelectedFix<'_>]) -> Result<Step, E> {
        let mut part = selected;
        loop {
            if let Some(next) = self.apply_without_new_errors(state, part)? {
                return Ok(Step::Applied {
                    next: Box::new(next),
                    is_complete: part.len() == selected.len(),
                });
            }
            if let [single] = part {
                return Ok(Step::Skipped {
                    key: single.key.clone(),
                    name: single.name.clone(),
                });
            }
            part = &part[..part.len().div_ceil(2)];
        }
    }

    /// Applies these fixes, and the fixes of the errors that they introduce. `None` if a new error is left.
    fn apply_without_new_errors(
        &mut self,
        state: &FixState,
        selected: &[SelectedFix<'_>],
    ) -> Result<Option<FixState>, E> {
        let before = count_errors(&state.findings);
        let mut state = self.apply(state, selected)?;
        for _ in 0..MAX_ROUNDS {
            let increased = increased_errors(&before, &count_errors(&state.findings));
            if increased.is_empty() {
                return Ok(Some(state));
            }
            let introduced = state
                .findings
                .iter()
                .filter(|finding| increased.contains(&finding.code));
            let selected = self.select(introduced, &state);
            if selected.is_empty() {
                break;
            }
            state = self.apply(&state, &selected)?;
        }
        Ok(None)
    }

    /// Applies these fixes and checks again.
    fn apply(&mut self, state: &FixState, selected: &[SelectedFix<'_>]) -> Result<FixState, E> {
        let mut changes = state.changes.clone();
        apply_fixes(&mut changes, selected, &state.sources);
        let fixed = selected.iter().map(|fix| fix.findings).sum::<usize>();
        self.check(changes, state.fixed + fixed)
    }

    /// Checks the files with these changes.
    fn check(&mut self, changes: BTreeMap<PathBuf, FileChange>, fixed: usize) -> Result<FixState, E> {
        let files = if changes.is_empty() {
            self.unfixed.clone()
        } else {
            let texts = changes
                .iter()
                .map(|(path, change)| (path.clone(), change.after.clone()));
            Arc::new(OverlayFiles::new(texts.collect(), self.unfixed.clone()))
        };
        self.checks += 1;
        let (findings, sources) = (self.check)(files)?;
        Ok(FixState {
            changes,
            fixed,
            findings,
            sources,
        })
    }
}

/// How many errors each rule reports. The spans do not count: once the configuration of a plan is changed, the findings
/// about the plan point at the plan.
fn count_errors(findings: &[Diagnostic]) -> BTreeMap<Code, usize> {
    let mut errors = BTreeMap::new();
    for finding in findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error)
    {
        *errors.entry(finding.code).or_default() += 1;
    }
    errors
}

/// The rules that report more errors than before.
fn increased_errors(before: &BTreeMap<Code, usize>, after: &BTreeMap<Code, usize>) -> BTreeSet<Code> {
    after
        .iter()
        .filter(|(code, count)| before.get(*code).is_none_or(|known| known < *count))
        .map(|(code, _)| *code)
        .collect()
}

#[cfg(test)]
mod tests;
