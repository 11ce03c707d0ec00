//! The report of `check`: one file per format, and the list of formats.

mod concise;
mod format;
mod formats;
mod full;
mod github;
mod json;
mod json_lines;

pub use format::{Format, ReportView};
pub use formats::{FORMATS, find_format};
pub use full::render_findings;
