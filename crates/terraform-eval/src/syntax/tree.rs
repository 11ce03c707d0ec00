//! The syntax tree, which is the same for native HCL and JSON configuration.
//!
//! Every node has its span. Text is decoded: escapes are resolved, the indentation of heredocs is removed, and JSON strings
//! are parsed as templates or references where Terraform does so.

use std::sync::Arc;

use crate::cty::{BinaryOperator, UnaryOperator};
use crate::source::Span;
use crate::stack;

use super::by_name::{ByName, Named};

/// A name and its span.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// The name without quotes and escapes.
    pub text: Arc<str>,
    /// The span in the file, which includes the quotes of a label.
    pub span: Span,
}

/// The content of a file or of a block.
#[derive(Debug, Clone, PartialEq)]
pub struct Body {
    /// The attributes in source order.
    pub attributes: ByName<Attribute>,
    /// The blocks in source order.
    pub blocks: Vec<Block>,
    /// The bytes between the braces, or of the whole file.
    pub span: Span,
}

impl Body {
    /// The attribute with a name. The parser reports duplicates and omits them.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.get(name)
    }

    /// The blocks of a type.
    pub fn blocks<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Block> {
        self.blocks.iter().filter(move |block| &*block.kind.text == kind)
    }
}

/// `name = value`.
#[derive(Debug, Clone, PartialEq)]
pub struct Attribute {
    /// The name before the `=`.
    pub name: Name,
    /// The expression after the `=`.
    pub value: Expression,
    /// From the name to the end of the value.
    pub span: Span,
}

impl Named for Attribute {
    fn name(&self) -> &str {
        &self.name.text
    }
}

/// `kind "label" { … }`.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// The block type, which is the word before the labels.
    pub kind: Name,
    /// The labels without quotes and escapes.
    pub labels: Arc<[Name]>,
    /// The content between the braces.
    pub body: Body,
    /// The block type and the labels.
    pub header: Span,
    /// From the block type to the closing brace.
    pub span: Span,
}

/// An expression.
#[derive(Debug)]
pub struct Expression {
    /// The kind of expression with its operands.
    pub kind: ExpressionKind,
    /// The bytes of the expression, including enclosing parentheses.
    pub span: Span,
    /// The levels of expressions in it.
    height: u32,
}

impl Expression {
    /// An expression of a kind.
    #[must_use]
    pub fn new(kind: ExpressionKind, span: Span) -> Self {
        let height = kind.height();
        Self { kind, span, height }
    }

    /// The kind of expression, without its span.
    pub(crate) fn into_kind(mut self) -> ExpressionKind {
        std::mem::replace(&mut self.kind, ExpressionKind::Null)
    }

    /// The levels of expressions in it: 0 for a literal or a name. The parsers limit them.
    #[must_use]
    pub fn height(&self) -> usize {
        self.height as usize
    }
}

// Each of these visits the whole tree, and may do so on the small stack of any thread.

impl Clone for Expression {
    fn clone(&self) -> Self {
        stack::with_depth(self.height(), || Self {
            kind: self.kind.clone(),
            span: self.span,
            height: self.height,
        })
    }
}

impl PartialEq for Expression {
    fn eq(&self, other: &Self) -> bool {
        self.span == other.span
            && self.height == other.height
            && stack::with_depth(self.height(), || self.kind == other.kind)
    }
}

impl Drop for Expression {
    fn drop(&mut self) {
        if stack::is_deep(self.height()) {
            stack::with_depth(self.height(), || self.kind = ExpressionKind::Null);
        }
    }
}

