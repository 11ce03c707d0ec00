//! Resolves YAML scalars to values, by tag or by form.

use crate::cty::{Number, Type, Value};
use crate::eval::functions::datetime::timestamp::Timestamp;
use crate::eval::functions::encoding::base64;
use crate::eval::functions::error::{FunctionError, FunctionResult};
use crate::syntax::yaml::CORE;
use crate::syntax::yaml::scalar::Word;

/// Resolves a scalar by its tag or by its form. `has_strict_numbers` says which forms of whole numbers there are.
pub(super) fn resolve(
    tag: &str,
    text: &str,
    is_quoted: bool,
    has_strict_numbers: impl Fn() -> bool,
) -> FunctionResult<Value> {
    let core = tag.strip_prefix(CORE);
    let supported = ["str", "bool", "int", "float", "null", "timestamp", "binary"];
    if !tag.is_empty() && !core.is_some_and(|name| supported.contains(&name)) {
        return Err(format!("unsupported tag {tag:?}").into());
    }
    let mut kind = core.unwrap_or("");
    let first = text.bytes().next();
    let may_be_special = first.is_none_or(|byte| {
        matches!(byte, b'+' | b'-' | b'.' | b'~' | b'0'..=b'9') || b"yYnNtTfFoO".contains(&byte)
    });
    if may_be_special && !matches!(kind, "str" | "binary") {
        if is_quoted {
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
                if looks_like_number(text) || (looks_like_old_integer(text) && !has_strict_numbers()) {
                    kind = "float";
                }
            }
            _ => {}
        }
    }
    let cannot_parse = || FunctionError::from(format!("cannot parse {text:?} as {tag}"));
    match kind {
        "binary" if base64::decode(text).is_none() => Err(cannot_parse()),
        "bool" => word(text)
            .filter(|value| value.as_bool().is_some())
            .ok_or_else(cannot_parse),
        "float" | "int" => parse_number(&text.replace('_', "")).ok_or_else(cannot_parse),
        "timestamp" => {
            let time = Timestamp::parse_yaml(text).ok_or_else(cannot_parse)?;
            Ok(Value::string(time.to_string()))
        }
        "null" => Ok(Value::null(Type::Dynamic)),
        _ => Ok(Value::string(text)),
    }
}

/// The value of a word such as `true`, `no` or `.inf`.
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

/// Whether a text is a number in YAML 1.2: `0o` and `0x` without a sign, decimals with an optional sign.
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
    let is_exponent_valid = exponent.is_none_or(|exponent| {
        all(
            exponent.strip_prefix(['-', '+']).unwrap_or(exponent),
            u8::is_ascii_digit,
        )
    });
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let has_whole =
        all(whole, u8::is_ascii_digit) && (fraction.is_empty() || all(fraction, u8::is_ascii_digit));
    let is_fraction_only = whole.is_empty() && all(fraction, u8::is_ascii_digit);
    is_exponent_valid && (has_whole || is_fraction_only)
}

/// Whether a text is a whole number as older versions take it: with a sign, underscores, or a sign alone, which then cannot
/// be parsed.
fn looks_like_old_integer(text: &str) -> bool {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let all = |digits: &str, is_digit: fn(char) -> bool| {
        !digits.is_empty() && digits.chars().all(|c| c == '_' || is_digit(c))
    };
    unsigned.is_empty()
        || all(unsigned, |c| c.is_ascii_digit())
        || unsigned
            .strip_prefix("0o")
            .is_some_and(|digits| all(digits, |c| c.is_digit(8)))
        || unsigned
            .strip_prefix("0x")
            .is_some_and(|digits| all(digits, |c| c.is_ascii_hexdigit()))
}

/// Parses a decimal number, or a whole number with a prefix of Go's literals.
fn parse_number(text: &str) -> Option<Value> {
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
