//! Date and time functions.

pub(super) mod timestamp;

use std::fmt::Write as _;

use crate::cty::{Number, Type, Value};

use super::args::Args;
use super::error::FunctionResult;
use super::function::{ConstType, Function, Parameter};
use super::host::Call;
use timestamp::{Clock, Format, Timestamp};

/// The functions of this category.
pub(super) const TABLES: &[&[Function]] = &[FUNCTIONS];

const FUNCTIONS: &[Function] = &[
    Function::new("formatdate", format_date)
        .param(Parameter::new("format", ConstType::String))
        .param(Parameter::new("time", ConstType::String))
        .returns(ConstType::String),
    Function::new("plantimestamp", |_, _| Ok(now()))
        .returns(ConstType::String)
        .may_be_null(),
    Function::new("timeadd", time_add)
        .param(Parameter::new("timestamp", ConstType::String))
        .param(Parameter::new("duration", ConstType::String))
        .returns(ConstType::String)
        .may_be_null(),
    Function::new("timecmp", time_compare)
        .param(Parameter::new("timestamp_a", ConstType::String))
        .param(Parameter::new("timestamp_b", ConstType::String))
        .returns(ConstType::Number),
    Function::new("timestamp", |_, _| Ok(now())).returns(ConstType::String),
];

/// The current time, which is known only when Terraform runs.
fn now() -> Value {
    Value::unknown(Type::String).refine_not_null()
}

fn time_compare(_: &Call<'_>, args: Args<'_>) -> FunctionResult {
    let left = Timestamp::parse(args.string(0), Format::Lenient)?;
    let right = Timestamp::parse(args.string(1), Format::Lenient)?;
    let order = (left.seconds, left.nanoseconds).cmp(&(right.seconds, right.nanoseconds));
    let order = match order {
        std::cmp::Ordering::Less => -1,
        std::cmp::Ordering::Equal => 0,
        std::cmp::Ordering::Greater => 1,
    };
    Ok(Value::number(Number::from_count(order)))
}

fn time_add(_: &Call<'_>, args: Args<'_>) -> FunctionResult {
    let start = Timestamp::parse(args.string(0), Format::Strict)?;
    let duration = args.string(1);
    let Some(nanoseconds) = parse_duration(duration) else {
        return Err(format!("time: invalid duration {duration:?}").into());
    };
    Ok(Value::string(start.add(nanoseconds).to_string()))
}

/// Parses a duration such as `-1h2.5m` to nanoseconds.
fn parse_duration(duration: &str) -> Option<i64> {
    const MAX: u64 = 1 << 63;
    let unsigned = duration.strip_prefix(['-', '+']).unwrap_or(duration);
    if unsigned == "0" {
        return Some(0);
    }
    let mut rest = unsigned;
    let mut total: u64 = 0;
    loop {
        let (whole, after_whole) = split_digits(rest);
        let (fraction, after_number) = after_whole
            .strip_prefix('.')
            .map_or(("", after_whole), split_digits);
        if whole.is_empty() && fraction.is_empty() {
            return None;
        }
        let unit_end = after_number.find(|character: char| character == '.' || character.is_ascii_digit());
        let (unit, after_unit) = after_number.split_at(unit_end.unwrap_or(after_number.len()));
        let unit: u64 = match unit {
            "ns" => 1,
            "us" | "\u{b5}s" | "\u{3bc}s" => 1_000,
            "ms" => 1_000_000,
            "s" => 1_000_000_000,
            "m" => 60_000_000_000,
            "h" => 3_600_000_000_000,
            _ => return None,
        };
        let whole: u64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
        let part = whole
            .checked_mul(unit)?
            .checked_add(fraction_of(fraction, unit))?;
        total = total.checked_add(part).filter(|&total| total <= MAX)?;
        rest = after_unit;
        if rest.is_empty() {
            break;
        }
    }
    if duration.starts_with('-') {
        0_i64.checked_sub_unsigned(total)
    } else {
        i64::try_from(total).ok()
    }
}

fn split_digits(text: &str) -> (&str, &str) {
    text.split_at(text.bytes().take_while(u8::is_ascii_digit).count())
}

