//! The list of output formats.

use super::format::Format;
use super::{
    azure, checkstyle, concise, full, github, gitlab, html, json, json_lines, junit, markdown, rdjson, sarif,
    teamcity,
};

/// All formats, in the order in which `--help` lists them.
pub static FORMATS: &[&Format] = &[
    &full::FORMAT,
    &concise::FORMAT,
    &json::FORMAT,
    &json_lines::FORMAT,
    &sarif::FORMAT,
    &github::FORMAT,
    &gitlab::FORMAT,
    &azure::FORMAT,
    &teamcity::FORMAT,
    &junit::FORMAT,
    &checkstyle::FORMAT,
    &rdjson::FORMAT,
    &markdown::FORMAT,
    &html::FORMAT,
];

/// Finds a format by its name.
#[must_use]
pub fn find_format(name: &str) -> Option<&'static Format> {
    FORMATS.iter().copied().find(|format| format.name == name)
}
