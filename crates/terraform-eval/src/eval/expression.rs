//! Expressions, by kind.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::cty::{BinaryOperator, Decided, Marks, Number, Type, Value, convert, normalize};
use crate::dialect::Feature;
use crate::source::Span;
use crate::syntax::tree::{
    Expression, ExpressionKind, ObjectItem, ObjectKey, Operation, Step, Template, TemplatePart,
};

use super::partial_value::{PartialBuilder, or_partial, with_partial_value};
use super::{EvalError, Evaluator, Result, Scope, operators};

/// Whether parts of an expression may never be evaluated: those that are evaluated once for each element of something, and
/// the arguments of `try` and `can` after the first one without an error.
fn may_skip_parts(kind: &ExpressionKind) -> bool {
    match kind {
        ExpressionKind::For(_) | ExpressionKind::Splat { .. } => true,
        ExpressionKind::Call(call) => matches!(&*call.name.text, "try" | "can" | "core::try" | "core::can"),
        ExpressionKind::Template(template) => has_loop(template),
        _ => false,
    }
}

fn has_loop(template: &Template) -> bool {
    template.parts.iter().any(|part| match part {
        TemplatePart::For { .. } => true,
        TemplatePart::If { yes, no, .. } => has_loop(yes) || has_loop(no),
        TemplatePart::Literal { .. } | TemplatePart::Interpolation(_) => false,
    })
}

