//! `checkstyle`: the XML of Checkstyle, which many CI systems read (checkstyle.org, "Result reports").

use std::collections::BTreeMap;

use crate::output::markup::Element;
use crate::output::text::Text;

use super::format::{Format, Rendered, ReportView};

pub(super) static FORMAT: Format = Format {
    name: "checkstyle",
    help: "Checkstyle XML",
    mark: "<checkstyle ",
    render,
};

/// The version of Checkstyle whose form this is.
const VERSION: &str = "10.0";

fn render(view: &ReportView<'_>) -> Rendered {
    // Elements that concern no line come first.
    let mut files: BTreeMap<String, Vec<Element>> = BTreeMap::new();
    for error in view.errors {
        let element = Element::new("error")
            .attribute("severity", "error")
            .attribute("message", &error.message)
            .attribute("source", "mirrorset");
        files.entry(view.path_of_error(error)).or_default().push(element);
    }
    for group in view.groups() {
        let finding = group.finding;
        let place = view.place(finding);
        let mut element = Element::new("error");
        if let Some(place) = &place {
            element = element
                .attribute("line", place.start.line)
                .attribute("column", place.start.column);
        }
        let element = element
            .attribute("severity", finding.severity.as_str())
            .attribute("message", group.message())
            .attribute("source", format_args!("mirrorset.{}", finding.code));
        let path = place.map_or_else(|| ".".to_owned(), |place| place.path);
        files.entry(path).or_default().push(element);
    }
    let files = files
        .into_iter()
        .map(|(path, errors)| Element::new("file").attribute("name", path).lines(errors));
    let document = Element::new("checkstyle")
        .attribute("version", VERSION)
        .lines(files);
    let document = document.into_document("<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
    Rendered::with_summary(Text::from_document(&document), view)
}
