//! What functions on texts share: reading arguments, refusing, declaring.

use crate::cty::{Type, Value};

use super::definition::{Call, Function, Outcome, Parameter, Stop};

/// The result of a function that can refuse.
pub(super) type Answer = Result<Value, Stop>;

impl From<Value> for Outcome {
    fn from(value: Value) -> Self {
        Self::Value(value)
    }
}

/// The text of a string argument.
pub(super) fn text(arguments: &[Value], position: usize) -> &str {
    arguments
        .get(position)
        .and_then(|argument| argument.as_str())
        .map_or("", |text| text)
}

/// A number argument as a machine integer.
pub(super) fn whole(arguments: &[Value], position: usize) -> Result<i64, Stop> {
    let number = arguments.get(position).and_then(Value::as_number);
    number.and_then(crate::cty::Number::to_i64).ok_or_else(|| {
        let (low, high) = (i64::MIN, i64::MAX);
        Stop::Error(format!(
            "value must be a whole number, between {low} and {high} inclusive"
        ))
    })
}

impl Call<'_> {
    /// Takes the work of going through so many bytes off the budget.
    pub(super) fn spend_bytes(&self, bytes: usize) -> Result<(), Stop> {
        self.evaluator.spend(bytes / 16 + 1).map_err(Stop::Failure)
    }
}

/// A function whose result is never null.
pub(super) const fn function(
    name: &'static str,
    parameters: &'static [Parameter],
    result: fn(&[Value]) -> Result<Type, String>,
    run: fn(&Call<'_>, &[Value]) -> Outcome,
) -> Function {
    Function {
        name,
        parameters,
        variadic: None,
        result,
        run,
        passes_on: false,
        never_null: true,
    }
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "the type of a function's result can be an error"
)]
pub(super) fn string(_: &[Value]) -> Result<Type, String> {
    Ok(Type::String)
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "the type of a function's result can be an error"
)]
pub(super) fn bool(_: &[Value]) -> Result<Type, String> {
    Ok(Type::Bool)
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "the type of a function's result can be an error"
)]
pub(super) fn number(_: &[Value]) -> Result<Type, String> {
    Ok(Type::Number)
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "the type of a function's result can be an error"
)]
pub(super) fn list_of_string(_: &[Value]) -> Result<Type, String> {
    Ok(Type::list(Type::String))
}

/// A type that only the result shows.
#[expect(
    clippy::unnecessary_wraps,
    reason = "the type of a function's result can be an error"
)]
pub(super) fn dynamic(_: &[Value]) -> Result<Type, String> {
    Ok(Type::Dynamic)
}
