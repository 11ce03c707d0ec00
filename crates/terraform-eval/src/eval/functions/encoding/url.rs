//! URL encoding.

use std::fmt::Write as _;

use crate::cty::Value;
use crate::eval::functions::args::Args;
use crate::eval::functions::error::FunctionResult;
use crate::eval::functions::function::{ConstType, Function, Parameter};
use crate::eval::functions::host::Call;

/// The functions of this file.
pub(super) const FUNCTIONS: &[Function] = &[Function::new("urlencode", url_encode)
    .param(Parameter::new("str", ConstType::String))
    .returns(ConstType::String)];

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
