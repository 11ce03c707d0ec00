//! Findings as diagnostics of the protocol.

use std::collections::{BTreeMap, BTreeSet};

use gen_lsp_types::{
    Code, CodeDescription, Diagnostic as LspDiagnostic, DiagnosticRelatedInformation, DiagnosticSeverity,
    DiagnosticTag, Message, Range, Uri,
};

use crate::diagnostic::{Diagnostic, Severity};
use crate::output::{FindingGroup, group_findings};
use crate::rules;
use crate::untrusted::one_line;
use terraform_eval::source::FileId;

use super::analysis::Analysis;
use super::client::Client;
use super::locations::Locations;

/// The name of the program, as the source of its diagnostics.
pub(super) const SOURCE: &str = "mirrorset";

/// The rules whose findings are about text without effect.
const UNNECESSARY: [&str; 3] = ["unused-suppression", "overwritten-manifest", "duplicate-mirror"];

/// How many root modules a message names.
const MAX_ROOTS: usize = 10;

/// A diagnostic with the finding that it shows.
#[derive(Debug)]
pub(super) struct Shown<'a> {
    pub(super) diagnostic: LspDiagnostic,
    pub(super) finding: &'a Diagnostic,
}

/// The diagnostics of an analysis, by URI, with the texts that have nowhere to be shown. Each open text has an entry.
pub(super) fn all(
    analysis: &Analysis,
    client: &Client,
) -> (BTreeMap<String, Vec<LspDiagnostic>>, Vec<String>) {
    let locations = analysis.locations(client.encoding);
    let mut by_uri: BTreeMap<String, Vec<LspDiagnostic>> = BTreeMap::new();
    for uri in analysis.uris.open() {
        by_uri.entry(uri.as_ref().to_owned()).or_default();
    }
    let mut homeless = Vec::new();
    let mut places = Places::default();
    for (group, roots) in groups(analysis) {
        match show(&group, &roots, &locations, client) {
            Some((uri, shown)) => {
                if places.are_new(&group, &uri, shown.range) {
                    by_uri.entry(uri.0).or_default().push(shown);
                }
            }
            None => homeless.push(text_of(&group, &roots)),
        }
    }
    for error in &analysis.session.loaded.errors {
        let mut text = one_line(&error.message);
        if let Some(help) = &error.help {
            text = format!("{text}\nhelp: {}", one_line(help));
        }
        let path = analysis.files.location(error.path.as_ref());
        if error.path.is_empty() || !analysis.uris.is_open(&path) {
            homeless.push(text);
            continue;
        }
        let diagnostic = LspDiagnostic {
            severity: Some(DiagnosticSeverity::Error),
            source: Some(SOURCE.to_owned()),
            message: Message::String(text),
            ..LspDiagnostic::default()
        };
        let uri = analysis.uris.of_path(&path);
        by_uri.entry(uri.0).or_default().push(diagnostic);
    }
    (by_uri, homeless)
}

/// The diagnostics of a file that touch a range, with their findings.
pub(super) fn in_range<'a>(
    analysis: &'a Analysis,
    locations: &Locations<'_>,
    client: &Client,
    uri: &Uri,
    range: Range,
) -> Vec<Shown<'a>> {
    let mut found = Vec::new();
    let mut places = Places::default();
    for (group, roots) in groups(analysis) {
        let file = group.finding.primary.as_ref().map(|label| label.span.file);
        if !file.is_some_and(|file| is_file(locations, file, uri)) {
            continue;
        }
        if let Some((_, diagnostic)) = show(&group, &roots, locations, client)
            && diagnostic.range.start <= range.end
            && range.start <= diagnostic.range.end
            && places.are_new(&group, uri, diagnostic.range)
        {
            let finding = group.finding;
            found.push(Shown { diagnostic, finding });
        }
    }
    found
}

/// What is shown already, and where. A file is read once more for each link to it, and has one text in an editor.
#[derive(Default)]
struct Places(BTreeSet<(String, [u32; 4], String)>);

impl Places {
    fn are_new(&mut self, group: &FindingGroup<'_>, uri: &Uri, range: Range) -> bool {
        let Range { start, end } = range;
        let range = [start.line, start.character, end.line, end.character];
        self.0.insert((uri.0.clone(), range, group.message()))
    }
}

/// The findings, those of the instances of a block as one, with the names of the inputs whose mirrors they are about.
fn groups(analysis: &Analysis) -> Vec<(FindingGroup<'_>, BTreeSet<&str>)> {
    let mut start = 0;
    let groups = group_findings(&analysis.findings).into_iter().map(|group| {
        let end = start + group.more + 1;
        let roots = analysis.roots.get(start..end).unwrap_or_default();
        start = end;
        (group, roots.iter().flatten().map(String::as_str).collect())
    });
    groups.collect()
}

fn is_file(locations: &Locations<'_>, file: FileId, uri: &Uri) -> bool {
    locations.file(file).is_some_and(|file| file.uri == *uri)
}

/// A group of findings as a diagnostic, with the URI of its file. `None` if it has no place in a file.
fn show(
    group: &FindingGroup<'_>,
    roots: &BTreeSet<&str>,
    locations: &Locations<'_>,
    client: &Client,
) -> Option<(Uri, LspDiagnostic)> {
    let finding = group.finding;
    let location = locations.locate(finding.primary.as_ref()?.span)?;
    let rule = rules::by_code(finding.code);
    let related = finding.related.iter().filter_map(|label| {
        Some(DiagnosticRelatedInformation {
            location: locations.locate(label.span)?,
            message: one_line(&label.message),
        })
    });
    let is_unnecessary = UNNECESSARY.contains(&finding.code.as_str());
    let diagnostic = LspDiagnostic {
        range: location.range,
        severity: Some(match finding.severity {
            Severity::Error => DiagnosticSeverity::Error,
            Severity::Warning => DiagnosticSeverity::Warning,
            Severity::Info => DiagnosticSeverity::Information,
        }),
        code: rule.map(|rule| Code::String(rule.name.to_owned())),
        code_description: rule
            .filter(|_| client.shows_code_description)
            .map(|rule| CodeDescription {
                href: Uri(rule.url()),
            }),
        source: Some(SOURCE.to_owned()),
        message: Message::String(text_of(group, roots)),
        tags: is_unnecessary.then(|| vec![DiagnosticTag::Unnecessary]),
        related_information: client
            .shows_related_information
            .then(|| related.collect())
            .filter(|related: &Vec<_>| !related.is_empty()),
        data: None,
    };
    Some((location.uri, diagnostic))
}

/// The message with the consequence and what to do, a line each.
fn text_of(group: &FindingGroup<'_>, roots: &BTreeSet<&str>) -> String {
    let finding = group.finding;
    let mut text = group.message();
    if let Some(label) = finding.primary.as_ref().filter(|label| !label.message.is_empty()) {
        text.push_str(": ");
        text.push_str(&one_line(&label.message));
    }
    for (word, line) in [("note", &finding.note), ("help", &finding.help)] {
        if let Some(line) = line {
            text.push('\n');
            text.push_str(word);
            text.push_str(": ");
            text.push_str(&one_line(line));
        }
    }
    if roots.len() > 1 {
        let shown: Vec<String> = roots.iter().take(MAX_ROOTS).map(|root| one_line(root)).collect();
        let more = match roots.len().saturating_sub(MAX_ROOTS) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        text.push_str("\nin ");
        text.push_str(&shown.join(", "));
        text.push_str(&more);
    }
    text
}
