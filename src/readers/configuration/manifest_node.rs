//! A value that Terraform evaluates as the node of a manifest: each part with the text that a person must change.

use crate::model::UnknownReasons;
use crate::readers::configuration::provenance::unknown_reasons;
use crate::readers::manifest::EvaluatedValues;
use terraform_eval::cty::{Marks, Value, ValueRef};
use terraform_eval::source::Span;
use terraform_eval::syntax::tree::{Expression, ExpressionKind, ObjectItem, ObjectKey};
use terraform_eval::syntax::yaml::scalar::Word;
use terraform_eval::syntax::yaml::{Key, Node, NodeKind};

/// Makes nodes of the values in an argument.
pub(crate) struct NodeBuilder<'v> {
    pub(crate) values: &'v mut EvaluatedValues,
    /// The expression of the argument.
    pub(crate) argument: Span,
    /// The source text of the sensitive values.
    pub(crate) sensitive: Vec<Span>,
}

impl NodeBuilder<'_> {
    /// The node of the value of an expression. `marks` are those of the values that contain it.
    pub(crate) fn node(&mut self, value: &Value, expression: &Expression, marks: &Marks) -> Node {
        let expression = without_parentheses(expression);
        let marks = marks.union(&value.marks().as_influence());
        let is_sensitive = marks.is_sensitive() || value.marks().is_sensitive();
        let text = value.span().filter(|_| !is_sensitive && value.is_known());
        let (span, kind) = match value.view() {
            ValueRef::Unknown(_) => {
                let reasons = unknown_reasons(&value.clone().with_marks(&marks));
                let placeholder = self.values.placeholder(UnknownReasons::from_reasons(reasons));
                (None, NodeKind::String(placeholder))
            }
            ValueRef::Null => (text, NodeKind::Word(Word::Null, "null".to_owned())),
            ValueRef::Bool(value) => (text, NodeKind::Word(Word::Bool(value), value.to_string())),
            ValueRef::Number(number) => (text, NodeKind::Word(Word::Number, number.to_string())),
            ValueRef::String(string) => (text, NodeKind::String(string.to_string())),
            ValueRef::List(items) | ValueRef::Set(items) | ValueRef::Tuple(items) => {
                let elements = items
                    .iter()
                    .enumerate()
                    .map(|(index, item)| self.node(item, element_of(expression, index, items.len()), &marks));
                let kind = NodeKind::Sequence(elements.collect());
                (text.filter(|span| self.argument.contains(*span)), kind)
            }
            ValueRef::Map(items) | ValueRef::Object(items) => {
                // A provider takes null as unset.
                let set = items.iter().filter(|(_, item)| !item.is_null());
                let mut entries: Vec<(Key, Node)> = set
                    .map(|(name, item)| self.entry(name, item, expression, &marks))
                    .collect();
                // In the order of the text, as far as it has one.
                entries.sort_by_key(|(key, _)| key.span);
                let kind = NodeKind::Mapping(entries);
                (text.filter(|span| self.argument.contains(*span)), kind)
            }
        };
        let span = span.unwrap_or(expression.span);
        if is_sensitive {
            match value.as_str() {
                Some(text) if text.contains('\n') => self.values.add_sensitive_text(span),
                _ => self.values.add_sensitive(span),
            }
            self.sensitive.extend(value.span());
        }
        Node { span, kind }
    }

    fn entry(&mut self, name: &str, value: &Value, object: &Expression, marks: &Marks) -> (Key, Node) {
        let item = item_of(object, name, value);
        let is_sensitive = marks.is_sensitive() || value.marks().is_sensitive();
        let literal = value
            .key_span()
            .filter(|span| !is_sensitive && self.argument.contains(*span));
        let span = item
            .map(|item| item.key.span())
            .or(literal)
            .unwrap_or(object.span);
        let key = Key {
            span,
            text: name.to_owned(),
            merged_by: None,
        };
        (
            key,
            self.node(value, item.map_or(object, |item| &item.value), marks),
        )
    }
}

/// The item of an object that is written out. `None` for other expressions.
fn item_of<'e>(object: &'e Expression, name: &str, value: &Value) -> Option<&'e ObjectItem> {
    let ExpressionKind::Object(items) = &object.kind else {
        return None;
    };
    let has_name = |item: &&ObjectItem| match &item.key {
        ObjectKey::Word(word) => &*word.text == name,
        ObjectKey::Expression(key) => match &key.kind {
            ExpressionKind::String(text) => &**text == name,
            _ => value.key_span() == Some(key.span),
        },
    };
    items.iter().rev().find(has_name)
}

/// The expression of an element of a list that is written out, else that of the list.
fn element_of(list: &Expression, index: usize, length: usize) -> &Expression {
    match &list.kind {
        ExpressionKind::Tuple(items) if items.len() == length => items.get(index).unwrap_or(list),
        _ => list,
    }
}

fn without_parentheses(expression: &Expression) -> &Expression {
    match &expression.kind {
        ExpressionKind::Parenthesis(inner) => without_parentheses(inner),
        _ => expression,
    }
}
