//! Functions between texts and their encodings.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::cty::{Refinement, Type, Value, from_json, to_json};

use super::definition::{Call, Function, Parameter, Stop, Want};
use super::support::{Answer, function, string, text};

const STR: &[Parameter] = &[Parameter::of("str", Want::String)];

/// The functions of this file.
pub(super) const TABLE: &[Function] = &[
    function("base64decode", STR, string, |call, arguments| {
        base64_decode(call, arguments).into()
    }),
    function("base64encode", STR, string, |call, arguments| {
        base64_encode(call, arguments).into()
    }),
    function("base64gzip", STR, string, |_, _| base64_gzip().into()),
    Function {
        never_null: false,
        ..function("jsondecode", STR, json_type, |call, arguments| {
            json_decode(call, arguments).into()
        })
    },
    function(
        "jsonencode",
        &[Parameter {
            allow_null: true,
            allow_unknown: true,
            allow_dynamic: true,
            ..Parameter::of("val", Want::Any)
        }],
        string,
        |call, arguments| json_encode(call, arguments).into(),
    ),
    function(
        "textdecodebase64",
        &[
            Parameter::of("source", Want::String),
            Parameter::of("encoding", Want::String),
        ],
        string,
        |call, arguments| text_decode(call, arguments).into(),
    ),
    function(
        "textencodebase64",
        &[
            Parameter::of("string", Want::String),
            Parameter::of("encoding", Want::String),
        ],
        string,
        |call, arguments| text_encode(call, arguments).into(),
    ),
    function("urlencode", STR, string, |call, arguments| {
        url_encode(call, arguments).into()
    }),
];

/// Base64 as Go reads it: line breaks anywhere are passed over.
pub(super) fn decode(encoded: &str) -> Option<Vec<u8>> {
    let mut bytes = encoded.as_bytes().to_vec();
    bytes.retain(|byte| !matches!(byte, b'\n' | b'\r'));
    let engine = base64::engine::GeneralPurpose::new(
        &base64::alphabet::STANDARD,
        base64::engine::GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true),
    );
    engine.decode(bytes).ok()
}

/// Bytes in base64.
pub(super) fn encode(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

fn base64_decode(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let encoded = text(arguments, 0);
    call.spend_bytes(encoded.len())?;
    let Some(bytes) = decode(encoded) else {
        return Err("failed to decode base64 data".into());
    };
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Value::string(text)),
        Err(_) => Err("the result of decoding the provided string is not valid UTF-8".into()),
    }
}

fn base64_encode(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let plain = text(arguments, 0);
    call.spend_bytes(plain.len())?;
    Ok(Value::string(encode(plain.as_bytes())))
}

/// The bytes depend on how hard the compressor of Terraform's release tries; all that is certain is
/// the header.
fn base64_gzip() -> Value {
    let refinement = Refinement {
        prefix: "H4sIAAAAAAAA/".into(),
        ..Refinement::not_null()
    };
    Value::refined(Type::String, refinement)
}

/// The type of what an unknown JSON text holds, as far as its beginning tells.
fn json_type(arguments: &[Value]) -> Result<Type, String> {
    let Some(argument) = arguments.first().filter(|argument| !argument.is_known()) else {
        return Ok(Type::Dynamic);
    };
    match argument.refinement().prefix.trim().chars().next() {
        None | Some('{' | '[' | 'n') => Ok(Type::Dynamic),
        Some('"') => Ok(Type::String),
        Some('t' | 'f') => Ok(Type::Bool),
        Some('-' | '.' | '0'..='9') => Ok(Type::Number),
        Some(other) => Err(format!(
            "a JSON document cannot begin with the character {other:?}"
        )),
    }
}

fn json_decode(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let source = text(arguments, 0);
    call.evaluator.spend(source.len() / 8)?;
    from_json(source).map_err(|error| Stop::Error(error.to_string()))
}

