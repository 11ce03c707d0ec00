//! The rules: as a table, as JSON, and as Markdown pages.

use std::fmt::Write as _;

use serde::Serialize;

use super::style::{Style, link};
use super::text::Text;
use super::wrap::wrap;

use crate::rules::{Fixability, Group, Rule, SECTIONS, Section, grouped, page_lines};
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
    url: String,
    /// The page of the rule, in Markdown.
    explanation: String,
}

impl Row {
    fn new(group: Group, rule: &Rule) -> Self {
        Self {
            name: rule.name,
            group: group.title(),
            severity: rule.severity.as_str(),
            inputs: rule.inputs.names(),
            fix: rule.fix.as_str(),
            summary: rule.summary(),
            url: rule.url(),
            explanation: page_text(rule),
        }
    }
}

/// The fewest columns in which the summary of a rule stands beside the rest of its row.
const MIN_SUMMARY: usize = 36;

/// Paragraphs in longer lines are hard to read.
const MAX_PARAGRAPH: usize = 100;

/// Renders a table with one row per rule, under the headings of the groups.
#[must_use]
pub(crate) fn table(style: Style) -> Text {
    let cells = |rule: &Rule| {
        let inputs = rule.inputs.names().join(", ");
        let name = format!("  {}", rule.name);
        [&name, rule.severity.as_str(), &inputs, rule.fix.as_str()].map(str::to_owned)
    };
    let heading = ["rule", "severity", "inputs", "fix"].map(str::to_owned);
    let rows = |section: &Section| -> Vec<(&'static Rule, [String; 4], &str)> {
        let rules = section.rules.iter();
        rules.map(|rule| (*rule, cells(rule), rule.summary())).collect()
    };
    let sections: Vec<_> = SECTIONS
        .iter()
        .map(|section| (section.group, rows(section)))
        .collect();
    let mut widths = heading.each_ref().map(String::len);
    for (_, cells, _) in sections.iter().flat_map(|(_, rows)| rows) {
        for (width, cell) in widths.iter_mut().zip(cells) {
            *width = cell.len().max(*width);
        }
    }
    let layout = Layout {
        widths,
        beside: widths.iter().map(|width| width + 2).sum(),
        style,
    };
    let mut text = layout.row(&heading, "summary", None);
    for (group, rows) in &sections {
        let _ = writeln!(text, "\n{}", group.title());
        for (rule, cells, summary) in rows {
            text.push_str(&layout.row(cells, summary, Some(rule)));
        }
    }
    Text::from_styled(text)
}

/// How the rows of the table are laid out.
struct Layout {
    widths: [usize; 4],
    /// The columns beside which the summary stands.
    beside: usize,
    style: Style,
}

impl Layout {
    /// A row. Where there is no room beside the other cells, the summary is below them.
    fn row(&self, cells: &[String; 4], summary: &str, rule: Option<&Rule>) -> String {
        let mut row = String::new();
        for (position, (cell, width)) in cells.iter().zip(self.widths).enumerate() {
            let linked = match rule {
                Some(rule) if position == 0 => format!("  {}", link(rule.name, &rule.url(), self.style)),
                _ => cell.clone(),
            };
            // Writing to a string cannot fail.
            let _ = write!(row, "{linked}{}  ", " ".repeat(width.saturating_sub(cell.len())));
        }
        match self.style.columns() {
            Some(columns) if columns < self.beside + MIN_SUMMARY => {
                let [name, facts @ ..] = cells;
                let name = rule.map_or_else(|| name.clone(), |rule| link(rule.name, &rule.url(), self.style));
                let row = wrap(
                    &format!("  {}  {}", name.trim(), facts.join("  ")),
                    columns,
                    "    ",
                );
                let summary = wrap(&format!("    {summary}"), columns, "    ");
                format!("{row}\n{summary}\n")
            }
            Some(columns) => {
                let indent = " ".repeat(self.beside);
                format!("{}\n", wrap(&format!("{row}{summary}"), columns, &indent))
            }
            None => format!("{row}{summary}\n"),
        }
    }
}

/// Renders every rule as one JSON document.
#[must_use]
pub(crate) fn as_json() -> Text {
    let rows = grouped().map(|(group, rule)| Row::new(group, rule));
    let document = Document {
        version: VERSION,
        rules: rows.collect(),
    };
    Text::from_document(&json::to_lines(&document))
}

/// Renders a rule as a JSON document, in the form that it has in the list of rules.
#[must_use]
pub(crate) fn rule_as_json(rule: &Rule) -> Text {
    let row = grouped().find(|(_, other)| other.name == rule.name);
    let row = row.map(|(group, rule)| Row::new(group, rule));
    Text::from_document(&json::to_lines(&row))
}

/// Renders the page of a rule, in Markdown, with paragraphs as wide as their reader shows them.
#[must_use]
pub(crate) fn page(rule: &Rule, style: Style) -> Text {
    let page = page_text(rule);
    Text::from_document(&match style.columns() {
        Some(columns) => reflow(&page, columns.min(MAX_PARAGRAPH)),
        None => page,
    })
}

/// Markdown with paragraphs of another width. Code stays as it is.
fn reflow(page: &str, width: usize) -> String {
    let mut text = String::new();
    let mut paragraph = String::new();
    let flush = |text: &mut String, paragraph: &mut String| {
        if !paragraph.is_empty() {
            let indent = if paragraph.starts_with("- ") { "  " } else { "" };
            let _ = writeln!(text, "{}", wrap(paragraph, width, indent));
            paragraph.clear();
        }
    };
    for (line, is_code) in page_lines(page) {
        let is_prose = !is_code && !line.is_empty() && !line.starts_with('#');
        if !is_prose || line.starts_with("- ") {
            flush(&mut text, &mut paragraph);
        }
        if is_prose {
            if !paragraph.is_empty() {
                paragraph.push(' ');
            }
            paragraph.push_str(line.trim());
        } else {
            let _ = writeln!(text, "{line}");
        }
    }
    flush(&mut text, &mut paragraph);
    text
}

/// The page of a rule, in Markdown, with its severity, inputs and fix.
#[must_use]
pub(super) fn page_text(rule: &Rule) -> String {
    page_at_level(rule, "")
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
