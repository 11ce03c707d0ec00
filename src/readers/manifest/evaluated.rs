//! What is special about values that Terraform evaluates: parts of a manifest can be unknown or sensitive.
//!
//! An unknown value is in a manifest as a placeholder, a text that no manifest contains by itself. It stays in the strings
//! that it is inserted into, so that they are unknown as well.

use std::collections::BTreeSet;

use crate::model::UnknownReasons;
use terraform_eval::source::Span;
use terraform_eval::syntax::yaml::{Node, NodeKind};

/// The characters around the number of a placeholder, of the private use area of Unicode.
const OPEN: char = '\u{E0F0}';
const CLOSE: char = '\u{E0F1}';

/// The unknown and the sensitive values in the manifests of a Terraform resource.
#[derive(Debug, Default)]
pub(crate) struct EvaluatedValues {
    unknown: Vec<UnknownReasons>,
    sensitive: BTreeSet<Span>,
    /// The sensitive texts, which can contain documents.
    sensitive_texts: Vec<Span>,
}

impl EvaluatedValues {
    /// A placeholder for a value that is unknown for these reasons.
    pub(crate) fn placeholder(&mut self, reasons: UnknownReasons) -> String {
        self.unknown.push(reasons);
        format!("{OPEN}{}{CLOSE}", self.unknown.len() - 1)
    }

    /// Whether there are no placeholders.
    pub(crate) fn is_empty(&self) -> bool {
        self.unknown.is_empty()
    }

    /// Marks the text of a sensitive value. Everything with the same span is sensitive.
    pub(crate) fn add_sensitive(&mut self, span: Span) {
        self.sensitive.insert(span);
    }

    /// Marks a sensitive text with everything in it.
    pub(crate) fn add_sensitive_text(&mut self, span: Span) {
        self.add_sensitive(span);
        if !self.sensitive_texts.contains(&span) {
            self.sensitive_texts.push(span);
        }
    }

    /// Marks all parts of a node as sensitive.
    pub(crate) fn add_sensitive_node(&mut self, node: &Node) {
        self.add_sensitive(node.span);
        for (key, value) in node.entries() {
            self.add_sensitive(key.span);
            self.add_sensitive_node(value);
        }
        if let NodeKind::Sequence(elements) = &node.kind {
            for element in elements {
                self.add_sensitive_node(element);
            }
        }
    }

    pub(super) fn is_sensitive(&self, span: Span) -> bool {
        self.sensitive.contains(&span) || self.sensitive_texts.iter().any(|text| text.contains(span))
    }

    /// The reasons of the placeholders in a text. `None` if there are none.
    pub(crate) fn reasons_in(&self, text: &str) -> Option<UnknownReasons> {
        let mut reasons = Vec::new();
        for part in text.split(OPEN).skip(1) {
            let number = part.split_once(CLOSE).and_then(|(number, _)| number.parse().ok());
            let found = number.and_then(|number: usize| self.unknown.get(number));
            reasons.extend(found.into_iter().flat_map(|found| found.reasons.iter().cloned()));
        }
        (!reasons.is_empty()).then(|| UnknownReasons::from_reasons(reasons))
    }

    /// The reasons of the first unknown key in a document: it could be any field.
    pub(super) fn reasons_in_keys(&self, node: &Node) -> Option<UnknownReasons> {
        if self.unknown.is_empty() {
            return None;
        }
        match &node.kind {
            NodeKind::Mapping(entries) => entries
                .iter()
                .find_map(|(key, value)| self.reasons_in(&key.text).or_else(|| self.reasons_in_keys(value))),
            NodeKind::Sequence(elements) => elements.iter().find_map(|element| self.reasons_in_keys(element)),
            NodeKind::String(_) | NodeKind::Word(..) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::UnknownReason;

    #[test]
    fn a_placeholder_has_its_reasons_wherever_it_is_inserted() {
        let mut values = EvaluatedValues::default();
        let reasons = |name: &str| UnknownReasons::new(UnknownReason::NoValue(name.to_owned()));
        let [a, b] = ["var.a", "var.b"].map(|name| values.placeholder(reasons(name)));
        assert_eq!(values.reasons_in(&format!("x/{b}")), Some(reasons("var.b")));
        let both = values.reasons_in(&format!("{b}{a}")).unwrap();
        assert_eq!(both.to_string(), "var.a has no value; var.b has no value");
        for text in ["x", "\u{E0F0}", "\u{E0F0}9\u{E0F1}", "\u{E0F0}x\u{E0F1}"] {
            assert_eq!(values.reasons_in(text), None, "{text}");
        }
    }
}
