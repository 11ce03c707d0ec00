//! Partially known values of expressions with errors.
//!
//! Terraform continues after an error with as much of a value as it has. This matters for the branch of a conditional
//! that is not taken, which may have errors, but whose type still has to agree with the other branch, and for operands
//! of `&&` and `||` that do not decide the result. Each error therefore carries the partial value of the expression that
//! it leaves.

use crate::cty::{Type, UnaryOperator, Value};
use crate::syntax::tree::{Expression, ExpressionKind, TemplatePart};

use super::{EvalError, Result};

/// Builds a value from parts that may have errors.
#[derive(Default)]
pub(super) struct PartialBuilder {
    first_error: Option<EvalError>,
}

impl PartialBuilder {
    /// Returns the part, or its partial value if it has an error that can be caught.
    pub(super) fn take(&mut self, part: Result<Value>) -> Result<Value> {
        match part {
            Err(error) if !error.is_uncatchable() => {
                let partial = error.partial_value();
                self.first_error.get_or_insert(error);
                Ok(partial)
            }
            part => part,
        }
    }

    /// Returns the value built from the parts, or the first error of a part with this as the partial value.
    pub(super) fn finish(self, value: Value) -> Result<Value> {
        match self.first_error {
            Some(error) => Err(error.with_partial(Some(value))),
            None => Ok(value),
        }
    }
}

/// A value, or the partial value of an error that can be caught, with the error.
pub(super) fn or_partial(result: Result<Value>) -> Result<(Value, Option<EvalError>)> {
    match result {
        Err(error) if !error.is_uncatchable() => Ok((error.partial_value(), Some(error))),
        result => Ok((result?, None)),
    }
}

/// Sets the partial value of an error that leaves an expression.
pub(super) fn with_partial_value(expression: &Expression, error: EvalError) -> EvalError {
    use ExpressionKind as Kind;
    let partial = match &expression.kind {
        // The functions for these kinds set the partial value themselves.
        Kind::Parenthesis(_)
        | Kind::Tuple(_)
        | Kind::Object(_)
        | Kind::Conditional { .. }
        | Kind::Variable(_)
        | Kind::Traversal { .. }
        | Kind::For(_)
        | Kind::Binary { .. }
        | Kind::Splat { .. } => return error,
        Kind::Template(template) => match template.parts.as_slice() {
            [TemplatePart::Interpolation(_)] => return error,
            _ => Some(Value::unknown(Type::String).refine_not_null()),
        },
        Kind::Unary { operator, .. } => Some(Value::unknown(match operator {
            UnaryOperator::Negate => Type::Number,
            UnaryOperator::Not => Type::Bool,
        })),
        _ => None,
    };
    error.with_partial(partial)
}
