//! The conversion of hcl-edit's operands to [`Expression`].

use std::mem::take;
use std::ops::Range;
use std::sync::Arc;

use hcl_edit::Span as _;
use hcl_edit::expr::{self as hcl, TraversalOperator};

use super::mask::Mask;
use super::{Reader, Reported};
use crate::source::Span;
use crate::syntax::scan;
use crate::syntax::tree::{Call, Expression, ExpressionKind, Name, Step};
use crate::syntax::words;

impl Reader<'_> {
    /// Parses an operand without signs.
    pub(super) fn term(&mut self, mask: &Mask) -> Result<Expression, Reported> {
        match mask.text.parse::<hcl::Expression>() {
            Ok(expression) => self.lower(&expression, mask),
            Err(error) => Err(self.report_parse_error(mask, &error)),
        }
    }

    fn lower(&mut self, source: &hcl::Expression, mask: &Mask) -> Result<Expression, Reported> {
        let range = place(mask, source.span());
        let kind = match source {
            hcl::Expression::Null(_) => ExpressionKind::Null,
            hcl::Expression::Bool(value) => ExpressionKind::Bool(*value.value()),
            hcl::Expression::Number(_) => self.number(range.clone()),
            hcl::Expression::String(_)
            | hcl::Expression::Object(_)
            | hcl::Expression::Array(_)
            | hcl::Expression::Parenthesis(_) => self.bracketed(&range)?,
            hcl::Expression::Variable(_) => match self.input.slice(range.clone()) {
                number if number.starts_with(|first: char| first.is_ascii_digit()) => {
                    self.number(range.clone())
                }
                name => ExpressionKind::Variable(words::shared(name)),
            },
            hcl::Expression::FuncCall(call) => {
                ExpressionKind::Call(Box::new(self.call(call, mask, range.end)?))
            }
            hcl::Expression::Traversal(source) => {
                let base = self.lower(&source.expr, mask)?;
                return self.steps(base, &source.operators, mask);
            }
            // The mask holds none of these.
            hcl::Expression::Conditional(_)
            | hcl::Expression::UnaryOp(_)
            | hcl::Expression::BinaryOp(_)
            | hcl::Expression::ForExpr(_)
            | hcl::Expression::StringTemplate(_)
            | hcl::Expression::HeredocTemplate(_) => return Err(self.unexpected(range)),
        };
        self.node(kind, self.input.span(range))
    }

    fn number(&self, range: Range<usize>) -> ExpressionKind {
        ExpressionKind::Number(Arc::from(self.input.slice(range)))
    }

    /// Lowers a call, whose closing parenthesis is before `end`.
    fn call(&mut self, call: &hcl::FuncCall, mask: &Mask, end: usize) -> Result<Call, Reported> {
        let words = call.name.namespace.iter().chain(std::iter::once(&call.name.name));
        let text = words.map(|word| word.as_str()).collect::<Vec<_>>().join("::");
        let last = place(mask, call.name.name.span());
        let first = call.name.namespace.first().unwrap_or(&call.name.name);
        let first = place(mask, first.span());
        let open = scan::trivia(self.input.text, last.end..end);
        let list = self.list(open + 1..end.saturating_sub(1))?;
        Ok(Call {
            name: Name {
                text: words::shared(&text),
                span: self.input.span(first.start..last.end),
            },
            expand_last: list.ellipsis.is_some(),
            arguments: list.items,
        })
    }

    /// Applies traversal steps to an expression, one after the other.
    fn steps(
        &mut self,
        start: Expression,
        operators: &[hcl_edit::Decorated<TraversalOperator>],
        mask: &Mask,
    ) -> Result<Expression, Reported> {
        // The bases of the full splats, each of which applies all following steps to each element.
        let mut splats = Vec::new();
        // Whether the steps are those of a `.*`, and its base.
        let mut attribute_splat = None;
        let mut base = start;
        let mut steps = Vec::new();
        for operator in operators {
            let range = place(mask, operator.span());
            let span = self.input.span(range.clone());
            let step = match operator.value() {
                TraversalOperator::GetAttr(name) => Step::Attribute(self.name_at(place(mask, name.span()))),
                TraversalOperator::LegacyIndex(index) => {
                    let place = place(mask, index.span().or(operator.span()));
                    let key = self.number(place.clone());
                    Step::Index {
                        key: Box::new(self.node(key, self.input.span(place))?),
                        span,
                    }
                }
                TraversalOperator::Index(_) => {
                    base = self.end_splat(&mut attribute_splat, base, &mut steps)?;
                    let key = self.expression(range.start + 1..range.end.saturating_sub(1))?;
                    Step::Index {
                        key: Box::new(key),
                        span,
                    }
                }
                TraversalOperator::AttrSplat(_) if attribute_splat.is_some() => {
                    let help = "write `[*]` in place of `.*`";
                    return Err(self.report(range, "a splat `.*` cannot be nested in another", help));
                }
                TraversalOperator::AttrSplat(_) => {
                    attribute_splat = Some(self.traversal(base, take(&mut steps).into())?);
                    base = Expression::new(ExpressionKind::SplatElement, span);
                    continue;
                }
                TraversalOperator::FullSplat(_) => {
                    base = self.end_splat(&mut attribute_splat, base, &mut steps)?;
                    splats.push(self.traversal(base, take(&mut steps).into())?);
                    base = Expression::new(ExpressionKind::SplatElement, span);
                    continue;
                }
            };
            steps.push(step);
        }
        base = self.end_splat(&mut attribute_splat, base, &mut steps)?;
        let mut expression = self.traversal(base, take(&mut steps).into())?;
        while let Some(base) = splats.pop() {
            expression = self.splat(base, true, expression)?;
        }
        Ok(expression)
    }

    /// Ends the `.*` whose steps these are, if they are.
    fn end_splat(
        &mut self,
        splat: &mut Option<Expression>,
        base: Expression,
        steps: &mut Vec<Step>,
    ) -> Result<Expression, Reported> {
        match splat.take() {
            None => Ok(base),
            Some(collection) => {
                let each = self.traversal(base, take(steps).into())?;
                self.splat(collection, false, each)
            }
        }
    }

    /// A traversal, or the base itself if there are no steps.
    pub(super) fn traversal(&mut self, base: Expression, steps: Box<[Step]>) -> Result<Expression, Reported> {
        let Some(last) = steps.last() else {
            return Ok(base);
        };
        let span = last.span_from(base.span);
        let base = Box::new(base);
        self.node(ExpressionKind::Traversal { base, steps }, span)
    }

    fn splat(&mut self, base: Expression, full: bool, each: Expression) -> Result<Expression, Reported> {
        let span = Span {
            end: each.span.end,
            ..base.span
        };
        let (base, each) = (Box::new(base), Box::new(each));
        self.node(ExpressionKind::Splat { base, full, each }, span)
    }
}

/// The place in the original of a part of the copy.
fn place(mask: &Mask, span: Option<Range<usize>>) -> Range<usize> {
    mask.range(span.unwrap_or_default())
}
