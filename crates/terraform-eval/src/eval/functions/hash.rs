//! Hash and identifier functions.

mod rsa;

use md5::Digest as _;

use crate::cty::{Type, Value};

use super::args::Args;
use super::encoding::base64;
use super::error::{FunctionError, FunctionResult};
use super::function::{ConstType, Function, Parameter};
use super::host::Call;
use rsa::RsaError;

/// The functions of this category.
pub(super) const TABLES: &[&[Function]] = &[FUNCTIONS];

const FUNCTIONS: &[Function] = &[
    Function::new("base64sha256", |call, args| {
        hash_string(call, args, |bytes| base64::encode(&sha256(bytes)))
    })
    .param(STR)
    .returns(ConstType::String),
    Function::new("base64sha512", |call, args| {
        hash_string(call, args, |bytes| base64::encode(&sha512(bytes)))
    })
    .param(STR)
    .returns(ConstType::String),
    Function::new("bcrypt", bcrypt)
        .param(STR)
        .variadic(Parameter::new("cost", ConstType::Number))
        .returns(ConstType::String),
    Function::new("md5", |call, args| {
        hash_string(call, args, |bytes| to_hexadecimal(&md5(bytes)))
    })
    .param(STR)
    .returns(ConstType::String),
    Function::new("rsadecrypt", rsa_decrypt)
        .param(Parameter::new("ciphertext", ConstType::String))
        .param(Parameter::new("privatekey", ConstType::String))
        .returns(ConstType::String),
    Function::new("sha1", |call, args| {
        hash_string(call, args, |bytes| to_hexadecimal(&sha1(bytes)))
    })
    .param(STR)
    .returns(ConstType::String),
    Function::new("sha256", |call, args| {
        hash_string(call, args, |bytes| to_hexadecimal(&sha256(bytes)))
    })
    .param(STR)
    .returns(ConstType::String),
    Function::new("sha512", |call, args| {
        hash_string(call, args, |bytes| to_hexadecimal(&sha512(bytes)))
    })
    .param(STR)
    .returns(ConstType::String),
    Function::new("uuid", |_, _| Ok(unpredictable())).returns(ConstType::String),
    Function::new("uuidv5", uuid_v5)
        .param(Parameter::new("namespace", ConstType::String))
        .param(Parameter::new("name", ConstType::String))
        .returns(ConstType::String),
];

const STR: Parameter = Parameter::new("str", ConstType::String);

fn hash_string(call: &Call<'_>, args: Args<'_>, hash: impl FnOnce(&[u8]) -> String) -> FunctionResult {
    let text = args.string(0);
    call.charge_bytes(text.len().saturating_mul(4))?;
    Ok(Value::string(hash(text.as_bytes())))
}

pub(super) fn md5(bytes: &[u8]) -> Vec<u8> {
    md5::Md5::digest(bytes).to_vec()
}

pub(super) fn sha1(bytes: &[u8]) -> Vec<u8> {
    sha1::Sha1::digest(bytes).to_vec()
}

pub(super) fn sha256(bytes: &[u8]) -> Vec<u8> {
    sha2::Sha256::digest(bytes).to_vec()
}

pub(super) fn sha512(bytes: &[u8]) -> Vec<u8> {
    sha2::Sha512::digest(bytes).to_vec()
}

/// Formats bytes as lower-case hexadecimal digits.
pub(super) fn to_hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut out = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // Writing to a string cannot fail.
        let _ = write!(out, "{byte:02x}");
    }
    out
}

/// The result of a function that returns another value each time.
fn unpredictable() -> Value {
    Value::unknown(Type::String).refine_not_null()
}

fn bcrypt(_: &Call<'_>, args: Args<'_>) -> FunctionResult {
    if args.len() > 2 {
        return Err("bcrypt() takes no more than two arguments".into());
    }
    Ok(unpredictable())
}

fn rsa_decrypt(call: &Call<'_>, args: Args<'_>) -> FunctionResult {
    let (ciphertext, key) = (args.string(0), args.string(1));
    call.charge_bytes(ciphertext.len().saturating_add(key.len()).saturating_mul(64))?;
    let Some(ciphertext) = base64::decode(ciphertext) else {
        return Err("failed to decode input: cipher text must be base64-encoded".into());
    };
    match rsa::decrypt(&ciphertext, key) {
        Ok(bytes) => match String::from_utf8(bytes) {
            Ok(text) => Ok(Value::string(text)),
            Err(_) => Err(FunctionError::limit("the decrypted text is not valid UTF-8")),
        },
        Err(RsaError::InvalidKey) => {
            Err("invalid private key: an RSA key in PEM without a password is required".into())
        }
        Err(RsaError::Decryption) => Err("failed to decrypt: the text was not encrypted for this key".into()),
        Err(RsaError::TooLarge) => Err(FunctionError::limit("the private key is too large")),
    }
}

fn uuid_v5(call: &Call<'_>, args: Args<'_>) -> FunctionResult {
    let (namespace, name) = (args.string(0), args.string(1));
    call.charge_bytes(name.len().saturating_mul(4))?;
    let well_known = |last: u8| u128::from(last) << 96 | 0x6ba7_b800_9dad_11d1_80b4_00c0_4fd4_30c8;
    let namespace_id = match namespace {
        "dns" => Some(well_known(0x10)),
        "url" => Some(well_known(0x11)),
        "oid" => Some(well_known(0x12)),
        "x500" => Some(well_known(0x14)),
        other => parse_uuid(other),
    };
    let Some(namespace_id) = namespace_id else {
        return Err(format!("uuidv5() doesn't support namespace {namespace}").into());
    };
    let mut seed = namespace_id.to_be_bytes().to_vec();
    seed.extend_from_slice(name.as_bytes());
    let mut hash = sha1(&seed);
    hash.truncate(16);
    // The version and the variant of the UUID.
    for (position, keep_mask, bits) in [(6, 0x0f, 0x50), (8, 0x3f, 0x80)] {
        if let Some(byte) = hash.get_mut(position) {
            *byte = *byte & keep_mask | bits;
        }
    }
    let digits = to_hexadecimal(&hash);
    let groups: Vec<&str> = [0..8, 8..12, 12..16, 16..20, 20..32]
        .into_iter()
        .map(|range| digits.get(range).unwrap_or_default())
        .collect();
    Ok(Value::string(groups.join("-")))
}

/// Parses a UUID with or without hyphens, in braces, or as a URN.
fn parse_uuid(text: &str) -> Option<u128> {
    let is_urn = |start: &str| start.eq_ignore_ascii_case("urn:uuid:");
    let inner = match text.len() {
        45 => text.get(9..).filter(|_| text.get(..9).is_some_and(is_urn))?,
        // Go does not check that the first and last characters are braces.
        38 => text.get(1..37)?,
        _ => text,
    };
    let digits = if inner.len() == 36 {
        let hyphens = [8, 13, 18, 23];
        if hyphens.iter().any(|&at| inner.as_bytes().get(at) != Some(&b'-')) {
            return None;
        }
        let mut digits = String::with_capacity(32);
        for range in [0..8, 9..13, 14..18, 19..23, 24..36] {
            digits.push_str(inner.get(range)?);
        }
        digits
    } else {
        inner.to_owned()
    };
    let is_valid = digits.len() == 32 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_valid.then(|| u128::from_str_radix(&digits, 16).ok()).flatten()
}
