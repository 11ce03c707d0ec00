//! From a project to a report: every rule on every mirror, sorted, said once, counted.

use std::collections::BTreeSet;

use crate::diagnostic::{Diagnostic, Label, Severity};
use crate::model::{Configuration, ImageMirror, Project, Unknown};
use crate::rules::{Check, Clusters, Entries, RULES, undecided};
use crate::source::Span;

/// What the user decided about a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// Whether to tell what a plan changes where that is no mistake.
    pub changes_info: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self { changes_info: true }
    }
}

/// What is said of one mirror.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Every rule decided, and none found anything.
    Clean,
    /// Some rule found something.
    WithFindings,
    /// No rule found anything, but some could not decide.
    Undecided,
}

impl Verdict {
    /// The word of the JSON output.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Clean => "clean",
            Self::WithFindings => "with_findings",
            Self::Undecided => "undecided",
        }
    }
}

/// How many mirrors were looked at, and what was said of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    /// All mirrors, one for each planned instance.
    pub mirrors: usize,
    /// Those that are clean.
    pub clean: usize,
    /// Those with findings.
    pub with_findings: usize,
    /// Those that are undecided.
    pub undecided: usize,
    /// The root modules, plans and states that they stand in.
    pub configurations: usize,
    /// Files that were read.
    pub files: usize,
    /// Files that could not be read.
    pub unreadable: usize,
}

/// The result of a check.
#[derive(Debug)]
pub struct Report<'a> {
    /// The findings, by file and place, those without a place first.
    pub findings: Vec<Diagnostic>,
    /// The mirrors with what is said of them, in the order of the model.
    pub mirrors: Vec<(&'a ImageMirror, Verdict)>,
    /// The counts.
    pub summary: Summary,
}

impl Report<'_> {
    /// The weightiest finding; none where there is none.
    #[must_use]
    pub fn worst(&self) -> Option<Severity> {
        self.findings.iter().map(|finding| finding.severity).max()
    }
}

/// Runs every rule.
#[must_use]
pub fn check(project: &Project, settings: Settings) -> Report<'_> {
    let mut findings = project.problems.clone();
    let mut mirrors = Vec::new();
    let mut summary = Summary {
        files: project.files,
        unreadable: project.unreadable,
        ..Summary::default()
    };
    for configuration in &project.configurations {
        summary.configurations += 1;
        findings.extend(undecided::of_plan(configuration));
        let changes = changes(configuration, settings);
        let changed: BTreeSet<&str> = changes
            .iter()
            .filter_map(|finding| finding.address.as_deref())
            .collect();
        let clusters = Clusters::of(configuration);
        for (position, mirror) in configuration.mirrors.iter().enumerate() {
            let mut verdict = judge(configuration, clusters.around(position), mirror, &mut findings);
            if !changed.is_empty() && changed.contains(mirror.address.to_string().as_str()) {
                verdict = Verdict::WithFindings;
            }
            summary.mirrors += 1;
            match verdict {
                Verdict::Clean => summary.clean += 1,
                Verdict::WithFindings => summary.with_findings += 1,
                Verdict::Undecided => summary.undecided += 1,
            }
            mirrors.push((mirror, verdict));
        }
        drop(changed);
        findings.extend(changes);
    }
    Report {
        findings: said_once(findings),
        mirrors,
        summary,
    }
}

/// What the rules about changes find.
fn changes(configuration: &Configuration, settings: Settings) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    for rule in RULES {
        if let Check::Changes(find) = rule.check {
            findings.extend(find(configuration));
        }
    }
    findings.retain(|finding| settings.changes_info || finding.severity > Severity::Info);
    findings
}

fn judge(
    configuration: &Configuration,
    entries: Entries<'_>,
    mirror: &ImageMirror,
    findings: &mut Vec<Diagnostic>,
) -> Verdict {
    let mut verdict = Verdict::Clean;
    let mut open: Vec<(&'static str, Unknown)> = Vec::new();
    for rule in RULES {
        let outcome = match rule.check {
            Check::Mirror(decide) => decide(configuration, mirror),
            Check::Entry(decide) => decide(&entries, mirror),
            Check::Changes(_) | Check::Elsewhere => continue,
        };
        if !outcome.findings.is_empty() {
            verdict = Verdict::WithFindings;
        }
        findings.extend(
            outcome
                .findings
                .into_iter()
                .map(|finding| called(finding, mirror)),
        );
        open.extend(outcome.undecided.map(|unknown| (rule.name, unknown)));
    }
    if let Some(finding) = undecided::report(mirror, &open) {
        if verdict == Verdict::Clean {
            verdict = Verdict::Undecided;
        }
        findings.push(called(finding, mirror));
    }
    verdict
}

/// Shows the calls that lead to a finding inside of a called module. Where the text to change is in
/// another file, the way to it shows them already.
fn called(mut finding: Diagnostic, mirror: &ImageMirror) -> Diagnostic {
    if finding
        .primary
        .as_ref()
        .is_some_and(|label| label.span.file == mirror.span.file)
    {
        let calls = mirror.calls.iter();
        finding
            .related
            .extend(calls.map(|call| Label::new(call.span, "called here")));
    }
    finding
}

/// Sorts by place and drops what was found twice: a module that two roots call is read twice.
fn said_once(mut findings: Vec<Diagnostic>) -> Vec<Diagnostic> {
    findings.sort_by(|a, b| key(a).cmp(&key(b)));
    let mut seen = BTreeSet::new();
    findings.retain(|finding| {
        let (place, _, rule, message) = key(finding);
        // Two plans may hold the same address; without a place there is nothing to tell them apart.
        place.is_none() || seen.insert((place, rule, message.to_owned()))
    });
    findings
}

fn key(finding: &Diagnostic) -> (Option<Span>, std::cmp::Reverse<Severity>, &'static str, &str) {
    let place = finding.primary.as_ref().map(|label| label.span);
    (
        place,
        std::cmp::Reverse(finding.severity),
        finding.rule,
        &finding.message,
    )
}
