//! The operators of the language, which `hcl` builds from the standard functions of cty.

use std::cmp::Ordering;
use std::fmt;

use super::convert::{ConvertError, convert};
use super::number::{Number, NumberError};
use super::types::Type;
use super::value::Value;
use super::value::equality::{is_equal, known_or_unknown};

/// An operator with two operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BinaryOperator {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `%`
    Modulo,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `&&`
    And,
    /// `||`
    Or,
}

/// An operator with one operand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UnaryOperator {
    /// `!`
    Not,
    /// `-`
    Negate,
}

/// The operand of an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operand {
    /// The left operand of two.
    Left,
    /// The right operand of two.
    Right,
    /// The operand of a unary operator.
    Only,
}

impl fmt::Display for Operand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Left => "left operand",
            Self::Right => "right operand",
            Self::Only => "unary operand",
        })
    }
}

/// An operation without a result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OperationError {
    /// An operand has the wrong type.
    Operand(Operand, ConvertError),
    /// An operand is null; the first such one.
    Null(Operand),
    /// The result is not a number that can be represented.
    Number(NumberError),
}

impl OperationError {
    /// The summary that Terraform prints: `Invalid operand`.
    #[must_use]
    pub fn summary(&self) -> &'static str {
        match self {
            Self::Operand(..) => "Invalid operand",
            Self::Null(_) | Self::Number(_) => "Operation failed",
        }
    }
}

/// The detail that Terraform prints below the summary.
impl fmt::Display for OperationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Operand(operand, error) => write!(f, "Unsuitable value for {operand}: {error}."),
            Self::Null(_) => f.write_str("Error during operation: argument must not be null."),
            Self::Number(error) => write!(f, "Error during operation: {error}."),
        }
    }
}

impl std::error::Error for OperationError {}

/// The operand of `&&` or `||` that decides the result, with the result.
#[derive(Debug, Clone, PartialEq)]
pub enum Decided {
    /// The left operand decides: an error of the right one is ignored.
    ByLeft(Value),
    /// The right operand decides: an error of the left one is ignored.
    ByRight(Value),
    /// The result needs both operands.
    ByBoth,
}

impl BinaryOperator {
    /// The type of the operands; `None` if they may have any.
    #[must_use]
    pub fn operand_type(self) -> Option<Type> {
        match self {
            Self::Equal | Self::NotEqual => None,
            Self::And | Self::Or => Some(Type::Bool),
            _ => Some(Type::Number),
        }
    }

    /// The type of the result.
    #[must_use]
    pub fn result_type(self) -> Type {
        match self {
            Self::Add | Self::Subtract | Self::Multiply | Self::Divide | Self::Modulo => Type::Number,
            _ => Type::Bool,
        }
    }

    /// Applies the operator to converted operands. The result is unknown if an operand is, and has the marks of
    /// both as influences. The errors of both operands are reported.
    pub fn apply(self, left: &Value, right: &Value) -> Result<Value, Vec<OperationError>> {
        let Some(ty) = self.operand_type() else {
            return Ok(match self {
                Self::NotEqual => left.not_equals(right),
                _ => left.equals(right),
            });
        };
        let (left, right) = Self::converted(&ty, left, right)?;
        for (operand, value) in [(Operand::Left, &left), (Operand::Right, &right)] {
            if value.is_null() {
                return Err(vec![OperationError::Null(operand)]);
            }
        }
        let marks = left.marks().union(right.marks()).as_influence();
        if let (Some(left), Some(right)) = (left.as_bool(), right.as_bool()) {
            let result = if self == Self::And {
                left && right
            } else {
                left || right
            };
            return Ok(Value::bool(result).with_marks(&marks));
        }
        let order = match self {
            Self::Less => compare(&left, &right, Ordering::is_lt),
            Self::Greater => compare(&left, &right, Ordering::is_gt),
            Self::LessOrEqual => or_equal(&left, &right, Ordering::is_lt),
            Self::GreaterOrEqual => or_equal(&left, &right, Ordering::is_gt),
            _ => {
                let (Some(left), Some(right)) = (left.as_number(), right.as_number()) else {
                    let unknown = Value::unknown(self.result_type()).refine_not_null();
                    // Terraform drops the mark of a sensitive operand here.
                    let is_logical = matches!(self, Self::And | Self::Or);
                    return Ok(unknown.with_marks(&if is_logical { marks.origins_only() } else { marks }));
                };
                let result = self.compute(left, right);
                return result
                    .map(|number| Value::number(number).with_marks(&marks))
                    .map_err(|error| vec![OperationError::Number(error)]);
            }
        };
        Ok(known_or_unknown(order, &marks))
    }