impl Evaluator<'_> {
    /// Evaluates an expression.
    pub fn evaluate(&self, expression: &Expression, scope: Scope<'_>) -> Result<Value> {
        self.charge(1)?;
        self.limits
            .with_depth(|| self.evaluate_hoisted(expression, scope))
            .map(|value| value.or_span(expression.span))
            .map_err(|error| with_partial_value(expression, error.with_span(expression.span)))
    }

    /// Evaluates an expression by its kind.
    pub(super) fn evaluate_kind(&self, expression: &Expression, scope: Scope<'_>) -> Result<Value> {
        use ExpressionKind as Kind;
        let scope = if may_skip_parts(&expression.kind) {
            self.with_checked_references(std::slice::from_ref(expression), scope)?
        } else {
            scope
        };
        match &expression.kind {
            Kind::Null => Ok(Value::null(Type::Dynamic)),
            Kind::Bool(value) => Ok(Value::bool(*value)),
            Kind::Number(text) => {
                let number = Number::parse(text).map_err(|error| EvalError::invalid(error.to_string()))?;
                Ok(Value::number(number))
            }
            Kind::String(text) => Ok(Value::shared_string(text.clone())),
            Kind::Template(template) => self.template(template, scope),
            Kind::Tuple(items) => {
                let mut parts = PartialBuilder::default();
                let items: Result<Vec<Value>> = items
                    .iter()
                    .map(|item| parts.take(self.evaluate(item, scope)))
                    .collect();
                let items: Vec<Value> = items?;
                self.charge_elements(items.len())?;
                parts.finish(Value::tuple(items))
            }
            Kind::Object(items) => self.object(items, scope),
            Kind::Variable(_) => self.traversal(expression, &[], expression.span, scope),
            Kind::Traversal { base, steps } => self.traversal(base, steps, expression.span, scope),
            Kind::Splat { base, each, .. } => self.splat(base, each, scope),
            Kind::SplatElement => match scope.element {
                Some(element) => Ok(element.clone()),
                None => Err(EvalError::invalid(
                    "a splat element is outside of a splat expression",
                )),
            },
            Kind::Call(call) => self.call(call, scope),
            Kind::Unary { operator, operand } => {
                let operand = self.evaluate(operand, scope)?;
                operators::unary(*operator, &operand)
            }
            Kind::Binary { first, rest } => self.binary(first, rest, scope),
            Kind::Conditional { branches, otherwise } => self.conditional(branches, otherwise, scope),
            Kind::For(parts) => self.for_expression(parts, scope),
            Kind::Parenthesis(inner) => self.evaluate(inner, scope),
        }
    }

    /// Applies operators from left to right. Each result is one of an expression of its own.
    fn binary(&self, first: &Expression, rest: &[Operation], scope: Scope<'_>) -> Result<Value> {
        let mut left = self.evaluate(first, scope);
        for Operation { operator, operand } in rest {
            if left.as_ref().is_err_and(EvalError::is_uncatchable) {
                break;
            }
            self.charge(1)?;
            let span = Span {
                end: operand.span.end,
                ..first.span
            };
            let right = self.evaluate(operand, scope);
            left = self
                .operation(*operator, left, right)
                .map(|value| value.or_span(span))
                .map_err(|error| error.with_span(span));
        }
        left
    }

    /// Applies an operator. An operand of `&&` or `||` may have an error if the other one decides the result.
    fn operation(
        &self,
        operator: BinaryOperator,
        left: Result<Value>,
        right: Result<Value>,
    ) -> Result<Value> {
        let (left, left_error) = or_partial(left)?;
        let (right, right_error) = or_partial(right)?;
        let without_marks =
            |error: EvalError| error.with_partial(Some(Value::unknown(operator.result_type())));
        let mut error = left_error.clone().or(right_error.clone());
        if operator.is_logical() && self.dialect().has(Feature::ShortCircuit) {
            let is_plain = |value: &Value| value.is_wholly_known() && !value.contains_marked();
            if error.is_some() || !is_plain(&left) || !is_plain(&right) {
                self.note_use(Feature::ShortCircuit.availability());
            }
            let decided = operators::decide(operator, &left, &right, left_error.is_some());
            match decided.map_err(without_marks)? {
                Decided::ByLeft(result) if left_error.is_none() => return Ok(result),
                Decided::ByRight(result) if right_error.is_none() => return Ok(result),
                Decided::ByLeft(_) | Decided::ByBoth => {}
                Decided::ByRight(_) => error = right_error,
            }
        }
        if let Some(error) = error {
            let partial = self.partial_operation(operator, &left, &right);
            return Err(error.with_partial(Some(partial)));
        }
        // A comparison visits both values.
        self.charge(left.size().min(right.size()))?;
        operators::binary(operator, &left, &right).map_err(without_marks)
    }

    /// What is known of an operation whose operands have an error.
    fn partial_operation(&self, operator: BinaryOperator, left: &Value, right: &Value) -> Value {
        let unknown = Value::unknown(operator.result_type());
        let ty = operator.operand_type();
        let converts = |value: &Value| ty.as_ref().is_none_or(|ty| convert(value, ty).is_ok());
        if self.has(Feature::MarkedErrors) && converts(left) && converts(right) {
            unknown.with_marks(&left.marks().union(right.marks()).as_influence())
        } else {
            unknown
        }
    }

    fn object(&self, items: &[ObjectItem], scope: Scope<'_>) -> Result<Value> {
        let mut attributes = BTreeMap::new();
        let mut marks = Marks::new();
        let mut has_unknown_key = false;
        let mut parts = PartialBuilder::default();
        self.charge_memory(Value::fields_bytes(items.len()))?;
        for item in items {
            let key = match &item.key {
                ObjectKey::Word(name) => Ok(Value::shared_string(name.text.clone()).with_span(name.span)),
                ObjectKey::Expression(expression) if is_static_reference(expression) => {
                    let message =
                        "ambiguous key: write a reference in parentheses, and a name with periods in quotes";
                    Err(EvalError::invalid(message).with_span(expression.span))
                }
                ObjectKey::Expression(expression) => self.evaluate(expression, scope),
            };
            let value = parts.take(self.evaluate(&item.value, scope))?;
            let name = key.and_then(|key| {
                marks = marks.union(&key.marks().as_influence());
                let name = object_key(&key).map_err(|error| error.with_span(item.key.span()))?;
                Ok(name.map(|name| (name, key.span())))
            });
            match name {
                Ok(Some((name, span))) => {
                    attributes.insert(name, value.with_key_span(span));
                }
                Ok(None) => has_unknown_key = true,
                Err(error) => {
                    parts.take(Err(error))?;
                    has_unknown_key = true;
                }
            }
        }
        // If a key is unknown, the type of the object is unknown. Terraform then drops the marks of the other keys.
        parts.finish(if has_unknown_key {
            Value::dynamic().with_marks(&marks.origins_only())
        } else {
            Value::object(attributes).with_marks(&marks)
        })
    }
}

/// Converts a value to an object key. `None` if the value is unknown.
pub(super) fn object_key(key: &Value) -> Result<Option<Arc<str>>> {
    if key.is_null() {
        return Err(EvalError::invalid("a key must not be null"));
    }
    let text = convert(key, &Type::String)
        .map_err(|error| EvalError::invalid(format!("the key is not a string: {error}")))?;
    Ok(text.as_str().map(|text| normalize(text)))
}

/// Whether an expression is a name and steps that need no evaluation, such as `var.a[0]`.
fn is_static_reference(expression: &Expression) -> bool {
    let is_static = |step: &Step| match step {
        Step::Attribute(_) => true,
        Step::Index { key, .. } => matches!(key.kind, ExpressionKind::Number(_) | ExpressionKind::String(_)),
    };
    matches!(&expression.kind, ExpressionKind::Traversal { base, steps }
        if matches!(base.kind, ExpressionKind::Variable(_)) && steps.iter().all(is_static))
}
