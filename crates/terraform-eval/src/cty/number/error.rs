//! Errors of numbers and of operations on them.

use std::fmt;

use super::float::OutOfRange;

/// Text or an operation that yields no number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumberError {
    /// The text is not a decimal number.
    NotANumber,
    /// The magnitude of the number exceeds the supported range.
    OutOfRange,
    /// An operation without a result, in the words of cty's standard functions.
    Undefined(&'static str),
}

impl fmt::Display for NumberError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotANumber => "a number is required",
            Self::OutOfRange => "the number is outside of the supported range",
            Self::Undefined(why) => why,
        })
    }
}

impl std::error::Error for NumberError {}

impl From<OutOfRange> for NumberError {
    fn from(_: OutOfRange) -> Self {
        Self::OutOfRange
    }
}
