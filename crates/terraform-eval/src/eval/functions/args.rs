//! The arguments of a function call.

use crate::cty::{Number, Value};
use crate::dialect::{Dialect, Feature};

use super::error::FunctionError;

/// The arguments of a call, converted to the types of the parameters. Each parameter that is not variadic has
/// an argument.
#[derive(Clone, Copy)]
pub(super) struct Args<'a> {
    values: &'a [Value],
    dialect: Dialect,
}

impl<'a> Args<'a> {
    pub(super) fn new(values: &'a [Value], dialect: Dialect) -> Self {
        Self { values, dialect }
    }

    /// Whether the program that calls the function has a feature.
    pub(super) fn has(self, feature: Feature) -> bool {
        self.dialect.has(feature)
    }

    /// All arguments, in order.
    pub(super) fn all(self) -> &'a [Value] {
        self.values
    }

    /// The arguments from a position on; those of the variadic parameter.
    pub(super) fn rest(self, start: usize) -> &'a [Value] {
        self.values.get(start..).unwrap_or_default()
    }

    /// The number of arguments.
    pub(super) fn len(self) -> usize {
        self.values.len()
    }

    /// The argument of a parameter that is not variadic.
    pub(super) fn value(self, position: usize) -> &'a Value {
        &self.values[position]
    }

    /// The argument at a position, or `None` if the call has fewer.
    pub(super) fn get(self, position: usize) -> Option<&'a Value> {
        self.values.get(position)
    }

    /// The text of a string argument; empty if the argument is unknown or null.
    pub(super) fn string(self, position: usize) -> &'a str {
        self.get(position).and_then(Value::as_str).map_or("", |text| text)
    }

    /// A number argument.
    pub(super) fn number(self, position: usize) -> Result<&'a Number, FunctionError> {
        let number = self.get(position).and_then(Value::as_number);
        number.ok_or_else(|| "a number is required".into())
    }

    /// A number argument as a machine integer.
    pub(super) fn integer(self, position: usize) -> Result<i64, FunctionError> {
        let number = self.get(position).and_then(Value::as_number);
        number.and_then(Number::to_i64).ok_or_else(|| {
            let (min, max) = (i64::MIN, i64::MAX);
            FunctionError::Invalid(format!("value must be a whole number, between {min} and {max}"))
        })
    }
}
