//! `sarif`: SARIF 2.1.0 as the code scanning of GitHub takes it (docs.github.com, "SARIF support for code scanning").
//!
//! Every result has a place, because GitHub rejects files with results that have none. What was not read is in the
//! notifications of the invocation.

use std::cmp::Reverse;

use serde::Serialize;

use crate::check::Suppressed;
use crate::diagnostic::{Applicability, Diagnostic, Fix, Label, Severity, Subject};
use crate::model::Skipped;
use crate::output::rules::page_text;
use crate::output::text::Text;
use crate::rules::{RULES, Rule, SKIPPED_INPUT};
use crate::untrusted::{Untrusted, json, one_line};
use crate::workspace::LoadError;
use terraform_eval::source::Span;

use super::format::{Format, Rendered, ReportView};
use super::repository::uri;

pub(super) static FORMAT: Format = Format {
    name: "sarif",
    help: "SARIF 2.1.0, for code scanning",
    mark: "\"name\": \"mirrorset\",\n          \"semanticVersion\"",
    render,
};

/// Where the version of the format that this file writes is described.
const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// The name of the directory that relative references count from.
const ROOT: &str = "%SRCROOT%";

/// GitHub rejects a file with more results.
const MAX_RESULTS: usize = 25_000;

/// GitHub rejects a result with more places.
const MAX_LOCATIONS: usize = 1_000;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Tool,
    automation_details: AutomationDetails,
    original_uri_base_ids: UriBaseIds,
    column_kind: &'static str,
    invocations: [Invocation<'a>; 1],
    results: Vec<ResultObject<'a>>,
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    semantic_version: &'static str,
    information_uri: &'static str,
    rules: Vec<RuleDescriptor>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RuleDescriptor {
    id: &'static str,
    short_description: Message<&'static str>,
    full_description: Message<String>,
    help_uri: String,
    help: MarkdownMessage,
    default_configuration: Configuration,
    properties: RuleProperties,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Serialize)]
struct RuleProperties {
    tags: [&'static str; 1],
    precision: &'static str,
    #[serde(rename = "problem.severity")]
    severity: &'static str,
}

#[derive(Serialize)]
struct Message<T> {
    text: T,
}

#[derive(Serialize)]
struct MarkdownMessage {
    text: String,
    markdown: String,
}

#[derive(Serialize)]
struct AutomationDetails {
    id: &'static str,
}

#[derive(Serialize)]
struct UriBaseIds {
    #[serde(rename = "%SRCROOT%")]
    root: UriBase,
}

#[derive(Serialize)]
struct UriBase {
    description: Message<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation<'a> {
    execution_successful: bool,
    tool_execution_notifications: Vec<Notification<'a>>,
}

#[derive(Serialize)]
struct Notification<'a> {
    level: &'static str,
    message: Message<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    descriptor: Option<Descriptor<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    locations: Vec<Location>,
}

#[derive(Serialize)]
struct Descriptor<'a> {
    id: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResultObject<'a> {
    rule_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_index: Option<usize>,
    level: &'static str,
    message: Message<String>,
    locations: [Location; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    code_flows: Vec<CodeFlow>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fixes: Vec<FixObject<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suppressions: Vec<Suppression<'a>>,
    partial_fingerprints: Fingerprints,
    #[serde(skip_serializing_if = "Option::is_none")]
    properties: Option<ResultProperties>,
}

/// The number in the key is that of the way in which fingerprints are computed.
#[derive(Serialize)]
struct Fingerprints {
    #[serde(rename = "mirrorsetFinding/v1")]
    finding: String,
}