    /// Whether this is `&&` or `||`.
    #[must_use]
    pub fn is_logical(self) -> bool {
        matches!(self, Self::And | Self::Or)
    }

    /// Which operand decides the result of `&&` or `||`, in programs that ignore an error of the other one (HCL's
    /// `ShortCircuit` in `hclsyntax/expression_ops.go`). As there, null counts as false. Both operands have to have a
    /// type that converts to bool.
    pub fn decide(
        self,
        left: &Value,
        right: &Value,
        has_left_error: bool,
    ) -> Result<Decided, Vec<OperationError>> {
        let (left, right) = Self::converted(&Type::Bool, left, right)?;
        let marks = left.marks().union(right.marks()).as_influence();
        let deciding = self == Self::Or;
        let decides = |value: &Value| value.is_known() && (value.as_bool() == Some(true)) == deciding;
        let decided = || Value::bool(deciding).with_marks(&marks);
        let unknown = || Value::unknown(Type::Bool).refine_not_null().with_marks(&marks);
        Ok(match (left.is_known(), right.is_known()) {
            (false, false) if has_left_error => Decided::ByBoth,
            (false, false) => Decided::ByLeft(unknown()),
            _ if decides(&left) => Decided::ByLeft(decided()),
            _ if decides(&right) => Decided::ByRight(decided()),
            // A null operand of `&&` has decided already, and that of `||` counts as false.
            (false, true) => Decided::ByLeft(unknown()),
            (true, false) => Decided::ByRight(unknown()),
            (true, true) => Decided::ByBoth,
        })
    }

    /// Both operands, converted to a type. The errors of both are reported.
    fn converted(ty: &Type, left: &Value, right: &Value) -> Result<(Value, Value), Vec<OperationError>> {
        let convert = |operand, value: &Value| {
            convert(value, ty).map_err(|error| OperationError::Operand(operand, error))
        };
        match (convert(Operand::Left, left), convert(Operand::Right, right)) {
            (Ok(left), Ok(right)) => Ok((left, right)),
            (left, right) => Err(left.err().into_iter().chain(right.err()).collect()),
        }
    }

    fn compute(self, left: &Number, right: &Number) -> Result<Number, NumberError> {
        match self {
            Self::Subtract => left.sub(right),
            Self::Multiply => left.mul(right),
            Self::Divide => left.div(right),
            Self::Modulo => left.rem(right),
            _ => left.add(right),
        }
    }
}

/// Whether the order of two numbers is the wanted one, by their values or by their bounds; `None` if unknown.
fn compare(left: &Value, right: &Value, wanted: fn(Ordering) -> bool) -> Option<bool> {
    if let (Some(left), Some(right)) = (left.as_number(), right.as_number()) {
        return Some(wanted(left.compare(right)));
    }
    let (left, right) = (left.refinement(), right.refinement());
    let is_ordered = |first: &Option<Number>, second: &Option<Number>, order: Ordering| {
        let pair = first.as_ref().zip(second.as_ref());
        pair.is_some_and(|(first, second)| first.compare(second) == order)
    };
    if is_ordered(&left.max, &right.min, Ordering::Less) {
        return Some(wanted(Ordering::Less));
    }
    if is_ordered(&left.min, &right.max, Ordering::Greater) {
        return Some(wanted(Ordering::Greater));
    }
    None
}

fn or_equal(left: &Value, right: &Value, wanted: fn(Ordering) -> bool) -> Option<bool> {
    match (compare(left, right, wanted), is_equal(left, right)) {
        (Some(true), _) | (_, Some(true)) => Some(true),
        (Some(false), Some(false)) => Some(false),
        _ => None,
    }
}

