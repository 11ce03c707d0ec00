//! Numeric functions.

mod pow_log;

use std::cmp::Ordering;

use crate::cty::{Number, NumberError, Type, Value};

use super::args::Args;
use super::error::{FunctionError, FunctionResult};
use super::function::{ConstType, Function, Parameter};
use super::host::Call;

/// The functions of this category.
pub(super) const TABLES: &[&[Function]] = &[FUNCTIONS];

const FUNCTIONS: &[Function] = &[
    Function::new("abs", |_, args| Ok(Value::number(args.number(0)?.abs())))
        .param(NUM.allow_dynamic())
        .returns(ConstType::Number),
    Function::new("ceil", |_, args| Ok(Value::number(args.number(0)?.ceil())))
        .param(NUM)
        .returns(ConstType::Number),
    Function::new("floor", |_, args| Ok(Value::number(args.number(0)?.floor())))
        .param(NUM)
        .returns(ConstType::Number),
    Function::new("log", log)
        .param(NUM)
        .param(Parameter::new("base", ConstType::Number))
        .returns(ConstType::Number),
    Function::new("max", |_, args| extreme(args, Ordering::Greater))
        .variadic(NUMBERS)
        .returns(ConstType::Number),
    Function::new("min", |_, args| extreme(args, Ordering::Less))
        .variadic(NUMBERS)
        .returns(ConstType::Number),
    Function::new("parseint", parse_int)
        .param(Parameter::new("number", ConstType::Any))
        .param(Parameter::new("base", ConstType::Number))
        .returns_type_of(parse_int_type),
    Function::new("pow", |_, args| approximate(args, pow_log::pow))
        .param(NUM)
        .param(Parameter::new("power", ConstType::Number))
        .returns(ConstType::Number),
    Function::new("signum", signum)
        .param(NUM)
        .returns(ConstType::Number),
];

const NUM: Parameter = Parameter::new("num", ConstType::Number);
const NUMBERS: Parameter = Parameter::new("numbers", ConstType::Number).allow_dynamic();

fn log(_: &Call<'_>, args: Args<'_>) -> FunctionResult {
    approximate(args, |number, base| pow_log::log(number) / pow_log::log(base))
}

fn signum(_: &Call<'_>, args: Args<'_>) -> FunctionResult {
    Ok(Value::number(Number::from_count(args.integer(0)?.signum())))
}

/// Computes a function of two machine floats, as Terraform does for logarithms and powers.
fn approximate(args: Args<'_>, compute: fn(f64, f64) -> f64) -> FunctionResult {
    let mut operands = [0.0; 2];
    for (position, operand) in operands.iter_mut().enumerate() {
        let number = args.number(position)?;
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

/// Returns the argument that is `Greater` or `Less` than all others.
fn extreme(args: Args<'_>, wanted: Ordering) -> FunctionResult {
    let numbers = args.all().iter().filter_map(Value::as_number);
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

fn parse_int_type(args: Args<'_>) -> FunctionResult<Type> {
    match args.value(0).ty() {
        Type::String => Ok(Type::Number),
        other => {
            let ty = other.friendly_name();
            Err(format!("first argument must be a string, not {ty}").into())
        }
    }
}

fn parse_int(call: &Call<'_>, args: Args<'_>) -> FunctionResult {
    let digits = args.string(0);
    let base = args.integer(1)?;
    let radix = u32::try_from(base).ok().filter(|radix| (2..=62).contains(radix));
    let radix = radix.ok_or("base must be a whole number between 2 and 62 inclusive")?;
    call.charge(digits.len())?;
    match Number::from_radix(digits, radix) {
        Ok(number) => Ok(Value::number(number)),
        Err(NumberError::OutOfRange) => Err(FunctionError::limit(NumberError::OutOfRange.to_string())),
        Err(_) => Err(format!("cannot parse {digits:?} as a base {radix} integer").into()),
    }
}
