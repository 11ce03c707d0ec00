//! What was read, and what was not.

use std::collections::BTreeMap;

use crate::diagnostic::pluralize;
use crate::model::{ReadFile, Skipped};
use crate::output::check::format::ReportView;
use crate::output::markup::Element;

use super::parts::{badge, name};

/// How many files of a list are named.
const MAX_LISTED: usize = 1_000;

pub(super) fn section(view: &ReportView<'_>) -> Element {
    let coverage = &view.project.coverage;
    let (gaps, others): (Vec<&Skipped>, Vec<&Skipped>) =
        coverage.skipped.iter().partition(|skipped| skipped.is_gap());
    let mut section = Element::new("section")
        .attribute("id", "coverage")
        .line(Element::new("h2").text("What was read, and what was not"));
    if gaps.is_empty() {
        section = section.line(Element::new("p").text("Nothing that may hold mirrors was skipped."));
    } else {
        section = section
            .line(Element::new("h3").text(format_args!(
                "{} that may hold mirrors",
                pluralize(gaps.len(), "skipped input")
            )))
            .line(list(&gaps, |gap| {
                let item = Element::new("li")
                    .child(badge("unknown", "not read"))
                    .text(" ")
                    .child(name(&gap.name))
                    .text(format_args!(" {}", gap.message));
                gap.help.iter().fold(item, |item, help| {
                    item.child(Element::of_class("span", "help").text(help))
                })
            }));
    }
    let mut by_role: BTreeMap<&str, Vec<&ReadFile>> = BTreeMap::new();
    for read in &coverage.read {
        by_role.entry(read.role.as_str()).or_default().push(read);
    }
    let lists = by_role.into_iter().map(|(role, files)| {
        let heading = format!("{} read as {role}", pluralize(files.len(), "file"));
        details(
            &heading,
            list(&files, |read| Element::new("li").child(name(&read.name))),
        )
    });
    section = section.lines(lists);
    if !others.is_empty() {
        let heading = format!("{} skipped for a reason that hides no mirrors", others.len());
        let others = list(&others, |skipped| {
            Element::new("li")
                .child(name(&skipped.name))
                .text(format_args!(" {}", skipped.message))
        });
        section = section.line(details(&heading, others));
    }
    section
}

fn details(heading: &str, content: Element) -> Element {
    Element::new("details")
        .line(Element::new("summary").text(heading))
        .line(content)
}

fn list<T>(items: &[T], item: impl Fn(&T) -> Element) -> Element {
    let list = Element::of_class("ul", "files").lines(items.iter().take(MAX_LISTED).map(item));
    match items.len().saturating_sub(MAX_LISTED) {
        0 => list,
        more => list.line(Element::new("li").text(format_args!("and {more} more"))),
    }
}
