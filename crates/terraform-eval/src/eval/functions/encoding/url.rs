//! URL encoding.

use std::fmt::Write as _;

use crate::cty::Value;
use crate::eval::functions::args::Args;
use crate::eval::functions::error::{FunctionError, FunctionResult};
use crate::eval::functions::function::{ConstType, Function, Parameter};
use crate::eval::functions::host::Call;

/// The functions of this file.
pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("urldecode", url_decode)
        .param(Parameter::new("str", ConstType::String))
        .returns(ConstType::String),
    Function::new("urlencode", url_encode)
        .param(Parameter::new("str", ConstType::String))
        .returns(ConstType::String),
];

/// Decodes a query (Go's `url.QueryUnescape`).
fn url_decode(call: &Call<'_>, args: Args<'_>) -> FunctionResult {
    let text = args.string(0);
    call.charge_bytes(text.len())?;
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        rest = after;
        match first {
            b'+' => decoded.push(b' '),
            b'%' => {
                let digit = |position: usize| {
                    let digit = after.get(position).map(|byte| char::from(*byte))?.to_digit(16)?;
                    u8::try_from(digit).ok()
                };
                let (Some(high), Some(low)) = (digit(0), digit(1)) else {
                    return Err("failed to decode URL: invalid URL escape".into());
                };
                decoded.push(high << 4 | low);
                rest = after.get(2..).unwrap_or_default();
            }
            other => decoded.push(*other),
        }
    }
    match String::from_utf8(decoded) {
        Ok(text) => Ok(Value::string(text)),
        Err(_) => Err(FunctionError::limit("the decoded text is not valid UTF-8")),
    }
}

fn url_encode(call: &Call<'_>, args: Args<'_>) -> FunctionResult {
    let text = args.string(0);
    call.charge_bytes(text.len())?;
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
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
