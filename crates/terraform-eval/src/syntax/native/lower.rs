//! The conversion of hcl-edit's expressions to [`Expression`].

use std::ops::Range;
use std::sync::Arc;

use hcl_edit::Span as _;
use hcl_edit::expr::{self as hcl, TraversalOperator};

use super::mask::Mask;
use super::{MAX_DEPTH, Reader, Reported};
use crate::cty::{BinaryOperator, UnaryOperator};
use crate::source::Span;
use crate::syntax::scan::Scanner;
use crate::syntax::tree::{Call, Expression, ExpressionKind, For, Name};

impl Reader<'_> {
    /// Parses a range as one expression. Its brackets have not been checked yet.
    pub(in crate::syntax) fn root(&mut self, range: Range<usize>) -> Result<Expression, Reported> {
        self.checked(range, false)
    }

    /// Parses the expression in a range, at a nesting depth of `depth`.
    pub(super) fn expression(&mut self, range: Range<usize>, depth: usize) -> Result<Expression, Reported> {
        if depth >= MAX_DEPTH {
            return Err(self.too_deep(range));
        }
        let mask = self.mask(&range)?;
        if mask.text.is_empty() {
            return Err(self.report(range, "an expression is expected here", "write a value"));
        }
        let range = mask.start..mask.start + mask.text.len();
        if let Some(kind) = self.single_literal(&mask, &range, depth)? {
            return Ok(Expression {
                kind,
                span: self.input.span(range),
            });
        }
        match mask.text.parse::<hcl::Expression>() {
            Ok(expression) => self.lower(&expression, mask.start, depth),
            Err(error) => Err(self.report_parse_error(&mask, &error)),
        }
    }

    /// Parses an expression that is a single string or object. Most values are, and they do not need hcl-edit.
    fn single_literal(
        &mut self,
        mask: &Mask,
        range: &Range<usize>,
        depth: usize,
    ) -> Result<Option<ExpressionKind>, Reported> {
        let bytes = mask.text.as_bytes();
        let inner = bytes.get(1..bytes.len().saturating_sub(1)).unwrap_or_default();
        match (bytes.first(), bytes.last()) {
            (Some(b'"'), Some(b'"')) if bytes.len() > 1 && inner.iter().all(|&byte| byte == b'.') => {
                self.string(range, depth).map(Some)
            }
            (Some(b'{'), Some(b'}')) if inner.iter().all(|&byte| byte == b' ') => {
                self.object(range, depth).map(Some)
            }
            _ => Ok(None),
        }
    }

    fn string(&mut self, range: &Range<usize>, depth: usize) -> Result<ExpressionKind, Reported> {
        if self.input.slice(range.clone()).starts_with('<') {
            self.heredoc(range, depth)
        } else {
            self.quoted(range, depth)
        }
    }

    fn place(&self, span: Option<Range<usize>>, base: usize) -> (Range<usize>, Span) {
        let range = span.unwrap_or_default();
        let range = base + range.start..base + range.end;
        (range.clone(), self.input.span(range))
    }

    fn lower(&mut self, source: &hcl::Expression, base: usize, depth: usize) -> Result<Expression, Reported> {
        let (range, span) = self.place(source.span(), base);
        if depth >= MAX_DEPTH {
            return Err(self.too_deep(range));
        }
        let kind = match source {
            hcl::Expression::Null(_) => ExpressionKind::Null,
            hcl::Expression::Bool(value) => ExpressionKind::Bool(*value.value()),
            hcl::Expression::Number(_) => self.number(range),
            hcl::Expression::String(_) => self.string(&range, depth)?,
            hcl::Expression::Object(_) => self.object(&range, depth)?,
            hcl::Expression::Array(items) => ExpressionKind::Tuple(
                items
                    .iter()
                    .map(|item| self.lower(item, base, depth + 1))
                    .collect::<Result<_, _>>()?,
            ),
            hcl::Expression::Parenthesis(inner) => {
                ExpressionKind::Parenthesis(Box::new(self.lower(inner.inner(), base, depth + 1)?))
            }
            hcl::Expression::Variable(_) => match self.input.slice(range.clone()) {
                number if number.starts_with(|first: char| first.is_ascii_digit()) => self.number(range),
                name => ExpressionKind::Variable(Arc::from(name)),
            },
            hcl::Expression::Conditional(source) => ExpressionKind::Conditional {
                condition: Box::new(self.lower(&source.cond_expr, base, depth + 1)?),
                yes: Box::new(self.lower(&source.true_expr, base, depth + 1)?),
                no: Box::new(self.lower(&source.false_expr, base, depth + 1)?),
            },
            hcl::Expression::FuncCall(call) => ExpressionKind::Call(self.call(call, base, depth)?),
            hcl::Expression::Traversal(source) => return self.traversal(source, base, depth),
            hcl::Expression::UnaryOp(source) => ExpressionKind::Unary {
                operator: match source.operator.value() {
                    hcl::UnaryOperator::Neg => UnaryOperator::Negate,
                    hcl::UnaryOperator::Not => UnaryOperator::Not,
                },
                operand: Box::new(self.lower(&source.expr, base, depth + 1)?),
            },
            hcl::Expression::BinaryOp(source) => ExpressionKind::Binary {
                operator: lower_binary(*source.operator.value()),
                left: Box::new(self.lower(&source.lhs_expr, base, depth + 1)?),
                right: Box::new(self.lower(&source.rhs_expr, base, depth + 1)?),
            },
            hcl::Expression::ForExpr(source) => {
                ExpressionKind::For(Box::new(self.for_expression(source, base, depth)?))
            }
            hcl::Expression::StringTemplate(_) | hcl::Expression::HeredocTemplate(_) => {
                return Err(self.report(range, "the string cannot be read", "write it as a plain string"));
            }
        };
        Ok(Expression { kind, span })
    }

    /// Lowers a number. hcl-edit makes a preceding minus sign part of it; here it is an operator.
    fn number(&self, range: Range<usize>) -> ExpressionKind {
        let source = self.input.slice(range.clone());
        let number = |text: &str| ExpressionKind::Number(Arc::from(text));
        match source.strip_prefix('-') {
            None => number(source),
            Some(rest) => {
                let start = Scanner::new(self.input.text, range.end).trivia(range.end - rest.len(), true);
                ExpressionKind::Unary {
                    operator: UnaryOperator::Negate,
                    operand: Box::new(Expression {
                        kind: number(self.input.slice(start..range.end)),
                        span: self.input.span(start..range.end),
                    }),
                }
            }
        }
    }

    fn call(&mut self, call: &hcl::FuncCall, base: usize, depth: usize) -> Result<Call, Reported> {
        let words = call.name.namespace.iter().chain(std::iter::once(&call.name.name));
        let text = words.map(|word| word.as_str()).collect::<Vec<_>>().join("::");
        let (last, _) = self.place(call.name.name.span(), base);
        let first = call.name.namespace.first().unwrap_or(&call.name.name);
        let (first, _) = self.place(first.span(), base);
        let arguments = call
            .args
            .iter()
            .map(|argument| self.lower(argument, base, depth + 1))
            .collect::<Result<_, _>>()?;
        Ok(Call {
            name: Name {
                text: Arc::from(text),
                span: self.input.span(first.start..last.end),
            },
            arguments,
            expand_last: call.args.expand_final(),
        })
    }

    fn for_expression(&mut self, source: &hcl::ForExpr, base: usize, depth: usize) -> Result<For, Reported> {
        let word = |reader: &Self, ident: &hcl_edit::Decorated<hcl_edit::Ident>| {
            reader.name_at(reader.place(ident.span(), base).0)
        };
        let intro = &source.intro;
        let collection = self.lower(&intro.collection_expr, base, depth + 1)?;
        self.separate_word("in", collection.span)?;
        let key = source
            .key_expr
            .as_ref()
            .map(|key| self.lower(key, base, depth + 1))
            .transpose()?;
        let value = self.lower(&source.value_expr, base, depth + 1)?;
        let condition = match &source.cond {
            Some(condition) => {
                let condition = self.lower(&condition.expr, base, depth + 1)?;
                self.separate_word("if", condition.span)?;
                Some(condition)
            }
            None => None,
        };
        Ok(For {
            key_variable: intro.key_var.as_ref().map(|name| word(self, name)),
            value_variable: word(self, &intro.value_var),
            collection,
            key,
            value,
            grouping: source.grouping,
            condition,
        })
    }

    /// Reports a keyword without a space after it: hcl-edit accepts `for i inrange(3)`, Terraform does not.
    fn separate_word(&mut self, word: &str, next: Span) -> Result<(), Reported> {
        // Escapes of a JSON string shift offsets; the error is improbable there.
        if self.input.offsets.is_some() {
            return Ok(());
        }
        let range = next.range();
        let is_adjacent = self.input.slice(0..range.start).ends_with(word);
        let continues = self
            .input
            .slice(range.clone())
            .chars()
            .next()
            .is_some_and(crate::syntax::scan::is_identifier_continue);
        if is_adjacent && continues {
            let help = format!("write a space after `{word}`");
            return Err(self.report(
                range.start - word.len()..range.start,
                format!("`{word}` is not a keyword here"),
                &help,
            ));
        }
        Ok(())
    }

    fn traversal(
        &mut self,
        source: &hcl::Traversal,
        base: usize,
        depth: usize,
    ) -> Result<Expression, Reported> {
        let steps = source.operators.len();
        if depth + steps >= MAX_DEPTH {
            let (range, _) = self.place(source.span(), base);
            return Err(self.too_deep(range));
        }
        let start = self.lower(&source.expr, base, depth + steps)?;
        self.steps(start, &source.operators, base, depth)
    }

    /// Applies traversal steps to an expression, one after the other.
    fn steps(
        &mut self,
        start: Expression,
        operators: &[hcl_edit::Decorated<TraversalOperator>],
        base: usize,
        depth: usize,
    ) -> Result<Expression, Reported> {
        let mut current = start;
        let mut rest = operators;
        while let Some((operator, following)) = rest.split_first() {
            rest = following;
            let (place, _) = self.place(operator.span(), base);
            let mut end = place.end;
            let base_span = current.span;
            let boxed = Box::new(current);
            let kind = match operator.value() {
                TraversalOperator::GetAttr(name) => {
                    let (_, span) = self.place(name.span(), base);
                    let (range, _) = self.place(name.span(), base);
                    let name = Name {
                        text: Arc::from(self.input.slice(range)),
                        span,
                    };
                    ExpressionKind::GetAttr { base: boxed, name }
                }
                TraversalOperator::Index(key) => {
                    let key = Box::new(self.lower(key, base, depth + 1)?);
                    ExpressionKind::Index { base: boxed, key }
                }
                TraversalOperator::LegacyIndex(index) => {
                    let (range, span) = self.place(index.span().or(operator.span()), base);
                    let kind = ExpressionKind::Number(Arc::from(self.input.slice(range)));
                    ExpressionKind::Index {
                        base: boxed,
                        key: Box::new(Expression { kind, span }),
                    }
                }
                TraversalOperator::AttrSplat(_) | TraversalOperator::FullSplat(_) => {
                    let full = matches!(operator.value(), TraversalOperator::FullSplat(_));
                    let taken = if full {
                        rest.len()
                    } else {
                        rest.iter()
                            .take_while(|step| is_attribute_step(step.value()))
                            .count()
                    };
                    let (each, following) = rest.split_at(taken);
                    if let Some(operator) = following.first().filter(|_| !full)
                        && matches!(operator.value(), TraversalOperator::AttrSplat(_))
                    {
                        let (range, _) = self.place(operator.span(), base);
                        let help = "write `[*]` in place of `.*`";
                        return Err(self.report(range, "a splat `.*` cannot be nested in another", help));
                    }
                    if let Some(last) = each.last() {
                        end = self.place(last.span(), base).0.end;
                    }
                    rest = following;
                    let element = Expression {
                        kind: ExpressionKind::SplatElement,
                        span: self.input.span(place),
                    };
                    let each = Box::new(self.steps(element, each, base, depth + 1)?);
                    ExpressionKind::Splat {
                        base: boxed,
                        full,
                        each,
                    }
                }
            };
            let span = Span {
                end: self.input.span(end..end).end,
                ..base_span
            };
            current = Expression { kind, span };
        }
        Ok(current)
    }
}

