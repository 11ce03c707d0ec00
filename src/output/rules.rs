//! The rules: as a table, as JSON, and as Markdown pages.

use std::fmt::Write as _;

use serde::Serialize;

use super::text::Text;

use crate::rules::{Fixability, Rule, SECTIONS, Section, grouped, page_lines};
use crate::untrusted::json;

/// The version of the JSON format.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Document {
    version: u32,
    rules: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    name: &'static str,
    group: &'static str,
    severity: &'static str,
    inputs: Vec<&'static str>,
    fix: &'static str,
    summary: &'static str,
}

/// Renders a table with one line per rule, under the headings of the groups.
#[must_use]
pub(crate) fn table() -> Text {
    let cells = |rule: &Rule| {
        let inputs = rule.inputs.names().join(", ");
        let name = format!("  {}", rule.name);
        [&name, rule.severity.as_str(), &inputs, rule.fix.as_str()].map(str::to_owned)
    };
    let heading = ["rule", "severity", "inputs", "fix"].map(str::to_owned);
    let rows = |section: &Section| -> Vec<([String; 4], &str)> {
        let rules = section.rules.iter();
        rules.map(|rule| (cells(rule), rule.summary())).collect()
    };
    let sections: Vec<_> = SECTIONS
        .iter()
        .map(|section| (section.group, rows(section)))
        .collect();
    let mut widths = heading.each_ref().map(String::len);
    for (cells, _) in sections.iter().flat_map(|(_, rows)| rows) {
        for (width, cell) in widths.iter_mut().zip(cells) {
            *width = cell.len().max(*width);
        }
    }
    let mut text = String::new();
    let write_row = |text: &mut String, cells: &[String; 4], summary: &str| {
        for (cell, width) in cells.iter().zip(widths) {
            let _ = write!(text, "{cell:width$}  ");
        }
        let _ = writeln!(text, "{summary}");
    };
    write_row(&mut text, &heading, "summary");
    for (group, rows) in &sections {
        let _ = writeln!(text, "\n{}", group.title());
        for (cells, summary) in rows {
            write_row(&mut text, cells, summary);
        }
    }
    Text::from_document(&text)
}

/// Renders every rule as one JSON document.
#[must_use]
pub(crate) fn as_json() -> Text {
    let rows = grouped().map(|(group, rule)| Row {
        name: rule.name,
        group: group.title(),
        severity: rule.severity.as_str(),
        inputs: rule.inputs.names(),
        fix: rule.fix.as_str(),
        summary: rule.summary(),
    });
    let document = Document {
        version: VERSION,
        rules: rows.collect(),
    };
    Text::from_document(&json::to_lines(&document))
}

/// Renders the page of a rule, in Markdown.
#[must_use]
pub(crate) fn page(rule: &Rule) -> Text {
    Text::from_document(&page_at_level(rule, ""))
}

/// Renders a page, with `level` before each heading. The severity, inputs and fix of the rule follow its summary.
fn page_at_level(rule: &Rule, level: &str) -> String {
    let mut text = String::new();
    for (number, (line, is_code)) in page_lines(rule.page).enumerate() {
        let level = if line.starts_with('#') && !is_code {
            level
        } else {
            ""
        };
        let _ = writeln!(text, "{level}{line}");
        if number == 2 {
            let _ = writeln!(
                text,
                "\nSeverity: {}. Inputs: {}. Fix: {}.",
                rule.severity.as_str(),
                rule.inputs.names().join(", "),
                fix_label(rule.fix)
            );
        }
    }
    text
}

fn fix_label(fix: Fixability) -> &'static str {
    match fix {
        Fixability::None => "none",
        Fixability::Safe => "safe",
        Fixability::Unsafe => "unsafe (needs review)",
        Fixability::SafeOrUnsafe => "safe or unsafe (needs review), depending on the finding",
    }
}

/// Renders all pages as one document.
#[must_use]
pub fn document() -> String {
    let mut text = String::from(
        "<!-- Generated from src/rules/*.md by `MIRRORSET_WRITE_DOCS=1 cargo test`; do not edit. -->\n\n\
         # The rules of mirrorset\n",
    );
    for section in SECTIONS {
        let _ = writeln!(text, "\n{}:\n", section.group.title());
        for rule in section.rules {
            let _ = writeln!(text, "- [`{0}`](#{0}): {1}", rule.name, rule.summary());
        }
    }
    for section in SECTIONS {
        let _ = writeln!(text, "\n## {}", section.group.title());
        for rule in section.rules {
            let _ = write!(text, "\n{}", page_at_level(rule, "##"));
        }
    }
    text
}
