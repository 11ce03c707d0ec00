//! The exit status.

use std::process::ExitCode;

use crate::check::Report;
use crate::workspace::Loaded;

/// The exit status of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Exit {
    /// 0: no findings.
    Clean,
    /// 1: findings.
    Findings,
    /// 2: an input could not be read, or the command failed.
    Failure,
}

impl Exit {
    /// The exit status of a check.
    pub(super) fn from_report(loaded: &Loaded, report: &Report<'_>) -> Self {
        if !loaded.is_complete() {
            Self::Failure
        } else if report.exceeds_fail_on {
            Self::Findings
        } else {
            Self::Clean
        }
    }

    /// The exit status of a list of what was read.
    pub(super) fn from_coverage(loaded: &Loaded) -> Self {
        if loaded.is_complete() {
            Self::Clean
        } else {
            Self::Failure
        }
    }

    /// The exit status of a command that needs everything that it loads.
    pub(super) fn from_loaded(loaded: &Loaded) -> Self {
        if !loaded.configs.diagnostics.is_empty() || !loaded.is_complete() {
            Self::Failure
        } else if loaded.project.diagnostics.is_empty() {
            Self::Clean
        } else {
            Self::Findings
        }
    }

    /// The exit status, in which findings do not count if `exit_zero`.
    pub(super) fn without_findings(self, exit_zero: bool) -> Self {
        if exit_zero && self == Self::Findings {
            Self::Clean
        } else {
            self
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        match exit {
            Exit::Clean => Self::SUCCESS,
            Exit::Findings => Self::from(1),
            Exit::Failure => Self::from(2),
        }
    }
}
