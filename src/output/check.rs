//! The report of `check`: one file per format, and the list of formats.

mod azure;
mod checkstyle;
mod concise;
mod format;
mod formats;
mod full;
mod github;
mod gitlab;
mod html;
mod json;
mod json_lines;
mod junit;
mod markdown;
mod rdjson;
mod repository;
mod sarif;
mod statistics;
mod teamcity;

pub(crate) use format::Fixed;
pub use format::{Format, ReportView};
pub use formats::{FORMATS, find_format};
pub use full::render_findings;
pub use repository::Repository;
pub(crate) use statistics::statistics;
