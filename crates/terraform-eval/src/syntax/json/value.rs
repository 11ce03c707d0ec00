//! JSON values as expressions.

use std::sync::Arc;

use super::{MAX_DEPTH, Node, Raw, Reader, string};
use crate::cty::UnaryOperator;
use crate::hashing::HashSet;
use crate::source::Span;
use crate::syntax::input::Input;
use crate::syntax::native;
use crate::syntax::native::Reported;
use crate::syntax::tree::{Expression, ExpressionKind, Name, ObjectItem, ObjectKey};

/// How the strings of a value are parsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// As templates.
    Template,
    /// As literal text.
    Literal,
    /// As expressions: references, or the type of a variable.
    Reference,
}

impl<'a> Reader<'a> {
    /// Converts a value to an expression. Errors are reported; the result is `None` if the value is invalid.
    pub(super) fn expression(&mut self, raw: Raw<'a>, meaning: Meaning, depth: usize) -> Option<Expression> {
        let span = self.span(raw);
        if depth > MAX_DEPTH {
            self.too_deep(span, "the value is");
            return None;
        }
        let kind = match self.json.open(raw) {
            Node::Null => ExpressionKind::Null,
            Node::Bool(value) => ExpressionKind::Bool(value),
            Node::Number(text) => number(text, span),
            Node::String(source) => self.string(source, span, meaning)?,
            Node::Array(elements) => {
                let elements = elements
                    .into_iter()
                    .map(|element| self.expression(element, meaning, depth + 1));
                ExpressionKind::Tuple(elements.collect::<Option<_>>()?)
            }
            Node::Object(members) => {
                let mut items = Vec::new();
                let mut seen = HashSet::default();
                let mut is_unique = true;
                for (key, value) in members {
                    let name = self.name(key);
                    if !seen.insert(name.text.clone()) {
                        let message = format!("duplicate key `{}`", name.text);
                        self.report(name.span, message, "keep one; an object has each key once");
                        is_unique = false;
                        continue;
                    }
                    let key = self.key(key, name, meaning)?;
                    items.push(ObjectItem {
                        key,
                        value: self.expression(value, meaning, depth + 1)?,
                    });
                }
                if !is_unique {
                    return None;
                }
                ExpressionKind::Object(items.into())
            }
        };
        Some(Expression::new(kind, span))
    }

    /// Decodes a key or label.
    pub(super) fn name(&self, raw: Raw<'a>) -> Name {
        let (text, _) = string::decode(raw.text, raw.start);
        Name {
            text: Arc::from(native::normalize(&text)),
            span: self.span(raw),
        }
    }

    fn key(&mut self, raw: Raw<'a>, name: Name, meaning: Meaning) -> Option<ObjectKey> {
        let span = name.span;
        let kind = self.string(raw.text, span, meaning)?;
        // The keys of `providers` are references; a single name is a word, as in native syntax.
        Some(match kind {
            ExpressionKind::Variable(_) => ObjectKey::Word(name),
            // A template is never a key by name.
            kind @ ExpressionKind::Traversal { .. } if meaning == Meaning::Template => {
                let inner = Box::new(Expression::new(kind, span));
                ObjectKey::Expression(Expression::new(ExpressionKind::Parenthesis(inner), span))
            }
            kind => ObjectKey::Expression(Expression::new(kind, span)),
        })
    }

    fn string(&mut self, source: &str, span: Span, meaning: Meaning) -> Option<ExpressionKind> {
        let (text, offsets) = string::decode(source, span.start as usize);
        let is_literal = meaning == Meaning::Literal
            || meaning == Meaning::Template && !text.contains("${") && !text.contains("%{");
        if is_literal {
            return Some(ExpressionKind::String(Arc::from(native::normalize(&text))));
        }
        let mut reader = native::Reader::new(Input {
            file: self.file,
            text: &text,
            offsets: Some(&offsets),
        });
        let range = 0..text.len();
        let result: Result<Expression, Reported> = match meaning {
            Meaning::Reference => reader.checked(range),
            Meaning::Template | Meaning::Literal => reader.bare_template(range),
        };
        let syntax_errors = std::mem::take(&mut reader.syntax_errors);
        self.syntax_errors.extend(syntax_errors);
        result.ok().map(Expression::into_kind)
    }
}

/// Converts a number. A sign is an operator, as in native syntax.
fn number(text: &str, span: Span) -> ExpressionKind {
    match text.strip_prefix('-') {
        None => ExpressionKind::Number(Arc::from(text)),
        Some(rest) => ExpressionKind::Unary {
            operator: UnaryOperator::Negate,
            operand: Box::new(Expression::new(
                ExpressionKind::Number(Arc::from(rest)),
                Span {
                    start: span.start + 1,
                    ..span
                },
            )),
        },
    }
}
