//! Small parts of the page.

use crate::check::Verdict;
use crate::output::markup::Element;

/// A word with a color: what the color says is in the word.
pub(super) fn badge(class: &'static str, word: &str) -> Element {
    Element::of_class("span", "badge")
        .attribute("data-verdict", class)
        .text(word)
}

/// Adds a sentence, in which what stands between backticks is code.
pub(super) fn prose(element: Element, text: &str) -> Element {
    let parts: Vec<&str> = text.split('`').collect();
    // A last backtick without another one is one of the text.
    let last = if parts.len().is_multiple_of(2) {
        parts.len() - 2
    } else {
        parts.len()
    };
    parts
        .iter()
        .enumerate()
        .fold(element, |element, (position, part)| match position {
            position if position > last => element.text("`").text(part),
            position if position % 2 == 1 => element.child(Element::new("code").text(part)),
            _ => element.text(part),
        })
}

/// The verdict on a mirror.
pub(super) fn verdict_badge(verdict: Verdict) -> Element {
    match verdict {
        Verdict::Clean => badge("clean", "clean"),
        Verdict::WithFindings => badge("error", "with findings"),
        Verdict::Undecided => badge("unknown", "undecided"),
    }
}

/// A name that may be long: it breaks after its separators, and not inside of a word.
pub(super) fn name(text: &str) -> Element {
    let mut element = Element::new("code");
    let mut rest = text;
    while let Some(at) = rest.find(['/', '.', '@', '[']) {
        let (part, after) = rest.split_at(at + 1);
        element = element.text(part).child(Element::new("wbr"));
        rest = after;
    }
    element.text(rest)
}
