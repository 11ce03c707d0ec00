//! Settings have the same effect on a configuration and on its plan, joined with that configuration: the same
//! findings, the same counts, the same exit status.
//!
//! The checks run in this process, because there are thousands of them. One test compares some of them with the
//! program.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use crate::support::examples::{examples_of, plan_of, planned_rules, write_example};
use crate::support::program::{fixture, mirrorset_in};
use jiff::civil::date;
use mirrorset::testing::check::Report;
use mirrorset::testing::diagnostic::Severity;
use mirrorset::testing::model::{InputKind, Requirements};
use mirrorset::testing::rules;
use mirrorset::testing::session::{Session, SessionOptions};
use mirrorset::testing::settings::{FailOn, RuleSelection};
use mirrorset::testing::workspace::{InputPaths, Loaded, Options, PlanConfiguration};
use serde_json::Value;

/// The result of a check: rule, address and severity of each finding, the counts, the exit status.
#[derive(Debug, PartialEq)]
struct Verdict {
    findings: Vec<[String; 3]>,
    counts: [usize; 6],
    status: i32,
}

impl Verdict {
    fn new(loaded: &Loaded, report: &Report<'_>) -> Self {
        let findings = report.findings.iter().map(|finding| {
            let address = finding.subject.as_ref().map(ToString::to_string);
            [
                finding.code.as_str().to_owned(),
                address.unwrap_or_default(),
                finding.severity.as_str().to_owned(),
            ]
        });
        let mut findings: Vec<_> = findings.collect();
        findings.sort();
        let summary = &report.summary;
        Self {
            findings,
            counts: [
                summary.mirrors,
                summary.clean,
                summary.with_findings,
                summary.undecided,
                summary.suppressed,
                summary.in_baseline,
            ],
            status: if loaded.is_complete() {
                i32::from(report.exceeds_fail_on)
            } else {
                2
            },
        }
    }

    /// The verdict of the program.
    fn of_program(directory: &Path, arguments: &[&str]) -> Self {
        let run = mirrorset_in(
            directory,
            &[&["check", "--output-format", "json"], arguments].concat(),
        );
        let report: Value =
            serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{arguments:?}: {}", run.stderr));
        let findings = report["findings"].as_array().unwrap().iter();
        let mut findings: Vec<[String; 3]> = findings
            .map(|finding| {
                ["rule", "address", "severity"]
                    .map(|key| finding[key].as_str().unwrap_or_default().to_owned())
            })
            .collect();
        findings.sort();
        let counts = [
            "mirrors",
            "clean",
            "with_findings",
            "undecided",
            "suppressed",
            "in_baseline",
        ];
        Self {
            findings,
            counts: counts.map(|key| {
                let count = report["summary"][key].as_u64().expect(key);
                usize::try_from(count).unwrap()
            }),
            status: run.status,
        }
    }
}

/// The settings of a check that the command line can change.
#[derive(Debug, Default)]
struct Settings {
    selection: RuleSelection,
    /// The name of a baseline file to apply.
    baseline: Option<&'static str>,
    /// The name of a baseline file to write and apply.
    write_baseline: Option<&'static str>,
}

impl Settings {
    fn strict() -> Self {
        let mut settings = Self::default();
        settings.selection.strict = true;
        settings
    }

    fn fail_on(severity: Severity) -> Self {
        let mut settings = Self::default();
        settings.selection.fail_on = Some(FailOn::Severity(severity));
        settings
    }

    fn ignore(rule: &'static str) -> Self {
        let mut settings = Self::default();
        settings.selection.ignore.push(rule);
        settings
    }

    fn select(rule: &'static str) -> Self {
        let mut settings = Self::default();
        settings.selection.select.push(rule);
        settings
    }

    fn baseline(name: &'static str) -> Self {
        Self {
            baseline: Some(name),
            ..Self::default()
        }
    }

    fn write_baseline(name: &'static str) -> Self {
        Self {
            write_baseline: Some(name),
            ..Self::default()
        }
    }

    /// The same settings as arguments of the program.
    fn arguments(&self) -> Vec<&'static str> {
        let RuleSelection {
            select,
            ignore,
            strict,
            fail_on,
        } = &self.selection;
        let mut arguments = Vec::new();
        arguments.extend(select.iter().flat_map(|rule| ["--select", *rule]));
        arguments.extend(ignore.iter().flat_map(|rule| ["--ignore", *rule]));
        arguments.extend(strict.then_some("--strict"));
        arguments.extend(fail_on.iter().flat_map(|level| ["--fail-on", level.word()]));
        arguments.extend(self.baseline.iter().flat_map(|name| ["--baseline", *name]));
        arguments.extend(
            self.write_baseline
                .iter()
                .flat_map(|name| ["--write-baseline", *name]),
        );
        arguments
    }
}

