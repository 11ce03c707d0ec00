//! The configuration file `mirrorset.toml`: settings that a repository shares.
//!
//! Each root module uses the nearest file in its parent directories, and only that one. Every key is checked: an unknown
//! key is an error with a span, like a finding.

mod discovery;
mod engine_version;
mod file;
mod keys;
mod level_edit;
mod read;
mod schema;
mod settings_text;

pub(crate) use discovery::{ConfigFiles, ConfigSource};
pub use engine_version::EngineVersion;
pub(crate) use file::{Config, FILE_NAME};
pub(crate) use level_edit::level_edit;
pub use schema::render_schema;
pub(crate) use settings_text::{ShownDialect, render_settings};
