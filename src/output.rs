//! Renders results as text and JSON. Output is a function of a result and its sources.

pub(crate) mod check;
mod console_type;
pub(crate) mod diff;
pub(crate) mod eval;
mod excerpt;
mod finding_groups;
mod markup;
pub(crate) mod patch;
mod redaction;
pub(crate) mod resolve;
pub(crate) mod rules;
mod secrets;
mod style;
mod summary;
mod text;
mod wrap;

pub(crate) use finding_groups::{FindingGroup, group_findings};
pub use style::Style;
pub(crate) use summary::count_by_reason;
pub use text::Text;
