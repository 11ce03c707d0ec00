//! `condition ? yes : no`: both branches have one type, and only the branch that is taken may have errors.

use crate::cty::{Type, Value, convert, unify_conditional};
use crate::source::Span;
use crate::syntax::tree::{Branch, Expression};

use super::partial_value::or_partial;
use super::{EvalError, Evaluator, Result, Scope};

impl Evaluator<'_> {
    /// Each `condition ? value : …` is one of an expression of its own, from the last to the first.
    pub(super) fn conditional(
        &self,
        branches: &[Branch],
        otherwise: &Expression,
        scope: Scope<'_>,
    ) -> Result<Value> {
        let values: Vec<_> = branches
            .iter()
            .map(|branch| self.evaluate(&branch.value, scope))
            .collect();
        let mut result = self.evaluate(otherwise, scope);
        for (Branch { condition, .. }, value) in branches.iter().zip(values).rev() {
            self.charge(1)?;
            let span = Span {
                end: otherwise.span.end,
                ..condition.span
            };
            result = self
                .choose(condition, value, result, scope)
                .map(|value| value.or_span(span))
                .map_err(|error| error.with_span(span));
        }
        result
    }

    /// The value of one conditional with these branches.
    fn choose(
        &self,
        condition: &Expression,
        yes: Result<Value>,
        no: Result<Value>,
        scope: Scope<'_>,
    ) -> Result<Value> {
        let (yes, yes_error) = or_partial(yes)?;
        let (no, no_error) = or_partial(no)?;
        let unified = unify_conditional(&yes, &no).map_err(|error| EvalError::invalid(error.to_string()))?;
        let with_type = |error: EvalError| error.with_partial(Some(Value::unknown(unified.ty.clone())));
        let condition = self.evaluate(condition, scope).map_err(with_type)?;
        if condition.is_null() {
            return Err(with_type(EvalError::invalid("the condition is null")));
        }
        let marks = condition.marks();
        if !condition.is_known() {
            // Terraform checks neither the type of an unknown condition nor the errors of the branches.
            return Ok(unified.choose_either(marks, &yes, &no));
        }
        let condition = convert(&condition, &Type::Bool).map_err(|error| {
            with_type(EvalError::invalid(format!(
                "the condition is not a bool: {error}"
            )))
        })?;
        let (taken, error, other) = if condition.as_bool() == Some(true) {
            (yes, yes_error, no)
        } else {
            (no, no_error, yes)
        };
        let value = unified.choose(marks, &taken, &other);
        if let Some(error) = error {
            return Err(match value {
                Ok(partial) => error.with_partial(Some(partial)),
                Err(_) => with_type(error),
            });
        }
        value.map_err(|error| {
            with_type(EvalError::invalid(format!(
                "inconsistent conditional result types: {error}"
            )))
        })
    }
}
