//! `html`: one page for people, which needs nothing from elsewhere and has no scripts.
//!
//! The page says what was checked and what was not, shows for each cluster where its nodes pull images from, and has each
//! finding with its excerpt. It follows the color scheme of the browser, can be printed, and works without a mouse.

mod coverage;
mod findings;
mod parts;
mod pulls;

use crate::output::markup::Element;
use crate::output::text::Text;

use super::format::{Format, Rendered, ReportView};

pub(super) static FORMAT: Format = Format {
    name: "html",
    help: "A page for people, with a picture of where images come from",
    mark: "<meta name=\"generator\" content=\"mirrorset ",
    render,
};

/// The style of the page.
const STYLE: &str = include_str!("html/page.css");

/// Nothing is loaded, and nothing runs.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

fn render(view: &ReportView<'_>) -> Rendered {
    let version = format!("mirrorset {}", env!("CARGO_PKG_VERSION"));
    let head = Element::new("head")
        .line(Element::new("meta").attribute("charset", "utf-8"))
        .line(
            Element::new("meta")
                .attribute("name", "viewport")
                .attribute("content", "width=device-width, initial-scale=1"),
        )
        .line(
            Element::new("meta")
                .attribute("name", "generator")
                .attribute("content", &version),
        )
        .line(
            Element::new("meta")
                .attribute("name", "color-scheme")
                .attribute("content", "light dark"),
        )
        .line(
            Element::new("meta")
                .attribute("http-equiv", "Content-Security-Policy")
                .attribute("content", POLICY),
        )
        .line(Element::new("title").text("Image mirrors: report of mirrorset"))
        .style(STYLE);
    let main = Element::new("main")
        .attribute("id", "main")
        .line(verdicts(view))
        .lines(errors(view))
        .line(pulls::section(view))
        .line(findings::section(view))
        .line(coverage::section(view));
    let footer = Element::new("footer").child(
        Element::new("p")
            .child(
                Element::new("a")
                    .attribute("href", env!("CARGO_PKG_REPOSITORY"))
                    .text(&version),
            )
            .text(" made this page from the files alone: no registry and no cluster was asked."),
    );
    let body = Element::new("body")
        .line(
            Element::of_class("a", "skip")
                .attribute("href", "#main")
                .text("Skip to the report"),
        )
        .line(header(view))
        .line(main)
        .line(footer);
    let page = Element::new("html").attribute("lang", "en").line(head).line(body);
    let page = page.into_document("<!DOCTYPE html>");
    Rendered::with_summary(Text::from_document(&page), view)
}

fn header(view: &ReportView<'_>) -> Element {
    let summary = &view.report.summary;
    let (class, verdict) = if !view.is_complete() {
        ("error", "Incomplete: not everything could be read")
    } else if summary.with_findings > 0 || view.report.exceeds_fail_on {
        ("error", "There is something to fix")
    } else if summary.undecided > 0 {
        (
            "unknown",
            "Nothing to fix is known, and not everything is decided",
        )
    } else if summary.mirrors == 0 {
        ("unknown", "No mirrors were found")
    } else {
        ("clean", "All mirrors are clean")
    };
    Element::new("header")
        .line(Element::of_class("p", "tool").text("mirrorset"))
        .line(Element::new("h1").text("Image mirrors"))
        .line(
            Element::of_class("p", "verdict")
                .attribute("data-verdict", class)
                .text(verdict),
        )
        .line(
            Element::new("nav").attribute("aria-label", "Sections").child(
                [
                    ("#pulls", "Where images come from"),
                    ("#findings", "Findings"),
                    ("#coverage", "What was read"),
                ]
                .into_iter()
                .fold(Element::new("ul"), |list, (target, name)| {
                    let link = Element::new("a").attribute("href", target).text(name);
                    list.child(Element::new("li").child(link))
                }),
            ),
        )
}

/// How many mirrors have each verdict: a bar, and a list that says the same.
fn verdicts(view: &ReportView<'_>) -> Element {
    let summary = &view.report.summary;
    let counts = [
        ("clean", "clean", summary.clean),
        ("error", "with findings", summary.with_findings),
        ("unknown", "undecided", summary.undecided),
    ];
    let parts = counts.iter().filter(|(_, _, count)| *count > 0);
    let bar = parts.fold(
        Element::of_class("div", "bar").attribute("aria-hidden", "true"),
        |bar, (class, _, count)| {
            let part = Element::of_class("span", "part").attribute("data-verdict", class);
            bar.child(part.attribute("style", format_args!("flex-grow:{count}")))
        },
    );
    let list = counts
        .iter()
        .fold(Element::of_class("dl", "counts"), |list, (class, name, count)| {
            list.line(
                Element::new("div")
                    .attribute("data-verdict", class)
                    .child(Element::new("dt").text(name))
                    .child(Element::new("dd").text(count)),
            )
        });
    Element::new("section")
        .attribute("aria-label", "Verdicts")
        .line(bar)
        .line(list)
        .line(Element::of_class("p", "summary").text(view.summary_line()))
}

/// The paths and options that could not be used.
fn errors(view: &ReportView<'_>) -> Option<Element> {
    if view.errors.is_empty() {
        return None;
    }
    let list = view.errors.iter().fold(Element::new("ul"), |list, error| {
        let item = Element::new("li").text(&error.message);
        let item = error
            .help
            .iter()
            .fold(item, |item, help| item.text(format_args!("; {help}")));
        list.line(item)
    });
    Some(
        Element::of_class("section", "errors")
            .attribute("aria-label", "Errors")
            .line(Element::new("h2").text("Could not be read"))
            .line(list),
    )
}
