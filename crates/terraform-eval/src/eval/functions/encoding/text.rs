//! Character encodings: `textencodebase64` and `textdecodebase64`.

use super::base64;
use crate::cty::Value;
use crate::eval::functions::args::Args;
use crate::eval::functions::error::{FunctionError, FunctionResult};
use crate::eval::functions::function::{ConstType, Function, Parameter};
use crate::eval::functions::host::Call;

/// The functions of this file.
pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("textdecodebase64", text_decode)
        .param(Parameter::new("source", ConstType::String))
        .param(Parameter::new("encoding", ConstType::String))
        .returns(ConstType::String),
    Function::new("textencodebase64", text_encode)
        .param(Parameter::new("string", ConstType::String))
        .param(Parameter::new("encoding", ConstType::String))
        .returns(ConstType::String),
];

/// Labels of the WHATWG encoding standard that are not IANA names, so that Terraform does not support them.
/// Labels that begin with `x-`, `cp125` or `iso88` are not supported either.
const WHATWG_ONLY_LABELS: &[&str] = &[
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

/// The first byte from which ISO-8859-9 equals windows-1254.
const FIRST_COMMON_BYTE: u8 = 0xa0;

/// A character encoding.
enum Charset {
    /// One byte for each of the first code points of Unicode, up to this one.
    Unicode(u32),
    /// ISO-8859-9, which the WHATWG standard replaces with windows-1254.
    Latin5,
    /// UTF-16 with a byte order mark, big endian as in Go.
    Utf16,
    Other(&'static encoding_rs::Encoding),
}

fn find_charset(name: &str) -> FunctionResult<Charset> {
    let lower = name.trim().to_ascii_lowercase();
    let label = match lower.as_str() {
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
    let is_whatwg_only = ["x-", "cp125", "iso88"]
        .iter()
        .any(|start| label.starts_with(start));
    let encoding = encoding_rs::Encoding::for_label(label.as_bytes()).filter(|encoding| {
        *encoding != encoding_rs::REPLACEMENT && !is_whatwg_only && !WHATWG_ONLY_LABELS.contains(&label)
    });
    match encoding {
        Some(encoding) => Ok(Charset::Other(encoding)),
        // The code pages of DOS and EBCDIC, and encodings with escape sequences, are not supported.
        None if ["cp4", "cp8", "csibm", "ebcdic", "hz-", "ibm", "iso-2022-jp"]
            .iter()
            .any(|start| label.starts_with(start)) =>
        {
            Err(FunctionError::limit(format!(
                "the encoding {name:?} is not supported"
            )))
        }
        None => Err(FunctionError::from(format!(
            "{name:?} is not a supported IANA encoding name or alias in this Terraform version"
        ))),
    }
}

/// Whether the encoding leaves bytes undefined that the WHATWG standard maps to C1 control characters: the
/// Windows code pages and most parts of ISO 8859 do.
fn lacks_c1(encoding: &'static encoding_rs::Encoding) -> bool {
    encoding.name().starts_with("windows-125") || encoding.name().starts_with("ISO-8859-")
}

fn is_c1(character: char) -> bool {
    matches!(character, '\u{80}'..='\u{9f}')
}

fn text_encode(call: &Call<'_>, args: Args<'_>) -> FunctionResult {
    let (text, name) = (args.string(0), args.string(1));
    call.charge_bytes(text.len())?;
    let bytes = match find_charset(name)? {
        Charset::Unicode(end) => {
            let bytes = text.chars().map(|character| match u32::from(character) {
                code if code < end => u8::try_from(code).map_err(|_| unrepresentable(name)),
                _ => Err(unrepresentable(name)),
            });
            bytes.collect::<FunctionResult<Vec<u8>>>()?
        }
        Charset::Latin5 => {
            let mut bytes = Vec::with_capacity(text.len());
            for character in text.chars() {
                let encodable = character.to_string();
                match u8::try_from(character) {
                    Ok(byte) if byte < FIRST_COMMON_BYTE => bytes.push(byte),
                    _ => match *encoding_rs::WINDOWS_1254.encode(&encodable).0 {
                        [byte] if byte >= FIRST_COMMON_BYTE => bytes.push(byte),
                        _ => return Err(unrepresentable(name)),
                    },
                }
            }
            bytes
        }
        Charset::Utf16 => {
            let units = std::iter::once(0xfeff).chain(text.encode_utf16());
            units.flat_map(u16::to_be_bytes).collect()
        }
        Charset::Other(encoding) if encoding == encoding_rs::UTF_16LE => {
            text.encode_utf16().flat_map(u16::to_le_bytes).collect()
        }
        Charset::Other(encoding) if encoding == encoding_rs::UTF_16BE => {
            text.encode_utf16().flat_map(u16::to_be_bytes).collect()
        }
        Charset::Other(encoding) => {
            let (bytes, _, has_unmappable) = encoding.encode(text);
            if has_unmappable && (encoding == encoding_rs::EUC_JP || encoding == encoding_rs::BIG5) {
                // Terraform also encodes characters of later tables, which the WHATWG standard only decodes.
                let message = format!("not all characters of {} are supported", encoding.name());
                return Err(FunctionError::limit(message));
            }
            if has_unmappable || (lacks_c1(encoding) && text.contains(is_c1)) {
                return Err(unrepresentable(encoding.name()));
            }
            bytes.into_owned()
        }
    };
    Ok(Value::string(base64::encode(&bytes)))
}

fn unrepresentable(name: &str) -> FunctionError {
    FunctionError::from(format!(
        "the given string contains characters that cannot be represented in {name}"
    ))
}

fn text_decode(call: &Call<'_>, args: Args<'_>) -> FunctionResult {
    let (source, name) = (args.string(0), args.string(1));
    call.charge_bytes(source.len())?;
    let charset = find_charset(name)?;
    let Some(bytes) = base64::decode(source) else {
        return Err("the given value has an invalid base64 symbol".into());
    };
    let decoded = match charset {
        Charset::Unicode(end) => {
            let decode_byte = |byte: u8| match byte {
                byte if u32::from(byte) < end => char::from(byte),
                _ => char::REPLACEMENT_CHARACTER,
            };
            bytes.into_iter().map(decode_byte).collect::<String>().into()
        }
        Charset::Latin5 => {
            let decode_byte = |byte: u8| match byte {
                FIRST_COMMON_BYTE.. => encoding_rs::WINDOWS_1254
                    .decode(&[byte])
                    .0
                    .chars()
                    .collect::<String>(),
                _ => char::from(byte).to_string(),
            };
            bytes.into_iter().map(decode_byte).collect::<String>().into()
        }
        Charset::Utf16 => encoding_rs::UTF_16BE.decode(&bytes).0,
        Charset::Other(encoding) => encoding.decode_without_bom_handling(&bytes).0,
    };
    let has_undefined =
        matches!(charset, Charset::Other(encoding) if lacks_c1(encoding)) && decoded.contains(is_c1);
    if has_undefined || decoded.contains('\u{fffd}') {
        let message = format!("the given string contains symbols that are not defined for {name}");
        return Err(message.into());
    }
    Ok(Value::string(decoded))
}
