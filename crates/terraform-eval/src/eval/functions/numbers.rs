//! Functions on numbers.

use std::cmp::Ordering;

use crate::cty::{Number, NumberError, Type, Value, convert};

use super::parts::{Checked, items, machine_integer, text};
use super::powers;
use super::{Call, Function, Outcome, Parameter, Stop, Want};

/// The functions.
pub(super) const TABLE: &[Function] = &[
    numeric("abs", &[NUMBER.dynamic()], |_, arguments| {
        rounded(arguments, Number::abs)
    }),
    numeric("ceil", &[NUMBER], |_, arguments| rounded(arguments, Number::ceil)),
    numeric("floor", &[NUMBER], |_, arguments| {
        rounded(arguments, Number::floor)
    }),
    numeric(
        "log",
        &[NUMBER, Parameter::of("base", Want::Number)],
        |_, arguments| approximate(arguments, |number, base| powers::log(number) / powers::log(base)).into(),
    ),
    Function {
        name: "max",
        parameters: &[],
        variadic: Some(&NUMBERS),
        result: |_| Ok(Type::Number),
        run: |_, arguments| extreme(arguments, Ordering::Greater).into(),
        passes_on: false,
        never_null: true,
    },
    Function {
        name: "min",
        parameters: &[],
        variadic: Some(&NUMBERS),
        result: |_| Ok(Type::Number),
        run: |_, arguments| extreme(arguments, Ordering::Less).into(),
        passes_on: false,
        never_null: true,
    },
    Function {
        name: "parseint",
        parameters: &[
            Parameter::of("number", Want::Any),
            Parameter::of("base", Want::Number),
        ],
        variadic: None,
        result: |arguments| match arguments[0].ty() {
            Type::String => Ok(Type::Number),
            other => {
                let given = other.friendly_name();
                Err(format!("first argument must be a string, not {given}"))
            }
        },
        run: |call, arguments| parse(call, arguments).into(),
        passes_on: false,
        never_null: true,
    },
    numeric(
        "pow",
        &[NUMBER, Parameter::of("power", Want::Number)],
        |_, arguments| approximate(arguments, powers::pow).into(),
    ),
    numeric("signum", &[NUMBER], |_, arguments| {
        Outcome::from(
            machine_integer(&arguments[0])
                .map_err(Stop::from)
                .map(|number| Value::number(Number::from_count(number.signum()))),
        )
    }),
    numeric("sum", &[Parameter::of("list", Want::Any)], |call, arguments| {
        sum(call, &arguments[0]).into()
    }),
];

const NUMBER: Parameter = Parameter::of("num", Want::Number);
const NUMBERS: Parameter = Parameter::of("numbers", Want::Number).dynamic();

/// A function that makes a number.
const fn numeric(
    name: &'static str,
    parameters: &'static [Parameter],
    run: fn(&Call<'_>, &[Value]) -> Outcome,
) -> Function {
    Function {
        name,
        parameters,
        variadic: None,
        result: |_| Ok(Type::Number),
        run,
        passes_on: false,
        never_null: true,
    }
}

fn rounded(arguments: &[Value], round: fn(&Number) -> Number) -> Outcome {
    match arguments[0].as_number() {
        Some(number) => Outcome::Value(Value::number(round(number))),
        None => Outcome::Error("a number is required".to_owned()),
    }
}

/// A function of two machine floats, as Terraform computes logarithms and powers.
fn approximate(arguments: &[Value], compute: fn(f64, f64) -> f64) -> Checked<Value> {
    let mut operands = [0.0; 2];
    for (operand, argument) in operands.iter_mut().zip(arguments) {
        let number = argument.as_number().ok_or("a number is required")?;
        *operand = number.to_f64();
        if operand.is_infinite() && !number.is_infinite() {
            return Err(format!(
                "value must be between {:.6} and {:.6} inclusive",
                f64::MIN,
                f64::MAX
            )
            .into());
        }
    }
    let result = compute(operands[0], operands[1]);
    if result.is_nan() {
        return Err("the result is not a number".into());
    }
    let number = Number::from_f64(result);
    Ok(Value::number(number.ok_or("the result is not a number")?))
}

fn extreme(arguments: &[Value], wanted: Ordering) -> Checked<Value> {
    let numbers = arguments.iter().filter_map(Value::as_number);
    let best = numbers.reduce(|best, number| {
        if number.compare(best) == wanted {
            number
        } else {
            best
        }
    });
    Ok(Value::number(
        best.ok_or("must pass at least one number")?.clone(),
    ))
}

fn parse(call: &Call<'_>, arguments: &[Value]) -> Checked<Value> {
    let digits = text(&arguments[0]);
    let base = machine_integer(&arguments[1])?;
    let radix = u32::try_from(base).ok().filter(|radix| (2..=62).contains(radix));
    let radix = radix.ok_or("base must be a whole number between 2 and 62 inclusive")?;
    call.spend(digits.len())?;
    match Number::from_radix(&digits, radix) {
        Ok(number) => Ok(Value::number(number)),
        Err(NumberError::OutOfRange) => Err(Stop::Failure(super::Failure::limit(
            NumberError::OutOfRange.to_string(),
        ))),
        Err(_) => Err(format!("cannot parse {digits:?} as a base {radix} integer").into()),
    }
}

fn sum(call: &Call<'_>, list: &Value) -> Checked<Value> {
    const NO_NUMBERS: &str = "argument must be list, set, or tuple of number values";
    let length = list.length().ok_or("cannot sum noniterable")?;
    if length.as_number().is_some_and(|length| length.sign() == 0) {
        return Err("cannot sum an empty list".into());
    }
    if list.as_slice().is_none() {
        let given = list.ty().friendly_name();
        return Err(format!("argument must be list, set, or tuple. Received {given}").into());
    }
    if !list.is_wholly_known() {
        return Ok(Value::unknown(Type::Number));
    }
    call.spend(items(list).len())?;
    let mut total: Option<Number> = None;
    for item in items(list) {
        let number = convert(item, &Type::Number).map_err(|_| NO_NUMBERS)?;
        let number = number.as_number().ok_or(NO_NUMBERS)?;
        total = Some(match total {
            Some(total) => added(&total, number)?,
            None => number.clone(),
        });
    }
    Ok(Value::number(total.ok_or("cannot sum an empty list")?))
}

fn added(left: &Number, right: &Number) -> Checked<Number> {
    left.add(right).map_err(|error| match error {
        NumberError::OutOfRange => Stop::Failure(super::Failure::limit(error.to_string())),
        other => Stop::Error(other.to_string()),
    })
}