/// The kinds of expressions in HCL's specification (`hclsyntax/spec.md`).
#[derive(Debug, Clone, PartialEq)]
pub enum ExpressionKind {
    /// `null`.
    Null,
    /// `true`, `false`.
    Bool(bool),
    /// A number without a sign, as spelled: `1`, `2.50`, `1e3`.
    Number(Arc<str>),
    /// The decoded text of a string or heredoc without interpolations and directives.
    String(Arc<str>),
    /// A quoted string or heredoc with interpolations or directives.
    Template(Template),
    /// `[a, b]`.
    Tuple(Box<[Expression]>),
    /// `{ a = b }`. Keys may repeat; the last one is used.
    Object(Box<[ObjectItem]>),
    /// The first word of a traversal: `var` in `var.a`, `each`, a `for` variable.
    Variable(Arc<str>),
    /// `base.name[key]…`.
    Traversal {
        /// The object or collection.
        base: Box<Expression>,
        /// The steps into it, at least one.
        steps: Box<[Step]>,
    },
    /// `base[*]…` (full) or `base.*…` (attributes only).
    Splat {
        /// The collection.
        base: Box<Expression>,
        /// Whether it is the full form, which includes index steps.
        full: bool,
        /// The expression for each element; its innermost base is [`ExpressionKind::SplatElement`].
        each: Box<Expression>,
    },
    /// The current element in a splat's `each`.
    SplatElement,
    /// `name(args)`, `name(args...)`.
    Call(Box<Call>),
    /// `-a`, `!a`.
    Unary {
        /// The operator.
        operator: UnaryOperator,
        /// The operand.
        operand: Box<Expression>,
    },
    /// `a + b - c`: operators of equal precedence, which apply from left to right.
    Binary {
        /// The leftmost operand.
        first: Box<Expression>,
        /// The operators with their right operands, at least one.
        rest: Box<[Operation]>,
    },
    /// `a ? b : c ? d : e`.
    Conditional {
        /// The conditions with their values, at least one. The first condition that is true counts.
        branches: Box<[Branch]>,
        /// The value if no condition is true.
        otherwise: Box<Expression>,
    },
    /// `[for …]`, `{for …}`.
    For(Box<For>),
    /// `(inner)`.
    Parenthesis(Box<Expression>),
}

impl ExpressionKind {
    /// The levels of expressions in an expression of this kind.
    fn height(&self) -> u32 {
        match self {
            Self::Null
            | Self::Bool(_)
            | Self::Number(_)
            | Self::String(_)
            | Self::Variable(_)
            | Self::SplatElement => 0,
            Self::Template(template) => 1 + template.height(),
            Self::Tuple(items) => above(items.iter()),
            Self::Object(items) => above(items.iter().flat_map(|item| {
                let key = match &item.key {
                    ObjectKey::Word(_) => None,
                    ObjectKey::Expression(key) => Some(key),
                };
                key.into_iter().chain([&item.value])
            })),
            Self::Traversal { base, steps } => {
                let keys = steps.iter().filter_map(Step::key);
                above(keys.chain([&**base]))
            }
            Self::Splat { base, each, .. } => above([&**base, &**each]),
            Self::Call(call) => above(call.arguments.iter()),
            Self::Unary { operand, .. } => above([&**operand]),
            Self::Binary { first, rest } => {
                let operands = rest.iter().map(|operation| &operation.operand);
                above(operands.chain([&**first]))
            }
            Self::Conditional { branches, otherwise } => {
                let parts = branches
                    .iter()
                    .flat_map(|branch| [&branch.condition, &branch.value]);
                above(parts.chain([&**otherwise]))
            }
            Self::For(parts) => {
                let optional = [parts.key.as_ref(), parts.condition.as_ref()];
                above(
                    optional
                        .into_iter()
                        .flatten()
                        .chain([&parts.collection, &parts.value]),
                )
            }
            Self::Parenthesis(inner) => above([&**inner]),
        }
    }
}

/// The levels of an expression with these parts.
fn above<'a>(parts: impl IntoIterator<Item = &'a Expression>) -> u32 {
    1 + parts.into_iter().map(|part| part.height).max().unwrap_or(0)
}

/// A step of a traversal.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// `.name`.
    Attribute(Name),
    /// `[key]`, and the legacy `.0` with a number as key.
    Index {
        /// The expression in the brackets.
        key: Box<Expression>,
        /// The brackets or the number with its dot.
        span: Span,
    },
}

impl Step {
    /// The key of an index.
    #[must_use]
    pub fn key(&self) -> Option<&Expression> {
        match self {
            Self::Attribute(_) => None,
            Self::Index { key, .. } => Some(key),
        }
    }

    /// The span of a traversal that begins at `start` and ends with this step.
    #[must_use]
    pub fn span_from(&self, start: Span) -> Span {
        let end = match self {
            Self::Attribute(name) => name.span.end,
            Self::Index { span, .. } => span.end,
        };
        Span { end, ..start }
    }
}

