//! `teamcity`: service messages of `TeamCity`, which shows them as inspections (jetbrains.com, "Service messages").

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::diagnostic::Severity;
use crate::output::text::Text;
use crate::rules::{self, Rule};
use crate::untrusted::one_line;

use super::format::{Format, Rendered, ReportView};

pub(super) static FORMAT: Format = Format {
    name: "teamcity",
    help: "Service messages of TeamCity, shown as inspections",
    mark: "##teamcity[",
    render,
};

/// The inspection of paths that could not be used.
const UNREAD: (&str, &str) = ("mirrorset", "A path or an option could not be used");

fn render(view: &ReportView<'_>) -> Rendered {
    let mut text = Text::new();
    let groups = view.groups();
    // TeamCity wants each type of inspection before its first inspection.
    let mut types: BTreeMap<&str, String> = BTreeMap::new();
    if !view.errors.is_empty() {
        types.insert(UNREAD.0, UNREAD.1.to_owned());
    }
    for group in &groups {
        let summary = rules::by_code(group.finding.code).map_or("mirrorset", Rule::summary);
        types.insert(group.finding.code.as_str(), summary.to_owned());
    }
    for (id, summary) in &types {
        text.push_teamcity_message(
            "inspectionType",
            &[
                ("id", escape(id)),
                ("name", escape(id)),
                ("category", "mirrorset".to_owned()),
                ("description", escape(summary)),
            ],
        );
    }
    for error in view.errors {
        let file = escape(&view.path_of_error(error));
        text.push_teamcity_message(
            "inspection",
            &[
                ("typeId", UNREAD.0.to_owned()),
                ("message", escape(&error.message)),
                ("file", file),
                ("SEVERITY", "ERROR".to_owned()),
            ],
        );
    }
    for group in &groups {
        let finding = group.finding;
        let severity = match finding.severity {
            Severity::Error => "ERROR",
            Severity::Warning => "WARNING",
            Severity::Info => "INFO",
        };
        let (file, line) = match view.place(finding) {
            Some(place) => (escape(&place.path), place.start.line),
            None => (".".to_owned(), 1),
        };
        text.push_teamcity_message(
            "inspection",
            &[
                ("typeId", escape(finding.code.as_str())),
                ("message", escape(&group.message())),
                ("file", file),
                ("line", line.to_string()),
                ("SEVERITY", severity.to_owned()),
            ],
        );
    }
    Rendered::with_summary(text, view)
}

/// Escapes a value.
fn escape(text: &str) -> String {
    let mut escaped = String::new();
    for c in one_line(text).chars() {
        match c {
            '|' | '\'' | '[' | ']' => {
                escaped.push('|');
                escaped.push(c);
            }
            c if c.is_ascii() => escaped.push(c),
            // UTF-16, of which the characters beyond the first plane have two units. Writing to a string cannot fail.
            c => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    let _ = write!(escaped, "|0x{unit:04X}");
                }
            }
        }
    }
    escaped
}
