//! The arguments of a function call.

use crate::cty::{Number, Value};
use crate::dialect::Feature;

use super::error::FunctionError;
use super::host::FunctionHost;

/// The arguments of a call, converted to the types of the parameters. Each parameter that is not variadic has
/// an argument.
#[derive(Clone, Copy)]
pub(super) struct Args<'a> {
    values: &'a [Value],
    /// The arguments as they were given, with the marks that the function does not see.
    given: &'a [Value],
    host: &'a dyn FunctionHost,
}

impl<'a> Args<'a> {
    pub(super) fn new(values: &'a [Value], given: &'a [Value], host: &'a dyn FunctionHost) -> Self {
        Self { values, given, host }
    }

    /// Whether the program that calls the function has a feature on which the result depends.
    pub(super) fn has(self, feature: Feature) -> bool {
        self.host.has(feature)
    }

    /// The text of a string argument for a reason why the result is unknown.
    pub(super) fn shown_string(self, position: usize) -> &'a str {
        if has_hidden(self.given) {
            "(sensitive value)"
        } else {
            self.string(position)
        }
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
            FunctionError::from(format!("value must be a whole number, between {min} and {max}"))
        })
    }
}

/// Whether one of the arguments of a call is sensitive or ephemeral. This visits all parts of the arguments, so it is only
/// for errors.
pub(super) fn has_hidden(given: &[Value]) -> bool {
    given.iter().any(|argument| argument.marks_deep().hides_value())
}
