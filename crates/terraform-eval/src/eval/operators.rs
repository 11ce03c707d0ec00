//! Operators: the syntax tree's names for what `cty` does.

use crate::cty::{Binary, Unary, Value};
use crate::syntax::tree::{BinaryOperator, UnaryOperator};

use super::{Failure, Result};

/// `operator operand`.
pub(super) fn unary(operator: UnaryOperator, operand: &Value) -> Result<Value> {
    let operator = match operator {
        UnaryOperator::Negate => Unary::Negate,
        UnaryOperator::Not => Unary::Not,
    };
    operator
        .apply(operand)
        .map_err(|error| Failure::invalid(error.to_string()))
}

/// `left operator right`.
pub(super) fn binary(operator: BinaryOperator, left: &Value, right: &Value) -> Result<Value> {
    let operator = match operator {
        BinaryOperator::Add => Binary::Add,
        BinaryOperator::Subtract => Binary::Subtract,
        BinaryOperator::Multiply => Binary::Multiply,
        BinaryOperator::Divide => Binary::Divide,
        BinaryOperator::Modulo => Binary::Modulo,
        BinaryOperator::Equal => Binary::Equal,
        BinaryOperator::NotEqual => Binary::NotEqual,
        BinaryOperator::Less => Binary::Less,
        BinaryOperator::LessOrEqual => Binary::LessOrEqual,
        BinaryOperator::Greater => Binary::Greater,
        BinaryOperator::GreaterOrEqual => Binary::GreaterOrEqual,
        BinaryOperator::And => Binary::And,
        BinaryOperator::Or => Binary::Or,
    };
    operator.apply(left, right).map_err(|errors| {
        let messages: Vec<String> = errors.iter().map(ToString::to_string).collect();
        Failure::invalid(messages.join(" "))
    })
}
