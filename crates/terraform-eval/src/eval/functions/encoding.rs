//! Encoding functions.

pub(super) mod base64;
mod csv;
mod json;
mod text;
mod url;
mod yaml;

use super::function::Function;

/// The functions of this category, by file.
pub(super) const TABLES: &[&[Function]] = &[
    base64::FUNCTIONS,
    csv::FUNCTIONS,
    json::FUNCTIONS,
    text::FUNCTIONS,
    url::FUNCTIONS,
    yaml::FUNCTIONS,
];
