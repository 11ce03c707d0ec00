//! Character encodings: `textencodebase64` and `textdecodebase64`.

mod code_page;
mod shifting;

use super::base64;
use crate::cty::Value;
use crate::eval::functions::args::Args;
use crate::eval::functions::error::{FunctionError, FunctionResult};
use crate::eval::functions::function::{ConstType, Function, Parameter};
use crate::eval::functions::host::Call;
use code_page::CodePage;

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

/// A character encoding.
enum Charset {
    CodePage(CodePage),
    /// UTF-16 with a byte order mark, big endian as in Go.
    Utf16,
    Iso2022Jp,
    Hz,
    Other(&'static encoding_rs::Encoding),
}

/// The encoding that IANA registers under a name, if Terraform has it.
fn find_charset(name: &str) -> FunctionResult<Charset> {
    let lower = name.trim().to_lowercase();
    Ok(match lower.as_str() {
        "utf-8" | "csutf8" => Charset::Other(encoding_rs::UTF_8),
        "utf-16" | "csutf16" => Charset::Utf16,
        "utf-16be" | "csutf16be" => Charset::Other(encoding_rs::UTF_16BE),
        "utf-16le" | "csutf16le" => Charset::Other(encoding_rs::UTF_16LE),
        "big5" | "csbig5" => Charset::Other(encoding_rs::BIG5),
        "euc-jp" | "cseucpkdfmtjapanese" | "extended_unix_code_packed_format_for_japanese" => {
            Charset::Other(encoding_rs::EUC_JP)
        }
        "euc-kr" | "cseuckr" => Charset::Other(encoding_rs::EUC_KR),
        "gb18030" | "csgb18030" => Charset::Other(encoding_rs::GB18030),
        "gbk" | "csgbk" | "cp936" | "ms936" | "windows-936" => Charset::Other(encoding_rs::GBK),
        "hz-gb-2312" => Charset::Hz,
        "iso-2022-jp" | "csiso2022jp" => Charset::Iso2022Jp,
        "shift_jis" | "csshiftjis" | "ms_kanji" => Charset::Other(encoding_rs::SHIFT_JIS),
        other => Charset::CodePage(
            CodePage::find(other)
                .ok_or_else(|| format!("{name:?} is not the IANA name or alias of a supported encoding"))?,
        ),
    })
}

fn text_encode(call: &Call<'_>, args: Args<'_>) -> FunctionResult {
    let (text, name) = (args.string(0), args.string(1));
    call.charge_bytes(text.len())?;
    let bytes = match find_charset(name)? {
        Charset::CodePage(page) => page.encode(text).ok_or_else(|| unrepresentable(name))?,
        Charset::Iso2022Jp => shifting::encode_iso_2022_jp(text).ok_or_else(|| unrepresentable(name))?,
        Charset::Hz => shifting::encode_hz(text).ok_or_else(|| unrepresentable(name))?,
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
            if has_unmappable {
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
    let undefined = || format!("the given string contains symbols that are not defined for {name}");
    let decoded = match charset {
        Charset::CodePage(page) => page.decode(&bytes).ok_or_else(undefined)?.into(),
        Charset::Utf16 => encoding_rs::UTF_16BE.decode(&bytes).0,
        Charset::Iso2022Jp => encoding_rs::ISO_2022_JP.decode_without_bom_handling(&bytes).0,
        Charset::Hz => shifting::decode_hz(&bytes).into(),
        Charset::Other(encoding) => encoding.decode_without_bom_handling(&bytes).0,
    };
    if decoded.contains(char::REPLACEMENT_CHARACTER) {
        return Err(undefined().into());
    }
    Ok(Value::string(decoded))
}
