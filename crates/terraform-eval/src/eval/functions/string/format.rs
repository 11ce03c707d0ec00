//! `format` and `formatlist`.

use super::format_verbs::{Piece, Verb, pieces};
use crate::cty::{
    Notation, Number, Refinement, Type, Value, convert, grapheme_indices, safe_prefix, to_json,
};
use crate::dialect::Feature;
use crate::eval::functions::args::Args;
use crate::eval::functions::error::{FunctionError, FunctionResult};
use crate::eval::functions::function::{ConstType, Function, Parameter};
use crate::eval::functions::host::Call;

/// The functions of this file.
pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("format", format)
        .param(FORMAT)
        .variadic(ARGS)
        .returns(ConstType::String),
    Function::new("formatlist", format_list)
        .param(FORMAT)
        .variadic(ARGS)
        .returns(ConstType::ListOfString),
];

const FORMAT: Parameter = Parameter::new("format", ConstType::String);
const ARGS: Parameter = Parameter::new("args", ConstType::Any)
    .allow_null()
    .allow_unknown()
    .allow_dynamic_with(Feature::FormatOfUntypedNull);

/// The largest width and precision that Go reads: it gives up when a further digit follows a number over a million.
const MAX_WIDTH: usize = 10_000_009;

fn format(call: &Call<'_>, args: Args<'_>) -> FunctionResult {
    let format = args.string(0);
    let values = args.rest(1);
    if values.iter().all(Value::is_wholly_known) {
        return format_values(call, format, values).map(Value::string);
    }
    let literal_end = format.find('%').unwrap_or(0);
    let refinement = Refinement {
        prefix: safe_prefix(&format[..literal_end]).into(),
        ..Refinement::not_null()
    };
    Ok(Value::refined(Type::String, refinement))
}

fn format_list(call: &Call<'_>, args: Args<'_>) -> FunctionResult {
    let format = args.string(0);
    let values = args.rest(1);
    if values.is_empty() {
        let single = Value::string(format_values(call, format, &[])?);
        return Ok(Value::list(Type::String, vec![single]));
    }
    let mut common_length: Option<(usize, usize)> = None;
    let mut is_unknown = false;
    for (position, value) in values.iter().enumerate() {
        let is_sequence = matches!(value.ty(), Type::List(_) | Type::Set(_) | Type::Tuple(_));
        if !is_sequence || value.is_null() {
            is_unknown |= *value.ty() == Type::Dynamic && !value.is_known();
            continue;
        }
        let length = value.length().and_then(|length| length.as_number()?.to_index());
        let is_tuple = matches!(value.ty(), Type::Tuple(_));
        let Some(length) = length.filter(|_| value.is_known() || is_tuple) else {
            is_unknown = true;
            continue;
        };
        match common_length {
            None => common_length = Some((length, position)),
            Some((other_length, other)) if other_length != length => {
                let message = format!(
                    "argument {} has length {length}, which is inconsistent with argument {} of length {other_length}",
                    position + 1,
                    other + 1
                );
                return Err(message.into());
            }
            Some(_) => {}
        }
        is_unknown |= !value.is_known();
    }
    if is_unknown {
        return Ok(Value::unknown(Type::list(Type::String)));
    }
    let length = common_length.map_or(1, |(length, _)| length);
    let mut results = Vec::new();
    for index in 0..length {
        call.charge(values.len())?;
        let row: Vec<Value> = values
            .iter()
            .map(|value| match value.as_slice() {
                Some(items) => items.get(index).unwrap_or(value).clone(),
                None => value.clone(),
            })
            .collect();
        results.push(if row.iter().all(Value::is_wholly_known) {
            let text = format_values(call, format, &row)
                .map_err(|error| error.in_context(format_args!("error on format iteration {index}")))?;
            Value::string(text)
        } else {
            Value::unknown(Type::String).refine_not_null()
        });
    }
    Ok(Value::list(Type::String, results))
}

fn format_values(call: &Call<'_>, format: &str, values: &[Value]) -> FunctionResult<String> {
    call.charge_bytes(format.len())?;
    let mut out = String::new();
    let mut used = 0;
    for piece in pieces(format) {
        match piece? {
            Piece::Text(text) => out.push_str(text),
            Piece::Verb(verb) => {
                let Some(argument) = verb.argument.checked_sub(1).and_then(|index| values.get(index)) else {
                    return Err(format!(
                        "not enough arguments for {}: need index {} but have {} total",
                        verb.location(),
                        verb.argument,
                        values.len()
                    )
                    .into());
                };
                used = used.max(verb.argument);
                let length_before = out.len();
                append_verb(&verb, argument, &mut out)?;
                call.charge_text(out.len() - length_before)?;
            }
        }
    }
    match (used, values.len()) {
        (used, count) if used >= count => Ok(out),
        (0, _) => Err("too many arguments; no verbs in format string".into()),
        _ => Err(format!("too many arguments; only {used} used by format string").into()),
    }
}

