//! Terraform's functions, by the categories of its documentation.
//!
//! Functions are a layer below the evaluator: they see their arguments, and the rest through
//! [`FunctionHost`]. A function is an entry in the table of its category.

#![expect(
    clippy::unnecessary_wraps,
    reason = "all functions have the same signature, and some of them cannot fail"
)]

mod args;
mod assume;
mod builtin;
mod call;
mod collection;
mod conversion;
mod datetime;
mod elements;
mod encoding;
mod error;
mod filesystem;
mod function;
mod hash;
mod host;
mod ipnet;
mod numeric;
mod string;
mod template;
#[cfg(test)]
mod tests;

use crate::cty::Value;

use super::EvalError;
use function::Function;

pub(super) use error::{FunctionError, FunctionResult};
pub(super) use host::FunctionHost;
pub(super) use template::{check_call, check_template, is_literal_template};

/// The function whose second argument is a type, which the evaluator calls itself.
pub(super) const CONVERT: &str = "convert";

/// The functions by category; each table is sorted by name.
const CATEGORIES: &[&[&[Function]]] = &[
    assume::TABLES,
    collection::TABLES,
    conversion::TABLES,
    datetime::TABLES,
    encoding::TABLES,
    filesystem::TABLES,
    hash::TABLES,
    ipnet::TABLES,
    numeric::TABLES,
    string::TABLES,
    template::TABLES,
];

/// Finds a function by its name without `core::`.
fn find(name: &str) -> Option<&'static Function> {
    CATEGORIES
        .iter()
        .flat_map(|tables| tables.iter())
        .flat_map(|table| table.iter())
        .find(|function| function.name == name)
}

/// Calls a function by its name without `core::`.
pub(super) fn call(host: &dyn FunctionHost, name: &str, arguments: &[Value]) -> Result<Value, EvalError> {
    match find(name) {
        Some(function) => call::call(host, function, arguments),
        None => Err(EvalError::invalid(format!("no function named {name:?}"))),
    }
}

/// Calls a function of the provider that is built into the program.
pub(super) fn call_builtin(
    host: &dyn FunctionHost,
    name: &str,
    arguments: &[Value],
) -> Result<Value, EvalError> {
    let found = builtin::FUNCTIONS.iter().find(|function| function.name == name);
    let unknown = || EvalError::invalid(format!("the built-in provider has no function {name:?}"));
    call::call(host, found.ok_or_else(unknown)?, arguments)
}
