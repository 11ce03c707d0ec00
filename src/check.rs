//! From a project to a report: every rule on every mirror, weighed as the user decided, suppressed where
//! that is written, sorted, said once, counted.

mod collector;
mod report;
mod suppression_spans;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::baseline::Baseline;
use crate::diagnostic::{Diagnostic, Label, Severity, Subject};
use crate::model::{Input, InputKind, Mirror, MirrorId, Project, UnknownReasons};
use crate::rules::{
    Check, ClusterIndex, IndexedCluster, RULES, Rule, UNKNOWN_VALUE, report_unfinished_plan,
    report_unknown_values,
};
use crate::settings::{Level, RuleSettings};
use crate::suppress::{Suppressions, Usage};
use terraform_eval::source::{FileId, Sources};

use collector::{CollectedFinding, Collector};

pub use report::{Report, Summary, Suppressed, Verdict};

/// What the user decided about a check.
#[derive(Debug, Clone)]
pub struct CheckSettings {
    /// Whether to tell what a plan changes where that is no mistake.
    pub changes_info: bool,
    /// What holds where nothing else is decided.
    pub otherwise: Rc<RuleSettings>,
    /// What holds for the configurations of a project, by their position.
    pub configurations: BTreeMap<usize, Rc<RuleSettings>>,
    /// What holds for findings about a file rather than a mirror.
    pub files: BTreeMap<FileId, Rc<RuleSettings>>,
}

impl Default for CheckSettings {
    fn default() -> Self {
        Self {
            changes_info: true,
            otherwise: Rc::default(),
            configurations: BTreeMap::new(),
            files: BTreeMap::new(),
        }
    }
}

impl CheckSettings {
    fn of_configuration(&self, position: usize) -> &RuleSettings {
        self.configurations.get(&position).unwrap_or(&self.otherwise)
    }

    fn of_file(&self, file: Option<FileId>) -> &RuleSettings {
        file.and_then(|file| self.files.get(&file))
            .unwrap_or(&self.otherwise)
    }
}

/// What a check works on besides the project.
#[derive(Debug, Clone, Copy)]
pub struct CheckContext<'a> {
    /// The files behind the project.
    pub sources: &'a Sources,
    /// What the user decided.
    pub settings: &'a CheckSettings,
    /// What is suppressed in the files.
    pub suppressions: &'a Suppressions,
    /// The findings that are known.
    pub baseline: Option<&'a Baseline>,
}

/// Runs the rules.
#[must_use]
pub fn check<'a>(project: &'a Project, given: CheckContext<'_>) -> Report<'a> {
    let mut run = Checker {
        given,
        tally: Collector::default(),
        usage: Usage::default(),
        mirrors: Vec::new(),
    };
    for problem in &project.diagnostics {
        run.add_about_file(problem.clone());
    }
    for (position, input) in project.inputs.iter().enumerate() {
        run.input(given.settings.of_configuration(position), input);
    }
    for finding in given.suppressions.unused(&run.usage) {
        run.add_about_file(finding);
    }
    run.report(project)
}

struct Checker<'a, 'g> {
    given: CheckContext<'g>,
    tally: Collector,
    usage: Usage,
    /// The mirrors by their id, and whether some rule could not decide.
    mirrors: Vec<(&'a Mirror, bool)>,
}

impl<'a> Checker<'a, '_> {
    /// A finding that concerns a file and no mirror.
    fn add_about_file(&mut self, finding: Diagnostic) {
        let file = finding.primary.as_ref().map(|label| label.span.file);
        let decided = self.given.settings.of_file(file);
        self.add(decided, file, finding, None);
    }

    fn add(
        &mut self,
        decided: &RuleSettings,
        file: Option<FileId>,
        finding: Diagnostic,
        mirror: Option<MirrorId>,
    ) {
        let Some(finding) = decided.apply_level(finding, file) else {
            return;
        };
        let about = mirror.and_then(|id| self.mirrors.get(id.index()));
        let block = about.map(|(mirror, _)| *mirror);
        let places = suppression_spans::for_finding(&finding, block);
        let by = self
            .given
            .suppressions
            .find_for(finding.code, &places, &mut self.usage);
        // What is no mistake is left out at the end, so that a suppression of it is still of use.
        let is_change = crate::rules::by_code(finding.code)
            .is_some_and(|rule| matches!(rule.check, Check::PlanChanges(_)));
        if is_change && !self.given.settings.changes_info && finding.severity == Severity::Info {
            return;
        }
        self.tally.add(CollectedFinding {
            fails: decided.fail_on.is_reached_by(finding.severity),
            finding,
            mirrors: mirror.into_iter().collect(),
            suppressed: by,
        });
    }

    fn input(&mut self, decided: &RuleSettings, input: &'a Input) {
        let off = |name: &str| decided.level(name, None) == Level::Off;
        self.note_rules(input, off);
        if let Some(finding) = report_unfinished_plan(input) {
            let file = finding.primary.as_ref().map(|label| label.span.file);
            self.add(decided, file, finding, None);
        }
        let clusters = ClusterIndex::new(input);
        for (position, mirror) in input.mirrors.iter().enumerate() {
            self.mirror(decided, input, clusters.of_mirror(position), mirror);
        }
        let mut found = Vec::new();
        let included = |rule: &&&Rule| input.is_any_of(rule.inputs) && !off(rule.name);
        for rule in RULES.iter().filter(included) {
            if let Check::PlanChanges(find) | Check::Input(find) = rule.check {
                found.extend(find(input));
            }
        }
        if found.is_empty() {
            return;
        }
        for finding in found {
            let id = match &finding.subject {
                Some(Subject::Mirror(address)) => input.mirror_at(address).map(|mirror| mirror.id),
                _ => None,
            };
            let about = id.and_then(|id| self.mirrors.get(id.index()));
            let file = match about {
                Some((mirror, _)) => Some(mirror.span.file),
                None => finding.primary.as_ref().map(|label| label.span.file),
            };
            self.add(decided, file, finding, id);
        }
    }

