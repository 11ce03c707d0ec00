//! Applies the fixes of findings, in memory until no fix is left, and then to files.
//!
//! A fix replaces bytes and nothing else, so comments, layout and line endings stay. Edits that overlap wait for the
//! next round. After each round everything is read and checked again. If a fix introduces an error, the fix of that
//! error is applied as well; a fix that still leaves a new error is skipped and reported.

mod apply;
mod outcome;
mod rounds;
mod select;
mod write;

pub use outcome::{FileChange, FixOutcome};
pub use rounds::fix;
pub(crate) use select::fixable_path;
pub(crate) use write::write;
