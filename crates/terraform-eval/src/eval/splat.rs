//! `base[*].attr` and `base.*.attr`.

use crate::cty::{Refinement, Type, Value, ValueRef};
use crate::syntax::tree::Expression;

use super::for_expression::keyed_elements;
use super::{EvalError, Evaluator, Result, Scope};

impl Evaluator<'_> {
    /// A splat over a list, set or tuple evaluates `each` for every element. Any other value counts as a list of
    /// itself, and null as an empty list. The two forms of splat differ only in the extent of `each`.
    pub(super) fn splat(&self, base: &Expression, each: &Expression, scope: Scope<'_>) -> Result<Value> {
        let base = self
            .evaluate(base, scope)
            .map_err(|error| error.with_partial(None))?;
        let result = self.evaluate_each(&base, each, scope);
        result.map_err(|error| {
            if error.is_uncatchable() {
                error
            } else {
                error.with_partial(self.partial_type(&base, each, scope).map(Value::unknown))
            }
        })
    }

    /// The type of a splat with an error in an element. `None` if it is unknown.
    fn partial_type(&self, base: &Value, each: &Expression, scope: Scope<'_>) -> Option<Type> {
        let result_type = |element: &Type| {
            let element = Value::unknown(element.clone());
            let result = self.evaluate(each, scope.with_element(&element));
            result.map_or_else(
                |error| error.partial_value().ty().clone(),
                |value| value.ty().clone(),
            )
        };
        match (base.ty(), base.view()) {
            (Type::Dynamic, _) | (Type::List(_) | Type::Set(_) | Type::Tuple(_), ValueRef::Null) => None,
            (Type::List(element) | Type::Set(element), _) => Some(Type::list(result_type(element))),
            (Type::Tuple(elements), _) => {
                Some(Type::tuple(elements.iter().map(result_type).collect::<Vec<_>>()))
            }
            (_, ValueRef::Unknown(_)) if !base.is_definitely_not_null() => None,
            (ty, _) => Some(Type::tuple(vec![result_type(ty)])),
        }
    }

    fn evaluate_each(&self, base: &Value, each: &Expression, scope: Scope<'_>) -> Result<Value> {
        let marks = base.marks().as_influence();
        let evaluate = |element: &Value| self.evaluate(each, scope.with_element(element));
        match base.view() {
            ValueRef::Null if matches!(base.ty(), Type::List(_) | Type::Set(_) | Type::Tuple(_)) => {
                Err(EvalError::invalid("a splat cannot be applied to a null sequence"))
            }
            ValueRef::Null => Ok(Value::tuple(Vec::new()).with_marks(&marks)),
            ValueRef::Unknown(refinement) => match base.ty() {
                // The value may be a sequence, so Terraform does not know the type. The origins stay the same.
                Type::Dynamic => match evaluate(base) {
                    Err(error) if !error.is_uncatchable() => Ok(Value::dynamic().with_marks(base.marks())),
                    element => Ok(Value::dynamic().with_marks(element?.marks())),
                },
                Type::List(element) | Type::Set(element) => {
                    let element = Value::unknown((**element).clone()).with_marks(base.marks());
                    let result = evaluate(&element)?;
                    let refinement = Refinement {
                        min_length: refinement.min_length,
                        max_length: refinement.max_length,
                        ..Refinement::not_null()
                    };
                    let list = Value::refined(Type::list(result.ty().clone()), refinement);
                    Ok(list.with_marks(result.marks()))
                }
                Type::Tuple(elements) => {
                    let mut marks = marks;
                    let mut types = Vec::with_capacity(elements.len());
                    for element in elements.iter() {
                        let element = Value::unknown(element.clone()).with_marks(base.marks());
                        let result = evaluate(&element)?;
                        marks = marks.union(result.marks());
                        types.push(result.ty().clone());
                    }
                    Ok(Value::unknown(Type::tuple(types))
                        .refine_not_null()
                        .with_marks(&marks))
                }
                // If the value is null, the result is an empty tuple.
                _ if !base.is_definitely_not_null() => {
                    Ok(Value::dynamic().with_marks(evaluate(base)?.marks()))
                }
                _ => Ok(Value::tuple(vec![evaluate(base)?])),
            },
            ValueRef::List(_) | ValueRef::Set(_) | ValueRef::Tuple(_) => {
                let elements = keyed_elements(base)?.unwrap_or_default();
                let mut items = Vec::with_capacity(elements.len());
                for (_, element) in &elements {
                    self.charge(1)?;
                    self.charge_elements(1)?;
                    items.push(evaluate(element)?);
                }
                let value = match base.ty() {
                    Type::Tuple(_) => Value::tuple(items),
                    ty if items.is_empty() => {
                        let element = ty.element().cloned().unwrap_or(Type::Dynamic);
                        Value::list(evaluate(&Value::unknown(element))?.ty().clone(), items)
                    }
                    _ => new_list(items),
                };
                Ok(value.with_marks(&marks))
            }
            _ => Ok(Value::tuple(vec![evaluate(base)?]).with_marks(&marks)),
        }
    }
}

/// The result of a splat over a list or set: a list, unless the results have different types.
fn new_list(items: Vec<Value>) -> Value {
    let mut types = items.iter().map(Value::ty).filter(|ty| **ty != Type::Dynamic);
    let element = types.next().cloned().unwrap_or(Type::Dynamic);
    if types.all(|ty| *ty == element) {
        Value::list(element, items)
    } else {
        Value::tuple(items)
    }
}
