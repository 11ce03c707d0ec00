//! What a failed expression still says of its type.
//!
//! Terraform's evaluator goes on after an error, with as much of a value as there is. That shows in one
//! place: the branch of a conditional that is not chosen may fail, and still has to agree with the other.
//! So a failure carries what remains of the expression that it comes out of.

use crate::cty::{Type, Value};
use crate::syntax::tree::{Expression, ExpressionKind, TemplatePart};

use super::{Failure, Result};

/// Parts of a whole, of which some may have failed.
#[derive(Default)]
pub(super) struct Parts {
    failure: Option<Failure>,
}

impl Parts {
    /// The part, or what remains of it. The error is one that nothing gets around.
    pub(super) fn take(&mut self, part: Result<Value>) -> Result<Value> {
        match part {
            Err(failure) if !failure.is_final() => {
                let remains = failure.remains();
                self.failure.get_or_insert(failure);
                Ok(remains)
            }
            part => part,
        }
    }

    /// The whole, or the first failure of a part.
    pub(super) fn finish(self, whole: Value) -> Result<Value> {
        match self.failure {
            Some(failure) => Err(failure.leaving(Some(whole))),
            None => Ok(whole),
        }
    }
}

/// The failure of an expression, with what remains of it.
pub(super) fn left_of(expression: &Expression, failure: Failure) -> Failure {
    use ExpressionKind as Kind;
    let remains = match &expression.kind {
        // They have said themselves what remains.
        Kind::Parenthesis(_)
        | Kind::Tuple(_)
        | Kind::Object(_)
        | Kind::Conditional { .. }
        | Kind::Variable(_)
        | Kind::GetAttr { .. }
        | Kind::Index { .. }
        | Kind::For(_)
        | Kind::Splat { .. } => return failure,
        Kind::Template(template) => match template.parts.as_slice() {
            [TemplatePart::Interpolation(_)] => return failure,
            _ => Some(Value::unknown(Type::String).refine_not_null()),
        },
        Kind::Unary { operator, .. } => Some(Value::unknown(operator.result_type())),
        Kind::Binary { operator, .. } => Some(Value::unknown(operator.result_type())),
        _ => None,
    };
    failure.leaving(remains)
}