fn is_attribute_step(operator: &TraversalOperator) -> bool {
    matches!(
        operator,
        TraversalOperator::GetAttr(_) | TraversalOperator::LegacyIndex(_)
    )
}

fn lower_binary(operator: hcl::BinaryOperator) -> BinaryOperator {
    match operator {
        hcl::BinaryOperator::Eq => BinaryOperator::Equal,
        hcl::BinaryOperator::NotEq => BinaryOperator::NotEqual,
        hcl::BinaryOperator::LessEq => BinaryOperator::LessOrEqual,
        hcl::BinaryOperator::GreaterEq => BinaryOperator::GreaterOrEqual,
        hcl::BinaryOperator::Less => BinaryOperator::Less,
        hcl::BinaryOperator::Greater => BinaryOperator::Greater,
        hcl::BinaryOperator::Plus => BinaryOperator::Add,
        hcl::BinaryOperator::Minus => BinaryOperator::Subtract,
        hcl::BinaryOperator::Mul => BinaryOperator::Multiply,
        hcl::BinaryOperator::Div => BinaryOperator::Divide,
        hcl::BinaryOperator::Mod => BinaryOperator::Modulo,
        hcl::BinaryOperator::And => BinaryOperator::And,
        hcl::BinaryOperator::Or => BinaryOperator::Or,
    }
}
