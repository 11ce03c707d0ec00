//! Hashes and identifiers.

use md5::Digest as _;

use crate::cty::{Type, Value};

use super::definition::{Call, Function, Outcome, Parameter, Want};
use super::encoding;
use super::support::{Answer, function, string, text};

const STR: &[Parameter] = &[Parameter::of("str", Want::String)];

/// The functions of this file.
pub(super) const TABLE: &[Function] = &[
    function("base64sha256", STR, string, |call, arguments| {
        hashed(call, arguments, |bytes| encoding::encode(&sha256(bytes))).into()
    }),
    function("base64sha512", STR, string, |call, arguments| {
        hashed(call, arguments, |bytes| encoding::encode(&sha512(bytes))).into()
    }),
    Function {
        variadic: Some(&Parameter::of("cost", Want::Number)),
        ..function("bcrypt", STR, string, |_, arguments| bcrypt(arguments))
    },
    function("md5", STR, string, |call, arguments| {
        hashed(call, arguments, |bytes| hexadecimal(&md5(bytes))).into()
    }),
    function(
        "rsadecrypt",
        &[
            Parameter::of("ciphertext", Want::String),
            Parameter::of("privatekey", Want::String),
        ],
        string,
        |_, arguments| rsa_decrypt(arguments),
    ),
    function("sha1", STR, string, |call, arguments| {
        hashed(call, arguments, |bytes| hexadecimal(&sha1(bytes))).into()
    }),
    function("sha256", STR, string, |call, arguments| {
        hashed(call, arguments, |bytes| hexadecimal(&sha256(bytes))).into()
    }),
    function("sha512", STR, string, |call, arguments| {
        hashed(call, arguments, |bytes| hexadecimal(&sha512(bytes))).into()
    }),
    function("uuid", &[], string, |_, _| open()),
    function(
        "uuidv5",
        &[
            Parameter::of("namespace", Want::String),
            Parameter::of("name", Want::String),
        ],
        string,
        |call, arguments| uuid_v5(call, arguments).into(),
    ),
];

fn hashed(call: &Call<'_>, arguments: &[Value], hash: impl FnOnce(&[u8]) -> String) -> Answer {
    let text = text(arguments, 0);
    call.spend_bytes(text.len().saturating_mul(4))?;
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

/// Bytes in lower-case hexadecimal.
pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut out = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // Writing to a string cannot fail.
        let _ = write!(out, "{byte:02x}");
    }
    out
}

/// What is different each time.
fn open() -> Outcome {
    Value::unknown(Type::String).refine_not_null().into()
}

fn bcrypt(arguments: &[Value]) -> Outcome {
    if arguments.len() > 2 {
        return Outcome::Error("bcrypt() takes no more than two arguments".to_owned());
    }
    open()
}

/// No private key is read here: the result stays unknown, whatever it is.
fn rsa_decrypt(arguments: &[Value]) -> Outcome {
    let ciphertext = text(arguments, 0);
    if encoding::decode(ciphertext).is_none() {
        return Outcome::Error("failed to decode input: cipher text must be base64-encoded".to_owned());
    }
    open()
}

fn uuid_v5(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let (namespace, name) = (text(arguments, 0), text(arguments, 1));
    call.spend_bytes(name.len().saturating_mul(4))?;
    let well_known = |last: u8| u128::from(last) << 96 | 0x6ba7_b800_9dad_11d1_80b4_00c0_4fd4_30c8;
    let space = match namespace {
        "dns" => Some(well_known(0x10)),
        "url" => Some(well_known(0x11)),
        "oid" => Some(well_known(0x12)),
        "x500" => Some(well_known(0x14)),
        other => parse_uuid(other),
    };
    let Some(space) = space else {
        return Err(format!("uuidv5() doesn't support namespace {namespace}").into());
    };
    let mut seed = space.to_be_bytes().to_vec();
    seed.extend_from_slice(name.as_bytes());
    let mut hash = sha1(&seed);
    hash.truncate(16);
    // The version and the variant have their bits in the middle.
    for (at, keep, set) in [(6, 0x0f, 0x50), (8, 0x3f, 0x80)] {
        if let Some(byte) = hash.get_mut(at) {
            *byte = *byte & keep | set;
        }
    }
    let digits = hexadecimal(&hash);
    let parts = [0..8, 8..12, 12..16, 16..20, 20..32];
    let parts: Vec<&str> = parts
        .into_iter()
        .map(|range| digits.get(range).unwrap_or_default())
        .collect();
    Ok(Value::string(parts.join("-")))
}

/// A UUID with or without hyphens, in braces, or as a URN.
fn parse_uuid(text: &str) -> Option<u128> {
    let is_urn = |start: &str| start.eq_ignore_ascii_case("urn:uuid:");
    let inner = match text.len() {
        45 => text.get(9..).filter(|_| text.get(..9).is_some_and(is_urn))?,
        // Go does not look at what the first and the last letter are.
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
    let plain = digits.len() == 32 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    plain.then(|| u128::from_str_radix(&digits, 16).ok()).flatten()
}
