//! Functions on dates and times.

use std::fmt::Write as _;

use crate::cty::{Number, Type, Value};

use super::definition::{Call, Function, Outcome, Parameter, Want};
use super::support::{Answer, function, number, string, text};
use super::timestamp::{Clock, Form, Timestamp};

/// The functions of this file.
pub(super) const TABLE: &[Function] = &[
    function(
        "formatdate",
        &[
            Parameter::of("format", Want::String),
            Parameter::of("time", Want::String),
        ],
        string,
        |call, arguments| format_date(call, arguments).into(),
    ),
    Function {
        never_null: false,
        ..function("plantimestamp", &[], string, |_, _| open())
    },
    Function {
        never_null: false,
        ..function(
            "timeadd",
            &[
                Parameter::of("timestamp", Want::String),
                Parameter::of("duration", Want::String),
            ],
            string,
            |_, arguments| time_add(arguments).into(),
        )
    },
    function(
        "timecmp",
        &[
            Parameter::of("timestamp_a", Want::String),
            Parameter::of("timestamp_b", Want::String),
        ],
        number,
        |_, arguments| time_cmp(arguments).into(),
    ),
    function("timestamp", &[], string, |_, _| open()),
];

/// What is known when Terraform runs only.
fn open() -> Outcome {
    Value::unknown(Type::String).refine_not_null().into()
}

fn time_cmp(arguments: &[Value]) -> Answer {
    let left = Timestamp::parse(text(arguments, 0), Form::Lenient)?;
    let right = Timestamp::parse(text(arguments, 1), Form::Lenient)?;
    let order = (left.seconds, left.nanoseconds).cmp(&(right.seconds, right.nanoseconds));
    let order = match order {
        std::cmp::Ordering::Less => -1,
        std::cmp::Ordering::Equal => 0,
        std::cmp::Ordering::Greater => 1,
    };
    Ok(Value::number(Number::from_count(order)))
}

fn time_add(arguments: &[Value]) -> Answer {
    let start = Timestamp::parse(text(arguments, 0), Form::Strict)?;
    let duration = text(arguments, 1);
    let Some(nanoseconds) = nanoseconds(duration) else {
        return Err(format!("time: invalid duration {duration:?}").into());
    };
    Ok(Value::string(start.after(nanoseconds).to_string()))
}

/// A duration such as `-1h2.5m` in nanoseconds.
fn nanoseconds(duration: &str) -> Option<i64> {
    const MOST: u64 = 1 << 63;
    let unsigned = duration.strip_prefix(['-', '+']).unwrap_or(duration);
    if unsigned == "0" {
        return Some(0);
    }
    let mut rest = unsigned;
    let mut total: u64 = 0;
    loop {
        let (whole, behind) = leading_digits(rest);
        let (fraction, behind) = behind.strip_prefix('.').map_or(("", behind), leading_digits);
        if whole.is_empty() && fraction.is_empty() {
            return None;
        }
        let end = behind.find(|letter: char| letter == '.' || letter.is_ascii_digit());
        let (unit, behind) = behind.split_at(end.unwrap_or(behind.len()));
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
        total = total.checked_add(part).filter(|&total| total <= MOST)?;
        rest = behind;
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

fn leading_digits(text: &str) -> (&str, &str) {
    text.split_at(text.bytes().take_while(u8::is_ascii_digit).count())
}

/// A decimal fraction of a unit, computed in floats as Go does.
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

fn format_date(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let format = text(arguments, 0);
    let time = Timestamp::parse(text(arguments, 1), Form::Strict)?;
    call.spend_bytes(format.len().saturating_mul(8))?;
    let clock = time.clock();
    let mut out = String::new();
    let mut rest = format;
    while let Some(first) = rest.chars().next() {
        let end = match first {
            '\'' => quoted(rest, &mut out)?,
            letter if letter.is_ascii_alphabetic() => {
                let end = rest
                    .bytes()
                    .take_while(|&byte| char::from(byte) == letter)
                    .count();
                verb(letter, end, &clock, time, &mut out)?;
                end
            }
            _ => {
                let end = rest.find(|letter: char| letter == '\'' || letter.is_ascii_alphabetic());
                let end = end.unwrap_or(rest.len());
                out.push_str(&rest[..end]);
                end
            }
        };
        rest = &rest[end..];
    }
    Ok(Value::string(out))
}

/// Text between quotes, where a doubled quote is one; says how long it was.
fn quoted(text: &str, out: &mut String) -> Result<usize, String> {
    if text.starts_with("''") {
        out.push('\'');
        return Ok(2);
    }
    let mut letters = text.char_indices().skip(1).peekable();
    while let Some((at, letter)) = letters.next() {
        if letter != '\'' {
            out.push(letter);
        } else if letters.next_if(|&(_, next)| next == '\'').is_some() {
            out.push('\'');
        } else {
            return Ok(at + 1);
        }
    }
    // At the end of the format, the second quote of a pair counts as the closing one as well.
    if text.ends_with('\'') && text.len() > 1 {
        Ok(text.len())
    } else {
        Err("unterminated literal '".to_owned())
    }
}

fn verb(letter: char, length: usize, at: &Clock, time: Timestamp, out: &mut String) -> Result<(), String> {
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
    let number = match letter {
        'M' => at.month,
        'D' => at.day,
        'h' => at.hour,
        'H' => (at.hour + 11) % 12 + 1,
        'm' => at.minute,
        's' => at.second,
        _ => 0,
    };
    let half = if at.hour < 12 { "am" } else { "pm" };
    // Writing to a string cannot fail.
    let _ = match (letter, length) {
        ('Y', 2) => write!(out, "{:02}", at.year % 100),
        ('Y', 4) => write!(out, "{:04}", at.year),
        ('M' | 'D' | 'h' | 'H' | 'm' | 's', 1) => write!(out, "{number}"),
        ('M' | 'D' | 'h' | 'H' | 'm' | 's', 2) => write!(out, "{number:02}"),
        ('M', 3) => write!(out, "{:.3}", name(&MONTHS, at.month - 1)),
        ('M', 4) => write!(out, "{}", name(&MONTHS, at.month - 1)),
        ('E', 3) => write!(out, "{:.3}", name(&DAYS, at.weekday)),
        ('E', 4) => write!(out, "{}", name(&DAYS, at.weekday)),
        ('A', 2) => write!(out, "{}", half.to_uppercase()),
        ('a', 2) => write!(out, "{half}"),
        ('Z', 1) if time.offset == 0 => write!(out, "Z"),
        ('Z', 3) if time.offset == 0 => write!(out, "UTC"),
        ('Z', 1 | 5) => write!(out, "{}", time.offset_text(":")),
        ('Z', 3 | 4) => write!(out, "{}", time.offset_text("")),
        _ => {
            let verb = String::from(letter).repeat(length.min(20));
            return Err(format!("invalid date format verb {verb:?}"));
        }
    };
    Ok(())
}