    /// Notes which rules are run on which files: a suppression of a rule that is not run is not unused.
    fn note_rules(&mut self, input: &Input, off: impl Fn(&str) -> bool) {
        let files: BTreeSet<FileId> = input
            .mirrors
            .iter()
            .flat_map(suppression_spans::for_mirror)
            .map(|span| span.file)
            .collect();
        let is_run = |rule: &&&Rule| rule.inputs.contains(input.kind) && !off(rule.name);
        for rule in RULES.iter().filter(is_run) {
            // Where a rule sees only plans or manifests, it has not run on the input beside them.
            if input.kind == InputKind::Manifest || !rule.inputs.contains(InputKind::Configuration) {
                (self.usage.run_on_files).extend(files.iter().map(|file| (rule.name, *file)));
            } else {
                self.usage.run.insert(rule.name);
            }
        }
    }

    fn mirror(
        &mut self,
        decided: &RuleSettings,
        input: &Input,
        cluster: IndexedCluster<'_>,
        mirror: &'a Mirror,
    ) {
        self.mirrors.push((mirror, false));
        let file = Some(mirror.span.file);
        let mut open: Vec<(&'static str, UnknownReasons)> = Vec::new();
        for rule in RULES {
            if !input.is_any_of(rule.inputs) || decided.level(rule.name, file) == Level::Off {
                continue;
            }
            let outcome = match rule.check {
                Check::Mirror(decide) => decide(input, mirror),
                Check::Resource(decide) => match mirror.resource() {
                    Some(resource) => decide(input, mirror, resource),
                    None => continue,
                },
                Check::MirrorInCluster(decide) => decide(&cluster, mirror),
                Check::Input(_) | Check::PlanChanges(_) | Check::External => continue,
            };
            for finding in outcome.findings {
                self.add(decided, file, called(finding, mirror), Some(mirror.id));
            }
            let Some(unknown) = outcome.undecided else {
                continue;
            };
            // What could not be decided may well be what somebody suppressed.
            let places = suppression_spans::for_mirror(mirror);
            let _ = (self.given.suppressions).find_for(rule.code(), &places, &mut self.usage);
            // The rule about just that says what is wrong.
            if unknown.is_refused() {
                self.leave_open(mirror.id);
            } else {
                open.push((rule.name, unknown));
            }
        }
        if let Some(finding) = report_unknown_values(mirror, &open) {
            self.leave_open(mirror.id);
            self.add(decided, file, called(finding, mirror), Some(mirror.id));
        }
    }

    /// Nobody can say of this mirror that it is right.
    fn leave_open(&mut self, mirror: MirrorId) {
        if let Some((_, open)) = self.mirrors.get_mut(mirror.index()) {
            *open = true;
        }
    }

    fn report(self, project: &'a Project) -> Report<'a> {
        let given = self.given;
        let mut settled = self.tally.deduplicate();
        let mut summary = Summary {
            mirrors: self.mirrors.len(),
            configurations: project.inputs.iter().map(Input::count).sum(),
            files: project.files,
            unreadable: project.unreadable,
            suppressed: settled.suppressed.len(),
            ..Summary::default()
        };
        let mut stale_baseline_entries = Vec::new();
        if let Some(baseline) = given.baseline {
            let secrets = &project.sensitive;
            let split = baseline.partition(settled.reported, given.sources, secrets, |found| &found.finding);
            settled.reported = split.new;
            summary.in_baseline = split.known;
            stale_baseline_entries = split.stale;
        }
        let with_findings: BTreeSet<MirrorId> = (settled.reported.iter())
            .filter(|found| found.finding.code != UNKNOWN_VALUE.code())
            .flat_map(|found| found.mirrors.iter().copied())
            .collect();
        let mut mirrors = Vec::with_capacity(self.mirrors.len());
        for (mirror, open) in self.mirrors {
            let verdict = if with_findings.contains(&mirror.id) {
                summary.with_findings += 1;
                Verdict::WithFindings
            } else if open {
                // Whether that is said or not: nobody knows that it is right.
                summary.undecided += 1;
                Verdict::Undecided
            } else {
                summary.clean += 1;
                Verdict::Clean
            };
            mirrors.push((mirror, verdict));
        }
        let suppressed = settled.suppressed.into_iter().filter_map(|found| {
            let suppression = given.suppressions.get(found.suppressed?)?;
            Some(Suppressed {
                finding: found.finding,
                by: suppression.span,
                reason: suppression.reason.clone(),
            })
        });
        Report {
            suppressed: suppressed.collect(),
            mirrors,
            stale_baseline_entries,
            exceeds_fail_on: settled.reported.iter().any(|found| found.fails),
            findings: settled.reported.into_iter().map(|found| found.finding).collect(),
            summary,
        }
    }
}

/// Shows the calls that lead to a finding inside of a called module. Where the text to change is in
/// another file, the way to it shows them already.
fn called(mut finding: Diagnostic, mirror: &Mirror) -> Diagnostic {
    if finding
        .primary
        .as_ref()
        .is_some_and(|label| label.span.file == mirror.span.file)
    {
        let calls = mirror.resource().into_iter().flat_map(|resource| &resource.calls);
        finding
            .related
            .extend(calls.map(|call| Label::new(call.span, "called here")));
    }
    finding
}
