//! Runs the rules on every input and mirror.

use std::collections::BTreeSet;

use crate::baseline::Baseline;
use crate::cluster_mirrors::{by_cluster, duplicate_pairs, duplicate_source};
use crate::diagnostic::{Diagnostic, Label, Severity, Subject};
use crate::model::{DocumentAddress, Input, InputKind, ManifestIssue, Mirror, MirrorId, Project};
use crate::parallel::Threads;
use crate::rules::{Check, RULES, Rule, SYNTAX_ERROR, UNKNOWN_VALUE, report_skipped, report_unfinished_plan};
use crate::settings::{Level, RuleSettings};
use crate::suppress::{Suppressions, Usage};
use terraform_eval::source::{FileId, Sources};

use super::collector::{CollectedFinding, Collector};
use super::decisions::{Decisions, MirrorDecisions, batches};
use super::report::{Report, Summary, Suppressed, Verdict};
use super::settings::CheckSettings;
use super::suppression_spans;

/// What a check needs in addition to the project.
#[derive(Debug, Clone, Copy)]
pub struct CheckContext<'a> {
    /// The files that findings point into.
    pub sources: &'a Sources,
    /// Rule settings by input and file.
    pub settings: &'a CheckSettings,
    /// The suppressions in the files.
    pub suppressions: &'a Suppressions,
    /// The findings to leave out of the report.
    pub baseline: Option<&'a Baseline>,
    /// How many threads the rules run on. The report is the same with any number.
    pub threads: Threads,
}

/// Runs the rules on a project.
#[must_use]
pub fn check<'a>(project: &'a Project, context: CheckContext<'_>) -> Report<'a> {
    let mut checker = Checker {
        context,
        collector: Collector::default(),
        usage: Usage::default(),
        mirrors: Vec::new(),
        broken: files_with_syntax_errors(project),
    };
    for diagnostic in &project.diagnostics {
        checker.add_file_finding(diagnostic.clone());
    }
    for finding in project.coverage.skipped.iter().filter_map(report_skipped) {
        checker.add_file_finding(finding);
    }
    for inputs in batches(&project.inputs) {
        let decisions = Decisions::of(inputs, context.settings, context.threads);
        let mut of_mirrors = decisions.mirrors.into_iter();
        for (input, findings) in inputs.iter().zip(decisions.inputs) {
            let settings = context.settings.for_input(input.id);
            checker.begin_input(settings, input);
            for (mirror, decisions) in input.mirrors().zip(&mut of_mirrors) {
                checker.add_decisions(settings, mirror, decisions);
            }
            checker.add_findings(settings, input, findings);
        }
    }
    if project.inputs.len() > 1 {
        checker.check_across_inputs(project);
    }
    for finding in context.suppressions.unused(&checker.usage) {
        checker.add_file_finding(finding);
    }
    checker.into_report(project)
}

struct Checker<'a, 'c> {
    context: CheckContext<'c>,
    collector: Collector,
    usage: Usage,
    /// The mirrors in the order of their ids.
    mirrors: Vec<CheckedMirror<'a>>,
    /// The files whose syntax has errors. What such a file means is not known, so no fix edits it.
    broken: BTreeSet<FileId>,
}

struct CheckedMirror<'a> {
    mirror: &'a Mirror,
    /// Whether some rule could not decide.
    is_undecided: bool,
}

