//! Expressions, by kind.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::cty::{Marks, Number, Type, Value, convert, normalize};
use crate::syntax::tree::{Expression, ExpressionKind, ObjectItem, ObjectKey};

use super::partial_value::{PartialBuilder, with_partial_value};
use super::{EvalError, Evaluator, Result, Scope, operators};

impl Evaluator<'_> {
    /// Evaluates an expression.
    pub fn evaluate(&self, expression: &Expression, scope: Scope<'_>) -> Result<Value> {
        self.charge(1)?;
        let value = self
            .limits
            .with_depth(|| self.evaluate_hoisted(expression, scope))
            .map_err(|error| with_partial_value(expression, error.with_span(expression.span)))?;
        Ok(if value.span().is_none() {
            value.with_span(expression.span)
        } else {
            value
        })
    }

    /// Evaluates an expression by its kind.
    pub(super) fn evaluate_kind(&self, expression: &Expression, scope: Scope<'_>) -> Result<Value> {
        use ExpressionKind as Kind;
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
            Kind::Variable(_) | Kind::GetAttr { .. } | Kind::Index { .. } => {
                self.traversal(expression, scope)
            }
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
            Kind::Binary {
                operator,
                left,
                right,
            } => {
                let left = self.evaluate(left, scope)?;
                let right = self.evaluate(right, scope)?;
                // A comparison visits both values.
                self.charge(left.size().min(right.size()))?;
                operators::binary(*operator, &left, &right)
            }
            Kind::Conditional { condition, yes, no } => self.conditional(condition, yes, no, scope),
            Kind::For(parts) => self.for_expression(parts, scope),
            Kind::Parenthesis(inner) => self.evaluate(inner, scope),
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
