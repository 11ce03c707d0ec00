//! `azure`: logging commands of Azure Pipelines (learn.microsoft.com, "Logging commands").

use std::fmt::Write as _;

use crate::diagnostic::Severity;
use crate::output::text::Text;
use crate::untrusted::one_line;

use super::format::{Format, Rendered, ReportView};

pub(super) static FORMAT: Format = Format {
    name: "azure",
    help: "Logging commands of Azure Pipelines",
    mark: "##vso[task.logissue ",
    render,
};

fn render(view: &ReportView<'_>) -> Rendered {
    let mut text = Text::new();
    for error in view.errors {
        let path = escape_property(&view.path_of_error(error));
        text.push_azure_issue(
            &format!("type=error;sourcepath={path};code=mirrorset;"),
            &escape_message(&error.message),
        );
    }
    for group in view.groups() {
        let finding = group.finding;
        // There is no kind for information, and a warning is shown.
        let kind = match finding.severity {
            Severity::Error => "error",
            Severity::Warning | Severity::Info => "warning",
        };
        let mut properties = format!("type={kind};");
        if let Some(place) = view.place(finding) {
            // Writing to a string cannot fail.
            let _ = write!(
                properties,
                "sourcepath={};linenumber={};columnnumber={};",
                escape_property(&place.path),
                place.start.line,
                place.start.column
            );
        }
        let _ = write!(properties, "code={};", escape_property(finding.code.as_str()));
        text.push_azure_issue(&properties, &escape_message(&group.message()));
    }
    Rendered::with_summary(text, view)
}

/// Escapes the message of a command.
fn escape_message(text: &str) -> String {
    one_line(text).replace('%', "%AZP25")
}

/// Escapes the value of a property, which a semicolon or a bracket would end as well.
fn escape_property(text: &str) -> String {
    escape_message(text).replace(';', "%3B").replace(']', "%5D")
}