impl UnaryOperator {
    /// The type of the operand and of the result.
    #[must_use]
    pub fn result_type(self) -> Type {
        match self {
            Self::Not => Type::Bool,
            Self::Negate => Type::Number,
        }
    }

    /// Applies the operator as [`BinaryOperator::apply`] does.
    pub fn apply(self, value: &Value) -> Result<Value, OperationError> {
        let ty = self.result_type();
        let value = convert(value, &ty).map_err(|error| OperationError::Operand(Operand::Only, error))?;
        if value.is_null() {
            return Err(OperationError::Null(Operand::Only));
        }
        let result = match (value.as_bool(), value.as_number()) {
            (Some(value), _) => Value::bool(!value),
            (_, Some(number)) => Value::number(number.neg()),
            _ => {
                let unknown = Value::unknown(ty).refine_not_null();
                return Ok(unknown.with_marks(&value.marks().as_influence().origins_only()));
            }
        };
        Ok(result.with_marks(&value.marks().as_influence()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cty::{Marks, Refinement};

    fn shown(result: Result<Value, Vec<OperationError>>) -> String {
        match result {
            Ok(value) => crate::cty::to_json(&value).unwrap_or_else(|_| format!("unknown {}", value.ty())),
            Err(errors) => {
                let shown: Vec<_> = errors
                    .iter()
                    .map(|error| format!("{}: {error}", error.summary()))
                    .collect();
                shown.join("\n")
            }
        }
    }

    #[test]
    fn operands_are_converted() {
        let one = Value::number(1);
        assert_eq!(shown(BinaryOperator::Add.apply(&one, &Value::string("2"))), "3");
        assert_eq!(
            shown(BinaryOperator::And.apply(&Value::string("true"), &Value::bool(true))),
            "true"
        );
        assert_eq!(
            shown(BinaryOperator::Add.apply(&one, &Value::string("x"))),
            "Invalid operand: Unsuitable value for right operand: a number is required."
        );
        assert_eq!(
            shown(BinaryOperator::And.apply(&Value::tuple(vec![]), &Value::bool(true))),
            "Invalid operand: Unsuitable value for left operand: bool required."
        );
        assert_eq!(
            shown(BinaryOperator::Less.apply(&one, &Value::null(Type::Dynamic))),
            "Operation failed: Error during operation: argument must not be null."
        );
        assert_eq!(
            shown(BinaryOperator::Divide.apply(&Value::number(0), &Value::number(0))),
            "Operation failed: Error during operation: can't divide zero by zero or infinity by infinity."
        );
        assert_eq!(
            UnaryOperator::Not.apply(&one).map_err(|error| error.to_string()),
            Err("Unsuitable value for unary operand: bool required.".to_owned())
        );
    }

    #[test]
    fn unknown_operands_yield_unknown_results_of_the_result_type() {
        let unknown = Value::dynamic();
        let sum = BinaryOperator::Add
            .apply(&Value::number(1), &unknown)
            .expect("no error");
        assert_eq!(sum, Value::unknown(Type::Number).refine_not_null());
        // Terraform 1.11 does not look at the other side.
        assert_eq!(
            shown(BinaryOperator::And.apply(&Value::bool(false), &unknown)),
            "unknown bool"
        );
    }

    #[test]
    fn bounds_can_determine_a_comparison() {
        let length = Value::refined(
            Type::Number,
            Refinement {
                min: Some(Number::from_count(1)),
                ..Refinement::not_null()
            },
        );
        assert_eq!(
            shown(BinaryOperator::Greater.apply(&length, &Value::number(0))),
            "true"
        );
        assert_eq!(
            shown(BinaryOperator::LessOrEqual.apply(&length, &Value::number(0))),
            "false"
        );
        assert_eq!(
            shown(BinaryOperator::Greater.apply(&length, &Value::number(1))),
            "unknown bool"
        );
    }

    #[test]
    fn results_have_the_marks_of_their_operands() {
        let secret = Value::number(1).with_marks(&Marks::sensitive());
        let sum = BinaryOperator::Add
            .apply(&secret, &Value::number(1))
            .expect("no error");
        assert!(sum.marks().is_sensitive());
    }
}