/// An operator and its right operand.
#[derive(Debug, Clone, PartialEq)]
pub struct Operation {
    /// The operator.
    pub operator: BinaryOperator,
    /// The right operand.
    pub operand: Expression,
}

/// `condition ? value`.
#[derive(Debug, Clone, PartialEq)]
pub struct Branch {
    /// The condition.
    pub condition: Expression,
    /// The value if the condition is true.
    pub value: Expression,
}

/// One item of an object constructor.
#[derive(Debug, Clone, PartialEq)]
pub struct ObjectItem {
    /// The key.
    pub key: ObjectKey,
    /// The value.
    pub value: Expression,
}

/// The key of an object item.
#[derive(Debug, Clone, PartialEq)]
pub enum ObjectKey {
    /// A bare word, which is the key itself: `{ a = 1 }`.
    Word(Name),
    /// Anything else: `{ "a" = 1 }`, `{ (var.a) = 1 }`.
    Expression(Expression),
}

impl ObjectKey {
    /// The span of the key.
    #[must_use]
    pub fn span(&self) -> Span {
        match self {
            Self::Word(name) => name.span,
            Self::Expression(expression) => expression.span,
        }
    }
}

/// A function call.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// The function name with its namespace: `split`, `core::split`, `provider::a::b`.
    pub name: Name,
    /// The arguments.
    pub arguments: Box<[Expression]>,
    /// Whether the last argument is expanded by `...`.
    pub expand_last: bool,
}

/// A `for` expression.
#[derive(Debug, Clone, PartialEq)]
pub struct For {
    /// The variable for the key or index.
    pub key_variable: Option<Name>,
    /// The variable for the value.
    pub value_variable: Name,
    /// The collection after `in`.
    pub collection: Expression,
    /// The key of each result element: `Some` if the result is an object, `None` if it is a tuple.
    pub key: Option<Expression>,
    /// The value of each result element.
    pub value: Expression,
    /// Whether `...` groups the values of equal keys in tuples.
    pub grouping: bool,
    /// The condition after `if`.
    pub condition: Option<Expression>,
}

/// A template.
#[derive(Debug, Clone, PartialEq)]
pub struct Template {
    /// The parts in source order. Strip markers and indentation have been applied to literal text.
    pub parts: Vec<TemplatePart>,
}

impl Template {
    /// The levels of directives and expressions in it.
    fn height(&self) -> u32 {
        let height = |part: &TemplatePart| match part {
            TemplatePart::Literal { .. } => 0,
            TemplatePart::Interpolation(expression) => expression.height,
            TemplatePart::If {
                condition, yes, no, ..
            } => 1 + condition.height.max(yes.height()).max(no.height()),
            TemplatePart::For { collection, body, .. } => 1 + collection.height.max(body.height()),
        };
        self.parts.iter().map(height).max().unwrap_or(0)
    }
}

/// One part of a template.
#[derive(Debug, Clone, PartialEq)]
pub enum TemplatePart {
    /// Literal text.
    Literal {
        /// The decoded text.
        text: Arc<str>,
        /// The bytes of its source text.
        span: Span,
    },
    /// `${ … }`.
    Interpolation(Expression),
    /// `%{ if … }…%{ else }…%{ endif }`.
    If {
        /// The condition.
        condition: Expression,
        /// The parts if the condition is true.
        yes: Template,
        /// The parts if it is false; empty without `else`.
        no: Template,
        /// From the opening directive to the closing one.
        span: Span,
    },
    /// `%{ for … }…%{ endfor }`.
    For {
        /// The variable for the key or index.
        key_variable: Option<Name>,
        /// The variable for the value.
        value_variable: Name,
        /// The collection after `in`.
        collection: Expression,
        /// The parts for each element.
        body: Template,
        /// From the opening directive to the closing one.
        span: Span,
    },
}

/// The text of an expression that is a literal string.
#[must_use]
pub fn literal(expression: &Expression) -> Option<&str> {
    match &expression.kind {
        ExpressionKind::String(text) => Some(text),
        ExpressionKind::Parenthesis(inner) => literal(inner),
        _ => None,
    }
}
