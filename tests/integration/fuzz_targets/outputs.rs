//! What holds for the outputs of any input.

use std::path::{Path, PathBuf};

use mirrorset::testing::check::{CheckContext, CheckSettings, Report, check};
use mirrorset::testing::compare::differences;
use mirrorset::testing::convert::{self, ConvertError, TARGETS, hcl};
use mirrorset::testing::diagnostic::Diagnostic;
use mirrorset::testing::output::check::{FORMATS, Format, ReportView, Repository};
use mirrorset::testing::output::{Style, Text};
use mirrorset::testing::parallel::Threads;
use mirrorset::testing::resolve::resolutions;
use mirrorset::testing::suppress::Suppressions;
use mirrorset::testing::workspace::{Loaded, Options, load};

/// What every text of a hidden value contains. No other text of an input that has hidden values may contain it.
pub(crate) const MARK: &str = "M4RK";

/// Reads paths, makes every output of them, and does so again.
pub(crate) fn assert_all(paths: &[PathBuf], has_marks: bool) {
    let outputs = all_outputs(paths);
    assert_eq!(outputs, all_outputs(paths), "not deterministic");
    if has_marks {
        let shown = outputs.iter().find(|output| output.contains(MARK));
        assert_eq!(shown, None, "a hidden value is shown");
    }
}

/// Every output for paths.
fn all_outputs(paths: &[PathBuf]) -> Vec<String> {
    let loaded = load(paths, &Options::default());
    let report = report(&loaded);
    assert_spans_inside(&report.findings, &loaded);
    let mut outputs: Vec<String> = FORMATS
        .iter()
        .flat_map(|format| assert_format(format, &report, &loaded))
        .collect();
    for target in TARGETS {
        outputs.extend(assert_conversion(target, &loaded));
    }
    assert_eq!(
        differences(&loaded, &loaded).unwrap_or_default(),
        "",
        "an input differs from itself"
    );
    for image in ["nginx", "quay.io/org/app:v1"] {
        outputs.extend(resolutions(&loaded, image));
    }
    outputs
}

pub(crate) fn report(loaded: &Loaded) -> Report<'_> {
    let today = jiff::civil::date(2026, 11, 22);
    let context = CheckContext {
        sources: &loaded.sources,
        settings: &CheckSettings::default(),
        suppressions: &Suppressions::find(&loaded.sources, &loaded.unrelated_files, today),
        baseline: None,
        threads: Threads::OF_PROCESSOR,
    };
    check(&loaded.project, context)
}

fn assert_spans_inside(findings: &[Diagnostic], loaded: &Loaded) {
    for finding in findings {
        let labels = finding.primary.iter().chain(&finding.related);
        let edits = finding.fix.iter().flat_map(|fix| &fix.edits);
        for span in labels.map(|label| label.span).chain(edits.map(|edit| edit.span)) {
            let text = loaded.sources.text(span.file);
            assert!(
                text.get(span.range()).is_some(),
                "{finding:?} is not inside of its file of {} bytes",
                text.len()
            );
        }
    }
}

/// The output of a format, with and without colors.
fn assert_format(format: &Format, report: &Report<'_>, loaded: &Loaded) -> [String; 2] {
    let render = |colors| {
        (format.render)(&ReportView {
            report,
            project: &loaded.project,
            errors: &loaded.errors,
            sources: &loaded.sources,
            fixed: None,
            repository: &Repository::default(),
            style: Style {
                colors,
                ..Style::default()
            },
            is_file: false,
            is_quiet: false,
        })
    };
    let plain = render(false);
    let stdout = plain.document.as_str().to_owned();
    let stderr = plain.summary.unwrap_or_default().as_str().to_owned();
    let name = format.name;
    assert_harmless(&stdout, name);
    assert_harmless(&stderr, name);
    match name {
        "concise" | "json-lines" => {
            let findings: usize = stdout.lines().map(|line| 1 + others_of_line(line)).sum();
            assert_eq!(
                findings,
                report.findings.len() + loaded_errors(name, loaded),
                "{name}: {stdout}"
            );
        }
        "json" | "sarif" | "gitlab" => {
            let parsed = serde_json::from_str::<serde_json::Value>(&stdout);
            assert!(parsed.is_ok(), "{name}: {parsed:?}: {stdout}");
        }
        _ => {}
    }
    [stdout + &stderr, render(true).document.as_str().to_owned()]
}

