//! The syntax tree: small, ours, the same for native HCL and for JSON configuration.
//!
//! Every node carries its byte span. Text is decoded: escapes are resolved, heredocs have lost their
//! indentation, JSON strings have been read as the templates or references that they are.

use std::sync::Arc;

use crate::cty::{BinaryOperator, UnaryOperator};
use crate::source::Span;

/// A name and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// The name, decoded.
    pub text: Arc<str>,
    /// Its span; of a quoted label, with the quotes.
    pub span: Span,
}

/// The content of a file or of a block.
#[derive(Debug, Clone, PartialEq)]
pub struct Body {
    /// Attributes in the order in which they stand.
    pub attributes: Vec<Attribute>,
    /// Blocks in the order in which they stand.
    pub blocks: Vec<Block>,
    /// From behind the opening brace to before the closing one.
    pub span: Span,
}

impl Body {
    /// The first attribute of this name. A second one is an error that the reader reports.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes
            .iter()
            .find(|attribute| &*attribute.name.text == name)
    }

    /// All blocks of this kind.
    pub fn blocks<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Block> {
        self.blocks.iter().filter(move |block| &*block.kind.text == kind)
    }
}

/// `name = value`.
#[derive(Debug, Clone, PartialEq)]
pub struct Attribute {
    /// The name.
    pub name: Name,
    /// The value.
    pub value: Expression,
    /// From the name to the end of the value.
    pub span: Span,
}

/// `kind "label" { … }`.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// The word before the labels.
    pub kind: Name,
    /// The labels.
    pub labels: Vec<Name>,
    /// What stands between the braces.
    pub body: Body,
    /// The kind and the labels.
    pub header: Span,
    /// From the kind to the closing brace.
    pub span: Span,
}

/// An expression.
#[derive(Debug, Clone, PartialEq)]
pub struct Expression {
    /// What it is.
    pub kind: ExpressionKind,
    /// Its span; of a parenthesised one, with the parentheses.
    pub span: Span,
}

/// The kinds of expression of HCL's specification (`hclsyntax/spec.md`).
#[derive(Debug, Clone, PartialEq)]
pub enum ExpressionKind {
    /// `null`.
    Null,
    /// `true`, `false`.
    Bool(bool),
    /// A number, as it is written: `1`, `2.50`, `1e3`; never signed.
    Number(Arc<str>),
    /// A quoted string or heredoc without interpolation, or a JSON string without one: decoded.
    String(Arc<str>),
    /// A quoted string or heredoc with interpolations or directives.
    Template(Template),
    /// `[a, b]`.
    Tuple(Vec<Expression>),
    /// `{ a = b }`; keys may repeat, the last one counts.
    Object(Vec<ObjectItem>),
    /// The first word of a traversal: `var` in `var.a`, `each`, a `for` variable.
    Variable(Arc<str>),
    /// `base.name`.
    GetAttr {
        /// What is read.
        base: Box<Expression>,
        /// The attribute.
        name: Name,
    },
    /// `base[key]`, and the legacy `base.0` with a number as key.
    Index {
        /// What is read.
        base: Box<Expression>,
        /// The key.
        key: Box<Expression>,
    },
    /// `base[*]…` (full) or `base.*…` (attributes only).
    Splat {
        /// What is read.
        base: Box<Expression>,
        /// Whether it is the full form, which carries index steps as well.
        full: bool,
        /// What is done to each element; its innermost base is [`ExpressionKind::SplatElement`].
        each: Box<Expression>,
    },
    /// The element that a splat's `each` starts from.
    SplatElement,
    /// `name(args)`, `name(args...)`.
    Call(Call),
    /// `-a`, `!a`.
    Unary {
        /// The operator.
        operator: UnaryOperator,
        /// The operand.
        operand: Box<Expression>,
    },
    /// `a + b` and its like.
    Binary {
        /// The operator.
        operator: BinaryOperator,
        /// The left operand.
        left: Box<Expression>,
        /// The right operand.
        right: Box<Expression>,
    },
    /// `condition ? yes : no`.
    Conditional {
        /// The condition.
        condition: Box<Expression>,
        /// The value where it holds.
        yes: Box<Expression>,
        /// The value where it does not.
        no: Box<Expression>,
    },
    /// `[for …]`, `{for …}`.
    For(Box<For>),
    /// `(inner)`.
    Parenthesis(Box<Expression>),
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
    /// A bare word, taken literally: `{ a = 1 }`.
    Word(Name),
    /// Anything else: `{ "a" = 1 }`, `{ (var.a) = 1 }`.
    Expression(Expression),
}

impl ObjectKey {
    /// Where the key stands.
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
    /// The function, with its namespace: `split`, `core::split`, `provider::a::b`.
    pub name: Name,
    /// The arguments.
    pub arguments: Vec<Expression>,
    /// Whether the last argument is expanded by `...`.
    pub expand_last: bool,
}

/// A `for` expression.
#[derive(Debug, Clone, PartialEq)]
pub struct For {
    /// The name for the key or index.
    pub key_variable: Option<Name>,
    /// The name for the value.
    pub value_variable: Name,
    /// What is walked.
    pub collection: Expression,
    /// The result's key: there for an object, not for a tuple.
    pub key: Option<Expression>,
    /// The result's value.
    pub value: Expression,
    /// `...`: values of one key are collected in a tuple.
    pub grouping: bool,
    /// `if …`.
    pub condition: Option<Expression>,
}

/// A template.
#[derive(Debug, Clone, PartialEq)]
pub struct Template {
    /// The parts, in order; literal text has its strip markers and indentation taken into account.
    pub parts: Vec<TemplatePart>,
}

/// One part of a template.
#[derive(Debug, Clone, PartialEq)]
pub enum TemplatePart {
    /// Text that stands for itself, decoded.
    Literal {
        /// The text.
        text: Arc<str>,
        /// Where its source stands.
        span: Span,
    },
    /// `${ … }`.
    Interpolation(Expression),
    /// `%{ if … }…%{ else }…%{ endif }`.
    If {
        /// The condition.
        condition: Expression,
        /// The parts where it holds.
        yes: Template,
        /// The parts where it does not; empty without `else`.
        no: Template,
        /// From the opening directive to the closing one.
        span: Span,
    },
    /// `%{ for … }…%{ endfor }`.
    For {
        /// The name for the key or index.
        key_variable: Option<Name>,
        /// The name for the value.
        value_variable: Name,
        /// What is walked.
        collection: Expression,
        /// The parts for each element.
        body: Template,
        /// From the opening directive to the closing one.
        span: Span,
    },
}
