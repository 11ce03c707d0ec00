//! Terraform's functions: one table, one way of calling.
//!
//! The way of calling is that of `go-cty` (`cty/function`): arguments are converted to the parameters'
//! types first; a null, unknown or marked argument is dealt with here unless the parameter asks for
//! it; of unknown arguments the result is unknown with the type that the function says it will have.

mod choices;
#[cfg(test)]
mod conformance_tests;
mod conversion;
mod csv;
mod dates;
mod definition;
mod encoding;
mod files;
mod fileset;
mod flatten;
mod format;
mod format_verbs;
mod hashes;
#[cfg(test)]
mod hostile_tests;
mod letters;
mod mappings;
mod marks;
mod networks;
mod numbers;
#[cfg(test)]
mod origin_tests;
mod parts;
mod powers;
mod regexp;
mod regexp_classes;
mod regexp_syntax;
mod searches;
mod sequences;
mod sets;
mod strings;
mod support;
mod templates;
#[cfg(test)]
mod text_tests;
mod timestamp;
mod yaml;
mod yaml_encode;
mod yaml_scalars;

use crate::cty::marks::Marks;
use crate::cty::{Type, Value, convert};

use super::{Evaluator, Failure, Result};

pub(super) use definition::{Call, Function, Outcome, Parameter, Stop, Want};
pub(super) use templates::{check_call, check_template, is_literal_template};

/// The functions, by file, each file sorted by name.
const TABLES: &[&[Function]] = &[
    choices::TABLE,
    conversion::TABLE,
    csv::TABLE,
    dates::TABLE,
    encoding::TABLE,
    files::TABLE,
    fileset::TABLE,
    flatten::TABLE,
    format::TABLE,
    hashes::TABLE,
    mappings::TABLE,
    marks::TABLE,
    networks::TABLE,
    numbers::TABLE,
    regexp::TABLE,
    searches::TABLE,
    sequences::TABLE,
    sets::TABLE,
    strings::TABLE,
    templates::TABLE,
    yaml::TABLE,
    yaml_encode::TABLE,
];

/// Functions that look at one element or at the outermost length alone, however large the arguments are.
const CONSTANT: &[&str] = &[
    "element",
    "issensitive",
    "length",
    "lookup",
    "nonsensitive",
    "sensitive",
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
    if !CONSTANT.contains(&name) {
        let size: usize = arguments.iter().map(|argument| argument.size() / 32).sum();
        evaluator.spend(size)?;
    }
    let arguments = convert_arguments(function, arguments)?;
    let mut marks = Marks::new();
    let mut plain = Vec::with_capacity(arguments.len());
    let mut open = false;
    let mut open_type = false;
    for (position, argument) in arguments.iter().enumerate() {
        let parameter = function.parameter(position);
        // What follows an argument of open type is not looked at any more.
        if argument.is_null() && !parameter.allow_null && !open_type {
            return Err(failed(
                name,
                &format!("argument must not be null (the {:?} argument)", parameter.name),
            ));
        }
        open |= !argument.is_known() && !parameter.allow_unknown;
        open_type |= *argument.ty() == Type::Dynamic && !parameter.allow_dynamic;
        plain.push(if parameter.allow_marked {
            argument.clone()
        } else {
            take_marks(function, parameter, argument, &mut marks)
        });
    }
    // Nothing can be said of the type of the result where that of an argument is open.
    let ty = if open_type {
        Type::Dynamic
    } else {
        (function.result)(&plain).map_err(|message| failed(name, &message))?
    };
    if open || open_type {
        for argument in &plain {
            // Terraform's own marks stay behind with arguments whose marks the function deals with.
            marks = marks.union(&possible_marks(argument, function.passes_on));
        }
        return Ok(not_null(function, Value::unknown(ty)).with_marks(&marks));
    }
    let context = Call { evaluator, ty: &ty };
    match (function.run)(&context, &plain) {
        Outcome::Value(value) => Ok(not_null(function, value).with_marks(&marks)),
        Outcome::Error(message) => Err(failed(name, &message)),
        Outcome::Failure(failure) => Err(failure),
    }
}

fn not_null(function: &Function, value: Value) -> Value {
    if function.never_null && !value.is_known() {
        value.refine_not_null()
    } else {
        value
    }
}

/// The origins of an unknown result that holds the argument or parts of it, or was only made from it.
fn possible_marks(argument: &Value, passes_on: bool) -> Marks {
    if passes_on {
        let inner = argument.nested_marks().origins_only().as_possible();
        argument.marks().origins_only().union(&inner)
    } else {
        argument.marks_deep().origins_only().as_influence()
    }
}

fn failed(name: &str, message: &str) -> Failure {
    Failure::invalid(format!("call to function {name} failed: {message}"))
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
                error.message_with_path()
            );
            Failure::invalid(message)
        })
    };
    arguments.iter().enumerate().map(convert_one).collect()
}

/// The argument without the marks that the function must not see; those go to the result. A function
/// that passes its arguments on keeps what is known of their origin.
fn take_marks(function: &Function, parameter: &Parameter, argument: &Value, marks: &mut Marks) -> Value {
    if !argument.contains_marked() {
        return argument.clone();
    }
    let deep = argument.marks_deep();
    if function.passes_on && !parameter.want.is_primitive() {
        *marks = marks.union(&deep.without_origins());
        return argument.map_marks(&Marks::origins_only);
    }
    *marks = marks.union(&deep.as_influence());
    argument.without_marks()
}
