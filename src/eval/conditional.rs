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
        let (yes, yes_failure) = self.attempt(yes, scope)?;
        let (no, no_failure) = self.attempt(no, scope)?;
        let agreement = unify_conditional(&yes, &no).map_err(|error| Failure::invalid(error.to_string()))?;
        let condition = self.evaluate(condition, scope)?;
        if condition.is_null() {
            return Err(Failure::invalid("the condition is null"));
        }
        let marks = condition.marks();
<<<<<<< HEAD
        if !condition.is_known() {
            // Of whatever type it is; and a branch that fails may be the one that is not taken.
            return Ok(agreement.undecided(marks, &yes, &no));
=======
        let Some(holds) = decided.as_bool() else {
            // A branch that fails may be the one that is not taken.
            let (yes, no) = (open_branch(yes)?, open_branch(no)?);
            return Ok(agreement(&yes, &no)?.undecided(marks, &yes, &no));
        };
        let (chosen, other) = if holds { (yes?, no) } else { (no?, yes) };
        match other {
            Ok(other) => {
                let agreement = if holds {
                    agreement(&chosen, &other)
                } else {
                    agreement(&other, &chosen)
                };
                let value = agreement?.choose(marks, &chosen, &other);
                value.map_err(|error| Failure::invalid(format!("the branches do not agree: {error}")))
            }
            Err(failure) if failure.is_final() => Err(failure),
            // A branch that fails has no type to agree with.
            Err(_) => Ok(chosen.with_marks(&marks.demoted())),
>>>>>>> main
        }
        let holds = convert(&condition, &Type::Bool)
            .map_err(|error| Failure::invalid(format!("the condition is no bool: {error}")))?;
        let (chosen, failure, other) = if holds.as_bool() == Some(true) {
            (yes, yes_failure, no)
        } else {
            (no, no_failure, yes)
        };
        if let Some(failure) = failure {
            return Err(failure);
        }
        let value = agreement.choose(marks, &chosen, &other);
        value.map_err(|error| Failure::invalid(format!("the branches do not agree: {error}")))
    }
}
<<<<<<< HEAD
=======

fn open_branch(branch: Result<Value>) -> Result<Value> {
    match branch {
        Err(failure) if !failure.is_final() => Ok(Value::dynamic()),
        branch => branch,
    }
}

fn agreement(yes: &Value, no: &Value) -> Result<crate::cty::Conditional> {
    unify_conditional(yes, no).map_err(|error| Failure::invalid(error.to_string()))
}
>>>>>>> main
