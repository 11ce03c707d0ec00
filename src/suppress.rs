//! Suppressions: comments that suppress findings.
//!
//! `# mirrorset: ignore[rule-a, rule-b] reason` applies to the argument or block on its line or on the line below, in a
//! manifest to the entry or field there, in a `registries.conf` to the table, key or element; `ignore-file[…]` applies to the file. In JSON, the text is a string under the
//! key `"//"` and applies to the enclosing object. With `until=2027-01-31` it applies up to and including that day.

mod insertion;
mod suppressions;
mod syntax;
mod unused;
mod usage;

pub(crate) use insertion::suppression_comment;
pub use suppressions::Suppressions;
pub(crate) use syntax::MARKER;
pub(crate) use usage::Usage;
