//! `format` and `formatlist`.

use crate::cty::{Notation, Number, Refinement, Type, Value, convert, to_json};
use unicode_segmentation::UnicodeSegmentation as _;

use super::super::Failure;
use super::definition::{Call, Function, Parameter, Stop, Want};
use super::format_verbs::{Piece, Verb, pieces};
use super::support::{Answer, function, list_of_string, string, text};

const FORMAT: &[Parameter] = &[Parameter::of("format", Want::String)];
const ARGS: &Parameter = &Parameter::of("args", Want::Any).null().unknown();

/// The functions of this file.
pub(super) const TABLE: &[Function] = &[
    Function {
        variadic: Some(ARGS),
        ..function("format", FORMAT, string, |call, arguments| {
            format(call, arguments).into()
        })
    },
    Function {
        variadic: Some(ARGS),
        ..function("formatlist", FORMAT, list_of_string, |call, arguments| {
            format_list(call, arguments).into()
        })
    },
];

/// Wider is nothing that is written.
const MAX_WIDTH: usize = 1_000_000;

fn format(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let format = text(arguments, 0);
    let arguments = arguments.get(1..).unwrap_or_default();
    if arguments.iter().all(Value::is_wholly_known) {
        return formatted(call, format, arguments).map(Value::string);
    }
    let start = format.find('%').unwrap_or(0);
    let refinement = Refinement {
        prefix: crate::cty::safe_prefix(&format[..start]).into(),
        ..Refinement::not_null()
    };
    Ok(Value::refined(Type::String, refinement))
}

fn format_list(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let format = text(arguments, 0);
    let arguments = arguments.get(1..).unwrap_or_default();
    if arguments.is_empty() {
        let single = Value::string(formatted(call, format, &[])?);
        return Ok(Value::list(Type::String, vec![single]));
    }
    let mut length: Option<(usize, usize)> = None;
    let mut open = false;
    for (position, argument) in arguments.iter().enumerate() {
        let sequence = matches!(argument.ty(), Type::List(_) | Type::Set(_) | Type::Tuple(_));
        if !sequence || argument.is_null() {
            open |= *argument.ty() == Type::Dynamic && !argument.is_known();
            continue;
        }
        let known = argument
            .length()
            .and_then(|length| length.as_number()?.to_index());
        let is_tuple = matches!(argument.ty(), Type::Tuple(_));
        let Some(here) = known.filter(|_| argument.is_known() || is_tuple) else {
            open = true;
            continue;
        };
        match length {
            None => length = Some((here, position)),
            Some((there, other)) if there != here => {
                let message = format!(
                    "argument {} has length {here}, which is inconsistent with argument {} of length {there}",
                    position + 1,
                    other + 1
                );
                return Err(message.into());
            }
            Some(_) => {}
        }
        open |= !argument.is_known();
    }
    if open {
        return Ok(Value::unknown(Type::list(Type::String)));
    }
    let rounds = length.map_or(1, |(length, _)| length);
    let mut results = Vec::new();
    for round in 0..rounds {
        call.evaluator.spend(arguments.len())?;
        let row: Vec<Value> = arguments
            .iter()
            .map(|argument| match argument.as_slice() {
                Some(items) => items.get(round).unwrap_or(argument).clone(),
                None => argument.clone(),
            })
            .collect();
        results.push(if row.iter().all(Value::is_wholly_known) {
            Value::string(formatted(call, format, &row).map_err(|stop| match stop {
                Stop::Error(message) => Stop::Error(format!("error on format iteration {round}: {message}")),
                limit @ Stop::Failure(_) => limit,
            })?)
        } else {
            Value::unknown(Type::String).refine_not_null()
        });
    }
    Ok(Value::list(Type::String, results))
}

fn formatted(call: &Call<'_>, format: &str, arguments: &[Value]) -> Result<String, Stop> {
    call.spend_bytes(format.len())?;
    let mut out = String::new();
    let mut used = 0;
    for piece in pieces(format) {
        match piece? {
            Piece::Text(text) => out.push_str(text),
            Piece::Verb(verb) => {
                let Some(argument) = verb
                    .argument
                    .checked_sub(1)
                    .and_then(|index| arguments.get(index))
                else {
                    return Err(format!(
                        "not enough arguments for {}: need index {} but have {} total",
                        verb.place(),
                        verb.argument,
                        arguments.len()
                    )
                    .into());
                };
                used = used.max(verb.argument);
                let before = out.len();
                append(&verb, argument, &mut out)?;
                call.spend_bytes(out.len() - before)?;
            }
        }
    }
    match (used, arguments.len()) {
        (used, given) if used >= given => Ok(out),
        (0, _) => Err("too many arguments; no verbs in format string".into()),
        _ => Err(format!("too many arguments; only {used} used by format string").into()),
    }
}

