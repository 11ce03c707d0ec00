//! The list of output formats.

use super::format::Format;
use super::{concise, full, github, json, json_lines};

/// All formats, in the order in which `--help` lists them.
pub static FORMATS: &[&Format] = &[
    &full::FORMAT,
    &concise::FORMAT,
    &json::FORMAT,
    &json_lines::FORMAT,
    &github::FORMAT,
];

/// Finds a format by its name.
#[must_use]
pub fn find_format(name: &str) -> Option<&'static Format> {
    FORMATS.iter().copied().find(|format| format.name == name)
}
