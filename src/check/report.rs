//! The result of a check.

use crate::baseline::Entry;
use crate::diagnostic::Diagnostic;
use crate::model::{Mirror, MirrorId};
use terraform_eval::source::Span;

/// The verdict on one mirror.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Every rule decided, and none reported a finding.
    Clean,
    /// At least one rule reported a finding.
    WithFindings,
    /// No rule reported a finding, but at least one could not decide.
    Undecided,
}

impl Verdict {
    /// The word that JSON output uses.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Clean => "clean",
            Self::WithFindings => "with_findings",
            Self::Undecided => "undecided",
        }
    }
}

/// The counts that outputs print.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    /// All mirrors, one for each planned instance.
    pub mirrors: usize,
    /// Mirrors with the verdict [`Verdict::Clean`].
    pub clean: usize,
    /// Mirrors with the verdict [`Verdict::WithFindings`].
    pub with_findings: usize,
    /// Mirrors with the verdict [`Verdict::Undecided`].
    pub undecided: usize,
    /// Root modules, plans, states and manifests.
    pub inputs: usize,
    /// Mirror blocks, and calls of modules with mirrors, without an instance.
    pub without_instances: usize,
    /// Files that were read.
    pub files: usize,
    /// What was skipped: files, directories and module calls.
    pub skipped: usize,
    /// Files that could not be read.
    pub unreadable: usize,
    /// Findings that comments suppress.
    pub suppressed: usize,
    /// Findings that the baseline records.
    pub in_baseline: usize,
}

/// The result of a check.
#[derive(Debug)]
pub struct Report<'a> {
    /// The findings, sorted by file name and span; those without a span come first.
    pub findings: Vec<Diagnostic>,
    /// The mirrors that each finding is about, in the order of the findings.
    pub(crate) subjects: Vec<Vec<MirrorId>>,
    /// The suppressed findings, in the same order.
    pub suppressed: Vec<Suppressed>,
    /// The mirrors with their verdicts, in the order of the model.
    pub mirrors: Vec<(&'a Mirror, Verdict)>,
    /// Entries of the baseline that match no finding.
    pub stale_baseline_entries: Vec<Entry>,
    /// Whether the severity of some finding reaches `fail-on`.
    pub exceeds_fail_on: bool,
    /// The counts of mirrors, inputs and findings.
    pub summary: Summary,
}

/// A finding that is suppressed.
#[derive(Debug, Clone, PartialEq)]
pub struct Suppressed {
    /// The finding that the report leaves out.
    pub finding: Diagnostic,
    /// The comment that suppresses it.
    pub suppression_span: Span,
    /// The reason that the comment gives; may be empty.
    pub reason: String,
}