impl<'a> Checker<'a, '_> {
    /// Adds a finding about a file that concerns no mirror.
    fn add_file_finding(&mut self, finding: Diagnostic) {
        let file = primary_file(&finding);
        let settings = self.context.settings.for_file(file);
        self.add(settings, file, finding, None);
    }

    /// Applies settings and suppressions to a finding, and collects it. `file` is the file whose levels apply.
    fn add(
        &mut self,
        settings: &RuleSettings,
        file: Option<FileId>,
        finding: Diagnostic,
        mirror: Option<MirrorId>,
    ) {
        self.add_about(settings, file, finding, mirror, mirror.into_iter().collect());
    }

    /// Does the same for a finding about several mirrors. `mirror` is the one whose suppressions apply.
    fn add_about(
        &mut self,
        settings: &RuleSettings,
        file: Option<FileId>,
        finding: Diagnostic,
        mirror: Option<MirrorId>,
        mirrors: Vec<MirrorId>,
    ) {
        let Some(mut finding) = settings.apply_level(finding, file) else {
            return;
        };
        finding
            .fix
            .take_if(|fix| fix.edits.iter().any(|edit| self.broken.contains(&edit.span.file)));
        let spans = suppression_spans::for_finding(&finding, mirror.and_then(|id| self.mirror(id)));
        let suppression = self
            .context
            .suppressions
            .find_for(finding.code, &spans, &mut self.usage);
        // A hidden finding still uses its suppression, so this comes after the search for suppressions.
        if self.is_hidden_change(&finding) {
            return;
        }
        self.collector.add(CollectedFinding {
            fails: settings.fail_on.is_reached_by(finding.severity),
            finding,
            mirrors,
            suppression,
        });
    }

    fn mirror(&self, id: MirrorId) -> Option<&'a Mirror> {
        self.mirrors.get(id.index()).map(|checked| checked.mirror)
    }

    /// Whether this is an informational finding about a planned change, and those are not reported.
    fn is_hidden_change(&self, finding: &Diagnostic) -> bool {
        let is_change = crate::rules::by_code(finding.code)
            .is_some_and(|rule| matches!(rule.check, Check::PlanChanges(_)));
        is_change && !self.context.settings.changes_info && finding.severity == Severity::Info
    }

    fn begin_input(&mut self, settings: &RuleSettings, input: &'a Input) {
        self.record_rules(input, |name| settings.level(name, None) == Level::Off);
        if let Some(finding) = report_unfinished_plan(input) {
            let file = primary_file(&finding);
            self.add(settings, file, finding, None);
        }
    }

    /// Adds what the rules found in an input, after its mirrors.
    fn add_findings(&mut self, settings: &RuleSettings, input: &'a Input, findings: Vec<Diagnostic>) {
        for finding in findings {
            let id = match &finding.subject {
                Some(Subject::Mirror(address)) => input.mirror_at(address).map(|mirror| mirror.id),
                _ => None,
            };
            if let (Some(id), true) = (id, finding.code == UNKNOWN_VALUE.code()) {
                self.mark_undecided(id);
            }
            let file = match id.and_then(|id| self.mirror(id)) {
                Some(mirror) => Some(mirror.span.file),
                None => primary_file(&finding),
            };
            let mirrors = match &finding.subject {
                Some(Subject::Manifest(document)) => ids_of(input.entries_of(document)),
                _ => id.into_iter().collect(),
            };
            self.add_about(settings, file, finding, id, mirrors);
        }
        self.mark_entries_without_effect(input);
    }

    /// Marks the entries of manifests that the API server rejects or replaces as undecided, also if the finding that says
    /// so is not reported: no node has them.
    fn mark_entries_without_effect(&mut self, input: &Input) {
        let facts = input.manifest_facts();
        let is_about_document = |issue: &&ManifestIssue| issue.entry.is_none() && issue.kind.is_rejection();
        let rejected = facts.issues.iter().filter(is_about_document);
        let rejected: BTreeSet<&DocumentAddress> = rejected.map(|issue| &issue.document).collect();
        let overwritten = facts.overwritten.iter().map(|overwritten| &overwritten.document);
        for document in rejected.into_iter().chain(overwritten) {
            for id in ids_of(input.entries_of(document)) {
                self.mark_undecided(id);
            }
        }
    }

    /// Checks what mirrors of one cluster in several inputs have in common. Each input alone is checked already.
    fn check_across_inputs(&mut self, project: &'a Project) {
        for cluster in by_cluster(project) {
            for (second, first) in duplicate_pairs(&cluster) {
                if second.input.id != first.input.id {
                    let finding =
                        with_call_labels(duplicate_source(second.mirror, first.mirror), second.mirror);
                    let settings = self.context.settings.for_input(second.input.id);
                    let file = Some(second.mirror.span.file);
                    self.add(settings, file, finding, Some(second.mirror.id));
                }
            }
        }
    }

    /// Records which rules run on which files: a suppression of a rule that does not run is not unused.
    fn record_rules(&mut self, input: &Input, is_off: impl Fn(&str) -> bool) {
        // A rule for plans or manifests alone has run only on the files of this input, not on other inputs of the
        // same project.
        let is_of_input = |rule: &Rule| {
            input.kind == InputKind::Manifest || !rule.inputs.contains(InputKind::Configuration)
        };
        let is_run = |rule: &&Rule| rule.inputs.contains(input.kind) && !is_off(rule.name);
        let running = RULES.iter().copied().filter(is_run);
        let (of_input, of_all): (Vec<&Rule>, Vec<&Rule>) = running.partition(|rule| is_of_input(rule));
        self.usage.run.extend(of_all.iter().map(|rule| rule.name));
        if of_input.is_empty() {
            return;
        }
        let spans = input.mirrors().flat_map(suppression_spans::for_mirror);
        let files: BTreeSet<FileId> = spans.map(|span| span.file).collect();
        for rule in of_input {
            (self.usage.run_on_files).extend(files.iter().map(|file| (rule.name, *file)));
        }
    }

    /// Adds what the rules decided about a mirror.
    fn add_decisions(
        &mut self,
        settings: &RuleSettings,
        mirror: &'a Mirror,
        decisions: Option<Box<MirrorDecisions>>,
    ) {
        self.mirrors.push(CheckedMirror {
            mirror,
            is_undecided: false,
        });
        let Some(decisions) = decisions else { return };
        let file = Some(mirror.span.file);
        for (rule, outcome) in decisions.outcomes {
            for finding in outcome.findings {
                self.add(settings, file, with_call_labels(finding, mirror), Some(mirror.id));
            }
            let Some(reasons) = outcome.undecided else {
                continue;
            };
            // An undecided rule uses its suppressions: it may report the finding once the value is known.
            let spans = suppression_spans::for_mirror(mirror);
            let _ = (self.context.suppressions).find_for(rule.code(), &spans, &mut self.usage);
            if reasons.is_rejected() {
                self.mark_undecided(mirror.id);
            }
        }
        if let Some(finding) = decisions.unknown_values {
            self.mark_undecided(mirror.id);
            self.add(settings, file, with_call_labels(finding, mirror), Some(mirror.id));
        }
    }

    /// Marks the mirror as undecided.
    fn mark_undecided(&mut self, mirror: MirrorId) {
        if let Some(checked) = self.mirrors.get_mut(mirror.index()) {
            checked.is_undecided = true;
        }
    }

    fn into_report(self, project: &'a Project) -> Report<'a> {
        let context = self.context;
        let mut deduplicated = self.collector.deduplicate(context.sources);
        let mut summary = Summary {
            inputs: project.inputs.iter().map(Input::count).sum(),
            without_instances: project.inputs.iter().map(|input| input.without_instances).sum(),
            files: project.coverage.read.len(),
            skipped: project.coverage.skipped.len(),
            unreadable: project.unreadable,
            suppressed: deduplicated.suppressed.len(),
            ..Summary::default()
        };
        let mut stale_baseline_entries = Vec::new();
        if let Some(baseline) = context.baseline {
            let partition = baseline.partition(
                deduplicated.reported,
                context.sources,
                &project.sensitive.spans,
                |collected| &collected.finding,
            );
            deduplicated.reported = partition.new;
            summary.in_baseline = partition.known;
            stale_baseline_entries = partition.stale;
        }
        let with_findings: BTreeSet<MirrorId> = (deduplicated.reported.iter())
            .filter(|collected| collected.finding.code != UNKNOWN_VALUE.code())
            .flat_map(|collected| collected.mirrors.iter().copied())
            .collect();
        let mirrors = verdicts(&self.mirrors, &with_findings);
        for (_, verdict) in &mirrors {
            summary.mirrors += 1;
            match verdict {
                Verdict::WithFindings => summary.with_findings += 1,
                Verdict::Undecided => summary.undecided += 1,
                Verdict::Clean => summary.clean += 1,
            }
        }
        let suppressed = deduplicated.suppressed.into_iter().filter_map(|collected| {
            let suppression = context.suppressions.get(collected.suppression?)?;
            Some(Suppressed {
                finding: collected.finding,
                suppression_span: suppression.span,
                reason: suppression.reason.clone(),
            })
        });
        let reported = deduplicated.reported;
        Report {
            suppressed: suppressed.collect(),
            mirrors,
            stale_baseline_entries,
            exceeds_fail_on: reported.iter().any(|collected| collected.fails),
            subjects: reported
                .iter()
                .map(|collected| collected.mirrors.clone())
                .collect(),
            findings: reported.into_iter().map(|collected| collected.finding).collect(),
            summary,
        }
    }
}

