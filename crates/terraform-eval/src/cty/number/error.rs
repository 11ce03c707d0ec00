//! Errors of numbers and of operations on them.

use std::fmt;

use super::float::OutOfRange;

/// Why there is no number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumberError {
    /// The text is no decimal number.
    NotANumber,
    /// The number is further from 1 than this program computes with.
    OutOfRange,
    /// An operation that has no result, in the words of cty's standard functions.
    Undefined(&'static str),
}

impl fmt::Display for NumberError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotANumber => "a number is required",
            Self::OutOfRange => "the number is too large or too small to be computed with",
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
