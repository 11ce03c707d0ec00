//! Renders results as text and JSON. Output is a function of a result and its sources.

pub mod check;
pub mod diff;
pub mod eval;
mod excerpt;
mod finding_groups;
mod printable;
mod redaction;
pub mod resolve;
pub mod rules;
mod summary;

pub use printable::printable;
pub use summary::summary_line;
