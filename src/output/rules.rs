//! The rules: as a table, as JSON, and as pages.

use std::fmt::Write as _;

use serde::Serialize;

use crate::rules::{Fixability, RULES, Rule};

/// The version of the JSON form.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Document {
    version: u32,
    rules: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    name: &'static str,
    severity: &'static str,
    inputs: &'static [&'static str],
    fix: &'static str,
    summary: &'static str,
}

/// Every rule in a line, with a heading.
#[must_use]
pub fn table() -> String {
    let cells = |rule: &Rule| {
        let inputs = rule.inputs.names().join(", ");
        [rule.name, rule.severity.as_str(), &inputs, rule.fix.as_str()].map(str::to_owned)
    };
    let heading = ["rule", "severity", "inputs", "fix"].map(str::to_owned);
    let rows: Vec<([String; 4], &str)> = std::iter::once((heading, "finds"))
        .chain(RULES.iter().map(|rule| (cells(rule), rule.summary)))
        .collect();
    let width = |column: usize| {
        let widths = rows
            .iter()
            .map(|(cells, _)| cells.get(column).map_or(0, String::len));
        widths.max().unwrap_or_default()
    };
    let widths = [width(0), width(1), width(2), width(3)];
    let mut text = String::new();
    for (cells, summary) in &rows {
        for (cell, width) in cells.iter().zip(widths) {
            let _ = write!(text, "{cell:width$}  ");
        }
        let _ = writeln!(text, "{summary}");
    }
    text
}

/// Every rule as one JSON document.
#[must_use]
pub fn json() -> String {
    let row = |rule: &&'static Rule| Row {
        name: rule.name,
        severity: rule.severity.as_str(),
        inputs: rule.inputs.names(),
        fix: rule.fix.as_str(),
        summary: rule.summary,
    };
    let document = Document {
        version: VERSION,
        rules: RULES.iter().map(row).collect(),
    };
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}

/// The page of a rule, in Markdown.
#[must_use]
pub fn page(rule: &Rule) -> String {
    let Rule {
        name,
        summary,
        documentation,
        ..
    } = rule;
    let severity = rule.severity.as_str();
    let inputs = match rule.inputs.names() {
        [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        names => names.concat(),
    };
    let fix = match rule.fix {
        Fixability::None => "no fix".to_owned(),
        other => format!("fix: {}", other.as_str()),
    };
    format!(
        "# {name}\n\n{summary} ({severity}; on {inputs}; {fix})\n\n## What it does\n\n{}\n\n## Why this is bad\n\n{}\n\n\
         ## Example\n\n{}\nInstead:\n\n{}",
        documentation.what,
        documentation.why,
        example(documentation.failing),
        example(documentation.passing),
    )
}

/// An example as a block of code: configuration, a plan, both, or a manifest.
fn example(text: &str) -> String {
    let text = text.trim();
    match text.split_once("\n# plan.json\n") {
        Some((configuration, plan)) => {
            format!("{}\n{}", fenced("terraform", configuration), fenced("json", plan))
        }
        None if text.starts_with('{') => fenced("json", text),
        None if text.starts_with("apiVersion:") => fenced("yaml", text),
        None => fenced("terraform", text),
    }
}

fn fenced(language: &str, text: &str) -> String {
    format!("```{language}\n{}\n```\n", text.trim())
}

/// All pages as one document.
#[must_use]
pub fn document() -> String {
    let mut text = String::from(
        "<!-- Written by the test `the_pages_are_those_of_the_program`; do not edit. -->\n\n# The rules of mirrorset\n\n",
    );
    for rule in RULES {
        let _ = writeln!(text, "- [`{0}`](#{0}): {1}", rule.name, rule.summary);
    }
    for rule in RULES {
        text.push('\n');
        let mut in_code = false;
        for line in page(rule).lines() {
            in_code ^= line.starts_with("```");
            // One level down: the document has a title of its own.
            let deeper = if line.starts_with('#') && !in_code {
                "#"
            } else {
                ""
            };
            let _ = writeln!(text, "{deeper}{line}");
        }
    }
    text
}