fn append_verb(verb: &Verb<'_>, argument: &Value, out: &mut String) -> FunctionResult<()> {
    let is_over = |length: Option<usize>| length.is_some_and(|length| length > MAX_WIDTH);
    let is_too_wide = is_over(verb.width) || is_over(verb.precision);
    if is_too_wide && matches!(verb.mode, 'v' | 's' | 'q') {
        return Err(FunctionError::limit(
            "the format asks for a text that is too wide",
        ));
    }
    let unsupported = |reason: String| -> FunctionError {
        format!("unsupported value for {}: {reason}", verb.location()).into()
    };
    if verb.mode != 'v' && argument.is_null() {
        return Err(unsupported("null value cannot be formatted".to_owned()));
    }
    let convert_to = |ty: Type| convert(argument, &ty).map_err(|error| unsupported(error.to_string()));
    match verb.mode {
        'v' => {
            let is_plain = !verb.has_sharp;
            let formatted = match (argument.as_str(), argument.as_number()) {
                (Some(text), _) if is_plain => text.to_string(),
                (_, Some(number)) if is_plain => number.in_notation(Notation::General, None),
                _ => to_json(argument).map_err(|error| unsupported(error.to_string()))?,
            };
            out.push_str(&verb.padded(&formatted));
        }
        't' => {
            let is_true = convert_to(Type::Bool)?.as_bool() == Some(true);
            out.push_str(if is_true { "true" } else { "false" });
        }
        'b' | 'd' | 'o' | 'x' | 'X' | 'e' | 'E' | 'f' | 'g' | 'G' => {
            let value = convert_to(Type::Number)?;
            let number = value
                .as_number()
                .ok_or_else(|| unsupported("a number is required".to_owned()))?;
            let formatted = match verb.mode {
                _ if is_too_wide => unread_verb(verb, number)
                    .ok_or_else(|| unsupported("an integer is required".to_owned()))?,
                'e' | 'E' | 'f' | 'g' | 'G' => format_float(verb, number),
                _ => format_integer(verb, number)
                    .ok_or_else(|| unsupported("an integer is required".to_owned()))?,
            };
            out.push_str(&formatted);
        }
        's' | 'q' => {
            let value = convert_to(Type::String)?;
            let mut text = value.as_str().map_or("", |text| text);
            if let Some(length) = verb.precision.filter(|&length| length > 0) {
                let end = grapheme_indices(text).nth(length);
                text = &text[..end.map_or(text.len(), |(at, _)| at)];
            }
            if verb.mode == 's' {
                out.push_str(&verb.padded(text));
            } else {
                let quoted = to_json(&Value::string(text)).map_err(|error| unsupported(error.to_string()))?;
                out.push_str(&verb.padded(&quoted));
            }
        }
        other => {
            let message = format!("unsupported format verb '{other}' in {}", verb.location());
            return Err(message.into());
        }
    }
    Ok(())
}

/// The result of a verb for a number with more digits in its width than Go reads: Go then finds no verb. `None` if the
/// verb is one of whole numbers and the number is not whole.
fn unread_verb(verb: &Verb<'_>, number: &Number) -> Option<String> {
    let (ty, shown) = match verb.mode {
        'e' | 'E' | 'f' | 'g' | 'G' => ("*big.Float", number.in_notation(Notation::General, None)),
        _ => (
            "*big.Int",
            number.digits_in_base(10).map(|digits| {
                let sign = if number.sign() < 0 { "-" } else { "" };
                format!("{sign}{digits}")
            })?,
        ),
    };
    Some(format!("%!(NOVERB)%!(EXTRA {ty}={shown})"))
}

/// Formats a whole number as Go's `big.Int` does. `None` if the number is not whole.
fn format_integer(verb: &Verb<'_>, number: &Number) -> Option<String> {
    let (base, prefix) = match verb.mode {
        'b' => (2, "0b"),
        'o' => (8, "0"),
        'x' => (16, "0x"),
        'X' => (16, "0X"),
        _ => (10, ""),
    };
    let mut digits = number.digits_in_base(base)?;
    if verb.mode == 'X' {
        digits.make_ascii_uppercase();
    }
    if digits == "0" && verb.precision == Some(0) {
        return Some(String::new());
    }
    let prefix = if verb.has_sharp { prefix } else { "" };
    let mut zeros = verb.precision.unwrap_or(0).saturating_sub(digits.len());
    let sign = verb.sign(number.sign() < 0);
    let length = sign.len() + prefix.len() + zeros + digits.len();
    let missing = verb.width.unwrap_or(0).saturating_sub(length);
    let (mut left, mut right) = (0, 0);
    match (verb.has_minus, verb.has_zero && verb.precision.is_none()) {
        (true, _) => right = missing,
        (false, true) => zeros = missing,
        (false, false) => left = missing,
    }
    let (left, right, zeros) = (" ".repeat(left), " ".repeat(right), "0".repeat(zeros));
    Some([&left, sign, prefix, &zeros, &digits, &right].concat())
}

/// Formats a number as Go's `big.Float` does.
fn format_float(verb: &Verb<'_>, number: &Number) -> String {
    let notation = match verb.mode {
        'e' | 'E' => Notation::Scientific,
        'f' => Notation::Fixed,
        _ => Notation::General,
    };
    let default_precision = (notation != Notation::General).then_some(6);
    let mut formatted = number.in_notation(notation, verb.precision.or(default_precision));
    if verb.mode.is_ascii_uppercase() {
        formatted = formatted.replace('e', "E");
    }
    let is_negative = formatted.starts_with('-');
    let is_infinite = number.is_infinite();
    let digits = formatted.trim_start_matches(['-', '+']);
    let sign = match verb.sign(is_negative) {
        "" if is_infinite => "+",
        sign => sign,
    };
    let missing = verb.width.unwrap_or(0).saturating_sub(sign.len() + digits.len());
    // Unlike a whole number, a float is padded with zeros even if it is aligned to the left.
    if verb.has_zero && !is_infinite {
        [sign, &"0".repeat(missing), digits].concat()
    } else if verb.has_minus {
        [sign, digits, &" ".repeat(missing)].concat()
    } else {
        [&" ".repeat(missing), sign, digits].concat()
    }
}
