//! Unusual literals by purpose: the lines of `words.txt`, which are the contents of quoted strings, or complete
//! expressions for numbers.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::functions::Want;

/// The literals for a purpose.
pub(crate) fn words(want: Want) -> &'static [&'static str] {
    section(match want {
        Want::Number => "numbers",
        Want::Integer => "integers",
        Want::Size => "sizes",
        Want::Pattern => "patterns",
        Want::Format => "formats",
        Want::Cidr => "cidrs",
        Want::Time => "times",
        Want::Duration => "durations",
        Want::DateFormat => "date_formats",
        Want::Base64 => "base64",
        Want::Encoding => "encodings",
        Want::Json => "jsons",
        Want::Yaml => "yamls",
        Want::Csv => "csvs",
        Want::File => "files",
        Want::Path => "paths",
        Want::Glob => "globs",
        Want::Template => "templates",
        Want::TypeConstraint => "types",
        _ => "strings",
    })
}

/// Replacements for `replace`.
pub(crate) fn replacements() -> &'static [&'static str] {
    section("replacements")
}

fn section(name: &str) -> &'static [&'static str] {
    static SECTIONS: OnceLock<HashMap<&str, Vec<&str>>> = OnceLock::new();
    let sections = SECTIONS.get_or_init(|| {
        let sections = include_str!("words.txt").split("=== ").skip(1);
        sections
            .map(|section| {
                let (name, lines) = section.split_once('\n').unwrap();
                let words = lines.strip_suffix('\n').unwrap_or(lines).split('\n');
                (
                    name,
                    words
                        .map(|word| if word == "<empty>" { "" } else { word })
                        .collect(),
                )
            })
            .collect()
    });
    &sections[name]
}