#[derive(Serialize)]
struct ResultProperties {
    address: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    #[serde(rename = "physicalLocation")]
    place: PhysicalLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Message<String>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<Region>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactLocation {
    uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri_base_id: Option<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: usize,
    start_column: usize,
    end_line: usize,
    end_column: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CodeFlow {
    thread_flows: [ThreadFlow; 1],
}

#[derive(Serialize)]
struct ThreadFlow {
    locations: Vec<ThreadFlowLocation>,
}

#[derive(Serialize)]
struct ThreadFlowLocation {
    location: Location,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FixObject<'a> {
    description: Message<String>,
    artifact_changes: Vec<ArtifactChange<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactChange<'a> {
    artifact_location: ArtifactLocation,
    replacements: Vec<Replacement<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Replacement<'a> {
    deleted_region: Region,
    inserted_content: Message<&'a str>,
}

#[derive(Serialize)]
struct Suppression<'a> {
    kind: &'static str,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    justification: Option<Untrusted<'a>>,
    location: Location,
}

fn render(view: &ReportView<'_>) -> Rendered {
    let log = Log {
        schema: SCHEMA,
        version: "2.1.0",
        runs: [run(view)],
    };
    Rendered::with_summary(Text::from_document(&json::to_lines(&log)), view)
}

fn run<'a>(view: &ReportView<'a>) -> Run<'a> {
    let report = view.report;
    let mut fingerprints = view.fingerprints();
    let groups = view.groups().into_iter();
    let findings = groups.map(|group| (group.finding, group.message(), None));
    let suppressed = report.suppressed.iter();
    let suppressed = suppressed.map(|suppressed| {
        (
            &suppressed.finding,
            suppressed.finding.headline(),
            Some(suppressed),
        )
    });
    let mut results: Vec<(&Diagnostic, ResultObject<'_>)> = (findings.chain(suppressed))
        .map(|(finding, message, suppressed)| {
            let fingerprint = fingerprints.of(finding);
            (finding, result(finding, &message, suppressed, fingerprint, view))
        })
        .collect();
    let left_out = results.len().saturating_sub(MAX_RESULTS);
    if left_out > 0 {
        results.sort_by_key(|(finding, _)| Reverse(finding.severity));
        results.truncate(MAX_RESULTS);
    }
    let mut notifications: Vec<Notification<'_>> = view
        .errors
        .iter()
        .map(|error| error_notification(error, view))
        .collect();
    if left_out > 0 {
        notifications.push(Notification {
            level: "warning",
            message: text(format!(
                "{left_out} of the less severe findings are left out: GitHub rejects a file with more than {MAX_RESULTS}"
            )),
            descriptor: None,
            locations: Vec::new(),
        });
    }
    let skipped = view.project.coverage.skipped.iter();
    notifications.extend(skipped.map(|skipped| skipped_notification(skipped, view)));
    Run {
        tool: Tool { driver: driver() },
        automation_details: AutomationDetails { id: "mirrorset/" },
        original_uri_base_ids: UriBaseIds {
            root: UriBase {
                description: text("The top of the repository"),
            },
        },
        column_kind: "unicodeCodePoints",
        invocations: [Invocation {
            execution_successful: view.is_complete(),
            tool_execution_notifications: notifications,
        }],
        results: results.into_iter().map(|(_, result)| result).collect(),
    }
}

fn driver() -> Driver {
    Driver {
        name: "mirrorset",
        semantic_version: env!("CARGO_PKG_VERSION"),
        information_uri: env!("CARGO_PKG_REPOSITORY"),
        rules: RULES.iter().map(|rule| rule_descriptor(rule)).collect(),
    }
}

fn rule_descriptor(rule: &Rule) -> RuleDescriptor {
    let page = page_text(rule);
    RuleDescriptor {
        id: rule.name,
        short_description: text(rule.summary()),
        full_description: text(format!("{}.", rule.summary())),
        help_uri: rule.url(),
        help: MarkdownMessage {
            text: page.clone(),
            markdown: page,
        },
        default_configuration: Configuration {
            level: level(rule.severity),
        },
        properties: RuleProperties {
            tags: ["terraform"],
            precision: "very-high",
            severity: match rule.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Info => "recommendation",
            },
        },
    }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

fn text<T>(text: T) -> Message<T> {
    Message { text }
}

/// Text of an input in a message, in which it must not form a link.
fn message_text(parts: &[Option<&str>]) -> Message<String> {
    let parts = parts
        .iter()
        .flatten()
        .map(|part| one_line(part).replace("](", "] ("));
    text(parts.collect::<Vec<_>>().join("\n"))
}

fn error_notification<'a>(error: &LoadError, view: &ReportView<'_>) -> Notification<'a> {
    Notification {
        level: "error",
        message: message_text(&[Some(&error.message), error.help.as_deref()]),
        descriptor: None,
        locations: match error.path.as_str() {
            "" => Vec::new(),
            path => vec![location_of_file(path, view)],
        },
    }
}

fn skipped_notification<'a>(skipped: &'a Skipped, view: &ReportView<'_>) -> Notification<'a> {
    let message = format!("{}: skipped: {}", skipped.name, skipped.message);
    Notification {
        level: if skipped.is_gap() { "warning" } else { "note" },
        message: message_text(&[Some(&message), skipped.help.as_deref()]),
        descriptor: Some(Descriptor {
            id: skipped.reason.as_str(),
        }),
        locations: vec![match skipped.span {
            Some(span) => location(span, None, view),
            None => location_of_file(&skipped.name, view),
        }],
    }
}

fn result<'a>(
    finding: &'a Diagnostic,
    message: &str,
    suppressed: Option<&'a Suppressed>,
    fingerprint: String,
    view: &ReportView<'a>,
) -> ResultObject<'a> {
    let rule = finding.code.as_str();
    let help = finding.help.as_ref().map(|help| format!("Help: {help}"));
    let related = finding.related.iter().take(MAX_LOCATIONS).enumerate();
    ResultObject {
        rule_id: rule,
        rule_index: RULES.iter().position(|known| known.name == rule),
        level: level(finding.severity),
        message: message_text(&[Some(message), finding.note.as_deref(), help.as_deref()]),
        locations: [primary_location(finding, view)],
        related_locations: related
            .map(|(index, label)| Location {
                id: Some(index + 1),
                ..location(label.span, Some(&label.message), view)
            })
            .collect(),
        code_flows: code_flow(finding, view).into_iter().collect(),
        fixes: finding.fix.iter().map(|fix| fix_object(fix, view)).collect(),
        suppressions: suppressed
            .iter()
            .map(|suppressed| suppression(suppressed, view))
            .collect(),
        partial_fingerprints: Fingerprints { finding: fingerprint },
        properties: finding.subject.as_ref().map(|subject| ResultProperties {
            address: one_line(&subject.to_string()),
        }),
    }
}

