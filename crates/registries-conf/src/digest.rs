//! Digests of images, `algorithm:hexadecimal`, as `opencontainers/go-digest` judges them.

/// Why a digest is not one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DigestError {
    /// Not `algorithm:encoded`, or not in lower-case hexadecimal digits.
    Format,
    /// Not as many digits as the algorithm gives.
    Length,
    /// Neither of SHA-256, SHA-384 and SHA-512.
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

/// Whether a text has the form that an image reference takes for a digest: parts of an algorithm's name,
/// a colon, 32 hexadecimal digits or more (`DigestRegexp` in `docker/reference`).
pub(super) fn is_digest_like(text: &str) -> bool {
    let Some((algorithm, encoded)) = text.split_once(':') else {
        return false;
    };
    let part = |part: &str| {
        part.starts_with(|first: char| first.is_ascii_alphabetic())
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    algorithm.split(['-', '_', '+', '.']).all(part)
        && encoded.len() >= 32
        && encoded.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// What the runtime checks of a text that looks like a digest.
pub(super) fn check(text: &str) -> Result<(), DigestError> {
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
