//! `condition ? yes : no`: both branches have one type, and only the chosen one may fail.

use crate::cty::{Type, Value, convert, unify_conditional};
use crate::syntax::tree::Expression;

use super::{Evaluator, Failure, Result, Scope};

impl Evaluator<'_> {
    pub(super) fn conditional(
        &self,
        condition: &Expression,
        yes: &Expression,
        no: &Expression,
        scope: Scope<'_>,
    ) -> Result<Value> {
        let (yes, no) = (self.evaluate(yes, scope), self.evaluate(no, scope));
        let (yes, yes_failure) = branch(yes)?;
        let (no, no_failure) = branch(no)?;
        let agreement = unify_conditional(&yes, &no).map_err(|error| Failure::invalid(error.to_string()))?;
        let failed = |failure: Failure| failure.leaving(Some(Value::unknown(agreement.ty.clone())));
        let condition = self.evaluate(condition, scope).map_err(failed)?;
        if condition.is_null() {
            return Err(failed(Failure::invalid("the condition is null")));
        }
        let marks = condition.marks();
        if !condition.is_known() {
            // Of whatever type it is; and a branch that fails may be the one that is not taken.
            return Ok(agreement.choose_either(marks, &yes, &no));
        }
        let holds = convert(&condition, &Type::Bool)
            .map_err(|error| failed(Failure::invalid(format!("the condition is not a bool: {error}"))))?;
        let (chosen, failure, other) = if holds.as_bool() == Some(true) {
            (yes, yes_failure, no)
        } else {
            (no, no_failure, yes)
        };
        let value = agreement.choose(marks, &chosen, &other);
        if let Some(failure) = failure {
            return Err(match value {
                Ok(remains) => failure.leaving(Some(remains)),
                Err(_) => failed(failure),
            });
        }
        value.map_err(|error| {
            failed(Failure::invalid(format!(
                "inconsistent conditional result types: {error}"
            )))
        })
    }
}

/// The value of a branch, or what remains of it and why it failed.
fn branch(result: Result<Value>) -> Result<(Value, Option<Failure>)> {
    match result {
        Err(failure) if !failure.is_final() => Ok((failure.remains(), Some(failure))),
        result => Ok((result?, None)),
    }
}
