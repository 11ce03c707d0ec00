//! Functions between texts and their encodings.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::cty::{Refinement, Type, Value, from_json, to_json};

use super::super::Failure;
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

/// Names of encodings that the web knows and Terraform's library, which keeps to IANA's, does not. Those
/// that begin with `x-`, `cp125` or `iso88` come on top.
const ON_THE_WEB_ONLY: &[&str] = &[
    "ascii",
    "big5-hkscs",
    "chinese",
    "cn-big5",
    "csgb2312",
    "csiso2022kr",
    "csiso58gb231280",
    "csisolatin9",
    "csksc56011987",
    "csunicode",
    "dos-874",
    "gb2312",
    "gb_2312",
    "gb_2312-80",
    "iso-10646-ucs-2",
    "iso-8859-11",
    "iso-ir-149",
    "iso-ir-58",
    "koi",
    "koi8",
    "koi8-ru",
    "koi8_r",
    "korean",
    "ks_c_5601-1987",
    "ks_c_5601-1989",
    "ksc5601",
    "ksc_5601",
    "l9",
    "logical",
    "ms932",
    "shift-jis",
    "sjis",
    "sun_eu_greek",
    "tis-620",
    "ucs-2",
    "unicode",
    "unicode-1-1-utf-8",
    "unicode11utf8",
    "unicode20utf8",
    "unicodefeff",
    "unicodefffe",
    "utf8",
    "visual",
    "windows-31j",
    "windows-949",
];

/// From here on ISO-8859-9 is the same as windows-1254.
const FIRST_OF_LATIN5: u8 = 0xa0;

