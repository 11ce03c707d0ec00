//! Expressions: operands, combined by operators and conditionals without recursion, and what brackets hold.

use std::ops::Range;

use super::mask::{Cursor, Token, TokenKind};
use super::{Reader, Reported};
use crate::cty::BinaryOperator;
use crate::source::Span;
use crate::stack;
use crate::syntax::lex_error::{LexError, LexErrorKind, MAX_DEPTH, describe};
use crate::syntax::scan::{self, Ends, Scanner};
use crate::syntax::tree::{Branch, Expression, ExpressionKind, For, Operation};

/// Operators of one precedence whose last operand has not been read.
struct OpenOperators {
    first: Expression,
    rest: Vec<Operation>,
    last: BinaryOperator,
}

/// A conditional whose last value has not been read.
struct OpenConditional {
    branches: Vec<Branch>,
    /// The last condition and its `?`, until the `:` follows.
    condition: Option<(Expression, Range<usize>)>,
}

/// Expressions with commas between them.
pub(super) struct List {
    pub(super) items: Box<[Expression]>,
    /// The `...` after the last one.
    pub(super) ellipsis: Option<Range<usize>>,
}

impl Reader<'_> {
    /// Checks brackets and strings of a range, then parses it as one expression.
    pub(in crate::syntax) fn checked(&mut self, range: Range<usize>) -> Result<Expression, Reported> {
        let mut scanner = Scanner::new(self.input.text, range.end);
        scanner.ends = Some(Ends::default());
        let mut at = range.start;
        while at < range.end {
            at = if scanner.opens(at) {
                scanner.close(at)
            } else {
                match self.input.text.as_bytes().get(at) {
                    Some(b'}' | b')' | b']') => {
                        let byte = self.input.text.as_bytes().get(at).copied().unwrap_or_default();
                        let kind = LexErrorKind::StrayBracket(byte);
                        scanner.errors.push(LexError {
                            range: at..at + 1,
                            kind,
                        });
                        break;
                    }
                    _ => scanner.comment(at).unwrap_or(at + 1),
                }
            };
        }
        if let Some(error) = scanner.errors.first() {
            let span = self.input.span(error.range.clone());
            let mut error = describe(self.input.file, error);
            error.span = span;
            self.syntax_errors.push(error);
            return Err(Reported);
        }
        self.take_ends(&mut scanner, range.start)?;
        self.expression(range)
    }

    /// Takes from the scanner where the brackets of an expression end, unless too many are open at once.
    pub(super) fn take_ends(&mut self, scanner: &mut Scanner<'_>, start: usize) -> Result<(), Reported> {
        self.ends = scanner.ends.take().unwrap_or_default();
        self.check_depth(scanner.deepest, start)
    }

    /// Reports an expression with too many brackets that are open at once.
    pub(super) fn check_depth(&mut self, deepest: usize, start: usize) -> Result<(), Reported> {
        self.deepest = deepest;
        if deepest > MAX_DEPTH {
            return Err(self.too_deep(self.input.span(start..start + 1)));
        }
        Ok(())
    }

    /// Parses the expression in a range.
    pub(super) fn expression(&mut self, range: Range<usize>) -> Result<Expression, Reported> {
        stack::with_depth(self.deepest, || {
            let mut cursor = Cursor::new(range.clone());
            let (expression, following) = self.conditional(&mut cursor)?;
            self.expect(TokenKind::End, &following)?;
            Ok(expression)
        })
    }

    fn expect(&mut self, kind: TokenKind, following: &Token) -> Result<(), Reported> {
        if following.kind == kind {
            return Ok(());
        }
        Err(self.unexpected(following.range.clone()))
    }

    /// An expression with parts before and after it, which are not deeper than the limit.
    pub(super) fn node(&mut self, kind: ExpressionKind, span: Span) -> Result<Expression, Reported> {
        let expression = Expression::new(kind, span);
        if expression.height() > MAX_DEPTH {
            return Err(self.too_deep(span));
        }
        Ok(expression)
    }

    fn conditional(&mut self, cursor: &mut Cursor) -> Result<(Expression, Token), Reported> {
        let mut open: Vec<OpenConditional> = Vec::new();
        loop {
            let (mut value, following) = self.operators(cursor)?;
            if following.kind == TokenKind::Question {
                if open.len() > MAX_DEPTH {
                    return Err(self.too_deep(value.span));
                }
                let condition = Some((value, following.range));
                match open.last_mut() {
                    Some(last) if last.condition.is_none() => last.condition = condition,
                    _ => open.push(OpenConditional {
                        branches: Vec::new(),
                        condition,
                    }),
                }
                continue;
            }
            while let Some(OpenConditional { branches, .. }) = open.pop_if(|last| last.condition.is_none()) {
                let start = branches
                    .first()
                    .map_or(value.span, |branch| branch.condition.span);
                let span = Span {
                    end: value.span.end,
                    ..start
                };
                let otherwise = Box::new(value);
                let branches = branches.into();
                value = self.node(ExpressionKind::Conditional { branches, otherwise }, span)?;
            }
            let Some(last) = open.last_mut() else {
                return Ok((value, following));
            };
            let Some((condition, question)) = last.condition.take() else {
                continue;
            };
            if following.kind != TokenKind::Colon {
                let help = "write `condition ? value : other value`";
                return Err(self.report(question, "the conditional has no `:`", help));
            }
            last.branches.push(Branch { condition, value });
        }
    }

    fn operators(&mut self, cursor: &mut Cursor) -> Result<(Expression, Token), Reported> {
        let mut open: Vec<OpenOperators> = Vec::new();
        loop {
            let (mut operand, following) = self.operand(cursor)?;
            let TokenKind::Operator(operator) = following.kind else {
                while let Some(last) = open.pop() {
                    operand = self.close_operators(last, operand)?;
                }
                return Ok((operand, following));
            };
            let precedence = precedence(operator);
            while let Some(last) = open.pop_if(|last| self::precedence(last.last) > precedence) {
                operand = self.close_operators(last, operand)?;
            }
            match open.last_mut() {
                Some(last) if self::precedence(last.last) == precedence => {
                    let operator = std::mem::replace(&mut last.last, operator);
                    last.rest.push(Operation { operator, operand });
                }
                _ => open.push(OpenOperators {
                    first: operand,
                    rest: Vec::new(),
                    last: operator,
                }),
            }
        }
    }

    fn close_operators(&mut self, open: OpenOperators, operand: Expression) -> Result<Expression, Reported> {
        let OpenOperators {
            first,
            mut rest,
            last,
        } = open;
        let span = Span {
            end: operand.span.end,
            ..first.span
        };
        rest.push(Operation {
            operator: last,
            operand,
        });
        let (first, rest) = (Box::new(first), rest.into());
        self.node(ExpressionKind::Binary { first, rest }, span)
    }

    /// Parses the operand at the cursor with its signs.
    fn operand(&mut self, cursor: &mut Cursor) -> Result<(Expression, Token), Reported> {
        match self.plain_operand(cursor) {
            Some(operand) => operand,
            None => self.masked_operand(cursor),
        }
    }

    /// Parses the operand at the cursor from its masked copy.
    pub(super) fn masked_operand(&mut self, cursor: &mut Cursor) -> Result<(Expression, Token), Reported> {
        let whole = cursor.range.clone();
        let previous = cursor.previous.as_ref().map(|token| token.range.clone());
        let (operand, following) = self.mask(cursor)?;
        if operand.mask.text.is_empty() {
            if following.kind != TokenKind::End {
                return Err(self.unexpected(following.range));
            }
            let sign = operand.signs.last().map(|&(_, at)| at..at + 1);
            return Err(match sign.or(previous) {
                Some(range) => {
                    let help = "write the missing operand, or remove the operator";
                    self.report(range, "the expression is not complete", help)
                }
                None => self.report(whole, "an expression is expected here", "write a value"),
            });
        }
        let mut expression = self.term(&operand.mask)?;
        for (operator, at) in operand.signs.into_iter().rev() {
            let span = Span {
                start: self.input.span(at..at + 1).start,
                ..expression.span
            };
            let operand = Box::new(expression);
            expression = self.node(ExpressionKind::Unary { operator, operand }, span)?;
        }
        Ok((expression, following))
    }

    /// Parses the string, heredoc or bracket in a range.
    pub(super) fn bracketed(&mut self, range: &Range<usize>) -> Result<ExpressionKind, Reported> {
        let inner = range.start + 1..range.end.saturating_sub(1);
        match self.input.text.as_bytes().get(range.start) {
            Some(b'<') => self.heredoc(range),
            Some(b'"') => self.quoted(range),
            Some(b'(') => Ok(ExpressionKind::Parenthesis(Box::new(self.expression(inner)?))),
            _ if let Some(at) = self.opens_for(range) => {
                Ok(ExpressionKind::For(Box::new(self.for_expression(range, at)?)))
            }
            Some(b'{') => self.object(range),
            _ => match self.list(inner)? {
                List {
                    items,
                    ellipsis: None,
                } => Ok(ExpressionKind::Tuple(items)),
                List {
                    ellipsis: Some(ellipsis),
                    ..
                } => Err(self.unexpected(ellipsis)),
            },
        }
    }

    /// Parses expressions with commas between them, and the `...` after them.
    pub(super) fn list(&mut self, range: Range<usize>) -> Result<List, Reported> {
        let start = self.expressions.len();
        let mut ellipsis = None;
        let mut cursor = Cursor::new(range);
        while !self.is_empty(cursor.range.clone()) {
            let (item, following) = self.conditional(&mut cursor)?;
            self.expressions.push(item);
            match following.kind {
                TokenKind::Comma | TokenKind::End => {}
                TokenKind::Ellipsis if self.is_empty(cursor.range.clone()) => {
                    ellipsis = Some(following.range);
                    break;
                }
                TokenKind::Ellipsis => {
                    let at = scan::trivia(self.input.text, cursor.range.clone());
                    let range = at..self.end_of_word(at, cursor.range.end);
                    return Err(self.unexpected(range));
                }
                _ => return Err(self.unexpected(following.range)),
            }
        }
        let items = self.expressions.drain(start..).collect();
        Ok(List { items, ellipsis })
    }

    /// Parses the `for` expression in a range, after the word `for`, which ends at `at`.
    fn for_expression(&mut self, range: &Range<usize>, at: usize) -> Result<For, Reported> {
        let is_object = self.input.slice(range.start..range.start + 1) == "{";
        let end = range.end.saturating_sub(1);
        let help = "write `[for value in list : value]` or `{for key, value in map : key => value}`";
        let names = self.for_names(at..end, "the `for` expression is not complete", help)?;
        let mut cursor = Cursor {
            in_for: true,
            ..Cursor::new(names.end..end)
        };
        let (collection, following) = self.conditional(&mut cursor)?;
        self.expect(TokenKind::Colon, &following)?;
        let (mut value, mut following) = self.conditional(&mut cursor)?;
        let mut key = None;
        let mut grouping = false;
        if is_object {
            self.expect(TokenKind::Arrow, &following)?;
            key = Some(value);
            (value, following) = self.conditional(&mut cursor)?;
            if following.kind == TokenKind::Ellipsis {
                grouping = true;
                let (operand, next) = self.mask(&mut cursor)?;
                if !operand.mask.text.is_empty() || !operand.signs.is_empty() {
                    return Err(self.unexpected(operand.mask.whole()));
                }
                following = next;
            }
        }
        let condition = if following.kind == TokenKind::If {
            let condition;
            (condition, following) = self.conditional(&mut cursor)?;
            Some(condition)
        } else {
            None
        };
        self.expect(TokenKind::End, &following)?;
        Ok(For {
            key_variable: names.key,
            value_variable: names.value,
            collection,
            key,
            value,
            grouping,
            condition,
        })
    }
}

/// How tightly an operator binds.
fn precedence(operator: BinaryOperator) -> u8 {
    use BinaryOperator as Operator;
    match operator {
        Operator::Or => 1,
        Operator::And => 2,
        Operator::Equal | Operator::NotEqual => 3,
        Operator::Less | Operator::LessOrEqual | Operator::Greater | Operator::GreaterOrEqual => 4,
        Operator::Add | Operator::Subtract => 5,
        Operator::Multiply | Operator::Divide | Operator::Modulo => 6,
    }
}
