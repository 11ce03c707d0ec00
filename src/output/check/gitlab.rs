//! `gitlab`: the Code Quality report of GitLab (docs.gitlab.com, "Code Quality").

use serde::Serialize;

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::output::text::Text;
use crate::untrusted::json;

use super::format::{Format, Rendered, ReportView};

pub(super) static FORMAT: Format = Format {
    name: "gitlab",
    help: "Code Quality report of GitLab",
    mark: "\"check_name\": \"mirrorset ",
    render,
};

#[derive(Serialize)]
struct Issue {
    description: String,
    check_name: String,
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: usize,
    end: usize,
}

fn render(view: &ReportView<'_>) -> Rendered {
    let mut fingerprints = view.fingerprints();
    let first_line = Lines { begin: 1, end: 1 };
    let mut issues = Vec::new();
    for error in view.errors {
        let finding = Diagnostic::new(Code::Configuration, Severity::Error, &error.message);
        issues.push(Issue {
            description: error.message.clone(),
            check_name: "mirrorset unread".to_owned(),
            fingerprint: fingerprints.of(&finding),
            severity: "blocker",
            location: Location {
                path: view.path_of_error(error),
                lines: Lines { begin: 1, end: 1 },
            },
        });
    }
    for group in view.groups() {
        let finding = group.finding;
        let location = match view.place(finding) {
            Some(place) => Location {
                path: place.path,
                lines: Lines {
                    begin: place.start.line,
                    end: place.end.line,
                },
            },
            None => Location {
                path: ".".to_owned(),
                lines: Lines { ..first_line },
            },
        };
        issues.push(Issue {
            description: group.message(),
            check_name: format!("mirrorset {}", finding.code),
            fingerprint: fingerprints.of(finding),
            severity: match finding.severity {
                Severity::Error => "critical",
                Severity::Warning => "minor",
                Severity::Info => "info",
            },
            location,
        });
    }
    Rendered::with_summary(Text::from_document(&json::to_lines(&issues)), view)
}
