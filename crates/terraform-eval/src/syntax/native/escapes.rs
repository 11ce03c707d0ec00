//! Literal text as Terraform decodes it.

use std::ops::Range;

use unicode_normalization::{IsNormalized, UnicodeNormalization as _, is_nfc_quick};

/// Why an escape sequence is invalid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum EscapeError {
    /// An unknown character after the backslash: `\d`.
    Unknown,
    /// `\u` or `\U` without its digits, or with digits that do not encode a character.
    Unicode,
}

/// Normalizes text to Unicode's form NFC, as Terraform does with all strings.
pub(crate) fn normalize(text: &str) -> String {
    if is_nfc_quick(text.chars()) == IsNormalized::Yes {
        text.to_owned()
    } else {
        text.nfc().collect()
    }
}

/// Decodes the text of a heredoc or template file, in which only `$${` and `%%{` are escapes.
pub(super) fn unescape_templates(source: &str) -> String {
    if source.contains("$${") || source.contains("%%{") {
        source.replace("$${", "${").replace("%%{", "%{")
    } else {
        source.to_owned()
    }
}

/// Decodes text between quotes, which also has backslash escapes. An invalid escape is passed to `report` with its range
/// in `source`, and is kept as spelled.
pub(super) fn unescape(source: &str, mut report: impl FnMut(Range<usize>, EscapeError)) -> String {
    if !source.contains('\\') {
        return unescape_templates(source);
    }
    let mut text = String::with_capacity(source.len());
    let mut at = 0;
    while let Some(length) = source.get(at..).and_then(|rest| rest.find('\\')) {
        text.push_str(&unescape_templates(
            source.get(at..at + length).unwrap_or_default(),
        ));
        at += length;
        let (decoded, end) = escape(source, at);
        match decoded {
            Ok(character) => text.push(character),
            Err(error) => {
                report(at..end, error);
                text.push_str(source.get(at..end).unwrap_or_default());
            }
        }
        at = end;
    }
    text.push_str(&unescape_templates(source.get(at..).unwrap_or_default()));
    text
}

/// Decodes the escape sequence at `at`, and returns its end.
fn escape(source: &str, at: usize) -> (Result<char, EscapeError>, usize) {
    let Some(selector) = source.get(at + 1..).and_then(|rest| rest.chars().next()) else {
        return (Err(EscapeError::Unknown), source.len());
    };
    let end = at + 1 + selector.len_utf8();
    let digits = match selector {
        'n' => return (Ok('\n'), end),
        'r' => return (Ok('\r'), end),
        't' => return (Ok('\t'), end),
        '"' | '\\' => return (Ok(selector), end),
        'u' => 4,
        'U' => 8,
        _ => return (Err(EscapeError::Unknown), end),
    };
    let number = source
        .get(end..end + digits)
        .filter(|text| text.bytes().all(|byte| byte.is_ascii_hexdigit()))
        .and_then(|text| u32::from_str_radix(text, 16).ok())
        .and_then(char::from_u32);
    match number {
        Some(character) => (Ok(character), end + digits),
        None => (Err(EscapeError::Unicode), end),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(source: &str) -> (String, Vec<(Range<usize>, EscapeError)>) {
        let mut errors = Vec::new();
        let text = unescape(source, |range, error| errors.push((range, error)));
        (text, errors)
    }

    #[test]
    fn escapes_are_those_of_terraform() {
        assert_eq!(decoded(r#"\n\t\r\"\\ \u00e9 \U0001F600"#).0, "\n\t\r\"\\ é 😀");
        assert_eq!(decoded("$${x} %%{y} $$${z} $$ $").0, "${x} %{y} $${z} $$ $");
        assert_eq!(decoded(r"\\$${x}").0, r"\${x}");
    }

    #[test]
    fn invalid_escapes_are_reported_with_their_range() {
        assert_eq!(decoded(r"a\d").1, [(1..3, EscapeError::Unknown)]);
        assert_eq!(decoded(r"\u12").1, [(0..2, EscapeError::Unicode)]);
        assert_eq!(decoded(r"\ud800").1, [(0..2, EscapeError::Unicode)]);
    }

    #[test]
    fn text_is_normalized() {
        assert_eq!(normalize("e\u{301}"), "\u{e9}");
    }
}
