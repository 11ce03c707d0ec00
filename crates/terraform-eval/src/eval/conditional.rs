//! `condition ? yes : no`: both branches have one type, and only the branch that is taken may have errors.

use crate::cty::{Type, Value, convert, unify_conditional};
use crate::syntax::tree::Expression;

use super::{EvalError, Evaluator, Result, Scope};

impl Evaluator<'_> {
    pub(super) fn conditional(
        &self,
        condition: &Expression,
        yes: &Expression,
        no: &Expression,
        scope: Scope<'_>,
    ) -> Result<Value> {
        let (yes, no) = (self.evaluate(yes, scope), self.evaluate(no, scope));
        let (yes, yes_error) = branch(yes)?;
        let (no, no_error) = branch(no)?;
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
            let is_hidden = [&taken, &other].iter().any(|value| value.marks_deep().hides_value());
            with_type(EvalError::invalid(if is_hidden {
                "inconsistent conditional result types; the difference is not shown, because a value is sensitive or \
                 ephemeral"
                    .to_owned()
            } else {
                format!("inconsistent conditional result types: {error}")
            }))
        })
    }
}

/// The value of a branch, or its partial value and its error.
fn branch(result: Result<Value>) -> Result<(Value, Option<EvalError>)> {
    match result {
        Err(error) if !error.is_uncatchable() => Ok((error.partial_value(), Some(error))),
        result => Ok((result?, None)),
    }
}