/// How many lines a format of lines has for paths that could not be used.
fn loaded_errors(format: &str, loaded: &Loaded) -> usize {
    if format == "json-lines" {
        loaded.errors.len()
    } else {
        0
    }
}

/// No line controls a terminal, and none is a command of a CI system, unless it is one that mirrorset chose.
fn assert_harmless(text: &str, what: &str) {
    let is_hidden = |c: char| {
        c.is_control() && !matches!(c, '\n' | '\t')
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let hidden = text.chars().find(|c| is_hidden(*c));
    assert_eq!(hidden, None, "{what}: {text:?}");
    for line in text.lines() {
        let line = line.trim_start();
        let own = OWN_COMMANDS
            .iter()
            .filter(|(format, _)| *format == what)
            .find_map(|(_, start)| line.strip_prefix(start));
        let rest = own.unwrap_or(line);
        let is_command = own.is_none() && rest.starts_with("::");
        let has_command = ["##[", "##vso[", "##teamcity["]
            .iter()
            .any(|start| rest.contains(start));
        assert!(!is_command && !has_command, "{what}: {line}");
    }
}

/// The commands of a CI system that are the output of a format.
const OWN_COMMANDS: &[(&str, &str)] = &[
    ("github", "::error"),
    ("github", "::warning"),
    ("github", "::notice"),
    ("azure", "##vso[task.logissue "),
    ("azure", "##vso[task.complete "),
    ("teamcity", "##teamcity["),
];

/// The options of the conversions that are tried.
fn conversion_options(style: hcl::Style, skip_unresolved: bool) -> convert::Options {
    convert::Options {
        skip_unresolved,
        hcl: hcl::Options {
            style,
            ..hcl::Options::default()
        },
        ..convert::Options::default()
    }
}

/// The documents of a conversion, in each form.
fn assert_conversion(target: &convert::TargetSpec, loaded: &Loaded) -> Vec<String> {
    let styles: &[hcl::Style] = if target.flag == "hcl" {
        &[hcl::Style::Resources, hcl::Style::ForEach, hcl::Style::Module]
    } else {
        &[hcl::Style::Resources]
    };
    let forms = styles.iter().flat_map(|style| [(*style, false), (*style, true)]);
    let mut texts = Vec::new();
    for (style, skip_unresolved) in forms {
        let options = conversion_options(style, skip_unresolved);
        match convert::convert(&loaded.project, &loaded.sources, target, &options) {
            Ok(conversion) => {
                assert_spans_inside(&conversion.losses, loaded);
                for document in conversion.documents {
                    let name = Path::new(&document.file);
                    assert_eq!(name.file_name(), Some(name.as_os_str()), "a path and not a name");
                    assert_harmless(Text::from_document(&document.text).as_str(), target.flag);
                    texts.push(document.text);
                }
            }
            Err(ConvertError::Findings(findings)) => {
                assert_spans_inside(&findings, loaded);
                texts.extend(findings.into_iter().map(|finding| finding.message));
            }
            Err(ConvertError::Options(message)) => texts.push(message),
        }
    }
    texts
}

/// The number of other instances that a line stands for: `(and 3 more instances)`.
fn others_of_line(line: &str) -> usize {
    let end = line
        .strip_suffix(" more instances)")
        .or_else(|| line.strip_suffix(" more instance)"));
    let number = end
        .and_then(|rest| rest.rsplit_once(" (and "))
        .map(|(_, number)| number);
    number.and_then(|number| number.parse().ok()).unwrap_or_default()
}
