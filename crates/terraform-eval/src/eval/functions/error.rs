//! The error of a function call.

use std::borrow::Cow;
use std::fmt;

use crate::cty::Value;
use crate::eval::EvalError;

/// The result of a function.
pub(in crate::eval) type FunctionResult<T = Value> = Result<T, FunctionError>;

/// Why a function call has no result.
#[derive(Debug)]
pub(crate) enum FunctionError {
    /// The arguments are not valid. The message is Terraform's, without a full stop.
    Invalid(Cow<'static, str>),
    /// The function is not fully supported.
    Limit(Cow<'static, str>),
    /// There is more than evaluation may take, such as a file that is too large.
    Exhausted(Cow<'static, str>),
    /// The evaluator reached a limit of its own during the call; the message has no part of an argument.
    Evaluation(EvalError),
}

impl FunctionError {
    /// Creates the error of a call that is not supported.
    pub(super) fn limit(message: impl Into<Cow<'static, str>>) -> Self {
        Self::Limit(message.into())
    }

    /// Puts a context before the message, as in `invalid size: …`. Limits stay as they are.
    pub(super) fn in_context(self, context: impl fmt::Display) -> Self {
        match self {
            Self::Invalid(message) => Self::Invalid(format!("{context}: {message}").into()),
            Self::Limit(_) | Self::Exhausted(_) | Self::Evaluation(_) => self,
        }
    }

    /// The error of a call with a sensitive or ephemeral argument. A message that was built during the call may contain
    /// a part of the argument, so only a message that is a part of the program is kept.
    pub(super) fn without_arguments(self) -> Self {
        const NOT_SHOWN: Cow<'static, str> =
            Cow::Borrowed("the message is not shown, because an argument is sensitive or ephemeral");
        match self {
            Self::Invalid(Cow::Owned(_)) => Self::Invalid(NOT_SHOWN),
            Self::Limit(Cow::Owned(_)) => Self::Limit(NOT_SHOWN),
            Self::Exhausted(Cow::Owned(_)) => Self::Exhausted(NOT_SHOWN),
            shown => shown,
        }
    }
}

impl From<&'static str> for FunctionError {
    fn from(message: &'static str) -> Self {
        Self::Invalid(Cow::Borrowed(message))
    }
}

impl From<String> for FunctionError {
    fn from(message: String) -> Self {
        Self::Invalid(Cow::Owned(message))
    }
}

impl From<FunctionError> for EvalError {
    fn from(error: FunctionError) -> Self {
        match error {
            FunctionError::Invalid(message) => Self::invalid(message),
            FunctionError::Limit(message) => Self::limit(message),
            FunctionError::Exhausted(message) => Self::exhausted(message),
            FunctionError::Evaluation(error) => error,
        }
    }
}
