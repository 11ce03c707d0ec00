//! The findings with their excerpts, the worst first.

use std::cmp::Reverse;

use crate::diagnostic::{Applicability, Label, Severity, pluralize};
use crate::output::check::format::ReportView;
use crate::output::excerpt::Excerpts;
use crate::output::finding_groups::FindingGroup;
use crate::output::markup::Element;
use crate::output::redaction::RedactedSources;
use crate::output::style::Style;
use crate::rules;

use super::parts::{badge, name, prose};

/// How many findings are shown. Browsers are slow with a longer page.
const MAX_SHOWN: usize = 1_000;

/// How many places are shown beside the text to change.
const MAX_RELATED: usize = 20;

pub(super) fn section(view: &ReportView<'_>) -> Element {
    let mut groups = view.groups();
    groups.sort_by_key(|group| Reverse(group.finding.severity));
    let section = Element::new("section")
        .attribute("id", "findings")
        .line(Element::new("h2").text("Findings"));
    if groups.is_empty() {
        return section.line(Element::new("p").text("There are no findings."));
    }
    let redacted = RedactedSources::new(
        &view.report.findings,
        view.sources,
        &view.project.sensitive,
        Style::default(),
    );
    let shown = groups.iter().take(MAX_SHOWN);
    let section = section.lines(shown.map(|group| article(group, view, &redacted)));
    match groups.len().saturating_sub(MAX_SHOWN) {
        0 => section,
        more => section.line(Element::new("p").text(format_args!(
            "{}, none of them more severe, did not fit on this page.",
            pluralize(more, "more finding")
        ))),
    }
}

fn article(group: &FindingGroup<'_>, view: &ReportView<'_>, redacted: &RedactedSources<'_>) -> Element {
    let finding = group.finding;
    let (class, word) = match finding.severity {
        Severity::Error => ("error", "error"),
        Severity::Warning => ("warning", "warning"),
        Severity::Info => ("info", "info"),
    };
    let rule = match rules::by_code(finding.code) {
        Some(rule) => Element::new("a").attribute("href", rule.url()).text(rule.name),
        None => Element::new("span").text(finding.code),
    };
    let mut article = Element::of_class("article", "finding")
        .attribute("data-verdict", class)
        .line(
            Element::of_class("p", "rule")
                .child(badge(class, word))
                .text(" ")
                .child(rule),
        )
        .line(prose(Element::new("h3"), &group.message()));
    if let Some(label) = &finding.primary {
        article = article.line(excerpt(label, view, redacted));
    }
    for (class, word, text) in [
        ("note", "Why: ", &finding.note),
        ("help", "What to do: ", &finding.help),
    ] {
        if let Some(text) = text {
            let word = Element::new("strong").text(word);
            article = article.line(prose(Element::of_class("p", class).child(word), text));
        }
    }
    if let Some(fix) = &finding.fix {
        let flag = match fix.applicability {
            Applicability::Safe => "--fix",
            Applicability::Unsafe => "--fix --unsafe-fixes",
        };
        let command = Element::new("code").text(format_args!("mirrorset check {flag}"));
        article = article.line(
            Element::of_class("p", "fix")
                .child(command)
                .text(format_args!(" can {}.", fix.title)),
        );
    }
    if !finding.related.is_empty() {
        let shown = finding.related.iter().take(MAX_RELATED);
        let places = shown.map(|label| excerpt(label, view, redacted));
        let heading = pluralize(finding.related.len(), "related place");
        article = article.line(
            Element::new("details")
                .line(Element::new("summary").text(heading))
                .lines(places),
        );
    }
    article
}

/// The lines of a label, with the text that it covers marked.
fn excerpt(label: &Label, view: &ReportView<'_>, redacted: &RedactedSources<'_>) -> Element {
    let file = view.sources.file(label.span.file);
    let start = file.location(label.span.range().start);
    let mut excerpts = Excerpts::new(redacted);
    let (excerpt, range) = excerpts.show(label.span);
    let lines = excerpts.lines(excerpt, &range);
    let lines = lines.iter().map(|line| {
        let [before, marked, after] = line.parts.map(|part| part.replace('\t', "    "));
        let text = Element::new("code").text(before);
        let text = if marked.is_empty() {
            text
        } else {
            text.child(Element::new("mark").text(marked))
        };
        Element::of_class("span", "line")
            .child(
                Element::of_class("span", "number")
                    .attribute("aria-hidden", "true")
                    .text(line.number),
            )
            .child(text.text(after))
    });
    let place = format!("{}:{}:{}", file.name(), start.line, start.column);
    let mut caption = Element::new("figcaption").child(name(&place));
    if !label.message.is_empty() {
        caption = caption.text(format_args!(" {}", label.message));
    }
    Element::new("figure").line(caption).line(
        Element::of_class("div", "source")
            .attribute("tabindex", "0")
            .lines(lines),
    )
}
