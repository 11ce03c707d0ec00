//! Unicode normalization of strings.

use std::sync::Arc;

use unicode_normalization::{UnicodeNormalization as _, is_nfc};

/// `text` in normalization form C, in which Terraform keeps every string.
#[must_use]
pub fn normalize(text: &str) -> Arc<str> {
    if text.is_ascii() || is_nfc(text) {
        text.into()
    } else {
        text.nfc().collect::<String>().into()
    }
}
