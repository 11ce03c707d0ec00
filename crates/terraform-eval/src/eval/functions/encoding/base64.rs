//! Base64.

use std::io::Read as _;

use ::base64::Engine as _;
use ::base64::engine::general_purpose::STANDARD;
use flate2::read::MultiGzDecoder;

use crate::cty::{Refinement, Type, Value};
use crate::eval::functions::args::Args;
use crate::eval::functions::error::{FunctionError, FunctionResult};
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
    Function::new("base64gunzip", base64_gunzip)
        .param(STR.allow_unknown())
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

/// The largest text that is decompressed.
const MAX_GUNZIPPED: u64 = 16 << 20;

/// Decompresses what is known, or gives back the text that `base64gzip` was called with.
fn base64_gunzip(call: &Call<'_>, args: Args<'_>) -> FunctionResult {
    if !args.value(0).is_known() {
        return Ok(match args.value(0).refinement().gzipped {
            Some(text) => Value::shared_string(text),
            None => Value::unknown(Type::String),
        });
    }
    let encoded = args.string(0);
    call.charge_bytes(encoded.len())?;
    let Some(bytes) = decode(encoded) else {
        return Err("failed to decode base64 data".into());
    };
    let mut text = Vec::new();
    let mut decoder = MultiGzDecoder::new(bytes.as_slice()).take(MAX_GUNZIPPED + 1);
    if let Err(error) = decoder.read_to_end(&mut text) {
        return Err(format!("failed to gunzip bytestream: {error}").into());
    }
    call.charge_bytes(text.len())?;
    if u64::try_from(text.len()).is_ok_and(|length| length > MAX_GUNZIPPED) {
        return Err(FunctionError::limit("the decompressed text is too large"));
    }
    match String::from_utf8(text) {
        Ok(text) => Ok(Value::string(text)),
        Err(_) => Err(FunctionError::limit("the decompressed text is not valid UTF-8")),
    }
}

/// The bytes depend on the compressor of the Terraform release; only the header is certain.
fn base64_gzip(_: &Call<'_>, args: Args<'_>) -> FunctionResult {
    let refinement = Refinement {
        gzipped: Some(args.string(0).into()),
        prefix: "H4sIAAAAAAAA/".into(),
        ..Refinement::not_null()
    };
    Ok(Value::refined(Type::String, refinement))
}
