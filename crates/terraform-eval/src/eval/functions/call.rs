//! How a function is called.
//!
//! The calling convention is that of `go-cty` (`cty/function`): arguments are converted to the types of the
//! parameters first; null, unknown and marked arguments are dealt with here unless the parameter allows
//! them; if an argument is unknown, the result is unknown and has the type that the function declares.

use super::args::{Args, has_hidden};
use super::error::FunctionError;
use super::function::{Function, Parameter};
use super::host::{Call, FunctionHost};
use crate::cty::{Marks, Type, Value, convert};
use crate::dialect::Feature;
use crate::eval::EvalError;

/// Calls a function.
pub(super) fn call(
    host: &dyn FunctionHost,
    function: &Function,
    given: &[Value],
) -> Result<Value, EvalError> {
    if !function.has_constant_cost {
        const NODES_PER_STEP: usize = 32;
        let steps = given
            .iter()
            .map(|argument| argument.size() / NODES_PER_STEP)
            .sum();
        host.charge(steps)?;
    }
    let has = |feature: Option<Feature>| feature.is_some_and(|feature| host.has(feature));
    let call_error = |error: FunctionError| {
        let error = if has_hidden(given) {
            error.without_arguments()
        } else {
            error
        };
        EvalError::from(error.in_context(format_args!("call to function {} failed", function.name)))
    };
    let arguments = convert_arguments(function, given)?;
    let mut marks = Marks::new();
    let mut passed = Vec::with_capacity(arguments.len());
    let mut has_unknown = false;
    let mut has_unknown_type = false;
    for (parameter, argument) in &arguments {
        // Terraform does not check the arguments after one of unknown type.
        let is_dynamic = *argument.ty() == Type::Dynamic;
        let is_null_refused = argument.is_null() && !parameter.allow_null && !has(parameter.allow_null_with);
        let is_dynamic_unknown = is_dynamic && !parameter.allow_dynamic && !has(parameter.allow_dynamic_with);
        if is_null_refused && !has_unknown_type {
            let message = format!("argument must not be null (the {:?} argument)", parameter.name);
            return Err(EvalError::from(
                FunctionError::from(message)
                    .in_context(format_args!("call to function {} failed", function.name)),
            ));
        }
        has_unknown |= !argument.is_known() && !parameter.allow_unknown;
        has_unknown_type |= is_dynamic_unknown;
        passed.push(if parameter.allow_marked {
            argument.clone()
        } else {
            take_marks(function, parameter, argument, &mut marks)
        });
    }
    let args = Args::new(&passed, given, host);
    let result_type = if has_unknown_type {
        Type::Dynamic
    } else {
        let result_type = function.result_type.of(args);
        result_type.map_err(call_error)?
    };
    if has_unknown || has_unknown_type {
        for argument in &passed {
            // Terraform drops its own marks of arguments whose marks the function deals with.
            marks = marks.union(&unknown_result_marks(function, argument));
        }
        return Ok(refined(function, Value::unknown(result_type)).with_marks(&marks));
    }
    let call = Call {
        host,
        result_type: &result_type,
    };
    match (function.run)(&call, args) {
        Ok(value) => Ok(refined(function, value).with_marks(&marks)),
        Err(error) => Err(call_error(error)),
    }
}

fn refined(function: &Function, value: Value) -> Value {
    if function.refines_not_null && !value.is_known() {
        value.refine_not_null()
    } else {
        value
    }
}

/// The origins that an argument gives to an unknown result: the result may contain the argument or parts of
/// it, or is only computed from it.
fn unknown_result_marks(function: &Function, argument: &Value) -> Marks {
    if function.passes_through {
        let nested = argument.nested_marks().origins_only().as_possible();
        argument.marks().origins_only().union(&nested)
    } else {
        argument.marks_deep().origins_only().as_influence()
    }
}

/// Converts the arguments to the types of their parameters.
fn convert_arguments<'f>(
    function: &'f Function,
    arguments: &[Value],
) -> Result<Vec<(&'f Parameter, Value)>, EvalError> {
    let wrong_count = || {
        let bound = if function.variadic.is_some() {
            "at least "
        } else {
            ""
        };
        EvalError::invalid(format!(
            "{} takes {bound}{} arguments, not {}",
            function.name,
            function.parameters().len(),
            arguments.len()
        ))
    };
    if arguments.len() < function.parameters().len() {
        return Err(wrong_count());
    }
    let mut converted = Vec::with_capacity(arguments.len());
    for (position, argument) in arguments.iter().enumerate() {
        let parameter = function.parameter(position).ok_or_else(wrong_count)?;
        let value = convert(argument, &parameter.ty.to_type()).map_err(|error| {
            EvalError::invalid(format!(
                "unsuitable {:?} argument of {}: {}",
                parameter.name,
                function.name,
                error.message_with_path()
            ))
        })?;
        converted.push((parameter, value));
    }
    Ok(converted)
}

/// Removes the marks that the function must not see and adds them to those of the result. Collections that
/// the function passes through keep their origins.
fn take_marks(function: &Function, parameter: &Parameter, argument: &Value, marks: &mut Marks) -> Value {
    if !argument.contains_marked() {
        return argument.clone();
    }
    let deep = argument.marks_deep();
    if function.passes_through && !parameter.ty.is_primitive() {
        *marks = marks.union(&deep.without_origins());
        return argument.map_marks(&Marks::origins_only);
    }
    *marks = marks.union(&deep.as_influence());
    argument.without_marks()
}