/// The verdict on each mirror. A table of a node is one mirror, whatever pulls it serves, and none if it has no mirrors and
/// no findings.
fn verdicts<'a>(
    mirrors: &[CheckedMirror<'a>],
    with_findings: &BTreeSet<MirrorId>,
) -> Vec<(&'a Mirror, Verdict)> {
    let verdict = |checked: &CheckedMirror<'_>| {
        if with_findings.contains(&checked.mirror.id) {
            Verdict::WithFindings
        } else if checked.is_undecided {
            // Even if the finding about it is suppressed, in the baseline, or its rule is off.
            Verdict::Undecided
        } else {
            Verdict::Clean
        }
    };
    let tables = mirrors.chunk_by(|first, second| second.mirror.is_same_table(first.mirror));
    let verdicts = tables.filter_map(|table| {
        let mirror = table.first()?.mirror;
        let verdict = [Verdict::WithFindings, Verdict::Undecided, Verdict::Clean]
            .into_iter()
            .find(|wanted| table.iter().any(|checked| verdict(checked) == *wanted))?;
        let is_mirror = verdict != Verdict::Clean || !mirror.is_table_without_mirrors();
        is_mirror.then_some((mirror, verdict))
    });
    verdicts.collect()
}

fn files_with_syntax_errors(project: &Project) -> BTreeSet<FileId> {
    let findings = project.diagnostics.iter();
    findings
        .filter(|finding| finding.code == SYNTAX_ERROR.code())
        .filter_map(primary_file)
        .collect()
}

fn ids_of(mirrors: &[Box<Mirror>]) -> Vec<MirrorId> {
    mirrors.iter().map(|mirror| mirror.id).collect()
}

fn primary_file(finding: &Diagnostic) -> Option<FileId> {
    finding.primary.as_ref().map(|label| label.span.file)
}

/// Labels the module calls that lead to a finding in a called module. If the primary label is in another file, the
/// trace of the value shows them already.
fn with_call_labels(mut finding: Diagnostic, mirror: &Mirror) -> Diagnostic {
    if primary_file(&finding) == Some(mirror.span.file) {
        let calls = mirror.calls().iter();
        finding
            .related
            .extend(calls.map(|call| Label::step(call.span, "called here")));
    }
    finding
}