/// The text to change. A finding without one is about a path, or about the run as a whole.
fn primary_location(finding: &Diagnostic, view: &ReportView<'_>) -> Location {
    match (&finding.primary, &finding.subject) {
        (Some(label), _) => {
            let message = Some(label.message.as_str()).filter(|message| !message.is_empty());
            location(label.span, message, view)
        }
        (None, Some(Subject::Other(path))) if finding.code == SKIPPED_INPUT.code() => {
            with_first_line(path, view)
        }
        (None, _) => with_first_line(".", view),
    }
}

/// A file without a known place in it: GitHub needs a line.
fn with_first_line(path: &str, view: &ReportView<'_>) -> Location {
    let mut location = location_of_file(path, view);
    location.place.region = Some(Region {
        start_line: 1,
        start_column: 1,
        end_line: 1,
        end_column: 1,
    });
    location
}

/// The way of a value from its text to where it is used, if the finding has more than one step of it.
fn code_flow(finding: &Diagnostic, view: &ReportView<'_>) -> Option<CodeFlow> {
    let steps = finding.related.iter().filter(|label| label.is_step);
    let steps: Vec<&Label> = steps.take(MAX_LOCATIONS).collect();
    let primary = finding.primary.as_ref().filter(|_| !steps.is_empty())?;
    let labels = std::iter::once(primary).chain(steps);
    let locations = labels.map(|label| ThreadFlowLocation {
        location: location(
            label.span,
            Some(&label.message)
                .filter(|message| !message.is_empty())
                .map(String::as_str),
            view,
        ),
    });
    Some(CodeFlow {
        thread_flows: [ThreadFlow {
            locations: locations.collect(),
        }],
    })
}

fn fix_object<'a>(fix: &'a Fix, view: &ReportView<'a>) -> FixObject<'a> {
    let review = match fix.applicability {
        Applicability::Safe => "",
        Applicability::Unsafe => " (needs review)",
    };
    let mut changes: Vec<(terraform_eval::source::FileId, Vec<Replacement<'a>>)> = Vec::new();
    for edit in &fix.edits {
        let replacement = Replacement {
            deleted_region: region(edit.span, view),
            inserted_content: text(edit.content.as_str()),
        };
        match changes.iter_mut().find(|(file, _)| *file == edit.span.file) {
            Some((_, replacements)) => replacements.push(replacement),
            None => changes.push((edit.span.file, vec![replacement])),
        }
    }
    let changes = changes.into_iter().map(|(file, replacements)| ArtifactChange {
        artifact_location: artifact(view.sources.file(file).name(), view),
        replacements,
    });
    FixObject {
        description: text(format!("{}{review}", one_line(&fix.title))),
        artifact_changes: changes.collect(),
    }
}

fn suppression<'a>(suppressed: &'a Suppressed, view: &ReportView<'_>) -> Suppression<'a> {
    Suppression {
        kind: "inSource",
        status: "accepted",
        justification: Some(suppressed.reason.as_str())
            .filter(|reason| !reason.is_empty())
            .map(Untrusted),
        location: location(suppressed.suppression_span, None, view),
    }
}

fn location(span: Span, message: Option<&str>, view: &ReportView<'_>) -> Location {
    Location {
        id: None,
        place: PhysicalLocation {
            artifact_location: artifact(view.sources.file(span.file).name(), view),
            region: Some(region(span, view)),
        },
        message: message.map(|message| message_text(&[Some(message)])),
    }
}

fn location_of_file(name: &str, view: &ReportView<'_>) -> Location {
    Location {
        id: None,
        place: PhysicalLocation {
            artifact_location: artifact(name, view),
            region: None,
        },
        message: None,
    }
}

fn artifact(name: &str, view: &ReportView<'_>) -> ArtifactLocation {
    let path = view.repository.path(name);
    let is_inside = !path.starts_with('/') && !path.starts_with("../");
    ArtifactLocation {
        uri: uri(&path),
        uri_base_id: is_inside.then_some(ROOT),
    }
}

fn region(span: Span, view: &ReportView<'_>) -> Region {
    let file = view.sources.file(span.file);
    let (start, end) = (file.location(span.range().start), file.location(span.range().end));
    Region {
        start_line: start.line,
        start_column: start.column,
        end_line: end.line,
        end_column: end.column,
    }
}
