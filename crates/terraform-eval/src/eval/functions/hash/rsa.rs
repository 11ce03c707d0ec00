//! `rsadecrypt`: RSA with the padding of PKCS #1, version 1.5.
//!
//! Both texts are those of whoever runs mirrorset, so that the time that it takes reveals nothing to anybody else.

use dashu_int::UBig;
use dashu_int::fast_div::ConstDivisor;

use crate::eval::functions::encoding::base64;

/// The largest modulus in bytes. The time grows with its third power.
const MAX_MODULUS: usize = 2_048;

/// The first bytes of an unencrypted key in the format of OpenSSH: the names of cipher and key derivation, no options,
/// one key.
const OPENSSH_PLAIN: &[u8] = b"openssh-key-v1\0\0\0\0\x04none\0\0\0\x04none\0\0\0\0\0\0\0\x01";

/// Why a text cannot be decrypted.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum RsaError {
    /// The key is not a private key of RSA without a password.
    InvalidKey,
    /// The text was not encrypted for the key.
    Decryption,
    /// The key is larger than mirrorset supports.
    TooLarge,
}

/// The parts of a private key that decryption needs.
struct PrivateKey {
    modulus: UBig,
    exponent: UBig,
}

/// Decrypts bytes with a private key in PEM.
pub(super) fn decrypt(ciphertext: &[u8], key: &str) -> Result<Vec<u8>, RsaError> {
    let key = parse_key(key).ok_or(RsaError::InvalidKey)?;
    let size = key.modulus.to_be_bytes().len();
    if size > MAX_MODULUS {
        return Err(RsaError::TooLarge);
    }
    let number = UBig::from_be_bytes(ciphertext);
    if key.modulus <= UBig::ONE || number >= key.modulus {
        return Err(RsaError::Decryption);
    }
    let ring = ConstDivisor::new(key.modulus);
    let padded = ring.reduce(number).pow(&key.exponent).residue().to_be_bytes();
    // The first byte is 0, and after at least eight others that are not, 0 ends the padding.
    let Some((2, rest)) = padded.split_first().filter(|_| padded.len() + 1 == size) else {
        return Err(RsaError::Decryption);
    };
    match rest.iter().position(|byte| *byte == 0) {
        Some(end) if end >= 8 => Ok(rest[end + 1..].to_vec()),
        _ => Err(RsaError::Decryption),
    }
}

fn parse_key(text: &str) -> Option<PrivateKey> {
    let (_, rest) = text.split_once("-----BEGIN ")?;
    let (kind, rest) = rest.split_once("-----")?;
    let (body, _) = rest.split_once(&format!("-----END {kind}-----"))?;
    // Lines with a colon are headers, which say how a key is encrypted.
    if body.contains(':') {
        return None;
    }
    let encoded: String = body.split_whitespace().collect();
    let bytes = base64::decode(&encoded)?;
    match kind {
        "RSA PRIVATE KEY" => parse_pkcs1(&bytes),
        "PRIVATE KEY" => parse_pkcs8(&bytes),
        "OPENSSH PRIVATE KEY" => parse_openssh(&bytes),
        _ => None,
    }
}

/// A sequence of version 0, modulus, public exponent, private exponent and further numbers.
fn parse_pkcs1(bytes: &[u8]) -> Option<PrivateKey> {
    let (mut fields, _) = take_der(bytes, 0x30)?;
    let mut number = || -> Option<UBig> {
        let (content, rest) = take_der(fields, 0x02)?;
        fields = rest;
        Some(UBig::from_be_bytes(content))
    };
    number()?;
    let modulus = number()?;
    number()?;
    let exponent = number()?;
    Some(PrivateKey { modulus, exponent })
}