/// What a name stands for.
enum Charset {
    /// The first code points of Unicode, so many of them.
    Unicode(u32),
    /// ISO-8859-9, which the web takes for the code page of Windows.
    Latin5,
    /// With a byte order mark, and the byte order that Go takes where there is a choice.
    Utf16,
    Other(&'static encoding_rs::Encoding),
}

fn charset(name: &str) -> Result<Charset, Stop> {
    let plain = name.trim().to_ascii_lowercase();
    let label = match plain.as_str() {
        "us-ascii" | "ansi_x3.4-1968" | "ansi_x3.4-1986" | "iso-ir-6" | "iso_646.irv:1991" | "iso646-us"
        | "us" | "ibm367" | "cp367" | "csascii" => return Ok(Charset::Unicode(0x80)),
        "iso-8859-1" | "iso_8859-1" | "iso_8859-1:1987" | "iso-ir-100" | "latin1" | "l1" | "ibm819"
        | "cp819" | "csisolatin1" => return Ok(Charset::Unicode(0x100)),
        "iso-8859-9" | "iso_8859-9" | "iso_8859-9:1989" | "iso-ir-148" | "latin5" | "l5" | "csisolatin5" => {
            return Ok(Charset::Latin5);
        }
        "utf-16" | "csutf16" => return Ok(Charset::Utf16),
        "csutf16be" => "utf-16be",
        "csutf16le" => "utf-16le",
        "csutf8" => "utf-8",
        "ms936" | "cp936" | "windows-936" => "gbk",
        "extended_unix_code_packed_format_for_japanese" => "euc-jp",
        other => other,
    };
    let elsewhere = ["x-", "cp125", "iso88"]
        .iter()
        .any(|start| label.starts_with(start));
    let found = encoding_rs::Encoding::for_label(label.as_bytes());
    let found = found.filter(|found| {
        *found != encoding_rs::REPLACEMENT && !elsewhere && !ON_THE_WEB_ONLY.contains(&label)
    });
    match found {
        Some(found) => Ok(Charset::Other(found)),
        // The code pages of DOS and EBCDIC, and the encodings with escape sequences, are not kept here.
        None if ["cp4", "cp8", "csibm", "ebcdic", "hz-", "ibm", "iso-2022-jp"]
            .iter()
            .any(|start| label.starts_with(start)) =>
        {
            Err(Stop::Failure(Failure::limit(format!(
                "the encoding {name:?} is not supported"
            ))))
        }
        None => Err(Stop::Error(format!(
            "{name:?} is not a supported IANA encoding name or alias in this Terraform version"
        ))),
    }
}

/// The code pages of Windows, and most parts of ISO 8859, leave places open where the web has control
/// characters.
fn is_open_in_c1(encoding: &'static encoding_rs::Encoding) -> bool {
    encoding.name().starts_with("windows-125") || encoding.name().starts_with("ISO-8859-")
}

fn is_c1(letter: char) -> bool {
    matches!(letter, '\u{80}'..='\u{9f}')
}

fn text_encode(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let (plain, name) = (text(arguments, 0), text(arguments, 1));
    call.spend_bytes(plain.len())?;
    let bytes = match charset(name)? {
        Charset::Unicode(end) => {
            let bytes = plain.chars().map(|letter| match u32::from(letter) {
                code if code < end => u8::try_from(code).map_err(|_| unrepresentable(name)),
                _ => Err(unrepresentable(name)),
            });
            bytes.collect::<Result<Vec<u8>, Stop>>()?
        }
        Charset::Latin5 => {
            let mut bytes = Vec::with_capacity(plain.len());
            for letter in plain.chars() {
                let text = letter.to_string();
                match u8::try_from(letter) {
                    Ok(byte) if byte < FIRST_OF_LATIN5 => bytes.push(byte),
                    _ => match *encoding_rs::WINDOWS_1254.encode(&text).0 {
                        [byte] if byte >= FIRST_OF_LATIN5 => bytes.push(byte),
                        _ => return Err(unrepresentable(name)),
                    },
                }
            }
            bytes
        }
        Charset::Utf16 => {
            let units = std::iter::once(0xfeff).chain(plain.encode_utf16());
            units.flat_map(u16::to_be_bytes).collect()
        }
        Charset::Other(found) if found == encoding_rs::UTF_16LE => {
            plain.encode_utf16().flat_map(u16::to_le_bytes).collect()
        }
        Charset::Other(found) if found == encoding_rs::UTF_16BE => {
            plain.encode_utf16().flat_map(u16::to_be_bytes).collect()
        }
        Charset::Other(found) => {
            let (bytes, _, unmappable) = found.encode(plain);
            if unmappable && (found == encoding_rs::EUC_JP || found == encoding_rs::BIG5) {
                // Terraform writes letters of later tables as well, which the web only reads.
                let message = format!("not all letters of {} can be written here", found.name());
                return Err(Stop::Failure(Failure::limit(message)));
            }
            if unmappable || (is_open_in_c1(found) && plain.contains(is_c1)) {
                return Err(unrepresentable(found.name()));
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

fn text_decode(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let (source, name) = (text(arguments, 0), text(arguments, 1));
    call.spend_bytes(source.len())?;
    let charset = charset(name)?;
    let Some(bytes) = decode(source) else {
        return Err("the given value has an invalid base64 symbol".into());
    };
    let decoded = match charset {
        Charset::Unicode(end) => {
            let letter = |byte: u8| match byte {
                byte if u32::from(byte) < end => char::from(byte),
                _ => char::REPLACEMENT_CHARACTER,
            };
            bytes.into_iter().map(letter).collect::<String>().into()
        }
        Charset::Latin5 => {
            let letter = |byte: u8| match byte {
                FIRST_OF_LATIN5.. => encoding_rs::WINDOWS_1254
                    .decode(&[byte])
                    .0
                    .chars()
                    .collect::<String>(),
                _ => char::from(byte).to_string(),
            };
            bytes.into_iter().map(letter).collect::<String>().into()
        }
        Charset::Utf16 => encoding_rs::UTF_16BE.decode(&bytes).0,
        Charset::Other(found) => found.decode_without_bom_handling(&bytes).0,
    };
    let undefined =
        matches!(charset, Charset::Other(found) if is_open_in_c1(found)) && decoded.contains(is_c1);
    if undefined || decoded.contains('\u{fffd}') {
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
