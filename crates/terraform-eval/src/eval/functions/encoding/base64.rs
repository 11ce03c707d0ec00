//! Base64.

use ::base64::Engine as _;
use ::base64::engine::general_purpose::STANDARD;

use crate::cty::{Refinement, Type, Value};
use crate::eval::functions::args::Args;
use crate::eval::functions::error::FunctionResult;
use crate::eval::functions::function::{ConstType, Function, Parameter};
use crate::eval::functions::host::Call;

/// The functions of this file.
pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("base64decode", base64_decode)
        .param(STR)
        .returns(ConstType::String),
    Function::new("base64encode", base64_encode)
        .param(STR)
        .returns(ConstType::String),
    Function::new("base64gzip", base64_gzip)
        .param(STR)
        .returns(ConstType::String),
];

const STR: Parameter = Parameter::new("str", ConstType::String);

/// Decodes base64 as Go does: line breaks are ignored anywhere.
pub(crate) fn decode(encoded: &str) -> Option<Vec<u8>> {
    let mut bytes = encoded.as_bytes().to_vec();
    bytes.retain(|byte| !matches!(byte, b'\n' | b'\r'));
    let engine = ::base64::engine::GeneralPurpose::new(
        &::base64::alphabet::STANDARD,
        ::base64::engine::GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true),
    );
    engine.decode(bytes).ok()
}

/// Encodes bytes with the standard alphabet and padding.
pub(crate) fn encode(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

fn base64_decode(call: &Call<'_>, args: Args<'_>) -> FunctionResult {
    let encoded = args.string(0);
    call.charge_text(encoded.len())?;
    let Some(bytes) = decode(encoded) else {
        return Err("failed to decode base64 data".into());
    };
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Value::string(text)),
        Err(_) => Err("the result of decoding the provided string is not valid UTF-8".into()),
    }
}

fn base64_encode(call: &Call<'_>, args: Args<'_>) -> FunctionResult {
    let plain = args.string(0);
    call.charge_text(plain.len() / 3 * 4)?;
    Ok(Value::string(encode(plain.as_bytes())))
}

/// The bytes depend on the compressor of the Terraform release; only the header is certain.
fn base64_gzip(_: &Call<'_>, _: Args<'_>) -> FunctionResult {
    let refinement = Refinement {
        prefix: "H4sIAAAAAAAA/".into(),
        ..Refinement::not_null()
    };
    Ok(Value::refined(Type::String, refinement))
}
