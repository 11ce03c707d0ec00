//! Terraform's functions: one table, one way of calling.
//!
//! The way of calling is that of `go-cty` (`cty/function`): arguments are converted to the parameters'
//! types first; a null, unknown or marked argument is dealt with here unless the parameter asks for
//! it; of unknown arguments the result is unknown with the type that the function says it will have.

mod csv;
mod dates;
mod definition;
mod encoding;
mod files;
mod fileset;
mod hashes;
mod letters;
mod regexp;
mod regexp_syntax;
mod strings;
mod support;
mod templates;
#[cfg(test)]
mod text_tests;
mod timestamp;
mod yaml;

use std::sync::Arc;

use crate::cty::marks::Marks;
use crate::cty::{Type, Value, convert};

use super::{Evaluator, Failure, Result};

pub(super) use templates::check_call;

pub(super) use definition::{Call, Function, Outcome, Parameter, Want};

/// The functions, by file, each file sorted by name.
const TABLES: &[&[Function]] = &[
    csv::TABLE,
    dates::TABLE,
    encoding::TABLE,
    files::TABLE,
    fileset::TABLE,
    hashes::TABLE,
    regexp::TABLE,
    strings::TABLE,
    templates::TABLE,
    yaml::TABLE,
];

/// The function of this name, without `core::`.
fn find(name: &str) -> Option<&'static Function> {
    TABLES
        .iter()
        .flat_map(|table| table.iter())
        .find(|function| function.name == name)
}

/// Calls a function by its name without `core::`.
pub(super) fn call(evaluator: &Evaluator<'_>, name: &str, arguments: &[Value]) -> Result<Value> {
    let Some(function) = find(name) else {
        return Err(Failure::invalid(format!("there is no function named {name:?}")));
    };
    let arguments = convert_arguments(function, arguments)?;
    let mut marks = Marks::none();
    let mut plain = Vec::with_capacity(arguments.len());
    let mut open = false;
    let mut open_type = false;
    for (position, argument) in arguments.iter().enumerate() {
        let parameter = function.parameter(position);
        if argument.is_null() && !parameter.allow_null {
            return Err(failed(
                name,
                &format!("argument must not be null (the {:?} argument)", parameter.name),
            ));
        }
        open |= !argument.is_known() && !parameter.allow_unknown;
        open_type |= *argument.ty() == Type::Dynamic && !argument.is_null() && !parameter.allow_dynamic;
        plain.push(if parameter.allow_marked {
            argument.clone()
        } else {
            take_marks(function, argument, &mut marks)
        });
    }
    // Nothing can be said of the type of the result where that of an argument is open.
    if open_type && open {
        return Ok(Value::dynamic().with_marks(&marks));
    }
    let ty = (function.result)(&plain).map_err(|message| failed(name, &message))?;
    if open {
        for (argument, position) in plain.iter().zip(0..) {
            if function.parameter(position).allow_marked {
                marks = marks.union(&kept(function, &argument.marks_deep()));
            }
        }
        let unknown = Value::unknown(ty);
        let unknown = if function.never_null {
            unknown.refine_not_null()
        } else {
            unknown
        };
        return Ok(unknown.with_marks(&marks));
    }
    let context = Call { evaluator, ty: &ty };
    match (function.run)(&context, &plain) {
        Outcome::Value(value) => Ok(value.with_marks(&marks)),
        Outcome::Error(message) => Err(failed(name, &message)),
        Outcome::Failure(failure) => Err(failure),
    }
}

fn failed(name: &str, message: &str) -> Failure {
    Failure::invalid(format!("the call of {name} failed: {message}"))
}

/// The arguments as the parameters have them.
fn convert_arguments(function: &Function, arguments: &[Value]) -> Result<Vec<Value>> {
    let (given, wanted) = (arguments.len(), function.parameters.len());
    if given < wanted || (given > wanted && function.variadic.is_none()) {
        let bound = if function.variadic.is_some() {
            "at least "
        } else {
            ""
        };
        return Err(Failure::invalid(format!(
            "{} takes {bound}{wanted} arguments, not {given}",
            function.name
        )));
    }
    let convert_one = |(position, argument): (usize, &Value)| {
        let parameter = function.parameter(position);
        convert(argument, &parameter.want.ty()).map_err(|error| {
            let message = format!(
                "unsuitable {:?} argument of {}: {}",
                parameter.name,
                function.name,
                error.located()
            );
            Failure::invalid(message)
        })
    };
    arguments.iter().enumerate().map(convert_one).collect()
}

/// The argument without the marks that the function must not see; those go to the result. A function
/// that passes its arguments on keeps what is known of their origin.
fn take_marks(function: &Function, argument: &Value, marks: &mut Marks) -> Value {
    if !argument.contains_marked() {
        return argument.clone();
    }
    let deep = argument.marks_deep();
    if function.passes_on && argument.is_known() {
        if deep.is_sensitive() {
            *marks = marks.with_sensitive();
        }
        return argument.map_marks(&|marks: &Marks| marks.without_sensitive());
    }
    *marks = marks.union(&kept(function, &deep));
    argument.without_marks()
}

fn kept(function: &Function, marks: &Marks) -> Marks {
    if function.passes_on {
        marks.clone()
    } else {
        marks.demoted()
    }
}

/// Names of all functions.
#[must_use]
pub(super) fn names() -> Vec<Arc<str>> {
    TABLES
        .iter()
        .flat_map(|table| table.iter())
        .map(|function| function.name.into())
        .collect()
}
