//! Digests of images, `algorithm:hexadecimal`, validated as in `opencontainers/go-digest`.

/// Why a digest is invalid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DigestError {
    /// Not of the form `algorithm:encoded`, or not in lowercase hexadecimal digits.
    Format,
    /// The number of digits does not match the algorithm.
    Length,
    /// Not one of SHA-256, SHA-384 and SHA-512.
    Algorithm,
}

impl std::fmt::Display for DigestError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Format => "invalid digest: expected an algorithm, a colon and lowercase hexadecimal digits",
            Self::Length => "invalid digest: wrong number of digits for the algorithm",
            Self::Algorithm => "invalid digest: the algorithm must be sha256, sha384 or sha512",
        })
    }
}

impl std::error::Error for DigestError {}

/// Whether a text has the form of a digest in an image reference: components of an algorithm's name, a
/// colon, 32 or more hexadecimal digits (`DigestRegexp` in `docker/reference`).
pub(crate) fn is_digest_like(text: &str) -> bool {
    let Some((algorithm, encoded)) = text.split_once(':') else {
        return false;
    };
    let is_component = |component: &str| {
        component.starts_with(|first: char| first.is_ascii_alphabetic())
            && component.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    algorithm.split(['-', '_', '+', '.']).all(is_component)
        && encoded.len() >= 32
        && encoded.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Checks a text that has the form of a digest as the container runtime does.
pub(crate) fn validate_digest(text: &str) -> Result<(), DigestError> {
    let (algorithm, encoded) = text.split_once(':').ok_or(DigestError::Format)?;
    let digits = match algorithm {
        "sha256" => 64,
        "sha384" => 96,
        "sha512" => 128,
        _ if algorithm.bytes().any(|byte| byte.is_ascii_uppercase()) => return Err(DigestError::Format),
        _ => return Err(DigestError::Algorithm),
    };
    if encoded.len() != digits {
        return Err(DigestError::Length);
    }
    if !encoded
        .bytes()
        .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    {
        return Err(DigestError::Format);
    }
    Ok(())
}
