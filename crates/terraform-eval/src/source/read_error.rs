//! Why a file is not text that can be read.

use std::fmt;
use std::io::ErrorKind;

/// Why a file cannot be read as text.
#[derive(Debug)]
pub enum ReadError {
    /// The system reports an error: the file does not exist, is a directory, or may not be read.
    Io(std::io::Error),
    /// Not UTF-8.
    NotUtf8 {
        /// The offset of the first byte that is not valid.
        valid_up_to: usize,
    },
    /// UTF-16 or UTF-32, recognized by the byte order mark or by zeros between ASCII characters.
    Utf16,
    /// Compressed with gzip.
    Gzip,
    /// A zip archive; a binary Terraform plan is one.
    Zip,
    /// Contains zero bytes, and is none of the above.
    Binary,
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) if error.kind() == ErrorKind::NotFound => {
                f.write_str("no such file or directory")
            }
            Self::Io(error) if self.is_too_large() => write!(f, "{error}"),
            Self::Io(error) => write!(f, "cannot read the file: {error}"),
            Self::NotUtf8 { valid_up_to } => write!(
                f,
                "the file is not valid UTF-8 (invalid byte at offset {valid_up_to})"
            ),
            Self::Utf16 => f.write_str("the file is UTF-16, but UTF-8 is required"),
            Self::Gzip => f.write_str("the file is compressed with gzip"),
            Self::Zip => f.write_str("the file is a binary plan (or another zip archive), not JSON"),
            Self::Binary => f.write_str("the file is binary, not text"),
        }
    }
}

impl ReadError {
    /// Whether there is more text than is to be read.
    #[must_use]
    pub fn is_too_large(&self) -> bool {
        let Self::Io(error) = self else { return false };
        matches!(error.kind(), ErrorKind::FileTooLarge | ErrorKind::QuotaExceeded)
    }

    /// How to fix the file, if the message does not already say so.
    #[must_use]
    pub fn help(&self) -> Option<&'static str> {
        match self {
            Self::NotUtf8 { .. } => Some("save the file as UTF-8"),
            Self::Utf16 => Some(
                "save the file as UTF-8; `>` in PowerShell writes UTF-16, `| Out-File -Encoding utf8` does not",
            ),
            Self::Binary => Some("convert a plan to JSON first: `terraform show -json PLAN > plan.json`"),
            Self::Gzip => Some("decompress it first: `gunzip -k FILE`"),
            Self::Zip => Some("convert it to JSON first: `terraform show -json PLAN > plan.json`"),
            Self::Io(error) => match error.kind() {
                ErrorKind::FileTooLarge => {
                    Some("if it is what it should be, raise the limit with `--max-file-size MB`")
                }
                ErrorKind::QuotaExceeded => {
                    Some("if they are what they should be, raise the limit with `--max-total-size MB`")
                }
                _ => None,
            },
        }
    }
}

impl std::error::Error for ReadError {}

/// Decodes bytes as UTF-8, and recognizes what people pass by mistake.
pub(super) fn decode(bytes: Vec<u8>) -> Result<String, ReadError> {
    match bytes.as_slice() {
        [0x1f, 0x8b, ..] => return Err(ReadError::Gzip),
        [b'P', b'K', 3, 4, ..] => return Err(ReadError::Zip),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [0, 0, 0xfe, 0xff, ..] => return Err(ReadError::Utf16),
        // UTF-16 without a byte order mark: every other byte of ASCII text is zero.
        [first, 0, second, 0, ..] | [0, first, 0, second, ..]
            if first.is_ascii() && second.is_ascii() && *first > 0 =>
        {
            return Err(ReadError::Utf16);
        }
        _ if memchr::memchr(0, bytes.get(..8192).unwrap_or(&bytes)).is_some() => {
            return Err(ReadError::Binary);
        }
        _ => {}
    }
    String::from_utf8(bytes).map_err(|error| ReadError::NotUtf8 {
        valid_up_to: error.utf8_error().valid_up_to(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_are_not_text_are_recognized() {
        assert!(matches!(decode(vec![0x1f, 0x8b, 8]), Err(ReadError::Gzip)));
        assert!(matches!(decode(b"PK\x03\x04".to_vec()), Err(ReadError::Zip)));
        assert!(matches!(decode(vec![0xff, 0xfe, b'{', 0]), Err(ReadError::Utf16)));
        assert!(matches!(
            decode(b"ab\xffc".to_vec()),
            Err(ReadError::NotUtf8 { valid_up_to: 2 })
        ));
    }
}
