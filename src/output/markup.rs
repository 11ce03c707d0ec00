//! XML and HTML. An element is built from names that are written in this program; every text and every value of an attribute
//! is escaped, so that no input can begin or end an element.
//!
//! What is written is XML and HTML at once: elements without content have an end tag, unless HTML has none for them.

use std::fmt;

use crate::untrusted::one_line;

/// The elements that never have content.
const VOID: [&str; 3] = ["br", "meta", "wbr"];

/// An element with its attributes and its content.
#[derive(Debug, Clone)]
pub(super) struct Element {
    name: &'static str,
    attributes: String,
    content: String,
}

impl Element {
    /// An element without attributes and content.
    pub(super) fn new(name: &'static str) -> Self {
        Self {
            name,
            attributes: String::new(),
            content: String::new(),
        }
    }

    /// An element with a class.
    pub(super) fn of_class(name: &'static str, class: &'static str) -> Self {
        Self::new(name).attribute("class", class)
    }

    /// Adds an attribute.
    pub(super) fn attribute(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        for part in [" ", name, "=\"", &escape(&value.to_string()), "\""] {
            self.attributes.push_str(part);
        }
        self
    }

    /// Adds text to the content.
    pub(super) fn text(mut self, text: impl fmt::Display) -> Self {
        self.content.push_str(&escape(&text.to_string()));
        self
    }

    /// Adds text to the content, as a line of its own.
    pub(super) fn text_line(mut self, text: impl fmt::Display) -> Self {
        if !self.content.is_empty() {
            self.content.push('\n');
        }
        self.text(text)
    }

    /// Adds an element to the content.
    pub(super) fn child(mut self, child: Self) -> Self {
        child.write_to(&mut self.content);
        self
    }

    /// Adds an element to the content, on a line of its own.
    pub(super) fn line(mut self, child: Self) -> Self {
        if self.content.is_empty() {
            self.content.push('\n');
        }
        child.write_to(&mut self.content);
        self.content.push('\n');
        self
    }

    /// Adds elements to the content, each on a line of its own.
    pub(super) fn lines(self, children: impl IntoIterator<Item = Self>) -> Self {
        children.into_iter().fold(self, Self::line)
    }

    /// Adds a style sheet.
    pub(super) fn style(mut self, sheet: &'static str) -> Self {
        for part in ["<style>\n", sheet, "</style>\n"] {
            self.content.push_str(part);
        }
        self
    }

    /// The element after the first line of a document.
    pub(super) fn into_document(self, first_line: &'static str) -> String {
        let mut document = format!("{first_line}\n");
        self.write_to(&mut document);
        document.push('\n');
        document
    }

    fn write_to(self, text: &mut String) {
        let Self {
            name,
            attributes,
            content,
        } = self;
        let parts: &[&str] = if VOID.contains(&name) {
            &["<", name, &attributes, "/>"]
        } else {
            &["<", name, &attributes, ">", &content, "</", name, ">"]
        };
        for part in parts {
            text.push_str(part);
        }
    }
}

/// Text on one line, without the characters that XML forbids or that begin or end something.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in one_line(text).chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_attributes_are_escaped() {
        let element = Element::new("a")
            .attribute("b", "\"<'\n")
            .text("</a>&")
            .child(Element::new("br"))
            .child(Element::new("c"));
        assert_eq!(
            element.into_document("x"),
            "x\n<a b=\"&quot;&lt;&#39;\\n\">&lt;/a&gt;&amp;<br/><c></c></a>\n"
        );
    }
}