/// A decimal fraction of a unit, computed with floats as in Go.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "Go computes with the same losses, and the result is below the unit"
)]
fn fraction_of(digits: &str, unit: u64) -> u64 {
    let (mut value, mut scale) = (0_u64, 1.0_f64);
    for digit in digits.bytes() {
        if value > (i64::MAX as u64) / 10 {
            break;
        }
        value = value * 10 + u64::from(digit - b'0');
        scale *= 10.0;
    }
    (value as f64 * (unit as f64 / scale)) as u64
}

fn format_date(call: &Call<'_>, args: Args<'_>) -> FunctionResult {
    let format = args.string(0);
    let time = Timestamp::parse(args.string(1), Format::Strict)?;
    call.charge_bytes(format.len().saturating_mul(8))?;
    let clock = time.clock();
    let mut out = String::new();
    let mut rest = format;
    while let Some(first) = rest.chars().next() {
        let end = match first {
            '\'' => push_quoted(rest, &mut out)?,
            character if character.is_ascii_alphabetic() => {
                let end = rest
                    .bytes()
                    .take_while(|&byte| char::from(byte) == character)
                    .count();
                push_verb(character, end, &clock, time, &mut out)?;
                end
            }
            _ => {
                let end = rest.find(|character: char| character == '\'' || character.is_ascii_alphabetic());
                let end = end.unwrap_or(rest.len());
                out.push_str(&rest[..end]);
                end
            }
        };
        rest = &rest[end..];
    }
    Ok(Value::string(out))
}

/// Appends quoted text, in which a doubled quote stands for one quote, and returns the length of the source.
fn push_quoted(text: &str, out: &mut String) -> FunctionResult<usize> {
    if text.starts_with("''") {
        out.push('\'');
        return Ok(2);
    }
    let mut characters = text.char_indices().skip(1).peekable();
    while let Some((at, character)) = characters.next() {
        if character != '\'' {
            out.push(character);
        } else if characters.next_if(|&(_, next)| next == '\'').is_some() {
            out.push('\'');
        } else {
            return Ok(at + 1);
        }
    }
    // At the end of the format, the second quote of a pair is also the closing quote.
    if text.ends_with('\'') && text.len() > 1 {
        Ok(text.len())
    } else {
        Err("unterminated literal '".into())
    }
}

fn push_verb(
    character: char,
    length: usize,
    clock: &Clock,
    time: Timestamp,
    out: &mut String,
) -> FunctionResult<()> {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    const DAYS: [&str; 7] = [
        "Sunday",
        "Monday",
        "Tuesday",
        "Wednesday",
        "Thursday",
        "Friday",
        "Saturday",
    ];
    let name = |names: &'static [&'static str], index: i64| {
        let index = usize::try_from(index).unwrap_or(0);
        names.get(index).copied().unwrap_or("")
    };
    let number = match character {
        'M' => clock.month,
        'D' => clock.day,
        'h' => clock.hour,
        'H' => (clock.hour + 11) % 12 + 1,
        'm' => clock.minute,
        's' => clock.second,
        _ => 0,
    };
    let half = if clock.hour < 12 { "am" } else { "pm" };
    // Writing to a string cannot fail.
    let _ = match (character, length) {
        ('Y', 2) => write!(out, "{:02}", clock.year % 100),
        ('Y', 4) => write!(out, "{:04}", clock.year),
        ('M' | 'D' | 'h' | 'H' | 'm' | 's', 1) => write!(out, "{number}"),
        ('M' | 'D' | 'h' | 'H' | 'm' | 's', 2) => write!(out, "{number:02}"),
        ('M', 3) => write!(out, "{:.3}", name(&MONTHS, clock.month - 1)),
        ('M', 4) => write!(out, "{}", name(&MONTHS, clock.month - 1)),
        ('E', 3) => write!(out, "{:.3}", name(&DAYS, clock.weekday)),
        ('E', 4) => write!(out, "{}", name(&DAYS, clock.weekday)),
        ('A', 2) => write!(out, "{}", half.to_uppercase()),
        ('a', 2) => write!(out, "{half}"),
        ('Z', 1) if time.offset == 0 => write!(out, "Z"),
        ('Z', 3) if time.offset == 0 => write!(out, "UTC"),
        ('Z', 1 | 5) => write!(out, "{}", time.offset_text(":")),
        ('Z', 3 | 4) => write!(out, "{}", time.offset_text("")),
        _ => {
            let verb = String::from(character).repeat(length.min(20));
            return Err(format!("invalid date format verb {verb:?}").into());
        }
    };
    Ok(())
}
