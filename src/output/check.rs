//! The report of `check`: one file per format, and a table of the formats.

mod concise;
mod format;
mod full;
mod github;
mod json;
mod json_lines;
mod table;

pub use format::{Format, ReportView};
pub use full::render_findings;
pub use table::{FORMATS, find_format};