/// A root module and its plan.
struct Case {
    name: String,
    module: Module,
    plan: PathBuf,
    /// The rules with findings in the configuration under default settings.
    rules: BTreeSet<&'static str>,
}

enum Module {
    Example(&'static str),
    Directory(PathBuf),
}

/// A copy of a case, which a test may change: the root module in `live`, and its plan in `plan.json`.
struct CaseDirectory {
    name: String,
    directory: tempfile::TempDir,
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else if !path.ends_with("plan.json") {
            std::fs::copy(&path, &target).unwrap();
        }
    }
}

impl Case {
    fn new(name: String, plan: PathBuf, module: Module) -> Self {
        let mut case = Self {
            name,
            module,
            plan,
            rules: BTreeSet::new(),
        };
        let findings = case.write().check_configuration(&Settings::default()).findings;
        let rules = findings.iter().map(|[rule, ..]| rules::find(rule).unwrap().name);
        case.rules = rules.collect();
        case
    }

    fn write(&self) -> CaseDirectory {
        let directory = tempfile::tempdir().unwrap();
        let live = directory.path().join("live");
        std::fs::create_dir(&live).unwrap();
        match &self.module {
            Module::Example(text) => write_example(&live, text),
            Module::Directory(module) => copy(module, &live),
        }
        std::fs::copy(&self.plan, directory.path().join("plan.json")).unwrap();
        CaseDirectory {
            name: self.name.clone(),
            directory,
        }
    }
}

impl CaseDirectory {
    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn check(&self, input: &str, plan_configuration: PlanConfiguration, settings: &Settings) -> Verdict {
        let mut session = Session::open(&SessionOptions {
            requirements: Requirements::default(),
            image_sets: Vec::new(),
            inputs: InputPaths::Paths(vec![self.path(input)]),
            load: Options {
                plan_configuration,
                // The plans are of Terraform 1.11.
                engine_version: Some("1.11".parse().unwrap()),
                ..Options::default()
            },
            selection: settings.selection.clone(),
            changes_info: false,
            baseline: settings.baseline.map(|name| self.path(name)),
            today: date(2026, 1, 1),
        })
        .unwrap();
        assert_eq!(session.configuration_errors(), [], "{}", self.name);
        if let Some(name) = settings.write_baseline {
            let path = self.path(name);
            std::fs::write(&path, session.render_baseline(&path)).unwrap();
            session.read_baseline(&path).unwrap();
        }
        Verdict::new(&session.loaded, &session.check())
    }

    fn check_configuration(&self, settings: &Settings) -> Verdict {
        let near = PlanConfiguration::Near(self.directory.path().to_owned());
        self.check("live", near, settings)
    }

    fn check_joined(&self, settings: &Settings) -> Verdict {
        let live = PlanConfiguration::At(vec![self.path("live")]);
        self.check("plan.json", live, settings)
    }

    #[track_caller]
    fn assert_same(&self, settings: &Settings) -> Verdict {
        let of_configuration = self.check_configuration(settings);
        assert_eq!(
            self.check_joined(settings),
            of_configuration,
            "{}: {settings:?}",
            self.name
        );
        of_configuration
    }
}

/// The rules' examples, and the modules of the fixtures that have a plan.
fn cases() -> &'static [Case] {
    static CASES: OnceLock<Vec<Case>> = OnceLock::new();
    CASES.get_or_init(|| {
        let mut cases = Vec::new();
        for rule in planned_rules() {
            for (which, example) in examples_of(rule) {
                let name = format!("{} {which}", rule.name);
                cases.push(Case::new(
                    name,
                    plan_of(rule.name, which),
                    Module::Example(example),
                ));
            }
        }
        for group in ["invalid_examples", "modules", "guide"] {
            for entry in std::fs::read_dir(fixture(group)).unwrap() {
                let module = entry.unwrap().path();
                let plan = module.join("plan.json");
                if plan.exists() {
                    let name = module.display().to_string();
                    cases.push(Case::new(name, plan, Module::Directory(module)));
                }
            }
        }
        assert!(cases.len() > 80);
        cases
    })
}

/// The cases with findings.
fn failing() -> impl Iterator<Item = &'static Case> {
    cases().iter().filter(|case| !case.rules.is_empty())
}

