//! The report of `check`, one file a format.

pub mod concise;
pub mod full;
pub mod github;
pub mod json;
pub mod json_lines;