fn append(verb: &Verb<'_>, argument: &Value, out: &mut String) -> Result<(), Stop> {
    let too_wide = |length: Option<usize>| length.is_some_and(|length| length > MAX_WIDTH);
    if too_wide(verb.width) || too_wide(verb.precision) {
        return Err(Stop::Failure(Failure::limit(
            "the format asks for a text that is too wide",
        )));
    }
    let unsupported = |why: String| Stop::Error(format!("unsupported value for {}: {why}", verb.place()));
    if verb.mode != 'v' && argument.is_null() {
        return Err(unsupported("null value cannot be formatted".to_owned()));
    }
    let converted = |ty: Type| convert(argument, &ty).map_err(|error| unsupported(error.to_string()));
    match verb.mode {
        'v' => {
            let plain = !verb.sharp;
            let shown = match (argument.as_str(), argument.as_number()) {
                (Some(text), _) if plain => text.to_string(),
                (_, Some(number)) if plain => number.in_notation(Notation::General, None),
                _ => to_json(argument).map_err(|error| unsupported(error.to_string()))?,
            };
            out.push_str(&verb.padded(&shown));
        }
        't' => {
            let is_true = converted(Type::Bool)?.as_bool() == Some(true);
            out.push_str(if is_true { "true" } else { "false" });
        }
        'b' | 'd' | 'o' | 'x' | 'X' | 'e' | 'E' | 'f' | 'g' | 'G' => {
            let value = converted(Type::Number)?;
            let number = value
                .as_number()
                .ok_or_else(|| unsupported("a number is required".to_owned()))?;
            let shown = match verb.mode {
                'e' | 'E' | 'f' | 'g' | 'G' => float(verb, number),
                _ => integer(verb, number).ok_or_else(|| unsupported("an integer is required".to_owned()))?,
            };
            out.push_str(&shown);
        }
        's' | 'q' => {
            let value = converted(Type::String)?;
            let mut text = value.as_str().map_or("", |text| text);
            if let Some(length) = verb.precision.filter(|&length| length > 0) {
                let end = text.grapheme_indices(true).nth(length);
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
            let message = format!("unsupported format verb '{other}' in {}", verb.place());
            return Err(message.into());
        }
    }
    Ok(())
}

/// A whole number as Go's `big.Int` formats itself.
fn integer(verb: &Verb<'_>, number: &Number) -> Option<String> {
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
    let prefix = if verb.sharp { prefix } else { "" };
    let mut zeros = verb.precision.unwrap_or(0).saturating_sub(digits.len());
    let sign = verb.sign(number.sign() < 0);
    let length = sign.len() + prefix.len() + zeros + digits.len();
    let missing = verb.width.unwrap_or(0).saturating_sub(length);
    let (mut left, mut right) = (0, 0);
    match (verb.minus, verb.zero && verb.precision.is_none()) {
        (true, _) => right = missing,
        (false, true) => zeros = missing,
        (false, false) => left = missing,
    }
    let (left, right, zeros) = (" ".repeat(left), " ".repeat(right), "0".repeat(zeros));
    Some([&left, sign, prefix, &zeros, &digits, &right].concat())
}

/// A number as Go's `big.Float` formats itself.
fn float(verb: &Verb<'_>, number: &Number) -> String {
    let notation = match verb.mode {
        'e' | 'E' => Notation::Scientific,
        'f' => Notation::Fixed,
        _ => Notation::General,
    };
    let default = (notation != Notation::General).then_some(6);
    let mut shown = number.in_notation(notation, verb.precision.or(default));
    if verb.mode.is_ascii_uppercase() {
        shown = shown.replace('e', "E");
    }
    let negative = shown.starts_with('-');
    let infinite = number.is_infinite();
    let digits = shown.trim_start_matches(['-', '+']);
    let sign = match verb.sign(negative) {
        "" if infinite => "+",
        sign => sign,
    };
    let missing = verb.width.unwrap_or(0).saturating_sub(sign.len() + digits.len());
    // Unlike a whole number, a float is filled with zeros even where it is to stand left.
    if verb.zero && !infinite {
        [sign, &"0".repeat(missing), digits].concat()
    } else if verb.minus {
        [sign, digits, &" ".repeat(missing)].concat()
    } else {
        [&" ".repeat(missing), sign, digits].concat()
    }
}
