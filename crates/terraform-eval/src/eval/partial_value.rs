//! Partially known values of expressions with errors.
//!
//! Terraform continues after an error with as much of a value as it has. This matters in one place: the branch
//! of a conditional that is not taken may have errors, but its type still has to agree with the other
//! branch. Each error therefore carries the partial value of the expression that it leaves.

use crate::cty::{BinaryOperator, Type, UnaryOperator, Value};
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
        | Kind::Splat { .. } => return error,
        Kind::Template(template) => match template.parts.as_slice() {
            [TemplatePart::Interpolation(_)] => return error,
            _ => Some(Value::unknown(Type::String).refine_not_null()),
        },
        Kind::Unary { operator, .. } => Some(Value::unknown(match operator {
            UnaryOperator::Negate => Type::Number,
            UnaryOperator::Not => Type::Bool,
        })),
        // All operators of a chain have one type.
        Kind::Binary { rest, .. } => rest
            .last()
            .map(|operation| Value::unknown(result_type(operation.operator))),
        _ => None,
    };
    error.with_partial(partial)
}

/// The type of an operator's result.
fn result_type(operator: BinaryOperator) -> Type {
    use BinaryOperator::{Add, Divide, Modulo, Multiply, Subtract};
    match operator {
        Add | Subtract | Multiply | Divide | Modulo => Type::Number,
        _ => Type::Bool,
    }
}
