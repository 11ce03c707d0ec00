//! `base[*].attr` and `base.*.attr`.

use crate::cty::{Kind, Type, Value};
use crate::syntax::tree::Expression;

use super::comprehension::each_element;
use super::{Evaluator, Failure, Result, Scope};

impl Evaluator<'_> {
    /// A splat over a list, set or tuple takes each element; anything else is a list of itself, and null
    /// an empty one. The two forms differ in what `each` holds alone.
    pub(super) fn splat(
        &self,
        base: &Expression,
        _full: bool,
        each: &Expression,
        scope: Scope<'_>,
    ) -> Result<Value> {
        let base = self.evaluate(base, scope)?;
        let marks = base.marks().demoted();
        let one = |element: &Value| {
            let value = self.evaluate(each, scope.with_element(element))?;
            Ok(value)
        };
        match base.kind() {
            Kind::Null if matches!(base.ty(), Type::List(_) | Type::Set(_) | Type::Tuple(_)) => {
                Err(Failure::invalid("a splat cannot be applied to a null sequence"))
            }
            Kind::Null => Ok(Value::tuple(Vec::new()).with_marks(&marks)),
            Kind::Unknown(_) => match base.ty() {
                // Whether it is a sequence is not known; what it leads to stays the same.
                Type::Dynamic => Ok(Value::dynamic().with_marks(one(&base)?.marks())),
                Type::List(element) | Type::Set(element) => {
                    let element = Value::unknown((**element).clone()).with_marks(base.marks());
                    let result = one(&element)?;
                    Ok(Value::unknown(Type::list(result.ty().clone())).with_marks(result.marks()))
                }
                _ => Ok(Value::tuple(vec![one(&base)?])),
            },
            Kind::List(_) | Kind::Set(_) | Kind::Tuple(_) => {
                let elements = each_element(&base)?.unwrap_or_default();
                let mut items = Vec::with_capacity(elements.len());
                for (_, element) in &elements {
                    self.spend(1)?;
                    items.push(one(element)?);
                }
                let value = match base.ty() {
                    Type::Tuple(_) => Value::tuple(items),
                    _ => list(items, base.ty())?,
                };
                Ok(value.with_marks(&marks))
            }
            _ => Ok(Value::tuple(vec![one(&base)?]).with_marks(&marks)),
        }
    }
}

/// The result of a splat over a list or set: its elements have one type, as those had.
fn list(items: Vec<Value>, ty: &Type) -> Result<Value> {
    let Some(first) = items.first() else {
        return Ok(Value::list(ty.element().cloned().unwrap_or(Type::Dynamic), items));
    };
    let element = first.ty().clone();
    if items.iter().all(|item| *item.ty() == element) {
        Ok(Value::list(element, items))
    } else {
        Ok(Value::tuple(items))
    }
}
