//! The error of a function call.

use std::fmt;

use crate::cty::Value;
use crate::eval::EvalError;

/// The result of a function.
pub(super) type FunctionResult<T = Value> = Result<T, FunctionError>;

/// Why a function call has no result.
#[derive(Debug)]
pub(crate) enum FunctionError {
    /// The arguments are not valid. The message is Terraform's, without a full stop.
    Invalid(String),
    /// The function is not fully supported.
    Limit(String),
    /// Evaluation took more time or memory than it may.
    Exhausted(String),
}

impl FunctionError {
    /// Creates the error of a call that is not supported.
    pub(super) fn limit(message: impl Into<String>) -> Self {
        Self::Limit(message.into())
    }

    /// Puts a context before the message, as in `invalid size: …`. Limits stay as they are.
    pub(super) fn in_context(self, context: impl fmt::Display) -> Self {
        match self {
            Self::Invalid(message) => Self::Invalid(format!("{context}: {message}")),
            Self::Limit(_) | Self::Exhausted(_) => self,
        }
    }
}

impl From<&str> for FunctionError {
    fn from(message: &str) -> Self {
        Self::Invalid(message.to_owned())
    }
}

impl From<String> for FunctionError {
    fn from(message: String) -> Self {
        Self::Invalid(message)
    }
}

impl From<FunctionError> for EvalError {
    fn from(error: FunctionError) -> Self {
        match error {
            FunctionError::Invalid(message) => Self::invalid(message),
            FunctionError::Limit(message) => Self::limit(message),
            FunctionError::Exhausted(message) => Self::exhausted(message),
        }
    }
}
