//! `junit`: the XML of `JUnit` as Jenkins, GitLab and others read it.
//!
//! Each file is a suite. A mirror is a test that passes if it is clean, and is skipped if it is undecided. A finding is a
//! test that fails, unless it is informational.

use std::collections::BTreeMap;

use crate::check::Verdict;
use crate::diagnostic::Severity;
use crate::output::finding_groups::FindingGroup;
use crate::output::markup::Element;
use crate::output::text::Text;

use super::format::{Format, Rendered, ReportView};

pub(super) static FORMAT: Format = Format {
    name: "junit",
    help: "JUnit XML: each finding is a failed test, each clean mirror a passed one",
    mark: "<testsuites name=\"mirrorset\"",
    render,
};

/// The tests of a file, and how many of them have each outcome.
#[derive(Default)]
struct Suite {
    tests: Vec<Element>,
    failures: usize,
    errors: usize,
    skipped: usize,
}

fn render(view: &ReportView<'_>) -> Rendered {
    let mut suites: BTreeMap<String, Suite> = BTreeMap::new();
    for error in view.errors {
        let path = view.path_of_error(error);
        let suite = suites.entry(path.clone()).or_default();
        let element = Element::new("error")
            .attribute("message", &error.message)
            .attribute("type", "mirrorset");
        let element = error.help.iter().fold(element, Element::text);
        suite.tests.push(test("read", &path).line(element));
        suite.errors += 1;
    }
    for (mirror, verdict) in &view.report.mirrors {
        let path = view.repository.path(view.sources.file(mirror.span.file).name());
        let test = test(&mirror.address.to_string(), &path);
        let suite = suites.entry(path).or_default();
        match verdict {
            Verdict::Clean => suite.tests.push(test),
            Verdict::Undecided => {
                let reason = Element::new("skipped").attribute("message", "undecided: a value is not known");
                suite.tests.push(test.line(reason));
                suite.skipped += 1;
            }
            Verdict::WithFindings => {}
        }
    }
    for group in view.groups() {
        let place = view.place(group.finding);
        let path = place
            .as_ref()
            .map_or_else(|| ".".to_owned(), |place| place.path.clone());
        let position = place.map(|place| format!(":{}:{}", place.start.line, place.start.column));
        let position = format!("{path}{}", position.unwrap_or_default());
        let suite = suites.entry(path.clone()).or_default();
        let test = test(&format!("{}: {}", group.finding.code, group.message()), &path);
        if group.finding.severity == Severity::Info {
            let details = details(Element::new("system-out"), &group, &position);
            suite.tests.push(test.line(details));
        } else {
            let failure = Element::new("failure")
                .attribute("message", group.message())
                .attribute("type", group.finding.code);
            suite.tests.push(test.line(details(failure, &group, &position)));
            suite.failures += 1;
        }
    }
    let total = |count: fn(&Suite) -> usize| suites.values().map(count).sum::<usize>();
    let document = Element::new("testsuites")
        .attribute("name", "mirrorset")
        .attribute("tests", total(|suite| suite.tests.len()))
        .attribute("failures", total(|suite| suite.failures))
        .attribute("errors", total(|suite| suite.errors));
    let document = document.lines(suites.into_iter().map(|(path, suite)| {
        Element::new("testsuite")
            .attribute("name", path)
            .attribute("tests", suite.tests.len())
            .attribute("failures", suite.failures)
            .attribute("errors", suite.errors)
            .attribute("skipped", suite.skipped)
            .lines(suite.tests)
    }));
    let document = document.into_document("<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
    Rendered::with_summary(Text::from_document(&document), view)
}

fn test(name: &str, path: &str) -> Element {
    Element::new("testcase")
        .attribute("name", name)
        .attribute("classname", path)
}

/// The place, the consequence and what to do, each on its line.
fn details(element: Element, group: &FindingGroup<'_>, position: &str) -> Element {
    let finding = group.finding;
    let note = finding.note.iter().map(|note| format!("note: {note}"));
    let help = finding.help.iter().map(|help| format!("help: {help}"));
    let lines = std::iter::once(position.to_owned()).chain(note).chain(help);
    lines.fold(element, Element::text_line)
}