/// A sequence of a version, an algorithm and a string of bytes, which is a key of PKCS #1 if the algorithm is RSA.
fn parse_pkcs8(bytes: &[u8]) -> Option<PrivateKey> {
    const RSA: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01";
    let (fields, _) = take_der(bytes, 0x30)?;
    let (_, fields) = take_der(fields, 0x02)?;
    let (algorithm, fields) = take_der(fields, 0x30)?;
    let (identifier, _) = take_der(algorithm, 0x06)?;
    let (key, _) = take_der(fields, 0x04).filter(|_| identifier == RSA)?;
    parse_pkcs1(key)
}

/// The public key, and a block of two check numbers, the kind of the key, modulus, public exponent and private exponent.
fn parse_openssh(bytes: &[u8]) -> Option<PrivateKey> {
    let rest = bytes.strip_prefix(OPENSSH_PLAIN)?;
    let (_, rest) = take_ssh(rest)?;
    let (block, _) = take_ssh(rest)?;
    let (kind, rest) = take_ssh(block.get(8..)?)?;
    let (modulus, rest) = take_ssh(rest)?;
    let (_, rest) = take_ssh(rest)?;
    let (exponent, _) = take_ssh(rest)?;
    (kind == b"ssh-rsa").then(|| PrivateKey {
        modulus: UBig::from_be_bytes(modulus),
        exponent: UBig::from_be_bytes(exponent),
    })
}

/// The content of an element of ASN.1 (DER) with a tag, and what follows the element.
fn take_der(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (first, rest) = bytes.split_first()?;
    let (length, rest) = rest.split_first().filter(|_| *first == tag)?;
    let (length, rest) = match usize::from(*length) {
        short @ 0..0x80 => (short, rest),
        long => {
            let (digits, rest) = rest
                .split_at_checked(long - 0x80)
                .filter(|(digits, _)| digits.len() <= 4)?;
            let length = digits
                .iter()
                .fold(0, |length, digit| length << 8 | usize::from(*digit));
            (length, rest)
        }
    };
    rest.split_at_checked(length)
}

/// A string of SSH: its length in four bytes and its content; and what follows it.
fn take_ssh(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    rest.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    // Made with `openssl genrsa` and `ssh-keygen`; the text was encrypted with `openssl pkeyutl`.
    const KEYS: &str = include_str!("../../../../fixtures/functions/rsa_keys.txt");

    fn block(kind: &str) -> String {
        let (_, rest) = KEYS.split_once(&format!("-----BEGIN {kind}-----")).unwrap();
        let end = format!("-----END {kind}-----");
        format!(
            "-----BEGIN {kind}-----{}{end}\n",
            rest.split_once(&end).unwrap().0
        )
    }

    fn ciphertext() -> Vec<u8> {
        base64::decode(KEYS.lines().next().unwrap()).unwrap()
    }

    #[test]
    fn each_format_of_a_key_decrypts() {
        for kind in ["RSA PRIVATE KEY", "PRIVATE KEY", "OPENSSH PRIVATE KEY"] {
            assert_eq!(
                decrypt(&ciphertext(), &block(kind)).unwrap(),
                b"quay.io/nginx",
                "{kind}"
            );
        }
    }

    #[test]
    fn what_is_not_a_key_or_not_a_ciphertext_is_an_error() {
        let key = block("PRIVATE KEY");
        for wrong in [
            Vec::new(),
            vec![0],
            vec![0xff; 128],
            vec![0xff; 127],
            b"x".to_vec(),
        ] {
            assert_eq!(decrypt(&wrong, &key), Err(RsaError::Decryption));
        }
        let encrypted = key.replace("KEY-----\n", "KEY-----\nProc-Type: 4,ENCRYPTED\n");
        let public = key.replace("PRIVATE", "PUBLIC");
        for wrong in [
            "",
            "x",
            &key[..100],
            &key.replace("MII", "MIJ"),
            &encrypted,
            &public,
        ] {
            assert_eq!(
                decrypt(&ciphertext(), wrong),
                Err(RsaError::InvalidKey),
                "{wrong}"
            );
        }
    }
}
