//! From a project to a report: runs the rules, applies settings, suppressions and the baseline, and counts mirrors by
//! verdict.

mod checker;
mod collector;
mod decisions;
mod report;
mod settings;
mod suppression_spans;

pub use checker::{CheckContext, check};
pub use report::Report;
pub(crate) use report::{Summary, Suppressed, Verdict};
pub use settings::CheckSettings;