fn json_encode(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let Some(value) = arguments.first() else {
        return Err("there is no argument".into());
    };
    if value.is_wholly_known() {
        let encoded = to_json(value).map_err(|error| Stop::Error(error.to_string()))?;
        call.spend_bytes(encoded.len())?;
        return Ok(Value::string(encoded));
    }
    let mut refinement = Refinement::not_null();
    if value.is_definitely_not_null() {
        refinement.prefix = match value.ty() {
            Type::String => "\"".into(),
            Type::Object(_) | Type::Map(_) => "{".into(),
            Type::Tuple(_) | Type::List(_) | Type::Set(_) => "[".into(),
            _ => "".into(),
        };
    }
    Ok(Value::refined(Type::String, refinement))
}

/// The encoding of a name, as far as the names of the web and of Terraform's library agree.
fn encoding(name: &str) -> Result<&'static encoding_rs::Encoding, Stop> {
    let found = encoding_rs::Encoding::for_label(name.as_bytes()).filter(|found| {
        // The web says windows-1252 where these names are said and Terraform does not.
        let plain = name.to_ascii_lowercase();
        let latin = *found == encoding_rs::WINDOWS_1252;
        *found != encoding_rs::REPLACEMENT && (!latin || matches!(plain.as_str(), "windows-1252"))
    });
    found.ok_or_else(|| {
        let quoted = format!("{name:?}");
        Stop::Error(format!(
            "{quoted} is not a supported IANA encoding name or alias in this Terraform version"
        ))
    })
}

fn text_encode(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let (plain, name) = (text(arguments, 0), text(arguments, 1));
    call.spend_bytes(plain.len())?;
    let bytes = match name.to_ascii_uppercase().as_str() {
        "UTF-16LE" => plain.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        "UTF-16BE" => plain.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        // With a byte order mark, and the byte order that Go takes where there is a choice.
        "UTF-16" => {
            let units = std::iter::once(0xfeff).chain(plain.encode_utf16());
            units.flat_map(u16::to_be_bytes).collect()
        }
        "ISO-8859-1" | "LATIN1" | "ISO_8859-1" | "L1" => latin1(plain, name)?,
        _ => {
            let encoding = encoding(name)?;
            let (bytes, _, unmappable) = encoding.encode(plain);
            if unmappable {
                return Err(unrepresentable(encoding.name()));
            }
            bytes.into_owned()
        }
    };
    Ok(Value::string(encode(&bytes)))
}

fn unrepresentable(name: &str) -> Stop {
    Stop::Error(format!(
        "the given string contains characters that cannot be represented in {name}"
    ))
}

fn latin1(plain: &str, name: &str) -> Result<Vec<u8>, Stop> {
    let bytes: Result<Vec<u8>, _> = plain
        .chars()
        .map(|letter| u8::try_from(u32::from(letter)))
        .collect();
    bytes.map_err(|_| unrepresentable(name))
}

fn text_decode(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let (source, name) = (text(arguments, 0), text(arguments, 1));
    call.spend_bytes(source.len())?;
    let upper = name.to_ascii_uppercase();
    let latin = matches!(upper.as_str(), "ISO-8859-1" | "LATIN1" | "ISO_8859-1" | "L1");
    let encoding = match upper.as_str() {
        _ if latin => encoding_rs::WINDOWS_1252,
        "UTF-16" => encoding_rs::UTF_16BE,
        _ => encoding(name)?,
    };
    let Some(bytes) = decode(source) else {
        return Err("the given value has an invalid base64 symbol".into());
    };
    if latin {
        return Ok(Value::string(
            bytes.into_iter().map(char::from).collect::<String>(),
        ));
    }
    let decoded = if upper == "UTF-16" {
        let (decoded, _, _) = encoding.decode(&bytes);
        decoded
    } else {
        encoding.decode_without_bom_handling(&bytes).0
    };
    if decoded.contains('\u{fffd}') {
        let message = format!("the given string contains symbols that are not defined for {name}");
        return Err(message.into());
    }
    Ok(Value::string(decoded))
}

fn url_encode(call: &Call<'_>, arguments: &[Value]) -> Answer {
    use std::fmt::Write as _;
    let plain = text(arguments, 0);
    call.spend_bytes(plain.len())?;
    let mut encoded = String::with_capacity(plain.len());
    for byte in plain.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                encoded.push(char::from(byte));
            }
            b' ' => encoded.push('+'),
            other => {
                // Writing to a string cannot fail.
                let _ = write!(encoded, "%{other:02X}");
            }
        }
    }
    Ok(Value::string(encoded))
}