#[test]
fn the_program_has_the_verdicts_of_these_checks() {
    for case in failing().step_by(8) {
        let directory = case.write();
        let rule = case.rules.first().unwrap();
        for settings in [
            Settings::default(),
            Settings::strict(),
            Settings::fail_on(Severity::Info),
            Settings::fail_on(Severity::Error),
            Settings::ignore(rule),
            Settings::select(rule),
            Settings::write_baseline("baseline.json"),
            Settings::baseline("baseline.json"),
        ] {
            let flags = settings.arguments();
            let run = |arguments: &[&str]| {
                Verdict::of_program(directory.directory.path(), &[arguments, &flags].concat())
            };
            let name = &case.name;
            let of_configuration = run(&["live"]);
            assert_eq!(
                of_configuration,
                directory.check_configuration(&settings),
                "{name}: {settings:?}"
            );
            let joined = run(&["plan.json", "--plan-config", "live", "--no-changes-info"]);
            assert_eq!(joined, directory.check_joined(&settings), "{name}: {settings:?}");
        }
    }
}

#[test]
fn the_exit_status_is_the_same() {
    for case in cases() {
        let case = case.write();
        case.assert_same(&Settings::default());
        case.assert_same(&Settings::strict());
        case.assert_same(&Settings::fail_on(Severity::Info));
        case.assert_same(&Settings::fail_on(Severity::Error));
    }
}

#[test]
fn ignored_and_selected_rules_are_the_same() {
    for case in failing() {
        let directory = case.write();
        for rule in &case.rules {
            let without = directory.assert_same(&Settings::ignore(rule));
            assert!(without.findings.iter().all(|[found, ..]| found != rule));
            let alone = directory.assert_same(&Settings::select(rule));
            assert!(alone.findings.iter().all(|[found, ..]| found == rule));
        }
    }
}

#[test]
fn severities_of_the_configuration_file_are_the_same() {
    for case in failing() {
        let directory = case.write();
        for level in ["off", "info", "warning", "error"] {
            let rules = case.rules.iter();
            let lines: Vec<String> = rules.map(|rule| format!("{rule} = \"{level}\"")).collect();
            let file = directory.path("live/mirrorset.toml");
            std::fs::write(file, format!("[rules]\n{}\n", lines.join("\n"))).unwrap();
            let verdict = directory.assert_same(&Settings::default());
            let moved = verdict.findings.iter().all(|[_, _, severity]| severity == level);
            assert!(
                moved && verdict.findings.is_empty() == (level == "off"),
                "{verdict:?}"
            );
        }
    }
}

/// Writes a comment above the block of every mirror, in subdirectories too.
fn suppress(directory: &Path, comment: &str) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            suppress(&path, comment);
        } else if path.extension().is_some_and(|extension| extension == "tf") {
            let text = std::fs::read_to_string(&path).unwrap();
            let header = "resource \"rhcs_image_mirror\"";
            std::fs::write(&path, text.replace(header, &format!("{comment}\n{header}"))).unwrap();
        }
    }
}

#[test]
fn suppressed_findings_are_the_same() {
    let mut suppressed = 0;
    for case in failing() {
        // A plan is not checked with rules that apply only to configuration.
        let of_both = case.rules.iter().copied().filter(|name| {
            rules::find(name).is_some_and(|rule| {
                rule.inputs.contains(InputKind::Configuration) && rule.inputs.contains(InputKind::Plan)
            })
        });
        let names: Vec<&str> = of_both.collect();
        if names.is_empty() {
            continue;
        }
        let comment = format!("# mirrorset: ignore[{}] looked at", names.join(", "));
        let directory = case.write();
        suppress(&directory.path("live"), &comment);
        suppressed += directory.assert_same(&Settings::default()).counts[4];
    }
    assert!(suppressed > 20, "{suppressed}");
}

#[test]
fn a_baseline_of_either_applies_to_both() {
    for case in failing() {
        let directory = case.write();
        let of_configuration = directory.check_configuration(&Settings::write_baseline("written.json"));
        let of_plan = directory.check_joined(&Settings::write_baseline("joined.json"));
        assert_eq!(of_plan, of_configuration, "{}", case.name);
        for baseline in ["written.json", "joined.json"] {
            let remaining = directory.assert_same(&Settings::baseline(baseline));
            assert_eq!(
                (remaining.findings.as_slice(), remaining.status),
                (&[] as &[_], 0),
                "{}",
                case.name
            );
            assert!(remaining.counts[5] > 0, "{}", case.name);
        }
    }
}
