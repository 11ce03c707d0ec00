//! Literal text as Terraform decodes it.

use std::ops::Range;

use unicode_normalization::{IsNormalized, UnicodeNormalization as _, is_nfc_quick};

/// Why an escape sequence means nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum EscapeError {
    /// `\d` and its like.
    Unknown,
    /// `\u` or `\U` without its digits, or with digits that are no character.
    Unicode,
}

/// Text in Unicode's normal form C, in which Terraform keeps all strings.
pub(crate) fn normal(text: &str) -> String {
    if is_nfc_quick(text.chars()) == IsNormalized::Yes {
        text.to_owned()
    } else {
        text.nfc().collect()
    }
}

/// Text of a heredoc or of a template file: only `$${` and `%%{` are escapes.
pub(super) fn unescape_templates(source: &str) -> String {
    if source.contains("$${") || source.contains("%%{") {
        source.replace("$${", "${").replace("%%{", "%{")
    } else {
        source.to_owned()
    }
}

/// Text between quotes: backslash escapes too. A wrong escape is handed to `wrong`, by its place in
/// `source`, and stands for itself.
pub(super) fn unescape(source: &str, mut wrong: impl FnMut(Range<usize>, EscapeError)) -> String {
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
                wrong(at..end, error);
                text.push_str(source.get(at..end).unwrap_or_default());
            }
        }
        at = end;
    }
    text.push_str(&unescape_templates(source.get(at..).unwrap_or_default()));
    text
}

/// The escape sequence at `at`, and where it ends.
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
    fn a_wrong_escape_is_told_with_its_place() {
        assert_eq!(decoded(r"a\d").1, [(1..3, EscapeError::Unknown)]);
        assert_eq!(decoded(r"\u12").1, [(0..2, EscapeError::Unicode)]);
        assert_eq!(decoded(r"\ud800").1, [(0..2, EscapeError::Unicode)]);
    }

    #[test]
    fn text_is_composed() {
        assert_eq!(normal("e\u{301}"), "\u{e9}");
    }
}
