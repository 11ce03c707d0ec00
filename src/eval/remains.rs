//! What a failed expression still says of its type.
//!
//! Terraform's evaluator goes on after an error, with as much of a value as there is. That shows in one
//! place: the branch of a conditional that is not chosen may fail, and still has to agree with the other.

use std::collections::BTreeMap;

use crate::cty::{Kind, Type, Value, unify_conditional};
use crate::syntax::tree::{BinaryOperator, Expression, ExpressionKind, ObjectItem, ObjectKey, TemplatePart};

use super::expression::object_key;
use super::{Evaluator, Failure, Result, Scope};

impl Evaluator<'_> {
    /// What an expression is worth, or else what remains of it and why it failed. The error is a bound
    /// that was met.
    pub(super) fn attempt(
        &self,
        expression: &Expression,
        scope: Scope<'_>,
    ) -> Result<(Value, Option<Failure>)> {
        match self.evaluate(expression, scope) {
            Ok(value) => Ok((value, None)),
            Err(failure) if failure.is_final() => Err(failure),
            Err(failure) => {
                let remains = self.deeper(|| self.remains(expression, scope))?;
                Ok((remains, Some(failure)))
            }
        }
    }

    /// What remains of an expression that has failed.
    fn remains(&self, expression: &Expression, scope: Scope<'_>) -> Result<Value> {
        use ExpressionKind as Kind;
        self.spend(1)?;
        Ok(match &expression.kind {
            Kind::Parenthesis(inner) => self.attempt(inner, scope)?.0,
            Kind::Unary { operator, .. } => Value::unknown(match operator {
                crate::syntax::tree::UnaryOperator::Negate => Type::Number,
                crate::syntax::tree::UnaryOperator::Not => Type::Bool,
            }),
            Kind::Binary { operator, .. } => Value::unknown(result_type(*operator)),
            Kind::Template(template) => match template.parts.as_slice() {
                [TemplatePart::Interpolation(inner)] => self.attempt(inner, scope)?.0,
                _ => Value::unknown(Type::String).refine_not_null(),
            },
            Kind::Tuple(items) => {
                let items: Result<_> = items
                    .iter()
                    .map(|item| Ok(self.attempt(item, scope)?.0))
                    .collect();
                Value::tuple(items?)
            }
            Kind::Object(items) => self.object_remains(items, scope)?,
            Kind::Conditional { yes, no, .. } => {
                let (yes, no) = (self.attempt(yes, scope)?.0, self.attempt(no, scope)?.0);
                unify_conditional(&yes, &no)
                    .map_or_else(|_| Value::dynamic(), |agreed| Value::unknown(agreed.ty))
            }
            Kind::Splat { base, each, .. } => self.splat_remains(base, each, scope)?,
            _ => Value::dynamic(),
        })
    }

    /// Without one of its keys, nothing is known of an object's type.
    fn object_remains(&self, items: &[ObjectItem], scope: Scope<'_>) -> Result<Value> {
        let mut attributes = BTreeMap::new();
        let mut open = false;
        for item in items {
            let key = match &item.key {
                ObjectKey::Word(name) => Some(name.text.clone()),
                ObjectKey::Expression(expression) => match self.attempt(expression, scope)? {
                    (key, None) => object_key(&key).ok().flatten(),
                    (_, Some(_)) => None,
                },
            };
            let (value, _) = self.attempt(&item.value, scope)?;
            match key {
                Some(key) => {
                    attributes.insert(key, value);
                }
                None => open = true,
            }
        }
        Ok(if open {
            Value::dynamic()
        } else {
            Value::object(attributes)
        })
    }

    /// Of a splat that fails at an element, the types of all elements remain.
    fn splat_remains(&self, base: &Expression, each: &Expression, scope: Scope<'_>) -> Result<Value> {
        let (base, failure) = self.attempt(base, scope)?;
        if failure.is_some() {
            return Ok(Value::dynamic());
        }
        let remains = |element: &Type| -> Result<Type> {
            let element = Value::unknown(element.clone());
            let (value, _) = self.attempt(each, scope.with_element(&element))?;
            Ok(value.ty().clone())
        };
        Ok(match (base.ty(), base.kind()) {
            (Type::List(_) | Type::Set(_) | Type::Tuple(_), Kind::Null) | (Type::Dynamic, _) => {
                Value::dynamic()
            }
            (Type::List(element) | Type::Set(element), _) => Value::unknown(Type::list(remains(element)?)),
            (Type::Tuple(elements), _) => {
                let elements: Result<Vec<Type>> = elements.iter().map(remains).collect();
                Value::unknown(Type::tuple(elements?))
            }
            (_, Kind::Unknown(_)) if !base.is_definitely_not_null() => Value::dynamic(),
            (ty, _) => Value::unknown(Type::tuple(vec![remains(ty)?])),
        })
    }
}

/// What an operator gives, whatever it is applied to.
fn result_type(operator: BinaryOperator) -> Type {
    use BinaryOperator::{Add, Divide, Modulo, Multiply, Subtract};
    match operator {
        Add | Subtract | Multiply | Divide | Modulo => Type::Number,
        _ => Type::Bool,
    }
}
