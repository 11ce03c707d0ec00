//! JSON strings decoded, with the way back from decoded bytes to the file.

use std::borrow::Cow;

use crate::syntax::input::Offsets;

/// The text between the quotes of `source`, a valid JSON string that stands at `start`.
pub(in crate::syntax) fn decode(source: &str, start: usize) -> (Cow<'_, str>, Offsets) {
    let inside = source.get(1..source.len().saturating_sub(1)).unwrap_or_default();
    let mut offsets = Offsets::default();
    offsets.step(0, start + 1);
    if !inside.contains('\\') {
        return (Cow::Borrowed(inside), offsets);
    }
    let mut text = String::with_capacity(inside.len());
    let mut at = 0;
    while let Some(length) = inside.get(at..).and_then(|rest| rest.find('\\')) {
        text.push_str(inside.get(at..at + length).unwrap_or_default());
        at += length;
        let (character, end) = escape(inside, at);
        // Bytes within a decoded character have no place of their own: all stand for its escape.
        offsets.step(text.len(), start + 1 + at);
        text.push(character);
        offsets.step(text.len(), start + 1 + end);
        at = end;
    }
    text.push_str(inside.get(at..).unwrap_or_default());
    (Cow::Owned(text), offsets)
}

/// The escape at `at`, and where it ends. A lone surrogate is replaced, as Terraform does.
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
