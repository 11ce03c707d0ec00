//! Operators, with the errors of `cty` as evaluation errors.

use crate::cty::{BinaryOperator, Decided, OperationError, UnaryOperator, Value};

use super::{EvalError, Result};

/// Evaluates `operator operand`.
pub(super) fn unary(operator: UnaryOperator, operand: &Value) -> Result<Value> {
    operator
        .apply(operand)
        .map_err(|error| EvalError::invalid(error.to_string()))
}

/// Evaluates `left operator right`.
pub(super) fn binary(operator: BinaryOperator, left: &Value, right: &Value) -> Result<Value> {
    operator.apply(left, right).map_err(|errors| joined(&errors))
}

/// Which operand decides the result of a logical operator.
pub(super) fn decide(
    operator: BinaryOperator,
    left: &Value,
    right: &Value,
    has_left_error: bool,
) -> Result<Decided> {
    operator
        .decide(left, right, has_left_error)
        .map_err(|errors| joined(&errors))
}

fn joined(errors: &[OperationError]) -> EvalError {
    let messages: Vec<String> = errors.iter().map(ToString::to_string).collect();
    EvalError::invalid(messages.join(" "))
}
