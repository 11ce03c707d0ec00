//! JSON strings, decoded together with the offsets of the decoded bytes in the file.

use std::borrow::Cow;

use crate::syntax::input::Offsets;

/// Decodes `source`, a valid JSON string that begins at `start` in the file.
pub(in crate::syntax) fn decode(source: &str, start: usize) -> (Cow<'_, str>, Offsets) {
    let inner = source.get(1..source.len().saturating_sub(1)).unwrap_or_default();
    let mut offsets = Offsets::default();
    offsets.step(0, start + 1);
    if !inner.contains('\\') {
        return (Cow::Borrowed(inner), offsets);
    }
    let mut text = String::with_capacity(inner.len());
    let mut at = 0;
    while let Some(length) = inner.get(at..).and_then(|rest| rest.find('\\')) {
        text.push_str(inner.get(at..at + length).unwrap_or_default());
        at += length;
        let (character, end) = escape(inner, at);
        // All bytes of a decoded character map to its escape sequence.
        offsets.step(text.len(), start + 1 + at);
        text.push(character);
        offsets.step(text.len(), start + 1 + end);
        at = end;
    }
    text.push_str(inner.get(at..).unwrap_or_default());
    (Cow::Owned(text), offsets)
}

/// Decodes the escape sequence at `at`, and returns its end. A lone surrogate is replaced, as in Terraform.
fn escape(source: &str, at: usize) -> (char, usize) {
    let character = match source.as_bytes().get(at + 1) {
        Some(b'n') => '\n',
        Some(b'r') => '\r',
        Some(b't') => '\t',
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(b'u') => return unicode(source, at),
        Some(&other) if other.is_ascii() => char::from(other),
        _ => return (char::REPLACEMENT_CHARACTER, source.len()),
    };
    (character, at + 2)
}

fn unicode(source: &str, at: usize) -> (char, usize) {
    let unit = |at: usize| {
        let digits = source
            .get(at..)
            .and_then(|rest| rest.strip_prefix("\\u"))?
            .get(..4)?;
        u32::from_str_radix(digits, 16).ok()
    };
    let end = (at + 6).min(source.len());
    match (unit(at), unit(at + 6)) {
        (Some(high @ 0xd800..=0xdbff), Some(low @ 0xdc00..=0xdfff)) => {
            let number = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
            (
                char::from_u32(number).unwrap_or(char::REPLACEMENT_CHARACTER),
                at + 12,
            )
        }
        (Some(number), _) => (char::from_u32(number).unwrap_or(char::REPLACEMENT_CHARACTER), end),
        (None, _) => (char::REPLACEMENT_CHARACTER, end),
    }
}
