//! Scalars of YAML: what a plain word is, and what a tag makes of it.

use crate::cty::{Number, Type, Value};
use crate::syntax::yaml::CORE;
use crate::syntax::yaml::scalar::Word;

use super::definition::Stop;
use super::encoding;
use super::timestamp::Timestamp;

/// The value of a scalar, by its tag or by what it looks like.
pub(super) fn resolve(tag: &str, text: &str, quoted: bool) -> Result<Value, Stop> {
    let core = tag.strip_prefix(CORE);
    let known = ["str", "bool", "int", "float", "null", "timestamp", "binary"];
    if !tag.is_empty() && !core.is_some_and(|name| known.contains(&name)) {
        return Err(format!("unsupported tag {tag:?}").into());
    }
    let mut kind = core.unwrap_or("");
    let first = text.bytes().next();
    let hinted = first.is_none_or(|byte| {
        matches!(byte, b'+' | b'-' | b'.' | b'~' | b'0'..=b'9') || b"yYnNtTfFoO".contains(&byte)
    });
    if hinted && !matches!(kind, "str" | "binary") {
        if quoted {
            return Ok(Value::string(text));
        }
        if let Some(value) = word(text) {
            return Ok(value);
        }
        if tag.is_empty() && matches!(text, ".nan" | ".NaN" | ".NAN") {
            return Err("floating point NaN is not supported".into());
        }
        match first {
            Some(b'.') => {
                if let Ok(number) = Number::parse(text) {
                    return Ok(Value::number(number));
                }
            }
            Some(b'+' | b'-' | b'0'..=b'9') => {
                if matches!(kind, "" | "timestamp")
                    && let Some(time) = Timestamp::parse_yaml(text)
                {
                    return Ok(Value::string(time.to_string()));
                }
                if looks_like_number(text) {
                    kind = "float";
                }
            }
            _ => {}
        }
    }
    let wrong = || Stop::Error(format!("cannot parse {text:?} as {tag}"));
    match kind {
        "binary" if encoding::decode(text).is_none() => Err(wrong()),
        "bool" => word(text)
            .filter(|value| value.as_bool().is_some())
            .ok_or_else(wrong),
        "float" | "int" => number(&text.replace('_', "")).ok_or_else(wrong),
        "timestamp" => {
            let time = Timestamp::parse_yaml(text).ok_or_else(wrong)?;
            Ok(Value::string(time.to_string()))
        }
        "null" => Ok(Value::null(Type::Dynamic)),
        _ => Ok(Value::string(text)),
    }
}

/// The words that are values.
fn word(text: &str) -> Option<Value> {
    Some(match Word::named(text)? {
        Word::Bool(value) => Value::bool(value),
        Word::Null => Value::null(Type::Dynamic),
        Word::Infinity { negative } => {
            Value::number(Number::parse(if negative { "-inf" } else { "inf" }).ok()?)
        }
        Word::Number | Word::NotANumber => return None,
    })
}

/// Whether a text is a number by YAML 1.2: `0o` and `0x` without a sign, decimals with or without one.
fn looks_like_number(text: &str) -> bool {
    let all = |digits: &str, is_digit: fn(&u8) -> bool| {
        !digits.is_empty() && digits.as_bytes().iter().all(is_digit)
    };
    if let Some(digits) = text.strip_prefix("0o") {
        return all(digits, |digit| matches!(digit, b'0'..=b'7'));
    }
    if let Some(digits) = text.strip_prefix("0x") {
        return all(digits, u8::is_ascii_hexdigit);
    }
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let exponent_is_good = exponent.is_none_or(|exponent| {
        all(
            exponent.strip_prefix(['-', '+']).unwrap_or(exponent),
            u8::is_ascii_digit,
        )
    });
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let some = all(whole, u8::is_ascii_digit) && (fraction.is_empty() || all(fraction, u8::is_ascii_digit));
    let point_first = whole.is_empty() && all(fraction, u8::is_ascii_digit);
    exponent_is_good && (some || point_first)
}

/// A decimal number, or a whole number with the prefixes of Go's literals.
fn number(text: &str) -> Option<Value> {
    if let Ok(number) = Number::parse(text) {
        return Some(Value::number(number));
    }
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let radix = match digits.get(..2)?.to_ascii_lowercase().as_str() {
        "0x" => 16,
        "0o" => 8,
        "0b" => 2,
        _ => return None,
    };
    let digits = digits.get(2..)?;
    if digits.starts_with('+') || digits.starts_with('-') {
        return None;
    }
    let value = u64::from_str_radix(digits, radix).ok()?;
    match (sign, i64::try_from(value)) {
        ("", Ok(value)) => Some(Value::number(Number::from_count(value))),
        ("", Err(_)) => Number::parse(&value.to_string()).ok().map(Value::number),
        _ => {
            let negative = 0_i64.checked_sub_unsigned(value)?;
            Some(Value::number(Number::from_count(negative)))
        }
    }
}
