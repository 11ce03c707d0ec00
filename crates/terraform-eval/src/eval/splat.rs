//! `base[*].attr` and `base.*.attr`.

use crate::cty::{Refinement, Type, Value, ValueRef};
use crate::syntax::tree::Expression;

use super::comprehension::each_element;
use super::{Evaluator, Failure, Result, Scope};

impl Evaluator<'_> {
    /// A splat over a list, set or tuple takes each element; anything else is a list of itself, and null
    /// an empty one. The two forms differ in what `each` holds alone.
    pub(super) fn splat(&self, base: &Expression, each: &Expression, scope: Scope<'_>) -> Result<Value> {
        let base = self
            .evaluate(base, scope)
            .map_err(|failure| failure.leaving(None))?;
        let result = self.each(&base, each, scope);
        result.map_err(|failure| {
            if failure.is_final() {
                failure
            } else {
                failure.leaving(self.each_type(&base, each, scope).map(Value::unknown))
            }
        })
    }

    /// The type that a splat has where it fails at an element; none where nothing can be said.
    fn each_type(&self, base: &Value, each: &Expression, scope: Scope<'_>) -> Option<Type> {
        let one = |element: &Type| {
            let element = Value::unknown(element.clone());
            let result = self.evaluate(each, scope.with_element(&element));
            result.map_or_else(
                |failure| failure.remains().ty().clone(),
                |value| value.ty().clone(),
            )
        };
        match (base.ty(), base.view()) {
            (Type::Dynamic, _) | (Type::List(_) | Type::Set(_) | Type::Tuple(_), ValueRef::Null) => None,
            (Type::List(element) | Type::Set(element), _) => Some(Type::list(one(element))),
            (Type::Tuple(elements), _) => Some(Type::tuple(elements.iter().map(one).collect::<Vec<_>>())),
            (_, ValueRef::Unknown(_)) if !base.is_definitely_not_null() => None,
            (ty, _) => Some(Type::tuple(vec![one(ty)])),
        }
    }

    fn each(&self, base: &Value, each: &Expression, scope: Scope<'_>) -> Result<Value> {
        let marks = base.marks().as_influence();
        let one = |element: &Value| self.evaluate(each, scope.with_element(element));
        match base.view() {
            ValueRef::Null if matches!(base.ty(), Type::List(_) | Type::Set(_) | Type::Tuple(_)) => {
                Err(Failure::invalid("a splat cannot be applied to a null sequence"))
            }
            ValueRef::Null => Ok(Value::tuple(Vec::new()).with_marks(&marks)),
            ValueRef::Unknown(refinement) => match base.ty() {
                // Whether it is a sequence is not known, and Terraform goes no further; what it leads to stays
                // the same.
                Type::Dynamic => match one(base) {
                    Err(failure) if !failure.is_final() => Ok(Value::dynamic().with_marks(base.marks())),
                    element => Ok(Value::dynamic().with_marks(element?.marks())),
                },
                Type::List(element) | Type::Set(element) => {
                    let element = Value::unknown((**element).clone()).with_marks(base.marks());
                    let result = one(&element)?;
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
                        let result = one(&element)?;
                        marks = marks.union(result.marks());
                        types.push(result.ty().clone());
                    }
                    Ok(Value::unknown(Type::tuple(types))
                        .refine_not_null()
                        .with_marks(&marks))
                }
                // Of null it would be an empty tuple.
                _ if !base.is_definitely_not_null() => Ok(Value::dynamic().with_marks(one(base)?.marks())),
                _ => Ok(Value::tuple(vec![one(base)?])),
            },
            ValueRef::List(_) | ValueRef::Set(_) | ValueRef::Tuple(_) => {
                let elements = each_element(base)?.unwrap_or_default();
                let mut items = Vec::with_capacity(elements.len());
                for (_, element) in &elements {
                    self.spend(1)?;
                    items.push(one(element)?);
                }
                let value = match base.ty() {
                    Type::Tuple(_) => Value::tuple(items),
                    ty if items.is_empty() => {
                        let element = ty.element().cloned().unwrap_or(Type::Dynamic);
                        Value::list(one(&Value::unknown(element))?.ty().clone(), items)
                    }
                    _ => list(items),
                };
                Ok(value.with_marks(&marks))
            }
            _ => Ok(Value::tuple(vec![one(base)?]).with_marks(&marks)),
        }
    }
}

/// The result of a splat over a list or set: its elements have one type, as those had, or none yet.
fn list(items: Vec<Value>) -> Value {
    let mut types = items.iter().map(Value::ty).filter(|ty| **ty != Type::Dynamic);
    let element = types.next().cloned().unwrap_or(Type::Dynamic);
    if types.all(|ty| *ty == element) {
        Value::list(element, items)
    } else {
        Value::tuple(items)
    }
}
