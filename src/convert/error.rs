//! The error of a conversion.

use crate::diagnostic::{Diagnostic, Severity};

/// Why a conversion failed.
#[derive(Debug)]
pub enum ConvertError {
    /// Values that cannot be written, or that the API server would reject.
    Findings(Vec<Diagnostic>),
    /// The options do not fit the input; the message says what to do.
    Options(String),
}

/// A finding that only warns of this conversion, although it would prevent others.
pub(super) fn as_warning(mut finding: Diagnostic) -> Diagnostic {
    finding.severity = Severity::Warning;
    finding
}

/// A finding that prevents the conversion, although it is a warning elsewhere.
pub(super) fn as_error(mut finding: Diagnostic) -> Diagnostic {
    finding.severity = Severity::Error;
    finding
}
