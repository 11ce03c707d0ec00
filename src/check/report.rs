//! The result of a check.

use crate::baseline::Entry;
use crate::diagnostic::Diagnostic;
use crate::model::Mirror;
use terraform_eval::source::Span;

/// What is said of one mirror.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Every rule decided, and none found anything.
    Clean,
    /// Some rule found something.
    WithFindings,
    /// No rule found anything, but some could not decide.
    Undecided,
}

impl Verdict {
    /// The word of the JSON output.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Clean => "clean",
            Self::WithFindings => "with_findings",
            Self::Undecided => "undecided",
        }
    }
}

/// How many mirrors were looked at, and what was said of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    /// All mirrors, one for each planned instance.
    pub mirrors: usize,
    /// Those that are clean.
    pub clean: usize,
    /// Those with findings.
    pub with_findings: usize,
    /// Those that are undecided.
    pub undecided: usize,
    /// The root modules, plans, states and manifests that they stand in.
    pub configurations: usize,
    /// Files that were read.
    pub files: usize,
    /// Files that could not be read.
    pub unreadable: usize,
    /// Findings that are suppressed where they stand.
    pub suppressed: usize,
    /// Findings that the baseline knows.
    pub in_baseline: usize,
}

/// The result of a check.
#[derive(Debug)]
pub struct Report<'a> {
    /// The findings, by file and place, those without a place first.
    pub findings: Vec<Diagnostic>,
    /// What is suppressed, in the same order.
    pub suppressed: Vec<Suppressed>,
    /// The mirrors with what is said of them, in the order of the model.
    pub mirrors: Vec<(&'a Mirror, Verdict)>,
    /// What the baseline has and this check did not find again.
    pub stale_baseline_entries: Vec<Entry>,
    /// Whether some finding is as heavy as the user said that fails.
    pub exceeds_fail_on: bool,
    /// The counts.
    pub summary: Summary,
}

/// A finding that is suppressed.
#[derive(Debug, Clone, PartialEq)]
pub struct Suppressed {
    /// What was found.
    pub finding: Diagnostic,
    /// The comment that says so.
    pub by: Span,
    /// The reason that is given there.
    pub reason: String,
}
